"""The builders of small lakes are those of the tests of storage."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "storage"))

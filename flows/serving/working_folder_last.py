"""Imported first by what Prefect loads: files of the working folder then hide no module that comes after.

While Prefect loads a flow by its module's name, it puts the working folder first where modules are looked for, and
takes it out again by its name.
"""

import sys
from pathlib import Path

if sys.path and sys.path[0] == str(Path.cwd()):
    sys.path.append(sys.path.pop(0))

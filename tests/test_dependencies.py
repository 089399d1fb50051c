"""The locked dependencies can be installed wherever the project says it can."""

import re
import tomllib
from importlib.metadata import distributions
from pathlib import Path

from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parent.parent


def test_every_locked_package_takes_the_oldest_python_that_the_project_names() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    oldest = project["requires-python"].removeprefix(">=") + ".0"
    locked = re.findall(r"^(\S+)==", (ROOT / "requirements.lock").read_text(encoding="utf-8"), re.MULTILINE)
    asked = {
        each.name: each.metadata.json.get("requires_python", "") for each in distributions() if each.name in locked
    }
    assert "prefect" in asked
    assert {name: python for name, python in asked.items() if oldest not in SpecifierSet(str(python))} == {}

"""A lake to be damaged."""

from pathlib import Path
from typing import Any

import pytest

from form4lake.storage import Lake
from form4lake.tests.builders.damage import make_lake
from form4lake.tests.builders.lakes import contents, copied_apart


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The lake of `make_lake`, to be copied."""
    root = tmp_path_factory.mktemp("lakes") / "lake"
    make_lake(root)
    return root


@pytest.fixture(scope="session")
def sound(made: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of that lake."""
    return contents(Lake.open(made))


@pytest.fixture
def root(made: Path, tmp_path: Path) -> Path:
    """A copy of that lake."""
    copied_apart(made, tmp_path / "lake")
    return tmp_path / "lake"

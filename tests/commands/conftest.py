"""A user who has a lake to ask."""

from pathlib import Path

import pytest

from form4lake.storage import Lake
from form4lake.tests.builders.workspace import Workspace


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake of version 0; no test writes to it."""
    root = tmp_path_factory.mktemp("empty") / "lake"
    Lake.open(root, create=True)
    return root


@pytest.fixture
def asked(workspace: Workspace, empty: Path) -> Workspace:
    """A user with that lake."""
    workspace.monkeypatch.setenv("FORM4_LAKE", str(empty))
    return workspace

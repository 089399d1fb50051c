"""What takes long to make, made once for all processes of a test run."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from filelock import FileLock

from form4lake.flows.serving.state_folder import StateFolder


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path, Path], None]) -> Path:
    """The file of that name, by the first process that wants it: `make` has a folder of its own to work in."""
    base = factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    made = shared / name
    with FileLock(shared / f"{name}.lock"):
        if not made.exists():
            half = shared / f"{name}.half"
            make(half, factory.mktemp("making"))
            half.rename(made)
    return made


def new_prefect_database(target: Path, folder: Path) -> None:
    """Start Prefect's server as `form4 serve` does, and stop it."""
    from form4lake.flows.serving.prefect_server import prefect_server

    state = StateFolder(folder)
    with pytest.MonkeyPatch.context() as patched:
        for name in [name for name in os.environ if name.startswith("PREFECT_")]:
            patched.delenv(name)
        with prefect_server(0, state.secret(), state):
            pass
    with closing(sqlite3.connect(state.prefect_home / "prefect.db")) as made:
        made.execute("VACUUM INTO ?", [str(target)])  # with what is still in the files beside it

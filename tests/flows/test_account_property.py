"""Random histories of runs, late and missing indexes, sets, withdrawals: the lake says the truth of its days."""

import os

import pytest

from form4lake.replica import Archive
from form4lake.tests.builders.histories import History, make_archive
from form4lake.tests.builders.workspace import Workspace

HISTORIES = int(os.environ.get("FORM4_HISTORIES", "1"))
STEPS = 7


@pytest.fixture(scope="module")
def archive() -> Archive:
    return make_archive()


@pytest.mark.flow
@pytest.mark.parametrize("seed", range(HISTORIES))
def test_the_account_of_a_random_history_is_the_truth(workspace: Workspace, archive: Archive, seed: int) -> None:
    workspace.monkeypatch.delenv("FORM4_NIGHTLY__SINCE")
    workspace.monkeypatch.setenv("FORM4_TASK_RUNNER", "threads")
    history = History(workspace, archive, seed)
    for _ in range(STEPS):
        history.step()

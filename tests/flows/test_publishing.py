"""Runs whose commits Delta logs follow: `interop: delta`."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import deltalake
import pytest

from form4lake.exits import Exit
from form4lake.flows.compact import compact
from form4lake.flows.reports.run_report import RunReport
from form4lake.replica import business_days, generate_archive
from form4lake.storage import DeltaMissing, PublicationFailed
from form4lake.storage.sharing.delta import APP, DeltaLogs
from form4lake.tests.builders.workspace import FIRST, Workspace, form4_here, says

pytestmark = pytest.mark.flow


def of_delta(workspace: Workspace, table: str = "filings") -> tuple[int | None, int]:
    """The lake's version that a Delta log shows, and its rows."""
    found = deltalake.DeltaTable(workspace.lake_folder / "snapshots" / table)
    return found.transaction_version(APP), found.count()


def test_delta_logs_follow_each_commit(workspace: Workspace, nightly: Callable[[], RunReport]) -> None:
    workspace.monkeypatch.setenv("FORM4_INTEROP", "delta")
    with workspace.edgar(generate_archive(3, business_days(FIRST, 7), 40)):
        assert nightly().exit_code is Exit.DONE
    assert of_delta(workspace) == (workspace.lake.snapshot().version, 40)
    history = deltalake.DeltaTable(workspace.lake_folder / "snapshots" / "filings").history()
    assert len(history) == workspace.lake.snapshot().version  # one Delta version a commit
    assert compact(date(2025, 6, 1)).compactions
    assert of_delta(workspace) == (workspace.lake.snapshot().version, 40)
    assert workspace.lake.verify().violations == []


def test_what_hinders_a_publication_loses_no_commit(
    workspace: Workspace, nightly: Callable[[], RunReport], monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace.monkeypatch.setenv("FORM4_INTEROP", "delta")

    def fails(*_: object) -> None:
        raise PublicationFailed("the bucket is read-only for Delta")

    with workspace.edgar(generate_archive(3, business_days(FIRST, 7), 40)):
        with monkeypatch.context() as patched:
            patched.setattr(DeltaLogs, "publish", fails)
            report = nightly()
        assert report.exit_code is Exit.INCOMPLETE
        assert "the bucket is read-only for Delta" in [str(each) for each in report.attention()]
        assert workspace.count("filings") == 40
        assert not (workspace.lake_folder / "snapshots" / "filings" / "_delta_log").exists()
        # Nothing is left to commit, and the next run brings what is behind.
        assert nightly().exit_code is Exit.DONE
    assert of_delta(workspace) == (workspace.lake.snapshot().version, 40)


def test_without_the_package_nothing_begins(workspace: Workspace, nightly: Callable[[], RunReport]) -> None:
    workspace.monkeypatch.setenv("FORM4_INTEROP", "delta")
    workspace.monkeypatch.setattr("form4lake.storage.sharing.delta.find_spec", lambda _: None)
    with workspace.edgar(generate_archive(3, business_days(FIRST, 7), 40)) as edgar:
        with pytest.raises(DeltaMissing):
            nightly()
        says(form4_here("nightly", "--as-of", "2024-01-19"), Exit.WRONG_USE, "pip install 'form4lake[delta]'")
        assert edgar.stats().by_kind["filing"] == 0


def test_by_default_there_are_no_delta_logs(workspace: Workspace, nightly: Callable[[], RunReport]) -> None:
    with workspace.edgar(generate_archive(3, business_days(FIRST, 2), 10)):
        nightly()
    assert not list(Path(workspace.lake_folder).rglob("_delta_log"))

"""Compaction closed months and years: by the nightly run when due, and by `form4 compact`."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from form4lake.exits import Exit
from form4lake.flows.reports.run_report import RunReport
from form4lake.replica import business_days, generate_archive
from form4lake.storage import LakeMissing
from form4lake.tests.builders.workspace import TODAY, Workspace, form4_here, says

pytestmark = pytest.mark.flow
DECEMBER = date(2023, 12, 28)
CLOSED = [date(2024, 1, 1), date(2024, 1, 15)]


def periods(workspace: Workspace) -> set[str]:
    return {path.name.split(".")[0] for path in (workspace.lake_folder / "data").rglob("*.parquet")}


def test_nightly_compacts_what_is_closed_and_compact_the_rest_later(
    workspace: Workspace, nightly: Callable[[], RunReport]
) -> None:
    workspace.monkeypatch.setenv("FORM4_NIGHTLY__SINCE", DECEMBER.isoformat())
    archive = generate_archive(0, business_days(DECEMBER, 15, CLOSED), 60, CLOSED)
    with workspace.edgar(archive) as edgar:
        report = nightly()
        assert report.exit_code is Exit.DONE
        assert [each.period for each in report.compactions] == ["2023"]
        assert "1 year compacted" in report.summary()
        assert "2023  compacted" in report.markdown()
        assert {each[:4] for each in periods(workspace)} == {"2023", "2024"}
        assert not any(each.startswith("2023-") or each == "2024-01" for each in periods(workspace))
        again = nightly()
        assert (again.exit_code, again.added, again.compactions) == (Exit.DONE, 0, [])
        assert edgar.stats().by_kind["filing"] == 60
    assert workspace.query("select count(*), count(distinct accession_number) from filings") == [(60, 60)]
    assert workspace.query("select sum(expected), sum(stored), sum(missing) from coverage") == [(60, 60, 0)]

    workspace.monkeypatch.delenv("FORM4_EDGAR__IDENTITY")  # EDGAR is not asked
    says(form4_here("compact", "--as-of", TODAY.isoformat()), 0, "compact: nothing to compact")
    version = workspace.lake.snapshot().version
    says(form4_here("compact", "--as-of", "2024-02-08"), 0, "2024-01  compacted: ", "compact: 1 month compacted: ")
    assert workspace.lake.snapshot().version == version + 1
    assert periods(workspace) == {"2023", "2024-01"}
    assert workspace.query("select count(*) from filings") == [(60,)]


@pytest.mark.parametrize("command", ["compact", "retry", "reparse"])
def test_what_works_on_a_lake_makes_none(workspace: Workspace, command: str) -> None:
    says(form4_here(command), 2, "there is no lake")
    assert not Path(workspace.lake_folder).exists()


def test_a_retry_that_no_command_has_checked_makes_no_lake(workspace: Workspace) -> None:
    from form4lake.flows.retry import retry

    with pytest.raises(LakeMissing):
        retry()
    assert not Path(workspace.lake_folder).exists()

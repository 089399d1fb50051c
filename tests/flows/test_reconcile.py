"""The lake held against the quarterly index: additions fetched, corrections taken over, deletions marked."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from form4lake.exits import Exit
from form4lake.flows.reports.run_report import RunReport
from form4lake.replica import Archive, Fault, FaultKind, Faults, business_days, generate_archive
from form4lake.tests.builders.workspace import Workspace, form4_here, says

FIRST, TODAY = date(2024, 3, 20), date(2024, 4, 2)
Flow = Callable[[], RunReport]
QUARTER = "*/full-index/*"


@pytest.fixture(scope="module")
def archive() -> Archive:
    """Days in a closed month and quarter, and in the open ones."""
    return generate_archive(21, business_days(FIRST, 10), 100)


@pytest.fixture
def reconcile() -> Flow:
    """A reconciliation of the closed quarter."""
    from form4lake.flows.reconcile import reconcile as flow

    return lambda: flow("2024Q1", today=TODAY)


@pytest.fixture
def backfill() -> Flow:
    """All days of the archive."""
    from form4lake.flows.backfill import backfill as flow

    return lambda: flow(FIRST, TODAY, today=TODAY)


def log_entries(workspace: Workspace) -> list[Path]:
    return sorted((workspace.lake_folder / "log").iterdir())


@pytest.mark.flow
@pytest.mark.parametrize(
    ("arguments", "word"),
    [(["2024"], "2024Q1"), (["2024Q5"], "2024Q5"), (["2199Q1"], "2199Q1"), (["1992Q4"], "1992")],
)
def test_a_wrong_quarter_is_explained(workspace: Workspace, arguments: list[str], word: str) -> None:
    says(form4_here("reconcile", *arguments), 2, word)


@pytest.mark.flow
def test_a_lake_is_brought_to_what_the_quarter_lists(
    workspace: Workspace, backfill: Flow, reconcile: Flow, archive: Archive
) -> None:
    quarter = [number for day in archive.days if day < date(2024, 4, 1) for number in archive.accessions(day)]
    late, withdrawn, corrected = quarter[3], quarter[20], quarter[40]
    never_daily = Fault(FaultKind.CHANGED, "*/daily-index/*", after=10**9, added=frozenset([late]))
    with workspace.edgar(archive, Faults([never_daily])):
        assert backfill().added == 99
    assert workspace.query(f"select count(*) from filings where accession_number = '{late}'") == [(0,)]

    rows = {
        day: [replace(row, form_type="5") if row.accession_number == corrected else row for row in listed]
        for day, listed in archive.rows.items()
    }
    gone = Fault(FaultKind.CHANGED, QUARTER, removed=frozenset([withdrawn]))
    with workspace.edgar(replace(archive, rows=rows), Faults([gone])) as edgar:
        report = reconcile()
        assert report.exit_code is Exit.DONE, report.attention()
        assert report.difference_counts == {"added": 1, "removed": 1, "changed": 1}
        assert edgar.stats().by_kind == {"index": 1, "filing": 2, "dataset": 0, "index_json": 1, "other": 0}
        assert {withdrawn in look.text or corrected in look.text for look in report.attention()} == {True}
        assert late in report.markdown()
        entries = log_entries(workspace)
        assert reconcile().difference_counts == {}
        assert log_entries(workspace) == entries, "nothing differs, nothing is committed"
    ((listed_under, filed),) = workspace.query(
        f"select index_date, f.filing_date from filings f join index_entries using (accession_number) "
        f"where accession_number = '{late}'"
    )
    assert listed_under == filed
    assert workspace.count("filings") == 100, "what is no longer listed is marked, and stays"
    assert workspace.query("select accession_number from index_entries where delisted_at is not null") == [(withdrawn,)]
    assert workspace.query(f"select form_type from index_entries where accession_number = '{corrected}'") == [("5",)]
    assert workspace.query("select sum(expected), sum(stored), sum(missing) from coverage") == [(99, 99, 0)]


@pytest.mark.flow
def test_what_no_day_brought_is_fetched_through_the_quarter(
    workspace: Workspace, reconcile: Flow, archive: Archive
) -> None:
    quarter = [number for day in archive.days if day < date(2024, 4, 1) for number in archive.accessions(day)]
    with workspace.edgar(archive, Faults([Fault(FaultKind.DOWN, after=40)])):
        assert reconcile().exit_code is Exit.EDGAR
    held = workspace.count("filings")
    assert 0 < held < len(quarter)
    assert workspace.count("quarantine") == 0
    with workspace.edgar(archive, Faults([Fault(FaultKind.ACCESS_DENIED, "*/master.*")])) as edgar:
        assert reconcile().exit_code is Exit.DONE
        assert edgar.stats().by_kind["filing"] == len(quarter) - held
    assert workspace.query("select sum(expected), sum(stored), sum(missing) from coverage") == [
        (len(quarter),) * 2 + (0,)
    ]


@pytest.mark.flow
def test_a_cut_quarterly_index_marks_nothing_as_gone(
    workspace: Workspace, backfill: Flow, reconcile: Flow, archive: Archive
) -> None:
    with workspace.edgar(archive):
        backfill()
    with workspace.edgar(archive, Faults([Fault(FaultKind.ACCESS_DENIED, "*.gz"), Fault(FaultKind.SHORT, QUARTER)])):
        report = reconcile()
    assert report.exit_code is Exit.INCOMPLETE
    assert any("cut off" in look.text for look in report.attention())
    assert workspace.query("select count(*) from index_entries where delisted_at is not null") == [(0,)]
    assert workspace.query("select sum(expected), sum(stored), sum(missing) from coverage") == [(100, 100, 0)]


@pytest.mark.flow
def test_a_quarterly_index_that_lacks_too_much_completes_no_day(
    workspace: Workspace, reconcile: Flow, archive: Archive
) -> None:
    from form4lake.flows.backfill import backfill

    read, never_read = archive.days[:6], archive.days[6:8]
    half = frozenset(number for day in archive.days for number in archive.accessions(day)[::2])
    no_sizes = Fault(FaultKind.ACCESS_DENIED, "*/full-index/*/index.json")
    with workspace.edgar(archive, Faults([no_sizes, Fault(FaultKind.CHANGED, QUARTER, removed=half)])):
        assert backfill(read[0], read[-1], today=TODAY).exit_code is Exit.DONE
        report = reconcile()
    assert any("too many to believe" in look.text for look in report.attention())
    states = dict(workspace.query("select index_date, state from coverage"))
    assert {states[day] for day in read} == {"whole"}
    assert {states[day] for day in never_read} == {"damaged"}


@pytest.mark.flow
def test_a_day_that_only_its_quarter_lists_is_no_lost_index(
    workspace: Workspace, backfill: Flow, reconcile: Flow, archive: Archive
) -> None:
    from form4lake.flows.nightly import nightly

    workspace.monkeypatch.delenv("FORM4_NIGHTLY__SINCE")
    missing = archive.days[6]
    with workspace.edgar(archive, Faults([Fault(FaultKind.UNPUBLISHED, f"*.{missing:%Y%m%d}.idx")])):
        backfill()
        reconcile()
        report = nightly(today=TODAY)
    assert (report.exit_code, report.problems) == (Exit.DONE, [])


@pytest.mark.flow
def test_a_quarter_that_edgar_has_not_is_no_empty_one(workspace: Workspace, backfill: Flow, reconcile: Flow) -> None:
    april = generate_archive(2, business_days(date(2024, 4, 1), 2), 10)
    with workspace.edgar(april):
        report = reconcile()
    assert report.exit_code is Exit.EDGAR
    assert "full-index/2024/QTR1" in str(report.failure)

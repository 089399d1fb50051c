"""Backfills: a range of dates, one commit a closed month, and nothing asked for or stored twice."""

import dataclasses
from collections.abc import Callable
from datetime import date

import pytest

from form4lake.crawler import FIRST_DAILY_INDEX, ListedDay
from form4lake.exits import Exit
from form4lake.flows.backfill import by_commit
from form4lake.flows.reports.run_report import RunReport
from form4lake.replica import Archive, Fault, FaultKind, Faults, business_days, generate_archive
from form4lake.tests.builders.workspace import TODAY, Workspace

Backfill = Callable[..., RunReport]
DECEMBER, JANUARY = date(2023, 12, 20), date(2024, 1, 10)
CLOSED = [date(2023, 12, 25), date(2024, 1, 1)]


@pytest.fixture
def backfill() -> Backfill:
    """A backfill, as of TODAY."""
    from form4lake.flows.backfill import backfill as flow

    def run(start: date, end: date, forms: list[str] | None = None) -> RunReport:
        report = flow(start=start, end=end, forms=forms, today=TODAY)
        assert isinstance(report, RunReport), report
        return report

    return run


@pytest.fixture(scope="module")
def archive() -> Archive:
    """The last days of a closed month, and the first of the open one."""
    return generate_archive(11, business_days(DECEMBER, 10, CLOSED), 60, CLOSED)


def periods(workspace: Workspace) -> set[str]:
    return {path.name.split(".")[0] for path in (workspace.lake_folder / "data" / "filings").rglob("*.parquet")}


def test_a_closed_month_is_one_commit_and_each_open_day_another() -> None:
    days = [ListedDay(day, "listed", "x") for day in (*business_days(DECEMBER, 2), *business_days(JANUARY, 2))]
    assert [(period, len(group)) for period, group in by_commit(days, TODAY)] == [
        ("2023-12", 2),
        ("2024-01-10", 1),
        ("2024-01-11", 1),
    ]


@pytest.mark.flow
def test_a_backfill_reads_what_is_missing_and_only_that(
    workspace: Workspace, backfill: Backfill, archive: Archive
) -> None:
    december = [number for day in archive.days[:3] for number in archive.accessions(day)]
    with workspace.edgar(archive) as edgar:
        first = backfill(archive.days[0], archive.days[1])
        assert first.exit_code is Exit.DONE
        assert periods(workspace) == {"2023-12"}
        whole = backfill(archive.days[0], archive.days[-1])
        assert whole.exit_code is Exit.DONE
        assert first.added + whole.added == 60
        assert edgar.stats().by_kind["filing"] == 60
        assert periods(workspace) == {"2023-12", *map(str, archive.days[7:])}
        assert backfill(archive.days[0], archive.days[-1]).added == 0
        assert edgar.stats().by_kind["filing"] == 60
    assert workspace.query("select count(*), count(distinct accession_number) from filings") == [(60, 60)]
    stored = {number for (number,) in workspace.query("select accession_number from filings")}
    assert set(december) <= stored


@pytest.mark.flow
def test_forms_can_be_chosen_and_the_others_taken_later(
    workspace: Workspace, backfill: Backfill, archive: Archive
) -> None:
    first, last = archive.days[0], archive.days[2]
    fours = [n for day in archive.days[:3] for n in archive.accessions(day) if archive.truth[n].form_type == "4"]
    everything = [n for day in archive.days[:3] for n in archive.accessions(day)]
    with workspace.edgar(archive) as edgar:
        assert backfill(first, last, ["4"]).added == len(fours) < len(everything)
        assert workspace.query("select distinct form_type from filings") == [("4",)]
        assert workspace.query("select sum(expected), sum(missing) from coverage") == [(len(fours), 0)]
        assert backfill(first, last, ["4"]).added == 0
        assert backfill(first, last).added == len(everything) - len(fours)
        assert edgar.stats().by_kind["filing"] == len(everything)
        assert backfill(first, last, ["4"]).added == 0, "a day read for all forms is complete for one of them"
    assert workspace.query("select sum(expected), sum(stored) from coverage") == [(len(everything), len(everything))]


@pytest.mark.flow
def test_without_a_raw_archive_the_tables_are_the_same(
    workspace: Workspace, backfill: Backfill, archive: Archive
) -> None:
    workspace.monkeypatch.setenv("FORM4_RAW_ARCHIVE", "false")
    with workspace.edgar(archive):
        assert backfill(archive.days[0], archive.days[-1]).exit_code is Exit.DONE
    assert workspace.count("filings") == 60
    assert not list((workspace.lake_folder / "raw").rglob("*.parquet"))


@pytest.mark.flow
@pytest.mark.parametrize("first", [date(1994, 7, 5), date(1998, 3, 30)])
def test_indexes_of_the_nineties_are_read(workspace: Workspace, backfill: Backfill, first: date) -> None:
    days = business_days(first, 4)
    old = dataclasses.replace(generate_archive(3, days, 20), packed=True)
    with workspace.edgar(old):
        assert backfill(days[0], days[-1]).exit_code is Exit.DONE
    assert workspace.query("select count(*), sum(stored), sum(missing) from coverage where state = 'whole'") == [
        (4, 20, 0)
    ]


@pytest.mark.flow
def test_what_is_older_than_daily_indexes_is_left_out_and_said(workspace: Workspace, backfill: Backfill) -> None:
    with workspace.edgar(generate_archive(3, [FIRST_DAILY_INDEX], 5)):
        report = backfill(date(1, 1, 1), FIRST_DAILY_INDEX)
    assert report.exit_code is Exit.DONE
    (look,) = map(str, report.attention())
    assert "not read: 0001-01-01 to 1994-06-30" in look
    assert "reconcile 1993Q1" in look
    assert workspace.query("select index_date, stored from coverage where stored > 0") == [(FIRST_DAILY_INDEX, 5)]


@pytest.mark.flow
def test_a_past_quarter_whose_list_edgar_denies_is_named_and_read_by_the_next_run(
    workspace: Workspace, backfill: Backfill, archive: Archive
) -> None:
    denied = Fault(FaultKind.ACCESS_DENIED, "/Archives/edgar/daily-index/2023/QTR4/*")
    first, last = archive.days[0], archive.days[-1]
    with workspace.edgar(archive, Faults([denied])):
        report = backfill(first, last)
        assert report.exit_code is Exit.INCOMPLETE
        look, days = map(str, report.attention())
        assert "no whole list of the daily indexes of 2023Q4" in look
        assert "2023-12-29" in days
        assert workspace.query("select distinct state from index_days where index_date < '2023-12-25'") == [
            ("damaged",)
        ]
        assert periods(workspace) == {*map(str, archive.days[7:])}
    with workspace.edgar(archive):
        assert backfill(first, last).exit_code is Exit.DONE
    assert workspace.query("select count(*), count(distinct accession_number) from filings") == [(60, 60)]
    assert workspace.query("select count(*) from coverage where state = 'damaged' or missing > 0") == [(0,)]


@pytest.mark.flow
@pytest.mark.parametrize("kind", [FaultKind.ACCESS_DENIED, FaultKind.EMPTY, FaultKind.CUT_LINES])
def test_days_that_a_listing_lacks_are_asked_for_directly(
    workspace: Workspace, backfill: Backfill, archive: Archive, kind: FaultKind
) -> None:
    with workspace.edgar(archive, Faults([Fault(kind, "*/index.json")])):
        assert backfill(archive.days[0], archive.days[-1]).exit_code is Exit.DONE
    assert workspace.query("select count(*), count(distinct accession_number) from filings") == [(60, 60)]

"""The nightly run, end to end: complete, exact, once, and carrying on where it stopped."""

import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from form4lake.exits import Exit
from form4lake.flows.reports.run_report import RunReport
from form4lake.parsers import parse_submission
from form4lake.replica import (
    Archive,
    Fault,
    FaultKind,
    Faults,
    IndexRow,
    archive_of_folder,
    business_days,
    generate_archive,
)
from form4lake.tables import TABLES
from form4lake.tests.builders.expected import as_set, expected_rows, rows
from form4lake.tests.builders.workspace import FIRST, TODAY, Workspace

pytestmark = pytest.mark.flow
HOLIDAY = date(2024, 1, 15)
Nightly = Callable[[], RunReport]
FILINGS = "/Archives/edgar/data/*"


@pytest.fixture(scope="module")
def archive() -> Archive:
    """Seven business days with a holiday among them."""
    return generate_archive(1, business_days(FIRST, 7, [HOLIDAY]), 140, [HOLIDAY])


@pytest.fixture
def few_days(workspace: Workspace) -> Archive:
    """The last three of them, with as many filings, in a lake that begins with them: each day is a commit."""
    days = business_days(date(2024, 1, 17), 3)
    workspace.monkeypatch.setenv("FORM4_NIGHTLY__SINCE", days[0].isoformat())
    workspace.monkeypatch.setenv("FORM4_NIGHTLY__LOOKBACK_DAYS", "2")
    return generate_archive(1, days, 140, [HOLIDAY])


def log_entries(workspace: Workspace) -> list[str]:
    return sorted(path.name for path in (workspace.lake_folder / "log").iterdir())


def parquet_files(workspace: Workspace) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in workspace.lake_folder.rglob("*.parquet")}


def test_every_filing_is_stored_row_by_row_and_nothing_is_asked_twice(
    workspace: Workspace, nightly: Nightly, archive: Archive
) -> None:
    with workspace.edgar(archive) as edgar:
        report = nightly()
        assert report.exit_code is Exit.DONE
        assert report.added == len(archive.truth) == 140
        assert edgar.stats().by_kind["filing"] == 140
        for table in ("filings", "reporting_owners", "non_derivative_transactions", "derivative_transactions",
                      "non_derivative_holdings", "derivative_holdings", "footnotes", "signatures"):  # fmt: skip
            assert as_set(rows(workspace, table)) == as_set(expected_rows(list(archive.truth.values()), table)), table
        assert set(workspace.query("select accession_number, amends from amendments")) == set(archive.amends.items())
        assert workspace.query("select sum(expected), sum(stored), sum(missing) from coverage") == [(140, 140, 0)]
        assert workspace.query("select state from coverage where index_date = '2024-01-15'") == [("holiday",)]

        raw = [path.name[:10] for path in (workspace.lake_folder / "raw").rglob("*.parquet")]
        assert sorted(raw) == [str(day) for day in archive.days], "one raw file a day, when the day is done"

        entries, files = log_entries(workspace), parquet_files(workspace)
        again = nightly()
        assert again.exit_code is Exit.DONE
        assert again.added == 0
        assert edgar.stats().by_kind["filing"] == 140, "no filing is asked for twice"
        indexes = [hit.status for hit in edgar.stats().hits if hit.kind == "index"]
        assert indexes == [200] * 7 + [304] * 6, "an index of the look-back that has not changed is not sent again"
        assert (log_entries(workspace), parquet_files(workspace)) == (entries, files), "no table changes"


def test_real_filings_served_as_one_day_are_stored_as_the_parser_reads_them(
    workspace: Workspace, nightly: Nightly, real_edgar: Path
) -> None:
    archive = archive_of_folder([real_edgar / "submissions", real_edgar / "xml"], TODAY)
    workspace.monkeypatch.setenv("FORM4_NIGHTLY__SINCE", TODAY.isoformat())
    workspace.monkeypatch.setenv("FORM4_NIGHTLY__LOOKBACK_DAYS", "0")
    with workspace.edgar(archive):
        report = nightly()
    assert report.exit_code is Exit.DONE, report.attention()
    numbers = archive.accessions(TODAY)
    assert len(numbers) > 240
    assert workspace.query("select expected, stored, quarantined, missing from coverage where state = 'whole'") == [
        (len(numbers), len(numbers), 0, 0)
    ]
    parsed = [parse_submission(archive.submissions[n], source_path=archive.path_of(n)) for n in numbers]
    for filing in parsed:
        filing.filing_date = filing.filing_date or TODAY
    for table in (table.name for table in TABLES.values() if table.of_filing):
        assert as_set(rows(workspace, table)) == as_set(expected_rows(parsed, table)), table


def test_a_run_that_edgar_stops_goes_on_where_it_stopped(
    workspace: Workspace, nightly: Nightly, few_days: Archive
) -> None:
    workspace.monkeypatch.setenv("FORM4_EDGAR__THREADS", "1")
    with workspace.edgar(few_days, Faults([Fault(FaultKind.DOWN, after=60)])):
        report = nightly()
    assert report.exit_code is Exit.EDGAR
    assert report.account
    assert report.account.alarming, "what it leaves unread is named"
    held = workspace.count("filings")
    assert 40 < held < 60
    ((expected, stored, quarantined, missing),) = workspace.query(
        "select sum(expected), sum(stored), sum(quarantined), sum(missing) from coverage"
    )
    assert (stored, quarantined) == (held, 0)
    assert missing == expected - held > 0
    with workspace.edgar(few_days) as edgar:
        assert nightly().exit_code is Exit.DONE
        assert edgar.stats().by_kind["filing"] == 140 - held, "what was fetched is not asked for again"
    assert workspace.query("select sum(expected), sum(stored), sum(missing) from coverage") == [(140, 140, 0)]


def test_a_throttle_rests_and_the_run_completes(workspace: Workspace, nightly: Nightly, few_days: Archive) -> None:
    with workspace.edgar(few_days, Faults([Fault(FaultKind.THROTTLED, FILINGS, after=20, times=1)])):
        assert nightly().exit_code is Exit.DONE
    assert workspace.count("filings") == 140


def test_a_filing_that_is_not_there_is_quarantined_until_a_retry_finds_it(
    workspace: Workspace, nightly: Nightly, few_days: Archive
) -> None:
    from form4lake.flows.retry import retry

    lost = sorted(few_days.truth)[7]
    with workspace.edgar(few_days, Faults([Fault(FaultKind.ACCESS_DENIED, f"*{lost}.txt")])) as edgar:
        report = nightly()
        assert report.exit_code is Exit.INCOMPLETE
        assert any(lost in look.text for look in report.attention())
        asked = edgar.stats().by_kind["filing"]
        assert nightly().exit_code is Exit.INCOMPLETE
        assert edgar.stats().by_kind["filing"] == asked, "not asked for again before its time"
    assert workspace.query("select accession_number, stage, attempts from quarantine") == [(lost, "fetch", 1)]
    assert workspace.query("select sum(stored), sum(quarantined), sum(missing) from coverage") == [(139, 1, 0)]
    with workspace.edgar(few_days):
        outcome = retry()
    assert outcome.exit_code is Exit.DONE
    assert workspace.count("quarantine") == 0
    ((stages, parts),) = workspace.query(
        f"select count(*), (select count(*) from parse_issues where accession_number = '{lost}') "
        f"from filings where accession_number = '{lost}' and source_path is not null"
    )
    assert (stages, parts) == (1, 0), "the tables do not tell that it was in quarantine"
    entries = [json.loads(path.read_text()) for path in sorted((workspace.lake_folder / "log").glob("*[0-9].json"))]
    histories = [history for entry in entries for history in entry["summary"]["recovered"]]
    assert [history["accession_number"] for history in histories] == [lost]
    assert workspace.query("select sum(stored), sum(quarantined), sum(missing) from coverage") == [(140, 0, 0)]


def test_a_filing_whose_form_is_cut_is_quarantined_with_its_reason(workspace: Workspace, nightly: Nightly) -> None:
    archive = generate_archive(3, [TODAY], 10)
    strange = sorted(archive.truth)[0]
    archive.submissions[strange] = archive.submissions[strange].replace(b"</ownershipDocument>", b"")
    with workspace.edgar(archive):
        assert nightly().exit_code is Exit.INCOMPLETE
    ((number, stage, reason),) = workspace.query("select accession_number, stage, reason from quarantine")
    assert (number, stage) == (strange, "parse")
    assert "cut" in reason
    assert workspace.count("filings") == 9


def test_a_malformed_index_line_is_named_and_the_day_read_again(workspace: Workspace, nightly: Nightly) -> None:
    workspace.monkeypatch.setenv("FORM4_NIGHTLY__SINCE", TODAY.isoformat())
    archive = generate_archive(5, [TODAY], 10)
    archive.rows[TODAY].insert(3, IndexRow(1, "GARBAGE INC", "4", TODAY, "edgar/data/garbage"))
    with workspace.edgar(archive):
        report = nightly()
        assert report.exit_code is Exit.INCOMPLETE
        assert any("garbage" in look.text for look in report.attention())
        assert workspace.query(f"select state from coverage where index_date = '{TODAY}'") == [("damaged",)]
        assert workspace.count("filings") == 10, "what could be read is stored"
    repaired = generate_archive(5, [TODAY], 10)
    with workspace.edgar(repaired):
        assert nightly().exit_code is Exit.DONE
    assert workspace.query(f"select state from coverage where index_date = '{TODAY}'") == [("whole",)]


def test_a_day_whose_index_is_late_is_read_when_it_comes(workspace: Workspace, nightly: Nightly) -> None:
    days = business_days(FIRST, 7, [HOLIDAY])
    whole = generate_archive(6, days, 70, [HOLIDAY])
    with workspace.edgar(whole, Faults([Fault(FaultKind.UNPUBLISHED, f"*{days[-1]:%Y%m%d}.idx")])):
        report = nightly()
    assert report.exit_code is Exit.DONE
    assert report.not_published == [days[-1]]
    assert workspace.count("filings") < 70
    with workspace.edgar(whole):
        assert nightly().exit_code is Exit.DONE
    assert workspace.count("filings") == 70


def test_an_index_that_changes_afterwards_is_followed(
    workspace: Workspace, nightly: Nightly, few_days: Archive
) -> None:
    day = few_days.days[-2]
    late, withdrawn = few_days.accessions(day)[2:4]
    change = Fault(
        FaultKind.CHANGED, f"*.{day:%Y%m%d}.idx", after=2, added=frozenset([late]), removed=frozenset([withdrawn])
    )
    listed = (
        f"select accession_number, delisted_at is null from index_entries where accession_number in {late, withdrawn}"
    )
    with workspace.edgar(few_days, Faults([change])) as edgar:
        for _ in range(2):
            assert nightly().exit_code is Exit.DONE
            assert workspace.query(listed) == [(withdrawn, True)]
        asked = edgar.stats().by_kind["filing"]
        assert nightly().added == 1
        assert edgar.stats().by_kind["filing"] == asked + 1, "the addition is fetched, nothing else"
    assert set(workspace.query(listed)) == {(late, True), (withdrawn, False)}
    assert workspace.count("filings") == 140, "what is no longer listed is marked, and stays"
    assert workspace.query("select sum(expected), sum(stored), sum(missing) from coverage") == [(139, 139, 0)]


def test_an_unchanged_index_does_not_hide_filings_that_are_missing(
    workspace: Workspace, nightly: Nightly, few_days: Archive
) -> None:
    workspace.monkeypatch.setenv("FORM4_EDGAR__THREADS", "1")
    numbers = "|".join(few_days.accessions(few_days.days[-1]))
    with workspace.edgar(few_days, Faults([Fault(FaultKind.DOWN, re.compile(f"({numbers}).txt"), after=5)])):
        assert nightly().exit_code is Exit.EDGAR
    with workspace.edgar(few_days) as edgar:
        assert nightly().exit_code is Exit.DONE
        assert {hit.status for hit in edgar.stats().hits if hit.kind == "index"} == {304}, "the ETags are still known"
    assert workspace.query("select sum(expected), sum(stored), sum(missing) from coverage") == [(140, 140, 0)]


def test_the_form_index_stands_in_for_a_missing_master(
    workspace: Workspace, nightly: Nightly, few_days: Archive
) -> None:
    masters = Fault(FaultKind.ACCESS_DENIED, "*/master.*")
    with workspace.edgar(few_days, Faults([masters])):
        assert nightly().exit_code is Exit.DONE
    assert workspace.query("select sum(expected), sum(stored), sum(missing) from coverage") == [(140, 140, 0)]
    assert {path.split("/")[-1][:5] for (path,) in workspace.query("select source_path from index_days") if path} == {
        "form."
    }

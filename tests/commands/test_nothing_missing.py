"""Nothing is silently missing: whatever runs and EDGAR do, each day that is not complete is named, by exit code too."""

import dataclasses
import json
import re
from datetime import date
from pathlib import Path

import pytest

from form4lake.edgar_calendar import days_between, is_business_day
from form4lake.replica import Archive, Fault, FaultKind, Faults, IndexRow, generate_archive
from form4lake.replica.datasets import dataset
from form4lake.reports.certificate import checksum
from form4lake.tests.builders.workspace import Workspace, form4_here, says

pytestmark = pytest.mark.flow
DAYS = [day for day in days_between(date(2024, 1, 2), date(2024, 1, 19)) if is_business_day(day)]
CLOSED = [date(2024, 1, 1), date(2024, 1, 15)]
FRIDAY, TUESDAY = date(2024, 1, 12), date(2024, 1, 16)


@pytest.fixture(scope="module")
def archive() -> Archive:
    """Every business day from 2024-01-02 to 2024-01-19, each with filings."""
    made = generate_archive(1, DAYS, 60, CLOSED)
    assert all(made.accessions(day) for day in DAYS)
    return made


@pytest.fixture
def user(workspace: Workspace) -> Workspace:
    workspace.monkeypatch.delenv("FORM4_NIGHTLY__SINCE")
    workspace.monkeypatch.setenv("FORM4_TASK_RUNNER", "threads")
    return workspace


def upto(archive: Archive, last: date) -> Archive:
    """EDGAR as it was on an evening."""
    return dataclasses.replace(archive, rows={day: rows for day, rows in archive.rows.items() if day <= last})


def states(user: Workspace, today: date) -> dict[date, str]:
    return {day.index_date: day.state for day in user.lake.coverage(today=today)}


def night(day: date) -> int:
    return form4_here("nightly", "--as-of", str(day)).returncode


def status(today: date, *arguments: str) -> dict[str, object]:
    return dict(json.loads(form4_here("status", *arguments, "--json", "--as-of", str(today)).stdout))


def test_nightly_goes_on_after_the_newest_data_set(user: Workspace, archive: Archive) -> None:
    fourth = generate_archive(2, [date(2023, 12, 28), date(2023, 12, 29)], 12)
    both = dataclasses.replace(
        archive,
        rows=fourth.rows | archive.rows,
        submissions=fourth.submissions | archive.submissions,
        truth=fourth.truth | archive.truth,
    )
    with user.edgar(both):
        done = form4_here("backfill", "2023-10-01", "2023-12-31", "--source", "datasets", "--as-of", "2024-01-05")
        assert done.returncode == 0, done.stderr
        # Of the set's last day, filings made after 17:30 are in the next set.
        assert states(user, date(2024, 1, 3))[date(2023, 12, 29)] == "partial"
        assert night(date(2024, 1, 5)) == 0
    found = states(user, date(2024, 1, 6))
    assert {found[day] for day in (*DAYS[:4], date(2023, 12, 29))} == {"whole"}
    assert found[date(2023, 10, 2)] == "from a data set"
    assert status(date(2024, 1, 6))["complete_through"] == "2024-01-05"


def test_a_day_that_was_late_before_a_holiday_is_read_in_the_end(user: Workspace, archive: Archive) -> None:
    late = Fault(FaultKind.UNPUBLISHED, f"*.{FRIDAY:%Y%m%d}.idx")
    user.monkeypatch.setenv("FORM4_NIGHTLY__LOOKBACK_DAYS", "1")
    with user.edgar(upto(archive, date(2024, 1, 11))):
        night(date(2024, 1, 11))
    with user.edgar(upto(archive, FRIDAY), Faults([late])):
        assert night(FRIDAY) == 0, "an index is not late on its own evening"
    with user.edgar(upto(archive, TUESDAY), Faults([late])):
        assert night(date(2024, 1, 15)) == 0
        assert night(TUESDAY) == 0, "one business day late is no trouble yet"
    with user.edgar(archive, Faults([late])):
        done = form4_here("nightly", "--as-of", "2024-01-18")
        says(done, 1, f"no index: {FRIDAY}")
    with user.edgar(archive):
        assert night(date(2024, 1, 19)) == 0
    assert states(user, date(2024, 1, 20))[FRIDAY] == "whole"


def test_days_without_an_index_end_with_1_and_are_looked_up_again(user: Workspace, archive: Archive) -> None:
    gone = Faults([Fault(FaultKind.UNPUBLISHED, "*/daily-index/*")])
    with user.edgar(archive, gone):
        says(form4_here("nightly", "--as-of", "2024-01-19"), 1, "not published: ")
        says(form4_here("backfill", "2024-01-02", "2024-01-05", "--as-of", "2024-05-02"), 1, "damaged: 2024-01-02")
    with user.edgar(archive):
        assert night(date(2024, 1, 19)) == 0
    assert set(states(user, date(2024, 1, 20)).values()) == {"whole", "holiday"}


@pytest.mark.parametrize("kind", [FaultKind.EMPTY, FaultKind.CUT_LINES])
def test_an_index_that_says_too_little_is_damaged_until_it_says_all(user: Workspace, kind: FaultKind) -> None:
    made = generate_archive(3, DAYS[-3:], 240)
    path = f"*.{DAYS[-2]:%Y%m%d}.idx"
    user.monkeypatch.setenv("FORM4_NIGHTLY__SINCE", str(DAYS[-3]))
    with user.edgar(made, Faults([Fault(kind, path)])):
        says(form4_here("nightly", "--as-of", "2024-01-19"), 1, f"damaged: {DAYS[-2]}")
    assert states(user, date(2024, 1, 20))[DAYS[-2]] == "damaged"
    with user.edgar(made):
        assert night(date(2024, 1, 19)) == 0
    assert user.count("filings") == 240


def test_an_index_that_loses_most_of_its_filings_withdraws_none(user: Workspace) -> None:
    made = generate_archive(3, DAYS[-3:], 90)
    user.monkeypatch.setenv("FORM4_NIGHTLY__SINCE", str(DAYS[-3]))
    lost = frozenset(made.accessions(DAYS[-2])[:12])
    with user.edgar(made):
        assert night(date(2024, 1, 19)) == 0
    with user.edgar(made, Faults([Fault(FaultKind.CHANGED, f"*.{DAYS[-2]:%Y%m%d}.idx", removed=lost)])):
        says(form4_here("nightly", "--as-of", "2024-01-19"), 1, f"damaged: {DAYS[-2]}")
    assert user.query("select count(*) from index_entries where delisted_at is not null") == [(0,)]
    with user.edgar(made, Faults([Fault(FaultKind.CUT_LINES, re.compile(r"/full-index/.*\.(idx|gz)$"))])):
        says(form4_here("reconcile", "2024Q1", "--as-of", "2024-04-19"), 1, "EDGAR's list of indexes says")
    assert user.query("select count(*) from index_entries where delisted_at is not null") == [(0,)]


def test_a_line_that_edgar_never_repairs_is_named_for_ever_and_not_read_for_ever(user: Workspace) -> None:
    days = [day for day in days_between(date(2024, 1, 2), date(2024, 2, 2)) if is_business_day(day)]
    made = generate_archive(5, days, 90, CLOSED)
    bad = days[0]
    made.rows[bad].insert(0, IndexRow(1, "GARBAGE INC", "4", bad, "edgar/data/garbage"))
    user.monkeypatch.setenv("FORM4_NIGHTLY__LOOKBACK_DAYS", "0")
    asked = []
    for today in days[:6]:
        with user.edgar(upto(made, today)) as edgar:
            says(form4_here("nightly", "--as-of", str(today)), 1, f"{bad}")
            asked.append(any(f"{bad:%Y%m%d}" in hit.path for hit in edgar.stats().hits))
    assert asked == [True, True, True, False, False, False]
    with user.edgar(upto(made, days[6])):
        assert form4_here("reconcile", "2024Q1", "--as-of", str(days[6])).returncode in (0, 1)
    repaired = generate_archive(5, days, 90, CLOSED)
    with user.edgar(upto(repaired, days[7])):
        form4_here("reconcile", "2024Q1", "--as-of", str(days[7]))
    assert states(user, days[7])[bad] == "whole", "the quarter's index has the rest"
    user.monkeypatch.setenv("FORM4_NIGHTLY__LOOKBACK_DAYS", "7")
    with user.edgar(upto(made, days[7])):
        says(form4_here("nightly", "--as-of", str(days[7])), 0)  # the day's own, as it was, undoes nothing


def test_a_lake_left_alone_says_how_far_behind_it_is(user: Workspace, archive: Archive) -> None:
    with user.edgar(archive):
        assert night(date(2024, 1, 19)) == 0
    said = form4_here("status", "--as-of", "2024-01-19").stdout.splitlines()
    assert (
        said[0] == "complete through 2024-01-19 (Friday), 0 business days behind; exact 100.0 %, from data sets 0.0 %"
    )
    old = form4_here("status", "--as-of", "2026-11-27")
    assert old.returncode == 1
    assert old.stdout.startswith("complete through 2024-01-19 (Friday), 711 business days behind; ")
    assert "never read: 711 days from 2024-01-22 to 2026-11-25 (form4 backfill --gaps)" in old.stdout
    assert form4_here("status", "2024-01-11", "2024-01-19").returncode == 0
    assert form4_here("status", "2024-01-02", "2024-01-19").returncode == 1
    assert status(date(2024, 1, 19), "2024-01-11", "2024-01-19")["complete"] is True
    for wrong in (("2024-01-19", "2024-01-11"), ("0001-01-01",), ("2024-01-02", "9999-12-31")):
        assert form4_here("status", *wrong).returncode == 2


def test_gaps_that_nobody_asked_for_are_named_and_filled_by_one_command(user: Workspace, archive: Archive) -> None:
    with user.edgar(archive):
        assert form4_here("backfill", "2024-01-03", "2024-01-03", "--as-of", "2024-01-19").returncode == 0
        assert form4_here("backfill", "2024-01-10", "2024-01-10", "--as-of", "2024-01-19").returncode == 0
        says(form4_here("nightly", "--as-of", "2024-01-19"), 1, "never read: 2024-01-04, 2024-01-05, 2024-01-08")
        done = form4_here("backfill", "--gaps", "--as-of", "2024-01-19")
        says(done, 0, "complete through 2024-01-18")
        assert night(date(2024, 1, 19)) == 0
    assert form4_here("status", "--as-of", "2024-01-19").returncode == 0
    says(form4_here("backfill", "--as-of", "2024-01-19"), 2, "form4 backfill --gaps")


def test_a_day_that_the_quarters_index_lists_nothing_of_was_a_closed_one(user: Workspace, archive: Archive) -> None:
    rows = {day: listed for day, listed in archive.rows.items() if day != date(2024, 1, 17)}
    with user.edgar(dataclasses.replace(archive, rows=rows)):
        assert night(date(2024, 1, 19)) == 1
        assert states(user, date(2024, 1, 20))[date(2024, 1, 17)] == "not published"
        form4_here("reconcile", "2024Q1", "--as-of", "2024-01-19")
        assert states(user, date(2024, 1, 20))[date(2024, 1, 17)] == "holiday"
        assert night(date(2024, 1, 19)) == 0


def test_newer_data_sets_come_from_their_newer_address_and_one_at_hand_from_its_file(user: Workspace) -> None:
    made = generate_archive(6, [date(2026, 4, 1), date(2026, 5, 4)], 20)
    packed = dataset(made, "2026q2")
    assert packed
    served = dataclasses.replace(made, datasets={"2026q2": packed})
    arguments = ("2026-04-01", "2026-06-30", "--source", "datasets", "--as-of", "2026-08-03")
    with user.edgar(served) as edgar:
        assert form4_here("backfill", *arguments).returncode == 0
        assert [hit.path.split("/")[2] for hit in edgar.stats().hits if hit.kind == "dataset"] == [
            "datastandardsinnovation"
        ]
    filings = user.count("filings")
    assert filings > 0
    Path("2026q2_form345.zip").write_bytes(packed)
    user.monkeypatch.setenv("FORM4_LAKE", "another")
    user.monkeypatch.setenv("FORM4_EDGAR__BASE_URL", "http://127.0.0.1:9")
    done = form4_here("backfill", "--zip", "2026q2_form345.zip", "--as-of", "2026-08-03")
    assert done.returncode == 0, done.stderr
    Path("2025q1_form345.zip").write_bytes(packed)
    says(form4_here("backfill", "--zip", "2025q1_form345.zip", "--as-of", "2026-08-03"), 1, "not made in 2025Q1")
    Path("odd.zip").write_bytes(packed[:1000])
    says(form4_here("backfill", "--zip", "odd.zip"), 2, "of which quarter")
    says(form4_here("backfill", "2026-04-01", "--zip", "odd.zip", "--as-of", "2026-08-03"), 1, "zip file")


def test_a_quarter_is_certified_with_every_difference_named(user: Workspace, archive: Archive) -> None:
    unlisted, gone = archive.accessions(DAYS[3])[0], archive.accessions(DAYS[4])[0]
    user.monkeypatch.setenv("FORM4_NIGHTLY__SINCE", str(DAYS[0]))
    with user.edgar(archive, Faults([Fault(FaultKind.CHANGED, "*/full-index/*", removed=frozenset([unlisted]))])):
        assert night(date(2024, 1, 19)) == 0
        done = form4_here("certify", "2024Q1", "--output", "out", "--as-of", "2024-01-20")
    statement = json.loads(Path("out/certificate-2024Q1.json").read_text())
    assert done.returncode == 0, done.stdout
    assert statement["sha256"] == checksum(statement)
    assert statement["complete"] is True
    assert statement["listed"]["by_daily_indexes"] == statement["lake"]["exact"] == len(archive.truth)
    assert statement["listed"]["by_quarterly_index"] == len(archive.truth) - 1
    assert {"accession_number": unlisted, "what": "the quarter's index does not list it; a daily index does"} in (
        statement["differences"]
    )
    assert [each["date"] for each in statement["sources"]["daily_indexes"]] == [str(day) for day in DAYS]
    assert all(each["sha256"] for each in statement["sources"]["daily_indexes"])
    assert unlisted in Path("out/certificate-2024Q1.html").read_text()
    with user.edgar(archive, Faults([Fault(FaultKind.CHANGED, "*/full-index/*", removed=frozenset([gone]))])):
        form4_here("reconcile", "2024Q1", "--as-of", "2024-01-22")
        done = form4_here("certify", "2024Q1", "--output", "out", "--as-of", "2024-01-23")
    assert done.returncode == 1, "2024-01-22 was never read"
    statement = json.loads(Path("out/certificate-2024Q1.json").read_text())
    assert statement["lake"]["withdrawn"] == 1
    assert {"accession_number": gone, "what": "withdrawn: listed once, and no longer"} in statement["differences"]
    says(form4_here("certify", "2099Q1"), 2, "has not begun")

"""Which days a run reads: the lake says what is missing, EDGAR's listings what exists."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from form4lake.exits import Exit
from form4lake.flows.steps.account import give_account
from form4lake.flows.steps.days import CATCH_UP_DAYS, MOST_READINGS, days_of_range, days_to_read
from form4lake.flows.steps.run import Run, run
from form4lake.replica import business_days, generate_archive
from form4lake.tables import OWNERSHIP_FORMS, IndexDay, IndexEntry
from form4lake.tests.builders.workspace import Workspace

TODAY = date(2024, 1, 19)
MLK_DAY = date(2024, 1, 15)
DAYS = business_days(date(2023, 12, 27), 16, [date(2024, 1, 1), MLK_DAY])


@pytest.fixture
def this(workspace: Workspace) -> Iterator[Run]:
    """A run against an EDGAR that has every business day from 2023-12-27 to TODAY."""
    workspace.monkeypatch.delenv("FORM4_NIGHTLY__SINCE")
    with workspace.edgar(generate_archive(1, DAYS, 20)), run("nightly") as made:
        yield made
        assert made.report.failure is None


def read(
    this: Run,
    day: date,
    *,
    state: str = "whole",
    missing: int = 0,
    forms: str | None = ",".join(OWNERSHIP_FORMS),
    readings: int | None = None,
) -> None:
    """Put a day into the lake, with `missing` filings listed and not stored."""
    entries = [
        IndexEntry(
            accession_number=f"0000000001-{day:%y}-{day:%m%d}{number:02}",
            filing_date=day,
            index_date=day,
            form_type="4",
            source_path="edgar/data/1/x.txt",
        )
        for number in range(missing)
    ]
    with this.lake.begin(day.isoformat()) as ingest:
        row = IndexDay(index_date=day, state=state, forms=forms, read_at=datetime.now(UTC), readings=readings)
        ingest.add_day(row, entries)
        this.lake.commit(ingest, writer="test")


def dates(this: Run) -> list[date]:
    return [day.index_date for day in days_to_read(this, TODAY)]


LOOKBACK = [date(2024, 1, day) for day in (11, 12, 16, 17, 18, 19)]


def test_an_empty_lake_begins_with_the_last_business_days(this: Run) -> None:
    assert dates(this) == LOOKBACK


def test_the_run_goes_on_from_the_newest_day_and_reads_the_last_ones_again(this: Run) -> None:
    read(this, date(2024, 1, 3))
    for day in (16, 17):
        read(this, date(2024, 1, day))
    assert dates(this) == LOOKBACK
    read(this, date(2024, 1, 4), missing=1)
    assert dates(this) == [date(2024, 1, 4), *LOOKBACK]


def test_after_a_while_off_it_catches_up(this: Run) -> None:
    read(this, date(2024, 1, 3))
    assert dates(this) == [date(2024, 1, day) for day in (4, 5, 8, 9, 10)] + LOOKBACK


def test_a_damaged_day_is_read_again_however_old(this: Run) -> None:
    read(this, date(2023, 12, 28), state="damaged")
    read(this, date(2024, 1, 18))
    assert dates(this) == [date(2023, 12, 28), *LOOKBACK]


def test_a_damaged_day_that_edgar_does_not_repair_is_left_alone_but_named(this: Run) -> None:
    read(this, date(2023, 12, 28), state="damaged", readings=MOST_READINGS)
    read(this, date(2023, 12, 29), state="damaged", readings=MOST_READINGS - 1)
    for day in DAYS[3:]:
        read(this, day)
    assert dates(this) == [date(2023, 12, 29), *LOOKBACK]
    give_account(this, TODAY)
    assert this.report.exit_code == Exit.INCOMPLETE
    assert "2023-12-28" in this.report.attention()[-1].text


@pytest.mark.parametrize("state", ["not published", "no index"])
def test_a_day_that_was_looked_for_in_vain_is_looked_for_again_however_old(this: Run, state: str) -> None:
    read(this, date(2023, 12, 28), state=state, forms=None)
    read(this, date(2024, 1, 18))
    assert dates(this) == [date(2023, 12, 28), *LOOKBACK]


def test_a_day_read_for_fewer_forms_is_read_for_the_others(this: Run) -> None:
    read(this, date(2024, 1, 4), forms="4")
    read(this, date(2024, 1, 18))
    assert dates(this) == [date(2024, 1, 4), *LOOKBACK]


def test_since_answers_for_every_day_from_there_on(this: Run) -> None:
    this.settings.nightly.since = date(2024, 1, 17)
    assert dates(this) == [date(2024, 1, day) for day in (17, 18, 19)]


def test_an_old_backfill_does_not_make_the_nightly_run_read_all_years_since(this: Run) -> None:
    old = TODAY - timedelta(days=CATCH_UP_DAYS + 40)
    read(this, old)
    assert min(dates(this)) >= TODAY - timedelta(days=CATCH_UP_DAYS)
    give_account(this, TODAY)
    assert this.report.exit_code == Exit.INCOMPLETE
    (line,) = this.report.attention()
    assert line.text.startswith("never read: ")
    assert line.text.endswith("(form4 backfill --gaps)")


def test_a_holiday_is_told_from_an_index_that_is_not_there_yet(this: Run) -> None:
    states = {day.index_date: day.state for day in days_to_read(this, date(2024, 1, 22))}
    assert MLK_DAY not in states
    assert states[date(2024, 1, 22)] == "not published"
    assert states[date(2024, 1, 19)] == "listed"


def test_a_backfill_reads_the_days_of_its_range_that_are_not_complete(this: Run) -> None:
    read(this, date(2024, 1, 3))
    days = days_of_range(this, date(2023, 12, 29), date(2024, 1, 4), TODAY)
    wanted = [date(2023, 12, 29), date(2024, 1, 2), date(2024, 1, 4)]
    assert [day.index_date for day in days] == wanted


def test_an_index_on_a_holiday_of_the_calendar_is_read(workspace: Workspace) -> None:
    days = [*DAYS[:4], date(2024, 1, 1), *DAYS[4:]]
    with workspace.edgar(generate_archive(1, days, 20)), run("backfill") as made:
        found = days_of_range(made, date(2024, 1, 1), date(2024, 1, 2), TODAY)
    assert [(day.index_date, day.state) for day in found] == [
        (date(2024, 1, 1), "listed"),
        (date(2024, 1, 2), "listed"),
    ]

"""The account of time: a row of `coverage` for every day that the lake must answer for."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from form4lake.storage import Lake
from form4lake.tables import DatasetRead
from form4lake.tests.builders.lakes import FORMS, NOON, entry, filing, index_day, store

THURSDAY = date(2024, 1, 11)
FRIDAY = date(2024, 1, 12)
KING = date(2024, 1, 15)  # Martin Luther King's birthday, a Monday
TUESDAY = date(2024, 1, 16)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake.open(tmp_path / "lake", create=True)


def states(lake: Lake, today: date, first: date | None = None) -> dict[date, str]:
    return {day.index_date: day.state for day in lake.coverage(first, today=today)}


def note(lake: Lake, day: date, state: str) -> None:
    with lake.begin(day.isoformat()) as ingest:
        ingest.add_day(index_day(day, state=state, forms=None), [])
        lake.commit(ingest, writer="test")


def put_set(lake: Lake, quarter: str, *days: date) -> None:
    with lake.begin(quarter) as ingest:
        for number, day in enumerate(days):
            ingest.add_filing(filing(f"{quarter}-{number}", day, source_format="dataset"), day)
        ingest.add_dataset(
            DatasetRead(
                quarter=quarter, filings=len(days), read_at=NOON, source_path="x", content_sha256="ab", forms=FORMS
            )
        )
        lake.commit(ingest, writer="test")


def test_an_empty_lake_answers_for_no_day(lake: Lake) -> None:
    assert lake.coverage() == []


def test_every_business_day_from_the_first_to_the_newest_due_has_a_row(lake: Lake) -> None:
    store(lake, filing("a", THURSDAY), day=THURSDAY)
    assert states(lake, date(2024, 1, 18)) == {
        THURSDAY: "whole",
        FRIDAY: "never read",
        KING: "holiday",
        TUESDAY: "never read",
        date(2024, 1, 17): "never read",
    }
    assert states(lake, FRIDAY) == {THURSDAY: "whole"}


def test_what_was_looked_for_is_told_from_what_was_never_read(lake: Lake) -> None:
    store(lake, filing("a", THURSDAY), day=THURSDAY)
    note(lake, FRIDAY, "not published")
    note(lake, TUESDAY, "no index")
    assert states(lake, TUESDAY) == {
        THURSDAY: "whole",
        FRIDAY: "not published",
        TUESDAY: "no index",
    }


def test_a_day_with_filings_missing_is_partial(lake: Lake) -> None:
    with lake.begin(THURSDAY.isoformat()) as ingest:
        ingest.add_filing(filing("a", THURSDAY), THURSDAY)
        ingest.add_day(index_day(THURSDAY), [entry("a", THURSDAY), entry("b", THURSDAY)])
        lake.commit(ingest, writer="test")
    (day,) = lake.coverage(today=FRIDAY)
    assert (day.state, day.expected, day.stored, day.missing) == ("partial", 2, 1, 1)


def test_as_many_filings_as_are_listed_are_not_those_that_are_listed(lake: Lake) -> None:
    with lake.begin(THURSDAY.isoformat()) as ingest:
        for name in ("a", "c"):
            ingest.add_filing(filing(name, THURSDAY), THURSDAY)
        ingest.add_day(index_day(THURSDAY), [entry("a", THURSDAY), entry("b", THURSDAY)])
        lake.commit(ingest, writer="test")
    (day,) = lake.coverage(today=FRIDAY)
    assert (day.state, day.expected, day.stored, day.missing) == ("partial", 2, 1, 1)


def test_the_days_of_a_data_set_are_counted_and_missing_until_exact(lake: Lake) -> None:
    put_set(lake, "2023Q4", date(2023, 10, 2), date(2023, 10, 2), date(2023, 12, 29))
    days = {day.index_date: day for day in lake.coverage(today=date(2024, 1, 4))}
    first = days[date(2023, 10, 2)]
    assert (first.state, first.expected, first.stored, first.missing, first.from_datasets) == (
        "from a data set", 2, 0, 2, 2,
    )  # fmt: skip
    assert first.forms == FORMS
    # What was filed after 17:30 of the quarter's last business day is in the next quarter's set.
    assert days[date(2023, 12, 28)].state == "from a data set"
    assert days[date(2023, 12, 29)].state == "partial"
    assert days[date(2024, 1, 1)].state == "holiday"
    assert days[date(2024, 1, 2)].state == days[date(2024, 1, 3)].state == "never read"
    put_set(lake, "2024Q1", date(2024, 1, 2))
    assert states(lake, date(2024, 1, 4))[date(2023, 12, 29)] == "from a data set"


def test_a_gap_between_data_sets_is_named(lake: Lake) -> None:
    put_set(lake, "2023Q2", date(2023, 5, 2))
    put_set(lake, "2023Q4", date(2023, 10, 3))
    found = states(lake, date(2024, 1, 2))
    assert found[date(2023, 6, 30)] == "partial"
    third = {day: state for day, state in found.items() if date(2023, 7, 1) <= day <= date(2023, 9, 30)}
    assert set(third.values()) == {"never read", "holiday"}
    assert len(third) == 65


def test_a_day_closed_by_order_is_a_holiday(lake: Lake) -> None:
    store(lake, filing("a", date(2025, 12, 23)), day=date(2025, 12, 23))
    found = states(lake, date(2025, 12, 30))
    assert [found[date(2025, 12, 23) + timedelta(n)] for n in range(7) if n not in (4, 5)] == [
        "whole", "holiday", "holiday", "holiday", "never read",
    ]  # fmt: skip


def test_the_view_counts_up_to_the_variable_as_of(lake: Lake) -> None:
    store(lake, filing("a", THURSDAY), day=THURSDAY)
    with lake.connect() as connection:
        connection.execute("SET VARIABLE as_of = DATE '2024-01-17'")
        found = connection.sql("SELECT state FROM coverage ORDER BY index_date").fetchall()
    assert found == [("whole",), ("never read",), ("holiday",), ("never read",)]

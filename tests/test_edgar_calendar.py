"""Quarters, business days, and the days on which EDGAR is closed."""

from datetime import UTC, date, datetime

import duckdb
import pytest

from form4lake.edgar_calendar import (
    CLOSED_BY_ORDER,
    CLOSES,
    NEW_YORK,
    Quarter,
    business_days_after,
    business_days_back,
    closing,
    days_between,
    is_accepting,
    is_business_day,
    is_holiday,
    newest_due,
    next_opening,
    quarters_between,
)
from form4lake.storage.read.views import view


@pytest.mark.parametrize("text", ["2024Q1", "2024-Q1", "2024q1", " 2024-q1 "])
def test_a_quarter_is_written_in_these_ways(text: str) -> None:
    quarter = Quarter.parse(text)
    assert (quarter, str(quarter)) == (Quarter(2024, 1), "2024Q1")
    assert (quarter.first, quarter.last) == (date(2024, 1, 1), date(2024, 3, 31))
    assert Quarter(2023, 4).last == date(2023, 12, 31)
    assert Quarter(2023, 3).last == date(2023, 9, 30)
    assert Quarter(2023, 4).next == Quarter(2024, 1)


@pytest.mark.parametrize("text", ["", "2024", "2024Q0", "2024Q5", "24Q1", "Q1 2024", "2024Q11"])
def test_what_is_no_quarter_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="2024Q1"):
        Quarter.parse(text)


def test_the_quarters_that_a_range_touches() -> None:
    assert quarters_between(date(2023, 12, 31), date(2024, 4, 1)) == [
        Quarter(2023, 4),
        Quarter(2024, 1),
        Quarter(2024, 2),
    ]
    assert quarters_between(date(2024, 4, 1), date(2024, 3, 31)) == []


def test_the_last_five_business_days_are_five_in_a_week_with_a_holiday() -> None:
    begins = business_days_back(date(2024, 1, 19), 5)
    assert begins == date(2024, 1, 11)  # the 15th is Martin Luther King's birthday
    assert sum(is_business_day(day) for day in days_between(begins, date(2024, 1, 18))) == 5


@pytest.mark.parametrize(
    ("today", "due"),
    [
        (date(2026, 11, 27), date(2026, 11, 25)),  # the Friday after Thanksgiving
        (date(2026, 11, 28), date(2026, 11, 27)),
        (date(2026, 11, 30), date(2026, 11, 27)),
        (date(2025, 12, 29), date(2025, 12, 23)),  # closed by order on the 24th and 26th
    ],
)
def test_the_index_of_a_day_is_due_the_day_after(today: date, due: date) -> None:
    assert newest_due(today) == due


def test_business_days_are_counted_without_weekends_and_holidays() -> None:
    assert business_days_after(date(2024, 1, 12), date(2024, 1, 17)) == 2
    assert business_days_after(date(2024, 1, 17), date(2024, 1, 17)) == 0


@pytest.mark.parametrize(
    "day", [date(2021, 6, 18), date(2021, 12, 31), date(2018, 12, 5), date(2020, 12, 24), date(2025, 1, 9)]
)
def test_edgar_is_closed_on_observed_holidays_and_by_order(day: date) -> None:
    assert is_holiday(day)
    assert not is_business_day(day)


def test_good_friday_is_a_business_day() -> None:
    assert is_business_day(date(2024, 3, 29))


def test_the_view_of_business_days_knows_the_same_days() -> None:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE index_days (index_date DATE, state VARCHAR)")
        query = f"SELECT day FROM ({view('business_days').query}) WHERE is_business_day"
        known = {row[0] for row in connection.execute(query).fetchall()}
    ours = {day for day in days_between(date(1993, 1, 1), date(2059, 12, 31)) if is_business_day(day)}
    assert known == ours
    assert not known & CLOSED_BY_ORDER


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2024-01-10 05:59", "2024-01-10 06:00"),
        ("2024-01-10 06:00", None),
        ("2024-01-10 22:14", None),
        ("2024-01-10 22:15", "2024-01-11 06:00"),
        ("2024-01-12 23:00", "2024-01-16 06:00"),
        ("2024-01-13 12:00", "2024-01-16 06:00"),
        ("2024-03-08 23:00", "2024-03-11 06:00"),
    ],
)
def test_edgar_accepts_filings_in_the_day_of_business_days(moment: str, opens: str | None) -> None:
    """2024-01-15 is a holiday; on 2024-03-10 New York puts its clocks forward."""
    there = datetime.fromisoformat(moment).replace(tzinfo=NEW_YORK)
    wanted = datetime.fromisoformat(opens).replace(tzinfo=NEW_YORK) if opens else there
    assert is_accepting(there) is (opens is None)
    assert next_opening(there.astimezone(UTC)) == wanted
    assert closing(there).timetz() == CLOSES.replace(tzinfo=NEW_YORK)

"""EDGAR's calendar: quarters, business days, holidays, and the date in New York. Pure, but for today's date."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")
"""EDGAR's time zone: its dates are New York's."""

CLOSED_BY_ORDER = frozenset(
    {
        date(2018, 12, 5),
        date(2018, 12, 24),
        date(2019, 12, 24),
        date(2020, 12, 24),
        date(2025, 1, 9),
        date(2025, 12, 24),
        date(2025, 12, 26),
    }
)
"""Days other than federal holidays on which EDGAR was closed by executive order (announcements of the SEC)."""

OPENS, CLOSES = time(6), time(22, 15)
"""When EDGAR accepts filings on business days, New York's time; a quarter of an hour more, for those of the end."""

_SATURDAY = 5
_QUARTER = re.compile(r"(?P<year>\d{4})-?Q(?P<number>[1-4])", re.IGNORECASE)


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """A quarter of a year; `number` 1 to 4. The earlier one is the smaller."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Quarter:
        """The quarter of `2024Q1` or `2024-Q1`; ValueError for another text."""
        found = _QUARTER.fullmatch(text.strip())
        if found is None:
            raise ValueError(f"{text!r} is not a quarter: write it as 2024Q1")
        return cls(int(found["year"]), int(found["number"]))

    @classmethod
    def of(cls, day: date) -> Quarter:
        """The quarter that a day is in."""
        return cls(day.year, (day.month + 2) // 3)

    def __str__(self) -> str:
        return f"{self.year}Q{self.number}"

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return (self.first + timedelta(days=92)).replace(day=1) - timedelta(days=1)

    @property
    def next(self) -> Quarter:
        """The quarter after it."""
        return Quarter(self.year + self.number // 4, self.number % 4 + 1)


def quarters_between(first: date, last: date) -> list[Quarter]:
    """The quarters that have days from `first` to `last`, oldest first."""
    found = []
    quarter = Quarter.of(first)
    while quarter.first <= last:
        found.append(quarter)
        quarter = quarter.next
    return found


def today_in_new_york() -> date:
    """EDGAR's date of today."""
    return datetime.now(NEW_YORK).date()


def is_holiday(day: date) -> bool:
    """Whether EDGAR is closed though it is a weekday: a federal holiday, as observed, or a day closed by order."""
    return day in _holidays(day.year)


def is_business_day(day: date) -> bool:
    """Whether EDGAR takes filings and publishes an index: Monday to Friday, holidays aside."""
    return day.weekday() < _SATURDAY and not is_holiday(day)


def is_accepting(moment: datetime) -> bool:
    """Whether EDGAR accepts filings at a moment, which has its time zone."""
    there = moment.astimezone(NEW_YORK)
    return is_business_day(there.date()) and OPENS <= there.time() < CLOSES


def next_opening(moment: datetime) -> datetime:
    """When EDGAR next accepts filings: the moment itself where it does, else in New York's time."""
    if is_accepting(moment):
        return moment
    there = moment.astimezone(NEW_YORK)
    day = there.date() + timedelta(days=there.time() >= OPENS)
    while not is_business_day(day):
        day += timedelta(days=1)
    return datetime.combine(day, OPENS, NEW_YORK)


def closing(moment: datetime) -> datetime:
    """When EDGAR closes on the day of a moment, in New York's time."""
    return datetime.combine(moment.astimezone(NEW_YORK).date(), CLOSES, NEW_YORK)


def business_days_back(today: date, count: int) -> date:
    """The business day that is `count` business days before a date; the date itself for 0."""
    day = today
    while count > 0:
        day -= timedelta(days=1)
        count -= is_business_day(day)
    return day


def newest_due(today: date) -> date:
    """The newest day whose index must be there on the date `today`, New York's.

    The index of a day appears at about 22:00 of that day, so today's own is not due before tomorrow.
    """
    return business_days_back(today, 1)


def business_days_after(day: date, last: date) -> int:
    """How many business days there are after `day`, up to `last`."""
    return sum(is_business_day(each) for each in days_between(day + timedelta(days=1), last))


def days_between(first: date, last: date) -> Iterator[date]:
    """Every day from `first` to `last`; none where `last` is earlier."""
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


@cache
def _holidays(year: int) -> frozenset[date]:
    import holidays  # takes a while to import

    federal = holidays.country_holidays("US", years=year)
    return frozenset(federal) | {day for day in CLOSED_BY_ORDER if day.year == year}

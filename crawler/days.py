"""Which days have an index, and why the others have none: a holiday, not published yet, or none exists."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Literal

from .client import EdgarClient
from .listing import list_daily_indexes

DayState = Literal["listed", "holiday", "no index", "not published", "denied"]

FIRST_DAILY_INDEX = date(1994, 7, 1)
"""EDGAR's daily indexes begin here (1994/QTR3/company.070194.idx); earlier filings are in quarterly indexes only."""

SETTLED_AFTER = timedelta(days=90)
"""A quarter's list that is older is not added to any more."""

_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class ListedDay:
    """A day and what EDGAR has of it; `path` of its best index below /Archives/, None unless listed.

    `other_paths` list the same filings: the same index packed, and the day's `form` and `company` indexes.
    """

    index_date: date
    state: DayState
    path: str | None
    other_paths: tuple[str, ...] = ()


def survey_days(client: EdgarClient, first: date, last: date, *, today: date, recent_days: int) -> list[ListedDay]:
    """Every weekday from first to last and every weekend day that has an index, oldest first, none before 1994-07.

    Asks for the list of each quarter touched, once; quarters that begin after `today` (New York's date) are not asked
    for. A day without an index is a "holiday" by the federal calendar; else "not published" if it may still come: today
    and later, one of the `recent_days` business days before today, or later than the newest index listed. All else has
    "no index". A past quarter without any list is trouble at EDGAR, not a quarter without filings: its
    days are "denied". Raises what `EdgarClient.get` raises, Absent aside.
    """
    first = max(first, FIRST_DAILY_INDEX)
    recent = _business_days_before(today, recent_days)
    listings = {
        quarter: _listing(client, quarter, recent) if _first_day(*quarter) <= today else {}
        for quarter in sorted({_quarter(day) for day in _days(first, last)})
    }
    listed = {day: paths for listing in listings.values() if listing for day, paths in listing.items()}
    newest = max(listed, default=date.min)

    def state(day: date) -> DayState:
        if listings[_quarter(day)] is None and day < recent:
            return "denied"
        if is_holiday(day):
            return "holiday"
        pending = day >= recent or (day > newest and today - day <= SETTLED_AFTER)
        return "not published" if pending else "no index"

    return [
        ListedDay(day, "listed", listed[day][0], listed[day][1:]) if day in listed else ListedDay(day, state(day), None)
        for day in _days(first, last)
        if day in listed or day.weekday() < _SATURDAY
    ]


def _listing(client: EdgarClient, quarter: tuple[int, int], recent: date) -> dict[date, tuple[str, ...]] | None:
    """The indexes of a quarter's days; EDGAR must have a list if one of its business days is before `recent`."""
    begins = _first_day(*quarter)
    due = any(day.weekday() < _SATURDAY and not is_holiday(day) for day in _days(begins, recent - timedelta(days=1)))
    listing = list_daily_indexes(client, *quarter)
    # EDGAR may deny a file that it has, in the words for one that it has not: it is asked again.
    return list_daily_indexes(client, *quarter) if listing is None and due else listing


def is_holiday(day: date) -> bool:
    """Whether it is a federal holiday of the United States, as observed: EDGAR publishes nothing then."""
    return day in _holidays(day.year)


@cache
def _holidays(year: int) -> frozenset[date]:
    import holidays  # slow to import, and only a day without an index needs it

    return frozenset(holidays.country_holidays("US", years=year))


def _business_days_before(today: date, count: int) -> date:
    """The day from which on an index may be late: so many business days before today."""
    day = today
    while count > 0:
        day -= timedelta(days=1)
        if day.weekday() < _SATURDAY and not is_holiday(day):
            count -= 1
    return day


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def _quarter(day: date) -> tuple[int, int]:
    return day.year, (day.month + 2) // 3


def _first_day(year: int, quarter: int) -> date:
    return date(year, 3 * quarter - 2, 1)

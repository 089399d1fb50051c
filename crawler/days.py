"""Which days have an index, and why the others have none: a holiday, not published yet, or none exists."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from ..edgar_calendar import Quarter, business_days_back, days_between, is_business_day, is_holiday, quarters_between
from .client import EdgarClient
from .errors import Refused, TooLarge
from .listing import list_daily_indexes

log = logging.getLogger("form4lake.crawler")

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
    days are "denied", as where EDGAR refuses the list. Raises what `EdgarClient.get` raises, but not Absent, Refused or
    TooLarge.
    """
    first = max(first, FIRST_DAILY_INDEX)
    recent = business_days_back(today, recent_days)
    listings = {
        quarter: _listing(client, quarter, recent) if quarter.first <= today else {}
        for quarter in quarters_between(first, last)
    }
    listed = {day: paths for listing in listings.values() if listing for day, paths in listing.items()}
    newest = max(listed, default=date.min)

    def state(day: date) -> DayState:
        if listings[Quarter.of(day)] is None and day < recent:
            return "denied"
        if is_holiday(day):
            return "holiday"
        pending = day >= recent or (day > newest and today - day <= SETTLED_AFTER)
        return "not published" if pending else "no index"

    return [
        ListedDay(day, "listed", listed[day][0], listed[day][1:]) if day in listed else ListedDay(day, state(day), None)
        for day in days_between(first, last)
        if day in listed or day.weekday() < _SATURDAY
    ]


def _listing(client: EdgarClient, quarter: Quarter, recent: date) -> dict[date, tuple[str, ...]] | None:
    """The indexes of a quarter's days; EDGAR must have a list if one of its business days is before `recent`."""
    due = any(is_business_day(day) for day in days_between(quarter.first, recent - timedelta(days=1)))
    try:
        listing = list_daily_indexes(client, quarter)
    except (Refused, TooLarge) as failed:
        log.warning("%s; its days are read once EDGAR gives the list", failed)
        return None
    # EDGAR may deny a file that it has, in the words for one that it has not: it is asked again.
    return list_daily_indexes(client, quarter) if listing is None and due else listing

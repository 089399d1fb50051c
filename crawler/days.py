"""Which days have an index, and why the others have none: a holiday, not published yet, or none exists."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from ..edgar_calendar import Quarter, business_days_back, days_between, is_business_day, is_holiday, quarters_between
from .client import EdgarClient
from .errors import Refused, TooLarge
from .listing import ListedFile, list_daily_indexes, paths_of

log = logging.getLogger("form4lake.crawler")

DayState = Literal["listed", "holiday", "no index", "not published", "denied"]

FIRST_DAILY_INDEX = date(1994, 7, 1)
"""EDGAR's daily indexes begin here (1994/QTR3/company.070194.idx); earlier filings are in quarterly indexes only."""

SETTLED_AFTER = timedelta(days=90)
"""A quarter's list that is older is not added to any more."""

MOST_LACKING = 5
"""A list of a past quarter that lacks more of its business days is damaged, not the truth."""

_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class ListedDay:
    """A day and what EDGAR lists of it; `path` of its best index below /Archives/, None where none can be.

    `other_paths` list the same filings: the same index packed, and the day's `form` and `company` indexes. Of a day
    that is not "listed" the paths are where an index would be, and `state` is what holds if there is none.
    `least_bytes` says of a path how many bytes the list gives it at least.
    """

    index_date: date
    state: DayState
    path: str | None
    other_paths: tuple[str, ...] = ()
    least_bytes: Mapping[str, int] = field(default_factory=dict, compare=False)


def survey_days(client: EdgarClient, first: date, last: date, *, today: date, recent_days: int) -> list[ListedDay]:
    """Every weekday from first to last and every weekend day that has an index, oldest first, none before 1994-07.

    Asks for the list of each quarter touched, once; quarters that begin after `today` (New York's date) are not asked
    for. A day without an index is a "holiday" by EDGAR's calendar; else "not published" if it may still come: today
    and later, one of the `recent_days` business days before today, or later than the newest index listed. All else has
    "no index". A list is believed only as far as it can be true: business days that it lacks come with the paths to ask
    for, and in a past quarter without a list, or whose list lacks more than `MOST_LACKING` of them, these days are
    "denied": trouble at EDGAR, not days without filings. Raises what `EdgarClient.get` raises, but not Absent, Refused
    or TooLarge.
    """
    first = max(first, FIRST_DAILY_INDEX)
    recent = business_days_back(today, recent_days)
    listings = {
        quarter: _listing(client, quarter, recent) if quarter.first <= today else {}
        for quarter in quarters_between(first, last)
    }
    listed = {day: files for listing in listings.values() if listing for day, files in listing.items()}
    newest = max(listed, default=date.min)
    damaged = {quarter for quarter, listing in listings.items() if _damaged(quarter, listing, recent)}

    def survey(day: date) -> ListedDay:
        if day in listed:
            files = listed[day]
            paths = [file.path for file in files]
            return ListedDay(day, "listed", paths[0], tuple(paths[1:]), {file.path: file.least_bytes for file in files})
        if is_holiday(day):
            return ListedDay(day, "holiday", None)
        if day > today:
            return ListedDay(day, "not published", None)
        best, *others = paths_of(day)
        pending = day >= recent or (day > newest and today - day <= SETTLED_AFTER)
        state: DayState = "not published" if pending else "no index"
        denied = Quarter.of(day) in damaged and day < recent
        return ListedDay(day, "denied" if denied else state, best, tuple(others))

    return [survey(day) for day in days_between(first, last) if day in listed or day.weekday() < _SATURDAY]


def _damaged(quarter: Quarter, listing: Mapping[date, object] | None, recent: date) -> bool:
    """Whether a list cannot be the truth: there is none, or the quarter is over and it lacks too many days."""
    if listing is None:
        return True
    begins = max(quarter.first, FIRST_DAILY_INDEX)
    lacking = sum(is_business_day(day) and day not in listing for day in days_between(begins, quarter.last))
    return quarter.last < recent and lacking > MOST_LACKING


def _listing(client: EdgarClient, quarter: Quarter, recent: date) -> Mapping[date, tuple[ListedFile, ...]] | None:
    """The indexes of a quarter's days; EDGAR must have a list if one of its business days is before `recent`."""
    due = any(is_business_day(day) for day in days_between(quarter.first, recent - timedelta(days=1)))
    try:
        listing = list_daily_indexes(client, quarter)
    except (Refused, TooLarge) as failed:
        log.warning("%s; its days are read once EDGAR gives the list", failed)
        return None
    # EDGAR may deny a file that it has as if it were absent: it is asked again.
    return list_daily_indexes(client, quarter) if listing is None and due else listing

"""The account of time: how far the days of a lake are complete, and which are not; pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ..edgar_calendar import business_days_after, days_between, is_business_day, newest_due
from ..tables import OPEN, DayCoverage

WAITING = ("not published", OPEN)
"""States of days whose index is still to come."""
MOST_DAYS_LATE = 1
"""An index that is more business days late than this is trouble."""
NEVER_READ = "never read"
FEWER_FORMS = "read for fewer forms"
REMEDIES = {
    NEVER_READ: "form4 backfill --gaps",
    FEWER_FORMS: "form4 backfill --gaps",
    "from a data set, for fewer forms": "form4 backfill --gaps",
    "partial": "form4 nightly",
    "damaged": "form4 nightly reads it again; form4 reconcile QUARTER takes the quarter's index instead",
    "not published": "form4 nightly looks again",
    OPEN: "known from the current feed; form4 nightly reads the index",
    "no index": "form4 nightly looks again; form4 reconcile QUARTER says whether EDGAR was closed",
}
"""What to do about days that are not complete, by what is wrong with them."""
DATES_NAMED = 7
"""So many dates are named one by one in a line."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Days of one kind that are not complete, oldest first."""

    what: str
    dates: tuple[date, ...]

    def __str__(self) -> str:
        return f"{self.what}: {spelled(self.dates)} ({REMEDIES[self.what]})"


@dataclass(frozen=True, slots=True)
class Account:
    """What a lake says of the business days from `first` to `due`, the newest that EDGAR must have published."""

    first: date
    due: date
    troubles: tuple[Trouble, ...]
    late: tuple[date, ...]
    """Of the days whose index is still to come, those more than one business day late."""
    quarantined: int
    """Filings in quarantine on these days."""
    reached: date | None = None
    """The newest complete day of those that are not due yet and follow without a gap; None: there is none."""

    @property
    def complete_through(self) -> date | None:
        """The newest day up to which every day is complete, data sets counted; None: the first is not, or not due."""
        open_days = [day for trouble in self.troubles for day in trouble.dates]
        if not open_days:
            return self.reached or (self.due if self.first <= self.due else None)
        before = [day for day in days_between(self.first, min(open_days)) if day < min(open_days)]
        business = [day for day in before if is_business_day(day)]
        return business[-1] if business else None

    @property
    def behind(self) -> int:
        """Business days after the last complete one, up to the newest that EDGAR must have published."""
        last = self.complete_through
        if last is None:
            return sum(map(is_business_day, days_between(self.first, self.due)))
        return business_days_after(last, self.due)

    @property
    def alarming(self) -> tuple[Trouble, ...]:
        """What makes the account incomplete: every trouble but days whose index is still to come and not late."""
        kept = (
            Trouble(each.what, tuple(day for day in each.dates if each.what not in WAITING or day in self.late))
            for each in self.troubles
        )
        return tuple(each for each in kept if each.dates)

    def headline(self) -> str:
        """`complete through 2026-11-25 (Wednesday), 0 business days behind`."""
        last = self.complete_through
        through = f"complete through {last} ({last:%A})" if last else f"not complete from {self.first} on"
        return f"{through}, {self.behind:,} business day{'s' * (self.behind != 1)} behind"


def account(
    days: Iterable[DayCoverage],
    today: date,
    forms: Collection[str],
    first: date | None = None,
    last: date | None = None,
) -> Account | None:
    """The account of the rows of `coverage`, of these forms; `today` is New York's date.

    first, last: judge exactly these days, whatever the rows cover; None: from the first row to the newest day due. A
    `first` after that is judged all the same. None if there is no day at all.
    """
    known = {day.index_date: day for day in days}
    begin = first or min(known, default=None)
    if begin is None:
        return None
    due = newest_due(today)
    end = last or max(due, first or due)
    by_trouble: dict[str, list[date]] = defaultdict(list)
    for day in days_between(begin, end):
        what = trouble_of(known.get(day), day, forms)
        if what:
            by_trouble[what].append(day)
    reached = None
    if last is None:
        for day in filter(is_business_day, days_between(due + timedelta(days=1), today)):
            if day not in known or trouble_of(known[day], day, forms):
                break
            reached = day
    waiting = sorted(day for what in WAITING for day in by_trouble[what])
    late = [day for day in waiting if business_days_after(day, today) > MOST_DAYS_LATE]
    return Account(
        first=begin,
        due=end,
        troubles=tuple(Trouble(what, tuple(dates)) for what, dates in by_trouble.items() if dates),
        late=tuple(late),
        reached=reached,
        quarantined=sum(
            day.quarantined
            for day in known.values()
            if begin <= day.index_date and (not last or day.index_date <= last)
        ),
    )


def trouble_of(known: DayCoverage | None, day: date, forms: Collection[str]) -> str | None:
    """What is wrong with a day, as `REMEDIES` has it; None if it is complete. `known` is its row of `coverage`."""
    if known is None:
        return NEVER_READ if is_business_day(day) else None
    if known.state in ("whole", "from a data set"):
        if set(forms) <= set((known.forms or "").replace(" ", "").split(",")):
            return None
        return FEWER_FORMS if known.state == "whole" else f"{known.state}, for fewer forms"
    return None if known.state == "holiday" else known.state


def spelled(days: Sequence[date]) -> str:
    """A few dates one by one, many as `60 days from 2024-01-02 to 2024-03-28`."""
    if len(days) <= DATES_NAMED:
        return ", ".join(map(str, days))
    return f"{len(days):,} days from {days[0]} to {days[-1]}"

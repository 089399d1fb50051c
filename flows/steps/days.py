"""Which index dates a run has to read: the lake says what is missing, EDGAR's listings say what exists."""

from collections.abc import Collection, Iterator
from datetime import date, timedelta
from itertools import groupby

from ...crawler import FIRST_DAILY_INDEX, FIRST_DATASET, ListedDay, survey_days
from ...edgar_calendar import Quarter, business_days_back, quarters_between
from ...storage import DayCoverage
from ..reports.run_report import spelled
from .run import Run


class WrongRange(ValueError):
    """A range of dates that a backfill cannot read; the message is for people."""


CATCH_UP_DAYS = 366
"""How far back the nightly run goes on from the newest day of the lake; an older gap is a backfill's to fill."""

OLDER = "form4 reconcile 1993Q1 reads what a quarterly index lists, and those begin with 1993"


def days_to_read(this: Run, today: date) -> list[ListedDay]:
    """For the nightly run, oldest first: every date that is not complete, and the last few again.

    The run answers for every date from `nightly.since` on (without it, from the newest date of the lake, a year back at
    most), and for older dates that a run has begun and not completed. A `since` after today leaves only those.
    """
    covered = {day.index_date: day for day in this.lake.coverage()}
    since = this.settings.nightly.since
    lookback = max(business_days_back(today, this.settings.nightly.lookback_days), since or date.min)
    newest = max(covered, default=lookback)
    first = since or max(newest, today - timedelta(days=CATCH_UP_DAYS))
    if first - newest > timedelta(days=1) and not since:
        gap = newest + timedelta(days=1), first - timedelta(days=1)
        this.report.notes.append("not read: {0} to {1}; fill the gap with: form4 backfill {0} {1}".format(*gap))
    begin = min(first, lookback)
    recent = this.settings.nightly.lookback_days
    listed = survey_days(this.client, begin, today, today=today, recent_days=recent) if begin <= today else []
    due = [
        day
        for day in listed
        if day.index_date >= lookback or not complete(covered.get(day.index_date), this.settings.forms)
    ]
    older = [day for day, held in covered.items() if day < begin and not complete(held, this.settings.forms)]
    return [*_survey_each(this, older, today), *due]


def check_range(start: date, end: date, today: date) -> None:
    """Raises WrongRange where a backfill from `start` to `end` makes no sense."""
    if start > end:
        raise WrongRange(f"the backfill would begin on {start} and end on {end}: give the earlier date first")
    if start > today or end < FIRST_DAILY_INDEX:
        available = f"{FIRST_DAILY_INDEX} to today, {today}"
        older = f"; {OLDER}" if end < FIRST_DAILY_INDEX else ""
        raise WrongRange(f"EDGAR has daily indexes from {available}; {start} to {end} is outside{older}")


def check_quarters(start: date, end: date, today: date) -> None:
    """Raises WrongRange where a backfill from data sets from `start` to `end` makes no sense."""
    if start > end:
        raise WrongRange(f"the backfill would begin on {start} and end on {end}: give the earlier date first")
    if start > today or end < FIRST_DATASET.first:
        raise WrongRange(
            f"the SEC has data sets from {FIRST_DATASET} to today, {today}; {start} to {end} is outside: "
            "form4 backfill --source index has what is older"
        )


def quarters_of(first: date, last: date) -> list[Quarter]:
    """The quarters that have days from `first` to `last`, from the first one with a data set on, oldest first."""
    return quarters_between(max(first, FIRST_DATASET.first), last)


def older_days(start: date) -> list[str]:
    """What to say to a range that begins before EDGAR's daily indexes, which is read from their first day on."""
    last = FIRST_DAILY_INDEX - timedelta(days=1)
    return [f"not read: {start} to {last}, of which EDGAR has no daily indexes; {OLDER}"] if start <= last else []


def days_of_range(this: Run, first: date, last: date, today: date) -> list[ListedDay]:
    """For a backfill, oldest first: every date from `first` to `last` that is not complete."""
    covered = {day.index_date: day for day in this.lake.coverage(first, last)}
    listed = survey_days(this.client, first, last, today=today, recent_days=this.settings.nightly.lookback_days)
    return [day for day in listed if not complete(covered.get(day.index_date), this.settings.forms)]


def period_of(day: date, today: date) -> str:
    """The period of the commit that a day of history goes into: its month if that is closed, else the day itself."""
    text = day.isoformat()
    return text if text[:7] == today.isoformat()[:7] else text[:7]


def published(this: Run, days: list[ListedDay]) -> list[ListedDay]:
    """Those to read or to note: days with an index, days that never will have one, denied days that the lake lacks.

    The report names days whose index may still come, and as a problem every quarter whose list EDGAR denies.
    """
    this.report.not_published += [day.index_date for day in days if day.state == "not published"]
    denied = [day.index_date for day in days if day.state == "denied"]
    for quarter, dates in groupby(denied, Quarter.of):
        this.report.problems.append(f"{denial(quarter)} (not read: {spelled(list(dates))})")
    covered = {day.index_date for day in this.lake.coverage(denied[0], denied[-1])} if denied else set()
    left_out = covered.intersection(denied).union(this.report.not_published)
    return [day for day in days if day.index_date not in left_out]


def denial(quarter: Quarter) -> str:
    """What EDGAR says of a past quarter's daily indexes, and what to do: of some, it must have a list."""
    return f"EDGAR says that it has no list of the daily indexes of {quarter}, which it must have; run this again later"


def complete(held: DayCoverage | None, forms: Collection[str]) -> bool:
    """Whether the lake holds all of a day, of these forms, or has it in quarantine; None: nothing is known of it."""
    if held is None or held.state == "damaged" or held.missing:
        return False
    return held.state != "whole" or set(forms) <= set((held.forms or "").split(","))


def _survey_each(this: Run, days: Collection[date], today: date) -> Iterator[ListedDay]:
    recent = this.settings.nightly.lookback_days
    for _, group in groupby(sorted(days), Quarter.of):
        wanted = list(group)
        for listed in survey_days(this.client, wanted[0], wanted[-1], today=today, recent_days=recent):
            if listed.index_date in wanted:
                yield listed

"""Which index dates a run has to read: the lake says what is missing, EDGAR's listings say what exists."""

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date, timedelta
from itertools import groupby

from ...crawler import FIRST_DAILY_INDEX, FIRST_DATASET, ListedDay, survey_days
from ...edgar_calendar import Quarter, business_days_back, days_between, quarters_between
from ...tables import OPEN, DayCoverage
from .run import Run


class WrongRange(ValueError):
    """A range of dates that a backfill cannot read; the message is for people."""


READ_FROM_INDEX = ("whole", "partial", "damaged")
"""States of days whose index was read, if not to its end."""
READ = (*READ_FROM_INDEX, "from a data set")
"""States of days of which the lake has something."""
LOOKED_FOR = ("whole", "partial", "damaged", "not published", OPEN, "no index")
"""States of days that a run reads again by itself until they are complete."""
MOST_READINGS = 3
"""A damaged index that this many readings in a row found the same is EDGAR's; the quarter's index has the rest."""
SATURDAY = 5

CATCH_UP_DAYS = 366
"""How far back the nightly run goes on from the newest day of the lake; an older gap is a backfill's to fill."""

OLDER = "form4 reconcile 1993Q1 reads what a quarterly index lists, and those begin with 1993"


def days_to_read(this: Run, today: date) -> list[ListedDay]:
    """For the nightly run, oldest first: what follows the newest day or data set of the lake, and the last days again.

    Also each older day that a run has looked for and not completed; a damaged index that several readings found the
    same is left alone. The run answers for every date from `nightly.since` on (without it, from the newest day or set
    of the lake, a year back at most); a `since` after today leaves only older days.
    """
    covered = {day.index_date: day for day in this.lake.coverage(today=today)}
    forms = this.settings.forms
    since = this.settings.nightly.since
    lookback = max(business_days_back(today, this.settings.nightly.lookback_days), since or date.min)
    newest = max((day for day, held in covered.items() if held.state in READ), default=None)
    follows = newest + timedelta(days=1) if newest else lookback
    begin = min(since or max(follows, today - timedelta(days=CATCH_UP_DAYS)), lookback)
    wanted = {
        day
        for day in days_between(begin, today)
        if day.weekday() < SATURDAY and (day >= lookback or not _read(covered.get(day), settled, forms))
    }
    wanted |= {
        day
        for day, held in covered.items()
        if day < begin and held.state in LOOKED_FOR and not settled(held, forms) and not _left_alone(this, held)
    }
    return list(_survey_each(this, wanted, covered, today))


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


def days_of_range(this: Run, first: date, last: date, today: date, *, gaps: bool = False) -> list[ListedDay]:
    """For a backfill, oldest first: every date from `first` to `last` that is not exact; with `gaps`, not settled."""
    covered = {day.index_date: day for day in this.lake.coverage(first, last, today=today)}
    done = settled if gaps else exact
    forms = this.settings.forms
    weekdays = (day for day in days_between(first, last) if day.weekday() < SATURDAY)
    wanted = {day for day in weekdays if not _read(covered.get(day), done, forms)}
    return list(_survey_each(this, wanted, covered, today))


def period_of(day: date, today: date) -> str:
    """The period of the commit that a day of history goes into: its month if that is closed, else the day itself."""
    text = day.isoformat()
    return text if text[:7] == today.isoformat()[:7] else text[:7]


def denial(quarter: Quarter) -> str:
    """What EDGAR says of a past quarter's daily indexes, and what to do: of some, it must have a list."""
    return (
        f"EDGAR gives no whole list of the daily indexes of {quarter}, which it must have: the days that it lacks "
        "count as damaged; run this again later"
    )


def exact(held: DayCoverage | None, forms: Collection[str]) -> bool:
    """Whether the lake holds all of a day as filed, of these forms, or in quarantine; None: nothing is known of it."""
    return held is not None and (held.state == "holiday" or (held.state == "whole" and _has(held, forms)))


def settled(held: DayCoverage | None, forms: Collection[str]) -> bool:
    """The same, or a data set has the day."""
    return exact(held, forms) or (held is not None and held.state == "from a data set" and _has(held, forms))


def _has(held: DayCoverage, forms: Collection[str]) -> bool:
    return set(forms) <= set((held.forms or "").replace(" ", "").split(","))


def _read(
    held: DayCoverage | None, done: Callable[[DayCoverage | None, Collection[str]], bool], forms: Collection[str]
) -> bool:
    """Whether a day is done because it was read; of a holiday the listings may know better than the calendar."""
    return held is not None and held.state != "holiday" and done(held, forms)


def _left_alone(this: Run, held: DayCoverage) -> bool:
    """Whether EDGAR does not repair a damaged index, as far as one can tell."""
    day = this.lake.index_day(held.index_date) if held.state == "damaged" else None
    return day is not None and (day.readings or 0) >= MOST_READINGS


def _survey_each(
    this: Run, days: Collection[date], covered: Mapping[date, DayCoverage], today: date
) -> Iterator[ListedDay]:
    """These days, and between them each day of a weekend or a holiday that has an index which the lake has not read."""
    recent = this.settings.nightly.lookback_days
    for _, group in groupby(sorted(days), Quarter.of):
        wanted = list(group)
        for listed in survey_days(this.client, wanted[0], wanted[-1], today=today, recent_days=recent):
            held = covered.get(listed.index_date)
            closed = held is None or held.state == "holiday"
            if (closed and listed.state == "listed") or (
                listed.index_date in wanted and not (closed and listed.state == "holiday")
            ):
                yield listed

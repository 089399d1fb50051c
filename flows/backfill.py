"""The flow `backfill`: the index dates of a range, one commit a closed month."""

from collections.abc import Iterator
from datetime import date
from itertools import groupby

from ..crawler import FIRST_DAILY_INDEX, ListedDay
from ..edgar_calendar import newest_due, today_in_new_york
from .reports.progress import progress
from .reports.run_report import RunReport
from .steps.account import accounting
from .steps.days import check_range, days_of_range, older_days, period_of
from .steps.flow import flow, task
from .steps.ingest import ingest_day, ingest_together
from .steps.parameters import Day, Form
from .steps.run import Run, run


@flow("backfill", run_name="backfill {start} to {end}")
def backfill(
    start: Day, end: Day, forms: list[Form] | None = None, today: date | None = None, gaps: bool = False
) -> RunReport:
    """Read every day from `start` to `end` that is not complete.

    forms: the form types to take, None: those of the settings. today: EDGAR's date of the run, in New York; None: now.
    gaps: leave out the days that a data set has.
    """
    now = today or today_in_new_york()
    check_range(start, end, now)
    asked = max(start, FIRST_DAILY_INDEX), min(end, newest_due(now))
    with run("backfill", forms) as this, accounting(this, now, *asked):
        this.report.notes += older_days(start)
        wanted = days_of_range(this, start, min(end, now), now, gaps=gaps)
        with progress().span(len(wanted)):
            for period, days in by_commit(wanted, now):
                read_days(this, period, days)
    return this.report


def by_commit(days: list[ListedDay], today: date) -> Iterator[tuple[str, list[ListedDay]]]:
    """The days that go into one commit, under its period: a closed month together, each day of the open month alone."""

    for each, group in groupby(days, lambda day: period_of(day.index_date, today)):
        yield each, list(group)


@task(run_name="{period}")
def read_days(this: Run, period: str, days: list[ListedDay]) -> None:
    """Read the days of one commit; when EDGAR stops answering, commit what is there and say so."""
    ingest_together(this, period, "backfill", days, lambda day, ingest, taken: ingest_day(this, day, ingest, taken))

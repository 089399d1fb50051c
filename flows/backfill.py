"""The flow `backfill`: the index dates of a range, one commit a closed month."""

from collections.abc import Iterator
from datetime import date
from itertools import groupby

from prefect import State, flow, task
from prefect.cache_policies import NO_CACHE

from crawler import CrawlError, ListedDay, Throttled
from flows.artifacts import finish
from flows.days import days_of_range, published
from flows.ingest import DayIngest, close_days, ingest_day
from flows.run import Run, run, today_in_new_york
from storage import Ingest


@flow(name="backfill", flow_run_name="backfill {start} to {end}")
def backfill(start: date, end: date, forms: list[str] | None = None, today: date | None = None) -> State:
    """Read every day from `start` to `end` that is not complete.

    forms: the form types to take, None: those of the settings. today: EDGAR's date of the run, in New York; None: now.
    """
    now = today or today_in_new_york()
    with run("backfill", forms) as this:
        for label, days in by_commit(published(this, days_of_range(this, start, min(end, now), now)), now):
            read_days(this, label, days)
    return finish(this.report)


def by_commit(days: list[ListedDay], today: date) -> Iterator[tuple[str, list[ListedDay]]]:
    """The days that go into one commit, under its label: a closed month together, days of the open month each alone."""

    def label(day: ListedDay) -> str:
        text = day.index_date.isoformat()
        return text if text[:7] == today.isoformat()[:7] else text[:7]

    for each, group in groupby(days, label):
        yield each, list(group)


@task(task_run_name="{label}", cache_policy=NO_CACHE)
def read_days(this: Run, label: str, days: list[ListedDay]) -> None:
    """Read the days of one commit; when EDGAR stops answering, commit what is there and say so."""
    outcomes: list[DayIngest] = []
    with this.lake.begin(label) as ingest:
        stopped = _read(this, days, ingest, outcomes)
        this.lake.commit(ingest, writer="backfill")
    close_days(this, outcomes)
    if stopped:
        raise stopped


def _read(this: Run, days: list[ListedDay], ingest: Ingest, outcomes: list[DayIngest]) -> CrawlError | None:
    taken: set[str] = set()
    for day in days:
        try:
            outcomes.append(ingest_day(this, day, ingest, taken))
        except CrawlError as failed:
            return failed
        if isinstance(outcomes[-1].stopped, Throttled):
            return outcomes[-1].stopped
    return None

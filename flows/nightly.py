"""The flow `nightly`: the lake brought up to date."""

from datetime import date

from prefect import State, flow, task
from prefect.cache_policies import NO_CACHE
from prefect.runtime import flow_run

from ..crawler import ListedDay
from ..edgar_calendar import today_in_new_york
from .compact import compact_due
from .retry import retry_due
from .steps.artifacts import finish
from .steps.days import days_to_read, published
from .steps.ingest import ENDS_THE_RUN, close_days, commit, ingest_day
from .steps.run import Run, run
from .steps.stopped import result_of, stops


def _run_name() -> str:
    return f"nightly {flow_run.parameters.get('today') or today_in_new_york()}"


@flow(name="nightly", flow_run_name=_run_name)
def nightly(today: date | None = None) -> State:
    """Read every business day that is not complete, and the last few again; one commit a day. Compact what is closed.

    today: EDGAR's date of the run, in New York; None: now.
    """
    now = today or today_in_new_york()
    with run("nightly") as this:
        for day in published(this, days_to_read(this, now)):
            result_of(read_day(this, day, return_state=True))
        retry_due(this)
        this.report.compactions = compact_due(this.lake, now, this.settings.nightly.lookback_days)
    return finish(this.report)


@task(task_run_name="{day.index_date}", cache_policy=NO_CACHE)
@stops
def read_day(this: Run, day: ListedDay) -> None:
    """Read one day's index, fetch and parse what the lake lacks of it, and commit."""
    with this.lake.begin(day.index_date.isoformat()) as ingest:
        outcome = ingest_day(this, day, ingest, set())
        commit(this, ingest, "nightly")
    close_days(this, [outcome])
    if isinstance(outcome.stopped, ENDS_THE_RUN):
        raise outcome.stopped

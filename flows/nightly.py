"""The flow `nightly`: the lake brought up to date."""

from datetime import date

from ..crawler import ListedDay
from ..edgar_calendar import today_in_new_york
from .compact import compact_due
from .reports.progress import progress
from .reports.run_report import RunReport
from .retry import retry_due
from .steps.account import accounting
from .steps.alerts import Alerts
from .steps.days import days_to_read
from .steps.flow import flow, task
from .steps.ingest import ENDS_THE_RUN, close_days, commit, ingest_day
from .steps.run import Run, run


@flow("nightly", run_name=lambda given: f"nightly {given.get('today') or today_in_new_york()}")
def nightly(today: date | None = None) -> RunReport:
    """Read every business day that is not complete, and the last few again; one commit a day. Compact what is closed.

    today: EDGAR's date of the run, in New York; None: now.
    """
    now = today or today_in_new_york()
    with run("nightly") as this, accounting(this, now):
        alerts = Alerts(this.lake, this.settings.alerts)
        days = days_to_read(this, now)
        with progress().span(len(days)):
            for day in days:
                read_day(this, day, now)
        retry_due(this)
        alerts.tell(this.report)
        compact_due(this.lake, now, this.settings.nightly.lookback_days, this.report.compactions)
    return this.report


@task(run_name="{day.index_date}")
def read_day(this: Run, day: ListedDay, today: date) -> None:
    """Read one day's index, fetch and parse what the lake lacks of it, and commit."""
    with this.lake.begin(day.index_date.isoformat()) as ingest:
        outcome = ingest_day(this, day, ingest, set())
        commit(this, ingest, "nightly")
    close_days(this, [outcome], today)
    if isinstance(outcome.stopped, ENDS_THE_RUN):
        raise outcome.stopped

"""The flow `compact`: closed months and years become one sorted file a table."""

from datetime import date

from prefect import State, flow, task
from prefect.cache_policies import NO_CACHE

from ..edgar_calendar import business_days_back, today_in_new_york
from ..storage import Compaction, Lake
from .reports.progress import progress
from .reports.run_report import CompactReport
from .steps.artifacts import finish
from .steps.run import existing_lake
from .steps.stopping import STOPPED, asked_to_stop, stoppable


@flow(name="compact", flow_run_name="compact")
def compact(today: date | None = None) -> State:
    """Compact each month and year that no nightly run reads again.

    today: EDGAR's date of the run, in New York; None: now.
    """
    settings, lake = existing_lake()
    report = CompactReport()
    with lake, lake.alone("compact"), stoppable():
        report.compactions = compact_due(lake, today or today_in_new_york(), settings.nightly.lookback_days)
    report.failure = STOPPED if asked_to_stop() else None
    return finish(report)


def compact_due(lake: Lake, today: date, lookback_days: int) -> list[Compaction]:
    """Compact each month and year that ended before the days that nightly runs read again, and tidy the lake.

    Asked to stop, it ends after the one at hand.
    """
    before = business_days_back(today, lookback_days)
    periods = lake.due_for_compaction(before)
    if periods:
        progress().begin("compact", len(periods))
    compactions: list[Compaction] = []
    for period in periods:
        if asked_to_stop():
            return compactions
        done = compact_period(lake, period)
        progress().advance()
        if done:
            progress().end(done)
            compactions.append(done)
    lake.tidy(before)
    return compactions


@task(task_run_name="compact {period}", cache_policy=NO_CACHE)
def compact_period(lake: Lake, period: str) -> Compaction | None:
    """Compact one month or year."""
    return lake.compact_period(period)

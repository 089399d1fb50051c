"""The flow `compact`: closed months and years become one sorted file a table."""

from datetime import date

from ..edgar_calendar import business_days_back, today_in_new_york
from ..storage import Compaction, Lake
from .reports.progress import progress
from .reports.run_report import CompactReport
from .steps.flow import flow, task
from .steps.run import run_on_lake
from .steps.stopping import check_stop


@flow("compact", run_name="compact")
def compact(today: date | None = None) -> CompactReport:
    """Compact each month and year that no nightly run reads again.

    today: EDGAR's date of the run, in New York; None: now.
    """
    with run_on_lake(CompactReport()) as (settings, lake, report):
        compact_due(lake, today or today_in_new_york(), settings.nightly.lookback_days, report.compactions)
    return report


def compact_due(lake: Lake, today: date, lookback_days: int, done: list[Compaction]) -> None:
    """Compact each month and year that ended before the days that nightly runs read again, and tidy the lake.

    Each compaction is added to `done`. Raises StopRequested after the one at hand.
    """
    before = business_days_back(today, lookback_days)
    periods = lake.due_for_compaction(before)
    if periods:
        progress().begin("compact", len(periods))
    for period in periods:
        check_stop()
        compaction = compact_period(lake, period)
        progress().advance()
        if compaction:
            progress().end(compaction)
            done.append(compaction)
    check_stop()
    lake.tidy(before)


@task(run_name="compact {period}")
def compact_period(lake: Lake, period: str) -> Compaction | None:
    """Compact one month or year."""
    return lake.compact_period(period)

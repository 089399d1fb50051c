"""The flow `compact`: closed months and years become one sorted file a table."""

from datetime import date

from prefect import State, flow, task
from prefect.cache_policies import NO_CACHE

from ..storage import Fold, Lake
from .reports.progress import progress
from .reports.run_report import CompactReport
from .steps.artifacts import finish
from .steps.days import business_days_back
from .steps.run import existing_lake, today_in_new_york
from .steps.stopping import STOPPED, asked_to_stop, stoppable


@flow(name="compact", flow_run_name="compact")
def compact(today: date | None = None) -> State:
    """Fold each month and year that no nightly run reads again.

    today: EDGAR's date of the run, in New York; None: now.
    """
    settings, lake = existing_lake()
    report = CompactReport()
    with lake, lake.alone("compact"), stoppable():
        report.folds = fold_due(lake, today or today_in_new_york(), settings.nightly.lookback_days)
    report.failure = STOPPED if asked_to_stop() else None
    return finish(report)


def fold_due(lake: Lake, today: date, lookback_days: int) -> list[Fold]:
    """Fold each month and year that ended before the days that nightly runs read again, and tidy the lake.

    Asked to stop, it ends after the one at hand.
    """
    before = business_days_back(today, lookback_days)
    labels = lake.foldable(before)
    if labels:
        progress().begin("compact", len(labels))
    folds: list[Fold] = []
    for label in labels:
        if asked_to_stop():
            return folds
        done = fold_period(lake, label)
        progress().advance()
        if done:
            progress().end(done)
            folds.append(done)
    lake.tidy(before)
    return folds


@task(task_run_name="fold {label}", cache_policy=NO_CACHE)
def fold_period(lake: Lake, label: str) -> Fold | None:
    """Fold one month or year."""
    return lake.fold(label)

"""The flow `retry`: everything in quarantine is tried again; what succeeds moves into the tables."""

from datetime import UTC, datetime, timedelta

from ..tables import QuarantinedFiling
from .reports.run_report import RunReport
from .steps.flow import flow
from .steps.retrying import retry_filings
from .steps.run import Run, run

FIRST_GAP = timedelta(hours=20)
"""How long the nightly run leaves a filing that EDGAR did not give alone; doubled by each further attempt."""
MOST_DOUBLINGS = 6
"""The longest gap is under two months."""


@flow("retry", run_name="retry")
def retry() -> RunReport:
    """Try every quarantined filing again: from the raw archive where it is held, else from EDGAR."""
    with run("retry", create=False) as this:
        retry_filings(this, this.lake.all_quarantined())
    return this.report


def due(row: QuarantinedFiling, now: datetime) -> bool:
    """Whether the nightly run tries a filing again: those EDGAR did not give, with growing gaps between attempts."""
    return row.stage == "fetch" and now - row.last_tried >= FIRST_GAP * 2 ** min(row.attempts - 1, MOST_DOUBLINGS)


def retry_due(this: Run) -> None:
    """Try those again whose time has come."""
    now = datetime.now(UTC)
    retry_filings(this, [(day, row) for day, row in this.lake.all_quarantined() if due(row, now)])

"""What a run says at its end of the days that it answers for, whichever run has read them."""

from datetime import date

from ...reports.account import account
from .run import Run


def give_account(this: Run, today: date, first: date | None = None, last: date | None = None) -> None:
    """Put into the report how the days from `first` to `last` stand, None: all those of the lake, as on `today`."""
    if first and last and first > last:
        return
    covered = this.lake.coverage(first, last, today=today)
    this.report.account = account(covered, today, this.settings.forms, first, last)

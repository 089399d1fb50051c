"""What a run says at its end of the days that it answers for, whichever run has read them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from ...crawler import CrawlError
from ...reports.account import account
from .run import Run


@contextmanager
def accounting(this: Run, today: date, first: date | None = None, last: date | None = None) -> Iterator[None]:
    """At the end, also where EDGAR ends the run early, put into the report how the days stand as on `today`.

    They are those from `first` to `last`; None: all those of the lake.
    """
    try:
        yield
    except CrawlError:
        give_account(this, today, first, last)
        raise
    give_account(this, today, first, last)


def give_account(this: Run, today: date, first: date | None = None, last: date | None = None) -> None:
    """Put into the report how the days from `first` to `last` stand."""
    if first and last and first > last:
        return
    covered = this.lake.coverage(first, last, today=today)
    this.report.account = account(covered, today, this.settings.forms, first, last)

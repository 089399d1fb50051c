"""Where a run says how far it is; the command line decides how that looks, a run without one says nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Protocol

from flows.report import DayReport


class Progress(Protocol):
    """Listens to a run."""

    def begin(self, index_date: date, filings: int) -> None:
        """A day begins, with so many filings to load."""

    def advance(self) -> None:
        """One filing is loaded, or quarantined."""

    def end(self, day: DayReport) -> None:
        """A day is in the lake."""


class Silence:
    """The progress of a run that nobody watches."""

    def begin(self, index_date: date, filings: int) -> None:
        """Nothing."""

    def advance(self) -> None:
        """Nothing."""

    def end(self, day: DayReport) -> None:
        """Nothing."""


_listener: Progress = Silence()


def progress() -> Progress:
    """Who listens to the runs of this process."""
    return _listener


@contextmanager
def listening(listener: Progress) -> Iterator[None]:
    """Have the runs inside tell `listener` how far they are."""
    global _listener
    before, _listener = _listener, listener
    try:
        yield
    finally:
        _listener = before

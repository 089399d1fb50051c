"""Where a run says how far it is; the command line decides how that looks, a served run logs it."""

import logging
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import date
from typing import Protocol

log = logging.getLogger("form4lake.flows")


class Progress(Protocol):
    """Listens to a run."""

    def span(self, parts: int, unit: str = "days") -> AbstractContextManager[None]:
        """This many days belong together; each that begins inside is the next of them, until the span ends."""

    def begin(self, work: date | str, count: int) -> None:
        """A day begins, with this many filings to load, or other work with this many parts."""

    def fill(self, count: int) -> None:
        """What has begun turns out to have this many filings, none of them loaded yet."""

    def advance(self, count: int = 1) -> None:
        """So many filings are loaded, or quarantined; or parts are done."""

    def end(self, done: object) -> None:
        """A day is in the lake, or other work done; its text says how."""


class Logged:
    """The progress of a run that nobody watches: what is done, in the log."""

    def span(self, parts: int, unit: str = "days") -> AbstractContextManager[None]:  # noqa: ARG002
        """Nothing."""
        return nullcontext()

    def begin(self, work: date | str, count: int) -> None:
        """Nothing."""

    def fill(self, count: int) -> None:
        """Nothing."""

    def advance(self, count: int = 1) -> None:
        """Nothing."""

    def end(self, done: object) -> None:
        """Log it."""
        log.info("%s", done, extra={"index_date": getattr(done, "index_date", None)})


_listener: Progress = Logged()


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

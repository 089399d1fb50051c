"""The clock of a run that looks again and again, and when it looks."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from ...edgar_calendar import closing, is_accepting
from .stopping import asked_to_stop, check_stop

SHIFT = timedelta(minutes=15)
"""How long one run looks: what a killed run leaves is taken up by the next, and no run grows old."""
_NAP_SECONDS = 0.2


class Clock:
    """The machine's clock; a test has one of its own."""

    def now(self) -> datetime:
        """The time, UTC."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Return after so long, or as soon as this process is asked to stop."""
        until = time.monotonic() + seconds
        while not asked_to_stop() and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, _NAP_SECONDS))


_clock = Clock()


def clock() -> Clock:
    """The clock of the runs of this process."""
    return _clock


@contextmanager
def by_clock(other: Clock) -> Iterator[None]:
    """Have the runs inside go by another clock."""
    global _clock
    before, _clock = _clock, other
    try:
        yield
    finally:
        _clock = before


def end_of_shift(moment: datetime) -> datetime:
    """When a run that begins at a moment ends: at the next quarter of an hour; the day's last when EDGAR closes."""
    quarters = moment.minute // 15 + 1
    end = moment.replace(minute=0, second=0, microsecond=0) + quarters * SHIFT
    closes = closing(moment)
    return closes if closes - end <= SHIFT else end


def polls(interval_seconds: float, *, once: bool) -> Iterator[datetime]:
    """The moments to look at, until the shift is over; none while EDGAR is closed. One, whatever the hour, with `once`.

    Raises StopRequested where this process is asked to stop.
    """
    if once:
        yield clock().now()
        return
    begun = clock().now()
    until = end_of_shift(begun)
    interval = timedelta(seconds=interval_seconds)
    due = begun
    while is_accepting(due) and due < until:
        yield clock().now()
        check_stop()
        now = clock().now()
        due = max(due + interval, now)
        clock().sleep((min(due, until) - now).total_seconds())
        check_stop()

"""The two clocks and the one way to sleep of this package, in one place so that a test need not wait."""

from __future__ import annotations

import threading
import time


class Clock:
    """The machine's clocks, in seconds."""

    def wall(self) -> float:
        """Time since 1970-01-01 UTC: survives a restart, but can be set."""
        return time.time()

    def monotonic(self) -> float:
        """Time since some moment before now, the same for every process until the machine restarts; never set back."""
        return time.monotonic()

    def sleep(self, seconds: float, stop: threading.Event) -> None:
        """Return after `seconds`, or as soon as `stop` is set."""
        stop.wait(seconds)

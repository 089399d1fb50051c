"""A clock that need not be waited for."""

import threading

from form4lake.crawler.clock import Clock


class SkippingClock(Clock):
    """Clocks that start at the real time and that only sleeping moves on. `slept` holds the seconds of each sleep."""

    def __init__(self) -> None:
        self._began = super().wall(), super().monotonic()
        self.skipped = 0.0
        self.wall_shift = 0.0
        self.slept: list[float] = []
        self._lock = threading.Lock()

    def wall(self) -> float:
        return self._began[0] + self.skipped + self.wall_shift

    def monotonic(self) -> float:
        return self._began[1] + self.skipped

    def sleep(self, seconds: float, stop: threading.Event) -> None:
        with self._lock:
            self.skipped += seconds
            self.slept.append(seconds)

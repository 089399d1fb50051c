"""Whether and when one file is asked for again, and what a refusal says of EDGAR and what of the file."""

from __future__ import annotations

import threading

from tenacity import RetryCallState, wait_exponential, wait_random

from .answers import Outcome
from .options import ClientOptions
from .transport import AttemptFailed

_BACKOFF = wait_exponential(multiplier=0.5, exp_base=3, max=30) + wait_random(0, 0.5)


class Throttles:
    """How often in a row EDGAR has refused this client for too many requests, whatever thread asked.

    Answers to requests that were under way when the rate limiter closed belong to the same refusal.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answered = 0
        self.episode = 0
        """Goes up with each refusal; a request remembers the one it was sent in."""
        self.in_a_row = 0

    @property
    def over(self) -> bool:
        """Whether EDGAR has answered since it refused last."""
        return self._answered == self.episode

    def note(self, episode: int) -> None:
        """A request of this episode was refused."""
        with self._lock:
            if episode == self.episode:
                self.episode += 1
                self.in_a_row += 1

    def forget(self, episode: int) -> None:
        """A request of this episode was answered."""
        with self._lock:
            if episode == self.episode:
                self.in_a_row = 0
                self._answered = episode


class Tries:
    """How often one file was asked for, and whether and when to ask again."""

    def __init__(self, options: ClientOptions, throttles: Throttles) -> None:
        self._options = options
        self._throttles = throttles
        self.made = 0
        self.throttled = 0
        self._last: AttemptFailed | None = None

    def note(self, failure: AttemptFailed) -> None:
        """A try failed."""
        self.made += 1
        self.throttled += failure.outcome is Outcome.THROTTLED
        self._last = failure

    def spent(self, _state: RetryCallState) -> bool:
        """Whether that was the last try; throttles have a count of their own, as a pause lies between them."""
        if self._last is None:
            return False
        if self._last.outcome is Outcome.THROTTLED:
            return self._throttles.in_a_row >= self._options.throttles_before_giving_up
        others = self.made - self.throttled
        return others >= min(self._options.attempts, self._last.tries or self._options.attempts)

    def pause(self, state: RetryCallState) -> float:
        """Seconds until the next try: growing, with jitter, and what Retry-After asks up to the throttle's pause."""
        if self._last is None or self._last.outcome is Outcome.THROTTLED:
            return 0.0  # the rate limiter is closed: that is the pause
        asked = min(self._last.retry_after or 0.0, self._options.throttle_pause_seconds)
        return max(_BACKOFF(state), asked)

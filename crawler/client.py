"""The one way to EDGAR: every request declares who asks, passes the rate limiter, and is tried a few times."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar, cast
from urllib.parse import urljoin, urlsplit

from tenacity import RetryCallState, Retrying, retry_if_exception_type, wait_exponential, wait_random

from .answers import REDIRECTS, Outcome, Verdict, classify, http_date, retry_after_seconds
from .clock import Clock
from .errors import Absent, BrokenAnswer, ClientClosed, CrawlError, EdgarDown, Throttled
from .options import ClientOptions, check_options
from .partial import PARTIAL, UNSATISFIABLE, PartialFile, PartNotUsable
from .rate_limiter import RateLimiter
from .transport import AttemptFailed, Response, Transport

log = logging.getLogger("form4lake.crawler")

MAX_REDIRECTS = 5
NOT_MODIFIED = 304

_FOLDER_OF_YEARS = "/Archives/edgar/daily-index/index.json"

LONGEST_PAUSE_SECONDS = 3600.0
"""A throttle's Retry-After is obeyed up to this."""

WholeCheck = Callable[[bytes], str | None]
"""Says what a body lacks of being the file asked for; None if it is whole."""

FileCheck = Callable[[Path], str | None]
"""The same of a file on disk."""

Found = TypeVar("Found")

_BACKOFF = wait_exponential(multiplier=0.5, exp_base=3, max=30) + wait_random(0, 0.5)


@dataclass(frozen=True, slots=True)
class Validators:
    """What tells one edition of a file from another (RFC 9110, 8.8): its ETag as sent, its last change in UTC."""

    etag: str | None = None
    last_modified: datetime | None = None

    def conditions(self) -> dict[str, str]:
        """The headers of a request for any other edition; none if nothing is known of this one."""
        headers = {}
        if self.etag:
            headers["If-None-Match"] = self.etag
        if self.last_modified:
            headers["If-Modified-Since"] = format_datetime(self.last_modified.astimezone(UTC), usegmt=True)
        return headers


NOTHING_SEEN = Validators()


@dataclass(frozen=True, slots=True)
class Answer:
    """A file of EDGAR, whole: its path below the base address, its bytes, and which edition they are."""

    path: str
    body: bytes
    validators: Validators


class EdgarClient:
    """A client of one EDGAR; threads share it. A context manager, to be closed when done."""

    def __init__(self, options: ClientOptions, *, clock: Clock | None = None) -> None:
        """Raises MissingIdentity or BadOptions; makes no request."""
        check_options(options)
        self._options = options
        self._base = options.base_url.rstrip("/")
        self._clock = clock or Clock()
        self._limiter = RateLimiter(options, self._clock)
        self._transport = Transport(options, self._clock)
        self._closed = threading.Event()
        self._counting = threading.Lock()
        self._requests_made = 0
        self._given: str | None = None
        self._throttles = _Throttles()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; threads that wait for the rate limiter or a retry wake up with ClientClosed."""
        self._closed.set()
        self._transport.close()

    @property
    def requests_made(self) -> int:
        """Requests sent so far, retries and redirects counted."""
        return self._requests_made

    def get(self, path: str, *, whole: WholeCheck | None = None) -> Answer:
        """The file at a path such as `/Archives/edgar/daily-index/2024/QTR1/index.json`.

        `whole` judges the body: one that lacks something is asked for again. Blocks for as long as the rate limiter, a
        throttle's pause and the retries take. Raises Absent, Throttled, EdgarDown, BrokenAnswer or ClientClosed.
        """
        return cast(Answer, self._get(path, whole, {}))  # without conditions a 304 is no answer

    def get_unless(self, seen: Validators, path: str, *, whole: WholeCheck | None = None) -> Answer | None:
        """As `get`, but None where the file is still the edition `seen`."""
        return self._get(path, whole, seen.conditions())

    def download(
        self, path: str, into: PartialFile, *, seen: Validators = NOTHING_SEEN, whole: FileCheck
    ) -> Validators | None:
        """As `get_unless`, but the file goes to disk as it comes; which edition it is, None where it is still `seen`.

        What another call, or an attempt, left of it in `into` is gone on from. `whole` judges the file once it has come
        to its end. Raises as `get`, and BadOptions where `into` cannot be written.
        """
        return self._retried(path, lambda: self._ask_for_file(path, into, seen, whole))

    def probe(self) -> None:
        """Return if EDGAR answers: it is asked again for the file that it gave last, or for one it may well lack.

        Raises what `get` raises; Absent only for a file that it gave before.
        """
        if self._given:
            self.get(self._given)
        else:
            with suppress(Absent):
                self.get(_FOLDER_OF_YEARS)

    def _get(self, path: str, whole: WholeCheck | None, conditions: Mapping[str, str]) -> Answer | None:
        return self._retried(path, lambda: self._ask(path, whole, conditions))

    def _retried(self, path: str, ask: Callable[[], Found]) -> Found:
        tries = _Tries(self._options, self._throttles)
        retrying = Retrying(
            retry=retry_if_exception_type(AttemptFailed),
            stop=tries.spent,
            wait=tries.pause,
            sleep=self._sleep,
            reraise=True,
        )
        try:
            return cast(Found, retrying(self._attempt, path, ask, tries))
        except AttemptFailed as failure:
            raise self._error_of(failure, path, tries) from failure

    def _attempt(self, path: str, ask: Callable[[], Found], tries: _Tries) -> Found:
        episode = self._throttles.episode
        try:
            answer = ask()
        except AttemptFailed as failure:
            tries.note(failure)
            if failure.outcome is Outcome.THROTTLED:
                self._throttles.note(episode)
                pause = min(failure.retry_after or 0.0, LONGEST_PAUSE_SECONDS)
                self._limiter.close(max(self._options.throttle_pause_seconds, pause), f"{failure.why} for {path}")
            if failure.tries is None:  # else the error says it all, now or after one try more
                log.warning("%s: %s: %s (attempt %d)", path, failure.outcome.value, failure.why, tries.made)
            raise
        self._throttles.forget(episode)
        return answer

    def _ask(self, path: str, whole: WholeCheck | None, conditions: Mapping[str, str]) -> Answer | None:
        """One attempt, redirects followed; None for a file that has not changed; raises AttemptFailed."""
        response = self._exchange(path, conditions)
        if conditions and response.status == NOT_MODIFIED:
            return None
        verdict = classify(response.status, response.body)
        if verdict.outcome is Outcome.FOUND and whole is not None and (lack := whole(response.body)) is not None:
            verdict = Verdict(Outcome.BROKEN, lack)
        self._refuse_unless_found(verdict, response)
        self._given = path
        return Answer(path, response.body, _validators(response))

    def _ask_for_file(self, path: str, into: PartialFile, seen: Validators, whole: FileCheck) -> Validators | None:
        """As `_ask`, into a file."""
        known = {} if into.begun else seen.conditions()
        try:
            response = self._exchange(path, into.conditions() | known, into)
        except PartNotUsable as wrong:
            raise AttemptFailed(Outcome.BROKEN, str(wrong)) from wrong
        if known and response.status == NOT_MODIFIED:
            return None
        if response.status == UNSATISFIABLE:
            into.discard()
        verdict = classify(200 if response.status == PARTIAL else response.status, response.body)
        if verdict.outcome is Outcome.FOUND and (lack := whole(into.path)) is not None:
            verdict = Verdict(Outcome.BROKEN, lack)
            into.discard()
        self._refuse_unless_found(verdict, response)
        return _validators(response)

    def _refuse_unless_found(self, verdict: Verdict, response: Response) -> None:
        if verdict.outcome is not Outcome.FOUND:
            retry_after = retry_after_seconds(response.headers.get("Retry-After"), self._clock.wall())
            tries = 1 if verdict.outcome is Outcome.ABSENT else None
            raise AttemptFailed(verdict.outcome, verdict.why, tries=tries, retry_after=retry_after)

    def _exchange(self, path: str, headers: Mapping[str, str], into: PartialFile | None = None) -> Response:
        """The answer at the end of the redirects, if there are any."""
        url = self._base + path
        for _ in range(MAX_REDIRECTS + 1):
            response = self._send(url, headers, into)
            if response.status not in REDIRECTS:
                return response
            url = self._next_hop(url, response)
        raise AttemptFailed(Outcome.BROKEN, f"more than {MAX_REDIRECTS} redirects", tries=1)

    def _send(self, url: str, headers: Mapping[str, str], into: PartialFile | None) -> Response:
        self._limiter.wait(self._closed)
        with self._counting:
            self._requests_made += 1
        return self._transport.fetch(url, headers, into)

    def _next_hop(self, url: str, response: Response) -> str:
        location = response.headers.get("Location", "")
        try:
            target = urljoin(url, location)
            within = bool(location) and _origin(target) == _origin(self._base)
        except ValueError:
            within = False
        if not within:
            why = f"redirected to {location[:200]!r}, which is not below {self._base}: refused"
            raise AttemptFailed(Outcome.BROKEN, why, tries=1)
        return target

    def _sleep(self, seconds: float) -> None:
        self._clock.sleep(seconds, self._closed)
        if self._closed.is_set():
            raise ClientClosed("the client was closed while a request waited to be tried again")

    def _error_of(self, failure: AttemptFailed, path: str, tries: _Tries) -> CrawlError:
        times = "" if tries.made == 1 else f" ({tries.made} attempts)"
        match failure.outcome:
            case Outcome.ABSENT:
                return Absent(f"EDGAR has no file {path} ({failure.why})", path)
            case Outcome.THROTTLED:
                message = (
                    f"EDGAR refused {self._throttles.in_a_row} times in a row for too many requests: {failure.why}; "
                    "the rate limiter is closed "
                    "for every process of this machine: run again later, with a lower edgar.requests_per_second if "
                    f"other machines share this address (asked for {path})"
                )
                return Throttled(message, path)
            case Outcome.DOWN:
                return EdgarDown(f"{self._base} gives no answer: {failure.why}{times} (asked for {path})", path)
            case _:
                return BrokenAnswer(f"{path} did not arrive whole: {failure.why}{times}", path)


def _validators(response: Response) -> Validators:
    return Validators(response.headers.get("ETag"), http_date(response.headers.get("Last-Modified")))


class _Throttles:
    """How often in a row EDGAR has refused this client for too many requests, whatever thread asked.

    Answers to requests that were under way when the rate limiter closed belong to the same refusal.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.episode = 0
        """Goes up with each refusal; a request remembers the one it was sent in."""
        self.in_a_row = 0

    def note(self, episode: int) -> None:
        with self._lock:
            if episode == self.episode:
                self.episode += 1
                self.in_a_row += 1

    def forget(self, episode: int) -> None:
        with self._lock:
            if episode == self.episode:
                self.in_a_row = 0


class _Tries:
    """How often one file was asked for, and whether and when to ask again."""

    def __init__(self, options: ClientOptions, throttles: _Throttles) -> None:
        self._options = options
        self._throttles = throttles
        self.made = 0
        self._throttled = 0
        self._last: AttemptFailed | None = None

    def note(self, failure: AttemptFailed) -> None:
        self.made += 1
        self._throttled += failure.outcome is Outcome.THROTTLED
        self._last = failure

    def spent(self, _state: RetryCallState) -> bool:
        """Whether that was the last try; throttles have a count of their own, as a pause lies between them."""
        if self._last is None:
            return False
        if self._last.outcome is Outcome.THROTTLED:
            return self._throttles.in_a_row >= self._options.throttles_before_giving_up
        others = self.made - self._throttled
        return others >= min(self._options.attempts, self._last.tries or self._options.attempts)

    def pause(self, state: RetryCallState) -> float:
        """Seconds until the next try: growing, with jitter, and what Retry-After asks up to the throttle's pause."""
        if self._last is None or self._last.outcome is Outcome.THROTTLED:
            return 0.0  # the rate limiter is closed: that is the pause
        asked = min(self._last.retry_after or 0.0, self._options.throttle_pause_seconds)
        return max(_BACKOFF(state), asked)


def _origin(url: str) -> tuple[str, str | None, int | None]:
    """Scheme, host and port; raises ValueError for what is no address."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)

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

from tenacity import Retrying, retry_if_exception_type

from . import redirects
from .answers import Outcome, Verdict, classify, http_date, retry_after_seconds
from .clock import Clock
from .content import Content, Sink
from .errors import Absent, BrokenAnswer, ClientClosed, CrawlError, EdgarDown, Refused, Throttled, TooLarge
from .limits import DATASET, INDEX, LISTING, Limit
from .options import ClientOptions, check_options
from .partial import PARTIAL, UNSATISFIABLE, PartialFile, PartNotUsable
from .rate_limiter import RateLimiter
from .shared_pace import SharedRecord
from .transport import AttemptFailed, Response, Transport
from .tries import Throttles, Tries

log = logging.getLogger("form4lake.crawler")

NOT_MODIFIED = 304

_FOLDERS_OF_YEARS = ("/Archives/edgar/daily-index/index.json", "/Archives/edgar/full-index/index.json")
"""What is asked for to see whether EDGAR answers at all: small, and it does not matter whether they are there."""

LONGEST_PAUSE_SECONDS = 3600.0
"""A throttle's Retry-After is obeyed up to this."""

WholeCheck = Callable[[bytes], str | None]
"""Says what a body lacks of being the file asked for; None if it is whole."""

FileCheck = Callable[[Path], str | None]
"""The same of a file on disk."""

ContentCheck = Callable[[Content], str | None]
"""The same of what may be in memory or on disk."""

Found = TypeVar("Found")


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

    def __init__(
        self,
        options: ClientOptions,
        *,
        clock: Clock | None = None,
        shared: SharedRecord | None = None,
        ahead_share: float = 0.0,
    ) -> None:
        """Raises MissingIdentity or BadOptions; makes no request.

        `shared`: where machines that share a lake agree on the rate; None: this machine has all of it. `ahead_share`:
        the share of the rate for which its requests go before those of others that wait already.
        """
        check_options(options)
        self._options = options
        self._base = options.base_url.rstrip("/")
        self._clock = clock or Clock()
        self._limiter = RateLimiter(options, self._clock, shared=shared, ahead_share=ahead_share)
        self._transport = Transport(options)
        self._closed = threading.Event()
        self._interrupted_by: Callable[[], Exception] | None = None
        self._counting = threading.Lock()
        self._requests_made = 0
        self._given: str | None = None
        self._throttles = Throttles()
        self._looking = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Begin no request any more, and give those under way a few seconds to end.

        Threads that wait for the rate limiter, for a retry or in vain for an answer wake up with ClientClosed.
        """
        self._closed.set()
        self._transport.close()
        self._limiter.leave()

    def interrupt(self, error: Callable[[], Exception]) -> None:
        """As `close`, but who waits, or asks later, gets an `error` of the caller's own."""
        self._interrupted_by = error
        self.close()

    @property
    def requests_made(self) -> int:
        """Requests sent so far, retries and redirects counted."""
        return self._requests_made

    def get(self, path: str, *, whole: WholeCheck | None = None, limit: Limit = INDEX) -> Answer:
        """The file at a path such as `/Archives/edgar/daily-index/2024/QTR1/index.json`.

        `whole` judges the body: one that lacks something is asked for again. Blocks for as long as the rate limiter, a
        throttle's pause and the retries take. Raises Absent, Throttled, EdgarDown, BrokenAnswer (TooLarge for a body
        over the limit, Refused for a file that EDGAR answers as if it were throttling, while it gives others) or
        ClientClosed.
        """
        return cast(
            Answer, self._get(path, whole, {}, limit)
        )  # a request without conditions cannot be answered with 304

    def page(self, path: str) -> Answer:
        """The HTML page at a path below the base address; raises what `get` does."""
        return cast(Answer, self._retried(path, lambda: self._ask(path, None, {}, LISTING, page=True)))

    def get_unless(
        self, seen: Validators, path: str, *, whole: WholeCheck | None = None, limit: Limit = INDEX
    ) -> Answer | None:
        """As `get`, but None where the file is still the edition `seen`."""
        return self._get(path, whole, seen.conditions(), limit)

    def fetch(self, path: str, *, whole: ContentCheck, limit: Limit) -> Content:
        """As `get`, but what is large is on disk until it is read: many can wait for their turn."""
        return self._retried(path, lambda: self._ask_for_content(path, whole, limit))

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
                self.get(_FOLDERS_OF_YEARS[0])

    def _get(self, path: str, whole: WholeCheck | None, conditions: Mapping[str, str], limit: Limit) -> Answer | None:
        return self._retried(path, lambda: self._ask(path, whole, conditions, limit))

    def _retried(self, path: str, ask: Callable[[], Found]) -> Found:
        tries = Tries(self._options, self._throttles)
        retrying = Retrying(
            retry=retry_if_exception_type(AttemptFailed),
            stop=tries.spent,
            wait=tries.pause,
            sleep=self._sleep,
            reraise=True,
        )
        try:
            return cast(Found, retrying(self._attempt, path, ask, tries))
        except ClientClosed as closed:
            raise self._ended_by(closed) from None
        except AttemptFailed as failure:
            if self._closed.is_set():
                early = ClientClosed("the client was closed before the answer was whole; run again to carry on")
                raise self._ended_by(early) from None
            raise self._error_of(failure, path, tries) from failure

    def _ended_by(self, closed: ClientClosed) -> Exception:
        return self._interrupted_by() if self._interrupted_by else closed

    def _attempt(self, path: str, ask: Callable[[], Found], tries: Tries) -> Found:
        gives_others = False
        try:
            if tries.throttled:
                self._see_that_another_comes(path)
                gives_others = True
            return self._counted(path, ask, closing=not gives_others)
        except AttemptFailed as failure:
            if self._closed.is_set() and failure.outcome is Outcome.DOWN:
                raise ClientClosed("the client was closed before the answer was whole; run again to carry on") from None
            if gives_others and failure.outcome is Outcome.THROTTLED:
                failure = AttemptFailed(Outcome.REFUSED, failure.why, tries=1)
            tries.note(failure)
            if failure.tries is None:  # else the error says it all, now or after one try more
                log.warning("%s: %s: %s (attempt %d)", path, failure.outcome.value, failure.why, tries.made)
            raise failure from failure.__cause__

    def _counted(self, path: str, ask: Callable[[], Found], *, closing: bool) -> Found:
        """One attempt, which counts among the throttles in a row; where it is throttled, the rate limiter closes."""
        episode = self._throttles.episode
        try:
            answer = ask()
        except AttemptFailed as failure:
            if failure.outcome is Outcome.THROTTLED and closing:
                self._throttles.note(episode)
                pause = min(failure.retry_after or 0.0, LONGEST_PAUSE_SECONDS)
                self._limiter.close(max(self._options.throttle_pause_seconds, pause), f"{failure.why} for {path}")
            elif failure.outcome in (Outcome.ABSENT, Outcome.BROKEN, Outcome.TOO_LARGE):
                self._throttles.forget(episode)
            raise
        self._throttles.forget(episode)
        return answer

    def _see_that_another_comes(self, path: str) -> None:
        """After a throttle's pause, before the same file is asked for: raises AttemptFailed if EDGAR gives nothing.

        One file may be refused for ever in the words for too many requests. Asked for alone, each night would end
        with it.
        """
        with self._looking:  # one thread asks, for all that wait
            if self._throttles.over:
                return
            other = next(each for each in (self._given, *_FOLDERS_OF_YEARS) if each not in (None, path))
            try:
                self._counted(other, lambda: self._ask(other, None, {}, INDEX), closing=True)
            except AttemptFailed as failure:
                if failure.outcome in (Outcome.THROTTLED, Outcome.DOWN):
                    raise

    def _ask(
        self, path: str, whole: WholeCheck | None, conditions: Mapping[str, str], limit: Limit, *, page: bool = False
    ) -> Answer | None:
        """One attempt, redirects followed; None for an unchanged file; raises AttemptFailed."""
        with Content.in_memory() as content:
            response = self._exchange(path, conditions, content, limit)
            if conditions and response.status == NOT_MODIFIED:
                return None
            body = content.read()
        verdict = classify(response.status, response.head, page=page)
        if verdict.outcome is Outcome.FOUND and whole is not None and (lack := whole(body)) is not None:
            verdict = Verdict(Outcome.BROKEN, lack)
        self._refuse_unless_found(verdict, response)
        self._given = path
        return Answer(path, body, _validators(response))

    def _ask_for_content(self, path: str, whole: ContentCheck, limit: Limit) -> Content:
        """As `_ask`, without conditions; large bodies go to disk."""
        content = Content.spooled()
        try:
            response = self._exchange(path, {}, content, limit)
            verdict = classify(response.status, response.head)
            if verdict.outcome is Outcome.FOUND and (lack := whole(content)) is not None:
                verdict = Verdict(Outcome.BROKEN, lack)
            self._refuse_unless_found(verdict, response)
        except BaseException:
            content.close()
            raise
        self._given = path
        return content

    def _ask_for_file(self, path: str, into: PartialFile, seen: Validators, whole: FileCheck) -> Validators | None:
        """As `_ask`, into a file."""
        known = {} if into.begun else seen.conditions()
        try:
            response = self._exchange(path, into.conditions() | known, into, DATASET)
        except PartNotUsable as wrong:
            raise AttemptFailed(Outcome.BROKEN, str(wrong)) from wrong
        except AttemptFailed as failure:
            if failure.outcome is Outcome.TOO_LARGE:
                into.discard()
            raise
        if known and response.status == NOT_MODIFIED:
            return None
        if response.status == UNSATISFIABLE:
            into.discard()
        verdict = classify(200 if response.status == PARTIAL else response.status, response.head)
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

    def _exchange(self, path: str, headers: Mapping[str, str], into: Sink, limit: Limit) -> Response:
        """The answer at the end of the redirects, if there are any."""
        url = self._base + path
        for _ in range(redirects.MOST + 1):
            response = self._send(url, headers, into, limit)
            if response.status not in redirects.STATUSES:
                return response
            url = self._next_hop(url, response)
        raise AttemptFailed(Outcome.BROKEN, f"more than {redirects.MOST} redirects", tries=1)

    def _send(self, url: str, headers: Mapping[str, str], into: Sink, limit: Limit) -> Response:
        self._limiter.wait(self._closed)
        with self._counting:
            self._requests_made += 1
        return self._transport.fetch(url, headers, into, limit)

    def _next_hop(self, url: str, response: Response) -> str:
        location = response.headers.get("Location", "")
        target = redirects.next_address(self._base, url, location)
        if target is None:
            why = f"redirected to {location[:200]!r}, which is not below {self._base}: refused"
            raise AttemptFailed(Outcome.BROKEN, why, tries=1)
        return target

    def _sleep(self, seconds: float) -> None:
        self._clock.sleep(seconds, self._closed)
        if self._closed.is_set():
            raise ClientClosed("the client was closed while a request waited to be tried again")

    def _error_of(self, failure: AttemptFailed, path: str, tries: Tries) -> CrawlError:
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
            case Outcome.TOO_LARGE:
                return TooLarge(f"{path} is too large: {failure.why}", path)
            case Outcome.REFUSED:
                message = f"EDGAR refuses {path} ({failure.why}) again after a pause, though it gives other files"
                return Refused(message, path)
            case _:
                return BrokenAnswer(f"{path} did not arrive whole: {failure.why}{times}", path)


def _validators(response: Response) -> Validators:
    return Validators(response.headers.get("ETag"), http_date(response.headers.get("Last-Modified")))

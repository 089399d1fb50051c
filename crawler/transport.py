"""One request and its answer: the session, the time-outs, and what each way of failing means to a person."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import NameResolutionError

from .answers import Outcome
from .bodies import BodyNotWhole, BodyTooLarge, BodyTooSlow, body_pieces
from .content import Sink
from .deadline import Watchdog, WatchedAdapter
from .limits import PAGE, Limit
from .options import ClientOptions, is_loopback
from .partial import PARTIAL

POOLED_CONNECTIONS = 16
"""As many threads as may share a client without opening new connections."""

LAST_SECONDS = 5.0
"""A request under way when the client is closed has so long to bring what it brings."""

_ONCE, _TWICE = 1, 2
"""Tries for what seldom heals by itself: a certificate; a name or a proxy that is not found."""


class AttemptFailed(Exception):
    """One try that brought no file; never leaves this package. `tries`: more make no sense."""

    def __init__(
        self, outcome: Outcome, why: str, *, tries: int | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(why)
        self.outcome = outcome
        self.why = why
        self.tries = tries
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Response:
    """What came back, read to its end. `head`: the decoded beginning of what was kept, or the words of what was not,
    empty where they could not be read."""

    status: int
    headers: Mapping[str, str]
    head: bytes


class Transport:
    """A session of pooled keep-alive connections; threads may share it."""

    def __init__(self, options: ClientOptions) -> None:
        self._options = options
        self._session = _session(options)
        self._watchdog = Watchdog()

    def fetch(self, url: str, headers: Mapping[str, str], into: Sink, limit: Limit) -> Response:
        """The answer to one GET with these headers beside the session's, redirects not followed.

        A file goes `into` the sink as it comes. Whatever the server does, all of it is over within the options'
        `request_timeout_seconds`. Raises AttemptFailed (down or broken), and BadOptions where the sink cannot be
        written.
        """
        options = self._options
        host = urlsplit(url).netloc
        to_headers = options.connect_timeout_seconds + options.read_timeout_seconds
        late = f"no answer from {host} in time"
        with self._watchdog.exchange(min(to_headers, options.request_timeout_seconds)) as exchange:
            try:
                with self._session.get(
                    url,
                    headers=dict(headers),
                    stream=True,
                    timeout=(options.connect_timeout_seconds, options.read_timeout_seconds),
                ) as response:
                    self._watchdog.extend(exchange, options.request_timeout_seconds)
                    late = f"the body did not end within {options.request_timeout_seconds:g} s"
                    found = Response(response.status_code, response.headers, _body(response, into, limit))
            except (BodyNotWhole, BodyTooSlow, OSError) as error:  # requests' errors are OSErrors
                if exchange.shut:
                    raise AttemptFailed(Outcome.DOWN, late) from error
                raise _explained(error, url) from error
            if exchange.shut:  # what looked like the body's end was none
                raise AttemptFailed(Outcome.DOWN, late)
        return found

    def close(self) -> None:
        """Close the idle connections; requests under way have LAST_SECONDS to end."""
        self._watchdog.last_call(LAST_SECONDS)
        self._session.close()


def _body(response: requests.Response, into: Sink, limit: Limit) -> bytes:
    """All of an answer that is kept elsewhere, or its beginning."""
    status, headers = response.status_code, response.headers
    if into.takes(status, headers):
        return into.take(status, headers, body_pieces(response.raw, headers, limit))
    try:
        return b"".join(body_pieces(response.raw, headers, PAGE))
    except (BodyNotWhole, BodyTooSlow):
        if status in (200, PARTIAL):
            raise
        return b""  # the status of an error says enough


class _Session(requests.Session):
    """A session that sees no redirects: requests would read their bodies without bounds even if told not to follow."""

    def get_redirect_target(self, resp: requests.Response) -> None:  # noqa: ARG002
        return None


def _session(options: ClientOptions) -> requests.Session:
    session = _Session()
    session.headers.clear()
    session.headers.update({"User-Agent": options.identity, "Accept-Encoding": "gzip, deflate", "Accept": "*/*"})
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
    adapter = WatchedAdapter(pool_connections=POOLED_CONNECTIONS, pool_maxsize=POOLED_CONNECTIONS)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    if not is_loopback(options.base_url):  # no proxy can reach our own loopback for us
        found = session.merge_environment_settings(options.base_url, {}, None, None, None)
        session.proxies, session.verify = found["proxies"], found["verify"]
    # Read once, above: asking for each request costs more than the request, and would send a .netrc's password.
    session.trust_env = False
    return session


def _explained(error: Exception, url: str) -> AttemptFailed:
    if isinstance(error, BodyTooSlow):
        return AttemptFailed(Outcome.DOWN, str(error))
    if isinstance(error, BodyNotWhole):
        outcome = Outcome.TOO_LARGE if isinstance(error, BodyTooLarge) else Outcome.BROKEN
        return AttemptFailed(outcome, str(error), tries=_ONCE if outcome is Outcome.TOO_LARGE else None)
    if not isinstance(error, requests.exceptions.RequestException):  # requests' own for a REQUESTS_CA_BUNDLE amiss
        return AttemptFailed(Outcome.DOWN, f"the connection cannot be set up: {error}", tries=_ONCE)
    causes = list(_causes(error))
    detail = next((c.strerror for c in reversed(causes) if isinstance(c, OSError) and c.strerror), None)
    untrusted = next((c for c in causes if isinstance(c, ssl.SSLCertVerificationError)), None)
    host = urlsplit(url).netloc
    if untrusted is not None:
        why = (
            f"the certificate of {host} is not trusted ({untrusted.verify_message}); if a proxy of your network "
            "re-signs traffic, set REQUESTS_CA_BUNDLE to its certificate"
        )
        return AttemptFailed(Outcome.DOWN, why, tries=_ONCE)
    if isinstance(error, requests.exceptions.ProxyError):
        why = f"the proxy does not let us through{_in_brackets(detail or causes[-1])}; check HTTPS_PROXY and NO_PROXY"
        return AttemptFailed(Outcome.DOWN, why, tries=_TWICE)
    if any(isinstance(cause, NameResolutionError) for cause in causes):
        why = f"the name {host} is not found; check the network, DNS and whether HTTPS_PROXY is needed"
        return AttemptFailed(Outcome.DOWN, why, tries=_TWICE)
    if isinstance(error, requests.exceptions.Timeout):
        return AttemptFailed(Outcome.DOWN, f"no answer from {host} in time")
    if isinstance(error, requests.exceptions.ConnectionError):
        return AttemptFailed(Outcome.DOWN, f"no connection to {host}{_in_brackets(detail or causes[-1])}")
    return AttemptFailed(Outcome.DOWN, f"no request to {host} can be made ({error})", tries=_ONCE)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and what lies beneath it, through the wrappings of requests, urllib3 and Python; outermost first."""
    seen: set[int] = set()
    current: object = error
    while isinstance(current, BaseException) and id(current) not in seen:
        seen.add(id(current))
        yield current
        inner = getattr(current, "reason", None)
        if not isinstance(inner, BaseException):
            inner = next((arg for arg in reversed(current.args) if isinstance(arg, BaseException)), None)
        current = inner or current.__cause__ or current.__context__


def _in_brackets(reason: object) -> str:
    text = " ".join(str(reason).split())[:160]
    return f" ({text})" if text else ""

"""One request and its answer: the session, the time-outs, and what each way of failing means to a person."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import NameResolutionError
from urllib3.response import BaseHTTPResponse

from .answers import Outcome
from .bodies import BodyNotWhole, BodyTooSlow, body_chunks, read_body
from .clock import Clock
from .options import ClientOptions, is_loopback
from .partial import PARTIAL, PartialFile

POOLED_CONNECTIONS = 16
"""As many threads as may share a client without opening connections anew."""

_ONCE, _TWICE = 1, 2
"""Tries for what seldom heals by itself: a certificate; a name or a proxy that is not found."""


class AttemptFailed(Exception):
    """One try that brought no file; never leaves this room. `tries`: no more than so many make sense."""

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
    """What came back, read to its end; `body` is decoded, and empty where an error's page could not be read.

    Of what went into a partial file, `body` is the beginning.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


class Transport:
    """A session of pooled keep-alive connections; threads may share it."""

    def __init__(self, options: ClientOptions, clock: Clock) -> None:
        self._options = options
        self._clock = clock
        self._session = _session(options)

    def fetch(self, url: str, headers: Mapping[str, str], into: PartialFile | None = None) -> Response:
        """The answer to one GET with these headers beside the session's, redirects not followed.

        A file, and no page of words, goes `into` the partial file, where one is given, as it comes. Raises
        AttemptFailed (down or broken), and BadOptions where that file cannot be written.
        """
        options = self._options
        try:
            with self._session.get(
                url,
                headers=dict(headers),
                stream=True,
                timeout=(options.connect_timeout_seconds, options.read_timeout_seconds),
            ) as response:
                return Response(response.status_code, response.headers, self._body(response, into))
        except BodyTooSlow as error:
            raise AttemptFailed(Outcome.DOWN, str(error)) from error
        except BodyNotWhole as error:
            raise AttemptFailed(Outcome.BROKEN, str(error)) from error
        except requests.exceptions.RequestException as error:
            raise _explained(error, url) from error
        except OSError as error:  # requests' own for a REQUESTS_CA_BUNDLE that is no file
            raise AttemptFailed(Outcome.DOWN, f"the connection cannot be set up: {error}", tries=_ONCE) from error

    def close(self) -> None:
        """Close the idle connections."""
        self._session.close()

    def _body(self, response: requests.Response, into: PartialFile | None) -> bytes:
        read: Callable[..., bytes] = read_body
        if into is not None and into.takes(response.status_code, response.headers):

            def read(raw: BaseHTTPResponse, headers: Mapping[str, str], **bounds: Any) -> bytes:
                return into.take(response.status_code, headers, body_chunks(raw, headers, **bounds))

        options = self._options
        try:
            return read(
                response.raw,
                response.headers,
                max_bytes=options.max_body_bytes,
                seconds=options.body_timeout_seconds,
                clock=self._clock,
            )
        except (BodyNotWhole, BodyTooSlow):
            if response.status_code in (200, PARTIAL):
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
    adapter = HTTPAdapter(pool_connections=POOLED_CONNECTIONS, pool_maxsize=POOLED_CONNECTIONS)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    if not is_loopback(options.base_url):  # no proxy can reach our own loopback for us
        found = session.merge_environment_settings(options.base_url, {}, None, None, None)
        session.proxies, session.verify = found["proxies"], found["verify"]
    # Read once, above: asking for each request costs more than the request, and would send a .netrc's password.
    session.trust_env = False
    return session


def _explained(error: requests.exceptions.RequestException, url: str) -> AttemptFailed:
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

"""Requests to a web server that serves a lake: bounded in bytes and time, never followed to another address."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import DefaultCookiePolicy
from ipaddress import ip_address
from typing import Any

import requests
from urllib3.exceptions import HTTPError, LocationParseError
from urllib3.util import parse_url

from ..errors import LakeMissing, LakeUnreachable

CONNECT_SECONDS = 10
READ_SECONDS = 30
"""Between two pieces of an answer."""
LEAST_BYTES_A_SECOND = 10_000
"""A whole answer may take READ_SECONDS and what its bytes take at this rate."""
TRIES = 3
PIECE = 1 << 18
AGAIN = "Run the same command again"
SPARED = "sec.gov"
"""The SEC's servers are asked by the crawler only, which says who asks and keeps to their rate."""

_BUSY = frozenset({429, 500, 502, 503, 504})


def web_address(location: str) -> str:
    """The address of a lake on the web, without a slash at its end.

    Raises:
        LakeMissing: it is no such address, or one that is not asked.
    """
    try:
        parsed = parse_url(location)
    except LocationParseError:
        parsed = None
    if parsed is None or parsed.scheme not in ("https", "http") or not parsed.host:
        raise LakeMissing(f"{location} is not an address: write it as https://example.com/lake")
    if parsed.auth or parsed.query is not None or parsed.fragment is not None:
        raise LakeMissing(
            f"an address of a lake has no password, `?` or `#`: {parsed.scheme}://{parsed.host}{parsed.path or ''}"
        )
    host = parsed.host.lower().rstrip(".")
    if host == SPARED or host.endswith(f".{SPARED}"):
        raise LakeMissing(f"{location}: the SEC serves no lakes. Filings come from there by form4 nightly or backfill")
    if parsed.scheme == "http" and not _is_loopback(host):
        raise LakeMissing(f"{location}: only https keeps a lake as it is on its way: write https://{parsed.netloc}…")
    return f"{parsed.scheme}://{parsed.netloc}{(parsed.path or '').rstrip('/')}"


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


class Web:
    """Asks below one address; threads may share it."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._session = requests.Session()
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        adapter = requests.adapters.HTTPAdapter(pool_maxsize=16)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def size(self, name: str) -> int:
        """The bytes of a file; FileNotFoundError if there is none."""
        for attempt in range(TRIES):
            with self._asked("HEAD", name, {}, last=attempt == TRIES - 1) as answer:
                if answer is not None:
                    return self._length(name, answer)
        raise AssertionError  # the last one answers or raises

    def pieces(self, name: str, most: int, part: tuple[int, int] | None = None) -> Iterator[bytes]:
        """The content of a file, or the bytes of it from a start to before an end; FileNotFoundError if there is none.

        One try only: whoever reads begins again.

        Raises:
            LakeUnreachable: no answer, not in time, more than `most` bytes, or less than the server announced.
        """
        headers = {"Range": f"bytes={part[0]}-{part[1] - 1}"} if part else {}
        with self._asked("GET", name, headers, last=True) as answer:
            assert answer is not None  # noqa: S101 it was the last try
            if part:
                self._check_part(name, answer, part)
            yield from self._body(name, answer, most)

    def read(self, name: str, most: int, part: tuple[int, int] | None = None) -> bytes:
        """The same at once, tried again where it fails."""
        for attempt in range(TRIES):
            try:
                return b"".join(self.pieces(name, most, part))
            except NotInTime:
                if attempt == TRIES - 1:
                    raise
                time.sleep(0.2 * 4**attempt)
        raise AssertionError  # the last one answers or raises

    @contextmanager
    def _asked(
        self, method: str, name: str, headers: dict[str, str], *, last: bool
    ) -> Iterator[requests.Response | None]:
        """The answer to a request; None where it may be asked again, and it is not the last try."""
        url = f"{self.address}/{name}"
        try:
            answer = self._session.request(
                method,
                url,
                headers={"Accept-Encoding": "identity", "User-Agent": "form4lake"} | headers,
                stream=True,
                allow_redirects=False,
                timeout=(CONNECT_SECONDS, READ_SECONDS),
            )
        except (requests.RequestException, HTTPError) as failed:
            if last:
                raise NotInTime(f"{url} cannot be reached: {_reason(failed)}. {AGAIN}") from failed
            time.sleep(0.2)
            yield None
            return
        with answer:
            if answer.status_code in _BUSY and not last:
                time.sleep(0.5)
                yield None
                return
            self._check_status(url, answer)
            yield answer

    def _check_status(self, url: str, answer: requests.Response) -> None:
        status = answer.status_code
        if status in (404, 410):
            raise FileNotFoundError(url)
        if 300 <= status < 400:
            to = answer.headers.get("Location", "nowhere")[:200]
            raise LakeUnreachable(f"{url} leads to {to}, which is not followed: name the address that it leads to")
        if status in _BUSY:
            raise NotInTime(f"{url}: the server answers {status}; run the same command again")
        if status not in (200, 206):
            raise LakeUnreachable(f"{url}: the server refuses it with status {status}")

    def _check_part(self, name: str, answer: requests.Response, part: tuple[int, int]) -> None:
        if answer.status_code != 206:
            raise LakeUnreachable(
                f"{self.address}: the server gives no parts of files, without which a lake cannot be asked from afar. "
                f"Copy it: form4 clone {self.address} FOLDER"
            )
        given = answer.headers.get("Content-Range", "")
        if not given.startswith(f"bytes {part[0]}-{part[1] - 1}/"):
            raise LakeUnreachable(
                f"{self.address}/{name}: the server gave other bytes ({given[:80]}) than it was asked for"
            )

    def _length(self, name: str, answer: requests.Response) -> int:
        length = answer.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()):
            raise LakeUnreachable(f"{self.address}/{name}: the server does not say how long the file is")
        return int(length)

    def _body(self, name: str, answer: requests.Response, most: int) -> Iterator[bytes]:
        url = f"{self.address}/{name}"
        announced = answer.headers.get("Content-Length", "")
        if announced.isdigit() and int(announced) > most:
            raise LakeUnreachable(f"{url} has {int(announced):,} bytes, and should have {most:,} at most")
        ends, got = time.monotonic() + READ_SECONDS + most / LEAST_BYTES_A_SECOND, 0
        try:
            # read1: what came, however little, so that the clock is looked at.
            while piece := answer.raw.read1(PIECE, decode_content=False):
                got += len(piece)
                if got > most:
                    raise LakeUnreachable(f"{url} does not end after the {most:,} bytes that it should have at most")
                if time.monotonic() > ends:
                    raise LakeUnreachable(f"{url} comes slower than {LEAST_BYTES_A_SECOND:,} bytes a second")
                yield piece
        except (HTTPError, requests.RequestException, OSError) as failed:
            raise NotInTime(
                f"{url} broke off after {got:,} bytes: {_reason(failed)}. Run the same command again"
            ) from failed
        if announced.isdigit() and got < int(announced):
            raise NotInTime(f"{url} broke off after {got:,} of {int(announced):,} bytes. Run the same command again")


class NotInTime(LakeUnreachable):
    """No answer, or not all of it: it may be asked again."""


def _reason(failed: Any) -> str:
    return str(getattr(failed, "reason", None) or failed).splitlines()[0][:200]

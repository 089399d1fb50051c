"""What an answer means: judged by its status and its body together, as one status has several meanings at EDGAR."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum

_HEAD_BYTES = 65_536
_HTML = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|title)\b",
    re.IGNORECASE | re.DOTALL,
)
_S3_NO_SUCH_FILE = re.compile(rb"<Error>\s*<Code>\s*(?:AccessDenied|NoSuchKey)\s*</Code>")
_RATE_WORDS = (b"request rate", b"rate threshold", b"automated tool")
"""Of the SEC's pages "Request Rate Threshold Exceeded" and "… Originates from an Undeclared Automated Tool"."""


class Outcome(Enum):
    """What was met; only `FOUND` is ever handed on."""

    FOUND = "found"
    ABSENT = "absent"
    THROTTLED = "throttled"
    DOWN = "down"
    BROKEN = "broken"
    TOO_LARGE = "too large"
    """More than a file of its kind may have."""
    REFUSED = "refused"
    """Answered as throttled, though other files are given: it is meant for this file."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """An outcome and the reason for it, in words."""

    outcome: Outcome
    why: str


def classify(status: int, body: bytes, *, page: bool = False) -> Verdict:
    """The meaning of an answer that is not a redirect, `body` being decoded; pure. `page`: HTML is what was asked for.

    Any 403 but S3's AccessDenied counts as throttled: a client that may be blocked rests rather than asks again.
    """
    head = body[:_HEAD_BYTES]
    if status == 200:
        return _of_success(head, page=page)
    if status in (404, 410) or (status == 403 and _S3_NO_SUCH_FILE.search(head)):
        return Verdict(Outcome.ABSENT, f"status {status}")
    if status in (403, 429):
        return Verdict(Outcome.THROTTLED, f"status {status}{_title(head)}")
    if status >= 500 or status in (407, 408):
        return Verdict(Outcome.DOWN, f"status {status}{_title(head)}")
    return Verdict(Outcome.BROKEN, f"status {status}, which a file of EDGAR is never answered with{_title(head)}")


def _of_success(head: bytes, *, page: bool) -> Verdict:
    if not head:
        return Verdict(Outcome.BROKEN, "an empty answer")
    if not _HTML.match(head):
        return Verdict(Outcome.FOUND, "status 200")
    if any(words in head.lower() for words in _RATE_WORDS):
        return Verdict(Outcome.THROTTLED, f"status 200{_title(head)}")
    if page:
        return Verdict(Outcome.FOUND, "status 200")
    return Verdict(Outcome.BROKEN, f"an HTML page in place of the file{_title(head)}")


def _title(head: bytes) -> str:
    found = re.search(rb"<title[^>]*>(.*?)</title>", head, re.IGNORECASE | re.DOTALL)
    words = " ".join(found.group(1).decode("utf-8", "replace").split()) if found else ""
    return f' ("{words[:80]}")' if words else ""


def retry_after_seconds(header: str | None, now: float) -> float | None:
    """What a Retry-After header asks for, in seconds from `now` (wall clock): a number, or a date; None if neither."""
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    when = http_date(text)
    return None if when is None else max(0.0, when.timestamp() - now)


def http_date(header: str | None) -> datetime | None:
    """The time of an HTTP date header, UTC; None where it is missing or unreadable."""
    try:
        when = parsedate_to_datetime(header or "")
        return when.replace(tzinfo=when.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None

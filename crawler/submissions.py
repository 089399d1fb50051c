"""Submissions: one filing whole, SGML header and every document, in one request."""

from __future__ import annotations

import re

from .client import EdgarClient
from .content import Content
from .limits import SUBMISSION

_BEGINNING = re.compile(rb"\s*(?:<(?:SEC|IMS)-DOCUMENT>|<SUBMISSION>|-----BEGIN PRIVACY-ENHANCED MESSAGE-----)")
"""IMS-DOCUMENT: the envelope's name until 1995."""
_ENDING = re.compile(
    rb"(?:</(?:SEC|IMS)-DOCUMENT>|</SUBMISSION>)\s*(?:-----END PRIVACY-ENHANCED MESSAGE-----\s*)?\Z",
)
_BEGINNING_BYTES = _ENDING_BYTES = 4096


def fetch_submission(client: EdgarClient, source_path: str) -> Content:
    """The submission at a path below /Archives/ (`edgar/data/<cik>/<accession>.txt`), whole, every exhibit with it.

    Nothing is left out to save memory, so that the archive holds what EDGAR sent: a large one waits on disk until it is
    read. Raises what `EdgarClient.get` raises; one that begins or ends like no submission is asked for again, and is a
    BrokenAnswer if that does not help; TooLarge for more than limits.SUBMISSION.
    """
    return client.fetch(f"/Archives/{source_path.lstrip('/')}", whole=lacks_of_submission, limit=SUBMISSION)


def lacks_of_submission(content: Content) -> str | None:
    """What keeps a file from being a whole submission, in words; None if it is one."""
    head, tail = content.head(_BEGINNING_BYTES), content.tail(_ENDING_BYTES)
    if not _BEGINNING.match(head):
        return f"it begins like no submission: {head[:60]!r}"
    if not _ENDING.search(tail):
        return f"cut off before its end, at {tail[-60:]!r}"
    return None

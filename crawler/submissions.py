"""Submissions: one filing whole, SGML header and every document, in one request."""

from __future__ import annotations

import re

from .client import EdgarClient

_BEGINNING = re.compile(rb"\s*(?:<(?:SEC|IMS)-DOCUMENT>|<SUBMISSION>|-----BEGIN PRIVACY-ENHANCED MESSAGE-----)")
"""IMS-DOCUMENT: the envelope's name until 1995."""
_ENDING = re.compile(
    rb"(?:</(?:SEC|IMS)-DOCUMENT>|</SUBMISSION>)\s*(?:-----END PRIVACY-ENHANCED MESSAGE-----\s*)?\Z",
)
_ENDING_BYTES = 4096


def fetch_submission(client: EdgarClient, source_path: str) -> bytes:
    """The submission at a path below /Archives/ (`edgar/data/<cik>/<accession>.txt`), whole.

    Raises what `EdgarClient.get` raises; one that begins or ends like no submission is asked for again, and is a
    BrokenAnswer if that does not help.
    """
    return client.get(f"/Archives/{source_path.lstrip('/')}", whole=lacks_of_submission).body


def lacks_of_submission(body: bytes) -> str | None:
    """What keeps these bytes from being a whole submission, in words; None if they are one."""
    if not _BEGINNING.match(body):
        return f"it begins like no submission: {body[:60]!r}"
    if not _ENDING.search(body[-_ENDING_BYTES:]):
        return f"cut off before its end, at {body[-60:]!r}"
    return None

"""The envelope: the bytes of a submission, taken apart into its header and its documents."""

from __future__ import annotations

import re
from dataclasses import dataclass

_DOCUMENT = b"<DOCUMENT>"
_TYPE = re.compile(rb"<TYPE>([^<\r\n]*)")
_ENVELOPE_TAGS = (b"<SEC-DOCUMENT>", b"<SEC-HEADER>", b"<SUBMISSION>", b"<ACCEPTANCE-DATETIME>", b"-----BEGIN PRIVACY-")


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a submission: its SGML type, '' if it has none, and the bytes of its text, markers stripped."""

    type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Submission:
    """A header, b'' for a bare document, and the documents in order."""

    header: bytes
    documents: list[Document]


def take_apart(raw: bytes) -> Submission:
    """Split the bytes of a submission: tab style, PEM-wrapped, header-first or feed style; or one bare document.

    Any bytes have an answer: those without an envelope are one document.
    """
    body = raw.lstrip()
    if _starts_as_xml(body) or not (body.startswith(_ENVELOPE_TAGS) or _DOCUMENT in body):
        return Submission(b"", [Document("", body)])
    first = body.find(_DOCUMENT)
    if first < 0:
        return Submission(body, [])
    starts = [first]
    while (after := body.find(_DOCUMENT, starts[-1] + len(_DOCUMENT))) >= 0:
        starts.append(after)
    ends = [*starts[1:], len(body)]
    documents = [_document(body, start + len(_DOCUMENT), end) for start, end in zip(starts, ends, strict=True)]
    return Submission(body[:first], documents)


def _starts_as_xml(body: bytes) -> bool:
    return body.startswith((b"<?xml", b"<ownershipDocument", b"<!--", b"\xef\xbb\xbf"))


def _document(body: bytes, start: int, end: int) -> Document:
    """The document between two places; an exhibit of many megabytes is copied once, when all of it is known."""
    kind = _TYPE.search(body, start, end)
    start, end = _between(body, start, end, b"", b"</DOCUMENT>")
    start, end = _between(body, start, end, b"<TEXT>", b"</TEXT>")
    start, end = _between(body, start, end, b"<XML>", b"</XML>")
    return Document(kind[1].decode("latin-1").strip() if kind else "", body[start:end].strip())


def _between(body: bytes, start: int, end: int, opening: bytes, closing: bytes) -> tuple[int, int]:
    """Where that starts which stands after the first `opening` and before the last `closing`, and where it ends.

    Either may be missing.
    """
    opened = body.find(opening, start, end)
    start = opened + len(opening) if opened >= 0 else start
    closed = body.rfind(closing, start, end)
    return start, closed if closed >= 0 else end

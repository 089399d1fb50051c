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
    pieces = body[first + len(_DOCUMENT) :].split(_DOCUMENT)
    return Submission(body[:first], [_document(piece) for piece in pieces])


def _starts_as_xml(body: bytes) -> bool:
    return body.startswith((b"<?xml", b"<ownershipDocument", b"<!--", b"\xef\xbb\xbf"))


def _document(piece: bytes) -> Document:
    kind = _TYPE.search(piece)
    text = _between(_between(piece, b"", b"</DOCUMENT>"), b"<TEXT>", b"</TEXT>")
    return Document(kind[1].decode("latin-1").strip() if kind else "", _between(text, b"<XML>", b"</XML>").strip())


def _between(piece: bytes, opening: bytes, closing: bytes) -> bytes:
    """What stands after the first `opening` and before the last `closing`; either may be missing."""
    start = piece.find(opening)
    start = start + len(opening) if start >= 0 else 0
    end = piece.rfind(closing, start)
    return piece[start : end if end >= 0 else len(piece)]

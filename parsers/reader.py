"""One submission to one filing: take the envelope apart, find the document to read, read it."""

from __future__ import annotations

from hashlib import sha256
from itertools import accumulate

from ..tables import Filing, ParseIssue
from .doubts import doubts
from .errors import NotAnOwnershipFiling
from .header import read_header
from .paper import form as paper
from .refusal import what_it_is
from .rendition import html as rendition_html
from .rendition import text as rendition_text
from .submission import Document, Submission, take_apart
from .xml import tree as xml_tree
from .xml.recovery import read_xml

PARSER_VERSION: int = 5
"""Raised whenever the output of the parser changes for any filing, or what rows carry of their filing in the lake."""

MOST_DOCUMENTS = 1_000
"""Of a submission without ownership XML; a form and its exhibits are some ten."""


def parse_submission(raw: bytes, *, source_path: str = "") -> Filing:
    """Read the bytes of one submission, or of a bare ownership XML document.

    `source_path` is the path below /Archives/; the accession number is taken from it where no header gives one. A pure
    function: the same bytes and path give the same filing, in time and memory linear in the bytes.

    Raises NotAnOwnershipFiling, and nothing else, if the bytes are not an ownership filing or cannot be read as one.
    """
    try:
        return _parse(raw, source_path)
    except NotAnOwnershipFiling as refusal:
        raise NotAnOwnershipFiling(refusal.reason, source_path) from None


def _parse(raw: bytes, source_path: str) -> Filing:
    submission = take_apart(raw)
    candidates = [each for each in submission.documents if xml_tree.may_hold_root(each.content)]
    if not candidates:
        return _finished(_read_without_xml(submission, source_path), raw, source_path)
    document = next((each for each in candidates if _starts_as_xml(each)), candidates[0])
    filing = read_xml(document.content, read_header(submission.header, source_path))
    if sum(map(_starts_as_xml, candidates)) > 1:
        reason = "the submission has more than one ownership document; the first was read"
        filing.parse_issues.append(ParseIssue(table_name="filings", reason=reason))
    return _finished(filing, raw, source_path)


def _read_without_xml(submission: Submission, source_path: str) -> Filing:
    header = read_header(submission.header, source_path)
    if len(submission.documents) > MOST_DOCUMENTS:
        raise NotAnOwnershipFiling(f"more than {MOST_DOCUMENTS:,} documents")
    # A page like a rendition is read whole before it is known for none: only so much of that is done.
    pages = [document.content for document in submission.documents]
    tags = [page.count(b"<") if rendition_html.may_be(page) else 0 for page in pages]
    for read in (rendition_html.read, rendition_text.read, paper.read):
        for document, read_before in zip(submission.documents, accumulate(tags, initial=0), strict=False):
            if read_before > rendition_html.MOST_TAGS:
                break
            filing = read(document, header)
            if filing is not None:
                return filing
    raise NotAnOwnershipFiling(what_it_is(submission))


def _finished(filing: Filing, raw: bytes, source_path: str) -> Filing:
    filing.parse_issues.extend(doubts(filing))
    filing.content_sha256 = sha256(raw).hexdigest()
    filing.parser_version = PARSER_VERSION
    filing.source_path = source_path or None
    return filing


def _starts_as_xml(document: Document) -> bool:
    return document.content.startswith((b"<?xml", xml_tree.ROOT, b"<!--", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"))

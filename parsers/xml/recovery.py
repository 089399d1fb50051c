"""Ownership XML to a filing: read strictly, and where it is not well formed, repaired first and marked as recovered."""

from __future__ import annotations

import re

from lxml.etree import _Element

from ...tables import Filing, ParseIssue
from ..errors import NotAnOwnershipFiling
from ..header import Header
from ..values import fold
from . import tree as xml_tree
from .broken_markup import rewrite
from .document import read_document
from .quick import read_text
from .repairs import Repairs
from .split_tags import rejoined
from .wrapped_lines import doubtful_break, unwrapped

MOST_BYTES = 2**20
"""Larger XML is not repaired: the largest real form seen has 0.1 MB."""

DOUBTFUL_BREAK = "a line break after"
"""How the reason of an issue begins that names a line break which may be no writer's."""

_START, _END = "<ownershipDocument", "</ownershipDocument"
_DECLARATION = re.compile(r"<\?xml[^<>]{0,200}\?>")
_CONTROLS = re.compile(r"[\0-\x1f]")


def read_xml(content: bytes, header: Header) -> Filing:
    """The filing that the XML and the header of its submission say; `parse_mode` tells whether it had to be repaired.

    Raises NotAnOwnershipFiling where the XML cannot be read, or is cut off before its end: a filing of which rows may
    be missing is none.
    """
    whole = unwrapped(content)
    if whole is None:
        return _with_doubt(_read(content, header), doubtful_break(content))
    filing = _read(whole.content, header)
    filing.parse_mode = "recovered"
    what = f"the XML is hard-wrapped: a line broken at {whole.width:,} characters was joined to the next"
    reason = f"{what} ({whole.breaks:,} times)" if whole.breaks > 1 else what
    filing.parse_issues.append(ParseIssue(table_name="filings", reason=reason))
    return filing


def _with_doubt(filing: Filing, doubt: tuple[int, str] | None) -> Filing:
    if doubt is not None:
        width, around = doubt
        reason = f"{DOUBTFUL_BREAK} {width:,} characters was read as a blank: it may stand in a word"
        filing.parse_issues.append(ParseIssue(table_name="filings", raw_value=around, reason=reason))
    return filing


def _read(content: bytes, header: Header) -> Filing:
    """The filing that the XML says, repaired where it is not well formed."""
    try:
        utf8, problem = xml_tree.checked(content)
        filing = read_text(utf8.decode(), header) or _filing(xml_tree.tree(utf8), header)
    except xml_tree.NotWellFormed as refusal:
        return _repaired(content, header, refusal)
    return _with_problem(filing, problem)


def _filing(root: _Element, header: Header, *, is_rewritten: bool = False) -> Filing:
    if root.tag != "ownershipDocument":
        raise NotAnOwnershipFiling(f"XML whose root element is {root.tag[:80]}")
    return read_document(root, header, is_rewritten=is_rewritten)


def _with_problem(filing: Filing, problem: str | None) -> Filing:
    """The filing, and what is the matter with its encoding."""
    if problem is not None:
        filing.parse_issues.append(ParseIssue(table_name="filings", reason=f"the XML {problem}"))
    return filing


def _repaired(content: bytes, header: Header, refusal: NotAnOwnershipFiling) -> Filing:
    if len(content) > MOST_BYTES:
        raise refusal
    repairs = Repairs()
    text, problem = _decoded(content, repairs)
    text = rejoined(text, repairs)
    root = _well_formed(text)
    is_rewritten = root is None
    if root is None:
        root = _well_formed(rewrite(_document(text, refusal, repairs), repairs))
    if root is None:
        raise refusal
    filing = _with_problem(_filing(root, header, is_rewritten=is_rewritten), problem)
    if not _says_something(filing):
        raise refusal
    filing.parse_mode = "recovered"
    if not repairs.count:
        message = refusal.reason.removeprefix("XML is not well formed: ")[:200]
        repairs.change(f"{message}; nothing that a form says was lost by it")
    for what, times in repairs.changed.items():
        filing.parse_issues.append(_issue(f"{what} ({times:,} times)" if times > 1 else what, None))
    filing.parse_issues += [_issue(what, fold(lost)) for what, lost in repairs.lost]
    return filing


def _issue(what: str, lost: str | None) -> ParseIssue:
    return ParseIssue(table_name="filings", raw_value=lost, reason=f"the XML is not well formed: {what}")


def _well_formed(text: str) -> _Element | None:
    try:
        return xml_tree.tree(text.encode())
    except xml_tree.NotWellFormed:
        return None


def _decoded(content: bytes, repairs: Repairs) -> tuple[str, str | None]:
    """The text, and what is the matter with its encoding; raises NotAnOwnershipFiling for what `checked` refuses."""
    try:
        utf8, problem = xml_tree.to_utf8(content)
    except xml_tree.NotWellFormed:
        text = content.decode(errors="replace")
        xml_tree.checked(text.encode())
        repairs.change("bytes that are not text were read as U+FFFD", text.count("\ufffd"))
        return text, None
    return utf8.decode(), problem


def _document(text: str, refusal: NotAnOwnershipFiling, repairs: Repairs) -> str:
    """The text from the start of the document to its end; what else there is, is named as dropped."""
    start = text.find(_START)
    if start < 0:
        raise refusal
    end = text.find(_END, start)
    if end < 0:
        raise NotAnOwnershipFiling(f"{refusal.reason}; the XML is cut: it has no {_END}>")
    after = end + len(_END)
    closing = re.compile(r"\s*>").match(text, after)
    after = closing.end() if closing else after
    outside = (("before", _DECLARATION.sub("", text[:start], count=1)), ("after", text[after:]))
    for where, dropped in outside:
        dropped = _CONTROLS.sub(" ", dropped)
        if not dropped.isspace() and dropped:
            repairs.lose(f"what stands {where} the document was dropped", dropped)
    return f"{text[start:end]}{_END}>"


def _says_something(filing: Filing) -> bool:
    """Whether there is an issuer, an owner or a row."""
    if filing.issuer_cik is not None or filing.issuer_name:
        return True
    if any(owner.owner_cik is not None or owner.owner_name for owner in filing.reporting_owners):
        return True
    rows = (filing.non_derivative_transactions, filing.non_derivative_holdings)
    return any(rows) or bool(filing.derivative_transactions or filing.derivative_holdings)

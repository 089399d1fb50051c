"""The quick way through a document: its text, matched from its first character to its last, without a tree.

Almost all filings are written by EDGAR's own software or like it, and have nothing to report. Each section of such a
document (what stands before the owners, an owner, a row, a footnote, …) is matched by one expression of `pattern`, in
the order of the schema; only when all of it is matched, and thereby known to be well formed, are values made of it. Any
other document is left to `xml_tree` and `xml_document`. They define the output: this gives the same, or None.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from ...tables import Filing, Footnote, ReportingOwner, Signature
from ..header import Header, made_on
from ..values import day, fold
from .document import check, filing_of
from .elements import Reading
from .pattern import BLANK, ID, Pattern, Texts, Unusual, plain
from .rows import CONTAINERS, KINDS, no_rows
from .shapes import AFTER_FOOTNOTES, AFTER_OWNERS, BEFORE_OWNERS, OWNER, SIGNATURE

MOST_CHARACTERS = 2**18
"""Longer documents are left; the largest real form seen has 0.1 MB. In so few, there cannot be too many of anything."""

_START = re.compile(
    r'(?:<\?xml version="1\.0"(?: encoding="(?i:utf-8|us-ascii|iso-8859-1|windows-1252)")?(?: standalone="(?:yes|no)")?'
    rf" ?\?>)?{BLANK}<ownershipDocument>{BLANK}"
).match
_END = re.compile(rf"</ownershipDocument>{BLANK}\Z").match
_BEFORE_OWNERS, _AFTER_OWNERS, _AFTER_FOOTNOTES = map(Pattern, (BEFORE_OWNERS, AFTER_OWNERS, AFTER_FOOTNOTES))
_OWNER, _SIGNATURE = Pattern(OWNER, "reportingOwner"), Pattern(SIGNATURE, "ownerSignature")

Match = Callable[[str, int], re.Match[str] | None]


class _Cursor:
    """How far a text has been matched."""

    def __init__(self, text: str) -> None:
        self._text, self._at = text, 0

    def take(self, match: Match) -> Texts | None:
        """The groups of what stands next, None if it does not match."""
        found = match(self._text, self._at)
        if found is None:
            return None
        self._at = found.end()
        return found.groups()

    def must(self, match: Match) -> Texts:
        """The groups of what stands next; raises Unusual if it does not match."""
        texts = self.take(match)
        if texts is None:
            raise Unusual
        return texts

    def each(self, match: Match) -> list[Texts]:
        """The groups of each of the elements that follow one another."""
        return list(iter(lambda: self.take(match), None))


class _Container:
    """An element that may be missing, each of whose children is matched by one of several expressions."""

    def __init__(self, name: str, *children: Match) -> None:
        self._opening = re.compile(rf"<{name}(?:(>)| ?/>){BLANK}").match
        self._closing = re.compile(rf"</{name}>{BLANK}").match
        self._children = tuple(enumerate(children))

    def each(self, cursor: _Cursor) -> list[tuple[int, Texts]]:
        """Which of the expressions matched each child, and its groups; raises Unusual if none does."""
        found: list[tuple[int, Texts]] = []
        if cursor.take(self._opening) != (">",):
            return found
        while True:
            for number, match in self._children:
                texts = cursor.take(match)
                if texts is not None:
                    found.append((number, texts))
                    break
            else:
                cursor.must(self._closing)
                return found


_FOOTNOTES = _Container("footnotes", re.compile(rf"<footnote {ID}(?:>([^<]*+)</footnote>| ?/>){BLANK}").match)
_ROWS = {
    name: [(kind, Pattern(kind.shape, kind.element)) for kind in KINDS if kind.container == name] for name in CONTAINERS
}
_TABLES = [(_Container(name, *(pattern.match for _, pattern in rows)), rows) for name, rows in _ROWS.items()]


def read_text(text: str, header: Header) -> Filing | None:
    """The filing that `read_document` gives for the text of a document, None where that has to be asked.

    Raises NotAnOwnershipFiling where the form type is none of the six.
    """
    if len(text) > MOST_CHARACTERS:
        return None
    try:
        return _filing(_Cursor(text), header)
    except Unusual:
        return None


def _filing(cursor: _Cursor, header: Header) -> Filing:
    cursor.must(_START)
    before = cursor.must(_BEFORE_OWNERS.match)
    owners = cursor.each(_OWNER.match)
    between = cursor.must(_AFTER_OWNERS.match)
    tables = [container.each(cursor) for container, _ in _TABLES]
    notes = [texts for _, texts in _FOOTNOTES.each(cursor)]
    after = cursor.must(_AFTER_FOOTNOTES.match)
    signatures = cursor.each(_SIGNATURE.match)
    cursor.must(_END)

    reading = Reading(made_on=made_on(header, (day(plain(date or ""))[0] for _, date in signatures)))
    reading.issues += header.issues
    values = _BEFORE_OWNERS.columns(before, reading)
    values |= _AFTER_OWNERS.columns(between, reading)
    values |= _AFTER_FOOTNOTES.columns(after, reading)
    check(values, header, reading)
    rows = no_rows()
    for (_, kinds), table in zip(_TABLES, tables, strict=True):
        for row_number, (place, texts) in enumerate(table, start=1):
            kind, pattern = kinds[place]
            rows[kind.table].append(kind.record(row_number=row_number, **pattern.columns(texts, reading)))
    footnotes = {name: Footnote(footnote_id=name, footnote_text=fold(plain(text or ""))) for name, text in notes}
    if len(footnotes) < len(notes) or not reading.footnotes_named <= footnotes.keys():
        raise Unusual
    return filing_of(
        values,
        header,
        reading,
        reporting_owners=[
            ReportingOwner(owner_number=number, **_OWNER.columns(texts, reading))
            for number, texts in enumerate(owners, start=1)
        ],
        footnotes=list(footnotes.values()),
        signatures=[
            Signature(signature_number=number, **_SIGNATURE.columns(texts, reading))
            for number, texts in enumerate(signatures, start=1)
        ],
        **rows,
    )

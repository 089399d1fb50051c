"""The SEC's HTML rendition of an ownership form (`xslF345X01/…` to `xslF345X05/…`), read into a page.

Known from real pages of 2015 to 2025: as the stylesheets write them, saved by a browser, wrapped to 79 columns; and
without the classes, links and raised marks that the pages of sec.gov have, as bare output of the stylesheets.
"""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString

from ...tables import OWNERSHIP_FORMS, Filing
from ..errors import NotAnOwnershipFiling
from ..header import Header
from ..html_tree import html_tree
from ..submission import Document
from ..values import fold
from .html_tables import NUMBERED, note_numbers, own_rows, read_rows, text_of
from .page import BOXES, RELATIONSHIPS, Page, made_into_filing
from .values import bracketed

MOST_BYTES = 2**20
MOST_TAGS = 20_000
"""More than any ownership form has: 30 rows a table and 10 owners make some 16,000 opening and closing tags."""

MOST_TABLES = 500
"""A page has some 12, and 5 more an owner; tables nested in each other cost the square of their number."""

MOST_NESTED = 10
"""Cells within cells. A page has 3 at most; each text costs time with each cell that it is in."""

MOST_OWNERS = 50
"""The specification allows 10, which are listed after the tables once more."""

_OURS = re.compile(rb"Name\s+and\s+Address\s+of\s+Reporting\s+Person", re.IGNORECASE)
_TABLE = re.compile(rb"<table\b", re.IGNORECASE)
_CLASS = b"FormData"
"""The class that the SEC's stylesheets give to a filer's text; no filer's own page has it."""

FIRST = date(2003, 5, 1)
"""EDGAR took the first ownership documents in XML in May 2003: what was filed before has no rendition."""

_BARE = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rb"Date\s+of\s+Earliest\s+Transaction|Date\s+of\s+Event\s+Requiring\s+Statement|Fiscal\s+Year\s+Ended",
        rb"Table\s+II?\s{0,4}-\s{0,4}(?:Non-)?Derivative\s+Securities",
        rb"Explanation\s+of\s+Responses",
        rb"\*\*\s{0,4}Signature\s+of\s+Reporting\s+Person",
        rb"<table\b",
    )
)
"""What every rendition has, and no form on paper all of."""


_FORM = re.compile(r"\bFORM\s?([345])(/A)?(?![\w/])", re.IGNORECASE)
_CIK = re.compile(r"[?&]CIK=(\d{1,10})(?!\d)", re.IGNORECASE | re.ASCII)
_FORMAT = r"\s*(?:\(Month/(?:Day/)?Year\))?\s*"
_PERIOD = re.compile(
    r"\d\. (?:Date of Earliest Transaction|Date of Event Requiring(?: Statement)?"
    rf"|Statement for Issuer's Fiscal Year(?: Ended)?){_FORMAT}"
)
_ORIGINAL = re.compile(rf"\d\. If Amendment, Date (?:of )?Original(?: Filed)?{_FORMAT}")
_ISSUER = re.compile(r"\d\. Issuer Name and Ticker(?: or Trading Symbol)?")
_RELATIONSHIP = re.compile(r"\d\. Relationship of Reporting Person")
_OWNER = re.compile(r"1\. Name and Address of Reporting Person")
_NOTHING = re.compile(r"No securities are beneficially owned\.?", re.IGNORECASE)
_CITY = ("city", "state", "zip_code")
_STREETS = ("street1", "street2")


def read(document: Document, header: Header) -> Filing | None:
    """The filing of an HTML rendition; None where the document is none.

    Raises NotAnOwnershipFiling for a rendition far larger than any form, or that no tree can be made of.
    """
    content = document.content
    if not may_be(content) or _OURS.search(content) is None:
        return None
    if header.form_type and header.form_type not in OWNERSHIP_FORMS:
        return None
    classed = _CLASS in content
    if not classed and header.filed is not None and header.filed < FIRST:
        return None
    tables = len(_TABLE.findall(content))
    if len(content) > MOST_BYTES or content.count(b"<") > MOST_TAGS or tables > MOST_TABLES:
        if not classed:
            return None
        raise NotAnOwnershipFiling("an HTML rendition larger than any ownership form")
    text, problem = decoded(content)
    soup = html_tree(text)
    if _nested(soup) > MOST_NESTED:
        raise NotAnOwnershipFiling("an HTML rendition whose tables are nested deeper than in any ownership form")
    for each in soup.find_all("br"):
        each.append("\n")  # to put it in the place of the tag would take time with each sibling
    page = _page(soup)
    if page is None:
        return None
    if problem is not None:
        page.issues.append(("filings", problem, None))
    return made_into_filing(page, header)


def may_be(content: bytes) -> bool:
    """Whether a document is like a rendition, which is certain only when the whole of it is read."""
    return _CLASS in content or all(pattern.search(content) for pattern in _BARE)


def _nested(soup: BeautifulSoup) -> int:
    """In how many cells at most a cell of the page is, itself counted."""
    deepest = 0
    waiting: list[tuple[Tag, int]] = [(soup, 0)]
    while waiting:
        tag, depth = waiting.pop()
        depth += tag.name in ("td", "th")
        deepest = max(deepest, depth)
        waiting += ((child, depth) for child in tag.contents if isinstance(child, Tag))
    return deepest


def decoded(content: bytes) -> tuple[str, str | None]:
    """The text of a rendition, which is in UTF-8, and what is the matter with it."""
    try:
        return content.decode("utf-8-sig"), None
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace"), "the page is not in UTF-8 and was read as windows-1252"


def _page(soup: BeautifulSoup) -> Page | None:
    tops = [table for table in soup.find_all("table") if table.find_parent("table") is None]
    texts = [text_of(table) for table in tops]
    names = [text_of(soup.title) if soup.title else "", *texts[:1], _leading(soup)]
    forms = [match for match in map(_FORM.search, names) if match]
    if not forms:
        return None
    page = Page("html", forms[0][1], amended=any(match[2] for match in forms))
    seen: set[str] = set()
    notes = note_numbers(tops)
    for table, text in zip(tops, texts, strict=True):
        if text.startswith(("Table I ", "Table I-")):
            seen.add("I")
            read_rows(table, page.non_derivative, notes)
        elif text.startswith(("Table II ", "Table II-")):
            seen.add("II")
            read_rows(table, page.derivative, notes)
        elif text.startswith("Explanation of Responses"):
            _explanation(table, page)
        elif "** Signature of Reporting Person" in text:
            _signatures(table, page)
        else:
            _boxes(table, page)
            _items(table, page)
    page.drop_repeated_owner()
    missing_tables(page, seen)
    return page if seen else None


def missing_tables(page: Page, seen: set[str]) -> None:
    """Report a table that the page should have and does not."""
    for name in sorted({"I", "II"} - seen):
        page.issues.append(("filings", f"the page has no Table {name}", None))


def _leading(soup: BeautifulSoup) -> str:
    """The text of the body before the first table."""
    body = soup.body
    texts = (each for each in body.children if isinstance(each, NavigableString)) if body is not None else ()
    return next((text for each in texts if (text := fold(each))), "")


def _boxes(table: Tag, page: Page) -> None:
    for cells in own_rows(table):
        for box, caption in pairwise(cells):
            text = text_of(caption)
            for name, start in BOXES.items():
                if text.startswith(start):
                    page.boxes[name] = text_of(box)


def _items(table: Tag, page: Page) -> None:
    for cells in own_rows(table):
        for cell in cells:
            text = text_of(cell)
            if _OWNER.match(text):
                if len(page.owners) > MOST_OWNERS:
                    raise NotAnOwnershipFiling(f"an HTML rendition with more than {MOST_OWNERS} owners")
                page.owners.append(_owner(cell))
            elif _ISSUER.match(text):
                _issuer(cell, page)
            elif _RELATIONSHIP.match(text):
                _relationship(cell, page)
            elif _PERIOD.match(text):
                page.period = _data(cell, _PERIOD)
            elif _ORIGINAL.match(text):
                page.original = _data(cell, _ORIGINAL)


def _data(cell: Tag, caption: re.Pattern[str] | None = None) -> str:
    """The filer's text in a cell: what has the class of it, or all behind the caption."""
    marked = cell.find_all(class_="FormData")
    if marked:
        return fold(" ".join(map(text_of, marked))) or ""
    text = text_of(cell)
    return text if caption is None else caption.sub("", text, count=1).strip()


def _linked(cell: Tag, unlinked: str | None) -> tuple[str | None, int | None]:
    """The name in a cell and the CIK that its link goes to; without a link the name is `unlinked`."""
    link = cell.find("a", href=True)
    if link is None:
        return unlinked or None, None
    match = _CIK.search(str(link["href"]))
    return text_of(link) or None, int(match[1]) if match else None


def _issuer(cell: Tag, page: Page) -> None:
    name, page.issuer_symbol = bracketed(_ISSUER.sub("", text_of(cell), count=1).strip())
    page.issuer_name, page.issuer_cik = _linked(cell, name)


def _owner(cell: Tag) -> dict[str, str | int | None]:
    tables = cell.find_all("table")
    name, cik = _linked(cell, _data(tables[0]) if tables else None)
    owner: dict[str, str | int | None] = {"owner_name": name, "owner_cik": cik}
    names: tuple[str, ...] = ()
    unread = []
    for table in tables:
        text = text_of(table)
        if text.startswith("(Last)"):
            names = _STREETS
        elif text.startswith("(City)"):
            names = ()
        elif names:
            texts = [text_of(each) for cells in own_rows(table) for each in cells]
            if len(texts) > len(names):
                unread.append(text)
            else:
                owner |= {name: text or None for name, text in zip(names, texts, strict=False)}
            names = _CITY if names is _STREETS else ()
    if unread:
        owner["unread"] = " | ".join(unread)
    return owner


def _relationship(cell: Tag, page: Page) -> None:
    captions = {caption: name for name, caption in RELATIONSHIPS.items()}
    for table in cell.find_all("table"):
        for cells in own_rows(table):
            texts = [text_of(each) for each in cells]
            known = False
            for box, caption in pairwise(texts):
                if caption in captions:
                    page.relationship[captions[caption]] = box
                    known = True
            if known:
                continue
            if len(cells) == 4:
                page.titles = [texts[1], texts[3]]
            elif len(cells) == 1:
                texts = [text_of(each) for each in cells[0].find_all(class_="FormData")] or texts
                page.titles = [each for each in texts if each]


def _explanation(table: Tag, page: Page) -> None:
    """Footnotes and remarks, in the rows below their captions."""
    part = "notes"
    for cells in own_rows(table):
        text = fold(" ".join(map(text_of, cells))) or ""
        if re.match(r"Explanation of Responses\s?:?$", text):
            part = "notes"
        elif re.match(r"Remarks\s?:?$", text):
            part = "remarks"
        elif not text:
            continue
        elif part == "remarks" and page.remarks is None:
            page.remarks = text
        elif part == "notes" and (match := NUMBERED.match(text)):
            page.footnotes.append((f"F{int(match[1])}", text[match.end() :] or None))
        elif _NOTHING.fullmatch(text):
            page.owns_nothing = True
        else:
            page.issues.append(("footnotes", "a text among the explanations that is not a numbered footnote", text))


def _signatures(table: Tag, page: Page) -> None:
    """Names and dates above the caption, in the last two cells of their rows."""
    for cells in own_rows(table):
        texts = [text_of(cell) for cell in cells]
        if any(text.startswith("** Signature of Reporting Person") for text in texts):
            break
        if len(texts) >= 2 and any(texts):
            page.signatures.append((texts[-2] or None, texts[-1]))
        elif any(texts):
            page.issues.append(("signatures", "a signature that cannot be told apart", " ".join(texts)))

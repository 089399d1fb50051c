"""The plain-text rendition of an ownership form, read into a page: a copy of the HTML rendition as text.

Items and captions are those of the HTML; filled-in fields of the items stand in `<u>…</u>`, marked boxes as
`<input checked …>`, cells of the tables between TABs, dollar signs escaped (`\\$4.48`). It has no CIKs.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator

from ...tables import OWNERSHIP_FORMS, Filing
from ..errors import NotAnOwnershipFiling
from ..header import Header
from ..submission import Document
from ..values import fold
from .html import decoded, missing_tables
from .page import BOXES, RELATIONSHIPS, Page, made_into_filing
from .rows import HEADS, Row, columns, head
from .values import Cell, bracketed, notes_of

MOST_BYTES = 2**18
"""More than any ownership form has."""

_MOST_OF_A_PLACE = 100
"""Characters; the specification allows 30 of a city."""

_OURS = b"Name and Address of Reporting Person"
_STATEMENTS = (
    ("INITIAL STATEMENT OF BENEFICIAL OWNERSHIP", "3"),
    ("ANNUAL STATEMENT OF CHANGES IN BENEFICIAL OWNERSHIP", "5"),
    ("STATEMENT OF CHANGES IN BENEFICIAL OWNERSHIP", "4"),
)
_AMENDED = re.compile(r"\bFORM [345]/A\b", re.IGNORECASE)
_TABLE = re.compile(r"^[ \t#*]*Table (II?) ?- ?(?:Non-)?Derivative Securities[^\n]*\n", re.MULTILINE)
_EXPLANATION = re.compile(r"^[ \t#*]*Explanation of Responses:?[ \t*]*$", re.MULTILINE)
_REMARKS = re.compile(r"[#* ]*Remarks:[* ]*(.*)")
_SIGNED = re.compile(r"^[ \t\\]*\*\\?\* Signature of Reporting Person", re.MULTILINE)
_SIGNATURE = re.compile(r"(?:(\S.*?)\s+)?(\d{1,2}/\d{1,2}/\d{4})", re.ASCII)
_NUMBERED = re.compile(r"(\d{1,3})\\?\.(?:\s+(.*))?", re.ASCII | re.DOTALL)
_NOTHING = re.compile(r"No securities are beneficially owned\.?", re.IGNORECASE)

_ITEMS = re.compile(
    r"(?P<owner>1\. Name and Address of Reporting Person)"
    r"|(?P<issuer>[23]\. Issuer Name and Ticker or Trading Symbol)"
    r"|(?P<relationship>[45]\. Relationship of Reporting Person)"
    r"|(?P<period>[23]\. (?:Date of Earliest Transaction|Date of Event Requiring|Statement for Issuer.s Fiscal Year))"
    r"|(?P<original>[45]\. If Amendment, Date (?:of )?Original)"
    r"|(?P<joint>6\. Individual or Joint)"
)
_FILLED = re.compile(r"<u>([^<>]*)</u>")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+.!$|<>~&-])")
_NO_CHARACTER = re.compile(r"&(?=#[0-9]{10})")
"""A reference by more digits than any character has; `html.unescape` raises for thousands of them."""
_MARKS = re.compile(r"(?:\s?(?:<sup>)?\(\d{1,3}\)(?:</sup>)?){1,99}$", re.ASCII)
_LONGEST_MARKS = 99 * len(" <sup>(999)</sup>")
_BOX = r"(<input\b[^>]{0,200}>|\[[ Xx]?\]|\bX\b)? ?"
_RELATIONSHIP = {name: re.compile(_BOX + re.escape(caption)) for name, caption in RELATIONSHIPS.items()}
_BOXES = {name: re.compile(_BOX + caption) for name, caption in BOXES.items()}
_STATE = re.compile(r"[A-Z][A-Z0-9]|[0-9][A-Z]")
_ZIP_CODE = re.compile(r"[A-Z0-9-]{0,9}[0-9][A-Z0-9-]{0,9}(?: [A-Z0-9]{0,3}[0-9][A-Z0-9]{0,3})?")


def read(document: Document, header: Header) -> Filing | None:
    """The filing of a plain-text rendition; None where the document is none.

    Raises NotAnOwnershipFiling for a rendition far larger than any form.
    """
    content = document.content
    if _OURS not in content or b"\t" not in content or re.search(rb"<html|<table|<td", content, re.IGNORECASE):
        return None
    if header.form_type and header.form_type not in OWNERSHIP_FORMS:
        return None
    if len(content) > MOST_BYTES:
        raise NotAnOwnershipFiling("a plain-text rendition larger than any ownership form")
    text, problem = decoded(content)
    page = _page(text.replace("\r\n", "\n"))
    if page is None:
        return None
    if problem is not None:
        page.issues.append(("filings", problem, None))
    return made_into_filing(page, header)


def _page(text: str) -> Page | None:
    family = next((family for statement, family in _STATEMENTS if statement in text), None)
    tables = list(_TABLE.finditer(text))
    explained = _EXPLANATION.search(text, tables[-1].end() if tables else 0)
    if family is None or not tables or explained is None or len(tables) > 2:
        return None
    page = Page("text", family, amended=_AMENDED.search(text[: tables[0].start()]) is not None)
    missing_tables(page, {each[1] for each in tables})
    front = fold(text[: tables[0].start()]) or ""
    _boxes(front, page)
    ends = [each.start() for each in tables[1:]] + [explained.start()]
    for table, end in zip(tables, ends, strict=True):
        derivative = table[1] == "II"
        block = text[table.end() : end]
        notes = _note_numbers(text[explained.end() :])
        if not _rows(block, page, page.derivative if derivative else page.non_derivative, notes, derivative=derivative):
            return None
    _items(front, page)
    _items(fold(text[tables[-1].end() : explained.start()]) or "", page)
    page.drop_repeated_owner()
    _after(text[explained.end() :], page)
    return page


def _plain(text: str) -> str:
    """A text without escapes, white space folded; '' for none."""
    if not text or text.isspace():
        return ""
    return fold(html.unescape(_NO_CHARACTER.sub("&amp;", _ESCAPED.sub(r"\1", text)))) or ""


def _mark(box: str | None) -> str:
    """What is in a box: X, or '' for an empty one."""
    if box is None or (box.startswith("<") and "checked" not in box) or box in ("[]", "[ ]"):
        return ""
    return "X"


def _boxes(front: str, page: Page) -> None:
    for name, pattern in _BOXES.items():
        match = pattern.search(front)
        if match is not None:
            page.boxes[name] = _mark(match[1])


def _items(text: str, page: Page) -> None:
    captions = list(_ITEMS.finditer(text))
    ends = [each.start() for each in captions[1:]] + [len(text)]
    for caption, end in zip(captions, ends, strict=False):
        part = text[caption.end() : end]
        filled = [_plain(each) for each in _FILLED.findall(part)]
        kind = caption.lastgroup
        if kind == "owner":
            page.owners.append(_owner(part))
        elif kind == "issuer":
            _issuer(filled, page)
        elif kind == "relationship":
            _relationship(part, filled, page)
        elif kind == "period":
            page.period = " ".join(filled)
        elif kind == "original":
            page.original = " ".join(filled)


def _owner(part: str) -> dict[str, str | int | None]:
    """The name before `(Last)`, the lines of the street before `(Street)`, city, state and code before `(City)`."""
    name, _, rest = part.partition("(Last)")
    streets, _, rest = rest.partition("(Street)")
    city, _, _ = rest.partition("(City)")
    names, lines, places = ([_plain(each) for each in _FILLED.findall(each)] for each in (name, streets, city))
    owner: dict[str, str | int | None] = {"owner_name": " ".join(names) or None}
    unread = []
    if len(lines) <= 2:
        owner |= {name: line or None for name, line in zip(("street1", "street2"), lines, strict=False)}
    else:
        unread.append(" | ".join(lines))
    found = _places(" ".join(places))
    if len(found) == 1:
        owner |= found[0]
    elif any(places):
        unread.append(" ".join(places))
    if unread:
        owner["unread"] = " | ".join(unread)
    return owner


def _places(text: str) -> list[dict[str, str]]:
    """The readings of `WESTFORD MA 01886` as a city, a code of a state or country, and a zip code."""
    words = text[:_MOST_OF_A_PLACE].split()
    return [
        {"city": " ".join(words[:at]), "state": words[at], "zip_code": code}
        for at in range(1, len(words) - 1)
        if _STATE.fullmatch(words[at]) and _ZIP_CODE.fullmatch(code := " ".join(words[at + 1 :]))
    ]


def _issuer(filled: list[str], page: Page) -> None:
    page.issuer_name, page.issuer_symbol = bracketed(" ".join(filled))


def _relationship(part: str, filled: list[str], page: Page) -> None:
    for name, pattern in _RELATIONSHIP.items():
        match = pattern.search(part)
        if match is not None:
            page.relationship[name] = _mark(match[1])
    page.titles = filled


def _note_numbers(text: str) -> set[str]:
    return {f"F{int(match[1])}" for match in re.finditer(r"^(\d{1,3})\\?\.(?=\s|\Z)", text, re.MULTILINE)}


def _rows(block: str, page: Page, rows: list[Row], notes: set[str], *, derivative: bool) -> bool:
    """The rows of a table, after its two lines of captions; False where the captions are not the form's.

    A line may lack the blank cell at its end; with any other number of cells none of them is certain.
    """
    lines = [line for line in block.split("\n") if "\t" in line and not _ITEMS.search(line)]
    heads = HEADS[page.family, derivative]
    if not lines or tuple(head(text) for each in lines[0].split("\t") if (text := _plain(each))) != heads:
        return False
    names = columns(page.family, derivative=derivative)
    for line in lines[_captions(lines) :]:
        cells = [_cell(each, notes) for each in line.split("\t")]
        while len(cells) > len(names) and not cells[-1]:
            cells.pop()
        short = len(cells) == len(names) - 1 and cells[-1].text in ("D", "I")
        if len(cells) != len(names) and not short:
            raw = " | ".join(_plain(each) for each in line.split("\t"))
            rows.append(Row({}, raw, "a row that does not have as many cells as the table has columns"))
        else:
            rows.append(Row(dict(zip(names, cells, strict=False)), _plain(line)))
    return True


def _captions(lines: list[str]) -> int:
    """How many lines of captions there are: the second starts with a blank cell and has only lower captions."""
    lower = {"code", "v", "amount", "(a) or (d)", "price", "(a)", "(d)", "date exercisable", "expiration date", "title"}
    lower.add("amount or number of shares")
    texts = {_plain(each).lower() for each in lines[1].split("\t")} - {""} if len(lines) > 1 else set()
    return 2 if texts and texts <= lower else 1


def _cell(text: str, notes: set[str]) -> Cell:
    """A cell; marks at its end are footnotes where the filing has those, or where nothing else can end so."""
    text = _plain(text)
    match = _MARKS.search(text, max(0, len(text) - _LONGEST_MARKS))
    if match is None:
        return Cell(text)
    ids = notes_of(match[0]) or ""
    before = text[: match.start()]
    if set(ids.split(",")) <= notes or re.fullmatch(r"\$?[\d,./]*", before):
        return Cell(before, ids)
    return Cell(text)


def _paragraphs(text: str) -> Iterator[str]:
    return (text for each in re.split(r"\n\s*\n", text) if (text := each.strip()))


def _after(text: str, page: Page) -> None:
    """Footnotes, remarks and signatures: what stands after the tables, up to the caption of the signatures."""
    signed = _SIGNED.search(text)
    body = list(_paragraphs(text[: signed.start() if signed else len(text)]))
    if signed is not None:
        _signatures(body, page)
    remarks: list[str] | None = None
    notes: list[list[str]] = []
    for each in body:
        match = _REMARKS.match(each)
        if match is not None and remarks is None:
            remarks = [each[match.start(1) :]]
        elif remarks is not None:
            remarks.append(each)
        else:
            notes.append(each.split("\n"))
    _footnotes(notes, page)
    page.remarks = _plain(" ".join(remarks or [])) or None


def _signatures(body: list[str], page: Page) -> None:
    """Take the signatures off the end: paragraphs that end in a date, one an owner at most."""
    signatures: list[tuple[str | None, str]] = []
    lines = [line for each in body[-1:] for line in each.split("\n")]
    if len(lines) > 1 and all(_SIGNATURE.fullmatch(_plain(line)) for line in lines):
        body[-1:] = lines
    while body and len(signatures) < max(len(page.owners), 1):
        match = _SIGNATURE.fullmatch(_plain(_FILLED.sub(r"\1", body[-1])))
        if match is None:
            break
        signatures.insert(0, (match[1], match[2]))
        body.pop()
    page.signatures = signatures
    if not signatures or (body and _SIGNATURE.fullmatch(_plain(body[-1])) and not _REMARKS.match(body[-1])):
        reason = "signatures that cannot be told from remarks with certainty"
        page.issues.append(("signatures", reason, _plain(body[-1]) if body else None))


def _footnotes(paragraphs: list[list[str]], page: Page) -> None:
    """Numbered upwards; a line that does not start with the number to come goes on with the footnote before.

    That is the next number or, where no later line has that, a higher one at the start of a paragraph.
    """
    lines = [(line, at == 0) for paragraph in paragraphs for at, line in enumerate(paragraph)]
    matches = [_NUMBERED.fullmatch(line.strip()) for line, _ in lines]
    later = Counter(int(match[1]) for match in matches if match is not None)
    last = 0
    notes: list[tuple[int, list[str]]] = []
    for (line, starts), match in zip(lines, matches, strict=True):
        number = int(match[1]) if match is not None else 0
        later[number] -= 1
        skips = starts and number > last and later[last + 1] <= 0
        if match is not None and (number == last + 1 or skips):
            notes.append((number, [match[2] or ""]))
            last = number
        elif _NOTHING.fullmatch(_plain(line)):
            page.owns_nothing = True
        elif notes:
            notes[-1][1].append(line)
        else:
            reason = "a text among the explanations that is not a numbered footnote"
            page.issues.append(("footnotes", reason, _plain(line)))
    page.footnotes = [(f"F{number}", _plain(" ".join(texts)) or None) for number, texts in notes]

"""A paper form as lines, and the lines in their places: front, Table I, Table II, back."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Literal, NamedTuple

from bs4.element import NavigableString, Tag

from ..errors import NotAnOwnershipFiling
from ..html_tree import html_tree

MOST_BYTES = 4 * 2**20
"""Of a document; the longest paper forms have about 0.3 MB. What is larger is not read."""

MOST_HTML_BYTES = 2**20
"""Of a document in HTML, whose tree takes far more memory than its bytes."""

MOST_HTML_TAGS = 30_000
"""In a document, which take half a second to read."""

MOST_HTML_TABLES = 1_000
"""In a document: tables nested in each other cost the square of their number."""

MOST_LINES = 10_000
"""Of a document; the longest paper forms have some 5,000."""

MOST_COLUMNS = 64
_MOST_GRID = 256
_MOST_NESTED, _LONGEST_NESTED = 600, 3_000
"""Nodes and characters of a cell with a table in it that can be an item of the form; what has more is a page."""

_CELL = "\v"
"""Stands at both ends of a cell in a cell."""

_MARKED_CELL = re.compile(rf"{_CELL}[^\S{_CELL}]*([xX*\u2611\u2612\u00fe])[^\S{_CELL}]*{_CELL}")
_EMPTY_CELL = re.compile(
    rf"{_CELL}[^\S{_CELL}]*{_CELL}(?=[^\S{_CELL}]*{_CELL}[^\S{_CELL}]*(?:director|10\s?%|officer|other|form\s))",
    re.IGNORECASE,
)
_NARROWEST_TITLE = 4
"""Characters of the first column, at least: less is an indentation."""

CUT = "\f"
"""The text of a line where a page or a table ends."""

TableNumber = Literal[1, 2]

_HTML = re.compile(rb"<html\b|<td\b|<tr\b", re.IGNORECASE)
_BREAKS = frozenset({"br", "p", "div", "li", "table", "tr", "td", "th", "hr", "pre", "center", "ul", "ol", "caption"})
_DROPPED = frozenset({"script", "style", "head", "title"})
_TABLE = re.compile(r"[\W_]*table\s+(ii|i|2|1)\b", re.IGNORECASE)
_TITLED = re.compile(r"\W*(?:$|non-?\s?deriv|deriv|\(?con(?:tinued|t\b|t'd)|securi)", re.IGNORECASE)
_NAMED = re.compile(
    r"[\W_]*(non-?\s?)?derivative\s+securi\w+\s+(?:acquired|beneficially)", re.IGNORECASE
)  # Some forms name the tables and do not number them.
_END = re.compile(
    r"[\W_]*(?:explanation\s+of\s+responses?|signatures?\b|remarks?:|reminder\b|intentional\s+misstatement|/s/"
    r"|if\s+the\s+form\s+is\s+filed|note:|potential\s+persons\s+who|persons\s+who\s+respond)",
    re.IGNORECASE,
)
_OPENS, _CLOSES = re.compile(r"\s*<table\b", re.IGNORECASE), re.compile(r"\s*</table\b", re.IGNORECASE)
_PAGE = re.compile(r"\s*</?(?:page|table|caption|f\d+|fn|hr|pre)>\s*", re.IGNORECASE)
_RUN = re.compile(r"\S+(?: \S+)*")
_BLANKS = re.compile(r"\s+")
_TEMPLATE = re.compile(r"\s*<S>.*<C>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Line:
    """A line as filed, tabs expanded, and its number in the document.

    `cells` where pipes or HTML rule it into boxes: white space kept, in HTML its line breaks alone. `spans` where HTML
    does: the first column of the table's grid that each cell stands in, and the one after its last.
    """

    text: str
    cells: tuple[str, ...] | None = None
    spans: tuple[tuple[int, int], ...] | None = None
    number: int = -1

    @property
    def has_words(self) -> bool:
        """Whether there is a letter or a digit: else it is blank or a rule."""
        return any(map(str.isalnum, self.text))


class Part(NamedTuple):
    """A part of a line, from one character to before another; its text has no blanks at its ends."""

    line: Line
    start: int
    end: int

    @property
    def text(self) -> str:
        """The text of the part."""
        return self.line.text[self.start : self.end].strip()


def whole(line: Line) -> Part:
    """All of a line."""
    return Part(line, 0, len(line.text))


def runs(line: Line, most: int | None = None) -> list[Part]:
    """The texts of a line that two blanks or more stand between: all, or the first `most`."""
    return [Part(line, each.start(), each.end()) for each in islice(_RUN.finditer(line.text), most)]


def cells_of(line: Line) -> list[list[Part]]:
    """The cells of a line, each as the parts that stand on lines of their own in it."""
    found: list[list[Part]] = []
    at = 0
    for cell in line.cells or ():
        at = line.text.find(cell.replace("\n", " "), at)
        parts = []
        for text in cell.split("\n"):
            parts.append(Part(line, at, at + len(text)))
            at += len(text) + 1
        found.append(parts)
        at -= 1
    return found


@dataclass(slots=True)
class Region:
    """The lines of one table, or of one page of it."""

    table: TableNumber
    lines: list[Line] = field(default_factory=list)


@dataclass(slots=True)
class Form:
    """The lines of a form: before the tables, in them, and after them."""

    source_format: str
    lines: list[Line] = field(default_factory=list)
    front: list[Line] = field(default_factory=list)
    regions: list[Region] = field(default_factory=list)
    back: list[Line] = field(default_factory=list)


def is_template(line: Line) -> bool:
    """Whether it is the `<S>  <C>  <C>` line that says where columns start."""
    return _TEMPLATE.match(line.text) is not None


def is_html(content: bytes) -> bool:
    """Whether a paper form is read as a page: it has a tag of one anywhere."""
    return _HTML.search(content) is not None


def read_lines(content: bytes) -> Form:
    """Decode a document and put its lines in their places; a title of a table starts one, a known end ends it.

    Raises NotAnOwnershipFiling for a document of more lines than any form has.
    """
    html = is_html(content)
    try:
        text = content.decode()
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    form = Form("html" if html else "text")
    region: Region | None = None
    inside = True
    lines = _html_lines(text) if html else _ascii_lines(text)
    if len(lines) > MOST_LINES:
        raise NotAnOwnershipFiling(f"a paper form of more than {MOST_LINES:,} lines")
    form.lines = [replace(line, number=number) for number, line in enumerate(lines)]
    for line in form.lines:
        started = _table_of(line.text)
        if started is not None:
            region, inside = Region(started), True
            form.regions.append(region)
        elif region is not None and _END.match(line.text):
            region = None
        elif _CLOSES.match(line.text):
            inside = False
        elif _OPENS.match(line.text):
            inside = True
        if region is not None and (_PAGE.fullmatch(line.text) or _CLOSES.match(line.text)):
            region.lines.append(Line(CUT, number=line.number))
        elif region is not None and inside:
            region.lines.append(line)
        else:
            (form.back if form.regions else form.front).append(line)
    return form


def is_title(text: str) -> bool:
    """Whether a text is the title of a table."""
    return _table_of(text) is not None


def _table_of(text: str) -> TableNumber | None:
    match = _TABLE.match(text)
    if match is not None and _TITLED.match(text, match.end()):
        return 2 if match[1].lower() in ("ii", "2") else 1
    match = _NAMED.match(text)
    return None if match is None else 1 if match[1] else 2


def _ascii_lines(text: str) -> list[Line]:
    lines = []
    for each in text.splitlines()[: MOST_LINES + 1]:
        line = each.replace("\0", "").expandtabs() if len(each) < 10_000 else each
        lines.append(Line(line.rstrip(), _piped(line.rstrip())))
    return lines


def _piped(text: str) -> tuple[str, ...] | None:
    """The boxes between pipes; a pipe at an end of the line is the frame, a wide blank before the first is a box."""
    if not 2 <= text.count("|") <= MOST_COLUMNS:
        return None
    cells = text.split("|")
    framed = len(cells[0]) < _NARROWEST_TITLE and not cells[0].strip()
    return tuple(cells[framed : len(cells) - text.endswith("|")])


def _html_lines(text: str) -> list[Line]:
    """The lines that a page would show; the cells of a table's row are one line, and a table within one is lines."""
    soup = html_tree(text)
    lines: list[Line] = []
    words: list[str] = []
    reaching: dict[int, list[int]] = {}

    def flush() -> None:
        shown = " ".join("".join(words).split())
        words.clear()
        if shown:
            lines.append(Line(shown))

    # A stack and not recursion: markup is nested as deep as anyone likes.
    stack: list[object] = [soup]
    while stack:
        node = stack.pop()
        if isinstance(node, Tag):
            if node.name in _DROPPED:
                continue
            if node.name in _BREAKS:
                flush()
                stack.append(None)
            if node.name == "pre":
                lines += _ascii_lines(node.get_text())
                continue
            if node.name == "tr":
                line = _row(node, reaching.setdefault(id(_table_around(node)), []))
                if line is not None:
                    lines.append(line)
                    continue
            stack.extend(reversed(node.contents))
        elif node is None:
            flush()
        elif type(node) is NavigableString:
            words.append(node)
    flush()
    return lines


def _table_around(row: Tag) -> Tag | None:
    above = row.parent
    return above.parent if above is not None and above.name in ("tbody", "thead", "tfoot") else above


def _row(row: Tag, reaching: list[int]) -> Line | None:
    """The cells of a row in the table's grid; `reaching` is how many rows cells above still reach into, by column."""
    cells = [each for each in row.contents if isinstance(each, Tag) and each.name in ("td", "th")][:MOST_COLUMNS]
    if not cells:
        return None
    texts = [_shown(cell) for cell in cells]
    if None in texts:
        return None
    spans: list[tuple[int, int]] = []
    at = 0
    for cell in cells:
        while at < len(reaching) and reaching[at] > 0:
            at += 1
        width, height = _span(cell, "colspan"), _span(cell, "rowspan")
        spans.append((at, at + width))
        if at + width <= _MOST_GRID:
            reaching.extend([0] * (at + width - len(reaching)))
            reaching[at : at + width] = [height] * width
            at += width
    reaching[:] = [max(0, each - 1) for each in reaching]
    shown = tuple(each or "" for each in texts)
    text = " | ".join(" ".join(each.split("\n")) for each in shown)
    return Line(text, shown, tuple(spans)) if len(shown) > 1 or "\n" in shown[0] else Line(text)


def _span(cell: Tag, name: str) -> int:
    text = str(cell.get(name, "1"))
    return min(int(text), 30) if re.fullmatch(r"[1-9]\d{0,2}", text, re.ASCII) else 1


def _shown(cell: Tag) -> str | None:
    """What a cell shows, with its line breaks; None where a table in it is more than the boxes of an item.

    In a table within a cell a mark before a caption is written as a box, `[X] Director`.
    """
    nested = cell.find("table") is not None
    parts: list[str] = []
    stack: list[object] = [cell]
    met = length = 0
    while stack:
        node = stack.pop()
        met += 1
        length += len(node) if type(node) is NavigableString else 0
        if nested and (met > _MOST_NESTED or length > _LONGEST_NESTED):
            return None
        if isinstance(node, Tag):
            if node.name in _DROPPED:
                continue
            if nested and node is not cell and node.name in ("td", "th"):
                stack.append(_CELL)
                parts.append(_CELL)
            elif node.name in _BREAKS and node is not cell:
                parts.append("\n")
                stack.append(None)
            stack.extend(reversed(node.contents))
        elif node is None:
            parts.append("\n")
        elif node == _CELL and not isinstance(node, NavigableString):
            parts.append(_CELL)
        elif type(node) is NavigableString:
            parts.append(_BLANKS.sub(" ", node))
    lines = (" ".join(each.split()) for each in _with_boxes("".join(parts)).split("\n"))
    return "\n".join(each for each in lines if each)


def _with_boxes(text: str) -> str:
    """Cells of a table in a cell as one line: a mark alone, or nothing before a caption with a box, as a box."""
    if _CELL not in text:
        return text
    return _EMPTY_CELL.sub(" [ ] ", _MARKED_CELL.sub(" [X] ", text)).replace(_CELL, " ")

"""Tables I and II of an HTML rendition: the cells of their rows under the captions of their columns."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bs4 import Tag
from bs4.element import NavigableString, PageElement, PreformattedString

from ..values import fold
from .rows import PARTS, Row, column, head
from .values import Cell, notes_of

_MOST_COLUMNS = 16
"""Of any table of the forms."""
_MARKS = re.compile(r"(?:\s*\(\d{1,3}\),?)+\s*", re.ASCII)
_MARKS_AT_END = re.compile(r"(?:\s?\(\d{1,3}\),?){1,99}$", re.ASCII)
NUMBERED = re.compile(r"(\d{1,3})\s?\.\s?", re.ASCII)


def text_of(tag: Tag) -> str:
    """The words of a cell, or of a table with blanks between its cells, white space folded."""
    return fold(tag.get_text(" " if tag.name == "table" else "")) or ""


def own_rows(table: Tag) -> Iterator[list[Tag]]:
    """The cells of the rows of a table, not of those nested in it."""
    stack = list(reversed(table.contents))
    while stack:
        node = stack.pop()
        if not isinstance(node, Tag) or node.name == "table":
            continue
        if node.name == "tr":
            yield node.find_all(["td", "th"], recursive=False)
        stack.extend(reversed(node.contents))


def read_rows(table: Tag, rows: list[Row], notes: set[str]) -> None:
    """Add the rows of a table below its captions; `notes` are the ids of footnotes whose marks are not raised."""
    names: list[str | None] = []
    captions: list[list[Tag]] = []
    for cells in own_rows(table):
        if not cells:
            continue
        if _is_caption(cells, first=not captions, begun=bool(names)):
            captions.append(cells)
            continue
        if not names:
            names = [column(each) if each else None for each in _columns(captions[1:])]
        texts = [_cell(cell, notes) for cell in cells]
        raw = " | ".join(f"{cell.text} {cell.notes or ''}".strip() for cell in texts)
        if len(texts) != len(names):
            rows.append(Row({}, raw, "a row that does not have as many cells as the table has columns"))
        elif any(cell for cell, name in zip(texts, names, strict=True) if name is None):
            rows.append(Row({}, raw, "a row with text in a column of unknown caption"))
        else:
            rows.append(Row({name: cell for name, cell in zip(names, texts, strict=True) if name}, raw))


def _is_caption(cells: list[Tag], *, first: bool, begun: bool) -> bool:
    """Whether a row is the table's: its title, or captions, in cells of headings or, above all rows, as known texts."""
    if all(cell.name == "th" for cell in cells):
        return True
    texts = [text_of(cell) for cell in cells]
    if begun:
        return False
    if first:
        return len(texts) == 1
    return all(head(text) is not None if text not in PARTS else True for text in texts)


def _columns(captions: list[list[Tag]]) -> list[list[str]]:
    """The captions above each column, upper first, from rows of cells that span columns and rows."""
    columns: list[list[str]] = []
    below: list[int] = []
    for number, cells in enumerate(captions[:4]):
        if number == 0:
            for cell in cells[:_MOST_COLUMNS]:
                width, height = _span(cell, "colspan"), _span(cell, "rowspan")
                columns += [[text_of(cell)] for _ in range(width)]
                below += [height] * width
            continue
        free = iter([at for at, height in enumerate(below) if height <= number])
        for cell in cells:
            for at in [at for _, at in zip(range(_span(cell, "colspan")), free, strict=False)]:
                columns[at].append(text_of(cell))
    return columns


def _span(cell: Tag, name: str) -> int:
    text = str(cell.get(name, "1"))
    return min(int(text), 20) if re.fullmatch(r"[1-9]\d{0,2}", text, re.ASCII) else 1


def _cell(cell: Tag, notes: set[str]) -> Cell:
    """A cell of a table: its text, and the marks of footnotes, which the stylesheets raise, as their ids.

    Marks that are not raised are those of notes that the page has, at the end of the text.
    """
    texts: list[str] = []
    marks: list[str] = []
    waiting: list[tuple[PageElement, bool]] = [(cell, False)]
    while waiting:
        each, raised = waiting.pop()
        if isinstance(each, Tag):
            raised = each.name == "sup" or (raised and each.name not in ("td", "th"))
            waiting += ((child, raised) for child in reversed(each.contents))
        elif isinstance(each, NavigableString) and not isinstance(each, PreformattedString):
            (marks if raised and _MARKS.fullmatch(each) else texts).append(str(each))
    text = fold("".join(texts)) or ""
    match = _MARKS_AT_END.search(text) if notes and not marks else None
    if match is not None and set((notes_of(match[0]) or "").split(",")) <= notes:
        return Cell(text[: match.start()].rstrip(), notes_of(match[0]))
    return Cell(text, notes_of("".join(marks)))


def note_numbers(tables: list[Tag]) -> set[str]:
    """The ids of the footnotes of a page that raises no marks; none where marks are raised."""
    if any(table.find("sup") is not None for table in tables if text_of(table).startswith("Table I")):
        return set()
    explained = (table for table in tables if text_of(table).startswith("Explanation of Responses"))
    texts = (fold(" ".join(map(text_of, cells))) or "" for table in explained for cells in own_rows(table))
    return {f"F{int(match[1])}" for text in texts if (match := NUMBERED.match(text))}

"""The numbered items of a paper form's front page: the parts of its lines that belong to each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from .lines import Line, Part, cells_of, runs, whole
from .printed import is_furniture

_LONGEST_ITEM = 2_000
_FAR = 1_000_000
_MOST_BESIDE = 8
"""Items on a line; the forms have three beside each other."""

_START = r"\W{0,9}(?:\d{1,2}\s?[.)]?)?\s{0,20}"
_ASKED = {
    name: re.compile(_START + pattern, re.IGNORECASE)
    for name, pattern in (
        ("owner", r"names?\s+(?:and|&)\s+address(?:es)?\s+of\s+(?:the\s+)?reporting\s+person(?:\(s\)|s)?[*:\s]*"),
        (
            "issuer",
            r"(?:name\s+of\s+issuer|issuer\s+name)"
            r"(?:\s+(?:and|&)\s+(?:ticker(?:\s+symbol)?\s+or\s+trading|ticker|trading)\s+symbol)?[*:\s]*",
        ),
        (
            "number",
            r"(?:i\.?\s?r\.?\s?s\.?|s\.?s\.?|social\s+security)\s+(?:or|number|identification)[^\n:]{0,40}"
            r"(?:\n?\s*number)?[^\n:]{0,20}(?:\n\s*)?(?:of\s+reporting\s+persons?)?,?(?:\s+if\s+an\s+entity)?\s*"
            r"(?:\(\s*voluntary\s*\))?[:\s]*",
        ),
        ("period", r"(?:statement\s+for|date\s+of\s+event)[^:]{0,80}?(?:year\)?|statement)\W{0,20}(?=\s|$)"),
        ("original", r"if\s+amendment,?\s+date\s+of\s+original[^:]{0,60}?(?:year\)|\)|:|$)\W{0,20}"),
        (
            "relationship",
            r"relationship\s+of\s+(?:the\s+)?reporting\s+person(?:\(s\)|s)?(?:\s+to\s+(?:the\s+)?issuer)?[:\s]*",
        ),
        ("group", r"individual\s+or\s+joint\s?/\s?group\s+(?:filing|reporting)[:\s]*"),
    )
}
_NUMBERED = re.compile(r"\W{0,9}\d{1,2}\s?[.)]\s{0,20}\S")
_NUMBER_ALONE = re.compile(r"\W{0,3}\d{1,2}\s?[.)]?\s*")
_ITEMS_BESIDE = re.compile(r"(?:^\s{0,3}\W?|(?<=\s\s))(\d{1,2}[.)])\s{0,3}(?=[A-Za-z])")


@dataclass(slots=True)
class Item:
    """An item: all its parts, and the texts that were filled in, its caption and other printed words left out.

    `kind` is what it asks for, '' for a text that is in no item; `certain` is False where a text lies across two.
    """

    kind: str
    parts: list[Part]
    texts: list[str] = field(default_factory=list)
    certain: bool = True


def read_items(front: Sequence[Line]) -> list[Item]:
    """The items: each on lines of its own, or side by side in columns of text or of boxes."""
    found: list[Item] = []
    current: list[Part] = []
    beside: _Beside | None = None
    for line in front:
        if not line.has_words:
            continue
        starts = [each.start(1) for each in _ITEMS_BESIDE.finditer(line.text)] if line.cells is None else []
        starts = starts if len(starts) <= _MOST_BESIDE else []
        boxed = line.cells is not None and (_has_item(line) or (beside is not None and beside.has_boxes(line)))
        if boxed or len(starts) > 1:
            if beside is None or len(starts) > 1 or not (beside.has_boxes(line) or line.spans is None):
                found += _closed(current, beside)
                current, beside = [], _Beside(starts, len(line.cells or starts))
            beside.add(line)
        elif line.cells is None and _starts_item(line.text):
            found += _closed(current, beside)
            current, beside = [whole(line)], None
        elif beside is not None and line.cells is None:
            beside.add(line)
        else:
            current.append(whole(line))
    return found + _closed(current, beside)


def _closed(current: list[Part], beside: _Beside | None) -> list[Item]:
    return ([_item(current)] if current else []) + (beside.finished() if beside is not None else [])


def _has_item(line: Line) -> bool:
    return any(_starts_item(text) for text in line.cells or ()) or any(
        _NUMBER_ALONE.fullmatch(text) and _asked(after)
        for text, after in zip(line.cells or (), (line.cells or ())[1:], strict=False)
    )


def _starts_item(text: str) -> bool:
    return _NUMBERED.match(text) is not None or _asked(text) is not None


def _asked(text: str) -> tuple[str, int] | None:
    """What a text asks for, and where its caption ends."""
    text = text[:_LONGEST_ITEM]
    for kind, pattern in _ASKED.items():
        match = pattern.match(text)
        if match is not None:
            return kind, match.end()
    return None


def _item(parts: list[Part], *, certain: bool = True) -> Item:
    text = "\n".join(part.text for part in parts)
    asked = _asked(text) if len(text) <= _LONGEST_ITEM else None
    if asked is None:
        return Item("", parts, certain=certain)
    rest = text[asked[1] :].split("\n")
    return Item(asked[0], parts, [each.strip() for each in rest if not is_furniture(each)], certain)


class _Beside:
    """Items side by side: the parts of each, where no text lies across two of them."""

    def __init__(self, starts: list[int], count: int) -> None:
        self._starts = starts
        self._count = count
        self._parts: list[list[Part]] = [[] for _ in range(count)]
        self._crossed: set[int] = set()
        self._cells: dict[int, list[Part]] = {}
        self._places: list[int] = []
        self._items: list[Item] = []

    def has_boxes(self, line: Line) -> bool:
        """Whether a line of boxes goes on below the last: in HTML it has as many."""
        return not self._starts and line.cells is not None and (line.spans is None or len(line.cells) == self._count)

    def add(self, line: Line) -> None:
        """Put the texts of a line below the items they belong to."""
        if line.cells is not None:
            self._add_cells(line)
        elif self._starts:
            ends = [*self._starts[1:], max(len(line.text), self._starts[-1]) + 1]
            for run in runs(line):
                at = max((at for at, start in enumerate(self._starts) if start <= run.start + 1), default=0)
                if run.end > ends[at]:
                    self._crossed |= {at, at + 1}
                elif _NUMBERED.match(run.text):
                    self._finish(at)
                self._parts[at].append(run)
        elif self._cells:
            self._cells[max(self._cells)].append(whole(line))
        else:
            self._parts[-1].append(whole(line))

    def _add_cells(self, line: Line) -> None:
        """Each cell to the item above it: the last that starts no further to the right."""
        cells = cells_of(line)
        places = [start for start, _ in line.spans] if line.spans is not None else [cell[0].start for cell in cells]
        begins = any(_starts_item(cell[0].text) for cell in cells)
        if line.spans is None and not begins and len(places) == len(self._places):
            places = self._places  # Boxes need not stand exactly below each other.
        self._places = places if begins else self._places
        number: list[Part] = []
        at = 0
        for cell, after, place in zip(cells, [*cells[1:], []], places, strict=True):
            text = "\n".join(part.text for part in cell)
            if after and _NUMBER_ALONE.fullmatch(text) and _starts_item(after[0].text):
                number, at = cell, place
                continue
            at = at if number else place
            if number or _starts_item(text):
                end = next((each for each in places if each > at), _FAR)
                for start in [each for each in self._cells if at <= each < end]:
                    self._close(start)
                self._cells[at] = [*number, *cell]
            else:
                reach = at + (line.spans is None)
                above = max((each for each in self._cells if each <= reach), default=at)
                self._cells.setdefault(above, []).extend(cell)
            number = []

    def _close(self, start: int) -> None:
        parts = self._cells.pop(start)
        if any(part.text for part in parts):
            self._items.append(_item(parts))

    def _finish(self, at: int) -> None:
        if any(part.text for part in self._parts[at]):
            self._items.append(_item(self._parts[at], certain=at not in self._crossed))
        self._parts[at] = []

    def finished(self) -> list[Item]:
        """The items; nothing is left in the columns."""
        for at in range(len(self._parts)):
            self._finish(at)
        for start in list(self._cells):
            self._close(start)
        return self._items

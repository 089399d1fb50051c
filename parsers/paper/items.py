"""What a paper form says before its tables: symbol, boxes, dates."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ..values import fold
from .lines import Line

_LONGEST_ITEM = 2_000
_MOST_BESIDE = 8
"""Items on a line; the forms have three beside each other."""


_MARKED = r"[(\[]\s{0,20}(?P<mark>[xX*]?)\s{0,20}[)\]]|(?<![\w_])_*(?P<bare>[xX])_*(?![\w_])|(?P<blank>_{1,8})"
_BOX = re.compile(_MARKED)
_BOXES = {
    "is_director": re.compile(r"\s*director\b", re.IGNORECASE),
    "is_ten_percent_owner": re.compile(r"\s*10\s?%\s*owner\b", re.IGNORECASE),
    "is_officer": re.compile(r"\s*officer\b", re.IGNORECASE),
    "is_other": re.compile(r"\s*other\b", re.IGNORECASE),
}
_CHECKS = {
    "not_subject_to_section16": re.compile(r"\s*check\s+(?:this\s+)?box\s+if\s+no\s+longer\s+subject", re.IGNORECASE),
    "form3_holdings_reported": re.compile(r"\s*(?:check\s+(?:this\s+)?box\s+if\s+)?form\s+3\s+holdings", re.IGNORECASE),
    "form4_transactions_reported": re.compile(
        r"\s*(?:check\s+(?:this\s+)?box\s+if\s+)?form\s+4\s+transactions", re.IGNORECASE
    ),
}
_ITEM = re.compile(r"\s*\d{1,2}\s?[.)]\s*(\S.*)")
_ITEM_OF_LINES = re.compile(r"\s*\d{1,2}\s?[.)]\s*(?=(\S))")
_ITEMS_BESIDE = re.compile(r"(?:^\s?|(?<=\s\s))(\d{1,2}[.)])\s{0,3}(?=[A-Za-z])")
_OF_A_NAME = frozenset(
    {
        "INC",
        "CORP",
        "CO",
        "LTD",
        "LLC",
        "LP",
        "PLC",
        "USA",
        "NV",
        "SA",
        "AG",
        "SE",
        "TRUST",
        "GROUP",
        "BANK",
        "FUND",
        "NONE",
    }
)
"""What stands alone on a line as the end of a name, and is no symbol."""

_SYMBOL = re.compile(r"[A-Z]{1,5}(?:[./-][A-Z]{1,2})?")
_SYMBOL_AT_END = re.compile(r"(?:[(\[]\s*\"?|\s[/-]+\s*|\()([A-Z]{1,5}(?:\.[A-Z])?)\"?\s*[)\]]?")


@dataclass(slots=True)
class Items:
    """The numbered items of the front: texts by what they are asked for, each with the printed words left out."""

    issuer: list[str] = field(default_factory=list)
    statement_for: list[str] = field(default_factory=list)
    original: list[str] = field(default_factory=list)
    relationship: list[str] = field(default_factory=list)


_ASKED = (
    ("issuer", re.compile(r"issuer\s+name(?:\s+and\s+ticker\s+or\s+trading\s+symbol)?\W*", re.IGNORECASE)),
    (
        "statement_for",
        re.compile(r"(?:statement\s+for|date\s+of\s+event)[^:]*?(?:year\)?|statement)\W*(?=\s|$)", re.IGNORECASE),
    ),
    ("original", re.compile(r"if\s+amendment,?\s+date\s+of\s+original[^:]*?(?:year\)|\)|:|$)\W*", re.IGNORECASE)),
    ("relationship", re.compile(r"relationship\s+of\s+reporting\s+person", re.IGNORECASE)),
)


def read_items(front: Sequence[Line]) -> Items:
    """The numbered items: each on lines of its own, or side by side in columns of text or of boxes."""
    result = Items()
    current: list[str] | None = None
    columns: _Columns | None = None
    for line in front:
        starts = [each.start(1) for each in _ITEMS_BESIDE.finditer(line.text)] if line.cells is None else []
        if len(starts) > _MOST_BESIDE:
            starts = []
        if line.cells is not None or len(starts) > 1:
            current = None
            if columns is None or not columns.goes_on(line) or len(starts) > 1:
                _take(columns, result)
                columns = _Columns(starts, len(line.cells or starts))
            columns.add(line)
            continue
        match = _ITEM.match(line.text)
        if match is not None:
            _take(columns, result)
            columns, current = None, None
            asked = match[1]
            for name, pattern in _ASKED:
                if printed := pattern.match(asked):
                    current = getattr(result, name)
                    current.append(asked[printed.end() :].strip())
        elif columns is not None:
            columns.add(line)
        elif current is not None:
            current.append(line.text.strip())
    _take(columns, result)
    for name, _ in _ASKED:
        setattr(result, name, [each for each in getattr(result, name) if each])
    return result


class _Columns:
    """Items side by side: the lines of each, where no text lies across two of them."""

    def __init__(self, starts: list[int], count: int) -> None:
        self.starts = starts
        self.texts: list[list[str]] = [[] for _ in range(count)]
        self.items: list[str] = []
        self.crossed: set[int] = set()

    def goes_on(self, line: Line) -> bool:
        """Whether a line of boxes has as many as those before it."""
        return not self.starts and line.cells is not None and len(line.cells) == len(self.texts)

    def add(self, line: Line) -> None:
        """Put the texts of a line below the items they belong to; a line without the boxes is left."""
        if line.cells is not None:
            for at, cell in enumerate(line.cells):
                if _ITEM.match(cell):
                    self._finish(at)
                self.texts[at].append(cell)
        elif self.starts:
            ends = [*self.starts[1:], max(len(line.text), self.starts[-1]) + 1]
            for run in re.finditer(r"\S+(?: \S+)*", line.text):
                at = max((at for at, start in enumerate(self.starts) if start <= run.start()), default=0)
                if run.end() > ends[at]:
                    self.crossed |= {at, at + 1}
                elif _ITEM.match(run[0]):
                    self._finish(at)
                self.texts[at].append(run[0])

    def _finish(self, at: int) -> None:
        if at not in self.crossed:
            self.items.append("\n".join(each.strip() for each in self.texts[at]))
        self.texts[at] = []

    def finished(self) -> list[str]:
        """The items, each as its lines."""
        for at in range(len(self.texts)):
            self._finish(at)
        return self.items


def _take(columns: _Columns | None, result: Items) -> None:
    """Put the items of columns where they are asked for, unless they are there already.

    Not the relationship: what is typed below its boxes is not told from what belongs to no item.
    """
    for text in columns.finished() if columns is not None else ():
        text = text[:_LONGEST_ITEM]
        item = _ITEM_OF_LINES.match(text)
        for name, pattern in _ASKED if item is not None else ():
            printed = pattern.match(text, item.start(1)) if item is not None else None
            if printed is not None and name != "relationship" and not getattr(result, name):
                setattr(result, name, text[printed.end() :].split("\n"))


def symbol(issuer: Sequence[str]) -> str | None:
    """The trading symbol in the lines of the issuer's item: alone on the last, or in brackets at its end."""
    if not issuer:
        return None
    last = issuer[-1]
    if len(issuer) > 1 and _SYMBOL.fullmatch(last):
        return None if last in _OF_A_NAME else last
    found = [each for each in _SYMBOL_AT_END.finditer(last) if each.end() == len(last) and each.start() > 0]
    return found[-1][1] if found else None


def checks(lines: Sequence[Line]) -> dict[str, bool]:
    """The boxes before known words, True or False by their marks."""
    found: dict[str, bool] = {}
    for text, marked in _boxed(lines):
        for column, words in _CHECKS.items():
            if words.match(text):
                found.setdefault(column, marked)
    return found


def relationship(lines: Sequence[Line]) -> dict[str, bool]:
    """The four boxes of the relationship; {} unless each is there once and one at least is marked."""
    found: dict[str, bool] = {}
    for text, marked in _boxed(lines):
        for column, words in _BOXES.items():
            if words.match(text):
                if column in found:
                    return {}
                found[column] = marked
    return found if len(found) == len(_BOXES) and any(found.values()) else {}


def _boxed(lines: Sequence[Line]) -> Iterator[tuple[str, bool]]:
    """What stands after each box, up to the next, and whether the box is marked."""
    text = " ".join(line.text for line in lines if line.has_words)[:20_000]
    boxes = list(_BOX.finditer(text))
    ends = [each.start() for each in boxes[1:]] + [len(text)]
    for box, end in zip(boxes, ends, strict=False):
        yield text[box.end() : end], bool(box["mark"] or box["bare"])


def title_below(item: Sequence[str]) -> str | None:
    """The officer's title, or the other relationship: what was typed below the boxes."""
    below: list[str] = []
    past = False
    for text in item:
        if past and _BOX.search(text) is None:
            below.append(text)
        elif "(specify below)" in text.lower() or "specify below)" in text.lower():
            past = True
            rest = re.split(r"specify\s+below\)", text, flags=re.IGNORECASE)[-1].strip()
            below = [rest] if rest else []
    return fold(" ".join(below)) if below else None

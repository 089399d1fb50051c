"""What the headings of a paper form's table say of its columns: worked out once, for it may have thousands of pages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from .headings import DEEMED, FORM_3, NATURE, TIMELINESS, TRADES, is_captions
from .lines import Line, TableNumber, is_template

_NUMBER = re.compile(r"\W*\d{0,2}[a-c]?\W*", re.IGNORECASE)
"""The number of a column, or nothing."""


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading of a page of a table; `is_there` where a line of it, if only the `<S>` line, has words.

    `words` has the letters and digits of each line that has any, `wide` of those across three columns or more;
    `starts` the columns of an HTML table's grid that have a caption of their own.
    """

    is_there: bool = False
    words: frozenset[str] = frozenset()
    wide: frozenset[str] = frozenset()
    starts: frozenset[int] = frozenset()
    names_deemed: bool = False
    names_nature: tuple[bool, bool] = (False, False)
    names_v: bool = False
    two_amounts: bool = False


def heading_of(lines: Sequence[Line]) -> Heading:
    """What the lines of a heading say."""
    is_there = any(line.has_words for line in lines)
    lines = [line for line in lines if not is_template(line)]
    if not lines:
        return Heading(is_there)
    printed = " ".join(line.text.lower() for line in lines)
    return Heading(
        is_there=is_there,
        words=frozenset(bare(line) for line in lines if line.has_words),
        wide=frozenset(bare(line) for line in lines if is_captions(line)),
        starts=frozenset(start for line in lines for start in _captioned(line)),
        names_deemed="deemed" in printed or re.search(r"\b[23]\.?\s?a\b", printed) is not None,
        names_nature=(
            re.search(r"nature|\b7\b", printed) is not None,
            re.search(r"nature|\b11\b", printed) is not None,
        ),
        names_v=re.search(r"\bv\b", printed) is not None,
        two_amounts=any(map(_has_two_amounts, lines)),
    )


def bare(line: Line) -> str:
    """The letters and digits of a line, in lower case."""
    return re.sub(r"\W", "", line.text.lower())


def _captioned(line: Line) -> list[int]:
    cells = zip(line.spans or (), line.cells or (), strict=True) if line.spans is not None else ()
    return [start for (start, end), text in cells if end - start == 1 and not _NUMBER.fullmatch(text)]


def _has_two_amounts(line: Line) -> bool:
    parts = [each.strip().upper() for each in line.cells or re.split(r"\s{2,}", line.text.strip())]
    return any(pair in (["(A)", "(D)"], ["A", "D"]) for pair in map(list, pairwise(parts)))


@dataclass(frozen=True, slots=True)
class Captions:
    """The headings that a page of a table is read by: of its first page, and its own."""

    table: TableNumber
    form: str
    first: Heading
    own: Heading

    def columns(self, count: int) -> tuple[str, ...] | None:
        """The columns by their number; None if no printed form has that many, or the headings say otherwise."""
        if self.form.startswith("3"):
            return FORM_3[self.table] if len(FORM_3[self.table]) == count else None
        names_deemed = self.first.names_deemed or self.own.names_deemed
        full = tuple(each for each in TRADES[self.table] if names_deemed or each != DEEMED)
        if len(full) == count:
            return full
        if len(full) != count + 1:
            return None
        # Form 5 has no column V; on a Form 4 it may be left out too, and so may the nature of ownership, the last.
        names_nature = any(each.names_nature[self.table - 1] for each in (self.first, self.own))
        dropped = NATURE if not names_nature and (self.first.names_v or self.own.names_v) else TIMELINESS
        return tuple(each for each in full if each != dropped)

    @property
    def two_amounts(self) -> bool:
        """Whether Table II has the printed columns `(A)` and `(D)`, a number in one of them, not `Amount` and `A/D`."""
        return self.table == 2 and (self.first.two_amounts or self.own.two_amounts)

    @property
    def is_there(self) -> bool:
        """Whether anything is printed above the columns."""
        return self.first.is_there or self.own.is_there

    @property
    def starts(self) -> frozenset[int]:
        """The columns of an HTML table's grid that have a caption of their own."""
        return self.first.starts | self.own.starts

    def repeats(self, line: Line) -> bool:
        """Whether a line is one of a heading."""
        letters = bare(line)
        return letters in self.first.words or letters in self.own.words

    def repeats_captions(self, line: Line) -> bool:
        """Whether a line is one of a heading's that stand across three columns or more."""
        letters = bare(line)
        return letters in self.first.wide or letters in self.own.wide

"""Rows below the tags of an `<S> <C> <C>` line: which column each text stands in, where that is certain."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .headings import DATE, EXERCISABLE, EXPIRES, NATURE, OWNED, SHARES, TITLE, UNDERLYING
from .layouts import Draft, Piece, Reads
from .lines import Line, Part, runs
from .printed import is_furniture

DRIFT = 2
"""Characters that a text may stand before its tag, or reach over the next one."""

_TEXTS = frozenset({TITLE, NATURE, UNDERLYING})
_ANCHORS = (DATE, SHARES, OWNED, EXPIRES)
_LOOSE = frozenset({EXERCISABLE, EXPIRES})
_MOST_RUNS = 40
_MARKS = re.compile(r"(?:\s?(?:\(\d{1,2}\)|\*{1,4}),?)+")
_NOT_WORDS = re.compile(r"[^A-Za-z]*|\(?[ADI]\)?")
_LIKE_A_ROW = re.compile(r"\d{1,2}[/-]\d{1,2}[/-]\d{2,4}|\d,\d{3}.*\d,\d{3}|\$\s?\d")
_NOTE = re.compile(r"\s*(?:\(\d{1,2}\)|\*{1,4})\s*\S")


@dataclass(frozen=True, slots=True)
class Grid:
    """The columns of a table: what each holds, where its tag starts, and what can be read in it."""

    roles: Sequence[str]
    starts: Sequence[int]
    reads: Reads
    two_amounts: bool

    def end(self, at: int) -> int:
        """Where the column after it starts."""
        return self.starts[at + 1] if at + 1 < len(self.starts) else 1_000_000


def placed(body: Sequence[Line], grid: Grid, spelt: Callable[[Line], Draft | None]) -> list[Piece]:
    """The rows, with the lines below them that hold more of their texts; a line that is not certain is passed on.

    A row is broken where the line beside it may be more of it. A text between two rows that could be the end of the one
    or the start of the other breaks both, unless another shows that in this table texts go on below their rows.
    """
    pieces: list[Piece] = []
    between: list[tuple[Draft, Draft]] = []
    downwards = False
    block: list[Line] = []
    for line in [*body, Line("")]:
        if line.has_words:
            block.append(line)
        elif block:
            downwards |= _read_block(block, grid, spelt, pieces, between)
            block = []
    for above, below in between if not downwards else ():
        above.broken = below.broken = True
    return pieces


def spelt_rows(body: Sequence[Line], spelt: Callable[[Line], Draft | None]) -> list[Piece]:
    """The rows that are whole on their lines, of a table whose columns nothing shows."""
    pieces: list[Piece] = []
    above: Draft | None = None
    for line in body:
        found = spelt(line)
        if above is not None and found is None and line.has_words and not _stands_alone(line):
            above.broken = True
        above = found
        pieces.append(found or line)
    return pieces


def _read_block(
    lines: Sequence[Line],
    grid: Grid,
    spelt: Callable[[Line], Draft | None],
    pieces: list[Piece],
    between: list[tuple[Draft, Draft]],
) -> bool:
    """Read lines without a blank one among them; whether they show that texts go on below their rows."""
    draft: Draft | None = None
    begun = starts_above = shown = further = doubtful = False
    for line in lines:
        more = _more(line, grid, draft) if draft is not None else None
        if draft is not None and more is not None:
            sure, doubtful = _append(draft, line, more, grid)
            shown |= sure
            further = True
            continue
        found = None if starts_above else _row(line, grid) or spelt(line)
        if found is not None:
            if doubtful and draft is not None:
                between.append((draft, found))
            draft = found
            pieces.append(found)
        else:
            if not begun and _only_texts(line, grid):
                starts_above = True
            elif draft is not None and not _stands_alone(line):
                draft.broken = True
            draft = None
            pieces.append(line)
        begun, further, doubtful = True, False, False
    return shown or (further and draft is not None)


def _append(draft: Draft, line: Line, more: dict[str, str], grid: Grid) -> tuple[bool, bool]:
    """Add texts to a row; whether one shows that it goes on, and whether one could be the start of the next row."""
    sure = doubtful = False
    for role, text in more.items():
        last = draft.tails.get(role, "")
        if not _MARKS.fullmatch(text):
            at = list(grid.roles).index(role)
            room = grid.end(at) - grid.starts[at] - 2
            open_bracket = last.count("(") > last.count(")")
            if text[0].islower() or text[0] in "(&/-," or open_bracket or last.endswith((",", "-", "&", "/")):
                sure = True
            elif role != NATURE and len(last) + 1 + len(text.split()[0]) < room:
                doubtful = True
        broken = last.endswith("-") and last[-2:-1].isalpha() and text[0].isalpha()
        draft.boxes[role] = f"{draft.boxes.get(role, '')}{'' if broken else ' '}{text}".strip()
        draft.tails[role] = text
    draft.lines.append(line.text)
    draft.guessed = True
    return sure, doubtful and not sure


def _stands_alone(line: Line) -> bool:
    """Whether a line that no column takes says nothing of the row above it: it is like a row, printed, or a note."""
    return bool(_LIKE_A_ROW.search(line.text[:500]) or is_furniture(line.text) or _NOTE.match(line.text))


def _row(line: Line, grid: Grid) -> Draft | None:
    """The row that a line is, where its texts can stand in one set of columns only, one of them a date or a number."""

    def can(at: int, run: Part, *, home: bool) -> int:
        role, text = grid.roles[at], run.text
        if role in _TEXTS:
            return 1 if _NOT_WORDS.fullmatch(text) else 2
        return 2 if grid.reads(role, text) else 1 if home else 0

    found = _assigned(line, grid, can)
    if found is None:
        return None
    boxes = {grid.roles[at]: run.text for at, run in found.items()}
    odd = [role for role, text in boxes.items() if role not in _TEXTS | _LOOSE and not grid.reads(role, text)]
    if not any(role in boxes for role in _ANCHORS) or len(odd) > 1:
        return None
    return Draft(boxes, [line.text], guessed=True, two_amounts=grid.two_amounts, tails=dict(boxes))


def _more(line: Line, grid: Grid, draft: Draft) -> dict[str, str] | None:
    """What a line adds to the texts of the row above it; None where it is another row, or not certain."""

    def can(at: int, run: Part, *, home: bool) -> int:
        role, text = grid.roles[at], run.text
        if _MARKS.fullmatch(text):
            return 2 if role in draft.boxes else 0
        if role in _TEXTS:
            return 2 if not _NOT_WORDS.fullmatch(text) or (home and role in draft.boxes) else 0
        goes_on = role in _LOOSE and role in draft.boxes and not grid.reads(role, draft.boxes[role])
        return 2 if goes_on and home else 0

    found = _assigned(line, grid, can)
    return None if found is None else {grid.roles[at]: run.text for at, run in found.items()}


def _only_texts(line: Line, grid: Grid) -> bool:
    """Whether a line has nothing but words in columns of text: the start of a row whose numbers stand lower."""
    return _more(line, grid, Draft()) is not None


_Can = Callable[..., int]


def _assigned(line: Line, grid: Grid, can: _Can) -> dict[int, Part] | None:
    """The columns that the texts of a line stand in; None unless there is one way only to put them."""
    parts = runs(line)
    if not parts or len(parts) > _MOST_RUNS:
        return None
    choices: list[tuple[Part, list[int]]] = []
    for part in parts:
        found = _columns(part, grid, can)
        if not found:
            halves = _split(part, grid, can)
            if halves is None:
                return None
            choices += halves
        elif _between_amounts(part, grid, found):
            return None
        else:
            choices.append((part, found))
    return _only_way(choices)


def _columns(part: Part, grid: Grid, can: _Can) -> list[int]:
    """The columns that a text can stand in: what reads best there, of those that it starts in or close before."""
    ranks: dict[int, int] = {}
    for at, start in enumerate(grid.starts):
        end = grid.end(at)
        first = at == 0
        if (start - DRIFT <= part.start or first) and part.start < end and part.end <= end + DRIFT:
            home = (start <= part.start or first) and part.end <= end and part.start < max(end - DRIFT, start + 1)
            ranks[at] = can(at, part, home=home)
    best = max(ranks.values(), default=0)
    return [at for at, rank in ranks.items() if rank == best and rank > 0]


def _between_amounts(part: Part, grid: Grid, found: Sequence[int]) -> bool:
    """Whether a number stands nearer to the tag of amounts disposed of than of those acquired, but not on it."""
    if not grid.two_amounts:
        return False
    at = list(grid.roles).index(SHARES)
    if at not in found or part.start - grid.starts[at] < grid.starts[at + 1] - part.start:
        return False
    return not (part.start >= grid.starts[at + 1] - DRIFT and part.end > grid.starts[at + 1] + DRIFT)


def _split(part: Part, grid: Grid, can: _Can) -> list[tuple[Part, list[int]]] | None:
    """A text of two columns that one blank stands between, close before the tag of the second."""
    found = []
    for at in range(part.start + 1, part.end - 1):
        if part.line.text[at] != " " or not any(abs(start - at - 1) <= DRIFT for start in grid.starts):
            continue
        halves = [Part(part.line, part.start, at), Part(part.line, at + 1, part.end)]
        columns = [_columns(each, grid, can) for each in halves]
        if all(columns) and any(_NOT_WORDS.fullmatch(each.text) for each in halves):
            found.append(list(zip(halves, columns, strict=True)))
    return found[0] if len(found) == 1 else None


def _only_way(choices: Sequence[tuple[Part, list[int]]]) -> dict[int, Part] | None:
    """The one way to give each text a column, from left to right; None where there is none, or another."""
    ways: list[dict[int, Part]] = [{}]
    for part, columns in choices:
        ways = [{**way, at: part} for way in ways for at in columns if at > max(way, default=-1)]
        if not 1 <= len(ways) <= 64:
            return None
    return ways[0] if len(ways) == 1 else None

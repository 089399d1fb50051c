"""Rows below the tags of an `<S> <C> <C>` line: which column each text stands in, where that is certain."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from .headings import DATE, EXERCISABLE, EXPIRES, NATURE, OWNED, SHARES, TITLE, UNDERLYING
from .layouts import Draft, Piece, Reads
from .lines import Line, Part, is_title, runs
from .printed import is_furniture

DRIFT = 2
"""Characters that a text may stand before its tag, or reach over the next one."""

_TEXTS = frozenset({TITLE, NATURE, UNDERLYING})
_ANCHORS = (DATE, SHARES, OWNED, EXPIRES)
_LOOSE = frozenset({EXERCISABLE, EXPIRES})
_MOST_RUNS = 40
_MOST_LINES, _WIDEST = 2_000, 400
"""Of a table whose columns are told from its blanks."""

_MARKS = re.compile(r"(?:\s?(?:\(\d{1,2}\)|\*{1,4}),?)+")
_NOT_WORDS = re.compile(r"[^A-Za-z]*|\(?[ADI]\)?")
_NUMBER = r"(?:^|\s\s)\$?\s?[\d,]+(?:\.\d+)?(?:\s\s|$)"
_LIKE_A_ROW = re.compile(rf"\d{{1,2}}[/-]\d{{1,2}}[/-]\d{{2,4}}|{_NUMBER}.*{_NUMBER}|\S\s\s+\(?[DI]\)?(?:\s\s|$)")
_FAR = 1_000_000
_NOTE = re.compile(r"\s*(?:\(\d{1,2}\)|\*{1,4})\s*\S")


@dataclass(frozen=True, slots=True)
class Grid:
    """The columns of a table: what each holds, where its tag starts, and what can be read in it."""

    roles: Sequence[str]
    starts: Sequence[int]
    reads: Reads
    two_amounts: bool
    width: int = 0
    tagged: bool = True

    def end(self, at: int) -> int:
        """Where the column after it starts."""
        return self.starts[at + 1] if at + 1 < len(self.starts) else _FAR


def placed(body: Sequence[Line], grid: Grid, spelt: Callable[[Line], Draft | None]) -> list[Piece]:
    """The rows, with the lines below them that hold more of their texts; a line that is not certain is passed on.

    A row is broken where the line beside it may be more of it. A text between two rows that could be the end of the one
    or the start of the other breaks both, unless another shows that in this table texts go on below their rows.
    """
    found = _Found()
    block: list[Line] = []
    for line in [*body, Line("")]:
        if line.has_words:
            block.append(line)
        elif block:
            _read_block(block, grid, spelt, found)
            block = []
    for above, below, doubtful in found.between:
        if found.upwards or (doubtful and not found.downwards):
            above.broken = below.broken = True
    return found.pieces


@dataclass(slots=True)
class _Found:
    """Rows and lines; the pairs of rows with a text between, and whether it is doubtful of which.

    `downwards` and `upwards` are whether a line shows that texts go on below their rows, or start above them.
    """

    pieces: list[Piece] = field(default_factory=list)
    between: list[tuple[Draft, Draft, bool]] = field(default_factory=list)
    downwards: bool = False
    upwards: bool = False


def starts_between(heading: Sequence[Line], body: Sequence[Line], fits: Callable[[int], bool]) -> list[int]:
    """Where columns start that no tags mark: behind two blanks through all rows and as much of the heading as fits.

    [] where no part of the heading leaves as many columns as a form has.
    """
    above = [line for line in heading if line.has_words and not is_title(line.text)]
    lines = [line for line in body if line.has_words]
    if not above or not 0 < len(lines) <= _MOST_LINES:
        return []
    blank = [True] * (max(len(line.text) for line in [*above, *lines]) + 2)
    if len(blank) > _WIDEST:
        return []
    for line in lines:
        _fill(blank, line)
    best: list[int] = []
    for line in reversed(above):
        _fill(blank, line)
        starts = [
            at
            for at in range(len(blank))
            if not blank[at] and (at == 0 or (blank[at - 1] and blank[at - 2 : at] in ([True] * 2, [True])))
        ]
        if fits(len(starts)):
            best = starts
    return best


def _fill(blank: list[bool], line: Line) -> None:
    for run in runs(line):
        blank[run.start : run.end] = [False] * (run.end - run.start)


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


def _read_block(lines: Sequence[Line], grid: Grid, spelt: Callable[[Line], Draft | None], found: _Found) -> None:
    """Read lines without a blank one among them."""
    draft: Draft | None = None
    begun = starts_above = further = doubtful = orphan = False
    for line in lines:
        more = _more(line, grid, draft) if draft is not None else None
        if draft is not None and more is not None:
            sure, doubtful = _append(draft, line, more, grid)
            found.downwards |= sure
            further = True
            continue
        row = None if starts_above else _row(line, grid) or spelt(line)
        if not grid.tagged and not starts_above:
            row = spelt(line) or row
        if row is not None:
            if further and draft is not None:
                found.between.append((draft, row, doubtful))
            row.broken |= orphan
            draft, orphan = row, False
            found.pieces.append(row)
        else:
            above = _only_texts(line, grid)
            starts_above |= above and not begun
            orphan = above and (draft is not None or not begun)
            found.upwards |= orphan
            if draft is not None and not _stands_alone(line):
                draft.broken = True
            draft = None
            found.pieces.append(line)
        begun, further, doubtful = True, False, False
    found.downwards |= further and draft is not None


def _append(draft: Draft, line: Line, more: dict[str, str], grid: Grid) -> tuple[bool, bool]:
    """Add texts to a row; whether one shows that it goes on, and whether one could be the start of the next row."""
    sure = doubtful = False
    for role, text in more.items():
        last = draft.tails.get(role, "")
        if not _MARKS.fullmatch(text):
            at = list(grid.roles).index(role)
            room = min(grid.end(at), grid.width) - grid.starts[at] - 2
            open_bracket = last.count("(") > last.count(")")
            if text[0].islower() or text[0] in "(&/-," or open_bracket or last.endswith((",", "-", "&", "/")):
                sure = True
            elif len(last) + 1 + len(text.split()[0]) < room:
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
            is_mark = _MARKS.fullmatch(text) is not None or not any(map(str.isalnum, text))
            return 1 if is_mark else 0 if _NOT_WORDS.fullmatch(text) else 2
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
            near = at + 1 < len(grid.starts) and run.start >= grid.starts[at + 1] - 2 * DRIFT
            return 2 if role in draft.boxes and (role in _TEXTS or (home and not near)) else 0
        if role in _TEXTS:
            return 2 if role in draft.boxes and (home or not _NOT_WORDS.fullmatch(text)) else 0
        goes_on = role in _LOOSE and role in draft.boxes and not grid.reads(role, draft.boxes[role])
        return 2 if goes_on and home else 0

    found = _assigned(line, grid, can)
    return None if found is None else {grid.roles[at]: run.text for at, run in found.items()}


def _only_texts(line: Line, grid: Grid) -> bool:
    """Whether a line has nothing but words in columns of text: the start of a row whose numbers stand lower."""
    every = Draft(dict.fromkeys(_TEXTS, ""))
    return _more(line, grid, every) is not None


_Can = Callable[..., int]


def _assigned(line: Line, grid: Grid, can: _Can) -> dict[int, Part] | None:
    """The columns that the texts of a line stand in; None unless there is one way only to put them."""
    parts = runs(line, _MOST_RUNS + 1)
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
    best = 1
    found: list[int] = []
    for at in range(max(0, bisect_right(grid.starts, part.start) - 1), len(grid.starts)):
        start, end, first = grid.starts[at], grid.end(at), at == 0
        if part.start < start - DRIFT and not first:
            break
        if part.start < end and part.end <= end + DRIFT:
            home = (start <= part.start or first) and part.end <= end and part.start < max(end - DRIFT, start + 1)
            rank = can(at, part, home=home)
            if rank > best:
                best, found = rank, []
            if rank == best:
                found.append(at)
    return found


def _between_amounts(part: Part, grid: Grid, found: Sequence[int]) -> bool:
    """Whether a number stands nearer to the tag of amounts disposed of than of those acquired, but not on it."""
    if not grid.two_amounts or SHARES not in grid.roles[:-1]:
        return False
    at = grid.roles.index(SHARES)
    if at not in found or part.start - grid.starts[at] < grid.starts[at + 1] - part.start:
        return False
    return not (part.start >= grid.starts[at + 1] - DRIFT and part.end > grid.starts[at + 1] + DRIFT)


def _split(part: Part, grid: Grid, can: _Can) -> list[tuple[Part, list[int]]] | None:
    """A text of two columns that one blank stands between, close before the tag of the second."""
    found = []
    near = {start - 1 + drift for start in grid.starts for drift in range(-DRIFT, DRIFT + 1)}
    for at in sorted(each for each in near if part.start < each < part.end - 1):
        if part.line.text[at] != " ":
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

"""The rows of a paper form's tables: typed where every box is certain, otherwise kept as text in issues."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from functools import lru_cache, partial
from typing import Any

from ...tables import (
    DerivativeHolding,
    DerivativeTransaction,
    NonDerivativeHolding,
    NonDerivativeTransaction,
    ParseIssue,
)
from ..errors import NotAnOwnershipFiling
from ..issues import MOST_ROWS
from ..values import fold
from . import layouts as paper_layouts
from . import values as paper_values
from .captions import Captions, Heading, heading_of
from .grids import in_grid
from .headings import (
    CODE,
    DATE,
    DEEMED,
    EXERCISABLE,
    EXPIRES,
    HELD,
    NATURE,
    OWNED,
    PRICE,
    SHARES,
    SIDE,
    STRIKE,
    TIMELINESS,
    TITLE,
    UNDERLYING,
    UNDERLYING_SHARES,
    breaks_words,
    is_printed,
    split_heading,
)
from .layouts import Draft, Piece
from .lines import CUT, Line, Region, TableNumber, is_template
from .placing import Grid, placed, spelt_rows, starts_between
from .printed import is_furniture

_KINDS: dict[tuple[TableNumber, bool], tuple[str, type]] = {
    (1, True): ("non_derivative_transactions", NonDerivativeTransaction),
    (1, False): ("non_derivative_holdings", NonDerivativeHolding),
    (2, True): ("derivative_transactions", DerivativeTransaction),
    (2, False): ("derivative_holdings", DerivativeHolding),
}
_TRADING = (DATE, DEEMED, CODE, TIMELINESS, SHARES, SIDE, PRICE)
_CODES = frozenset("ACDEFGHIJKLMOPSUVWXZ")
_SIDES = {"A": "A", "D": "D", "(A)": "A", "(D)": "D"}
_HELD = {"D": "D", "I": "I", "(D)": "D", "(I)": "I", "DIRECT": "D", "INDIRECT": "I"}
_EARLY = {"V": "E", "E": "E", "L": "L"}
_DATES: dict[str, paper_values.Span] = {DATE: "event", DEEMED: "event", EXERCISABLE: "term", EXPIRES: "term"}
_MONEY = frozenset({PRICE, STRIKE})
_NUMBERS = frozenset({SHARES, OWNED, UNDERLYING_SHARES, PRICE, STRIKE})
_TEXTS = frozenset({TITLE, NATURE, UNDERLYING})
_LOOSE = frozenset({EXERCISABLE, EXPIRES})
"""Boxes that many fill with words (`Immediately`): such a one says nothing against the reading of its row."""


@dataclass(slots=True)
class Tables:
    """What the tables of a form hold; `guessed` where a row's columns were told by position."""

    rows: dict[str, list[Any]] = field(default_factory=lambda: {name: [] for name, _ in _KINDS.values()})
    issues: list[ParseIssue] = field(default_factory=list)
    guessed: bool = False


@dataclass(frozen=True, slots=True)
class Context:
    """What the reading of rows depends on: the form type, the filing date, and the ids of the footnotes."""

    form: str
    made_on: date | None
    footnotes: Collection[str]


_NAMED = re.compile(r"\((\d{1,2}|[a-z])\)|<F(\d{1,2})>|(?<=\S)(\*{1,5})(?!\S)")


def named_notes(regions: Sequence[Region]) -> set[str]:
    """The ids of the footnotes that the tables may name; letters where there is an `(a)` among them."""
    found = (match for region in regions for line in region.lines for match in _NAMED.finditer(line.text))
    named = {f"F{match[1] or match[2] or match[3]}" for match in found}
    return named if "Fa" in named else {each for each in named if not each[1:].isalpha()}


def read_tables(regions: Sequence[Region], context: Context) -> Tables:
    """Read every region. Each line of it that is not blank, a rule or printed is in a row or in an issue."""
    result = Tables()
    numbers = {1: 0, 2: 0}
    for region in regions:
        left: list[str] = []
        issue_table = _KINDS[region.table, not context.form.startswith("3")][0]

        def give_up(left: list[str], table: str = issue_table) -> None:
            if left:
                reason = "lines of the table whose columns are not certain"
                result.issues.append(ParseIssue(table_name=table, raw_value="\n".join(left), reason=reason))
                left.clear()

        lines = region.lines
        if not is_printed(lines[0]):
            reason = "the title of the table says more than the form's"
            result.issues.append(ParseIssue(table_name=issue_table, raw_value=lines[0].text, reason=reason))
            lines = lines[1:]
        for piece in _pieces(Region(region.table, lines), context):
            if isinstance(piece, Line):
                if piece.has_words and not is_template(piece):
                    left.append(piece.text)
                continue
            give_up(left)
            row = _Row(context, piece.two_amounts)
            certain = row.read(piece.boxes) and not piece.broken
            if not certain:
                doubt = row.doubt or "the line beside it may hold more of its texts"
                reason = f"a row that is not certain: {doubt}"
                raw = "\n".join(piece.lines)
                result.issues.append(ParseIssue(table_name=issue_table, raw_value=raw, reason=reason))
                continue
            number = numbers[region.table] = numbers[region.table] + 1
            if number > MOST_ROWS:
                raise NotAnOwnershipFiling(f"more than {MOST_ROWS:,} rows in a table")
            _add(result, row, region.table, number, context)
            result.guessed |= piece.guessed
        give_up(left)
    return result


def _add(result: Tables, row: _Row, table: TableNumber, number: int, context: Context) -> None:
    is_trade = not context.form.startswith("3") and any(each in row.filled for each in _TRADING)
    name, record = _KINDS[table, is_trade]
    known = {each.name for each in fields(record)}
    result.rows[name].append(record(row_number=number, **{k: v for k, v in row.values.items() if k in known}))
    for column, raw, reason in row.issues:
        result.issues.append(
            ParseIssue(table_name=name, row_number=number, column_name=column, raw_value=raw, reason=reason)
        )


def _pieces(region: Region, context: Context) -> list[Piece]:
    """The rows and the lines left over, page by page: each page of a table may have tags and captions of its own."""
    pieces: list[Piece] = []
    first = Heading()
    # A line is tried in several ways.
    reads = {split: lru_cache(maxsize=4_096)(partial(_reads, context, split)) for split in (False, True)}
    for lines in _pages(region.lines):
        found, heading = _page_pieces(region.table, lines, first, context.form, reads)
        pieces += found
        first = first if first.is_there else heading
    return pieces


def _pages(lines: Sequence[Line]) -> list[list[Line]]:
    """Cut where a page or table ends and another `<S>` line follows, or at the printed lines above that."""
    pages: list[list[Line]] = []
    start = 0
    templates = [at for at, line in enumerate(lines) if is_template(line)]
    for at in templates[1:]:
        above, cut = at, None
        while above > start and not is_template(lines[above - 1]) and _is_heading(lines[above - 1]):
            above -= 1
            cut = above if lines[above].text == CUT else cut
        above = above if cut is None else cut
        pages.append(list(lines[start:above]))
        start = above
    return [*pages, list(lines[start:])]


def _is_heading(line: Line) -> bool:
    return not line.has_words or is_printed(line) or is_furniture(line.text)


def _page_pieces(
    table: TableNumber, lines: list[Line], first: Heading, form: str, reads_by: Mapping[bool, paper_layouts.Reads]
) -> tuple[list[Piece], Heading]:
    """The rows and the lines left over of one page, by the first layout that fits, and its heading."""
    heading, doubtful, body = split_heading(lines)
    captions = Captions(table, form, first, heading_of(heading))
    body = _without_captions(body, captions)
    split, fits = captions.two_amounts, captions.columns
    reads = reads_by[split]
    template = next((line for line in lines if is_template(line)), None)
    starts = [each.start() for each in re.finditer(r"<[SC]>", template.text, re.IGNORECASE)] if template else []
    body = in_grid(captions.starts, body, lambda count: fits(count) is not None)
    counts = Counter(len(line.cells) for line in body if line.cells is not None and line.has_words)
    counts = Counter({count: often for count, often in counts.items() if fits(count)})
    roles = fits(counts.most_common(1)[0][0]) if counts else None
    spelt = partial(paper_layouts.spelt, table=table, form=form, has_deemed=DEEMED in (fits(11) or ()))
    pieces: Iterable[Piece]
    if roles is not None and (not starts or len(starts) == len(roles)):
        body = [line for line in body if not is_template(line)]
        pieces = paper_layouts.ruled(body, roles, reads, breaks_words=breaks_words(heading))
        pieces = (_told(piece, guessed=not captions.is_there, split=split) for piece in pieces)
    elif sum(paper_layouts.label(line.text, table) is not None for line in lines) > 2:
        doubtful = []
        title = is_printed(lines[0])
        pieces = paper_layouts.labelled(lines[title:], table)
    elif roles := fits(len(starts := starts or starts_between(heading, body, lambda count: fits(count) is not None))):
        width = max((len(line.text) for line in body), default=0)
        pieces = placed(body, Grid(roles, starts, reads, split, width, template is not None), spelt)
    else:
        pieces = spelt_rows(body, spelt)
    # A row is whole only when the layout has seen the lines below it: hence a list.
    return [*doubtful, *list(pieces)], captions.own


def _without_captions(body: Sequence[Line], captions: Captions) -> list[Line]:
    """The lines filled in, those blank that repeat a line of captions: on a new page they are printed once more."""
    repeated = {at for at, line in enumerate(body) if line.has_words and captions.repeats_captions(line)}
    for step, order in ((1, range(len(body))), (-1, range(len(body) - 1, -1, -1))):
        for at in order:
            if at - step in repeated and captions.repeats(body[at]):
                repeated.add(at)
    return [Line("", number=line.number) if at in repeated else line for at, line in enumerate(body)]


def _told(piece: Piece, *, guessed: bool, split: bool) -> Piece:
    if isinstance(piece, Draft):
        piece.guessed, piece.two_amounts = guessed, split
    return piece


def _reads(context: Context, split: bool, column: str, text: str) -> bool:
    column = SHARES if split and column == SIDE else column
    return _typed(column, paper_values.split_marks(text)[0], context)[1] is None


def _typed(column: str, text: str, context: Context) -> tuple[Any, str | None]:
    """The value of a box without its footnote marks, and what is the matter with it."""
    if column in _NUMBERS:
        return paper_values.number(text, money=column in _MONEY)
    if column in _DATES:
        return paper_values.day(text, context.made_on, _DATES[column])
    if paper_values.is_nil(text):
        return None, None
    if column in _TEXTS:
        return fold(text), None
    if column == CODE:
        return (text, None) if text in _CODES else (None, "is not a transaction code")
    letters: dict[str, str] = {SIDE: _SIDES, HELD: _HELD, TIMELINESS: _EARLY}[column]
    value = letters.get(text.upper() if column == HELD else text)
    return value, None if value else "is none of the letters of its column"


class _Row:
    """One row being typed: its values with their footnotes, which boxes were filled, and what is the matter."""

    def __init__(self, context: Context, split: bool) -> None:
        self.values: dict[str, Any] = {}
        self.filled: set[str] = set()
        self.issues: list[tuple[str, str, str]] = []
        self.doubt = ""
        self._context = context
        self._split = split

    def read(self, boxes: dict[str, str]) -> bool:
        """Type the boxes; False, with the doubt, where the row as a whole is not certain."""
        boxes = dict(boxes)
        self._code(boxes)
        self._pair(boxes)
        if self._split and not self._two_amounts(boxes):
            self.doubt = "it has an amount acquired and an amount disposed of"
            return False
        failed = []
        for column, text in boxes.items():
            if not self._box(column, text) and column not in _LOOSE:
                failed.append(column)
        if len(failed) > 1:
            self.doubt = f"{' and '.join(sorted(failed))} do not read as such"
            return False
        if not re.search(r"[^\W\d_]", self.values.get(TITLE) or "a"):
            self.doubt = "its title has no letters"
            return False
        numbers = [
            each for each in (DATE, SHARES, OWNED, EXPIRES, UNDERLYING_SHARES) if self.values.get(each) is not None
        ]
        if not self._is_held() and len(numbers) < (1 if self.values.get(TITLE) else 2):
            self.doubt = "it has no title with a date or a number"
            return False
        return True

    def _is_held(self) -> bool:
        """Whether a title and the form of ownership make a holding, whose amount is in a footnote."""
        return (
            bool(self.values.get(TITLE)) and HELD in self.values and any(name.endswith("_fn") for name in self.values)
        )

    def _box(self, column: str, text: str) -> bool:
        plain, marks = paper_values.split_marks(text)
        if marks and column in _TEXTS and not all(each in self._context.footnotes for each in marks):
            plain, marks = text, ()
        value, problem = _typed(column, plain, self._context)
        if not paper_values.is_nil(plain):
            self.filled.add(column)
        if value is not None:
            self.values[column] = value
        if marks:
            note = f"{'transaction_coding' if column == CODE else column}_fn"
            self.values[note] = ",".join(marks)
            for mark in marks:
                if mark not in self._context.footnotes:
                    self.issues.append((note, text, "a footnote is named that the filing does not have"))
        if problem is not None:
            self.issues.append((column, text, problem))
        return problem is None or value is not None

    def _code(self, boxes: dict[str, str]) -> None:
        """`G V`: the letter of column V beside the code; `S/K`: an equity swap."""
        plain, _ = paper_values.split_marks(boxes.get(CODE, ""))
        match = re.fullmatch(r"([A-Z])(?:\s*/\s*(K))?(?:\s+(V))?", plain)
        if match is None or not (match[2] or match[3]):
            return
        boxes[CODE] = match[1] + boxes[CODE].strip()[len(plain) :]
        if match[2]:
            self.values["equity_swap_involved"] = True
        if match[3] and paper_values.is_nil(boxes.get(TIMELINESS, "")):
            boxes[TIMELINESS] = match[3]

    def _two_amounts(self, boxes: dict[str, str]) -> bool:
        """The printed Table II has a column for amounts acquired and one for those disposed of: one is to be filled."""
        acquired, disposed = boxes.get(SHARES, ""), boxes.get(SIDE, "")
        if paper_values.is_nil(disposed) and not paper_values.is_nil(acquired):
            boxes[SIDE] = "A"
        elif paper_values.is_nil(acquired) and not paper_values.is_nil(disposed):
            boxes[SHARES], boxes[SIDE] = disposed, "D"
        return paper_values.is_nil(acquired) or paper_values.is_nil(disposed)

    def _pair(self, boxes: dict[str, str]) -> None:
        """Amounts acquired and disposed of in one box, `12,000 -` beside `A,D` (0001094891-00-000193): one is none."""
        amounts = boxes.get(SHARES, "").split()
        if len(amounts) != 2 or re.fullmatch(r"A\s*[,/]\s*D", boxes.get(SIDE, "")) is None:
            return
        nils = [paper_values.is_nil(each) for each in amounts]
        if sum(nils) == 1:
            at = nils.index(False)
            reason = "names an amount acquired and one disposed of, of which one is none"
            self.issues.append((SHARES, boxes[SHARES], reason))
            self.issues.append((SIDE, boxes[SIDE], reason))
            boxes[SHARES], boxes[SIDE] = amounts[at], "AD"[at]

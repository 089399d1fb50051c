"""The layouts of paper tables: each finds the boxes of rows in the lines filled in, or leaves a line alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

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
    has_loose_number,
    is_heading,
)
from .lines import Line, TableNumber

_TEXTS = frozenset({TITLE, NATURE, UNDERLYING})
_ANCHORS = (DATE, SHARES, OWNED, EXPIRES)


@dataclass(slots=True)
class Draft:
    """A row's boxes as text by column, and its lines as filed.

    `guessed` is whether a box's place was judged by its position, `two_amounts` whether SHARES holds an amount acquired
    and SIDE one disposed of.
    """

    boxes: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    guessed: bool = False
    two_amounts: bool = False


MOST_LINES = 40
"""Of a row; what stands below it is looked at as another."""

Piece = Draft | Line
"""A row, or a line that no layout takes."""

Reads = Callable[[str, str], bool]
"""Whether a text can be typed in a column."""


def ruled(body: Sequence[Line], roles: Sequence[str], reads: Reads, *, breaks_words: bool) -> Iterator[Piece]:
    """Boxes between pipes, or the cells of an HTML table. A rule, or a line of empty boxes, ends a row.

    A line that has a title and an anchor (a date or a number that can be read), or two anchors, starts a row; any
    other is the rest of the row above it.
    """
    draft: Draft | None = None
    widths: dict[str, bool] = {}
    for line in body:
        if not line.has_words:
            draft = None
            continue
        if line.cells is None or len(line.cells) != len(roles):
            draft = None
            yield line
            continue
        raw = dict(zip(roles, line.cells, strict=True))
        boxes = {role: cell.strip() for role, cell in raw.items()}
        if draft is None or len(draft.lines) >= MOST_LINES or _starts(boxes, reads):
            draft = Draft(boxes, [line.text])
            yield draft
        else:
            draft.lines.append(line.text)
            for role, more in boxes.items():
                if more:
                    broken = widths[role] and (breaks_words if role in _TEXTS else not reads(role, draft.boxes[role]))
                    glue = "" if broken or not draft.boxes[role] else " "
                    draft.boxes[role] += glue + more
        widths = {role: bool(cell) and not cell[-1].isspace() for role, cell in raw.items()}


def _starts(boxes: dict[str, str], reads: Reads) -> bool:
    anchors = sum(1 for role in _ANCHORS if boxes.get(role) and any(map(str.isdigit, boxes[role])))
    sound = all(reads(role, boxes[role]) for role in _ANCHORS if boxes.get(role))
    return sound and anchors >= (1 if boxes[TITLE] else 2)


def placed(
    body: Sequence[Piece], roles: Sequence[str], starts: Sequence[int], reads: Reads, *, two_amounts: bool
) -> Iterator[Piece]:
    """Boxes below the tags of an `<S> <C> <C>` line: a run of text lies in one column's span, or the line is left.

    Rows that are read already are passed on, with what stands below them in columns of text. Of two columns of amounts
    a number is in the first only where it starts nearer to that one's tag.
    """
    draft: Draft | None = None
    for line in body:
        if isinstance(line, Draft):
            draft = line
            yield draft
            continue
        if not line.has_words:
            draft = None
            continue
        boxes = _boxes_at(line.text, roles, starts, two_amounts=two_amounts)
        if boxes is None:
            draft = None
            yield line
        elif draft is not None and boxes.keys() <= _TEXTS:
            draft.lines.append(line.text)
            draft.guessed = True
            for role, more in boxes.items():
                draft.boxes[role] = f"{draft.boxes.get(role, '')} {more}".strip()
        elif sum(1 for role in _ANCHORS if role in boxes) and all(reads(role, text) for role, text in boxes.items()):
            draft = Draft(boxes, [line.text], guessed=True, two_amounts=two_amounts)
            yield draft
        else:
            draft = None
            yield line


def _boxes_at(text: str, roles: Sequence[str], starts: Sequence[int], *, two_amounts: bool) -> dict[str, str] | None:
    boxes: dict[str, str] = {}
    ends = [*starts[1:], max(len(text), starts[-1]) + 1]
    for run in re.finditer(r"\S+(?: \S+)*", text):
        spans = [at for at, (start, end) in enumerate(zip(starts, ends, strict=True)) if _meet(run, start, end)]
        if len(spans) != 1 or roles[spans[0]] in boxes:
            return None
        at = spans[0]
        if two_amounts and roles[at] == SHARES and run.start() - starts[at] >= starts[at + 1] - run.start():
            return None
        boxes[roles[at]] = run[0]
    return boxes


def _meet(run: re.Match[str], start: int, end: int) -> bool:
    return run.start() < end and run.end() > start


_DAY = r"\d{1,2}[/-]\d{1,2}[/-](?:\d{4}|\d{2})"
_MARKS = r"(?: ?\((?:\d{1,2}|[a-z])\)|\*{1,4})?"
_COUNT = r"\d{1,3}(?:,\d{3})+(?:\.\d{1,4})?|\d{1,12}(?:\.\d{1,4})?"
_MONEY = rf"\$? ?(?:{_COUNT}|\.\d{{1,6}})|\d{{1,4}}[ -]\d{{1,2}}/\d{{1,2}}|-{{1,4}}|[Nn]/[Aa]"
_TRADE = re.compile(
    rf"\s*(?P<{TITLE}>\S+(?: \S+)*)\s+(?P<{DATE}>{_DAY}{_MARKS})(?:\s+(?P<{DEEMED}>{_DAY}))?"
    rf"\s+(?P<{CODE}>[A-Z]{_MARKS})(?:\s+(?P<{TIMELINESS}>V))?\s+(?P<{SHARES}>(?:{_COUNT}){_MARKS})"
    rf"\s+(?P<{SIDE}>[AD]|\([AD]\))\s+(?P<{PRICE}>(?:{_MONEY}){_MARKS})"
    rf"\s+(?P<{OWNED}>(?:{_COUNT}|-{{1,4}}){_MARKS})\s+(?P<{HELD}>[DI]|\([DI]\)){_MARKS}(?:\s+(?P<{NATURE}>[^\d$\s].*))?"
)
_PRICED = re.compile(
    rf"\s*(?P<{TITLE}>\S+(?: \S+)*)\s+(?P<{DATE}>{_DAY}{_MARKS})\s+(?P<{CODE}>[A-Z]{_MARKS})"
    rf"(?:\s+(?P<{TIMELINESS}>V))?\s+(?P<{SHARES}>(?:{_COUNT}){_MARKS})\s+(?P<{SIDE}>[AD]|\([AD]\))"
    rf"\s+(?P<{PRICE}>\$ ?(?:{_MONEY}){_MARKS})"
)
_OPTION = re.compile(
    rf"\s*(?P<{TITLE}>\S+(?: \S+)*)\s+(?P<{STRIKE}>(?:{_MONEY}){_MARKS})\s+(?P<{DATE}>{_DAY}{_MARKS})"
    rf"\s+(?P<{CODE}>[A-Z]{_MARKS})(?:\s+(?P<{TIMELINESS}>V))?\s+(?P<{SHARES}>(?:{_COUNT}){_MARKS})"
    rf"\s+(?P<{SIDE}>[AD]|\([AD]\))\s+(?P<{EXERCISABLE}>{_DAY}|\(\d{{1,2}}\))\s+(?P<{EXPIRES}>{_DAY}{_MARKS})"
    rf"\s+(?P<{UNDERLYING}>[A-Za-z]+\.?(?: [A-Za-z]+\.?){{0,5}})\s+(?P<{UNDERLYING_SHARES}>{_COUNT})"
    rf"\s+(?P<{PRICE}>(?:{_MONEY}){_MARKS})\s+(?P<{OWNED}>(?:{_COUNT}){_MARKS})\s+(?P<{HELD}>[DI]|\([DI]\))"
    rf"(?:\s+(?P<{NATURE}>[^\d$\s].*))?"
)
_HOLDING = re.compile(
    rf"\s*(?P<{TITLE}>\S+(?: \S+)*)\s{{2,}}(?P<{OWNED}>(?:{_COUNT}){_MARKS})\s+(?P<{HELD}>[DI]|\([DI]\))"
    rf"(?:\s+(?P<{NATURE}>[^\d$\s].*))?"
)
_WORD = re.compile(r"\W*[A-Za-z]{2}")
_LONGEST = 240


def spelt(line: Line, table: TableNumber, form: str, *, has_deemed: bool) -> Draft | None:
    """A row that is whole on its line: whatever the spaces, its fields can be read in one way only."""
    if len(line.text) > _LONGEST or line.cells is not None:
        return None
    if table == 2:
        match = None if form.startswith("3") else _OPTION.fullmatch(line.text)
        boxes = match.groupdict() if match else {}
        return Draft({k: v for k, v in boxes.items() if v}, [line.text]) if match else None
    # Only a price has a dollar sign: it cannot be what is owned.
    match = _TRADE.fullmatch(line.text) or _PRICED.fullmatch(line.text)
    if form.startswith("3") or match is None:
        match = _HOLDING.fullmatch(line.text)
        # `1,000  D` on a Form 4 could be an amount disposed of.
        if match is None or not (form.startswith("3") or "I" in match[HELD]):
            return None
    boxes = {role: text for role, text in match.groupdict().items() if text is not None}
    if re.search(_DAY, boxes[TITLE]) or not _WORD.match(boxes[TITLE]) or (DEEMED in boxes and not has_deemed):
        return None
    return Draft(boxes, [line.text])


_SHARED_LABELS = (
    (re.compile(r"nature"), NATURE),
    (re.compile(r"ownership form|direct"), HELD),
    (re.compile(r"beneficially owned"), OWNED),
    (re.compile(r"deemed"), DEEMED),
    (re.compile(r"transaction date"), DATE),
    (re.compile(r"code"), CODE),
)
_LABELS: dict[TableNumber, tuple[tuple[re.Pattern[str], str], ...]] = {
    1: (
        *_SHARED_LABELS,
        (re.compile(r"title of security"), TITLE),
        (re.compile(r"price"), PRICE),
        (re.compile(r"amount"), SHARES),
        (re.compile(r"\(a\) or \(d\)|a/d"), SIDE),
    ),
    2: (
        *_SHARED_LABELS,
        (re.compile(r"title of derivative"), TITLE),
        (re.compile(r"conversion|exercise price"), STRIKE),
        (re.compile(r"price of derivative"), PRICE),
        (re.compile(r"date exercisable"), EXERCISABLE),
        (re.compile(r"expiration"), EXPIRES),
        (re.compile(r"number of shares"), UNDERLYING_SHARES),
        (re.compile(r"\W*title\W*$"), UNDERLYING),
        (re.compile(r"\W*amount\W*$"), SHARES),
        (re.compile(r"\W*\(a\) or \(d\)\W*$|\W*a/d\W*$"), SIDE),
    ),
}
_EITHER_AMOUNT = re.compile(r"\W*\((?P<side>[ad])\)\W*$")


def labelled(body: Sequence[Line], table: TableNumber) -> Iterator[Piece]:
    """Boxes one below the other, `1. Title of Security: Common Stock`; each title starts a row."""
    draft: Draft | None = None
    for line in body:
        found = label(line, table)
        if found is None:
            if line.has_words and not _is_bare_label(line.text, table):
                yield line
            continue
        role, text, either = found
        if role == TITLE:
            draft = Draft()
            yield draft
        if draft is None or role in draft.boxes or (either and SIDE in draft.boxes and not draft.two_amounts):
            draft = None
            yield line
            continue
        draft.two_amounts |= either
        draft.boxes[role] = text
        draft.lines.append(line.text)


def _is_bare_label(text: str, table: TableNumber) -> bool:
    """Whether a line is a printed label with nothing after it."""
    lowered = text.rstrip().lower()
    if not lowered.endswith(":") or len(lowered) > _LONGEST or not is_heading(text) or has_loose_number(text):
        return False
    return (
        _EITHER_AMOUNT.match(lowered) is not None
        or any(each in lowered for each in ("securities acquired", "underlying", "date exercisable and"))
        or any(pattern.search(lowered.rstrip(": ")) for pattern, _ in _LABELS[table])
    )


def label(line: Line, table: TableNumber) -> tuple[str, str, bool] | None:
    """The column that a label before the last colon names, what stands after it, and whether it is `(A)` or `(D)`."""
    before, colon, text = line.text.rpartition(":")
    if not colon or not text.strip() or len(before) > _LONGEST or not is_heading(before):
        return None
    lowered = before.lower()
    either = _EITHER_AMOUNT.match(lowered.rpartition(":")[2]) if table == 2 else None
    if either is not None:
        return SHARES if either["side"] == "a" else SIDE, text.strip(), True
    for words in (lowered.rpartition(":")[2], lowered):
        for pattern, role in _LABELS[table]:
            if pattern.search(words):
                return role, text.strip(), False
    return None

"""The layouts of paper tables: each finds the boxes of rows in the lines filled in, or leaves a line alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

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
from .values import is_nil, split_marks

_TEXTS = frozenset({TITLE, NATURE, UNDERLYING})
_ANCHORS = (DATE, SHARES, OWNED, EXPIRES)


@dataclass(slots=True)
class Draft:
    """A row's boxes as text by column, and its lines as filed.

    `guessed` is whether a box's place was judged by its position, `two_amounts` whether SHARES holds an amount acquired
    and SIDE one disposed of, `broken` whether a line beside it may hold more of it,
    `tails` the last line's text of each box.
    """

    boxes: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    guessed: bool = False
    two_amounts: bool = False
    broken: bool = False
    tails: dict[str, str] = field(default_factory=dict)


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
        boxes = {role: " ".join(cell.split("\n")).strip() for role, cell in raw.items()}
        if (
            draft is None
            or len(draft.lines) >= MOST_LINES
            or _starts(boxes, reads)
            or _is_another(draft.boxes, boxes, reads)
        ):
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


def _is_another(above: dict[str, str], boxes: dict[str, str], reads: Reads) -> bool:
    """Whether a box is filled whose like above is whole, marks of footnotes aside: nothing of it can be missing."""
    both = [role for role, text in boxes.items() if role not in _TEXTS and text and not is_nil(above[role])]
    return any(reads(role, above[role]) and not is_nil(split_marks(boxes[role])[0]) for role in both)


def _starts(boxes: dict[str, str], reads: Reads) -> bool:
    """Whether boxes start a row; what cannot be read in one may stand beside a code, or a letter of ownership."""
    anchors = [role for role in _ANCHORS if boxes.get(role) and any(map(str.isdigit, boxes[role]))]
    enough = len(anchors) >= (1 if boxes[TITLE] else 2)
    if all(reads(role, boxes[role]) for role in _ANCHORS if boxes.get(role)):
        return enough
    letters = [role for role in (CODE, SIDE, HELD) if boxes.get(role) and reads(role, boxes[role])]
    return enough and len(letters) > 1


_DAY = r"\d{1,2}[/-]\d{1,2}[/-](?:\d{4}|\d{2})"
_MARKS = r"(?: ?\((?:\d{1,2}|[a-z])\)|\*{1,4})?"
_COUNT = r"\d{1,3}(?:,\d{3})+(?:\.\d{1,4})?|\d{1,12}(?:\.\d{1,4})?"
_MONEY = rf"\$? ?(?:{_COUNT}|\.\d{{1,6}})|\d{{1,4}}[ -]\d{{1,2}}/\d{{1,2}}|-{{1,4}}|[Nn]/[Aa]"
_TRADE = re.compile(
    rf"\s*(?P<{TITLE}>\S+(?: \S+)*)\s+(?P<{DATE}>{_DAY}{_MARKS})(?:\s+(?P<{DEEMED}>{_DAY}))?"
    rf"\s+(?P<{CODE}>[A-Z]{_MARKS})(?:\s+(?P<{TIMELINESS}>V))?\s+(?P<{SHARES}>(?:{_COUNT}){_MARKS})"
    rf"\s+(?P<{SIDE}>[AD]|\([AD]\))\s+(?P<{PRICE}>(?:{_MONEY}){_MARKS})"
    rf"\s+(?P<{OWNED}>(?:{_COUNT}|-{{1,4}}){_MARKS})\s+(?P<{HELD}>(?:[DI]|\([DI]\)){_MARKS})(?:\s+(?P<{NATURE}>[^\d$\s].*))?"
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
    rf"\s+(?P<{PRICE}>(?:{_MONEY}){_MARKS})\s+(?P<{OWNED}>(?:{_COUNT}){_MARKS})\s+(?P<{HELD}>(?:[DI]|\([DI]\)){_MARKS})"
    rf"(?:\s+(?P<{NATURE}>[^\d$\s].*))?"
)
_HOLDING = re.compile(
    rf"\s*(?P<{TITLE}>\S+(?: \S+)*)\s{{2,}}(?P<{OWNED}>(?:{_COUNT}){_MARKS})\s+(?P<{HELD}>(?:[DI]|\([DI]\)){_MARKS})"
    rf"(?:\s+(?P<{NATURE}>[^\d$\s].*))?"
)
_LETTER = re.compile(r"[A-Za-z]")
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
    (re.compile(r"^\W*v\W*$"), TIMELINESS),
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


_BESIDE = re.compile(
    r"(?:(?<=\s)|^)(?:amount|number(?: of shares)?|amount or number of shares|\(a\) or \(d\)|a/d|price|code|v|title"
    r"|date exercisable|expiration date|\(a\)|\(d\))\s?:|(?:(?<=\s\s)|^)\d{1,2}a?[.)]\s?[a-z][^:\d]{2,80}:",
    re.IGNORECASE,
)


def labelled(body: Sequence[Line], table: TableNumber) -> Iterator[Piece]:
    """Boxes one below the other, `1. Title of Security: Common Stock`, some beside each other; a title starts a row.

    A line that is set in further than the label above it goes on with its text.
    """
    draft: Draft | None = None
    last, indent = "", 0
    for line in body:
        found = [label(each, table) for each in _beside(line)]
        if not found or None in found:
            if not line.has_words or _is_bare_label(line.text, table):
                last = last if line.has_words else ""
                continue
            if draft is not None and last in _TEXTS and _indent(line) > indent:
                draft.boxes[last] += f" {line.text.strip()}"
                draft.lines.append(line.text)
                continue
            if draft is not None and last in _TEXTS:
                draft.broken = True
            last = ""
            yield line
            continue
        indent = _indent(line)
        for role, text, either in filter(None, found):
            if role == TITLE:
                draft = Draft()
                yield draft
            if draft is None or role in draft.boxes or (either and SIDE in draft.boxes and not draft.two_amounts):
                draft = None
                yield line
                break
            draft.two_amounts |= either
            draft.boxes[role] = text
            last = role if not is_nil(text) else ""
            if line.text not in draft.lines[-1:]:
                draft.lines.append(line.text)


def _indent(line: Line) -> int:
    return len(line.text) - len(line.text.lstrip())


def _beside(line: Line) -> list[str]:
    """The labels of a line with their texts; those with nothing behind them are left out, where there are others."""
    starts = [each.start() for each in _BESIDE.finditer(line.text[:_LONGEST])]
    if len(starts) < 2:
        return [line.text]
    parts = [line.text[: starts[0]], *(line.text[at:to] for at, to in pairwise([*starts, len(line.text)]))]
    words = parts[0] if _LETTER.search(parts[0]) and not is_heading(parts[0]) else ""
    return [each for each in (words, *parts[1:]) if each.strip() and not each.rstrip().endswith(":")] or [line.text]


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


def label(line: str, table: TableNumber) -> tuple[str, str, bool] | None:
    """The column that a label before the last colon names, what stands after it, and whether it is `(A)` or `(D)`."""
    before, colon, text = line.rpartition(":")
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

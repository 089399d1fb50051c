"""The account of a form's lines: who reads a text marks it, and what nobody has marked is reported as it was filed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ...tables import ParseIssue
from .lines import Line, Part, runs
from .printed import is_furniture

_END = 1_000_000_000
_MOST_APART = 3
"""Lines from one text to the next of an issue."""


class Account:
    """Which parts of a form's lines have found their place."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = lines
        self._taken: dict[int, list[tuple[int, int]]] = {}

    def take(self, *parts: Part) -> None:
        """Mark parts: they are in a column, a footnote, the remarks or an issue, or printed."""
        for part in parts:
            self._taken.setdefault(part.line.number, []).append((part.start, part.end))

    def take_lines(self, lines: Iterable[Line]) -> None:
        """Mark whole lines."""
        for line in lines:
            self._taken[line.number] = [(0, _END)]

    def left(self) -> list[tuple[int, str]]:
        """What nobody has marked and is not printed: the numbers of the lines with their texts."""
        found = []
        for line in self._lines:
            text = self._rest(line)
            if text:
                found.append((line.number, text))
        return found

    def _rest(self, line: Line) -> str:
        spans = self._taken.get(line.number)
        if spans is not None:
            text = list(line.text)
            for start, end in spans:
                text[start:end] = " " * (min(end, len(text)) - start)
            line = Line("".join(text), number=line.number)
        if not line.has_words or is_furniture(line.text):
            return ""
        texts = [part.text.strip("| ") for part in runs(line)]
        return "  ".join(each for each in texts if not is_furniture(each))


def left_over(account: Account, front: int) -> list[ParseIssue]:
    """One issue for each group of lines that are left; `front` is the number of the first line below the front page."""
    groups: list[tuple[bool, list[str]]] = []
    last = -1
    for number, text in account.left():
        before = number < front
        if groups and groups[-1][0] is before and number - last <= _MOST_APART:
            groups[-1][1].append(text)
        else:
            groups.append((before, [text]))
        last = number
    reasons = {
        True: "a text of the front page that is in no column",
        False: "a text after the tables that is in no column",
    }
    return [
        ParseIssue(table_name="filings", raw_value="\n".join(texts), reason=reasons[before]) for before, texts in groups
    ]

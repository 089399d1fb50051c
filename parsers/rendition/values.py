"""The texts of a rendition: cells with footnote marks, and the formats of its amounts and dates."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from ..issues import EARLIEST, Converter, Issues, Span
from ..values import SHORT, amount, fold

_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)
_BRACKETED = re.compile(r"([^\[]*(?:\[[^\[]*)*?)\[ ?(\[?[^\[\]]*\]?) ?\]")
_MONEY = re.compile(r"\$?\s?(\d{1,3}(?:,\d{3})+|\d+)?(\.\d*)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of Table I or II: its text, white space folded, '' for none; and the ids of its footnotes, `F1,F3`."""

    text: str = ""
    notes: str | None = None

    def __bool__(self) -> bool:
        return bool(self.text) or self.notes is not None


def us_day(text: str) -> tuple[date | None, str | None]:
    """A date, `MM/DD/YYYY`, and what is the matter with it."""
    if not text:
        return None, None
    match = _DAY.fullmatch(text) if len(text) <= SHORT else None
    if match is None:
        return None, "is not a date"
    try:
        return date(int(match[3]), int(match[1]), int(match[2])), None
    except ValueError:
        return None, "is not a date of the calendar"


def us_amount(text: str) -> tuple[Decimal | None, str | None]:
    """An amount as renditions write it: `14,278`, `$4.48`, `$0`; commas at other places make it no number."""
    if not text:
        return None, None
    if len(text) > SHORT or not _MONEY.fullmatch(text):
        return None, "is not a number"
    plain = text.lstrip("$ ").replace(",", "")
    return amount(plain) if plain else (None, "is not a number")


def put(
    values: dict[str, Any], column: str, text: str, convert: Converter | None, reading: Issues, span: Span = ""
) -> None:
    """Type a text into its column; a blank one leaves None, and what is the matter with it becomes an issue."""
    if convert is None:
        values[column] = text or None
        return
    value, problem = convert(text)
    if span and value is not None and not EARLIEST <= value <= reading.latest[span]:
        problem = "is an implausible date"
    if problem is not None:
        reading.issue(problem, text, column)
    values[column] = value


def put_cell(
    values: dict[str, Any], column: str, cell: Cell, convert: Converter | None, reading: Issues, span: Span = ""
) -> None:
    """Type a cell into its column and that of its footnotes."""
    put(values, column, cell.text, convert, reading, span)
    if cell.notes is not None:
        values[f"{column}_fn"] = cell.notes
        reading.footnotes_named.update(cell.notes.split(","))


def one_of(*letters: str) -> Converter:
    """A converter that keeps a text only if it is one of these."""

    def convert(text: str) -> tuple[str | None, str | None]:
        if text in letters or not text:
            return text or None, None
        return None, f"is not {' or '.join(letters)}"

    return convert


def bracketed(text: str) -> tuple[str | None, str | None]:
    """An issuer's name and the symbol in brackets after it; a symbol filed as `[SONS]` keeps its own brackets."""
    match = _BRACKETED.fullmatch(text)
    return (fold(match[1]), fold(match[2])) if match else (fold(text), None)


def notes_of(marks: str) -> str | None:
    """The footnote ids of marks: `(1)(3)` gives `F1,F3`; None if there is none."""
    numbers = re.findall(r"\((\d{1,3})\)", marks, re.ASCII)
    return ",".join(f"F{int(number)}" for number in numbers) or None

"""What a person typed into a box of a paper form, to a value: certain, or not at all.

On paper a dollar sign, thousands separators, `N/A` and dashes are the ordinary way to write, not an issue.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import lru_cache, wraps
from typing import Any, Literal, TypeVar, cast

from ..values import amount

_Function = TypeVar("_Function", bound=Callable[..., Any])
_SHORT = 40
"""Characters of a text that can be a number, a date or nothing."""

Span = Literal["event", "term"]
"""Of an event, that lies in the past, or of a term, that may lie decades ahead."""

_NIL = re.compile(r"[-\u2013\u2014.\s_]*|n\s?/\s?a\.?|n\.\s?a\.?|none\.?|nil|not applicable", re.IGNORECASE)
_MARK = re.compile(r"[\s,]*(?:\((\d{1,2}|[a-z])\)|(\*{1,5}))$")
_ZERO = re.compile(r"-\s?0\s?-|zero", re.IGNORECASE)
_UNIT = re.compile(r"\s*(?:shares?|shs\.?|sh\.|/\s?sh(?:are|\.)?|per\s+share|each)$", re.IGNORECASE)
_FRACTION = re.compile(r"(?:(\d{1,6})(?:\s+|\s?-\s?))?(\d{1,2})/(2|4|8|16|32|64)", re.ASCII)
_NUMERIC_DAY = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})", re.ASCII)
_WORDED_DAY = re.compile(r"([A-Za-z]{3,9})\.?\s*(\d{1,2})(?:st|nd|rd|th)?\s*,?\s*(\d{4})", re.ASCII)
_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip


def _remembered(function: _Function) -> _Function:
    """Keep what a pure function says of short texts, which repeat; long ones are not kept, whatever a filing sends."""
    kept = lru_cache(maxsize=4096)(function)

    @wraps(function)
    def said(text: str, *others: Any, **named: Any) -> Any:
        return (kept if len(text) <= _SHORT else function)(text, *others, **named)

    return cast(_Function, said)


@_remembered
def is_nil(text: str) -> bool:
    """Whether a box says that there is nothing: blank, dashes, `N/A`, `None`."""
    return len(text) <= _SHORT and _NIL.fullmatch(text.strip()) is not None


@_remembered
def split_marks(text: str) -> tuple[str, tuple[str, ...]]:
    """A text without the footnote marks at its end, and their ids: `12,000 (1)` is `12,000` and F1, `$5*` is F*."""
    marks: list[str] = []
    text = text.strip()
    while len(marks) < 10 and (match := _MARK.search(text[-12:])):
        marks.insert(0, f"F{match[1] or match[2]}")
        text = text[: len(text) - len(match[0])].rstrip()
    return text, tuple(marks)


@_remembered
def number(text: str, *, money: bool) -> tuple[Decimal | None, str | None]:
    """A number of securities, or a price if `money`: `12,000`, `$1.375`, `4 3/8`, `-0-`; none with a sign."""
    text = text.strip()
    if is_nil(text):
        return None, None
    if len(text) > _SHORT:
        return None, "is not a number"
    if _ZERO.fullmatch(text):
        return Decimal(0), None
    plain = _UNIT.sub("", text)
    if plain.startswith(("+", "-")):
        return None, "is a signed number"
    if "$" in plain and not money:
        return None, "is a value where a number of securities should be"
    fraction = _FRACTION.fullmatch(plain.removeprefix("$").strip()) if money else None
    if fraction is not None:
        whole, top, bottom = int(fraction[1] or 0), int(fraction[2]), int(fraction[3])
        if top >= bottom:
            return None, "is not a number"
        return amount(str(whole + Decimal(top) / bottom))
    value, problem = amount(plain)
    return value, None if problem is not None and problem.startswith("has a dollar sign") else problem


@_remembered
def day(text: str, made_on: date | None, span: Span) -> tuple[date | None, str | None]:
    """A date, month first as the form asks: `2/7/00`, `10-15-1999`, `March 13, 2000`.

    A year of two digits is of the one century that puts an event at most 25 years before or one after the filing, a
    term at most 25 before or 50 after; without a filing date it is not certain.
    """
    text = text.strip()
    if is_nil(text):
        return None, None
    if len(text) > _SHORT:
        return None, "is not a date"
    numeric, worded = _NUMERIC_DAY.fullmatch(text), _WORDED_DAY.fullmatch(text)
    if numeric is not None:
        of_year, of_month, year = int(numeric[1]), int(numeric[3]), numeric[4]
    elif worded is not None and (named := month(worded[1])):
        of_year, of_month, year = named, int(worded[2]), worded[3]
    else:
        return None, "is not a date"
    ahead = 1 if span == "event" else 50
    if len(year) == 4:
        years = [int(year)]
    elif made_on is None:
        return None, "is a date whose century is not certain"
    else:
        years = [each + int(year) for each in (1900, 2000, 2100) if -25 <= each + int(year) - made_on.year <= ahead]
    try:
        found = [date(each, of_year, of_month) for each in years]
    except ValueError:
        return None, "is not a date of the calendar"
    if not found:
        return None, "is a date whose century is not certain"
    implausible = made_on is not None and not -100 <= found[0].year - made_on.year <= max(ahead, 1)
    return found[0], "is an implausible date" if implausible else None


def month(name: str) -> int | None:
    """The number of a month by its name or the start of it; None if it is not a month."""
    name = name.lower()
    found = [at for at, each in enumerate(_MONTHS, start=1) if each.startswith(name) or (name == "sept" and at == 9)]
    return found[0] if len(found) == 1 else None

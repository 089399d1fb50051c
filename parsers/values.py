"""From text as filed to typed values: each function gives the value and what is the matter with it, None if nothing.

A blank text is neither a value nor a problem. Limits and formats: EDGAR Ownership XML Technical Specification,
section 3.2.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal

SHORT = 64
"""Characters up to which a text is likely to be met again. No number is longer."""

_USUAL = re.compile(r"\d{1,16}(?:\.\d{0,4})?", re.ASCII).fullmatch
_PLAIN = re.compile(r"(?:\d+(?:\.\d*)?|\.\d+)", re.ASCII)
_DECORATED = re.compile(r"[+-]?\s?\$?\s?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d*)?", re.ASCII)
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:Z|[+-]\d{2}:\d{2})?", re.ASCII)
_CIK = re.compile(r"\d{1,10}", re.ASCII)
_FLAGS = {"1": True, "true": True, "0": False, "false": False}

_CONTEXT = Context(prec=SHORT + 4, rounding=ROUND_HALF_EVEN)
_FOUR_PLACES = Decimal("0.0001")
_TOO_LARGE = Decimal(10) ** 16


def fold(text: str) -> str | None:
    """The text with every run of white space (no-break spaces too) as one blank, none at its ends; None if blank."""
    if len(text) > SHORT:
        # Looking for what is to be folded is much faster than folding; XML allows no other ASCII white space.
        unfolded = "  " in text or "\n" in text or "\t" in text or "\r" in text or text[0] == " " or text[-1] == " "
        if not unfolded and text.isascii():
            return text
    return " ".join(text.split()) or None


def amount(text: str) -> tuple[Decimal | None, str | None]:
    """An amount that fits DECIMAL(20,4).

    `5`, `5.` and `.5` are numbers. A dollar sign, thousands separators at their places and a sign are typed and
    reported. More than four decimals are rounded half-even and reported. Exponents, NaN, infinities, parentheses,
    digits of other scripts and commas at other places (`1,25`) are not numbers.
    """
    if _USUAL(text):
        return Decimal(text), None
    text = text.strip()
    if not text:
        return None, None
    if len(text) > SHORT:
        return None, "is too long to be a number"
    problem = None
    if not _PLAIN.fullmatch(text):
        digits = re.sub(r"[\s$,]", "", text)
        if not _DECORATED.fullmatch(text) or not _PLAIN.fullmatch(digits.lstrip("+-")):
            return None, "is not a number"
        problem = "has a sign" if digits[0] in "+-" else "has a dollar sign or separators, which were dropped"
        text = digits
    number = Decimal(text)
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -4:
        rounded = number.quantize(_FOUR_PLACES, context=_CONTEXT)
        problem = "has more than 4 decimals and was rounded" if rounded != number else "has more than 4 decimals"
        number = rounded
    if abs(number) >= _TOO_LARGE:
        return None, "does not fit DECIMAL(20,4)"
    return number, problem


def day(text: str) -> tuple[date | None, str | None]:
    """A date, `YYYY-MM-DD`; an offset from UTC or a `Z` after it is dropped (submissions of 0000769993 carry them)."""
    text = text.strip()
    if not text:
        return None, None
    match = _DAY.fullmatch(text)
    if match is None:
        return None, "is not a date"
    try:
        return date.fromisoformat(match[1]), None
    except ValueError:
        return None, "is not a date of the calendar"


def flag(text: str) -> tuple[bool | None, str | None]:
    """A boolean: `1` or `true`, `0` or `false`, in any case."""
    value = _FLAGS.get(text)
    if value is not None:
        return value, None
    text = text.strip()
    value = _FLAGS.get(text.lower())
    return value, "is neither true nor false" if text and value is None else None


def cik(text: str) -> tuple[int | None, str | None]:
    """A Central Index Key: one to ten digits, leading zeros dropped."""
    text = text.strip()
    if _CIK.fullmatch(text):
        return int(text), None
    return None, "is not a Central Index Key" if text else None

"""The values of a data set's TSVs, typed: each function gives the value and what is the matter with it, if anything."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from ...sec_tables import RELATIONSHIPS
from ..values import fold

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAY = re.compile(r"(\d{2})-([A-Z]{3})-(\d{4})", re.ASCII)
_RELATIONSHIPS = {word.lower(): column for word, column in RELATIONSHIPS.items()}


def unquoted(text: str) -> str:
    """The text of a field: some sets (2024q3) put a text with quotes into quotes and double those, some leave it alone.

    A text within quotes whose quotes inside are all doubled, one at least, is of the first kind.
    """
    if len(text) > 2 and text[0] == text[-1] == '"':
        inside = text[1:-1]
        if '""' in inside and '"' not in inside.replace('""', ""):
            return inside.replace('""', '"')
    return text


def text(field: str) -> tuple[str | None, str | None]:
    """A text, its white space folded as the other parsers do."""
    return fold(unquoted(field) if field[:1] == '"' else field), None


def footnote_ids(field: str) -> tuple[str | None, str | None]:
    """`F2, F3` as the lake writes it: `F2,F3`."""
    return ",".join(filter(None, (each.strip() for each in field.split(",")))) or None, None


@lru_cache(maxsize=65_536)
def day(field: str) -> tuple[date | None, str | None]:
    """A date, `31-JUL-2024`."""
    found = _DAY.fullmatch(field.strip().upper())
    if found is None:
        return None, "is not a date" if field.strip() else None
    try:
        return date(int(found[3]), _MONTHS.index(found[2]) + 1, int(found[1])), None
    except ValueError:
        return None, "is not a date of the calendar"


@lru_cache(maxsize=1024)
def relationship(field: str) -> tuple[dict[str, bool], str | None]:
    """The columns that `Director,TenPercentOwner` makes true; what it does not name stays open, as it may be absent."""
    words = [word for word in re.split(r"[,\s]+", field.strip().lower()) if word]
    unknown = [word for word in words if word not in _RELATIONSHIPS]
    known = {_RELATIONSHIPS[word]: True for word in words if word in _RELATIONSHIPS}
    return known, "is not a relationship that is known here" if unknown else None

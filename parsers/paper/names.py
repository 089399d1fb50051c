"""Names of the form held against those that the header gives, and an address that a form alone has."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

_WORD = re.compile(r"[^\W_]+")
_SAME = {
    "INCORPORATED": "INC", "CORPORATION": "CORP", "COMPANY": "CO", "COMPANIES": "COS", "LIMITED": "LTD",
    "INTERNATIONAL": "INTL",
}  # fmt: skip
_LEFT_OUT = frozenset({"THE", "AND"})
_TITLES = frozenset({"JR", "SR", "II", "III", "IV", "MR", "MRS", "MS", "DR", "ESQ", "PHD", "MD", "PH", "D"})
_STATE_OF_HEADER = re.compile(r"\s*/[A-Z]{0,3}/?\s*$")
_PLACE = re.compile(
    r"(?P<city>[A-Za-z](?:[A-Za-z.'-]| (?! )){1,40}?)(?:\s*,\s*|\s{2,})(?P<state>[A-Z]{2})\.?[\s,]+"
    r"(?P<zip_code>\d{5}(?:-\d{4})?)",
    re.ASCII,
)
_LONGEST = 200


def words_of(name: str) -> list[str]:
    """The words of a name as they can be compared: `Acme Widgets, Incorporated` is ACME, WIDGETS, INC."""
    return [word for _, word in _words(name[:_LONGEST])]


@lru_cache(maxsize=64)
def _of_header(name: str) -> list[str]:
    """The words of a header's name, which each line of a form may be compared with."""
    return words_of(name)


def _words(name: str) -> list[tuple[int, str]]:
    """The words, each with where it ends."""
    found = ((each.end(), each[0].upper()) for each in _WORD.finditer(name))
    return [(end, _SAME.get(word, word)) for end, word in found if word not in _LEFT_OUT]


def after_name(text: str, name: str | None) -> str | None:
    """What stands behind a header's name at the start of a text; None where that is another name."""
    theirs = words_of(_STATE_OF_HEADER.sub("", name or ""))
    ours = _words(text[:_LONGEST])
    if not theirs or [word for _, word in ours[: len(theirs)]] != theirs:
        return None
    return text[ours[len(theirs) - 1][0] :]


def is_person(text: str, name: str | None) -> bool:
    """Whether a text is the name of a person, in any order, middle names as initials or left out."""
    if len(text) > 80:
        return False
    ours, theirs = words_of(text), _of_header((name or "")[:_LONGEST])
    if not ours or not theirs:
        return False
    theirs = [each for each in theirs if each not in _TITLES]
    left = [each for each in ours if each not in _TITLES]
    if sum(len(each) > 1 for each in left) < min(2, len(theirs)):
        return False
    for word in sorted(theirs, key=len, reverse=True):
        match = next((each for each in left if each == word), None)
        match = match or next((each for each in left if _abbreviates(each, word)), None)
        if match is None and len(word) > 1:
            return False
        if match is not None:
            left.remove(match)
    return all(len(each) == 1 for each in left)


def _abbreviates(one: str, other: str) -> bool:
    return (len(one) == 1 or len(other) == 1) and one[0] == other[0]


def has_words(text: str, known: Sequence[str | None]) -> bool:
    """Whether every word of a text is in texts that are known."""
    all_known = {word for each in known if each for word in words_of(each)}
    return all(word in all_known for word in words_of(text))


def address(lines: Sequence[str]) -> dict[str, str] | None:
    """The columns of an American address, streets with `Springfield, IL 62701` below; None where it is another."""
    if not lines or len(lines) > 3:
        return None
    match = _PLACE.fullmatch(lines[-1][:_LONGEST].strip())
    if match is not None:
        streets = [each.strip() for each in lines[:-1]]
    else:
        street, comma, place = lines[-1].partition(", ")
        match = _PLACE.fullmatch(place[:_LONGEST].strip()) if comma else None
        streets = [*(each.strip() for each in lines[:-1]), street.strip()]
    if match is None or not 1 <= len(streets) <= 2:
        return None
    return {**dict(zip(("street1", "street2"), streets, strict=False)), **match.groupdict()}

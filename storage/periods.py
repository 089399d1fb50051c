"""Labels: the period a file covers, written as the start of a date: `2024-01-02`, `2024-01` or `2024`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta

YEAR_IN_ACCESSION = slice(11, 13)
"""Where an accession number says in which year it was given: `24` in `0001127602-24-024579`.

A file's years are these characters of whatever it holds, so that an accession with others is not in it for certain.
"""

_LABEL = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
_QUARTER = re.compile(r"(\d{4})Q([1-4])")


def check_label(label: str) -> str:
    """The label itself.

    Raises:
        ValueError: it names no day, month or year.
    """
    if not _LABEL.fullmatch(label):
        raise ValueError(f"{label!r} is no period: give a day (2024-01-02), a month (2024-01) or a year (2024)")
    date.fromisoformat(label + "-01" * (2 - label.count("-")))
    return label


def first_month(quarter: str) -> str | None:
    """The label of the first month of a quarter, which is written `2024Q1`; None for what is none.

    A quarter is no label of files: what is put in for it goes to its months, or wherever they are folded.
    """
    match = _QUARTER.fullmatch(quarter)
    return f"{match[1]}-{3 * int(match[2]) - 2:02d}" if match else None


def quarters_of(label: str) -> list[str]:
    """The quarters that a period touches, oldest first: one, or the four of a year."""
    first, last = bounds(label)
    return [f"{first.year}Q{n}" for n in range((first.month + 2) // 3, (last.month + 2) // 3 + 1)]


def covers(label: str, other: str) -> bool:
    """Whether the period of `label` holds all of that of `other`."""
    return other == label or other.startswith(label + "-")


def home_of(label: str, live: Iterable[str]) -> tuple[str, list[str]]:
    """The label under which rows for `label` are to be kept, and the live labels whose rows move into it.

    A day inside a folded month or year goes there; a month takes in the days it covers.
    """
    labels = sorted(set(live))
    longer = [each for each in labels if covers(each, label)]
    if longer:
        return longer[0], [longer[0]]
    return label, [each for each in labels if covers(label, each)]


def year_of(label: str) -> str:
    """The year of a label, the one partition key on disk."""
    return label[:4]


def bounds(label: str) -> tuple[date, date]:
    """The first and the last day of a period."""
    year, month, *day = [int(part) for part in label.split("-")] if "-" in label else [int(label), 0]
    if day:
        return date(year, month, *day), date(year, month, *day)
    last = month or 12
    after = date(year + last // 12, last % 12 + 1, 1)
    return date(year, month or 1, 1), after - timedelta(days=1)

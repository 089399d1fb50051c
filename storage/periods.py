"""Periods: the period a file covers, written as the start of a date: `2024-01-02`, `2024-01` or `2024`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta

YEAR_IN_ACCESSION = slice(11, 13)
"""Where an accession number says in which year it was given: `24` in `0001127602-24-024579`.

A file's years are these characters of whatever it holds, so that an accession with others is not in it for certain.
"""

_PERIOD = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
_QUARTER = re.compile(r"(\d{4})Q([1-4])")


def check_period(period: str) -> str:
    """The period itself.

    Raises:
        ValueError: it names no day, month or year.
    """
    if not _PERIOD.fullmatch(period):
        raise ValueError(f"{period!r} is not a period: give a day (2024-01-02), a month (2024-01) or a year (2024)")
    date.fromisoformat(period + "-01" * (2 - period.count("-")))
    return period


def first_month(quarter: str) -> str | None:
    """The period of the first month of a quarter, which is written `2024Q1`; None for what is none.

    A quarter is not a period of files: its rows go to its months, or to the files that these were compacted into.
    """
    match = _QUARTER.fullmatch(quarter)
    return f"{match[1]}-{3 * int(match[2]) - 2:02d}" if match else None


def quarters_of(period: str) -> list[str]:
    """The quarters that a period touches, oldest first: one, or the four of a year."""
    first, last = bounds(period)
    return [f"{first.year}Q{n}" for n in range((first.month + 2) // 3, (last.month + 2) // 3 + 1)]


def covers(period: str, other: str) -> bool:
    """Whether the period of `period` holds all of that of `other`."""
    return other == period or other.startswith(period + "-")


def destination_of(period: str, live: Iterable[str]) -> tuple[str, list[str]]:
    """The period under which rows for `period` are to be kept, and the live periods whose rows move into it.

    A day inside a compacted month or year goes there; a month takes in the days it covers.
    """
    periods = sorted(set(live))
    longer = [each for each in periods if covers(each, period)]
    if longer:
        return longer[0], [longer[0]]
    return period, [each for each in periods if covers(period, each)]


def year_of(period: str) -> str:
    """The year of a period, the one partition key on disk."""
    return period[:4]


def bounds(period: str) -> tuple[date, date]:
    """The first and the last day of a period."""
    year, month, *day = [int(part) for part in period.split("-")] if "-" in period else [int(period), 0]
    if day:
        return date(year, month, *day), date(year, month, *day)
    last = month or 12
    after = date(year + last // 12, last % 12 + 1, 1)
    return date(year, month or 1, 1), after - timedelta(days=1)

"""A quarter's index: what EDGAR lists of it once corrections and deletions are in."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import cast

from .client import EdgarClient, Validators
from .index_files import IndexFile, read_first_whole

_QUARTER = re.compile(r"(?P<year>\d{4})-?Q(?P<number>[1-4])", re.IGNORECASE)
_FILES = ("master.gz", "master.idx", "form.gz", "form.idx", "company.gz", "company.idx")


@dataclass(frozen=True, slots=True)
class Quarter:
    """A quarter of a year; `number` 1 to 4."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Quarter:
        """The quarter of `2024Q1` or `2024-Q1`; ValueError for another text."""
        found = _QUARTER.fullmatch(text.strip())
        if found is None:
            raise ValueError(f"{text!r} is no quarter: write it as 2024Q1")
        return cls(int(found["year"]), int(found["number"]))

    @classmethod
    def of(cls, day: date) -> Quarter:
        """The quarter that a day is in."""
        return cls(day.year, (day.month + 2) // 3)

    def __str__(self) -> str:
        return f"{self.year}Q{self.number}"

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return (self.first + timedelta(days=92)).replace(day=1) - timedelta(days=1)


def read_quarterly_index(client: EdgarClient, quarter: Quarter, forms: Collection[str]) -> IndexFile:
    """The index of a quarter, each entry's `index_date` being its date filed.

    The first of its files that can be read whole, or the one that lists most. Raises Absent for a quarter that EDGAR
    has not, DamagedIndex if none is an index at all, and what `EdgarClient.get` raises.
    """
    folder = f"edgar/full-index/{quarter.year}/QTR{quarter.number}"
    index = read_first_whole(client, [f"{folder}/{name}" for name in _FILES], None, forms, Validators())
    return cast(IndexFile, index)  # None would say that it has not changed, which was not asked

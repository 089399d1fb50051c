"""What cannot be kept as filed: issues of one document, and the limits that all parsers share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from ..tables import ParseIssue
from .errors import NotAnOwnershipFiling

Converter = Callable[[str], tuple[Any, str | None]]
"""Text to a value and what is the matter with it."""

Span = Literal["", "event", "term"]
"""Which days are plausible for a date: of an event, or of a term that may end decades ahead."""

EARLIEST = date(1934, 1, 1)
"""The year of the Securities Exchange Act: no date of an ownership form is before it."""

MOST_ISSUES = 10_000
"""Of one document; more are refused, as they take memory and time that no filing is worth."""

MOST_ROWS = 32_767
"""Ordinals are SMALLINT. The specification allows 30 rows a table; 52 have been filed (0001179110-20-011380)."""


def later(day: date, days: int) -> date:
    """The day that many days later, or the calendar's last."""
    return date.fromordinal(min(day.toordinal() + days, date.max.toordinal()))


@dataclass(slots=True)
class Issues:
    """The issues of one document, and where in it the next one belongs.

    `made_on` is the day the filing was made, as well as it is known. Dates of events are plausible up to a year after
    it, exercise and expiration dates up to a hundred years; without it every date from 1934 on is.
    """

    made_on: date | None
    table: str = "filings"
    row_number: int | None = None
    issues: list[ParseIssue] = field(default_factory=list)
    footnotes_named: set[str] = field(default_factory=set)
    latest: dict[Span, date] = field(init=False)

    def __post_init__(self) -> None:
        made_on = self.made_on or date.max
        self.latest = {"event": later(made_on, 366), "term": later(made_on, 36_525)}

    def at(self, table: str, row_number: int | None = None) -> None:
        """Set the row that the next issues belong to."""
        self.table, self.row_number = table, row_number

    def issue(self, reason: str, raw: str | None, column: str | None = None) -> None:
        """Add an issue about the current row; raises NotAnOwnershipFiling when there are too many."""
        if len(self.issues) >= MOST_ISSUES:
            raise NotAnOwnershipFiling(f"more than {MOST_ISSUES:,} things in it cannot be read")
        self.issues.append(
            ParseIssue(
                table_name=self.table, row_number=self.row_number, column_name=column, raw_value=raw, reason=reason
            )
        )

"""How each day of the lake stands, and the calendar that shows it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from ..tables import DayCoverage

_FRIDAY = 5


class Standing(StrEnum):
    """How a day stands; the values are the words that people read."""

    COMPLETE = "complete"
    """The index was read whole, and each of its filings is stored."""
    PARTIAL = "partial"
    """Some filings are stored; others are in quarantine or missing, or the index is damaged."""
    MISSING = "missing"
    """There is an index, and nothing of what it lists is stored."""
    HOLIDAY = "holiday"
    NO_INDEX = "no index"
    """EDGAR has none of this day, and it was no holiday."""
    NOT_PUBLISHED = "not published"
    """Its index was looked for, and was not there yet."""
    OPEN = "open"
    """Its index is not read yet; its filings come from the current feed."""
    FROM_DATASET = "from a data set"
    """Its filings are known from a data set of the SEC's, rounded to two decimals."""
    NEVER_READ = "never read"


WITHOUT_FILINGS = (Standing.HOLIDAY, Standing.NO_INDEX, Standing.NOT_PUBLISHED, Standing.NEVER_READ)
"""Standings of which there is nothing to count."""


def standing(day: DayCoverage) -> Standing:
    """How a day stands, by its row of `coverage`."""
    if day.state in ("holiday", "no index", "not published", "open", "from a data set", "never read"):
        return Standing(day.state)
    if day.state == "whole" and day.stored == day.expected:
        return Standing.COMPLETE
    return Standing.PARTIAL if day.stored else Standing.MISSING


@dataclass(frozen=True, slots=True)
class Day(DayCoverage):
    """One row of the view `coverage`, as people read it."""

    @property
    def standing(self) -> Standing:
        """How it stands."""
        return standing(self)

    def __str__(self) -> str:
        words = f"{self.index_date}: {self.standing}"
        if self.standing in WITHOUT_FILINGS:
            return words
        if self.standing is Standing.FROM_DATASET:
            exact = f", {self.stored:,} of them exact" if self.stored else ""
            return f"{words}: {self.expected:,} filings{exact}"
        words += f", {self.stored:,} of {self.expected:,} stored"
        words += f", {self.quarantined:,} quarantined" if self.quarantined else ""
        words += f", {self.missing:,} missing" if self.missing else ""
        words += f", {self.from_datasets:,} of these from data sets" if self.from_datasets else ""
        return words + (", index damaged" if self.state == "damaged" else "")


@dataclass(frozen=True, slots=True)
class Cell:
    """One place of the calendar: a day, or one outside of what the calendar shows (`standing` None)."""

    standing: Standing | None
    text: str

    @property
    def css_class(self) -> str:
        """Its class in the page: the standing with its blanks as dashes."""
        return self.standing.replace(" ", "-") if self.standing else ""


@dataclass(frozen=True, slots=True)
class Year:
    """A year of the calendar: week after week, from Monday to Friday, or to Sunday if a weekend had an index."""

    year: int
    weekdays: int
    cells: tuple[Cell, ...]
    months: tuple[tuple[str, int], ...]
    """The months shown, each with the week, from 1, in which it begins."""
    counts: dict[Standing, int]
    """How many of its days stand how."""

    @property
    def weeks(self) -> int:
        """How many weeks it has cells for."""
        return len(self.cells) // self.weekdays

    @property
    def summary(self) -> str:
        """The year in words."""
        return f"{self.year}: " + ", ".join(f"{count} {name}" for name, count in self.counts.items() if count)


@dataclass(frozen=True, slots=True)
class Gap:
    """Years of which no day was read."""

    first: int
    last: int

    def __str__(self) -> str:
        years = str(self.first) if self.first == self.last else f"{self.first} to {self.last}"
        return f"{years}: {Standing.NEVER_READ}"


def calendar(days: Iterable[Day]) -> list[Year | Gap]:
    """The calendar from the first day to the last, year by year; whole years that were never read are a line."""
    by_date = {day.index_date: day for day in days}
    if not by_date:
        return []
    first, last = min(by_date), max(by_date)
    read = {day.year for day, row in by_date.items() if row.standing not in (Standing.NEVER_READ, Standing.HOLIDAY)}
    looked_at = sorted(read | {first.year, last.year})
    shown: list[Year | Gap] = []
    for place, year in enumerate(looked_at):
        if place and year - looked_at[place - 1] > 1:
            shown.append(Gap(looked_at[place - 1] + 1, year - 1))
        shown.append(_year(year, by_date, first, last))
    return shown


def _year(year: int, by_date: dict[date, Day], first: date, last: date) -> Year:
    dates = [date(year, 1, 1) + timedelta(n) for n in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)]
    weekdays = 7 if any(each in by_date for each in dates if each.isoweekday() > _FRIDAY) else _FRIDAY
    monday, sunday = dates[0] - timedelta(dates[0].weekday()), dates[-1] + timedelta(6 - dates[-1].weekday())
    counts = dict.fromkeys(Standing, 0)
    cells = []
    for each in _every_day(monday, sunday):
        if each.isoweekday() > weekdays:
            continue
        cell = Cell(None, "")
        if day := by_date.get(each) if each.year == year else None:
            cell = Cell(day.standing, str(day))
        elif each.year == year and first <= each <= last and each.isoweekday() <= _FRIDAY:
            cell = Cell(Standing.NEVER_READ, f"{each}: {Standing.NEVER_READ}")
        cells.append(cell)
        if cell.standing:
            counts[cell.standing] += 1
    months = tuple((f"{date(year, n, 1):%b}", (date(year, n, 1) - monday).days // 7 + 1) for n in range(1, 13))
    return Year(year, weekdays, tuple(cells), months, counts)


def _every_day(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(n) for n in range((last - first).days + 1))

"""What verification finds, one record a finding, each with what to do next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum
from itertools import groupby

from ..periods import bounds, first_month


class Remedy(Enum):
    """What puts a violation right."""

    REPAIR = "form4 verify --repair"
    """Another copy exists, or it follows from the log."""
    REFETCH = "put it back from a copy of the lake, or: form4 verify --drop-damaged, then {backfill}"
    """Nothing here has it."""
    BACKFILL = "{backfill}"
    """The lake knows that it has to fetch it."""
    DISCARD = "put it back from a copy of the lake, or: form4 verify --drop-damaged deletes it; nothing else needs it"
    FORGET = (
        "put it back from a copy of the lake, or: form4 verify --drop-damaged takes the loss as it is; the rows are "
        "whole, and only form4 reparse would need it"
    )
    COPY = "put it back from a copy of the lake"


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that is wrong."""

    where: str
    """The file, below the lake's folder."""
    what: str
    """What is wrong with it, in words that follow its name."""
    remedy: Remedy
    period: str | None = None
    """The period whose rows are concerned."""
    table: str | None = None
    listed: bool = True
    """Whether daily indexes list what the period holds."""
    datasets: tuple[str, ...] = ()
    """The quarters whose data sets bring back what the indexes do not, oldest first."""

    @property
    def todo(self) -> str:
        """What to do next."""
        commands = []
        if self.period and self.listed:
            first, last = bounds(self.period)
            commands.append(f"form4 backfill {first} {last}")
        commands += [f"form4 backfill {first} {last} --source datasets" for first, last in _ranges(self.datasets)]
        return self.remedy.value.format(backfill=" and ".join(commands))


def _ranges(quarters: Iterable[str]) -> Iterator[tuple[date, date]]:
    """The first and the last day of each run of quarters without a gap."""
    months = [date.fromisoformat(f"{first_month(each)}-01") for each in quarters]
    for _, run in groupby(enumerate(months), lambda each: (each[1].year * 12 + each[1].month) // 3 - each[0]):
        first, *_, last = [first for _, first in run] * 2
        yield first, bounds(f"{last.year}-{last.month + 2:02d}")[1]

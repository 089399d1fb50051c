"""Where the rows of an ingest are kept: in one period's files, or those of a quarter's data set in several."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import duckdb

from ...tables import Table
from ..periods import destination_of
from ..read.engine import rows
from ..versions.snapshot import quoted
from .ingest import Ingest


@dataclass(frozen=True, slots=True)
class Destination:
    """A period whose files an ingest changes."""

    period: str
    merged: list[str]
    """The live periods whose rows move into it, or it itself."""
    months: tuple[str, ...] | None
    """The months of filing of the rows that are kept there; None: all of the ingest's."""
    rest: bool
    """Whether rows that belong to no filing are kept there."""

    @property
    def moves(self) -> bool:
        """Whether rows of other periods move into it."""
        return self.merged != [self.period]

    def new(self, table: Table) -> str:
        """A SELECT of the rows of an ingest that are kept there."""
        every = f"SELECT * FROM new_{table.name}"
        if self.months is None or (self.rest and not table.of_filing):
            return every
        if not table.of_filing:
            return f"{every} WHERE false"
        return f"{every} WHERE strftime(filing_date, '%Y-%m') IN ({', '.join(map(quoted, self.months))})"


def destinations_of(cursor: duckdb.DuckDBPyConnection, ingest: Ingest, live: Collection[str]) -> list[Destination]:
    """Where the rows of `new_filings` and of the other tables go, given the periods there are.

    A data set's filings go to the months that they were filed in, which may be some days before its quarter: the first
    destination is that of the quarter's first month.
    """
    if ingest.quarter is None:
        return [Destination(*destination_of(ingest.period, live), None, rest=True)]
    filed = rows(cursor, "SELECT DISTINCT strftime(filing_date, '%Y-%m') FROM new_filings ORDER BY ALL")
    months: dict[str, list[str]] = {}
    for month in dict.fromkeys([ingest.period, *(row[0] for row in filed)]):
        months.setdefault(destination_of(month, live)[0], []).append(month)
    return [
        Destination(period, destination_of(period, live)[1], tuple(of_period), rest=place == 0)
        for place, (period, of_period) in enumerate(months.items())
    ]

"""Where the rows of an ingest are kept: in one label's files, or those of a quarter's data set in several."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import duckdb

from ...tables import Table
from ..periods import home_of
from ..read.engine import rows
from ..versions.snapshot import quoted
from .ingest import Ingest


@dataclass(frozen=True, slots=True)
class Home:
    """A label whose files an ingest changes."""

    label: str
    merged: list[str]
    """The live labels whose rows move into it, or it itself."""
    months: tuple[str, ...] | None
    """The months of filing of the rows that are kept there; None: all of the ingest's."""
    rest: bool
    """Whether what is no filing's own row is kept there."""

    @property
    def moves(self) -> bool:
        """Whether rows of other labels move into it."""
        return self.merged != [self.label]

    def new(self, table: Table) -> str:
        """A SELECT of the rows of an ingest that are kept there."""
        every = f"SELECT * FROM new_{table.name}"
        if self.months is None or (self.rest and not table.of_filing):
            return every
        if not table.of_filing:
            return f"{every} WHERE false"
        return f"{every} WHERE strftime(filing_date, '%Y-%m') IN ({', '.join(map(quoted, self.months))})"


def homes_of(cursor: duckdb.DuckDBPyConnection, ingest: Ingest, live: Collection[str]) -> list[Home]:
    """Where the rows of `new_filings` and of the other tables go, given the labels there are.

    A data set's filings go to the months that they were filed in, which may be some days before its quarter: the first
    home is that of the quarter's first month.
    """
    if ingest.quarter is None:
        return [Home(*home_of(ingest.label, live), None, rest=True)]
    filed = rows(cursor, "SELECT DISTINCT strftime(filing_date, '%Y-%m') FROM new_filings ORDER BY ALL")
    months: dict[str, list[str]] = {}
    for month in dict.fromkeys([ingest.label, *(row[0] for row in filed)]):
        months.setdefault(home_of(month, live)[0], []).append(month)
    return [
        Home(label, home_of(label, live)[1], tuple(of_label), rest=place == 0)
        for place, (label, of_label) in enumerate(months.items())
    ]

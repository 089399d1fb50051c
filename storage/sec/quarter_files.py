"""A quarter as the SEC's data sets have it: the queries of its eight files."""

from __future__ import annotations

from datetime import date

import duckdb

from ..read.catalog import SEC
from ..read.export import NothingToExport, filings_made
from .views import spelt_query


def quarter_queries(connection: duckdb.DuckDBPyConnection, first: date, last: date) -> dict[str, str]:
    """The rows of the SEC's eight tables, spelt as in its files, of the filings made from `first` to `last`.

    Raises:
        NothingToExport: the lake holds no filing of those days.
    """
    filings = filings_made(f"BETWEEN DATE '{first}' AND DATE '{last}'")
    if not connection.sql(f"{filings} LIMIT 1").fetchall():
        raise NothingToExport(f"the lake holds no filing made from {first} to {last}")
    return {name: spelt_query(name, f"SEMI JOIN ({filings}) USING (accession_number)") for name in SEC}

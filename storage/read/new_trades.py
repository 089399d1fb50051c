"""The transactions that one commit brought first, as a table of a connection: what alerts ask."""

from __future__ import annotations

import duckdb

from .engine import rows

NEW_TRADES = "new_trades"
_CONSTANTS = 500
"""Up to this many issuers are spelt out: DuckDB then skips what other issuers have."""


def declare_new_trades(connection: duckdb.DuckDBPyConnection, version: int) -> int:
    """Make `new_trades`, with all columns of `trades`, of the filings that the lake had first in a version.

    How many filings those are. `connection` is one to the tables and views of a snapshot.

    Raises:
        duckdb.Error: the lake's files cannot be read.
    """
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE came AS SELECT accession_number, filing_date, issuer_cik "
        "FROM lake_files.filings WHERE first_seen_in = ?",
        [version],
    )
    ((count, first, last),) = rows(connection, "SELECT count(*), min(filing_date), max(filing_date) FROM came")
    condition = "false"
    if count:
        condition = f"filing_date BETWEEN DATE '{first}' AND DATE '{last}'"
        issuers = rows(connection, "SELECT DISTINCT issuer_cik FROM came ORDER BY ALL")
        if len(issuers) <= _CONSTANTS:
            named = ", ".join(str(cik) for (cik,) in issuers if cik is not None)
            condition += f" AND (issuer_cik IS NULL{f' OR issuer_cik IN ({named})' if named else ''})"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {NEW_TRADES} AS "
        f"SELECT * FROM trades SEMI JOIN came USING (accession_number) WHERE {condition}"
    )
    return int(count)

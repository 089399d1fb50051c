"""How soon after EDGAR accepted them filings were in the lake."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import duckdb

MINUTES_BELOW = 2.0
"""Hours; shorter times are said in minutes."""


@dataclass(frozen=True, slots=True)
class Latency:
    """Times in hours, of filings whose time of acceptance is known."""

    filings: int
    days: int
    """Index dates that list them."""
    median: float
    most: float
    """95 of 100 were there sooner."""

    def __str__(self) -> str:
        """`half were in the lake 4.0 hours after EDGAR had accepted them, 95 of 100 within 5.0 hours`."""
        half, most = _spelled(self.median), _spelled(self.most)
        return f"half were in the lake {half} after EDGAR had accepted them, 95 of 100 within {most}"


def _spelled(hours: float) -> str:
    return f"{hours:.1f} hours" if hours >= MINUTES_BELOW else f"{60 * hours:.1f} minutes"


def read_latency(connection: duckdb.DuckDBPyConnection, arrivals: Mapping[date, datetime]) -> Latency | None:
    """From when the lake had each filing of these index dates first; None without such a filing.

    `arrivals`: when each index date was committed first; a filing of the current feed was there before.

    Raises:
        duckdb.Error: the lake's files cannot be read.
    """
    # The entries of those dates first: left to itself DuckDB compares the times of all filings before it.
    found = connection.execute(
        "WITH listed AS MATERIALIZED ("
        "SELECT accession_number, index_date, arrived_at "
        "FROM (SELECT unnest(?::DATE[]) AS index_date, unnest(?::TIMESTAMPTZ[]) AS arrived_at) "
        "JOIN index_entries USING (index_date)) "
        "SELECT count(*), count(DISTINCT index_date), median(hours), quantile_cont(hours, 0.95) FROM ("
        "SELECT index_date, (epoch(least(s.first_seen_at, arrived_at)) - epoch(f.accepted_at)) / 3600 AS hours "
        "FROM listed JOIN filings f USING (accession_number) LEFT JOIN first_seen s USING (accession_number) "
        "WHERE hours > 0 AND source_format IS DISTINCT FROM 'dataset')",
        [list(arrivals), list(arrivals.values())],
    ).fetchall()
    return Latency(*found[0]) if found[0][0] else None

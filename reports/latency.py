"""How soon after EDGAR accepted them filings were in the lake."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import duckdb


@dataclass(frozen=True, slots=True)
class Latency:
    """Times in hours, of filings whose time of acceptance is known."""

    filings: int
    days: int
    """Index dates that list them."""
    median: float
    most: float
    """95 of 100 were there sooner."""


def read_latency(connection: duckdb.DuckDBPyConnection, arrivals: Mapping[date, datetime]) -> Latency | None:
    """From when each index date was committed first, as an instant with its time zone; None without such a filing.

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
        "SELECT index_date, (epoch(arrived_at) - epoch(accepted_at)) / 3600 AS hours "
        "FROM listed JOIN filings USING (accession_number) "
        "WHERE accepted_at < arrived_at AND source_format IS DISTINCT FROM 'dataset')",
        [list(arrivals), list(arrivals.values())],
    ).fetchall()
    return Latency(*found[0]) if found[0][0] else None

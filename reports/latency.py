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
    found = connection.execute(
        "SELECT count(*), count(DISTINCT index_date), median(hours), quantile_cont(hours, 0.95) FROM ("
        "SELECT e.index_date, (epoch(a.arrived_at) - epoch(f.accepted_at)) / 3600 AS hours "
        "FROM (SELECT unnest(?::DATE[]) AS index_date, unnest(?::TIMESTAMPTZ[]) AS arrived_at) a "
        "JOIN index_entries e USING (index_date) JOIN filings f USING (accession_number) "
        "WHERE f.accepted_at < a.arrived_at AND f.source_format IS DISTINCT FROM 'dataset')",
        [list(arrivals), list(arrivals.values())],
    ).fetchall()
    return Latency(*found[0]) if found[0][0] else None

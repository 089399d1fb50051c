"""What an older parser made: the filings that a newer one may read otherwise, and those that the older one refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb

from ...tables import TABLES, QuarantinedFiling
from ..periods import bounds, destination_of
from ..versions.snapshot import EXACT, Snapshot, quoted
from .engine import rows, rows_with_instants


@dataclass(frozen=True, slots=True)
class OutdatedFiling:
    """A filing that an older parser read, or could not read."""

    accession_number: str
    filing_date: date
    form_type: str
    index_date: date
    """The date of the first index that lists it; its filing date where the lake knows of none."""
    index_dates: tuple[date, ...]
    """Each date under which the raw archive may have it."""
    quarantined: QuarantinedFiling | None
    """Its row of quarantine, where no parser could read it so far."""


def count_outdated(cursor: duckdb.DuckDBPyConnection, snapshot: Snapshot, version: int) -> dict[str, int]:
    """How many filings that a parser older than `version` read, or refused, the files of each period have, if any."""
    found: dict[str, int] = {}
    for name, condition in (("filings", _older(version)), ("quarantine", _REFUSED)):
        periods = {snapshot.path(each): each.period for each in snapshot.entries(name)}
        sql = f"SELECT filename, count(*) FROM ({snapshot.relation(name, filename=True)}) WHERE {condition} GROUP BY 1"
        for path, count in rows(cursor, sql):
            found[periods[path]] = found.get(periods[path], 0) + count
    return found


def list_outdated(
    cursor: duckdb.DuckDBPyConnection, snapshot: Snapshot, period: str, version: int
) -> list[OutdatedFiling]:
    """The filings of a day, month or year, by its index dates, that a parser older than `version` read or refused."""
    destination, merged = destination_of(period, snapshot.periods)
    first, last = bounds(destination)
    found = []
    for name, condition in (("filings", _older(version)), ("quarantine", _REFUSED)):
        columns = [f"o.{each}" for each in TABLES[name].column_names()] if name == "quarantine" else []
        # Whatever index dates there are, a row belongs to some part of the period that its file covers.
        sql = f"""
            WITH listed AS (
                SELECT accession_number, list(DISTINCT index_date) AS index_dates
                FROM ({snapshot.relation("index_entries", merged)}) GROUP BY ALL
            ), outdated AS (
                SELECT o.accession_number, o.filing_date, o.form_type,
                    coalesce(list_sort(l.index_dates), [o.filing_date]) AS index_dates,
                    greatest(DATE '{first}', least(DATE '{last}', index_dates[1])) AS index_date
                    {"".join(f", {each} AS quarantine_{each[2:]}" for each in columns)}
                FROM ({snapshot.relation(name, merged)}) o LEFT JOIN listed l USING (accession_number) WHERE {condition}
            )
            SELECT * FROM outdated WHERE starts_with(index_date::VARCHAR, {quoted(period)}) ORDER BY accession_number"""
        for accession, filed, form_type, index_dates, index_date, *row in rows_with_instants(cursor, sql):
            kept = QuarantinedFiling(**dict(zip(TABLES[name].column_names(), row, strict=True))) if row else None
            found.append(OutdatedFiling(accession, filed, form_type, index_date, tuple(index_dates), kept))
    return found


_REFUSED = "stage = 'parse'"


def _older(version: int) -> str:
    return f"{EXACT} AND coalesce(parser_version, 0) < {version}"

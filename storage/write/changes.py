"""What a commit changes: the files it writes, against one snapshot, so that an ingest's rows are upserted.

Works on a cursor of its own. Names there: `new_<table>` the rows to be stored; `fresh` the accessions of its filings,
`exact` those of them that are not a data set's; `tried` those it quarantines; `leaving_<table>` the keys of the rows
that go wherever they are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from ...tables import OPEN, TABLES, Kind, Table
from ..arrow import columns_id, sha256_of, write_parquet
from ..files.staging import unique_id
from ..lazy import lazy
from ..periods import YEAR_IN_ACCESSION, year_of
from ..read.engine import batches, register, rows, rows_with_instants, unoptimized
from ..versions.gathered import with_gathered
from ..versions.log import DataFile, Summary
from ..versions.snapshot import EXACT, Snapshot, select_files, select_nothing
from .amendments import plan_superseded
from .destinations import Destination, destinations_of
from .ingest import Ingest
from .sameness import same_rows

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.compute as pc
else:
    pa = lazy("pyarrow")
    pc = lazy("pyarrow.compute")


FEW = 2_000
"""Filings of a small commit."""


@dataclass(slots=True)
class Changes:
    """The files that a commit adds and removes; the added ones are staged, not yet durable."""

    commit: str
    staged: dict[str, Path] = field(default_factory=dict)
    added: list[DataFile] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    summary: Summary = field(default_factory=Summary)

    def write(
        self, cursor: duckdb.DuckDBPyConnection, table: Table, period: str, selects: Iterable[str], folder: Path
    ) -> None:
        """Stage one sorted file of `period` with the rows of SELECTs of all columns of a table; none if no row comes.

        Raises:
            LakeFull, LakeUnwritable: `folder` would not take the file.
        """
        columns, order = ", ".join(each.name for each in table.stored), ", ".join(table.sort)
        sql = f"SELECT {columns} FROM ({' UNION ALL '.join(selects)}) ORDER BY {order}"
        path = folder / f"{table.name}.{period}.parquet"
        years: set[str] = set()
        count = write_parquet(table, _noting(years, table, batches(cursor, sql)), path)
        if count:
            name = f"{table.name}/year={year_of(period)}/{period}.{self.commit}.parquet"
            self.staged[name] = path
            self.added.append(
                DataFile(
                    path=name,
                    table=table.name,
                    period=period,
                    rows=count,
                    bytes=path.stat().st_size,
                    sha256=sha256_of(path),
                    columns=columns_id(table),
                    years=sorted(years) if table.of_filing else None,
                )
            )


def _noting(years: set[str], table: Table, passing: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The batches, and meanwhile the years that their accession numbers name."""
    for batch in passing:
        if table.of_filing:
            cut = pc.utf8_slice_codeunits(
                batch.column("accession_number"), YEAR_IN_ACCESSION.start, YEAR_IN_ACCESSION.stop
            )
            years.update(cut.unique().to_pylist())
        yield batch


def plan_changes(cursor: duckdb.DuckDBPyConnection, snapshot: Snapshot, ingest: Ingest) -> Changes | None:
    """Write the files that put the ingest's rows into the snapshot; None if it has exactly those already.

    Raises:
        LakeFull, LakeUnwritable: the staging folder would not take the files.
    """
    passed_over = _declare_filings(cursor, snapshot, ingest)
    stored, upgraded = _declare_first_seen(cursor, snapshot, ingest)
    destinations = destinations_of(cursor, ingest, snapshot.periods)
    merged = [period for destination in destinations for period in destination.merged]
    waiting = _places(cursor, snapshot, "quarantine", "leaving_quarantine", ingest.filings | ingest.quarantined)
    _declare_quarantine(cursor, snapshot, ingest)
    delisted = _declare_index(cursor, snapshot, ingest, merged)
    outdated = plan_superseded(cursor, snapshot, stored)

    strays = {*stored, *waiting, *outdated}.difference(merged)
    changed = {
        destination.period: {
            table for table in TABLES.values() if _differs(cursor, snapshot, ingest, table, destination, bool(stored))
        }
        for destination in destinations
    }
    if not strays and not any(changed.values()):
        return None
    for name, read in (("index_days", bool(ingest.days)), ("datasets", ingest.dataset_read)):
        if read:  # the time of reading alone is not worth a commit
            changed[destinations[0].period].add(TABLES[name])

    changes = Changes(unique_id())
    writer = _Writer(cursor, snapshot, ingest, changes)
    for destination in destinations:
        # What moves into another period's file moves in every table.
        for table in TABLES.values():
            if table in changed[destination.period] or (changed[destination.period] and destination.moves):
                writer.rewrite(table, destination.period, destination.merged, destination.new(table))
    for period in sorted(strays):
        for table in TABLES.values():
            if _any(cursor, _leaving_rows(snapshot, table, [period])):
                writer.rewrite(table, period, [period], None)
    fresh = rows(cursor, "SELECT count(*) FROM fresh")[0][0]
    changes.summary = Summary(
        index_dates=[day.isoformat() for day, each in sorted(ingest.days.items()) if each.state != OPEN],
        filings_added=fresh - sum(stored.values()),
        filings_replaced=sum(stored.values()),
        quarantined=len(ingest.quarantined),
        quarantine_left=sum(waiting.values()),
        recovered=_recovered(cursor, snapshot) if waiting else [],
        delisted=delisted,
        upgraded=upgraded,
        passed_over=passed_over,
    )
    return changes


class _Writer:
    """Writes the changed files into the staging folder and keeps the account."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, snapshot: Snapshot, ingest: Ingest, changes: Changes) -> None:
        self._cursor = cursor
        self._snapshot = snapshot
        self._folder = ingest.staging.folder / changes.commit
        self._changes = changes
        self._ingest = ingest
        self._folder.mkdir()

    def rewrite(self, table: Table, period: str, sources: Iterable[str], new: str | None) -> None:
        """One file of `period` from the staying rows of the files of `sources` and those of a SELECT."""
        replaced = self._snapshot.entries(table.name, list(sources))
        parts = [new] if new and not _without_rows(table, self._ingest) else []
        if not (replaced or parts):
            return
        if replaced:
            parts.append(_staying_rows(self._snapshot, table, list(sources)))
        self._changes.write(self._cursor, table, period, parts, self._folder)
        self._changes.removed += [each.path for each in replaced]


_READ = [each for each in TABLES.values() if each.kind in (Kind.INDEX, Kind.DATASET)]
"""The tables that say what was read of EDGAR."""


def _without_rows(table: Table, ingest: Ingest) -> bool:
    """Whether the ingest's filings have no row of a table, which need not be asked for then."""
    return table.of_filing and ingest.rows_of(table.name) is None


def _leaving(table: Table) -> str:
    return "fresh" if table.of_filing else f"leaving_{table.name}"


def _leaving_rows(snapshot: Snapshot, table: Table, periods: list[str]) -> str:
    old = snapshot.relation(table.name, periods)
    return f"SELECT o.* FROM ({old}) o SEMI JOIN {_leaving(table)} USING ({', '.join(table.replaced_by)})"


def _staying_rows(snapshot: Snapshot, table: Table, periods: list[str]) -> str:
    old = snapshot.relation(table.name, periods)
    return f"SELECT o.* FROM ({old}) o ANTI JOIN {_leaving(table)} USING ({', '.join(table.replaced_by)})"


def _declare_filings(cursor: duckdb.DuckDBPyConnection, snapshot: Snapshot, ingest: Ingest) -> int:
    """The ingest's rows, but for a data set's filings that the lake has exactly; how many filings that leaves out."""
    register(cursor, "fresh", "accession_number", sorted(ingest.filings))
    register(cursor, "exact", "accession_number", sorted(ingest.filings - ingest.from_datasets))
    register(cursor, "tried", "accession_number", sorted(ingest.quarantined))
    if ingest.from_datasets:
        filings = snapshot.select(TABLES["filings"], snapshot.entries_with("filings", ingest.from_datasets))
        cursor.execute(
            f"DELETE FROM fresh WHERE accession_number IN (SELECT accession_number FROM ({filings}) WHERE {EXACT})"
        )
    # Of few rows, the search for the best plan takes longer than any plan.
    few = len(ingest.filings) <= FEW
    with unoptimized(cursor) if few else nullcontext():
        for table in TABLES.values():
            if table.of_filing or table in _READ:
                _declare_added(cursor, table, ingest)
    cursor.execute("CREATE OR REPLACE TEMP TABLE leaving_quarantine AS FROM exact UNION ALL FROM tried")
    return len(ingest.filings) - int(rows(cursor, "SELECT count(*) FROM fresh")[0][0])


def _declare_added(cursor: duckdb.DuckDBPyConnection, table: Table, ingest: Ingest) -> None:
    """The ingest's rows of one table; what is gathered is gathered once."""
    source = "TEMP TABLE" if table.gathered or not table.of_filing else "TEMP VIEW"
    added = _added(ingest, table)
    if ingest.from_datasets and table.of_filing:
        added = f"SELECT * FROM ({added}) SEMI JOIN fresh USING (accession_number)"
    name = f"{'added' if table.kept else 'new'}_{table.name}"
    cursor.execute(f"CREATE OR REPLACE {source} {name} AS {added}")


def _declare_first_seen(
    cursor: duckdb.DuckDBPyConnection, snapshot: Snapshot, ingest: Ingest
) -> tuple[dict[str, int], int]:
    """Say of each fresh filing when the lake had it first: as its earlier version does, else now.

    The periods that hold earlier versions with how many they hold, and how many of these are a data set's only.
    """
    table = TABLES["filings"]
    places = snapshot.entries_with("filings", ingest.filings)
    old = snapshot.select(table, places, filename=True)
    kept = [each.name for each in table.kept]
    cursor.execute(
        f"CREATE OR REPLACE TEMP TABLE seen AS SELECT accession_number, {', '.join(kept)}, filename, "
        f"{EXACT} AS exactly FROM ({old}) SEMI JOIN fresh USING (accession_number)"
    )
    now = {"first_seen_at": f"TIMESTAMPTZ '{datetime.now(UTC)}'", "first_seen_in": str(snapshot.version + 1)}
    values = (f"CASE WHEN s.accession_number IS NULL THEN {now[name]} ELSE s.{name} END AS {name}" for name in kept)
    # A commit asks for them again and again: a few are gathered once, many would not fit the memory.
    kind = "TABLE" if len(ingest.filings) <= FEW else "VIEW"
    cursor.execute(
        f"CREATE OR REPLACE TEMP {kind} new_filings AS SELECT n.* REPLACE ({', '.join(values)}) "
        "FROM added_filings n LEFT JOIN seen s USING (accession_number)"
    )
    periods = {snapshot.path(each): each.period for each in places}
    found = rows(cursor, "SELECT filename, count(*) FROM seen GROUP BY filename")
    ((upgraded,),) = rows(
        cursor, "SELECT count(*) FROM seen SEMI JOIN exact USING (accession_number) WHERE NOT exactly"
    )
    return {periods[path]: count for path, count in found}, int(upgraded)


def _added(ingest: Ingest, table: Table) -> str:
    """A SELECT of the rows that an ingest brings to a table, as the lake's files have them."""
    path = ingest.rows_of(table.name)
    if path is None:
        return select_nothing(table)
    sql = select_files(table, [str(path)], set(table.column_names()))
    if not table.gathered:
        return sql
    return with_gathered(
        table, sql, lambda name: f"FROM added_{name}" if name == "filings" else _added(ingest, TABLES[name])
    )


def _places(
    cursor: duckdb.DuckDBPyConnection,
    snapshot: Snapshot,
    table: str,
    wanted: str,
    accessions: Collection[str],
) -> dict[str, int]:
    """The periods that hold rows of the wanted accessions, a table of that name, and how many."""
    places = snapshot.entries_with(table, accessions)
    if not places:
        return {}
    periods = {snapshot.path(each): each.period for each in places}
    found = rows(
        cursor,
        f"SELECT filename, count(*) FROM ({snapshot.select(TABLES[table], places, filename=True)}) "
        f"SEMI JOIN {wanted} USING (accession_number) GROUP BY filename",
    )
    return {periods[path]: count for path, count in found}


def _declare_quarantine(cursor: duckdb.DuckDBPyConnection, snapshot: Snapshot, ingest: Ingest) -> None:
    table = TABLES["quarantine"]
    added = _added(ingest, table)
    cursor.execute(
        f"CREATE OR REPLACE TEMP TABLE new_quarantine AS "
        f"SELECT n.* REPLACE (coalesce(o.first_seen, n.first_seen) AS first_seen) FROM ({added}) n "
        f"LEFT JOIN ({snapshot.relation('quarantine')}) o USING (accession_number)"
    )
    if ingest.quarantined:
        # Another writer may have stored the filing since this one asked; its failure no longer matters then.
        filings = snapshot.select(TABLES["filings"], snapshot.entries_with("filings", ingest.quarantined))
        cursor.execute(
            f"DELETE FROM new_quarantine WHERE accession_number IN (SELECT accession_number FROM "
            f"({filings}) SEMI JOIN tried USING (accession_number) WHERE {EXACT})"
        )


def _declare_index(cursor: duckdb.DuckDBPyConnection, snapshot: Snapshot, ingest: Ingest, merged: list[str]) -> int:
    """The ingest's index rows, and beside them the entries that its indexes no longer list; how many are newly so."""
    delisted = 0
    if any(each.state == OPEN for each in ingest.days.values()):
        _leave_read_days(cursor, snapshot, merged)
    if ingest.days and snapshot.entries("index_entries", merged):
        gone = (
            f"SELECT o.* REPLACE (coalesce(o.delisted_at, d.read_at) AS delisted_at), o.delisted_at IS NULL AS newly "
            f"FROM ({snapshot.relation('index_entries', merged)}) o JOIN new_index_days d USING (index_date) "
            "ANTI JOIN new_index_entries USING (accession_number, index_date) "
            "WHERE d.state = 'whole' AND list_contains(string_split(replace(d.forms, ' ', ''), ','), o.form_type)"
        )
        cursor.execute(f"CREATE OR REPLACE TEMP TABLE gone AS {gone}")
        delisted = rows(cursor, "SELECT count(*) FROM gone WHERE newly")[0][0]
        cursor.execute("INSERT INTO new_index_entries SELECT * EXCLUDE (newly) FROM gone")
    for table in _READ:
        key = ", ".join(table.replaced_by)
        cursor.execute(f"CREATE OR REPLACE TEMP TABLE leaving_{table.name} AS SELECT {key} FROM new_{table.name}")
    return delisted


def _leave_read_days(cursor: duckdb.DuckDBPyConnection, snapshot: Snapshot, merged: list[str]) -> None:
    """Say nothing of open days whose index another writer has read meanwhile: it knows better than the feed."""
    cursor.execute(
        f"CREATE OR REPLACE TEMP TABLE read_already AS SELECT index_date FROM "
        f"({snapshot.relation('index_days', merged)}) o JOIN new_index_days n USING (index_date) "
        f"WHERE n.state = '{OPEN}' AND o.state NOT IN ('not published', '{OPEN}')"
    )
    for table in ("index_entries", "index_days"):
        cursor.execute(f"DELETE FROM new_{table} WHERE index_date IN (FROM read_already)")


def _differs(
    cursor: duckdb.DuckDBPyConnection,
    snapshot: Snapshot,
    ingest: Ingest,
    table: Table,
    destination: Destination,
    replacing: bool,
) -> bool:
    """Whether a destination's new rows differ from those that leave it for them, the time of reading apart.

    `replacing`: the lake holds some of the ingest's filings.
    """
    new = destination.new(table)
    merged = destination.merged if replacing or not table.of_filing else []
    if replacing and any(each.columns != columns_id(table) for each in snapshot.entries(table.name, merged)):
        return True  # files of an older declaration become what they are now; until then questions gather
    if not snapshot.entries(table.name, merged):
        every = table.of_filing and destination.months is None
        return not _without_rows(table, ingest) and (every or _any(cursor, new))
    columns = [each for each in table.stored if each.name != "read_at"]
    return not same_rows(cursor, columns, _leaving_rows(snapshot, table, merged), new)


def _any(cursor: duckdb.DuckDBPyConnection, sql: str) -> bool:
    return bool(cursor.execute(f"SELECT 1 FROM ({sql}) LIMIT 1").fetchall())


def _recovered(cursor: duckdb.DuckDBPyConnection, snapshot: Snapshot) -> list[dict[str, str | int]]:
    """The rows of quarantine of filings that are stored by this commit, as the log keeps them; times are UTC."""
    columns = "accession_number", "stage", "reason", "attempts", "first_seen", "last_tried"
    sql = (
        f"SELECT {', '.join(columns)} FROM ({snapshot.relation('quarantine')}) "
        "SEMI JOIN exact USING (accession_number) ORDER BY accession_number"
    )
    return [
        {
            name: value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
            for name, value in zip(columns, row, strict=True)
        }
        for row in rows_with_instants(cursor, sql)
    ]

"""What a commit changes: the files it writes, against one snapshot, so that an ingest's rows are upserted.

Works on a cursor of its own. Names there: `new_<table>` the rows to be stored; `fresh` the accessions of its filings;
`tried` those it quarantines; `leaving_<table>` the keys of the rows that go wherever they are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from storage.amendments import plan_superseded
from storage.arrow import columns_id, sha256_of, sort_columns, write_parquet
from storage.engine import batches, register, rows
from storage.ingest import Ingest
from storage.labels import YEAR_IN_ACCESSION, home_of, year_of
from storage.lazy import lazy
from storage.log import DataFile, Summary
from storage.snapshot import Snapshot, select_files, select_nothing
from storage.staging import unique_id
from tables import TABLES, Table

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.compute as pc
else:
    pa = lazy("pyarrow")
    pc = lazy("pyarrow.compute")


@dataclass(slots=True)
class Changes:
    """The files that a commit adds and removes; the added ones are staged, not yet durable."""

    commit: str
    staged: dict[str, Path] = field(default_factory=dict)
    added: list[DataFile] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    summary: Summary = field(default_factory=Summary)

    def write(
        self, cursor: duckdb.DuckDBPyConnection, table: Table, label: str, selects: Iterable[str], folder: Path
    ) -> None:
        """Stage one sorted file of `label` with the rows of SELECTs of all columns of a table; none if no row comes.

        Raises:
            LakeFull, LakeUnwritable: `folder` would not take the file.
        """
        columns, order = ", ".join(table.column_names()), ", ".join(sort_columns(table))
        sql = f"SELECT {columns} FROM ({' UNION ALL '.join(selects)}) ORDER BY {order}"
        path = folder / f"{table.name}.{label}.parquet"
        years: set[str] = set()
        count = write_parquet(table, _noting(years, table, batches(cursor, sql)), path)
        if count:
            name = f"{table.name}/year={year_of(label)}/{label}.{self.commit}.parquet"
            self.staged[name] = path
            self.added.append(
                DataFile(
                    path=name,
                    table=table.name,
                    label=label,
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
    """Write the files that bring the snapshot to hold the ingest's rows; None if it holds just those already.

    Raises:
        LakeFull, LakeUnwritable: the staging folder would not take the files.
    """
    home, merged = home_of(ingest.label, snapshot.labels)
    _declare_filings(cursor, ingest)
    stored = _places(cursor, snapshot, "filings", "fresh", ingest.filings)
    waiting = _places(cursor, snapshot, "quarantine", "settled", ingest.filings | ingest.quarantined)
    _declare_quarantine(cursor, snapshot, ingest)
    delisted = _declare_index(cursor, snapshot, ingest, merged)
    outdated = plan_superseded(cursor, snapshot, stored)

    strays = {*stored, *waiting, *outdated}.difference(merged)
    changed = {
        table.name
        for table in TABLES.values()
        if _differs(cursor, snapshot, table, merged if stored or not table.of_filing else [])
    }
    if not changed and not strays:
        return None
    if ingest.days:
        changed.add("index_days")

    changes = Changes(unique_id())
    writer = _Writer(cursor, snapshot, ingest, changes)
    for name in TABLES if merged != [home] else sorted(changed):
        writer.rewrite(TABLES[name], home, merged)
    for label in sorted(strays):
        for table in TABLES.values():
            if _any(cursor, _leaving_rows(snapshot, table, [label])):
                writer.rewrite(table, label, [label], new=False)
    changes.summary = Summary(
        index_dates=[each.isoformat() for each in sorted(ingest.days)],
        filings_added=len(ingest.filings) - sum(stored.values()),
        filings_replaced=sum(stored.values()),
        quarantined=len(ingest.quarantined),
        quarantine_left=sum(waiting.values()),
        recovered=_recovered(cursor, snapshot) if waiting else [],
        delisted=delisted,
    )
    return changes


class _Writer:
    """Writes the changed files into the staging folder and keeps the account."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, snapshot: Snapshot, ingest: Ingest, changes: Changes) -> None:
        self._cursor = cursor
        self._snapshot = snapshot
        self._folder = ingest.staging.folder / changes.commit
        self._changes = changes
        self._without_rows = {each.name for each in TABLES.values() if each.of_filing and not ingest.rows_of(each.name)}
        self._folder.mkdir()

    def rewrite(self, table: Table, label: str, sources: Iterable[str], *, new: bool = True) -> None:
        """One file of `label` from the staying rows of the files of `sources` and, if `new`, the ingest's."""
        replaced = self._snapshot.entries(table.name, list(sources))
        new = new and table.name not in self._without_rows
        if not (replaced or new):
            return
        parts = [f"SELECT * FROM new_{table.name}"] if new else []
        if replaced:
            parts.append(_staying_rows(self._snapshot, table, list(sources)))
        self._changes.write(self._cursor, table, label, parts, self._folder)
        self._changes.removed += [each.path for each in replaced]


_KEYS = {
    "quarantine": "accession_number",
    "superseded": "accession_number, superseded_by",
    "index_entries": "accession_number, index_date",
    "index_days": "index_date",
}


def _key(table: Table) -> str:
    return "accession_number" if table.of_filing else _KEYS[table.name]


def _leaving(table: Table) -> str:
    return "fresh" if table.of_filing else f"leaving_{table.name}"


def _leaving_rows(snapshot: Snapshot, table: Table, labels: list[str]) -> str:
    return (
        f"SELECT o.* FROM ({snapshot.relation(table.name, labels)}) o SEMI JOIN {_leaving(table)} USING ({_key(table)})"
    )


def _staying_rows(snapshot: Snapshot, table: Table, labels: list[str]) -> str:
    return (
        f"SELECT o.* FROM ({snapshot.relation(table.name, labels)}) o ANTI JOIN {_leaving(table)} USING ({_key(table)})"
    )


def _declare_filings(cursor: duckdb.DuckDBPyConnection, ingest: Ingest) -> None:
    for table in TABLES.values():
        if table.of_filing or table.name in ("index_entries", "index_days"):
            path = ingest.rows_of(table.name)
            source = "TEMP VIEW" if table.of_filing else "TEMP TABLE"
            rows_added = select_files(table, [str(path)]) if path else select_nothing(table)
            cursor.execute(f"CREATE OR REPLACE {source} new_{table.name} AS {rows_added}")
    register(cursor, "fresh", "accession_number", sorted(ingest.filings))
    register(cursor, "tried", "accession_number", sorted(ingest.quarantined))
    cursor.execute("CREATE OR REPLACE TEMP TABLE settled AS SELECT * FROM fresh UNION ALL SELECT * FROM tried")
    cursor.execute("CREATE OR REPLACE TEMP TABLE leaving_quarantine AS SELECT * FROM settled")


def _places(
    cursor: duckdb.DuckDBPyConnection, snapshot: Snapshot, table: str, wanted: str, accessions: Collection[str]
) -> dict[str, int]:
    """The labels that hold rows of the wanted accessions, a table of that name, and how many."""
    places = snapshot.entries_with(table, accessions)
    if not places:
        return {}
    labels = {snapshot.path(each): each.label for each in places}
    found = rows(
        cursor,
        f"SELECT filename, count(*) FROM ({snapshot.select(TABLES[table], places, filename=True)}) "
        f"SEMI JOIN {wanted} USING (accession_number) GROUP BY filename",
    )
    return {labels[path]: count for path, count in found}


def _declare_quarantine(cursor: duckdb.DuckDBPyConnection, snapshot: Snapshot, ingest: Ingest) -> None:
    table = TABLES["quarantine"]
    path = ingest.rows_of(table.name)
    added = select_files(table, [str(path)]) if path else select_nothing(table)
    cursor.execute(
        f"CREATE OR REPLACE TEMP TABLE new_quarantine AS "
        f"SELECT n.* REPLACE (coalesce(o.first_seen, n.first_seen) AS first_seen) FROM ({added}) n "
        f"LEFT JOIN ({snapshot.relation('quarantine')}) o USING (accession_number)"
    )
    if ingest.quarantined:
        # Another writer may have stored the filing since this one asked; then its failure is no news.
        filings = snapshot.select(TABLES["filings"], snapshot.entries_with("filings", ingest.quarantined))
        cursor.execute(
            f"DELETE FROM new_quarantine WHERE accession_number IN (SELECT accession_number FROM "
            f"({filings}) SEMI JOIN tried USING (accession_number))"
        )


def _declare_index(cursor: duckdb.DuckDBPyConnection, snapshot: Snapshot, ingest: Ingest, merged: list[str]) -> int:
    """The ingest's index rows, and beside them the entries that its indexes no longer list; how many are newly so."""
    delisted = 0
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
    for name in ("index_entries", "index_days"):
        cursor.execute(f"CREATE OR REPLACE TEMP TABLE leaving_{name} AS SELECT {_KEYS[name]} FROM new_{name}")
    return delisted


def _differs(cursor: duckdb.DuckDBPyConnection, snapshot: Snapshot, table: Table, merged: list[str]) -> bool:
    """Whether the ingest's rows are others than those that leave for them; when a day was read is no difference."""
    columns = ", ".join(each for each in table.column_names() if (table.name, each) != ("index_days", "read_at"))
    new = f"SELECT {columns} FROM new_{table.name}"
    if not snapshot.entries(table.name, merged):
        return _any(cursor, new)
    old = f"SELECT {columns} FROM ({_leaving_rows(snapshot, table, merged)})"
    return _any(cursor, f"({old} EXCEPT ALL {new}) UNION ALL ({new} EXCEPT ALL {old})")


def _any(cursor: duckdb.DuckDBPyConnection, sql: str) -> bool:
    return bool(rows(cursor, f"SELECT 1 FROM ({sql}) LIMIT 1"))


def _recovered(cursor: duckdb.DuckDBPyConnection, snapshot: Snapshot) -> list[dict[str, str | int]]:
    """The rows of quarantine of filings that are stored by this commit, as the log keeps them; times are UTC."""
    columns = "accession_number", "stage", "reason", "attempts", "first_seen", "last_tried"
    sql = (
        f"SELECT {', '.join(columns)} FROM ({snapshot.relation('quarantine')}) "
        "SEMI JOIN fresh USING (accession_number) ORDER BY accession_number"
    )
    return [
        {
            name: value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
            for name, value in zip(columns, row, strict=True)
        }
        for row in rows(cursor, sql)
    ]

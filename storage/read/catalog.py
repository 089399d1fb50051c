"""The DuckDB catalog: views over the files of one snapshot, for any DuckDB.

Two forms of the same: `catalog.duckdb`, to be opened, and `views.sql`, to be run. `catalog.json` says of which version,
and has the checksums of both: one that was changed is never opened, nor is the next made from it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from ...tables import TABLES
from ..arrow import sha256_of
from ..errors import writing
from ..files.locks import temporary_folder
from ..files.place import Files
from ..versions.seal import sealed, unsealed
from ..versions.snapshot import Snapshot, quoted
from .engine import MEMORY_LIMIT, Options, check_files, options
from .views import FILES, ROW_TABLES, declared_script, definition, macros_script, template_script

CATALOG = "catalog.duckdb"
SCRIPT = "views.sql"
STATE = "catalog.json"

_LAKE_SNAPSHOT = "Which version of the lake these views show, where it is, and when they were made."
_LAKE_SNAPSHOT_COLUMNS = {
    "version": "Number of the lake's newest commit when they were made.",
    "lake": "The lake's folder.",
    "published_at": "When they were made.",
    "definition": "Id of the tables and views that the program which made them declares.",
}
_LAKE_TABLES = "What each table takes in this version of the lake: its rows and its Parquet files."
_LAKE_TABLES_COLUMNS = {
    "table_name": "Name of the table.",
    "row_count": "Its rows.",
    "file_count": "Its Parquet files.",
    "byte_count": "Their size in bytes.",
}
# 2.0's own storage version could not be opened by the 1.x command line.
_STORAGE_VERSION = "v1.0.0"
_WRITING: Options = {"storage_compatibility_version": _STORAGE_VERSION}
_attached = count()
"""What tells apart the catalogs that one DuckDB renews at a time."""


@dataclass(frozen=True, slots=True)
class Published:
    """What a published catalog shows, and who made it."""

    version: int
    """The lake's version."""
    lake: str
    """Where the files are that its views read."""
    definition: str
    """The id of the tables and views that the program declared."""
    checksums: dict[str, str] = field(default_factory=dict, compare=False)
    """SHA-256 of its two forms, by name; those of older programs have none."""


def published(files: Files) -> Published | None:
    """What the published catalog shows; None where there is none, or nothing says."""
    if state := read_state(files):
        return state
    # A lake that an older program wrote says it in its catalog only.
    connection = open_published(files)
    if connection is None:
        return None
    with connection:
        return shown(connection)


def read_state(files: Files) -> Published | None:
    """What `catalog.json` says; None where it is missing or not what was written."""
    try:
        found = unsealed(json.loads(files.read(STATE)))
        state = Published(**found) if found else None
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        return None
    return state if state and isinstance(state.version, int) and isinstance(state.checksums, dict) else None


def is_what_was_written(files: Files, name: str, content: bytes) -> bool:
    """Whether a form of the catalog has its checksum; also where there is none to compare."""
    state = read_state(files)
    return state is None or state.checksums.get(name) in (None, sha256(content).hexdigest())


def published_version(files: Files) -> int:
    """The version that the published catalog shows, which the log must have; 0 where there is none."""
    found = published(files)
    return found.version if found else 0


def other_place(files: Files) -> str | None:
    """The place that the published views read from, if that is not the lake itself: it was moved, or is a copy."""
    found = published(files)
    place = found.lake if found else files.location
    same = place == files.location or (Path(place).exists() and Path(place).samefile(files.location))
    return None if same else place


def publish_catalog(files: Files, snapshot: Snapshot, engine: duckdb.DuckDBPyConnection) -> None:
    """Put the catalog of a snapshot in place, whole, in all its forms; nothing if it is there already.

    Called while holding the publishing lock. A reader that has the old catalog open keeps it. `engine` reads the files.
    """
    state = Published(snapshot.version, snapshot.place.location, definition())
    if published(files) == state and all(map(files.has, (CATALOG, SCRIPT, STATE))):
        return
    snapshot_script = script_of_files(snapshot)
    with files.scratch() as folder:
        with writing(folder):
            (folder / CATALOG).write_bytes(_catalog(files, snapshot_script, engine))
            (folder / CATALOG).chmod(0o444)
            (folder / SCRIPT).write_text(script_of(snapshot, snapshot_script), encoding="utf-8")
            state = replace(state, checksums={name: sha256_of(folder / name) for name in (CATALOG, SCRIPT)})
            (folder / STATE).write_text(json.dumps(sealed(asdict(state)), indent=1), encoding="utf-8")
        files.supersede(folder / CATALOG, CATALOG, snapshot.version)
        files.remove(f"{CATALOG}.wal")
        for name in (SCRIPT, STATE):
            files.supersede(folder / name, name, snapshot.version)


def connect(files: Files, snapshot: Snapshot) -> duckdb.DuckDBPyConnection:
    """A connection to the views of a snapshot, instants shown in New York time. It holds no lock and changes no lake.

    It shares nothing with any other connection: what is set or locked there holds there. What does not fit into
    `MEMORY_LIMIT` is spilled to the system's folder for temporary files; `SET memory_limit` gives it more.

    Raises:
        LakeDamaged: a file of the snapshot is missing or has another size.
    """
    check_files(snapshot, deep=False)
    connection = open_published(files)
    if connection and shown(connection) != Published(snapshot.version, files.location, definition()):
        connection.close()
        connection = None
    connection = connection or fresh_catalog(files, snapshot)
    # The files never change: their footers are read once a connection, not with every question.
    connection.execute(
        f"SET TimeZone = 'America/New_York'; SET parquet_metadata_cache = true; SET memory_limit = '{MEMORY_LIMIT}'"
    )
    return connection


def shown(connection: duckdb.DuckDBPyConnection) -> Published | None:
    """What an open catalog says of itself."""
    try:
        found = connection.sql("SELECT version, lake, definition FROM lake_snapshot").fetchall()
    except duckdb.Error:
        return None
    return Published(*found[0])


def open_published(files: Files, *, as_it_is: bool = False) -> duckdb.DuckDBPyConnection | None:
    """The published catalog; None where there is none that can be opened or, but for `as_it_is`, it was changed."""
    try:
        content = files.read(CATALOG)
        return _open(files, content) if as_it_is or is_what_was_written(files, CATALOG, content) else None
    except (OSError, duckdb.Error):
        return None


def fresh_catalog(files: Files, snapshot: Snapshot) -> duckdb.DuckDBPyConnection:
    """The catalog of a snapshot, made for this connection only."""
    with duckdb.connect(":memory:", config=options()) as engine:
        files.serve(engine)
        catalog = _catalog(files, script_of_files(snapshot), engine)
    return _open(files, catalog)


def _open(files: Files, catalog: bytes) -> duckdb.DuckDBPyConnection:
    """Open a catalog from a copy of its own: DuckDB shares one instance between all connections to a path."""
    with _own_place() as path:
        path.write_bytes(catalog)
        connection = duckdb.connect(path, read_only=True, config=options())
    files.serve(connection)
    return connection


def _catalog(files: Files, snapshot_script: str, engine: duckdb.DuckDBPyConnection) -> bytes:
    """The bytes of a catalog whose views read the files of a snapshot."""
    with suppress(OSError, duckdb.Error, _OtherViews):  # there is none, it is damaged or of another program
        content = files.read(CATALOG)
        if is_what_was_written(files, CATALOG, content):
            return _renewed(engine, content, snapshot_script)
    return _renewed(engine, _template(template_script(), definition()), snapshot_script)


class _OtherViews(Exception):
    """A catalog has the views of another program."""


def _renewed(engine: duckdb.DuckDBPyConnection, catalog: bytes, snapshot_script: str) -> bytes:
    """A catalog made from another, which has the views of this program.

    Raises:
        _OtherViews: it has others.
        duckdb.Error: it is damaged.
    """
    name = f"renewed_{next(_attached)}"
    with _own_place() as path:
        path.write_bytes(catalog)
        try:
            with engine.cursor() as cursor:
                # To open a DuckDB of its own for it takes longer than all the rest.
                cursor.execute(f"ATTACH {quoted(str(path))} AS {name} (STORAGE_VERSION '{_STORAGE_VERSION}')")
                cursor.execute(f"USE {name}")
                shows = shown(cursor)
                if shows is None or shows.definition != definition():
                    raise _OtherViews
                _run(cursor, snapshot_script)
        finally:
            with engine.cursor() as cursor:
                cursor.execute(f"DETACH DATABASE IF EXISTS {name}")
        return path.read_bytes()


@lru_cache(maxsize=1)
def _template(script: str, declared: str) -> bytes:
    """A catalog whose views read no file, as version 0: making its many views and comments takes the most time."""
    shows = f"CREATE VIEW lake_snapshot AS SELECT 0 AS version, '' AS lake, {quoted(declared)} AS definition;"
    with _own_place() as path:
        with duckdb.connect(path, config=options() | _WRITING) as connection:
            _run(connection, f"{script}{shows}")
        return path.read_bytes()


@contextmanager
def _own_place() -> Iterator[Path]:
    """A path that no other connection has; its name goes at the end, and DuckDB keeps the open file."""
    with writing(folder := temporary_folder()), TemporaryDirectory(prefix="form4lake-", dir=folder) as made:
        yield Path(made, CATALOG)


def _run(connection: duckdb.DuckDBPyConnection, script: str) -> None:
    connection.execute("BEGIN")
    connection.execute(script)
    connection.execute("COMMIT")


def script_of(snapshot: Snapshot, files_script: str) -> str:
    """The content of `views.sql`, given the SQL of what differs from snapshot to snapshot."""
    headline = f"-- Views of version {snapshot.version} of the lake {snapshot.place.location}.\n"
    return f"{headline}{macros_script()}{files_script}{declared_script()}"


def script_of_files(snapshot: Snapshot) -> str:
    """The SQL of what differs from snapshot to snapshot."""
    statements = [f"CREATE SCHEMA IF NOT EXISTS {FILES};\n"]
    for name in TABLES:
        # People's questions seldom need what old files lack of the gathered columns, and gathering takes long.
        plain = snapshot.relation(name, gathered=name not in ROW_TABLES)
        statements.append(f"CREATE OR REPLACE VIEW {FILES}.{name} AS\n{plain};\n")
        if name in ROW_TABLES:
            whole = snapshot.relation(name)
            source = f"FROM {FILES}.{name}" if whole == plain else whole
            statements.append(f"CREATE OR REPLACE VIEW {FILES}.gathered_{name} AS\n{source};\n")
    statements.append(
        f"CREATE OR REPLACE VIEW lake_snapshot AS "
        f"SELECT {snapshot.version} AS version, {quoted(snapshot.place.location)} AS lake, "
        f"TIMESTAMPTZ '{datetime.now(UTC):%Y-%m-%d %H:%M:%S+00}' AS published_at, "
        f"{quoted(definition())} AS definition;\nCOMMENT ON VIEW lake_snapshot IS {quoted(_LAKE_SNAPSHOT)};\n"
    )
    statements += (
        f"COMMENT ON COLUMN lake_snapshot.{name} IS {quoted(doc)};\n" for name, doc in _LAKE_SNAPSHOT_COLUMNS.items()
    )
    return "".join(statements) + _tables_view(snapshot)


def _tables_view(snapshot: Snapshot) -> str:
    taken = ", ".join(
        f"({quoted(name)}, {sum(each.rows for each in files)}, {len(files)}, {sum(each.bytes for each in files)})"
        for name, files in ((name, snapshot.entries(name)) for name in TABLES)
    )
    columns = ", ".join(f"{name}::BIGINT AS {name}" for name in list(_LAKE_TABLES_COLUMNS)[1:])
    comments = "".join(
        f"COMMENT ON COLUMN lake_tables.{name} IS {quoted(doc)};\n" for name, doc in _LAKE_TABLES_COLUMNS.items()
    )
    return (
        f"CREATE OR REPLACE VIEW lake_tables AS\nSELECT table_name, {columns}\n"
        f"FROM (VALUES {taken}) AS taken ({', '.join(_LAKE_TABLES_COLUMNS)});\n"
        f"COMMENT ON VIEW lake_tables IS {quoted(_LAKE_TABLES)};\n{comments}"
    )

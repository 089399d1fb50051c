"""The DuckDB catalog: views over the files of one snapshot, for any DuckDB.

Two forms of the same: `catalog.duckdb`, to be opened, and `views.sql`, to be run.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from pathlib import Path

import duckdb

from ...sec_tables import SEC_TABLES
from ...tables import TABLES, Table
from ..errors import writing
from ..files.place import Files
from ..versions.snapshot import Snapshot, quoted, select_nothing
from .engine import check_files
from .sec_views import sec_query

CATALOG = "catalog.duckdb"
SCRIPT = "views.sql"

FILES = "lake_files"
"""The schema of the views that name the files, below the tables that people read."""

ORDER = (
    "transaction_codes",
    "business_days",
    "current_filings",
    "trades",
    "insider_buys",
    "insider_sells",
    "cluster_buys",
    "plan_trades",
    "late_filings",
    "latest_holdings",
    "coverage",
)
"""The views of `storage/read/sql/views`, each after those it reads."""

_DECLARED = "-- From here on the same for every version of the lake.\n"
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
_DOCUMENTED = re.compile(r"^-- (?:@(?P<column>\w+)|\((?P<parameter>\w+)\)): (?P<meaning>.*)$")
_VIEWS_OF = re.compile(rb"-- Views of version (\d+) of the lake (.*), declared by ")
_OFFLINE: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
# 2.0's own storage version could not be opened by the 1.x command line.
_WRITING: dict[str, str | bool | int | float | list[str]] = {**_OFFLINE, "storage_compatibility_version": "v1.0.0"}


@dataclass(frozen=True, slots=True)
class View:
    """One view as its file has it: what it answers, what its columns mean, its query.

    One with parameters is a table macro: `FROM cluster_buys(30, 3, 100000)`.
    """

    name: str
    doc: str
    columns: dict[str, str]
    """What columns mean that no table has, by name."""
    parameters: dict[str, str]
    """What the parameters of a macro mean, by name, in order."""
    query: str

    @property
    def statements(self) -> str:
        """The SQL that makes it, with the comment on it; of a macro, the comment names parameters and columns too."""
        if not self.parameters:
            return (
                f"CREATE OR REPLACE VIEW {self.name} AS\n{self.query};\n"
                f"COMMENT ON VIEW {self.name} IS {quoted(self.doc)};\n"
            )
        meanings = "; ".join(f"{name}: {doc}" for name, doc in (self.parameters | self.columns).items())
        return (
            f"CREATE OR REPLACE MACRO {self.name}({', '.join(self.parameters)}) AS TABLE\n{self.query};\n"
            f"COMMENT ON MACRO TABLE {self.name} IS {quoted(f'{self.doc} {meanings}')};\n"
        )


@cache
def views() -> tuple[View, ...]:
    """The views over the tables, from `.sql` files: a comment, `-- @column: …`, `-- (parameter): …`, the query."""
    folder = resources.files(__package__).joinpath("sql", "views")
    return tuple(_read_view(name, folder.joinpath(f"{name}.sql").read_text(encoding="utf-8")) for name in ORDER)


@cache
def sec_views() -> tuple[View, ...]:
    """The views of the schema `sec`, named with it: `sec.SUBMISSION`."""
    return tuple(
        View(f"sec.{each.name}", each.doc, {column.name: column.doc for column in each.columns}, {}, sec_query(each))
        for each in SEC_TABLES.values()
    )


def view(name: str) -> View:
    """One of the views, by name."""
    return next(each for each in (*views(), *sec_views()) if each.name == name)


def views_script(snapshot: Snapshot, declared: str | None = None) -> str:
    """The SQL that makes every view of a snapshot, with comments on views and columns; any DuckDB can run it.

    `declared` is the part that is the same for every snapshot, where it is at hand.
    """
    return f"{_headline(snapshot)}\n{_snapshot_views(snapshot)}{declared or _declared_views()}"


def _snapshot_views(snapshot: Snapshot) -> str:
    """What differs from snapshot to snapshot: in a schema of its own, so that no view which people read, with its many
    comments, has to be made anew by each commit."""
    statements = [f"CREATE SCHEMA IF NOT EXISTS {FILES};\n"]
    statements += (f"CREATE OR REPLACE VIEW {FILES}.{name} AS\n{snapshot.relation(name)};\n" for name in TABLES)
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


def _declared_views() -> str:
    """What follows from the declaration of tables and views alone."""
    statements = [_DECLARED]
    for table in TABLES.values():
        statements.append(f"CREATE OR REPLACE VIEW {table.name} AS {_public(table)};\n")
        statements.append(f"COMMENT ON VIEW {table.name} IS {quoted(table.doc)};\n")
    statements += (each.statements for each in views())
    statements.append("CREATE SCHEMA IF NOT EXISTS sec;\n")
    statements += (each.statements for each in sec_views())
    statements.append(_column_comments())
    return "".join(statements)


def _public(table: Table) -> str:
    besides = ", ".join(each.name for each in table.gathered)
    return f"SELECT *{f' EXCLUDE ({besides})' if besides else ''} FROM {FILES}.{table.name}"


def script_version(files: Files) -> int:
    """The version that `views.sql` is of; 0 where there is none."""
    found = _views_of(files)
    return int(found[1]) if found else 0


def other_place(files: Files) -> str | None:
    """The place that the published views read from, if that is not the lake itself: it was moved, or is a copy."""
    found = _views_of(files)
    place = found[2].decode() if found else files.location
    same = place == files.location or (Path(place).exists() and Path(place).samefile(files.location))
    return None if same else place


def _views_of(files: Files) -> re.Match[bytes] | None:
    try:
        return _VIEWS_OF.match(files.read(SCRIPT))
    except FileNotFoundError:
        return None


def publish_catalog(files: Files, snapshot: Snapshot) -> None:
    """Put `catalog.duckdb` and `views.sql` of a snapshot in place, whole; nothing if they are there already.

    Called while holding the publishing lock. A reader that has the old catalog open keeps it.
    """
    old = files.read(SCRIPT).decode() if files.has(CATALOG) and files.has(SCRIPT) else ""
    headline, _, rest = old.partition("\n")
    if headline == _headline(snapshot):
        return
    _, mark, declared = rest.partition(_DECLARED)
    known = headline.endswith(_declared_by()) and bool(mark)
    script = views_script(snapshot, mark + declared if known else None)
    with files.scratch() as folder:
        staged = folder / CATALOG
        with writing(folder):
            if not (known and _renew(files, files.read(CATALOG), staged, _snapshot_views(snapshot))):
                _build(files, staged, script)
            staged.chmod(0o444)
            (folder / SCRIPT).write_bytes(script.encode())
        files.supersede(staged, CATALOG, snapshot.version)
        files.remove(f"{CATALOG}.wal")
        files.supersede(folder / SCRIPT, SCRIPT, snapshot.version)


def connect(files: Files, snapshot: Snapshot) -> duckdb.DuckDBPyConnection:
    """A connection to the views of a snapshot, instants shown in New York time. It holds no lock and changes no lake.

    Raises:
        LakeDamaged: a file of the snapshot is missing or has another size.
    """
    check_files(snapshot, deep=False)
    connection = _open_catalog(files, snapshot)
    if connection is None:
        connection = duckdb.connect(":memory:", config=_OFFLINE)
        files.serve(connection)
        connection.execute(views_script(snapshot))
    # The files never change: their footers are read once a connection, not with every question.
    connection.execute("SET TimeZone = 'America/New_York'; SET parquet_metadata_cache = true")
    return connection


def catalog_fault(files: Files, snapshot: Snapshot) -> str | None:
    """What is wrong with the published catalog, in words; None if it shows this snapshot."""
    if not snapshot.version:
        return None
    connection = _open_catalog(files, snapshot)
    if connection is None:
        if place := other_place(files):
            return f"reads the files of {place}, where the lake was or a copy of it is"
        return f"is missing, broken, or not of version {snapshot.version} and this program"
    connection.close()
    return None


def definition() -> str:
    """A short id of the tables and views that this program declares."""
    declared = "".join(each.statements + str(each.columns) for each in (*views(), *sec_views()))
    text = declared + str(list(TABLES.values())) + str(_LAKE_TABLES_COLUMNS)
    return f"{zlib.crc32(text.encode()):08x}"


def _open_catalog(files: Files, snapshot: Snapshot) -> duckdb.DuckDBPyConnection | None:
    """The published catalog, if it is of this snapshot, this place and this program."""
    path = files.fetched(CATALOG)
    if path is None:
        return None
    try:
        connection = duckdb.connect(path, read_only=True, config=_OFFLINE)
    except duckdb.Error:
        return None
    files.serve(connection)
    try:
        found = connection.sql("SELECT version, lake, definition FROM lake_snapshot").fetchall()
    except duckdb.Error:
        found = []
    if found == [(snapshot.version, files.location, definition())]:
        return connection
    connection.close()
    return None


def _renew(files: Files, old: bytes, path: Path, script: str) -> bool:
    """A catalog from an older one of the same declaration; False, and none made, if the older one is not that."""
    path.write_bytes(old)
    try:
        with duckdb.connect(path, config=_WRITING) as connection:
            files.serve(connection)
            if connection.sql("SELECT definition FROM lake_snapshot").fetchall() == [(definition(),)]:
                _run(connection, script)
                return True
    except duckdb.Error:
        pass  # somebody damaged it; it is built from nothing then
    path.unlink()
    return False


def _build(files: Files, path: Path, script: str) -> None:
    with duckdb.connect(path, config=_WRITING) as connection:
        files.serve(connection)
        _run(connection, script)


def _run(connection: duckdb.DuckDBPyConnection, script: str) -> None:
    connection.execute("BEGIN")
    connection.execute(script)
    connection.execute("COMMIT")


def _headline(snapshot: Snapshot) -> str:
    return f"-- Views of version {snapshot.version} of the lake {snapshot.place.location}, {_declared_by()}"


def _declared_by() -> str:
    return f"declared by {definition()}."


def _read_view(name: str, text: str) -> View:
    doc: list[str] = []
    columns: dict[str, str] = {}
    parameters: dict[str, str] = {}
    lines = iter(text.splitlines())
    query: list[str] = []
    for line in lines:
        if documented := _DOCUMENTED.match(line):
            if documented["column"]:
                columns[documented["column"]] = documented["meaning"]
            else:
                parameters[documented["parameter"]] = documented["meaning"]
        elif line.startswith("--"):
            doc.append(line.removeprefix("--").strip())
        else:
            query = [line, *lines]
    return View(name, " ".join(doc), columns, parameters, "\n".join(query).rstrip().rstrip(";"))


@cache
def _column_comments() -> str:
    """COMMENT statements for all columns; one that a view's file says nothing of means what it does in its source."""
    meanings = {table.name: {column.name: column.doc for column in table.columns} for table in TABLES.values()}
    found: list[tuple[str, str, str]] = []
    with duckdb.connect(":memory:", config=_OFFLINE) as connection:
        connection.execute(f"CREATE SCHEMA {FILES}")
        for table in TABLES.values():
            connection.execute(f"CREATE VIEW {FILES}.{table.name} AS {select_nothing(table)}")
            connection.execute(f"CREATE VIEW {table.name} AS {_public(table)}")
            found += ((table.name, column.name, column.doc) for column in table.columns)
        for each in views():
            connection.execute(each.statements)
            if not each.parameters:
                # A view that it reads comes before a table, as `trades` before `filings`; else what is read first.
                words = list(dict.fromkeys(re.findall(r"\w+", each.query)))
                read = sorted(meanings.keys() & words, key=lambda name: (name in TABLES, words.index(name)))
                sources = [each.columns, *(meanings[name] for name in read)]
                names = [row[0] for row in connection.sql(f"DESCRIBE {each.name}").fetchall()]
                meanings[each.name] = {
                    name: next(source[name] for source in sources if name in source) for name in names
                }
                found += ((each.name, name, doc) for name, doc in meanings[each.name].items())
    found += ((each.name, name, doc) for each in sec_views() for name, doc in each.columns.items())
    return "".join(f"COMMENT ON COLUMN {view}.{name} IS {quoted(doc)};\n" for view, name, doc in found)

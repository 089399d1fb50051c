"""The DuckDB that the lake itself reads and sorts with: in memory, spilling to disk, off the network."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from ..errors import LakeDamaged, LakeFull
from ..files.locks import temporary_folder
from ..lazy import lazy
from ..versions.snapshot import Snapshot
from .views import macros_script

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq
else:
    pa = lazy("pyarrow")
    pq = lazy("pyarrow.parquet")

MEMORY_LIMIT = "700MB"
"""What sorting and joining may take before it spills; a commit's Arrow buffers, and answers, come on top."""


Options = dict[str, str | bool | int | float | list[str]]

_SPILL = "form4lake-spill-"
"""How a folder is named that a process spills into, below the system's for temporary files: its number follows."""
_UNTOUCHED_SECONDS = 3600
"""A folder that changed since may be of a living process that is not seen from here: one of another container."""
_spills = count()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def options() -> Options:
    """The options of a new instance of DuckDB: off the network, spilling into a folder of its own."""
    return {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "temp_directory": str(temporary_folder() / f"{_SPILL}{os.getpid()}-{next(_spills)}"),
    }


def open_engine() -> duckdb.DuckDBPyConnection:
    """A new connection with the macros; what does not fit into memory goes to the system's folder for temporary files.

    What killed processes spilled there goes.
    """
    _sweep_spills(temporary_folder())
    connection = duckdb.connect(":memory:", config=options() | {"memory_limit": MEMORY_LIMIT})
    connection.execute(f"SET TimeZone = 'UTC'; SET parquet_metadata_cache = true; {macros_script()}")
    return connection


_INSTANT = "TIMESTAMP WITH TIME ZONE"


def _sweep_spills(folder: Path) -> None:
    for left in folder.glob(f"{_SPILL}*"):
        process = left.name.removeprefix(_SPILL).partition("-")[0]
        with suppress(FileNotFoundError):
            untouched = time.time() - left.stat().st_mtime > _UNTOUCHED_SECONDS
            if process.isdecimal() and untouched and not _alive(int(process)):
                # Another user's stays: it is not ours to remove.
                shutil.rmtree(left, ignore_errors=True)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        pass
    return True


def rows(cursor: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    """The rows of a query without instants as Python values."""
    result = cursor.execute(sql)  # a relation would plan it twice
    if any(str(kind) == _INSTANT for _, kind, *_ in result.description or ()):
        raise TypeError(f"a query with instants is asked by rows_with_instants: {sql}")
    return result.fetchall()


def rows_with_instants(cursor: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    """The rows of a query as Python values; instants are in UTC."""
    relation = cursor.sql(sql)
    instants = {place for place, kind in enumerate(relation.types) if str(kind) == _INSTANT}
    # As numbers: DuckDB gives an instant by pytz, which need not be there; Arrow takes a while to import.
    as_numbers = (f'epoch_us("{relation.columns[place]}") AS "{relation.columns[place]}"' for place in instants)
    found = (relation.project(f"* REPLACE ({', '.join(as_numbers)})") if instants else relation).fetchall()
    return [tuple(_instant(value) if place in instants else value for place, value in enumerate(row)) for row in found]


@contextmanager
def unoptimized(cursor: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Run statements as they are written."""
    cursor.execute("PRAGMA disable_optimizer")
    try:
        yield
    finally:
        cursor.execute("PRAGMA enable_optimizer")


def batches(cursor: duckdb.DuckDBPyConnection, sql: str) -> Iterator[pa.RecordBatch]:
    """The rows of a query as Arrow batches, one at a time."""
    yield from cursor.sql(sql).to_arrow_reader(32_768)


def register(cursor: duckdb.DuckDBPyConnection, name: str, column: str, texts: Sequence[str]) -> None:
    """A temporary table of one text column."""
    # By parameter: registering an Arrow table would import pandas, wherever it is installed.
    cursor.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT unnest($1::VARCHAR[]) AS {column}", [texts])


@contextmanager
def reading(snapshot: Snapshot) -> Iterator[None]:
    """Turn a failed read of the snapshot's files into the lake's own error.

    Raises:
        LakeDamaged: a file of the snapshot is missing, cut or unreadable; it is named.
        LakeFull: the disk has no room for what a sort spills.
    """
    try:
        yield
    except (duckdb.Error, pa.ArrowException, OSError) as error:
        if "No space left" in str(error):
            raise LakeFull(f"no space left for sorting: {error}. The lake is as it was before; make room.") from error
        check_files(snapshot)
        raise


def check_files(snapshot: Snapshot, *, deep: bool = True) -> None:
    """Look at every file of a snapshot: it is there, has its size and, if `deep`, a readable footer.

    Raises:
        LakeDamaged: the first file that is not.
    """
    try:
        sizes = snapshot.place.sizes(snapshot.name(each) for each in snapshot.live.values())
    except OSError as error:
        raise _damaged(str(error.filename), f"cannot be read ({error})") from error
    for each in snapshot.live.values():
        path, size = snapshot.path(each), sizes.get(snapshot.name(each))
        if size is None:
            raise _damaged(path, "is missing")
        if size != each.bytes:
            raise _damaged(path, f"has {size} bytes, not the {each.bytes} that were written")
        if deep:
            try:
                pq.ParquetFile(snapshot.place.open(snapshot.name(each))).close(force=True)
            except (OSError, pa.ArrowException) as error:
                raise _damaged(path, f"cannot be read ({error})") from error


def _damaged(path: str, what: str) -> LakeDamaged:
    return LakeDamaged(
        f"the lake is damaged: {path} {what}. `form4 verify` says what else is and what to do; `form4 verify --repair` "
        "puts back what has another copy.",
        what,
    )


def _instant(microseconds: int | None) -> datetime | None:
    return None if microseconds is None else _EPOCH + timedelta(microseconds=microseconds)

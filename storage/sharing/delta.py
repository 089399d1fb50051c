"""Delta logs beside the lake's files: other engines read the rows of one version of the lake, and nothing is copied.

Each table has its own, `_delta_log` in the table's folder; a publication is one Delta version of each. What it adds and
removes is the difference between the lake's version and what the Delta log names, so that the next one heals whatever
a killed one left. The lake's version is the Delta log's transaction of APP: of two publications that race, the later in
the log of the lake wins.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

from ...tables import TABLES
from ..arrow import arrow_schema
from ..errors import DeltaMissing, PublicationFailed
from ..files.local import sync_folder
from ..files.place import Files
from ..lazy import lazy
from ..periods import year_of
from ..versions.log import DataFile
from ..versions.snapshot import Snapshot
from .statistics import statistics

if TYPE_CHECKING:
    import deltalake
    import pyarrow as pa
    from deltalake import exceptions, transaction
else:
    pa = lazy("pyarrow")
    deltalake = lazy("deltalake")
    exceptions = lazy("deltalake.exceptions")
    transaction = lazy("deltalake.transaction")

APP = "form4lake"
"""The application whose transactions are the lake's versions."""
LAKE_VERSION = "form4lake.version"
"""The key of a Delta commit's metadata that has the lake's version."""
PARTITION = "year"
ATTEMPTS = 10
"""How often a table is tried while other publications are faster."""
TABLES_AT_ONCE = 4

_CONFIGURATION = {
    # VACUUM removes what the Delta log does not name and is older than this: the lake may name it.
    "delta.deletedFileRetentionDuration": "interval 5200 weeks",
    "delta.checkpointInterval": "20",
}


@dataclass(frozen=True, slots=True)
class DeltaTable:
    """One table as other engines find it."""

    name: str
    address: str
    """Where they find it: a folder, or an address in a bucket."""
    delta_version: int
    added: int
    """Files that the publication added to the Delta log."""
    removed: int


def check_delta() -> None:
    """See that Delta logs can be written.

    Raises:
        DeltaMissing: the package that they are written with is not installed.
    """
    if find_spec("deltalake") is None:
        raise DeltaMissing("Delta logs need the package deltalake: pip install 'form4lake[delta]'")


class DeltaLogs:
    """The Delta logs of one lake.

    Raises:
        DeltaMissing: the package `deltalake` is not installed.
    """

    def __init__(self, files: Files) -> None:
        check_delta()
        self._files = files
        self._options = files.storage_options()

    def publish(self, snapshot: Snapshot) -> list[DeltaTable]:
        """Bring every table's Delta log to the version of a snapshot, unless it is at that or a later one.

        Raises:
            PublicationFailed: a Delta log cannot be read or written; the lake is not affected.
        """
        with ThreadPoolExecutor(TABLES_AT_ONCE) as pool:
            return list(pool.map(lambda name: self._publish(snapshot, name), TABLES))

    def _publish(self, snapshot: Snapshot, name: str) -> DeltaTable:
        address = self._files.uri(f"{self._files.reader_folder}/{name}")
        with _failing(address):
            for attempt in range(ATTEMPTS):
                table = self._open(address)
                if table is not None and (table.transaction_version(APP) or 0) >= snapshot.version:
                    return DeltaTable(name, address, table.version(), 0, 0)
                try:
                    return self._commit(snapshot, name, address, table)
                except (exceptions.CommitFailedError, _MadeMeanwhile):
                    time.sleep(0.05 * attempt)
        raise PublicationFailed(f"{address}: other publications were faster {ATTEMPTS} times. Run: form4 publish")

    def _open(self, address: str) -> deltalake.DeltaTable | None:
        try:
            return deltalake.DeltaTable(address, storage_options=self._options)
        except exceptions.TableNotFoundError:
            return None

    def _commit(self, snapshot: Snapshot, name: str, address: str, table: deltalake.DeltaTable | None) -> DeltaTable:
        live = {each.path.partition("/")[2]: each for each in snapshot.entries(name)}
        named = _named(table) if table else {}
        added = [self._add(snapshot, live[path], path) for path in sorted(live.keys() - named.keys())]
        removed = [self._remove(path, *named[path]) for path in sorted(named.keys() - live.keys())]
        properties = transaction.CommitProperties(
            custom_metadata={LAKE_VERSION: snapshot.version},
            max_commit_retries=0,
            app_transactions=[transaction.Transaction(APP, snapshot.version)],
        )
        if table is None:
            self._create(name, address, added, properties)
            self._sync(name, 0)
            return DeltaTable(name, address, 0, len(added), 0)
        self._widen(table, name)
        table.create_write_transaction(
            [*added, *removed], "append", table.schema(), [PARTITION], commit_properties=properties
        )
        table.update_incremental()
        self._sync(name, table.version())
        return DeltaTable(name, address, table.version(), len(added), len(removed))

    def _sync(self, name: str, delta_version: int) -> None:
        """Make an entry of a Delta log durable, which its library leaves to the system."""
        entry = self._files.local(f"{self._files.reader_folder}/{name}/_delta_log/{delta_version:020d}.json")
        if entry:
            self._files.sync(entry)
            sync_folder(entry.parent)

    def _create(
        self, name: str, address: str, added: list[transaction.AddAction], properties: transaction.CommitProperties
    ) -> None:
        try:
            transaction.create_table_with_add_actions(
                address,
                _schema(name),
                added,
                partition_by=[PARTITION],
                name=name,
                description=TABLES[name].doc,
                configuration=_CONFIGURATION,
                storage_options=self._options,
                commit_properties=properties,
            )
        except exceptions.DeltaError as failed:
            if self._open(address) is None:
                raise
            raise _MadeMeanwhile from failed

    def _widen(self, table: deltalake.DeltaTable, name: str) -> None:
        """Add the columns that the table has got since; a Delta version of its own, as its library has it."""
        known = {each.name for each in table.schema().fields}
        if lacking := [each for each in _schema(name).fields if each.name not in known]:
            table.alter.add_columns(lacking)

    def _add(self, snapshot: Snapshot, file: DataFile, path: str) -> transaction.AddAction:
        return transaction.AddAction(
            path=path,
            size=file.bytes,
            partition_values={PARTITION: year_of(file.period)},
            modification_time=_now(),
            data_change=True,
            stats=statistics(snapshot, file),
        )

    def _remove(self, path: str, size: int, year: str | None) -> transaction.RemoveAction:
        return transaction.RemoveAction(path, True, _now(), size, {PARTITION: year})


class _MadeMeanwhile(Exception):
    """Another publication has made the table first."""


def _schema(name: str) -> deltalake.Schema:
    """A table's columns and its partition. Files of an older declaration lack columns, so each may be NULL."""
    fields = [each.with_nullable(True) for each in arrow_schema(TABLES[name].stored)]
    return deltalake.Schema.from_arrow(pa.schema([*fields, pa.field(PARTITION, pa.int32())]))


def _named(table: deltalake.DeltaTable) -> dict[str, tuple[int, str | None]]:
    """Size and year of each file that the Delta log names."""
    rows = pa.table(table.get_add_actions(flatten=True)).select(["path", "size_bytes", f"partition.{PARTITION}"])
    columns = rows.to_pydict().values()
    return {path: (size, None if year is None else str(year)) for path, size, year in zip(*columns, strict=True)}


@contextmanager
def _failing(address: str) -> Iterator[None]:
    """Turn what its library and the system say into the lake's own error."""
    try:
        yield
    except (exceptions.DeltaError, pa.ArrowException, OSError) as failed:
        reason = str(failed).splitlines()[0]
        raise PublicationFailed(
            f"{address}: the Delta log cannot be read or written ({reason}). The lake itself has everything. Run "
            "`form4 publish`; if that says the same, remove the folder _delta_log there first, and it is made again"
        ) from failed


def _now() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000

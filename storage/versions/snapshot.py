"""A snapshot: the files of one version of the lake, and the SQL that reads a table from them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from ...tables import TABLES, Table
from ..arrow import columns_id
from ..files.place import Files
from ..lazy import lazy
from ..periods import YEAR_IN_ACCESSION
from .gathered import with_gathered
from .log import DataFile, State

if TYPE_CHECKING:
    import pyarrow.parquet as pq
else:
    pq = lazy("pyarrow.parquet")


EXACT = "source_format IS DISTINCT FROM 'dataset'"
"""The condition of a filing as it was filed, not as the SEC's data sets round it."""


class Snapshot:
    """The lake at one version; unchanged by later commits."""

    def __init__(self, place: Files, state: State) -> None:
        self.version = state.version
        self.live = state.live
        self.place = place

    def files(self, table: str) -> list[str]:
        """The locations of a table's files, in the order of their periods."""
        return [self.path(each) for each in self.entries(table)]

    def entries(self, table: str, periods: Collection[str] | None = None) -> list[DataFile]:
        """A table's files as the log has them, of some periods or all, in the order of their periods."""
        found = self._by_table.get(table, [])
        return found if periods is None else [each for each in found if each.period in periods]

    def entries_with(self, table: str, accession_numbers: Collection[str]) -> list[DataFile]:
        """Those of a table's files that can hold rows of these accessions, in the order of their periods."""
        years = {each[YEAR_IN_ACCESSION] for each in accession_numbers}
        return [
            each for each in self.entries(table) if years and (each.years is None or not years.isdisjoint(each.years))
        ]

    @cached_property
    def periods(self) -> set[str]:
        """The periods that have files."""
        return {each.period for each in self.live.values()}

    def name(self, file: DataFile) -> str:
        """A file's name in the lake for readers: the one that outlives its retirement by the grace period."""
        return f"{self.place.reader_folder}/{file.path}"

    def path(self, file: DataFile) -> str:
        """Where readers find a file, as DuckDB reads it: an absolute path or an s3:// address."""
        return self.place.uri(self.name(file))

    def relation(
        self, table: str, periods: Collection[str] | None = None, *, filename: bool = False, gathered: bool = True
    ) -> str:
        """A SELECT of all columns of a table, of some periods or all; with `filename`, also the file of each row."""
        return self.select(TABLES[table], self.entries(table, periods), filename=filename, gathered=gathered)

    def select(
        self, table: Table, entries: Iterable[DataFile], *, filename: bool = False, gathered: bool = True
    ) -> str:
        """A SELECT of all columns of a table from these files; a column that a file lacks is NULL there.

        What older files lack of the gathered columns is gathered, which takes a while, unless `gathered` is False.
        """
        groups: dict[frozenset[str] | None, list[DataFile]] = defaultdict(list)
        declared = columns_id(table)
        for each in entries:
            # Only files of another declaration are looked into: their footers say what they lack.
            present = None if each.columns == declared else _columns_of(self.place, self.name(each))
            groups[present].append(each)
        return "\nUNION ALL ".join(
            self._select_alike(table, alike, present, filename=filename, gathered=gathered)
            for present, alike in groups.items()
        ) or select_nothing(table, filename=filename)

    def _select_alike(
        self, table: Table, entries: list[DataFile], present: Collection[str] | None, *, filename: bool, gathered: bool
    ) -> str:
        """A SELECT from files that have the same columns; those older than the gathered ones have them gathered now."""
        sql = select_files(table, [self.path(each) for each in entries], present, filename=filename)
        lacking = present is not None and not {each.name for each in table.gathered} <= set(present)
        if not (gathered and lacking):
            return sql
        periods = {each.period for each in entries}
        return with_gathered(table, sql, lambda name: self.relation(name, periods))

    @cached_property
    def _by_table(self) -> dict[str, list[DataFile]]:
        found: dict[str, list[DataFile]] = defaultdict(list)
        for each in sorted(self.live.values(), key=lambda file: file.path):
            found[each.table].append(each)
        return found


_KNOWN_COLUMNS: dict[str, frozenset[str]] = {}
"""The columns of files that were looked into, by address: a name is never used twice, and its file never changes."""


def _columns_of(place: Files, name: str) -> frozenset[str]:
    uri = place.uri(name)
    if uri not in _KNOWN_COLUMNS:
        _KNOWN_COLUMNS[uri] = frozenset(pq.read_schema(place.open(name)).names)
    return _KNOWN_COLUMNS[uri]


def select_files(
    table: Table, paths: Iterable[str], present: Collection[str] | None = None, *, filename: bool = False
) -> str:
    """A SELECT of all columns of a table from Parquet files; `present` are the columns they have, if not all."""
    columns = [
        each.name if present is None or each.name in present else f"NULL::{each.sql_type} AS {each.name}"
        for each in table.stored
    ]
    names = ",\n  ".join(map(_literal, paths))
    extra = ", filename" if filename else ""
    option = "filename = true, " if filename else ""
    return f"SELECT {', '.join(columns)}{extra} FROM read_parquet([\n  {names}\n], {option}hive_partitioning = false)"


def quoted(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def glob_free(path: str) -> str:
    """A path that DuckDB takes literally, whatever characters a folder's name has."""
    return re.sub(r"[*?[]", r"[\g<0>]", path)


@lru_cache(maxsize=8192)
def _literal(path: str) -> str:
    """A path as an SQL literal that DuckDB takes literally; each commit names the same files many times."""
    return quoted(glob_free(path))


def select_nothing(table: Table, *, filename: bool = False) -> str:
    """A SELECT of a table's columns, typed, without a row."""
    columns = ", ".join(f"NULL::{each.sql_type} AS {each.name}" for each in table.stored)
    return f"SELECT {columns}{', NULL::VARCHAR AS filename' if filename else ''} WHERE false"

"""Reading a lake: its newest snapshot, in SQL or by day, filing and quarter.

What only some questions need is imported where it is used, so that `form4 sql` opens without it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

import duckdb

from ...tables import TABLES, DatasetRead, DayCoverage, IndexDay, IndexEntry, QuarantinedFiling, columns_of
from ..files.place import Files
from ..periods import check_period
from ..versions.log import CommitLog
from ..versions.snapshot import EXACT, Snapshot, quoted
from .catalog import connect, other_place, published_version
from .engine import check_files, open_engine, reading, register, rows, rows_with_instants
from .views import view

if TYPE_CHECKING:
    from .outdated import OutdatedFiling

Record = TypeVar("Record")


class LakeReader:
    """The questions to a lake. Any number of processes and threads may ask; none takes a lock."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._log = CommitLog(files)
        self._covered: tuple[int, date, list[DayCoverage]] | None = None
        """The last answer about all days: the version and the date that it is of, and the days. A run asks again."""

    def snapshot(self) -> Snapshot:
        """The newest version.

        Raises:
            LakeDamaged: the log cannot be read, or has lost its end: the lake's views are of a later version.
        """
        published = self._published  # before the log is read: a writer makes the entry, then the views
        state = self._log.state()
        if published > state.version:
            raise self._log.missing(published)
        return Snapshot(self._files, state)

    @cached_property
    def _published(self) -> int:
        """The version of the lake's views when it was first asked here, and 0 before there are any."""
        return published_version(self._files)

    def other_place(self) -> str | None:
        """The place that other programs read from through the lake's catalog, if that is not the lake itself."""
        return other_place(self._files)

    def check_files(self) -> None:
        """Look whether every file of the newest version is there and has its size.

        Raises:
            LakeDamaged: one is missing or has another size, or the log cannot be read.
        """
        check_files(self.snapshot(), deep=False)

    def connect(self) -> duckdb.DuckDBPyConnection:
        """A connection to the tables and views of the newest snapshot; times are shown as in New York.

        Later commits do not change what it reads; it reads for the grace period at least.

        Raises:
            LakeDamaged: a file of the snapshot is missing or cut, or the log cannot be read.
        """
        return connect(self._files, self.snapshot())

    def stored(self, accession_numbers: Collection[str]) -> set[str]:
        """Those of the accessions that the lake holds exactly, whatever index lists them; not those of data sets."""
        with self._reading() as (cursor, snapshot):
            register(cursor, "wanted", "accession_number", sorted(set(accession_numbers)))
            filings = snapshot.select(TABLES["filings"], snapshot.entries_with("filings", accession_numbers))
            sql = f"SELECT accession_number FROM ({filings}) SEMI JOIN wanted USING (accession_number) WHERE {EXACT}"
            return {row[0] for row in rows(cursor, sql)}

    def quarantined(self, accession_numbers: Collection[str]) -> dict[str, QuarantinedFiling]:
        """The rows of quarantine of these accessions, by accession."""
        wanted = set(accession_numbers)
        return {each.accession_number: each for each in self.quarantine() if each.accession_number in wanted}

    def quarantine(self) -> list[QuarantinedFiling]:
        """Every row of quarantine, in the order of filing dates; without a look at the indexes, which takes a while."""
        with self._reading() as (cursor, snapshot):
            sql = f"SELECT * FROM ({snapshot.relation('quarantine')}) ORDER BY filing_date, accession_number"
            names = list(TABLES["quarantine"].column_names())
            return [QuarantinedFiling(**dict(zip(names, row, strict=True))) for row in rows_with_instants(cursor, sql)]

    def count_outdated(self, version: int) -> dict[str, int]:
        """How many filings a parser older than `version` read, or refused, by the period of their files."""
        from .outdated import count_outdated

        with self._reading() as (cursor, snapshot):
            return count_outdated(cursor, snapshot, version)

    def outdated(self, period: str, version: int) -> list[OutdatedFiling]:
        """Those filings whose index date is in a period, by accession; first the stored, then the quarantined."""
        from .outdated import list_outdated

        with self._reading() as (cursor, snapshot):
            return list_outdated(cursor, snapshot, check_period(period), version)

    def all_quarantined(self) -> list[tuple[date, QuarantinedFiling]]:
        """Every row of quarantine with the date of the index that lists it, in the order of those dates."""
        with self._reading() as (cursor, snapshot):
            periods = {snapshot.path(each): each.period for each in snapshot.entries("quarantine")}
            indexes = snapshot.relation("index_entries", set(periods.values()))
            sql = (
                f"SELECT q.*, e.index_date FROM ({snapshot.relation('quarantine', filename=True)}) q LEFT JOIN "
                f"(SELECT accession_number, min(index_date) AS index_date FROM "
                f"({indexes}) GROUP BY ALL) e USING (accession_number)"
            )
            names = list(TABLES["quarantine"].column_names())
            found = []
            for *values, path, listed in rows_with_instants(cursor, sql):
                row = QuarantinedFiling(**dict(zip(names, values, strict=True)))
                period = periods[path]
                # A day file says the index date itself; in a compacted one the index entry does.
                index_date = date.fromisoformat(period) if len(period) == 10 else listed or row.filing_date
                found.append((index_date, row))
            return sorted(found, key=lambda pair: (pair[0], pair[1].accession_number))

    def index_entries(self, index_date: date) -> list[IndexEntry]:
        """What the lake knows of an index date's index, delisted entries too, by accession."""
        return self._records(IndexEntry, "index_entries", index_date)

    def index_entries_of(self, first: date, last: date, accession_numbers: Collection[str]) -> list[IndexEntry]:
        """The index entries of filings made from `first` to `last`, and of these accessions whenever made."""
        with self._reading() as (cursor, snapshot):
            register(cursor, "wanted", "accession_number", sorted(set(accession_numbers)))
            sql = (
                f"SELECT * FROM ({snapshot.relation('index_entries')}) "
                f"WHERE filing_date BETWEEN DATE '{first}' AND DATE '{last}' "
                "OR accession_number IN (SELECT accession_number FROM wanted)"
            )
            names = list(TABLES["index_entries"].column_names())
            return [IndexEntry(**dict(zip(names, row, strict=True))) for row in rows_with_instants(cursor, sql)]

    def index_day(self, index_date: date) -> IndexDay | None:
        """The row of an index date; None if its index was never looked for."""
        return next(iter(self._records(IndexDay, "index_days", index_date)), None)

    def index_days(self, first: date, last: date) -> list[IndexDay]:
        """The rows of the index dates from `first` to `last` whose index was looked for, oldest first."""
        with self._reading() as (cursor, snapshot):
            sql = (
                f"SELECT * FROM ({snapshot.relation('index_days')}) "
                f"WHERE index_date BETWEEN DATE '{first}' AND DATE '{last}' ORDER BY index_date"
            )
            names = list(TABLES["index_days"].column_names())
            return [IndexDay(**dict(zip(names, row, strict=True))) for row in rows_with_instants(cursor, sql)]

    def writer_of(self, version: int) -> str:
        """Who made a version, as its commit says: watch, nightly, backfill and so on.

        Raises:
            LakeDamaged: the log cannot be read.
        """
        return self._log.entry(version).writer

    def arrivals(self, since: date) -> dict[date, datetime]:
        """When each index date from `since` on that was read was committed first, UTC, as the commit log says.

        Raises:
            LakeDamaged: the log cannot be read.
        """
        found: dict[date, datetime] = {}
        # No commit before a date has read its index.
        for entry in self._log.entries_since(datetime.combine(since, time.min, UTC)):
            for each in map(date.fromisoformat, entry.summary.index_dates):
                if each >= since:
                    found[each] = entry.written_at  # the newest come first
        return found

    def datasets(self) -> list[DatasetRead]:
        """What the lake says of each data set that it holds, by quarter."""
        with self._reading() as (cursor, snapshot):
            sql = f"SELECT * FROM ({snapshot.relation('datasets')}) ORDER BY quarter"
            names = list(TABLES["datasets"].column_names())
            return [DatasetRead(**dict(zip(names, row, strict=True))) for row in rows_with_instants(cursor, sql)]

    def dataset(self, quarter: str) -> DatasetRead | None:
        """What the lake says of a quarter's data set; None if it holds none."""
        return next((each for each in self.datasets() if each.quarter == quarter), None)

    def count_filings(self, first: date | None = None, last: date | None = None) -> tuple[int, int]:
        """How many filings of the filing dates from `first` to `last` it has, and of these from data sets only."""
        with self._reading() as (cursor, snapshot):
            sql = (
                f"SELECT count(*), count(*) FILTER (NOT ({EXACT})) FROM ({snapshot.relation('filings')}) "
                f"WHERE filing_date BETWEEN DATE '{first or date.min}' AND DATE '{last or date.max}'"
            )
            ((filings, from_datasets),) = rows(cursor, sql)
            return int(filings), int(from_datasets)

    def coverage(
        self, first: date | None = None, last: date | None = None, *, today: date | None = None
    ) -> list[DayCoverage]:
        """The view `coverage` from `first` to `last`, oldest first, as on the date `today`, New York's; None: now."""
        condition = " AND ".join(
            [f"index_date >= DATE '{first}'"] * (first is not None)
            + [f"index_date <= DATE '{last}'"] * (last is not None)
        )
        with self._reading() as (cursor, snapshot):
            if today and self._covered and self._covered[:2] == (snapshot.version, today):
                since, until = first or date.min, last or date.max
                return [day for day in self._covered[2] if since <= day.index_date <= until]
            for name in ("filings", "quarantine", "index_entries", "index_days", "datasets"):
                cursor.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {snapshot.relation(name)}")
            cursor.execute(f"CREATE OR REPLACE TEMP VIEW business_days AS {view('business_days').query}")
            if today:
                cursor.execute(f"SET VARIABLE as_of = TIMESTAMPTZ '{today} 12:00 America/New_York'")
            columns = [each.name for each in columns_of(DayCoverage)]
            chosen = f"{'WHERE ' * bool(condition)}{condition}"
            sql = f"SELECT {', '.join(columns)} FROM ({view('coverage').query}) {chosen} ORDER BY index_date"
            days = [DayCoverage(**dict(zip(columns, row, strict=True))) for row in rows(cursor, sql)]
            if today and not condition:
                self._covered = (snapshot.version, today, days)
            return list(days)

    def _records(self, record: type[Record], table: str, index_date: date) -> list[Record]:
        day = index_date.isoformat()
        with self._reading() as (cursor, snapshot):
            periods = [each for each in snapshot.periods if day.startswith(each)]
            relation = snapshot.relation(table, periods)
            sql = f"SELECT * FROM ({relation}) WHERE index_date = DATE {quoted(day)} ORDER BY ALL"
            names = list(TABLES[table].column_names())
            return [record(**dict(zip(names, row, strict=True))) for row in rows_with_instants(cursor, sql)]

    @contextmanager
    def _reading(self) -> Iterator[tuple[duckdb.DuckDBPyConnection, Snapshot]]:
        snapshot = self.snapshot()
        cursor = self._engine.cursor()
        try:
            with reading(snapshot):
                yield cursor, snapshot
        finally:
            cursor.close()

    @cached_property
    def _engine(self) -> duckdb.DuckDBPyConnection:
        engine = open_engine()
        self._files.serve(engine)
        return engine

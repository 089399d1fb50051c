"""The lake: the one object through which the other rooms reach storage."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar

import duckdb

from storage.catalog import connect, other_place, script_version, view
from storage.commit import Commit, Committer
from storage.compaction import Fold, due, fold
from storage.comparison import Differences, compare
from storage.dataset_comparison import DatasetComparison
from storage.engine import check_files, open_engine, reading, register, rows
from storage.errors import LakeMissing, WriterAtWork, writing
from storage.ingest import Ingest
from storage.labels import check_label, first_month
from storage.lazy import lazy
from storage.log import CommitLog
from storage.outdated import OutdatedFiling, count_outdated, list_outdated
from storage.places import Files, files_at
from storage.raw import RawArchive
from storage.repair import drop_damaged, mend
from storage.snapshot import EXACT, Snapshot, quoted
from storage.verification import Tell, Verification, Verifier
from storage.violations import Violation
from tables import TABLES, DatasetRead, IndexDay, IndexEntry, QuarantinedFiling

if TYPE_CHECKING:
    import filelock
else:
    filelock = lazy("filelock")

Record = TypeVar("Record")


@dataclass(frozen=True, slots=True)
class DayCoverage:
    """How complete one index date is: the view `coverage`, typed."""

    index_date: date
    state: str
    """whole, damaged, holiday or no index."""
    forms: str | None
    """The form types taken from the index, joined by a comma."""
    expected: int
    """Filings that the index lists, of those forms."""
    stored: int
    quarantined: int
    missing: int
    from_datasets: int
    """Those quarantined or missing that the lake has from the SEC's data sets, rounded to two decimals."""

    @property
    def complete(self) -> bool:
        """Whether the index was read whole, or there is none, and each filing is stored or in quarantine."""
        return self.state != "damaged" and self.missing == 0


class Lake:
    """A lake in a folder. Any number of processes and threads may have it open; readers hold no lock."""

    def __init__(self, files: Files, grace_seconds: float) -> None:
        self._files = files
        self._log = CommitLog(files)
        self._grace_seconds = grace_seconds
        self.raw = RawArchive(files)
        """The submissions as fetched."""

    @classmethod
    def open(cls, location: str | Path, *, create: bool = False, grace_seconds: float = 86_400) -> Lake:
        """Open the lake at `location`; with `create`, make it if need be and repair what a killed writer left.

        A file that a commit retires stays for readers of older snapshots for `grace_seconds`.

        Raises:
            LakeMissing: there is none, and it is not to be made.
            LakeUnwritable, LakeFull: it cannot be made or repaired.
            LakeDamaged: its log cannot be read.
        """
        files = files_at(location)
        if not create and not files.exists():
            raise LakeMissing(f"there is no lake at {files.location}. Name another, or make one: form4 nightly")
        lake = cls(files, grace_seconds)
        if create:
            files.make()
            lake._committer.repair()
        return lake

    def close(self) -> None:
        """Let go of DuckDB, which complains at exit of whatever of it a program still holds then; twice is harmless.

        Asked again, the lake opens it again.
        """
        self.__dict__.pop("_committer", None)
        engine = self.__dict__.pop("_engine", None)
        if engine is not None:
            engine.close()

    def __enter__(self) -> Lake:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

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
        return script_version(self._files)

    def begin(self, label: str) -> Ingest:
        """Begin an ingest for a day (`2024-01-02`), a month (`2024-01`), a year, or a quarter's data set (`2024Q1`).

        Raises:
            ValueError: the label names no period.
            LakeUnwritable, LakeFull: nothing can be staged.
        """
        first_month(label) or check_label(label)
        self._committer.repair()
        return Ingest(label, self._files.stage())

    @contextmanager
    def alone(self, writer: str) -> Iterator[None]:
        """Be the only one on this machine that writes as `writer` to this lake; it is over when this process ends.

        Raises:
            WriterAtWork: another does already.
            LakeUnwritable, LakeFull: the lock's file cannot be made.
        """
        lock = filelock.FileLock(self._files.lock_file(writer), thread_local=False)
        with writing(Path(lock.lock_file)):
            try:
                lock.acquire(timeout=0)
            except filelock.Timeout:
                raise WriterAtWork(
                    f"another {writer} run is at work on the lake {self._files.location}; this one did nothing. Run "
                    "it again when that one is done"
                ) from None
        try:
            yield
        finally:
            lock.release()

    def commit(self, ingest: Ingest, *, writer: str) -> Commit | None:
        """Bring an ingest's rows into the lake as one version; None, and nothing changed, if they are there already.

        A filing replaces all rows of its accession, wherever they are, so that an accession is in the lake once. One
        of a data set is left out where the lake has the filing exactly.
        `writer` says in the log who did it: nightly, backfill, retry. The ingest is closed unless this raises.

        Raises:
            LakeFull, LakeUnwritable: it could not be written.
            LakeDamaged: a file that had to be read is missing or unreadable.
        """
        done = self._committer.commit(ingest, writer)
        ingest.close()
        return done

    def foldable(self, before: date) -> list[str]:
        """The months (`2024-01`) and years that end before a date and are not one file a table yet, oldest first.

        Raises:
            LakeDamaged: the log cannot be read.
        """
        return due(self.snapshot().labels, before)

    def fold(self, label: str) -> Fold | None:
        """Make the files of a month or year one sorted file a table, as one commit; None if they are that already.

        Raises:
            ValueError: the label names no period.
            LakeFull, LakeUnwritable: it could not be written; the lake is as it was.
            LakeDamaged: a file that had to be read is missing or unreadable.
        """
        check_label(label)
        self._committer.repair()
        return fold(self._files, self._committer, label)

    def tidy(self, before: date) -> None:
        """Remove what killed writers left and retired files whose grace period is over; fold the raw files of days.

        Days before the date that are in several raw files become one; the raw archive stays a file a day.

        Raises:
            LakeFull, LakeUnwritable: files cannot be written or removed.
            LakeDamaged: the log or a raw file cannot be read.
        """
        self._committer.sweep()
        for day in self.raw.scattered(before):
            self.raw.fold(day)

    def compact(self, before: date) -> list[Fold]:
        """Fold each month and year that ends before a date, and tidy; what is folded stays as it is. Raises as they."""
        done = [self.fold(label) for label in self.foldable(before)]
        self.tidy(before)
        return [each for each in done if each]

    def verify(self, *, raw: bool = False, tell: Tell = lambda _, __: None) -> Verification:
        """Look at every file of the newest snapshot and at what the lake promises of its rows; nothing is changed.

        With `raw`, unpack the raw archive too and compare each submission with its SHA-256. `tell` hears how many bytes
        are read, of how many. What is wrong is in the answer, not raised.
        """
        return Verifier(self._files, self._log, self.raw, self._engine, tell).verify(raw=raw)

    def mend(self, violations: Iterable[Violation]) -> None:
        """Put right what `verify` found and what has another copy, or follows from the log; no row changes.

        Raises:
            LakeUnwritable, LakeFull: it cannot be written.
        """
        mend(self._files, self._log, self._committer, violations)

    def drop_damaged(self, violations: Collection[Violation]) -> None:
        """Take what `verify` found and nothing here can mend out of the lake, so that the next run fetches it again.

        Raises:
            LakeUnwritable, LakeFull: it cannot be written; the lake is as it was.
            LakeDamaged: the log cannot be read.
        """
        drop_damaged(self._files, self._committer, violations)

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
        return {each.accession_number: each for _, each in self.all_quarantined() if each.accession_number in wanted}

    def count_outdated(self, version: int) -> dict[str, int]:
        """How many filings a parser older than `version` read, or refused, by the label of the files that hold them."""
        with self._reading() as (cursor, snapshot):
            return count_outdated(cursor, snapshot, version)

    def outdated(self, label: str, version: int) -> list[OutdatedFiling]:
        """Those filings whose index date is in a period, by accession; first the stored, then the quarantined."""
        with self._reading() as (cursor, snapshot):
            return list_outdated(cursor, snapshot, check_label(label), version)

    def compare(self, ingest: Ingest) -> Differences:
        """What an ingest, complete but for its commit, would change of filings that the files of its period hold."""
        with self._reading() as (cursor, snapshot):
            return compare(cursor, snapshot, ingest)

    def compare_dataset(self, members: Mapping[str, Path], first: date, last: date) -> DatasetComparison:
        """Hold the exact filings made from `first` to `last`, a quarter, against the SEC's TSVs of it.

        `members` are the TSVs by the names of their tables, as far as there are any. To be closed.

        Raises:
            duckdb.Error: a TSV cannot be read.
            LakeDamaged: a file of the newest snapshot is missing or unreadable.
        """
        snapshot = self.snapshot()
        engine = open_engine()
        self._files.serve(engine)
        try:
            with reading(snapshot):
                return DatasetComparison(engine, snapshot, members, first, last)
        except BaseException:
            engine.close()
            raise

    def all_quarantined(self) -> list[tuple[date, QuarantinedFiling]]:
        """Every row of quarantine with the date of the index that lists it, in the order of those dates."""
        with self._reading() as (cursor, snapshot):
            labels = {snapshot.path(each): each.label for each in snapshot.entries("quarantine")}
            sql = (
                f"SELECT q.*, e.index_date FROM ({snapshot.relation('quarantine', filename=True)}) q LEFT JOIN "
                f"(SELECT accession_number, min(index_date) AS index_date FROM "
                f"({snapshot.relation('index_entries', set(labels.values()))}) GROUP BY ALL) e USING (accession_number)"
            )
            names = list(TABLES["quarantine"].column_names())
            found = []
            for *values, path, listed in rows(cursor, sql):
                row = QuarantinedFiling(**dict(zip(names, values, strict=True)))
                label = labels[path]
                # A day file says the index date itself; in a folded one the index entry does.
                index_date = date.fromisoformat(label) if len(label) == 10 else listed or row.filing_date
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
            return [IndexEntry(**dict(zip(names, row, strict=True))) for row in rows(cursor, sql)]

    def index_day(self, index_date: date) -> IndexDay | None:
        """The row of an index date; None if its index was never looked for."""
        return next(iter(self._records(IndexDay, "index_days", index_date)), None)

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
            return [DatasetRead(**dict(zip(names, row, strict=True))) for row in rows(cursor, sql)]

    def dataset(self, quarter: str) -> DatasetRead | None:
        """What the lake says of a quarter's data set; None if it holds none."""
        return next((each for each in self.datasets() if each.quarter == quarter), None)

    def count_from_datasets(self) -> int:
        """How many filings it has from data sets only."""
        with self._reading() as (cursor, snapshot):
            sql = f"SELECT count(*) FROM ({snapshot.relation('filings')}) WHERE NOT ({EXACT})"
            return int(rows(cursor, sql)[0][0])

    def coverage(self, first: date | None = None, last: date | None = None) -> list[DayCoverage]:
        """How complete each index date from `first` to `last` is that was looked for, oldest first."""
        condition = " AND ".join(
            [f"index_date >= DATE '{first}'"] * (first is not None)
            + [f"index_date <= DATE '{last}'"] * (last is not None)
        )
        with self._reading() as (cursor, snapshot):
            for name in ("filings", "quarantine", "index_entries", "index_days"):
                cursor.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {snapshot.relation(name)}")
            sql = (
                f"SELECT * FROM ({view('coverage').query}) {'WHERE ' * bool(condition)}{condition} ORDER BY index_date"
            )
            return [DayCoverage(*row) for row in rows(cursor, sql)]

    def _records(self, record: type[Record], table: str, index_date: date) -> list[Record]:
        day = index_date.isoformat()
        with self._reading() as (cursor, snapshot):
            labels = [each for each in snapshot.labels if day.startswith(each)]
            sql = (
                f"SELECT * FROM ({snapshot.relation(table, labels)}) WHERE index_date = DATE {quoted(day)} ORDER BY ALL"
            )
            names = list(TABLES[table].column_names())
            return [record(**dict(zip(names, row, strict=True))) for row in rows(cursor, sql)]

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

    @cached_property
    def _committer(self) -> Committer:
        return Committer(self._files, self._log, self._engine, self._grace_seconds)

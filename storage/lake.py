"""The lake: the one object through which the other packages reach storage.

What only writing and checking need is imported where it is used, so that `form4 sql` opens without it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from .errors import LakeMissing, WriterAtWork, writing
from .files.locks import writers_lock
from .files.place import Files, files_at
from .lazy import lazy
from .periods import check_period, first_month
from .read.engine import open_engine, reading
from .read.reader import LakeReader

if TYPE_CHECKING:
    import filelock

    from .check.verification import Tell, Verification
    from .check.violations import Violation
    from .notes import Notes
    from .raw import RawArchive
    from .sec.comparison import DatasetComparison
    from .sharing.clone import Cloned
    from .sharing.delta import DeltaTable
    from .sharing.release import Release
    from .write.commit import Commit, Committer
    from .write.compaction import Compaction
    from .write.ingest import Ingest
    from .write.preview import Differences
else:
    filelock = lazy("filelock")


class Lake(LakeReader):
    """A lake in a folder. Any number of processes and threads may have it open; readers hold no lock."""

    def __init__(self, files: Files, grace_seconds: float) -> None:
        super().__init__(files)
        self._grace_seconds = grace_seconds
        self.after_commit: Callable[[], None] = lambda: None
        """Called once each commit of this process is made, by whichever method; it must not raise."""

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
        """Close DuckDB, which complains about what is still open when a program ends; closing again is harmless.

        The next question opens it again.
        """
        self.__dict__.pop("_committer", None)
        if raw := self.__dict__.get("raw"):
            raw.close()
        engine = self.__dict__.pop("_engine", None)
        if engine is not None:
            engine.close()

    def __enter__(self) -> Lake:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def begin(self, period: str) -> Ingest:
        """Begin an ingest for a day (`2024-01-02`), a month (`2024-01`), a year, or a quarter's data set (`2024Q1`).

        Raises:
            ValueError: the period names no period.
            LakeUnwritable, LakeFull: nothing can be staged.
        """
        from .write.ingest import Ingest

        first_month(period) or check_period(period)
        self._committer.repair()
        return Ingest(period, self._files.stage())

    @contextmanager
    def alone(self, writer: str) -> Iterator[None]:
        """Be the only one on this machine that writes as `writer` to this lake; the end of this process ends it too.

        Raises:
            WriterAtWork: another does already.
            LakeUnwritable, LakeFull: the lock's file cannot be made.
        """
        path = self._files.lock_file(writer)
        with writing(path):
            lock = writers_lock(path)
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
        done = None if ingest.empty else self._committer.commit(ingest, writer, self.raw)
        ingest.close()
        return done

    def compare(self, ingest: Ingest) -> Differences:
        """What an ingest, complete but for its commit, would change of filings that the files of its period hold."""
        from .write.preview import compare

        with self._reading() as (cursor, snapshot):
            return compare(cursor, snapshot, ingest)

    def compare_dataset(self, members: Mapping[str, Path], first: date, last: date) -> DatasetComparison:
        """Compare the exact filings made from `first` to `last`, a quarter, with the SEC's TSVs of it.

        `members` are the TSVs by the names of their tables, as far as there are any. To be closed.

        Raises:
            NothingToCompare: there is no SUBMISSION that can be used.
            duckdb.Error: a TSV cannot be read.
            LakeDamaged: a file of the newest snapshot is missing or unreadable.
        """
        from .sec.comparison import DatasetComparison

        snapshot = self.snapshot()
        engine = open_engine()
        self._files.serve(engine)
        try:
            with reading(snapshot):
                return DatasetComparison(engine, snapshot, members, first, last)
        except BaseException:
            engine.close()
            raise

    def due_for_compaction(self, before: date) -> list[str]:
        """The months (`2024-01`) and years that end before a date and are not one file a table yet, oldest first.

        Raises:
            LakeDamaged: the log cannot be read.
        """
        from .write.compaction import due

        return due(self.snapshot().periods, before)

    def compact_period(self, period: str) -> Compaction | None:
        """Make the files of a month or year one sorted file a table, as one commit; None if they are that already.

        Raises:
            ValueError: the period names no period.
            LakeFull, LakeUnwritable: it could not be written; the lake is as it was.
            LakeDamaged: a file that had to be read is missing or unreadable.
        """
        from .write.compaction import compact_period

        check_period(period)
        self._committer.repair()
        return compact_period(self._files, self._committer, period)

    def tidy(self, before: date) -> None:
        """Remove what killed writers left and retired files whose grace period is over; compact the raw files of days.

        Days before the date that are in several raw files become one; the raw archive stays a file a day.

        Raises:
            LakeFull, LakeUnwritable: files cannot be written or removed.
            LakeDamaged: the log or a raw file cannot be read.
        """
        self._committer.sweep()
        for day in self.raw.scattered(before):
            self.raw.compact_period(day)

    def compact(self, before: date) -> list[Compaction]:
        """Compact each month and year that ends before a date, and tidy. Raises as they do."""
        done = [self.compact_period(period) for period in self.due_for_compaction(before)]
        self.tidy(before)
        return [each for each in done if each]

    def verify(self, *, raw: bool = False, tell: Tell = lambda _, __: None) -> Verification:
        """Look at every file of the newest snapshot and at what must be true of its rows; nothing is changed.

        With `raw`, unpack the raw archive too and compare each submission with its SHA-256. `tell` is called with the
        bytes read and the bytes in all. What is wrong is in the answer, not raised.
        """
        from .check.verification import Verifier

        return Verifier(self._files, self._log, self.raw, self._engine, tell).verify(raw=raw)

    def repair(self, violations: Iterable[Violation]) -> None:
        """Put right what `verify` found and what has another copy, or follows from the log; no row changes.

        Raises:
            LakeUnwritable, LakeFull: it cannot be written.
        """
        from .check.repair import repair

        repair(self._files, self._log, self._committer, violations)

    def drop_damaged(self, violations: Collection[Violation]) -> None:
        """Remove from the lake what `verify` found and nothing here can repair, so that the next run fetches it again.

        Raises:
            LakeUnwritable, LakeFull: it cannot be written; the lake is as it was.
            LakeDamaged: the log cannot be read.
        """
        from .check.repair import drop_damaged

        drop_damaged(self._files, self._committer, self.raw, violations)

    def publish_delta(self) -> list[DeltaTable]:
        """Have the Delta logs beside the tables name the files of the newest version, if they do not yet.

        Raises:
            DeltaMissing: the package that writes them is not installed.
            PublicationFailed: a Delta log cannot be read or written; the lake itself is as it was.
            LakeDamaged: the lake's log cannot be read.
        """
        from .sharing.delta import DeltaLogs

        return DeltaLogs(self._files).publish(self.snapshot())

    def release(self, folder: Path, *, program: str, raw: bool = True) -> Release:
        """Write the newest version into a new or empty folder, for any web server to serve it.

        `raw`: with the submissions as fetched. `program` is the version of this program.

        Raises:
            LakeUnwritable, LakeFull: the folder is not empty, or cannot be written.
            LakeDamaged: a file of the lake is missing or has another size.
        """
        from .sharing.release import release

        self.check_files()
        return release(self._files, self.snapshot(), folder, program=program, raw=raw)

    @classmethod
    def clone(cls, location: str, folder: Path, tell: Tell = lambda _, __: None, *, raw: bool = True) -> Cloned:
        """Copy the lake at a location, of any kind, into a folder, where it can be gone on with.

        `raw`: with the submissions as fetched. `tell` is called with the bytes that are there and the bytes in all.

        Raises:
            LakeMissing: there is no lake there, or its raw archive cannot be listed.
            LakeUnreachable: the source does not answer, or not as it should.
            LakeDamaged: what it gives is not what its log says.
            LakeUnwritable, LakeFull: the folder cannot be written, or has something else in it.
        """
        from .sharing.clone import clone

        done = clone(location, folder, tell, raw=raw)
        cls.open(folder, create=True).close()
        return done

    @cached_property
    def raw(self) -> RawArchive:
        """The submissions as fetched."""
        from .raw import RawArchive

        return RawArchive(self._files)

    @cached_property
    def notes(self) -> Notes:
        """What runs leave for the next run."""
        from .notes import Notes

        return Notes(self._files)

    @cached_property
    def _committer(self) -> Committer:
        from .write.commit import Committer

        return Committer(self._files, self._log, self._engine, self._grace_seconds, lambda: self.after_commit())

"""Verification: every file of the newest snapshot looked at, and what must be true of its rows checked.

Coverage adds up where nothing is violated: an index entry, a filing and a row of quarantine is there once, no filing is
both stored and in quarantine, and what is neither is what `coverage` calls missing.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

import duckdb

from ...tables import TABLES
from ..arrow import arrow_schema, columns_id
from ..errors import LakeDamaged, LakeUnwritable
from ..files.place import Files
from ..lazy import lazy
from ..periods import covers, quarters_of
from ..raw import RawArchive
from ..read.catalog import published_version
from ..read.catalog_check import catalog_faults, catalog_notes
from ..read.engine import reading, rows
from ..versions.log import CommitLog, DataFile
from ..versions.snapshot import EXACT, Snapshot
from .history import History, read_history
from .repair import FILINGS_AND_AMENDMENTS
from .sound_rows import check_rows
from .violations import Remedy, Violation

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq
else:
    pa = lazy("pyarrow")
    pq = lazy("pyarrow.parquet")

NAMED = 20
"""So many filings are named, of each day that the raw archive has lost."""

Tell = Callable[[int, int], None]
"""Called with how many bytes are read, and how many there are in all."""


@dataclass(slots=True)
class Verification:
    """What was looked at, and all that is wrong with it."""

    version: int = 0
    files: int = 0
    """Parquet files of the snapshot and, where it was looked at, of the raw archive."""
    rows: int = 0
    missing: int = 0
    """Filings that an index lists and the lake lacks: not damage, the next run fetches them."""
    violations: list[Violation] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What is not damage but worth knowing, each with what to do."""


class Verifier:
    """Looks at one lake, at its newest version; changes nothing."""

    def __init__(
        self, files: Files, log: CommitLog, raw: RawArchive, engine: duckdb.DuckDBPyConnection, tell: Tell
    ) -> None:
        self._files = files
        self._log = log
        self._raw = raw
        self._engine = engine
        self._tell = tell
        self._done = 0
        self._found = Verification()

    def verify(self, *, raw: bool) -> Verification:
        """Everything; with `raw` the content of the raw archive too, whose files are only opened otherwise."""
        self._log.reread()
        history = read_history(self._files, self._log)
        if history.violations:
            # Nothing else can be said of a lake whose log is not whole, and nothing should be thrown away.
            self._found.violations = history.violations
            return self._found
        snapshot = self._newest()
        if self._found.violations and self._found.violations[0].remedy is Remedy.COPY:
            return self._found
        self._found.version, self._found.rows = snapshot.version, sum(each.rows for each in snapshot.live.values())
        archived = self._files.names("raw", ".parquet")
        self._found.files = len(snapshot.live) + len(archived)
        total = sum(each.bytes for each in snapshot.live.values())
        sizes = self._files.sizes(f"raw/{name}" for name in archived) if raw else {}
        total += sum(sizes.values())
        sound = self._check_files(snapshot, total)
        self._check_rows(snapshot, history, sound)
        self._found.violations = [_refetched(each, history) for each in self._found.violations]
        for name in archived:
            self._check_raw(f"raw/{name}", deep=raw)
            self._read(sizes.get(f"raw/{name}", 0), total)
        if raw:
            self._check_archived(snapshot, history, sound)
        return self._found

    def _newest(self) -> Snapshot:
        """The newest snapshot, with its names and its catalog compared while no writer is between its steps."""
        with ExitStack() as held:
            with suppress(LakeUnwritable):  # whoever may only read looks without the lock
                held.enter_context(self._files.publishing())
            version = published_version(self._files)
            snapshot = Snapshot(self._files, self._log.state())
            if version > snapshot.version:
                error = self._log.missing(version)
                self._found.violations = [Violation(f"log/{version:020d}.json", error.what, Remedy.COPY)]
                return snapshot
            self._found.violations += self._misnamed(snapshot)
            faults = catalog_faults(self._files, snapshot)
            self._found.violations += [Violation(name, fault, Remedy.REPAIR) for name, fault in faults.items()]
            if not faults:
                self._found.notes += catalog_notes(self._files)
        return snapshot

    def _misnamed(self, snapshot: Snapshot) -> Iterator[Violation]:
        live = set(snapshot.live)
        reader_folder = self._files.reader_folder
        plain, kept = (set(self._files.names(each, ".parquet")) for each in ("data", reader_folder))
        # Where files have one name, what is not live may be retired or not yet committed: only the sweep can tell.
        for name in sorted(plain - live) if reader_folder != "data" else ():
            yield Violation(f"data/{name}", "is not part of the lake, but plain globs read it", Remedy.REPAIR)
        for name in sorted((live & kept) - plain):
            yield Violation(f"data/{name}", f"is missing; {reader_folder}/ has the file", Remedy.REPAIR)
        for name in sorted((live & plain) - kept):
            yield Violation(f"{reader_folder}/{name}", "is missing; data/ has the file", Remedy.REPAIR)
        for name in sorted(live - plain - kept):
            yield self._lost(snapshot.live[name], "is missing")

    def _check_files(self, snapshot: Snapshot, total: int) -> set[str]:
        """The paths of the files that are what the log says."""
        sound = set()
        entries = sorted(snapshot.live.values(), key=lambda each: each.path)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for entry, violations in zip(entries, pool.map(self._look, entries), strict=True):
                self._found.violations += violations
                if not any(each.where == f"{self._files.reader_folder}/{entry.path}" for each in violations):
                    sound.add(entry.path)
                self._read(entry.bytes, total)
        # A file without its readers' name cannot be read.
        return sound & set(self._files.names(self._files.reader_folder, ".parquet"))

    def _look(self, entry: DataFile) -> list[Violation]:
        """What is wrong with the content behind the two names of a file; missing names were reported before."""
        names = dict.fromkeys(f"{folder}/{entry.path}" for folder in (self._files.reader_folder, "data"))
        there = [name for name in names if self._files.has(name)]
        paths = [path for name in there if (path := self._files.local(name))]
        if len(paths) == 2 and paths[0].samefile(paths[1]):
            there.pop()
        faults = {name: fault for name in there if (fault := fault_of(self._files, name, entry))}
        if len(faults) == len(there):
            return [self._lost(entry, fault) for fault in list(faults.values())[:1]]
        return [Violation(name, f"{fault}; its other name is whole", Remedy.REPAIR) for name, fault in faults.items()]

    def _check_rows(self, snapshot: Snapshot, history: History, sound: set[str]) -> None:
        cursor = self._engine.cursor()
        try:
            with reading(snapshot):
                found = check_rows(cursor, snapshot, history, sound)
                self._found.violations += found.violations
                self._found.missing = found.missing
        finally:
            cursor.close()

    def _check_raw(self, name: str, *, deep: bool) -> None:
        try:
            with suppress(FileNotFoundError):  # compacted away since it was listed
                self._raw.check(name, deep=deep)
        except LakeDamaged as damaged:
            day = name.rpartition("/")[2][:10]
            self._found.violations.append(Violation(name, damaged.what, Remedy.DISCARD, day))

    def _check_archived(self, snapshot: Snapshot, history: History, sound: set[str]) -> None:
        """Whether the raw archive has what commits say that it had."""
        lacking: dict[date, set[str]] = {}
        for day, count in history.archived.items():
            with suppress(LakeDamaged):  # its file is named already
                if len(held := self._raw.held(day)) < count:
                    lacking[day] = held
        stored = self._exact_filings(snapshot, lacking, sound) if lacking else {}
        for day, held in lacking.items():
            if lost := sorted(stored.get(day, set()) - held):
                named = ", ".join(lost[:NAMED]) + f" and {len(lost) - NAMED:,} more" * (len(lost) > NAMED)
                had = history.archived[day]
                what = f"has {len(held):,} submissions of the {had:,} that were kept; it lacks those of {named}"
                self._found.violations.append(
                    Violation(f"raw/year={day:%Y}/{day}", what, Remedy.FORGET, day.isoformat())
                )

    def _exact_filings(self, snapshot: Snapshot, days: Iterable[date], sound: set[str]) -> dict[date, set[str]]:
        """The stored filings that the indexes of days list, but for those that are as the SEC's data sets have them."""
        listed, stored = (
            snapshot.select(TABLES[name], [each for each in snapshot.entries(name) if each.path in sound])
            for name in ("index_entries", "filings")
        )
        wanted = ", ".join(f"DATE '{each}'" for each in days)
        found: dict[date, set[str]] = {}
        cursor = self._engine.cursor()
        try:
            for day, number in rows(
                cursor,
                f"SELECT index_date, accession_number FROM ({listed}) SEMI JOIN (FROM ({stored}) WHERE {EXACT}) "
                f"USING (accession_number) WHERE index_date IN ({wanted})",
            ):
                found.setdefault(day, set()).add(number)
        finally:
            cursor.close()
        return found

    def _lost(self, entry: DataFile, fault: str) -> Violation:
        return Violation(f"{self._files.reader_folder}/{entry.path}", fault, Remedy.REFETCH, entry.period, entry.table)

    def _read(self, size: int, total: int) -> None:
        self._done += size
        self._tell(self._done, total)


def _refetched(violation: Violation, history: History) -> Violation:
    """With the data sets to read again once it is dropped: all of them, where that forgets that any was read."""
    quarters = [each for quarters in history.datasets for each in quarters]
    if violation.remedy is not Remedy.REFETCH or not violation.period or not quarters:
        return violation
    if violation.table == "datasets":
        quarters_held = quarters_of(violation.period)
        return replace(violation, listed=False, datasets=tuple(each for each in quarters if each in quarters_held))
    if violation.table not in FILINGS_AND_AMENDMENTS:
        return violation
    listed = any(covers(violation.period, each.isoformat()) for each in history.index_dates)
    return replace(violation, listed=listed, datasets=tuple(quarters))


def fault_of(files: Files, name: str, entry: DataFile) -> str | None:
    """What is wrong with a file that should be the one of the log's entry; None if it is that, byte by byte."""
    try:
        size = files.sizes([name]).get(name)
        if size is not None and size != entry.bytes:
            return f"has {size:,} bytes, not the {entry.bytes:,} that were written"
        with files.open(name) as content:
            digest = hashlib.sha256()
            while part := content.read(1 << 20):
                digest.update(part)
            if digest.hexdigest() != entry.sha256:
                return "has other bytes than were written"
            file = pq.ParquetFile(content)
            rows, columns = file.metadata.num_rows, file.schema_arrow
    except FileNotFoundError:
        return "is missing"
    except (OSError, pa.ArrowException) as error:
        return f"cannot be read ({error})"
    if rows != entry.rows:
        return f"has {rows:,} rows, not the {entry.rows:,} that the log has"
    wanted = arrow_schema(TABLES[entry.table].stored)
    if entry.columns == columns_id(TABLES[entry.table]):
        return None if columns.equals(wanted) else "has other columns than its table"
    # A file of an older declaration: the columns that are left have to be what they are now.
    kinds = {each.name: each.type for each in wanted}
    changed = [each.name for each in columns if kinds.get(each.name, each.type) != each.type]
    return f"has columns of another type: {', '.join(changed)}" if changed else None

"""The raw archive: submissions as fetched, in immutable Parquet files that are found by listing."""

from __future__ import annotations

import hashlib
import re
import struct
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import LakeDamaged, writing
from .files.place import Files
from .files.staging import Staging, unique_id
from .lazy import lazy

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq
else:
    pa = lazy("pyarrow")
    pq = lazy("pyarrow.parquet")

_DAY = re.compile(r"year=\d{4}/(\d{4}-\d{2}-\d{2})\.")
_GROUP_BYTES = 16 << 20
"""Content a row group: what reading one submission has to unpack at most, but for a larger submission."""


@cache
def _schema() -> pa.Schema:
    return pa.schema(
        [
            pa.field("accession_number", pa.string(), nullable=False),
            pa.field("index_date", pa.date32(), nullable=False),
            pa.field("source_path", pa.string(), nullable=False),
            pa.field("fetched_at", pa.timestamp("us", tz="UTC"), nullable=False),
            pa.field("content_sha256", pa.string(), nullable=False),
            pa.field("content", pa.binary(), nullable=False),
        ]
    )


@dataclass(frozen=True, slots=True)
class RawSubmission:
    """One submission as EDGAR sent it."""

    accession_number: str
    index_date: date
    """The date of the index that lists it."""
    source_path: str
    """Below /Archives/."""
    fetched_at: datetime
    """In UTC."""
    content: bytes


class RawArchive:
    """The submissions of a lake, by index date and accession; of several copies the latest counts."""

    def __init__(self, files: Files) -> None:
        self._files = files

    def append(self, submissions: Sequence[RawSubmission]) -> None:
        """Keep submissions: one new file an index date, durable when this returns; no lock is needed.

        Raises:
            LakeFull, LakeUnwritable: it could not be written; nothing half is left under a raw file's name.
        """
        by_date = sorted(submissions, key=lambda each: each.index_date)
        for index_date, group in groupby(by_date, key=lambda each: each.index_date):
            # Of two copies in one call the later is the one to keep: a file has an accession once.
            latest = {each.accession_number: each for each in group}
            staging = self._files.stage()
            try:
                self._install(staging, index_date, latest.values())
            finally:
                staging.discard()

    def held(self, index_date: date) -> set[str]:
        """The accession numbers archived under an index date."""
        while True:
            try:
                return {name for path in self._paths(index_date) for name in _names(_open(self._files, path))}
            except FileNotFoundError:
                continue  # compacted away since it was listed

    def read(self, index_date: date, accession_numbers: Collection[str]) -> Iterator[RawSubmission]:
        """The archived submissions among these accessions, each once, its latest copy.

        Raises:
            LakeDamaged: a file cannot be read, or a content is not what its SHA-256 says.
        """
        wanted = set(accession_numbers)
        while wanted:
            try:
                for path, row in _rows(self._files, reversed(self._paths(index_date)), wanted):
                    yield _checked(path, row)
            except FileNotFoundError:
                continue  # compacted away since it was listed
            return

    def scattered(self, before: date) -> list[date]:
        """The index dates before a date whose submissions are in more than one file, oldest first."""
        return [day for day, count in sorted(self._files_by_date().items()) if count > 1 and day < before]

    def empty(self) -> bool:
        """Whether no submission was ever kept."""
        return not self._files_by_date()

    def check(self, name: str, *, deep: bool) -> None:
        """Open one file of the archive, by its name in the lake; if `deep`, compare each content with its SHA-256.

        Raises:
            LakeDamaged: it cannot be read, or a content is not what was stored.
            FileNotFoundError: it is gone.
        """
        file = _open(self._files, name)
        if deep:
            for path, row in _rows(self._files, [name], set(_names(file))):
                _checked(path, row)

    def compact_period(self, index_date: date) -> None:
        """Put the files of an index date into one, with the latest copy of each submission; readers are not disturbed.

        Raises:
            LakeDamaged: a file cannot be read, or a content is not what its SHA-256 says.
            LakeFull, LakeUnwritable: the one file could not be written; the others are as they were.
        """
        if len(self._paths(index_date)) < 2:
            return
        staging = self._files.stage()
        try:
            # A bucket has no lock: another process may compact the date meanwhile; its files are then left to it.
            with self._files.publishing(), suppress(FileNotFoundError):
                paths = self._paths(index_date)
                names = {name for path in paths for name in _names(_open(self._files, path))}
                copies = (_checked(path, row) for path, row in _rows(self._files, reversed(paths), names))
                self._install(staging, index_date, copies)
                for path in paths:
                    self._files.remove(path)
        finally:
            staging.discard()

    def _files_by_date(self) -> Counter[date]:
        found = (_DAY.match(name) for name in self._files.names("raw", ".parquet"))
        return Counter(date.fromisoformat(each[1]) for each in found if each)

    def _install(self, staging: Staging, index_date: date, submissions: Iterable[RawSubmission]) -> None:
        staged = staging.folder / "raw.parquet"
        _write(submissions, staged)
        self._files.install(staged, f"raw/year={index_date:%Y}/{index_date}.{unique_id()}.parquet")

    def _paths(self, index_date: date) -> list[str]:
        folder = f"raw/year={index_date:%Y}"
        return [
            f"{folder}/{each}" for each in self._files.names(folder, ".parquet") if each.startswith(f"{index_date}.")
        ]


def _write(submissions: Iterable[RawSubmission], path: Path) -> None:
    with writing(path), _writer(path) as writer:
        waiting: list[RawSubmission] = []
        size = 0
        for each in submissions:
            waiting.append(each)
            size += len(each.content)
            del each  # else it lived until the next is read
            if size >= _GROUP_BYTES:
                writer.write_table(_table(waiting))
                waiting, size = [], 0
        if waiting:
            writer.write_table(_table(waiting))
    pa.default_memory_pool().release_unused()  # Arrow would keep what the largest submission took


def _writer(path: Path) -> pq.ParquetWriter:
    """Without a dictionary and statistics of the contents, which would hold each of them several times more."""
    small = [name for name in _schema().names if name != "content"]
    return pq.ParquetWriter(path, _schema(), compression="zstd", use_dictionary=small, write_statistics=small)


def _table(submissions: list[RawSubmission]) -> pa.Table:
    columns = {
        "accession_number": [each.accession_number for each in submissions],
        "index_date": [each.index_date for each in submissions],
        "source_path": [each.source_path for each in submissions],
        "fetched_at": [each.fetched_at for each in submissions],
        "content_sha256": [hashlib.sha256(each.content).hexdigest() for each in submissions],
        "content": pa.chunked_array([_in_place(each.content) for each in submissions]),
    }
    return pa.table(columns, schema=_schema())


def _in_place(content: bytes) -> pa.Array:
    """An array of one value that shares its memory."""
    offsets = pa.py_buffer(struct.pack("=ii", 0, len(content)))
    return pa.Array.from_buffers(pa.binary(), 1, [None, offsets, pa.py_buffer(content)])


def _open(files: Files, name: str) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(files.open(name))
    except FileNotFoundError:
        raise
    except (OSError, pa.ArrowException) as error:
        raise _damaged(files.uri(name), str(error)) from error


def _names(file: pq.ParquetFile) -> list[str]:
    return list(file.read(columns=["accession_number"]).column(0).to_pylist())


def _rows(files: Files, paths: Iterable[str], wanted: set[str]) -> Iterator[tuple[str, dict[str, object]]]:
    """The rows of wanted accessions, each from the first file that has it and with its place; taken from `wanted`."""
    for name in paths:
        if not wanted:
            return
        file, path = _open(files, name), files.uri(name)
        for group in range(file.num_row_groups):
            try:
                names = file.read_row_group(group, columns=["accession_number"]).column(0).to_pylist()
                if not wanted.intersection(names):
                    continue
                rows = file.read_row_group(group)
            except FileNotFoundError:
                raise  # compacted away since it was opened: an object store keeps nothing for who has it open
            except (OSError, pa.ArrowException) as error:
                raise _damaged(path, str(error)) from error
            for place, number in enumerate(names):
                if number in wanted:
                    wanted.discard(number)
                    yield path, rows.slice(place, 1).to_pylist()[0]
            del rows  # before the next group is read


def _checked(path: str, row: dict[str, object]) -> RawSubmission:
    # Taken out of the row: whoever asks for the next one may still hold this.
    content, fetched_at, index_date = row.pop("content"), row["fetched_at"], row["index_date"]
    if not (isinstance(content, bytes) and isinstance(fetched_at, datetime) and isinstance(index_date, date)):
        raise _damaged(path, f"{row['accession_number']} is not whole")
    if hashlib.sha256(content).hexdigest() != row["content_sha256"]:
        raise _damaged(path, f"the content of {row['accession_number']} is not what was stored")
    return RawSubmission(
        accession_number=str(row["accession_number"]),
        index_date=index_date,
        source_path=str(row["source_path"]),
        fetched_at=fetched_at.astimezone(UTC),
        content=content,
    )


def _damaged(path: str, what: str) -> LakeDamaged:
    return LakeDamaged(
        f"the raw archive is damaged: {path}: {what}. Put the file back from a copy, or delete it: what it held is "
        "fetched again when it is needed. `form4 verify --raw` checks all of it.",
        what,
    )

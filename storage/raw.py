"""The raw archive: submissions as fetched, in immutable Parquet files that are found by listing."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import groupby
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from storage.errors import LakeDamaged, writing
from storage.files import LocalFiles, unique_id

_SCHEMA = pa.schema(
    [
        pa.field("accession_number", pa.string(), nullable=False),
        pa.field("index_date", pa.date32(), nullable=False),
        pa.field("source_path", pa.string(), nullable=False),
        pa.field("fetched_at", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("content_sha256", pa.string(), nullable=False),
        pa.field("content", pa.binary(), nullable=False),
    ]
)
_GROUP_BYTES = 16 << 20
"""Content a row group: what reading one submission has to unpack at most, but for a larger submission."""


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

    def __init__(self, files: LocalFiles) -> None:
        self._files = files

    def append(self, submissions: Sequence[RawSubmission]) -> None:
        """Keep submissions: one new file an index date, durable when this returns; no lock is needed.

        Raises:
            LakeFull, LakeUnwritable: it could not be written; nothing half is left under a raw file's name.
        """
        by_date = sorted(submissions, key=lambda each: each.index_date)
        for index_date, group in groupby(by_date, key=lambda each: each.index_date):
            staging = self._files.stage()
            try:
                staged = staging.folder / "raw.parquet"
                _write(list(group), staged)
                self._files.install(staged, f"raw/year={index_date:%Y}/{index_date}.{unique_id()}.parquet")
            finally:
                staging.discard()

    def held(self, index_date: date) -> set[str]:
        """The accession numbers archived under an index date."""
        found: set[str] = set()
        for path in self._paths(index_date):
            found.update(_open(path).read(columns=["accession_number"]).column(0).to_pylist())
        return found

    def read(self, index_date: date, accession_numbers: Collection[str]) -> Iterator[RawSubmission]:
        """The archived submissions among these accessions, each once, its latest copy.

        Raises:
            LakeDamaged: a file cannot be read, or a content is not what its SHA-256 says.
        """
        wanted = set(accession_numbers)
        for path in reversed(self._paths(index_date)):
            if not wanted:
                return
            file = _open(path)
            for group in range(file.num_row_groups):
                names = file.read_row_group(group, columns=["accession_number"]).column(0)
                if not wanted.intersection(names.to_pylist()):
                    continue
                rows = _rows(path, file, group)
                for row in rows.filter(pc.is_in(rows["accession_number"], pa.array(sorted(wanted)))).to_pylist():
                    wanted.discard(row["accession_number"])
                    yield _checked(path, row)

    def _paths(self, index_date: date) -> list[Path]:
        folder = self._files.path(f"raw/year={index_date:%Y}")
        return sorted(folder.glob(f"{index_date}.*.parquet"))


def _write(submissions: list[RawSubmission], path: Path) -> None:
    # Of two copies in one call the later is the one to keep: a file has an accession once.
    latest = {each.accession_number: each for each in submissions}
    with writing(path), pq.ParquetWriter(path, _SCHEMA, compression="zstd") as writer:
        waiting: list[RawSubmission] = []
        size = 0
        for each in latest.values():
            waiting.append(each)
            size += len(each.content)
            if size >= _GROUP_BYTES:
                writer.write_table(_table(waiting))
                waiting, size = [], 0
        if waiting:
            writer.write_table(_table(waiting))


def _table(submissions: list[RawSubmission]) -> pa.Table:
    rows = [
        {
            "accession_number": each.accession_number,
            "index_date": each.index_date,
            "source_path": each.source_path,
            "fetched_at": each.fetched_at,
            "content_sha256": hashlib.sha256(each.content).hexdigest(),
            "content": each.content,
        }
        for each in submissions
    ]
    return pa.Table.from_pylist(rows, schema=_SCHEMA)


def _open(path: Path) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(path)
    except (OSError, pa.ArrowException) as error:
        raise _damaged(path, str(error)) from error


def _rows(path: Path, file: pq.ParquetFile, group: int) -> pa.Table:
    try:
        return file.read_row_group(group)
    except (OSError, pa.ArrowException) as error:
        raise _damaged(path, str(error)) from error


def _checked(path: Path, row: dict[str, object]) -> RawSubmission:
    content, fetched_at, index_date = row["content"], row["fetched_at"], row["index_date"]
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


def _damaged(path: Path, what: str) -> LakeDamaged:
    return LakeDamaged(
        f"the raw archive is damaged: {path}: {what}. Put the file back from a copy, or delete it: what it held is "
        "fetched again when it is needed."
    )

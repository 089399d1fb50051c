"""Parquet files of the raw archive: how they are written, and what is read of them."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import writing
from ..files.place import Files
from ..lazy import lazy
from .submission import RawSubmission, damaged

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq
else:
    pa = lazy("pyarrow")
    pq = lazy("pyarrow.parquet")

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


def write(submissions: Iterable[RawSubmission], path: Path) -> None:
    """Write a file, a group of rows at a time.

    Raises:
        LakeFull, LakeUnwritable: it could not be written.
    """
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


def accessions(files: Files, name: str) -> set[str]:
    """The accession numbers in a file.

    Raises:
        LakeDamaged: it cannot be read.
        FileNotFoundError: it is gone.
    """
    file = _open(files, name)
    try:
        return set(file.read(columns=["accession_number"]).column(0).to_pylist())
    except FileNotFoundError:
        raise
    except (OSError, pa.ArrowException) as error:
        raise damaged(files.uri(name), str(error)) from error


def submissions(files: Files, name: str, wanted: Collection[str]) -> Iterator[RawSubmission]:
    """The wanted submissions in a file.

    Raises:
        LakeDamaged: it cannot be read, or a content is not what its SHA-256 says.
        FileNotFoundError: it is gone.
    """
    file, path = _open(files, name), files.uri(name)
    for group in range(file.num_row_groups):
        try:
            names = file.read_row_group(group, columns=["accession_number"]).column(0).to_pylist()
            places = [place for place, number in enumerate(names) if number in wanted]
            if not places:
                continue
            rows = file.read_row_group(group)
        except FileNotFoundError:
            raise  # compacted away since it was opened: an object store keeps nothing for who has it open
        except (OSError, pa.ArrowException) as error:
            raise damaged(path, str(error)) from error
        for place in places:
            yield _checked(path, rows.slice(place, 1).to_pylist()[0])
        del rows  # before the next group is read


def _open(files: Files, name: str) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(files.open(name))
    except FileNotFoundError:
        raise
    except (OSError, pa.ArrowException) as error:
        raise damaged(files.uri(name), str(error)) from error


def _checked(path: str, row: dict[str, object]) -> RawSubmission:
    # Taken out of the row: whoever asks for the next one may still hold this.
    content, fetched_at, index_date = row.pop("content"), row["fetched_at"], row["index_date"]
    if not (isinstance(content, bytes) and isinstance(fetched_at, datetime) and isinstance(index_date, date)):
        raise damaged(path, f"{row['accession_number']} is not whole")
    if hashlib.sha256(content).hexdigest() != row["content_sha256"]:
        raise damaged(path, f"the content of {row['accession_number']} is not what was stored")
    return RawSubmission(
        accession_number=str(row["accession_number"]),
        index_date=index_date,
        source_path=str(row["source_path"]),
        fetched_at=fetched_at.astimezone(UTC),
        content=content,
    )

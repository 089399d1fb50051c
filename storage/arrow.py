"""Arrow schemas of the tables, and how a Parquet file is written."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from ..tables import Column, Table
from .errors import writing
from .lazy import lazy

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq
else:
    pa = lazy("pyarrow")
    pc = lazy("pyarrow.compute")
    pq = lazy("pyarrow.parquet")

ROW_GROUP = 16_384
"""Rows a row group: small enough that one issuer's rows are one group of a sorted year."""
ROW_GROUPS = {"filings": 4_096, "non_derivative_transactions": 8_192, "derivative_transactions": 8_192}
"""The same of tables whose rows carry texts and lists: a group is read whole for one issuer."""


@cache
def _types() -> dict[str, pa.DataType]:
    return {
        "VARCHAR": pa.string(),
        "VARCHAR[]": pa.list_(pa.string()),
        "BIGINT[]": pa.list_(pa.int64()),
        "DECIMAL(20,4)": pa.decimal128(20, 4),
        "DATE": pa.date32(),
        "TIMESTAMPTZ": pa.timestamp("us", tz="UTC"),
        "BOOLEAN": pa.bool_(),
        "BIGINT": pa.int64(),
        "INTEGER": pa.int32(),
        "SMALLINT": pa.int16(),
    }


_BLOOM_FALSE = 0.03
"""Row groups read in vain; the most distinct values that a group can have make a filter of 32 KiB then."""


def arrow_schema(columns: Iterable[Column]) -> pa.Schema:
    """The Arrow schema of columns: of `Table.stored` for a table's files."""
    return pa.schema([pa.field(each.name, _types()[each.sql_type], each.nullable) for each in columns])


def columns_id(table: Table) -> str:
    """A short id of a table's columns, kept with each file: files of another id have other columns."""
    return f"{zlib.crc32(' '.join(f'{each.name} {each.sql_type}' for each in table.stored).encode()):08x}"


def write_parquet(table: Table, batches: Iterator[pa.RecordBatch], path: Path) -> int:
    """Write batches, in their order, as one file of the lake; the number of rows. No row: no file.

    Raises:
        LakeFull, LakeUnwritable: the disk would not have it.
    """
    schema = arrow_schema(table.stored)
    size = ROW_GROUPS.get(table.name, ROW_GROUP)
    writer: pq.ParquetWriter | None = None
    rows = 0
    with writing(path):
        try:
            for group in _groups(schema, batches, size):
                writer = writer or _writer(table, schema, path, group)
                writer.write_table(group, row_group_size=size)
                rows += group.num_rows
        finally:
            if writer is not None:
                writer.close()
    return rows


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _writer(table: Table, schema: pa.Schema, path: Path, group: pa.Table) -> pq.ParquetWriter:
    """A writer for a file whose first, and largest, row group this is."""
    distinct = {name: pc.count_distinct(group[name]).as_py() for name in table.bloom}
    return pq.ParquetWriter(
        path,
        schema,
        compression="zstd",
        compression_level=3,
        bloom_filter_options={name: {"ndv": max(count, 1), "fpp": _BLOOM_FALSE} for name, count in distinct.items()}
        or None,
    )


def _groups(schema: pa.Schema, batches: Iterator[pa.RecordBatch], size: int) -> Iterator[pa.Table]:
    waiting: list[pa.RecordBatch] = []
    count = 0
    for batch in batches:
        waiting.append(batch.cast(schema))
        count += batch.num_rows
        while count >= size:
            whole = pa.Table.from_batches(waiting)
            yield whole.slice(0, size)
            waiting = whole.slice(size).to_batches()
            count -= size
    if count:
        yield pa.Table.from_batches(waiting)

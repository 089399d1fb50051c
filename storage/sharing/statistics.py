"""The statistics of a data file as Delta's protocol has them: rows, NULLs, the least and the greatest value."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

from ...tables import TABLES
from ..lazy import lazy
from ..versions.log import DataFile
from ..versions.snapshot import Snapshot

if TYPE_CHECKING:
    import pyarrow.parquet as pq
else:
    pq = lazy("pyarrow.parquet")

_EXACT_IN_JSON = frozenset({"DATE", "BIGINT", "INTEGER", "SMALLINT"})
"""Types whose least and greatest value a footer has exactly and JSON keeps; texts may be cut, decimals rounded."""


def statistics(snapshot: Snapshot, file: DataFile) -> str:
    """The statistics of a file, from its footer; the columns without exact ones are left out.

    Raises:
        OSError, pyarrow.ArrowException: the footer cannot be read.
    """
    with pq.ParquetFile(snapshot.place.open(snapshot.name(file))) as opened:
        metadata = opened.metadata
    wanted = {each.name for each in TABLES[file.table].stored if each.sql_type in _EXACT_IN_JSON}
    found: dict[str, Any] = {"numRecords": file.rows, "minValues": {}, "maxValues": {}, "nullCount": {}}
    for place in range(metadata.num_columns):
        name = metadata.schema.column(place).path
        if name in wanted:
            _add(found, name, [metadata.row_group(each).column(place) for each in range(metadata.num_row_groups)])
    return json.dumps(found)


def _add(found: dict[str, Any], name: str, chunks: list[pq.ColumnChunkMetaData]) -> None:
    groups = [each.statistics for each in chunks]
    if any(each is None or not each.has_null_count for each in groups):
        return
    found["nullCount"][name] = sum(each.null_count for each in groups)
    filled = [each for each in groups if each.num_values]
    if filled and all(each.has_min_max for each in filled):
        found["minValues"][name] = _json(min(each.min for each in filled))
        found["maxValues"][name] = _json(max(each.max for each in filled))


def _json(value: date | int) -> str | int:
    return value.isoformat() if isinstance(value, date) else value

"""Whether two SELECTs give the same rows: a hash of each row added up, which takes a fraction of comparing them."""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from ...tables import Column


def same_rows(cursor: duckdb.DuckDBPyConnection, columns: Iterable[Column], one: str, other: str) -> bool:
    """Whether two SELECTs give rows with the same values in these columns, as many of each, in whatever order.

    Of 2^64 pairs that differ one passes for the same.
    """
    values = []
    for each in columns:
        values.append(f"{each.name}::{each.sql_type}")
        if each.sql_type.endswith("[]"):
            values.append(f"len({each.name})")  # DuckDB's hash of an empty list is that of none
    # Hashed twice: sums of DuckDB's hash of several values can be alike where two rows have swapped a value.
    row = f"hash({', '.join(values)})"
    sums = (f"(SELECT (count(*), sum(hash({row}))) FROM ({sql}))" for sql in (one, other))
    ((same,),) = cursor.execute(f"SELECT {' IS NOT DISTINCT FROM '.join(sums)}").fetchall()
    return bool(same)

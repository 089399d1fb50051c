"""A lake opened for questions from Python: what `form4lake.open_lake` gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike, fspath
from types import TracebackType
from typing import TYPE_CHECKING, Self

from .storage import Lake as StoredLake

if TYPE_CHECKING:
    import duckdb


class Lake:
    """A lake at one version, read-only; made by `open_lake`.

    Commits that are made while it is open do not change what it shows. Files that they replace stay for a day: open
    the lake again before that, and to see what is new. It has a DuckDB of its own, so that what is set in one opened
    lake is not set in another. Like any DuckDB connection it serves one thread at a time; open one for each thread.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def sql(self, query: str, params: Sequence[object] | Mapping[str, object] | None = None) -> duckdb.DuckDBPyRelation:
        """The answer to a query over the tables and views of the lake (docs/tables.md).

        Args:
            query: one SQL statement of DuckDB's. Tables and views have no prefix (`trades`, `filings`); those of the
                SEC's data sets are `sec.SUBMISSION` and so on. A DataFrame or Arrow table of yours is a table by the
                name of its variable.
            params: values for `?` or `$1`, in their order, or by name for `$ticker`. Values belong here, never in the
                text of a query.

        Returns:
            A DuckDB relation, which is computed when it is asked for rows: `.fetchall()`, `.df()` (pandas), `.pl()`
            (polars), `.to_arrow_table()`, `.show()`. Amounts are exact: `decimal.Decimal`, in US dollars or numbers of
            securities, with 4 places. Dates are `datetime.date`; points in time have a time zone and are shown in
            New York time. NULL means that the filing does not say.

        Raises:
            duckdb.Error: the query is wrong, or a file of the lake was removed after its day of grace.
        """
        return self._connection.sql(query, params=params)

    @property
    def version(self) -> int:
        """The number of the commit that it shows; 0 for a lake without one."""
        found = self._connection.sql("SELECT version FROM lake_snapshot").fetchall()
        return int(found[0][0])

    def close(self) -> None:
        """Let go of the lake; closing again is harmless. Relations that were not computed before are of no use then."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_lake(location: str | PathLike[str]) -> Lake:
    """Open a lake at its newest version, to ask it in SQL.

    Args:
        location: the lake's folder, or `s3://bucket/prefix` with credentials in the environment, as for `form4`. A
            lake that was moved or copied is read where it is now.

    Raises:
        LakeMissing: there is no lake at the location.
        LakeDamaged: a file of the lake is missing, cut or unreadable; `form4 verify` says of all what to do.
        LakeUnreachable: the object store does not answer, or refuses the credentials.
    """
    with StoredLake.open(fspath(location)) as stored:
        connection = stored.connect()
    connection.execute("SET python_scan_all_frames = true")  # a caller's DataFrames are below the frame of Lake.sql
    return Lake(connection)

"""A lake opened for questions from Python: what `form4lake.open_lake` gives."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC
from os import PathLike, fspath
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from .lake_filters import Filters, Moment, moment
from .lake_views import LakeViews
from .storage import Lake as StoredLake
from .tables import FILING_CHILDREN, TABLES, Filing, columns_of

if TYPE_CHECKING:
    import duckdb

_DECIMAL = re.compile(r"DECIMAL\(\d+,\s*\d+\)")


class Lake(LakeViews):
    """A lake at one version, read-only; made by `open_lake`.

    Each view is a method: `lake.trades(ticker="AAPL")`. `lake.sql` takes any query.

    Commits that are made while it is open do not change what it shows. Files that they replace stay for a day: open
    the lake again before that, and to see what is new. It has a DuckDB of its own, so that what is set in one opened
    lake is not set in another. Like any DuckDB connection it serves one thread at a time; open one for each thread.
    Relations can be joined with others of the same `as_of` only.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, *, as_of: Moment | None = None, floats: bool = False
    ) -> None:
        self._connection = connection
        self._as_of = as_of
        self._floats = floats
        self._of_moments: dict[str, duckdb.DuckDBPyConnection] = {}

    def sql(
        self,
        query: str,
        params: Sequence[object] | Mapping[str, object] | None = None,
        *,
        as_of: Moment | None = None,
        floats: bool | None = None,
    ) -> duckdb.DuckDBPyRelation:
        """The answer to a query over the tables and views of the lake (docs/tables.md).

        Args:
            query: one SQL statement of DuckDB's. Tables and views have no prefix (`trades`, `filings`); those of the
                SEC's data sets are `sec.SUBMISSION` and so on. A DataFrame or Arrow table of yours is a table by the
                name of its variable.
            params: values for `?` or `$1`, in their order, or by name for `$ticker`. Values belong here, never in the
                text of a query.
            as_of: show what was public at that moment, and nothing later: a datetime with time zone, or a date, which
                means the end of that day in New York. None: as `open_lake` was told, else all.
            floats: amounts as float64 instead of decimals: faster in pandas, exact to some 15 digits only; sums can be
                off in the last cents. None: as `open_lake` was told, else exact.

        Returns:
            A DuckDB relation, which is computed when it is asked for rows: `.fetchall()`, `.df()` (pandas), `.pl()`
            (polars), `.to_arrow_table()`, `.show()`. Amounts are exact: `decimal.Decimal`, in US dollars or numbers of
            securities, with 4 places; `.df()` alone makes floats of them (docs/python.md says how not to). Dates are
            `datetime.date`; points in time have a time zone and are shown in New York time. NULL means that the filing
            does not say.

        Raises:
            ValueError: as_of is no point in time.
            duckdb.Error: the query is wrong, or a file of the lake was removed after its day of grace.
        """
        return self._amounts(self._at(as_of).sql(query, params=params), floats=floats)

    def filing(self, accession_number: str) -> Filing:
        """A filing with the rows of all its tables, as `parse_submission` gives it; amounts are decimals.

        Args:
            accession_number: as `0001127602-24-024579`, with its dashes or without.

        Raises:
            LookupError: the lake does not hold it; the message says whether it is in quarantine, and why.
        """
        digits = accession_number.replace("-", "").strip()
        number = f"{digits[:10]}-{digits[10:12]}-{digits[12:]}" if len(digits) == 18 else accession_number
        found = self._records("filings", number)
        if not found:
            asked = "SELECT reason FROM quarantine WHERE accession_number = ?"
            reasons = [reason for (reason,) in self._at(None).execute(asked, [number]).fetchall()]
            where = f": it is in quarantine, {reasons[0]}" if reasons else ""
            raise LookupError(f"the lake does not hold the filing {number}{where}")
        filing = Filing(**found[0])
        for name in FILING_CHILDREN:
            record = TABLES[name].record
            setattr(filing, name, [record(**row) for row in self._records(name, number)])
        return filing

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The DuckDB connection below, for programs that take one, such as ibis; read-only, closed with the lake."""
        return self._connection

    @property
    def version(self) -> int:
        """The number of the commit that it shows; 0 for a lake without one."""
        found = self._connection.sql("SELECT version FROM lake_snapshot").fetchall()
        return int(found[0][0])

    def close(self) -> None:
        """Let go of the lake; closing again is harmless. Relations that were not computed before are of no use then."""
        for each in self._of_moments.values():
            each.close()
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _view(
        self, source: str, filters: Filters, *, as_of: Moment | None, floats: bool | None
    ) -> duckdb.DuckDBPyRelation:
        return self._amounts(filters.of(self._at(as_of).sql(f"FROM {source}")), floats=floats)

    def _amounts(self, rows: duckdb.DuckDBPyRelation, *, floats: bool | None) -> duckdb.DuckDBPyRelation:
        """The rows with their decimals made floats where that is asked for; None is the answer of a SET."""
        if rows is None or not (self._floats if floats is None else floats):
            return rows
        kinds = {name: str(kind) for name, kind in zip(rows.columns, rows.types, strict=True)}
        changed = {name: _DECIMAL.sub("DOUBLE", kind) for name, kind in kinds.items() if _DECIMAL.search(kind)}
        if not changed:
            return rows
        names = {name: '"' + name.replace('"', '""') + '"' for name in kinds}
        return rows.project(
            ", ".join(f"{name}::{changed[each]} AS {name}" if each in changed else name for each, name in names.items())
        )

    def _at(self, as_of: Moment | None) -> duckdb.DuckDBPyConnection:
        """The connection that shows the lake as of a moment; each moment has its own, since rows are read later."""
        wanted = self._as_of if as_of is None else as_of
        if wanted is None:
            return self._connection
        name = moment(wanted).isoformat()
        if name not in self._of_moments:
            connection = _prepared(self._connection.cursor())
            connection.execute("SET TimeZone = 'America/New_York'")
            connection.execute(f"SET VARIABLE as_of = TIMESTAMPTZ '{name}'")
            self._of_moments[name] = connection
        return self._of_moments[name]

    def _records(self, table: str, accession_number: str) -> list[dict[str, Any]]:
        """The rows of a filing in a table, by column; instants in UTC, as the parser gives them."""
        declared = TABLES[table]
        columns = list(columns_of(declared.record))
        names = [
            f"{each.name} AT TIME ZONE 'UTC' AS {each.name}" if each.sql_type == "TIMESTAMPTZ" else each.name
            for each in columns
        ]
        asked = f"SELECT {', '.join(names)} FROM {table} WHERE accession_number = ? ORDER BY {', '.join(declared.key)}"
        found = self._at(None).execute(asked, [accession_number]).fetchall()
        instants = {place for place, each in enumerate(columns) if each.sql_type == "TIMESTAMPTZ"}
        return [
            {
                each.name: value.replace(tzinfo=UTC) if value and place in instants else value
                for place, (each, value) in enumerate(zip(columns, row, strict=True))
            }
            for row in found
        ]


def open_lake(location: str | PathLike[str], *, as_of: Moment | None = None, floats: bool = False) -> Lake:
    """Open a lake at its newest version, to ask it in SQL or by its views' methods.

    Args:
        location: the lake's folder; or `s3://bucket/prefix` with credentials in the environment, as for `form4`; or
            the https address of a lake that a web server serves, if it gives parts of files (most do; `python -m
            http.server` does not). A lake that was moved or copied is read where it is now.
        as_of: have every question answered as of a moment, unless it names another: only what was public then. A
            datetime with time zone, or a date, which means the end of that day in New York.
        floats: give amounts as float64, unless a question says otherwise: exact to some 15 digits only.

    Raises:
        ValueError: as_of is no point in time.
        LakeMissing: there is no lake at the location.
        LakeDamaged: a file of the lake is missing, cut or unreadable; `form4 verify` says of all what to do.
        LakeUnreachable: the object store or web server does not answer, refuses the credentials, or gives no parts of
            files; `form4 clone` copies a lake that cannot be asked from afar.
    """
    if as_of is not None:
        moment(as_of)
    with StoredLake.open(fspath(location)) as stored:
        connection = stored.connect()
    return Lake(_prepared(connection), as_of=as_of, floats=floats)


def _prepared(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    connection.execute("SET python_scan_all_frames = true")  # a caller's DataFrames are below the frame of Lake.sql
    return connection

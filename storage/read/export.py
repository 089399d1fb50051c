"""Files for other programs: the views of a lake, and quarters as the SEC's data sets have them."""

from __future__ import annotations

import difflib
import os
import re
from datetime import date
from pathlib import Path

import duckdb

from ...tables import TABLES
from ..versions.snapshot import quoted

_OPTIONS = {
    "parquet": "FORMAT parquet, COMPRESSION zstd",
    "csv": "FORMAT csv, HEADER",
    "tsv": "FORMAT csv, HEADER, DELIMITER '\t', NULLSTR ''",
    "sec": "FORMAT csv, HEADER, DELIMITER '\t', NULLSTR '', QUOTE ''",
}
"""`sec`: cells as they stand. DuckDB would quote `See Footnote #1.`, for its `#`: the SEC does not."""
_DATES = ("filing_date", "index_date", "day")


class NothingToExport(Exception):
    """What was asked for is not in the lake; the message says what is near."""


def view_query(connection: duckdb.DuckDBPyConnection, name: str, since: date | None, until: date | None) -> str:
    """The rows of a view or table, of filings made from `since` to `until` where they are given.

    They come in the same order each time: those of a table as its files have them, those of a view sorted by its
    columns, the first one first, as joins give them in no order.

    Raises:
        NothingToExport: there is no such view, or its rows have no date.
    """
    known = dict(
        connection.sql(
            "SELECT lower(name), name FROM ("
            "SELECT if(schema_name = 'main', '', schema_name || '.') || view_name AS name FROM duckdb_views() "
            "WHERE NOT internal AND schema_name IN ('main', 'sec')) ORDER BY ALL"
        ).fetchall()
    )
    view = known.get(name.lower())
    if view is None:
        near = [known[each] for each in difflib.get_close_matches(name.lower(), known, n=3)]
        hint = f"did you mean {', '.join(near)}?" if near else f"there are {', '.join(known.values())}"
        raise NothingToExport(f"the lake has no view or table {name}: {hint}")
    order = "" if view in TABLES else " ORDER BY ALL"
    if not since and not until:
        return f"FROM {view}{order}"
    within = f"BETWEEN DATE '{since or date.min}' AND DATE '{until or date.max}'"
    columns = {column.lower() for column in connection.sql(f"FROM {view}").columns}
    for column in _DATES:
        if column in columns:
            return f"FROM {view} WHERE {column} {within}{order}"
    if "accession_number" in columns:
        return f"FROM {view} SEMI JOIN ({filings_made(within)}) USING (accession_number){order}"
    raise NothingToExport(f"the rows of {view} have no date: leave --since and --until out")


def copy(connection: duckdb.DuckDBPyConnection, query: str, form: str, path: Path) -> None:
    """A query's rows as one file: parquet, csv, tsv, or sec for those of `quarter_queries`.

    Raises:
        OSError: that file cannot be written.
        duckdb.Error: the query failed.
    """
    try:
        connection.execute(f"COPY ({query}) TO {quoted(str(path))} ({_OPTIONS[form]})")
    except duckdb.IOException as failed:
        # DuckDB has no class for it: its message names the file and, in what it adds as JSON, the number of the error.
        number = re.search(r'"errno":\s*"(\d+)"', str(failed))
        if path.name not in str(failed) or not number:
            raise
        raise OSError(int(number[1]), os.strerror(int(number[1])), str(path)) from failed


def spreadsheet_safe(connection: duckdb.DuckDBPyConnection, query: str) -> str:
    """The query with `'` before each text that a spreadsheet would take for a formula.

    Such a text begins with `=`, `+`, `-`, `@`, a tab or a carriage return (OWASP, "CSV Injection").
    """
    described = connection.sql(f"DESCRIBE {query}").fetchall()
    names = ['"' + column.replace('"', '""') + '"' for column, sql_type, *_ in described if sql_type == "VARCHAR"]
    formula = quoted(r"^[=+@\t\r-]")
    quote = quoted("'")
    safe = ", ".join(f"if(regexp_matches({name}, {formula}), {quote} || {name}, {name}) AS {name}" for name in names)
    return f"SELECT * REPLACE ({safe}) FROM ({query})" if safe else query


def filings_made(within: str) -> str:
    return f"SELECT accession_number FROM filings WHERE filing_date {within}"

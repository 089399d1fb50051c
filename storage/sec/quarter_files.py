"""A quarter as the SEC's data sets have it: the queries of its eight files."""

from __future__ import annotations

from datetime import date

import duckdb

from ...sec_tables import SEC_TABLES, Kind, SecColumn, SecTable
from ...tables import TABLES
from ..read.export import NothingToExport, filings_made
from ..read.sec_views import sec_query


def quarter_queries(connection: duckdb.DuckDBPyConnection, first: date, last: date) -> dict[str, str]:
    """The rows of the SEC's eight tables, spelt as in its files, of the filings made from `first` to `last`.

    Raises:
        NothingToExport: the lake holds no filing of those days.
    """
    filings = filings_made(f"BETWEEN DATE '{first}' AND DATE '{last}'")
    if not connection.sql(f"{filings} LIMIT 1").fetchall():
        raise NothingToExport(f"the lake holds no filing made from {first} to {last}")
    return {name: _as_files_have_it(table, filings) for name, table in SEC_TABLES.items()}


def _as_files_have_it(table: SecTable, filings: str) -> str:
    """The rows of some filings as text, `15702.0` and `02-JAN-2024`, in the order of filing and row.

    A cell holds no tab and no end of a line, and is quoted where the SEC's is: it is to be written as it stands.
    """
    cells = ", ".join(f"{_spelt(each)} AS {each.name}" for each in table.columns)
    order = ", ".join(TABLES[table.table].key)
    return f"SELECT {cells} FROM ({sec_query(table)} SEMI JOIN ({filings}) USING (accession_number) ORDER BY {order})"


def _spelt(column: SecColumn) -> str:
    if column.kind is Kind.AMOUNT:
        return f"regexp_replace({column.name}::VARCHAR, '0$', '')"
    if column.kind is Kind.DATE:
        return f"upper(strftime({column.name}, '%d-%b-%Y'))"
    if column.kind is Kind.KEY:
        return column.name
    text = f"regexp_replace({column.name}, '[\\t\\r\\n]', ' ', 'g')"
    # The SEC quotes a text that has a quote in it, and no other (all 398 of the real 2024q3).
    quoted = f"""'"' || replace({text}, '"', '""') || '"'"""
    return f"""CASE WHEN contains({column.name}, '"') THEN {quoted} ELSE nullif({text}, '') END"""

"""The SEC's eight tables as queries of ours."""

from __future__ import annotations

from ...sec_tables import RELATIONSHIPS, Kind, SecColumn, SecTable

_CELLS = {
    Kind.AMOUNT: "{column}::DECIMAL(20, 2)",
    Kind.BOX: "{column}::TINYINT::VARCHAR",
    Kind.NOTES: "replace({column}, ',', ', ')",
    Kind.CIK: "format('{{:010d}}', {column})",
    Kind.KEY: "{column}::BIGINT",
    Kind.NOT_KEPT: "NULL::VARCHAR",
}
"""How a cell is made of the column of ours, where it is not that column."""


_TSV_CELLS = {
    Kind.AMOUNT: "round({column}, 2)::DOUBLE",
    Kind.DATE: "upper(strftime({column}, '%d-%b-%Y'))",
    Kind.BOX: "{column}::TINYINT::BIGINT",
}
"""The same where `read_csv` gives a cell of the SEC's files another type."""
_TSV_TYPES = {
    "TRANS_FORM_TYPE": "TRY_CAST({column} AS BIGINT)",
    "NOT_SUBJECT_SEC16": _CELLS[Kind.BOX],
    "EQUITY_SWAP_INVOLVED": _CELLS[Kind.BOX],
    "AFF10B5ONE": _CELLS[Kind.BOX],
}
"""Columns whose type in the real 2024q3 follows from what filers write there: boxes that some check with `true`."""


def tsv_query(table: SecTable) -> str:
    """The rows of one of the SEC's tables, with the types that DuckDB's `read_csv` gives its TSV: dates are text."""
    cells = (
        _TSV_TYPES.get(each.name, _TSV_CELLS.get(each.kind, "")).format(column=each.column) or _cell(each, exact=False)
        for each in table.columns
    )
    named = ",\n    ".join(f"{cell} AS {each.name}" for cell, each in zip(cells, table.columns, strict=True))
    return f"SELECT\n    {named}\nFROM main.{table.table}"


def sec_query(table: SecTable, *, exact: bool = False) -> str:
    """The rows of one of the SEC's tables; with `exact`, amounts as filed and not rounded to 2 decimals."""
    cells = ",\n    ".join(f"{_cell(each, exact=exact)} AS {each.name}" for each in table.columns)
    return f"SELECT\n    {cells}\nFROM main.{table.table}"


def _cell(column: SecColumn, *, exact: bool) -> str:
    if column.kind is Kind.RELATIONSHIP:
        words = ", ".join(f"CASE WHEN {flag} THEN '{word}' END" for word, flag in RELATIONSHIPS.items())
        return f"nullif(concat_ws(',', {words}), '')"
    if column.kind is Kind.AMOUNT and exact:
        return column.column
    return _CELLS.get(column.kind, "{column}").format(column=column.column)

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

"""The tables of the schema `sec` as queries of their own: their columns, their exact values, and the SEC's spelling."""

from __future__ import annotations

from functools import cache

import duckdb

from ...tables import TABLES
from ..read.catalog import view
from ..versions.snapshot import select_nothing

_ORDINALS: dict[str, tuple[str, ...]] = {
    "SUBMISSION": (),
    "REPORTINGOWNER": ("owner_number",),
    "NONDERIV_TRANS": ("row_number",),
    "NONDERIV_HOLDING": ("row_number",),
    "DERIV_TRANS": ("row_number",),
    "DERIV_HOLDING": ("row_number",),
    "FOOTNOTES": ("footnote_id",),
    "OWNER_SIGNATURE": ("signature_number",),
}
"""The column of the lake's that orders the rows of a filing; the SEC's own columns do not say it in every table."""


@cache
def sec_columns(name: str) -> dict[str, str]:
    """The columns of a table of the SEC's, `SUBMISSION` for one, in its order, each with its SQL type."""
    with duckdb.connect(":memory:") as connection:
        for table in TABLES.values():
            connection.execute(f"CREATE VIEW {table.name} AS {select_nothing(table)}")
        described = connection.sql(f"DESCRIBE {view(f'sec.{name}').query}").fetchall()
    return {column: sql_type for column, sql_type, *_ in described}


def exact_query(name: str) -> str:
    """The query of a table of the SEC's, its amounts as filed and not rounded to 2 decimals."""
    return view(f"sec.{name}").query.replace("::DECIMAL(20, 2)", "")


def spelt_query(name: str, chosen: str) -> str:
    """The rows of a table of the SEC's as its files have them: text, `15702.0` and `02-JAN-2024`, by filing and row.

    `chosen` is the join that chooses them. A cell holds no tab and no end of a line, and is quoted where the SEC's is:
    it is to be written as it stands.
    """
    cells = ", ".join(f"{_spelt(column, sql_type)} AS {column}" for column, sql_type in sec_columns(name).items())
    order = ", ".join(("accession_number", *_ORDINALS[name]))
    return f"SELECT {cells} FROM ({view(f'sec.{name}').query} {chosen} ORDER BY {order})"


def _spelt(column: str, sql_type: str) -> str:
    if sql_type.startswith("DECIMAL"):
        return f"regexp_replace({column}::VARCHAR, '0$', '')"
    if sql_type == "DATE":
        return f"upper(strftime({column}, '%d-%b-%Y'))"
    if sql_type == "VARCHAR":
        text = f"regexp_replace({column}, '[\\t\\r\\n]', ' ', 'g')"
        # The SEC quotes a text that has a quote in it, and no other (all 398 of the real 2024q3).
        quoted = f"""'"' || replace({text}, '"', '""') || '"'"""
        return f"""CASE WHEN contains({column}, '"') THEN {quoted} ELSE nullif({text}, '') END"""
    return column

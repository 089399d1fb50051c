"""Gathered columns: what a row carries of its filing's rows in other tables, so that no query has to join them.

Rows are gathered when they are written; the SQL calls macros that every connection to a lake has.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import resources

from ...tables import GATHERED_BY_TRANSACTIONS, TABLES, Table

GATHERED_FROM = ("reporting_owners", "footnotes", "parse_issues")
"""The tables that the gathered columns of `filings` come from; those of other tables come from `filings`."""
_NOTES_OF_A_GRANT = (
    "security_title",
    "conversion_or_exercise_price",
    "exercise_date",
    "expiration_date",
    "underlying_security_title",
    "underlying_security_shares",
    "shares_owned_following_transaction",
)
"""The columns of Table II whose footnotes tell a grant, where its price or its expiration date is missing."""


def with_gathered(table: Table, rows: str, select: Callable[[str], str]) -> str:
    """A SELECT of rows of a table with what they carry; `select` gives a SELECT of another table's rows by its name."""
    if not table.gathered:
        return rows
    if table.name == "filings":
        owners, footnotes, issues = map(select, GATHERED_FROM)
        return _script("filings").format(filings=rows, owners=owners, footnotes=footnotes, issues=issues)
    gathered = _script("rows").format(rows=rows, filings=select("filings"), carried=_carried(table))
    if table.gathered is GATHERED_BY_TRANSACTIONS:
        return _script("plans").format(rows=gathered)
    return gathered


def _carried(table: Table) -> str:
    """What a row of a kind of table is given of its filing f and its own columns, as SQL that replaces what it has."""
    own = list(table.column_names())
    of_filing = {*TABLES["filings"].column_names(), *(each.name for each in TABLES["filings"].gathered)}
    found = [f"f.{each.name} AS {each.name}" for each in table.gathered if each.name in of_filing - {"footnote_ids"}]
    if "expiration_date" in own:
        found.append(_script("grants").format(notes=", ".join(f"r.{each}_fn" for each in _NOTES_OF_A_GRANT)))
    if table.gathered is GATHERED_BY_TRANSACTIONS:
        notes = ", ".join(f"r.{each}" for each in own if each.endswith("_fn"))
        numeral = "II" if table.name == "derivative_transactions" else "I"
        found.append(_script("notes").format(notes=notes, numeral=numeral))
    return ",\n    ".join(found)


@cache
def _script(name: str) -> str:
    return resources.files(__package__).joinpath("sql", f"gathered_{name}.sql").read_text(encoding="utf-8")

"""`form4 describe`: what the views and tables are, and what their columns mean; needs no lake."""

import difflib
import re

import duckdb

from ..exits import Exit
from ..storage.read.views import View, template_script, views
from ..tables import TABLES
from .errors import CommandFailed, explained
from .output import print_line

_FIRST_SENTENCE = re.compile(r"(?<=[.?]) ")


@explained
def describe(name: str | None) -> int:
    """Print every view and table with what a row is, or one with its columns."""
    docs = {each.name: each.doc for each in views() if "." not in each.name} | {
        each.name: each.doc for each in TABLES.values()
    }
    described = {each: " ".join(doc.split()) for each, doc in docs.items()}
    if name is None:
        width = max(map(len, described))
        for each, doc in described.items():
            print_line(f"{each:<{width}}  {_FIRST_SENTENCE.split(doc)[0]}")
        return Exit.DONE
    if name not in described:
        close = difflib.get_close_matches(name, described, n=1)
        hint = f"did you mean {close[0]}?" if close else "form4 describe lists what there is"
        raise CommandFailed(f"there is no view or table {name}; {hint}")
    print_line(f"{name}: {described[name]}\n")
    macro = next((each for each in views() if each.name == name and each.parameters), None)
    rows = _of_macro(macro) if macro else _columns(name)
    widths = [max(len(row[place]) for row in rows) for place in (0, 1)]
    for column, kind, meaning in rows:
        print_line(f"{column:<{widths[0]}}  {kind:<{widths[1]}}  {meaning}".rstrip())
    return Exit.DONE


def _of_macro(macro: View) -> list[tuple[str, str, str]]:
    parameters = [(name, "parameter", meaning) for name, meaning in macro.parameters.items()]
    return parameters + [(name, "column", meaning) for name, meaning in macro.columns.items()]


def _columns(name: str) -> list[tuple[str, str, str]]:
    """Each column's name, type and meaning, as the catalog of every lake has them."""
    asked = (
        "SELECT column_name, data_type, coalesce(comment, '') FROM duckdb_columns() "
        "WHERE schema_name = 'main' AND table_name = ? ORDER BY column_index"
    )
    with duckdb.connect() as connection:
        connection.execute(template_script())
        return connection.execute(asked, [name]).fetchall()

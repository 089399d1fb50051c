"""`make docs`: writes what the columns of views mean, and docs/tables.md.

A column that a view's file says nothing of means what it does where the view has it from.
"""

import json
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb

from ..storage import Lake
from ..storage.read import views as declared
from ..storage.read.views import FILES, HIDDEN, MEANINGS, Meanings, View, declared_views, template_script, views
from ..tables import TABLES, Table

COLUMNS_OF_VIEWS = Path(declared.__file__).parent.joinpath(*MEANINGS)
PAGE = Path(__file__).parents[1] / "docs" / "tables.md"
INTRODUCTION = """\
# Tables and views

Written by `make docs` from `tables.py` and the views' own comments; DuckDB tells the same:
`select column_name, comment from duckdb_columns() where table_name = 'trades'`.

- NULL means that the filing does not say; never 0, false or ''.
- Amounts are exact decimals of up to 4 places, US dollars or numbers of securities. A point in time has its time zone.
- `…_fn` after a column is a second one, as `transaction_date_fn` beside `transaction_date`: the ids of the footnotes on
  the field, in document order, joined by a comma.
- Names in parentheses are elements of the SEC's ownership XML, sections those of its Technical Specification.
- Every table of a filing has `accession_number`, `filing_date` and `issuer_cik`, so it can be asked without a join.
"""

COLUMNS = """
    select table_name, column_name, data_type, comment from duckdb_columns()
    where not internal and schema_name = 'main' order by table_name, column_index
"""
COMMENTS = "select view_name, comment from duckdb_views() where not internal and schema_name = 'main'"

HELPERS = (
    "business_days",
    "plan_reading",
    "plan_says",
    "security_class",
    "text_key",
    "transaction_codes",
    "withdrawn_filings",
)
"""Views that others read; they come last."""

Row = tuple[str, str, str]
"""A column's name, its type and what it means."""


def view_columns() -> str:
    """What each column of each view means, as JSON."""
    meanings: Meanings = {
        table.name: {column.name: column.doc for column in table.columns} for table in TABLES.values()
    }
    with duckdb.connect() as connection:
        connection.execute(template_script({}))
        for each in declared_views():
            if each.parameters:
                continue
            # A view that it reads comes before a table, as `trades` before `filings`; else what is read first.
            words = list(dict.fromkeys(re.findall(r"\w+", each.query.replace(".whole_", "."))))
            read = sorted(meanings.keys() & words, key=lambda name: (name in TABLES, words.index(name)))
            carried = ({column.name: column.doc for column in TABLES[name].gathered} for name in read if name in TABLES)
            sources = [each.columns, *(meanings[name] for name in read), *carried]
            meanings[each.name.removeprefix(f"{FILES}.")] = {
                name: next(source[name] for source in sources if name in source)
                for name in connection.sql(f"FROM {each.name}").columns
            }
    found = {name: columns for name, columns in meanings.items() if name not in {*TABLES, *HIDDEN}}
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"


def page() -> str:
    """The whole page of tables and views."""
    with tempfile.TemporaryDirectory() as folder, Lake.open(f"{folder}/lake", create=True).connect() as connection:
        of_views = list(_views(connection))
    parts = [INTRODUCTION, "## Views", *of_views, "## Tables", *(_table(each) for each in TABLES.values())]
    return "\n".join(parts)


def _views(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """All views: the plain ones as the catalog describes them, macros as their files do."""
    columns: dict[str, list[Row]] = {}
    for name, *row in connection.sql(COLUMNS).fetchall():
        columns.setdefault(name, []).append((row[0], row[1], row[2]))
    comments = dict(connection.sql(COMMENTS).fetchall())
    for view in sorted(views(), key=lambda each: each.name in HELPERS):
        if view.parameters:
            yield _macro(connection, view, {name: meaning for name, _, meaning in columns["trades"]})
        elif view.name != "trades" and columns[view.name][: len(columns["trades"])] == columns["trades"]:
            more = columns[view.name][len(columns["trades"]) :]
            yield _section(view.name, view.doc, f"Columns: those of `trades`{', and' * bool(more)}\n\n{_grid(more)}")
        else:
            yield _section(view.name, view.doc, _grid(columns[view.name]))
    for name in sorted(columns.keys() - TABLES.keys() - {view.name for view in views()}):
        yield _section(name, comments[name], _grid(columns[name]))


def _macro(connection: duckdb.DuckDBPyConnection, view: View, meanings: dict[str, str]) -> str:
    names = ", ".join(view.parameters)
    rows: list[Row] = []
    if not view.is_scalar:
        given = ", ".join("1" for each in view.parameters if ":=" not in each)
        described = connection.sql(f"describe from {view.name}({given})").fetchall()
        rows = [(name, kind, view.columns.get(name) or meanings[name]) for name, kind, *_ in described]
    parameters = "\n".join(f"- `{name}`: {meaning}" for name, meaning in view.parameters.items())
    return _section(f"{view.name}({names})", view.doc, f"{parameters}\n\n{_grid(rows) if rows else ''}")


def _table(table: Table) -> str:
    names = set(table.column_names())
    rows = [
        (
            f"{each.name}`, `…_fn" if f"{each.name}_fn" in names else each.name,
            each.sql_type if each.nullable else f"{each.sql_type} NOT NULL",
            each.doc,
        )
        for each in table.columns
        if each.name.removesuffix("_fn") == each.name or each.name.removesuffix("_fn") not in names
    ]
    numbered = len(table.key) > 1 or table.name == "filings" or not table.of_filing
    key = f"\n\nA row is identified by `{'`, `'.join(table.key)}`." * numbered
    gathered = "\n\nIn Parquet a row has these besides, gathered from its filing's rows of other tables"
    gathered += ", and when it came, as `first_seen` does:\n\n" if table.kept else ":\n\n"
    body = _grid(rows)
    if table.gathered:
        body += gathered + _grid([(each.name, each.sql_type, each.doc) for each in (*table.gathered, *table.kept)])
    return _section(table.name, " ".join(table.doc.split()) + key, body)


def _section(name: str, doc: str, body: str) -> str:
    return f"### `{name}`\n{doc}\n\n{body.strip()}\n"


def _grid(rows: Sequence[Row]) -> str:
    if not rows:
        return ""
    lines = ["| column | type | meaning |", "|---|---|---|"]
    for name, kind, meaning in rows:
        cell = meaning.replace("|", r"\|")
        lines.append(f"| `{name}` | {kind} | {cell} |")
    return "\n".join(lines)


def main() -> None:
    """Write both; the page shows what the columns mean."""
    for path, content in ((COLUMNS_OF_VIEWS, view_columns), (PAGE, page)):
        path.write_text(content(), encoding="utf-8")
        sys.stderr.write(f"wrote {path}\n")


if __name__ == "__main__":
    main()

"""What an ingest would change of filings that the lake holds: column by column, with examples."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import duckdb

from ...tables import FILING_KEY, TABLES, Table
from ..periods import destination_of
from ..read.engine import register, rows, rows_with_instants
from ..versions.snapshot import Snapshot, select_files, select_nothing
from .ingest import Ingest
from .sameness import same_rows

EXAMPLES = 3
"""How many of each change are shown."""
_ACCESSION = "coalesce(n.accession_number, o.accession_number)"
_NOT_COMPARED = "parser_version"
"""It differs wherever a newer parser has read, whatever that found."""


@dataclass(slots=True)
class Differences:
    """How the filings of an ingest differ from what the lake holds of them; filings that it lacks are left out."""

    filings: int = 0
    """How many have any changed row."""
    values: Counter[str] = field(default_factory=Counter)
    """Changed values by column: `filings.remarks`."""
    rows_added: Counter[str] = field(default_factory=Counter)
    """By table."""
    rows_gone: Counter[str] = field(default_factory=Counter)
    """By table."""
    examples: dict[str, list[str]] = field(default_factory=dict)
    """A few of each change, by column or table, each with its accession number."""

    def add(self, other: Differences) -> None:
        """Take in the differences of other filings."""
        self.filings += other.filings
        self.values += other.values
        self.rows_added += other.rows_added
        self.rows_gone += other.rows_gone
        for name, found in other.examples.items():
            self.examples[name] = [*self.examples.get(name, []), *found][:EXAMPLES]


def compare(cursor: duckdb.DuckDBPyConnection, snapshot: Snapshot, ingest: Ingest) -> Differences:
    """How an ingest's filings differ from those that the files of its period hold, the parser's version apart."""
    _, merged = destination_of(ingest.period, snapshot.periods)
    register(cursor, "fresh", "accession_number", sorted(ingest.filings))
    cursor.execute(
        f"CREATE OR REPLACE TEMP TABLE known AS SELECT accession_number FROM "
        f"({snapshot.relation('filings', merged)}) SEMI JOIN fresh USING (accession_number)"
    )
    cursor.execute("CREATE OR REPLACE TEMP TABLE changed (accession_number VARCHAR)")
    found = Differences()
    for table in TABLES.values():
        if table.of_filing:
            path = ingest.rows_of(table.name)
            new = select_files(table, [str(path)], set(table.column_names())) if path else select_nothing(table)
            _compare_table(cursor, table, snapshot.relation(table.name, merged), new, found)
    found.filings = rows(cursor, "SELECT count(DISTINCT accession_number) FROM changed")[0][0]
    return found


def _compare_table(cursor: duckdb.DuckDBPyConnection, table: Table, old: str, new: str, found: Differences) -> None:
    shared = {each.name for each in FILING_KEY} if table.name != "filings" else {"accession_number"}
    columns = [each for each in table.column_names() if each not in {*shared, *table.key, _NOT_COMPARED}]
    compared = [each for each in table.columns if each.name in {"accession_number", *table.key, *columns}]
    sources = (f"SELECT * FROM ({each}) SEMI JOIN known USING (accession_number)" for each in (old, new))
    if same_rows(cursor, compared, *sources):
        return
    # An issue has no ordinal: it is the same one or another.
    key = [*table.key, *columns] if table.name == "parse_issues" else list(table.key)
    for side, source in (("old", old), ("new", new)):
        # Of rows with one key, which a broken filing may have, the first is compared with the first.
        cursor.execute(
            f"CREATE OR REPLACE TEMP VIEW {side} AS SELECT *, row_number() OVER (PARTITION BY {', '.join(key)} "
            f"ORDER BY {', '.join(columns)}) AS nth FROM ({source}) SEMI JOIN known USING (accession_number)"
        )
    matched = " AND ".join(f"o.{each} IS NOT DISTINCT FROM n.{each}" for each in (*key, "nth"))
    cursor.execute(
        f"CREATE OR REPLACE TEMP TABLE compared AS SELECT o, n FROM old o FULL JOIN new n ON {matched} "
        f"WHERE o.nth IS NULL OR n.nth IS NULL OR {' OR '.join(map(_differs, columns))}"
    )
    cursor.execute(f"INSERT INTO changed SELECT {_ACCESSION} FROM compared")
    _count_rows(cursor, table, found)
    _count_values(cursor, table, columns, found)


def _count_rows(cursor: duckdb.DuckDBPyConnection, table: Table, found: Differences) -> None:
    for counter, sign, there, missing in ((found.rows_added, "+", "n", "o"), (found.rows_gone, "-", "o", "n")):
        count = rows(cursor, f"SELECT count(*) FROM compared WHERE {missing}.nth IS NULL")[0][0]
        if count:
            counter[table.name] = count
            named = table.key[-1] if table.name != "parse_issues" else "reason"
            text = f"'{named} ' || {there}.{named}::VARCHAR"
            _add_examples(cursor, found, f"{sign}{table.name}", f"{missing}.nth IS NULL", text)


def _count_values(cursor: duckdb.DuckDBPyConnection, table: Table, columns: list[str], found: Differences) -> None:
    both = "o.nth IS NOT NULL AND n.nth IS NOT NULL"
    counts = ", ".join(f"count_if({_differs(each)})" for each in columns)
    for column, count in zip(columns, rows(cursor, f"SELECT {counts} FROM compared WHERE {both}")[0], strict=True):
        if count:
            name = f"{table.name}.{column}"
            found.values[name] = count
            text = f"coalesce(o.{column}::VARCHAR, 'NULL') || ' -> ' || coalesce(n.{column}::VARCHAR, 'NULL')"
            _add_examples(cursor, found, name, f"{both} AND {_differs(column)}", text)


def _differs(column: str) -> str:
    return f"o.{column} IS DISTINCT FROM n.{column}"


def _add_examples(cursor: duckdb.DuckDBPyConnection, found: Differences, name: str, condition: str, text: str) -> None:
    shown = f"SELECT {_ACCESSION} || '  ' || left({text}, 200) FROM compared WHERE {condition}"
    found.examples[name] = [row[0] for row in rows_with_instants(cursor, f"{shown} ORDER BY ALL LIMIT {EXAMPLES}")]

"""Our exact filings compared with a quarter of the SEC's data sets, field by field; DuckDB does the work.

The rows of a filing have no key that both sides know. Those that are equal in every field, amounts at 2 decimals and
white space compacted, are paired first, as often as both sides have them (`pair_equal.sql`). What is left of a filing
is paired by likeness, the pair with the most equal fields first (`pair_alike.sql`). A row without a partner is only
here, or only there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

import duckdb

from ...sec_tables import ACCESSION, SEC_TABLES, Kind, SecColumn, SecTable
from ..read.export import copy
from ..read.sec_views import sec_query
from ..read.views import view
from ..versions.snapshot import Snapshot
from .agreement import ColumnAgreement, DatasetAgreement
from .tsvs import read_tsvs

_COLUMNS = """
    SELECT
        table_name,
        column_name,
        sum(if(verdict = 'same', cells, 0))::BIGINT,
        sum(if(verdict IN ('same', 'different'), 0, cells))::BIGINT,
        sum(if(verdict = 'different', cells, 0))::BIGINT
    FROM agreement
    GROUP BY ALL
    ORDER BY ALL
"""
_RULES = """
    SELECT verdict, sum(cells)::BIGINT
    FROM agreement
    WHERE verdict NOT IN ('same', 'different')
    GROUP BY ALL
    ORDER BY ALL
"""
_UNPAIRED = """
    SELECT table_name, verdict, count(*) FROM differences WHERE verdict LIKE 'only %' GROUP BY ALL ORDER BY ALL
"""
_BOTH = "FROM ours_filings SEMI JOIN theirs_filings USING (accession_number)"


class DatasetComparison:
    """The tables of one comparison, in a DuckDB of their own until it is closed."""

    def __init__(
        self,
        engine: duckdb.DuckDBPyConnection,
        snapshot: Snapshot,
        members: Mapping[str, Path],
        first: date,
        last: date,
    ) -> None:
        self._db = engine
        found = DatasetAgreement()
        _run(engine, "macros.sql")
        comparable = read_tsvs(engine, members, found)
        _choose_filings(engine, snapshot, first, last)
        for name in comparable:
            _compare(engine, SEC_TABLES[name])
        self.found = _counted(engine, found)

    def examples(self, limit: int) -> list[tuple[str, str, str, str | None, str | None]]:
        """Some differences without a reason: accession number, table, column, our value, the SEC's."""
        return self._db.sql(
            "SELECT accession_number, table_name, coalesce(column_name, verdict), ours, theirs FROM differences "
            f"WHERE verdict IN ('different', 'only here', 'only there') ORDER BY ALL LIMIT {limit}"
        ).fetchall()

    def filings_without_reason(self, limit: int) -> list[tuple[str, str]]:
        """Some filings that one side has without a reason: accession number, 'only here' or 'only there'."""
        return self._db.sql(
            f"SELECT accession_number, held FROM one_sided WHERE reason IS NULL ORDER BY ALL LIMIT {limit}"
        ).fetchall()

    def results(self) -> Iterator[tuple[str, str]]:
        """The results as named queries: `columns`, `differences`, `filings`."""
        yield "columns", "SELECT * FROM agreement ORDER BY ALL"
        yield "differences", "SELECT * FROM differences ORDER BY ALL"
        both = f"SELECT accession_number, filing_date, 'both', NULL {_BOTH}"
        yield "filings", f"SELECT * FROM one_sided UNION ALL {both} ORDER BY ALL"

    def write(self, query: str, path: Path) -> None:
        """A query of `results` as a Parquet file.

        Raises:
            OSError: that file cannot be written.
        """
        copy(self._db, query, "parquet", path)

    def close(self) -> None:
        """Let go of the tables."""
        self._db.close()


def _run(db: duckdb.DuckDBPyConnection, script: str, **parts: object) -> None:
    text = resources.files(__package__).joinpath("sql", script).read_text(encoding="utf-8")
    db.execute(text.format(**parts) if parts else text)


def _choose_filings(db: duckdb.DuckDBPyConnection, snapshot: Snapshot, first: date, last: date) -> None:
    """The filings of both sides; of our tables, the rows of those that both have."""
    selects = {name: snapshot.relation(name) for name in ("filings", "index_days", "quarantine")}
    _run(db, "filings.sql", **selects, business_days=view("business_days").query, first=first, last=last)
    for name in {each.table for each in SEC_TABLES.values()}:
        db.execute(
            f"CREATE OR REPLACE VIEW main.{name} AS SELECT * FROM ({snapshot.relation(name)}) "
            "SEMI JOIN ours_filings USING (accession_number) SEMI JOIN theirs_filings USING (accession_number)"
        )


def _compare(db: duckdb.DuckDBPyConnection, table: SecTable) -> None:
    """Pair the rows of one table and compare the cells of each pair."""
    there = set(db.sql(f"FROM read_{table.name}").columns)
    columns = [each for each in table.columns if each.name in there and _is_compared(each)]
    key = table.key or "NULL"
    ours = ", ".join(f"{_ours(each)} AS {each.name}" for each in columns)
    theirs = ", ".join(f"{_theirs(each)} AS {each.name}" for each in columns)
    _run(
        db,
        "pair_equal.sql",
        ours=f"SELECT {ACCESSION} AS accession_number, {key}::BIGINT AS key, {ours} "
        f"FROM ({sec_query(table, exact=True)})",
        theirs=f"SELECT plain({ACCESSION}) AS accession_number, {key}::VARCHAR AS key, {theirs} FROM read_{table.name}",
        cells=f"[{', '.join(map(_equal_by, columns))}]",
        score=" + ".join(
            f"({_verdict(each)} <> 'different')::INT * {100 if each.tells_apart else 1}" for each in columns
        ),
    )
    while _count(db, "FROM candidates"):
        _run(db, "pair_alike.sql")
    cells = (
        f"{{'column': '{each.name}', 'ours': o.{each.name}, 'theirs': t.{each.name}, 'verdict': {_verdict(each)}}}"
        for each in columns
    )
    _run(db, "judge.sql", table=table.name, cells=", ".join(cells))


def _counted(db: duckdb.DuckDBPyConnection, found: DatasetAgreement) -> DatasetAgreement:
    """What was found, with its figures."""

    def rows(query: str) -> list[tuple[Any, ...]]:
        return db.sql(query).fetchall()

    found.both = _count(db, _BOTH)
    found.columns = [ColumnAgreement(*row) for row in rows(_COLUMNS)]
    found.rules = dict(rows(_RULES))
    found.unpaired = {(table, held): count for table, held, count in rows(_UNPAIRED)}
    sides = rows("SELECT held, reason, count(*) FROM one_sided GROUP BY ALL ORDER BY ALL")
    found.filings = {(held, reason): count for held, reason, count in sides}
    return found


def _count(db: duckdb.DuckDBPyConnection, rows: str) -> int:
    return int(db.sql(f"SELECT count(*) {rows}").fetchall()[0][0])


def _is_compared(column: SecColumn) -> bool:
    return column.kind not in (Kind.KEY, Kind.NOT_KEPT) and column.name != ACCESSION


def _ours(column: SecColumn) -> str:
    return f"replace({column.name}, ' ', '')" if column.kind is Kind.NOTES else f"{column.name}::VARCHAR"


def _theirs(column: SecColumn) -> str:
    cell = f"plain({column.name})"
    forms = {Kind.DATE: f"iso({cell})", Kind.BOX: f"box({cell})", Kind.NOTES: f"replace({cell}, ' ', '')"}
    return forms.get(column.kind, cell)


def _is_text(column: SecColumn) -> bool:
    return column.kind in (Kind.TEXT, Kind.CIK, Kind.RELATIONSHIP)


def _equal_by(column: SecColumn) -> str:
    """The cell as rows are equal by it."""
    cell = column.name
    if column.kind is Kind.AMOUNT:
        cell = f"cents({cell})"
    elif _is_text(column):
        cell = f"compacted({cell})"
    return f"coalesce({cell}, '')"


def _verdict(column: SecColumn) -> str:
    """How the cells of a pair `o` and `t` agree."""
    macro = "amount_verdict" if column.kind is Kind.AMOUNT else "text_verdict" if _is_text(column) else "plain_verdict"
    return f"{macro}(o.{column.name}, t.{column.name})"

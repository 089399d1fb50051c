"""Our exact filings held against a quarter of the SEC's data sets, field by field; DuckDB does the work.

The rows of a filing have no key that both sides know. Those that are equal in every field, amounts at 2 decimals and
white space compacted, are paired first, as often as both sides have them; what is left of a filing is paired by
likeness, the pair with the most equal fields first. A row without a partner is only here, or only there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from importlib import resources
from pathlib import Path

import duckdb

from ..read.catalog import view
from ..read.export import copy
from ..versions.snapshot import Snapshot, quoted
from .agreement import ColumnAgreement, DatasetAgreement
from .tsvs import NOT_KEPT, read_tsvs
from .views import exact_query, sec_columns

_BOXES = frozenset(
    {
        "NO_SECURITIES_OWNED",
        "NOT_SUBJECT_SEC16",
        "FORM3_HOLDINGS_REPORTED",
        "FORM4_TRANS_REPORTED",
        "AFF10B5ONE",
        "EQUITY_SWAP_INVOLVED",
    }
)
_KEYS = frozenset({"RPTOWNERCIK", "FOOTNOTE_ID"})
_SOURCES = (
    "filings",
    "reporting_owners",
    "non_derivative_transactions",
    "non_derivative_holdings",
    "derivative_transactions",
    "derivative_holdings",
    "footnotes",
    "signatures",
)
_ONLY_HERE = """
    SELECT
        o.accession_number,
        o.filing_date,
        'only here' AS held,
        CASE
            WHEN o.source_format <> 'xml' THEN 'not filed as XML'
            WHEN o.filing_date = (SELECT last_day FROM quarter)
                AND coalesce(timezone('America/New_York', o.accepted_at)::TIME > TIME '17:30', true)
                THEN 'accepted after 17:30 of the last business day'
        END AS reason
    FROM ours_filings o
    ANTI JOIN theirs_filings USING (accession_number)
"""
_ONLY_THERE = """
    SELECT
        t.accession_number,
        t.filing_date,
        'only there' AS held,
        CASE
            WHEN q.accession_number IS NOT NULL THEN 'in quarantine'
            WHEN d.index_date IS NULL OR NOT list_contains(string_split(d.forms, ','), t.form_type)
                THEN 'not fetched yet'
        END AS reason
    FROM theirs_filings t
    ANTI JOIN ours_filings USING (accession_number)
    LEFT JOIN (SELECT DISTINCT accession_number FROM lake_quarantine) q USING (accession_number)
    LEFT JOIN (SELECT index_date, forms FROM index_days WHERE state = 'whole') d ON d.index_date = t.filing_date
"""


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
        self._snapshot = snapshot
        self.found = DatasetAgreement()
        self._db.execute(resources.files(__package__).joinpath("compare_datasets.sql").read_text("utf-8"))
        comparable = read_tsvs(engine, members, self.found)
        self._choose_ours(first, last)
        self._db.execute(
            "CREATE TABLE differences (accession_number VARCHAR, table_name VARCHAR, our_key BIGINT, "
            "their_key VARCHAR, column_name VARCHAR, ours VARCHAR, theirs VARCHAR, verdict VARCHAR)"
        )
        self._db.execute(
            "CREATE TABLE agreement (table_name VARCHAR, column_name VARCHAR, verdict VARCHAR, cells BIGINT)"
        )
        for name in comparable:
            self._compare(name)
        self._count()

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
        yield (
            "filings",
            "SELECT * FROM one_sided UNION ALL "
            "SELECT accession_number, filing_date, 'both', NULL FROM ours_filings SEMI JOIN theirs_filings "
            "USING (accession_number) ORDER BY ALL",
        )

    def write(self, query: str, path: Path) -> None:
        """A query of `results` as a Parquet file.

        Raises:
            OSError: that file cannot be written.
        """
        copy(self._db, query, "parquet", path)

    def close(self) -> None:
        """Let go of the tables."""
        self._db.close()

    def _choose_ours(self, first: date, last: date) -> None:
        snapshot, db = self._snapshot, self._db
        db.execute(
            "CREATE TABLE theirs_filings AS SELECT DISTINCT ON (accession_number) plain(ACCESSION_NUMBER) AS "
            "accession_number, try_strptime(FILING_DATE, '%d-%b-%Y')::DATE AS filing_date, DOCUMENT_TYPE AS form_type "
            "FROM read_SUBMISSION"
        )
        db.execute(
            "CREATE TABLE ours_filings AS SELECT accession_number, filing_date, accepted_at, source_format FROM "
            f"({snapshot.relation('filings')}) WHERE source_format IS DISTINCT FROM 'dataset' AND ("
            f"filing_date BETWEEN DATE '{first}' AND DATE '{last}' "
            "OR accession_number IN (SELECT accession_number FROM theirs_filings))"
        )
        db.execute(f"CREATE VIEW index_days AS {snapshot.relation('index_days')}")
        db.execute(
            f"CREATE TABLE quarter AS SELECT max(day) AS last_day FROM ({view('business_days').query}) "
            f"WHERE is_business_day AND day BETWEEN DATE '{first}' AND DATE '{last}'"
        )
        db.execute(f"CREATE VIEW lake_quarantine AS {snapshot.relation('quarantine')}")
        db.execute(f"CREATE TABLE one_sided AS {_ONLY_HERE} UNION ALL {_ONLY_THERE}")
        for name in _SOURCES:
            db.execute(
                f"CREATE OR REPLACE VIEW main.{name} AS SELECT * FROM ({snapshot.relation(name)}) "
                "SEMI JOIN ours_filings USING (accession_number) SEMI JOIN theirs_filings USING (accession_number)"
            )

    def _compare(self, name: str) -> None:
        """Pair the rows of one table and hold the cells of each pair against each other."""
        db = self._db
        columns = self._comparable(name)
        key = next((each for each in sec_columns(name) if each.endswith("_SK")), None)
        ours = ", ".join(f"{_ours(each, kind)} AS {each}" for each, kind in columns.items())
        theirs = ", ".join(f"{_theirs(each, kind)} AS {each}" for each, kind in columns.items())
        cells = "[" + ", ".join(_key(each, kind) for each, kind in columns.items()) + "]"
        db.execute(
            "CREATE OR REPLACE TABLE o AS SELECT *, row_number() OVER (PARTITION BY accession_number, cells) AS nth, "
            f"row_number() OVER () AS id FROM (SELECT *, {cells} AS cells FROM ("
            f"SELECT ACCESSION_NUMBER AS accession_number, {key or 'NULL'}::BIGINT AS key, {ours} "
            f"FROM ({exact_query(name)})))"
        )
        db.execute(
            "CREATE OR REPLACE TABLE t AS SELECT *, row_number() OVER (PARTITION BY accession_number, cells) AS nth, "
            f"row_number() OVER () AS id FROM (SELECT *, {cells} AS cells FROM ("
            f"SELECT plain(ACCESSION_NUMBER) AS accession_number, {key or 'NULL'}::VARCHAR AS key, {theirs} "
            f"FROM read_{name})) SEMI JOIN ours_filings USING (accession_number)"
        )
        db.execute(
            "CREATE OR REPLACE TABLE pairs AS SELECT o.id AS o, t.id AS t FROM o JOIN t "
            "ON o.accession_number = t.accession_number AND o.cells = t.cells AND o.nth = t.nth"
        )
        self._pair_alike(columns)
        self._judge(name, columns)

    def _pair_alike(self, columns: Mapping[str, str]) -> None:
        """Pair what is left by likeness: again and again the pairs that no better one of either row forbids."""
        db = self._db
        score = " + ".join(
            f"({_verdict(each, kind)} <> 'different')::INT * {100 if each in _KEYS else 1}"
            for each, kind in columns.items()
        )
        db.execute(
            f"CREATE OR REPLACE TABLE candidates AS SELECT o.id AS o, t.id AS t, {score} AS score "
            "FROM (FROM o ANTI JOIN pairs ON pairs.o = o.id) o JOIN (FROM t ANTI JOIN pairs ON pairs.t = t.id) t "
            "USING (accession_number)"
        )
        while db.sql("SELECT count(*) FROM candidates").fetchall()[0][0]:
            db.execute(
                "INSERT INTO pairs SELECT o, t FROM candidates "
                "QUALIFY row_number() OVER (PARTITION BY o ORDER BY score DESC, o, t) = 1 "
                "AND row_number() OVER (PARTITION BY t ORDER BY score DESC, o, t) = 1"
            )
            db.execute(
                "CREATE OR REPLACE TABLE candidates AS FROM candidates c ANTI JOIN pairs p ON p.o = c.o "
                "ANTI JOIN pairs q ON q.t = c.t"
            )

    def _judge(self, name: str, columns: Mapping[str, str]) -> None:
        db = self._db
        cells = ", ".join(
            f"{{'column': {quoted(each)}, 'ours': o.{each}, 'theirs': t.{each}, 'verdict': {_verdict(each, kind)}}}"
            for each, kind in columns.items()
        )
        db.execute(
            "CREATE OR REPLACE TABLE judged AS SELECT o.accession_number, o.key AS our_key, t.key AS their_key, "
            f"unnest([{cells}]) AS cell FROM pairs JOIN o ON o.id = pairs.o JOIN t ON t.id = pairs.t"
        )
        db.execute(
            f"INSERT INTO agreement SELECT {quoted(name)}, cell.column, cell.verdict, count(*) FROM judged GROUP BY ALL"
        )
        db.execute(
            f"INSERT INTO differences SELECT accession_number, {quoted(name)}, our_key, their_key, cell.column, "
            "cell.ours, cell.theirs, cell.verdict FROM judged WHERE cell.verdict <> 'same'"
        )
        for side, held in (("o", "only here"), ("t", "only there")):
            keys = "key, NULL" if side == "o" else "NULL, key"
            shown = "array_to_string(cells, ' | ')"
            values = f"{shown}, NULL" if side == "o" else f"NULL, {shown}"
            db.execute(
                f"INSERT INTO differences SELECT accession_number, {quoted(name)}, {keys}, NULL, {values}, "
                f"{quoted(held)} FROM {side} ANTI JOIN pairs ON pairs.{side} = {side}.id"
            )
        db.execute("DROP TABLE judged; DROP TABLE o; DROP TABLE t; DROP TABLE pairs; DROP TABLE candidates")

    def _comparable(self, name: str) -> dict[str, str]:
        """The columns that both sides have, with the kind of each: amount, date, box, notes or text."""
        there = set(self._db.sql(f"FROM read_{name}").columns)
        return {
            column: _kind(column, sql_type)
            for column, sql_type in sec_columns(name).items()
            if column in there
            and column not in NOT_KEPT
            and column != "ACCESSION_NUMBER"
            and not column.endswith("_SK")
        }

    def _count(self) -> None:
        db, found = self._db, self.found
        found.both = db.sql(
            "SELECT count(*) FROM ours_filings SEMI JOIN theirs_filings USING (accession_number)"
        ).fetchall()[0][0]
        found.columns = [
            ColumnAgreement(*row)
            for row in db.sql(
                "SELECT table_name, column_name, sum(if(verdict = 'same', cells, 0))::BIGINT, "
                "sum(if(verdict IN ('same', 'different'), 0, cells))::BIGINT, "
                "sum(if(verdict = 'different', cells, 0))::BIGINT FROM agreement GROUP BY ALL ORDER BY ALL"
            ).fetchall()
        ]
        found.rules = dict(
            db.sql(
                "SELECT verdict, sum(cells)::BIGINT FROM agreement WHERE verdict NOT IN ('same', 'different') "
                "GROUP BY ALL ORDER BY ALL"
            ).fetchall()
        )
        found.unpaired = {
            (table, held): count
            for table, held, count in db.sql(
                "SELECT table_name, verdict, count(*) FROM differences WHERE verdict LIKE 'only %' "
                "GROUP BY ALL ORDER BY ALL"
            ).fetchall()
        }
        found.filings = {
            (held, reason): count
            for held, reason, count in db.sql(
                "SELECT held, reason, count(*) FROM one_sided GROUP BY ALL ORDER BY ALL"
            ).fetchall()
        }


def _kind(column: str, sql_type: str) -> str:
    if column in _BOXES:
        return "box"
    if column.endswith("_FN"):
        return "notes"
    return "amount" if sql_type.startswith("DECIMAL") else "date" if sql_type == "DATE" else "text"


def _ours(column: str, kind: str) -> str:
    return f"replace({column}, ' ', '')" if kind == "notes" else f"{column}::VARCHAR"


def _theirs(column: str, kind: str) -> str:
    cell = f"plain({column})"
    forms = {"date": f"iso({cell})", "box": f"box({cell})", "notes": f"replace({cell}, ' ', '')"}
    return forms.get(kind, cell)


def _key(column: str, kind: str) -> str:
    forms = {"amount": f"cents({column})", "text": f"compacted({column})"}
    return f"coalesce({forms.get(kind, column)}, '')"


def _verdict(column: str, kind: str) -> str:
    macro = {"amount": "amount_verdict", "text": "text_verdict"}.get(kind, "plain_verdict")
    return f"{macro}(o.{column}, t.{column})"

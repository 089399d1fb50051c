"""The rows of `superseded`, kept by commits: which filings a commit can have an amendment mean, and what changes of it.

Reading accession numbers is what costs: so the filings that amendments may mean are found by issuer, form and dates,
and what the amendments filed before the commit replace is taken from the rows that `superseded` has of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import fields
from datetime import date
from importlib import resources
from typing import Any

import duckdb

from ...tables import TABLES
from ..read.engine import register, rows
from ..versions.snapshot import Snapshot
from .matching import Candidate, match_amendments

CONSTANTS = 500
"""Up to so many issuers are spelt out in a query."""

_COLUMNS = [each.name for each in fields(Candidate) if each.name not in ("owner_ciks", "period")]
"""What matching needs of a row of `filings`."""


def plan_superseded(cursor: duckdb.DuckDBPyConnection, snapshot: Snapshot, stored: Collection[str]) -> set[str]:
    """Compute `superseded` anew wherever the fresh filings matter; the periods that hold rows no longer true.

    Leaves the rows to add in `new_superseded` and the keys of the rows to drop in `leaving_superseded`. `stored` are
    the periods that hold earlier versions of the fresh filings.
    """
    after = _After(cursor, snapshot, stored)
    for name in ("filings", "reporting_owners"):
        after.declare(name)
        before = snapshot.relation(name, list(stored))
        cursor.execute(f"CREATE OR REPLACE TEMP VIEW before_{name} AS {before}")
    known = snapshot.relation("superseded", filename=True)
    cursor.execute(f"CREATE OR REPLACE TEMP VIEW superseded_before AS {known}")
    _run(cursor, "groups.sql")
    issuers = [row[0] for row in rows(cursor, "SELECT DISTINCT issuer_cik FROM changed_groups")]
    wanted: set[Row] = set()
    if issuers:
        _gather(cursor, after, issuers)
        wanted.update(_rows_after(cursor, after))
    held = _rows_before(cursor, snapshot)
    added = sorted(wanted - held.keys(), key=lambda row: (row[0], row[3]))
    outdated = sorted(held.keys() - wanted, key=lambda row: (row[0], row[3]))
    columns = TABLES["superseded"].columns
    select = ", ".join(f"unnest(${place}::{each.sql_type}[]) AS {each.name}" for place, each in enumerate(columns, 1))
    for name, found in (("new_superseded", added), ("leaving_superseded", outdated)):
        values = [[row[place] for row in found] for place in range(len(columns))]
        cursor.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT {select}", values)
    return {held[row] for row in outdated}


Row = tuple[str, date, int, str, str]
"""A row of `superseded`, column by column."""


class _After:
    """Declares tables as they will be after the commit, as `after_<table>`, each row with the file that holds it."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, snapshot: Snapshot, stored: Collection[str]) -> None:
        self._cursor = cursor
        self._snapshot = snapshot
        self._stored = stored
        self.periods = {snapshot.path(each): each.period for each in snapshot.entries("filings")}
        """The period of each file of `filings`."""

    def declare(
        self, table: str, issuers: Collection[int] | None = None, periods: Collection[str] | None = None
    ) -> None:
        """All rows; or those of some issuers, from the files of some periods and from the commit."""
        entries = self._snapshot.entries(table, periods)
        parts = [f"SELECT *, NULL AS filename FROM new_{table}"]
        if kept := [each for each in entries if each.period not in self._stored]:
            parts.append(self._snapshot.select(TABLES[table], kept, filename=True))
        if rewritten := [each for each in entries if each.period in self._stored]:
            old = self._snapshot.select(TABLES[table], rewritten, filename=True)
            parts.append(f"SELECT o.* FROM ({old}) o ANTI JOIN fresh USING (accession_number)")
        condition = ""
        if issuers is not None:
            # Constants skip row groups; with so many of them that all are read anyway, they would only be slow.
            named = ", ".join(map(str, issuers))
            if len(issuers) > CONSTANTS:
                named = "SELECT issuer_cik FROM changed_groups"
            condition = f" WHERE issuer_cik IN ({named})"
        union = " UNION ALL ".join(f"SELECT * FROM ({each}){condition}" for each in parts)
        self._cursor.execute(f"CREATE OR REPLACE TEMP VIEW after_{table} AS {union}")

    def labels_with(self, accession_numbers: Collection[str]) -> set[str]:
        """The periods whose files can hold these filings."""
        return {each.period for each in self._snapshot.entries_with("filings", accession_numbers)}

    def rows_of(self, table: str, columns: str, filings: Collection[Candidate]) -> list[tuple[Any, ...]]:
        """Columns of the rows that some filings will have."""
        periods = {each.period for each in filings if each.period}
        self.declare(table, {each.issuer_cik for each in filings}, periods)
        register(self._cursor, "asked", "accession_number", sorted(each.accession_number for each in filings))
        return rows(self._cursor, f"SELECT {columns} FROM after_{table} SEMI JOIN asked USING (accession_number)")


def _run(cursor: duckdb.DuckDBPyConnection, script: str) -> None:
    cursor.execute(resources.files(__package__).joinpath("sql", script).read_text(encoding="utf-8"))


def _gather(cursor: duckdb.DuckDBPyConnection, after: _After, issuers: Collection[int]) -> None:
    """Make `members`: every filing that decides what the redone amendments replace."""

    def read(table: str, columns: str, periods: Collection[str]) -> None:
        for name in ("filings", "reporting_owners"):
            after.declare(name, issuers, periods)
        found = f"SELECT {', '.join(_COLUMNS)}, filename FROM after_filings SEMI JOIN {table} USING ({columns})"
        cursor.execute(f"CREATE OR REPLACE TEMP TABLE found AS {found}")
        _run(cursor, "members.sql")

    after.declare("filings", issuers)
    _run(cursor, "meant.sql")
    files = [row[0] for row in rows(cursor, "SELECT DISTINCT filename FROM meant_filings WHERE filename IS NOT NULL")]
    read("meant_filings", "issuer_cik, filing_date", {after.periods[each] for each in files})
    _run(cursor, "chains.sql")
    if linked := [row[0] for row in rows(cursor, "SELECT accession_number FROM linked")]:
        read("linked", "accession_number", after.labels_with(linked))


def _rows_after(cursor: duckdb.DuckDBPyConnection, after: _After) -> Iterator[Row]:
    filings = []
    for *values, owners, filename in rows(cursor, f"SELECT {', '.join(_COLUMNS)}, owner_ciks, filename FROM members"):
        own = dict(zip(_COLUMNS, values, strict=True))
        filings.append(Candidate(**own, owner_ciks=frozenset(owners), period=after.periods.get(filename)))
    redone = {row[0] for row in rows(cursor, "SELECT accession_number FROM redone")}
    settled = {
        each.accession_number: each.accession_number
        for each in filings
        if each.amends and each.accession_number not in redone
    }
    settled.update(rows(cursor, "SELECT accession_number, root FROM roots SEMI JOIN members USING (accession_number)"))
    likeness = _Likeness(after)
    pairs = list(match_amendments(filings, likeness, settled))
    while likeness.asked:
        likeness.read()
        pairs = list(match_amendments(filings, likeness, settled))
    trading = _with_transactions(after, {each for pair in pairs for each in pair})
    for earlier, amendment in pairs:
        stands = earlier.accession_number in trading and amendment.accession_number not in trading
        yield (
            earlier.accession_number,
            earlier.filing_date,
            earlier.issuer_cik,
            amendment.accession_number,
            "holdings amended" if stands else "amended",
        )


_TRANSACTIONS = ("non_derivative_transactions", "derivative_transactions")
_ROWS = (*_TRANSACTIONS, "non_derivative_holdings", "derivative_holdings")


def _with_transactions(after: _After, filings: set[Candidate]) -> set[str]:
    found: set[str] = set()
    if filings:
        for name in _TRANSACTIONS:
            found.update(row[0] for row in after.rows_of(name, "accession_number", filings))
    return found


class _Likeness:
    """Counts the rows that two filings share, from rows read for many filings at once: asked for first, read later."""

    def __init__(self, after: _After) -> None:
        self._after = after
        self._read: dict[str, Counter[tuple[object, ...]]] = {}
        self.asked: set[Candidate] = set()

    def __call__(self, one: Candidate, other: Candidate) -> int:
        self.asked |= {each for each in (one, other) if each.accession_number not in self._read}
        mine, its = (self._read.get(each.accession_number, Counter()) for each in (one, other))
        return (mine & its).total()

    def read(self) -> None:
        """Read the rows of the filings asked for."""
        self._read |= {each.accession_number: Counter() for each in self.asked}
        for name in _ROWS:
            dated = "transaction_date, transaction_code" if name in _TRANSACTIONS else "NULL, NULL"
            columns = f"accession_number, security_title, {dated}"
            for accession, *row in self._after.rows_of(name, columns, self.asked):
                self._read[accession][name, *row] += 1
        self.asked = set()


def _rows_before(cursor: duckdb.DuckDBPyConnection, snapshot: Snapshot) -> dict[Row, str]:
    """The rows of amendments to be matched again and of fresh filings, each with its file's period."""
    periods = {snapshot.path(each): each.period for each in snapshot.entries("superseded")}
    columns = ", ".join(TABLES["superseded"].column_names())
    found = rows(cursor, f"SELECT {columns}, filename FROM known WHERE matched_again")
    return {(row[0], row[1], row[2], row[3], row[4]): periods[row[5]] for row in found}

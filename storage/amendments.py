"""Which filing an amendment replaces: the rows of `superseded`, kept by commits.

An amendment names the date of the original submission, as the filer typed it, and nothing else. It is matched to
earlier filings of the same form family, issuer and set of owners; where that leaves two it is better to count both,
visibly, than to drop the wrong one, so that a tie makes no row.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from importlib import resources
from typing import Any

import duckdb

from storage.engine import register, rows
from storage.snapshot import Snapshot
from tables import TABLES

TOLERANCE = timedelta(days=4)
"""How far a typed date of original submission may be off: a weekend, a holiday, filing after hours."""

CONSTANTS = 500
"""Up to so many issuers are spelt out in a query."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """What matching needs of a filing."""

    accession_number: str
    form_type: str
    filing_date: date
    accepted_at: datetime | None
    period_of_report: date | None
    date_of_original_submission: date | None
    issuer_cik: int
    owner_ciks: frozenset[int | None]

    @property
    def amends(self) -> bool:
        """Whether the filing is an amendment."""
        return self.form_type.endswith("/A")

    @property
    def order(self) -> tuple[date, datetime, str]:
        """Its place among filings in time."""
        return (self.filing_date, self.accepted_at or datetime.min.replace(tzinfo=UTC), self.accession_number)


Shared = Callable[[Candidate, Candidate], int]
"""How many rows (security, date, code) two filings have in common."""


def match_amendments(filings: Iterable[Candidate], shared: Shared) -> Iterator[tuple[Candidate, Candidate]]:
    """Pairs of a filing and a later amendment that replaces it.

    All earlier amendments of one original are replaced with it, so a filing may be in several pairs.
    """
    groups: dict[tuple[int, str, frozenset[int | None]], list[Candidate]] = defaultdict(list)
    for each in filings:
        groups[each.issuer_cik, each.form_type[0], each.owner_ciks].append(each)
    for members in groups.values():
        members.sort(key=lambda each: each.order)
        yield from _match_group(members, shared)


def _match_group(members: list[Candidate], shared: Shared) -> Iterator[tuple[Candidate, Candidate]]:
    roots: dict[str, str] = {}
    for place, filing in enumerate(members):
        own = filing.accession_number
        root = _root_of(filing, members[:place], roots, shared) if filing.amends else None
        roots[own] = root or own
        if root is not None:
            yield from ((each, filing) for each in members[:place] if roots[each.accession_number] == root)


def _root_of(amendment: Candidate, earlier: list[Candidate], roots: dict[str, str], shared: Shared) -> str | None:
    """The original that an amendment goes back to, itself or by earlier amendments; None if that is unclear."""
    if amendment.date_of_original_submission is None:
        same = {
            roots[each.accession_number]
            for each in earlier
            if each.period_of_report is not None and each.period_of_report == amendment.period_of_report
        }
        return same.pop() if len(same) == 1 else None
    ranked = [(rank, each) for each in earlier if (rank := _rank(amendment, each)) is not None]
    if not ranked:
        return None
    best = min(rank for rank, _ in ranked)
    tied = [each for rank, each in ranked if rank == best]
    tied = [each for each in tied if not each.amends] or tied
    if len({roots[each.accession_number] for each in tied}) == 1:
        return roots[tied[0].accession_number]
    likeness = {each.accession_number: shared(amendment, each) for each in tied}
    most = max(likeness.values())
    likest = {roots[accession] for accession, count in likeness.items() if count == most}
    return likest.pop() if len(likest) == 1 else None


def _rank(amendment: Candidate, earlier: Candidate) -> int | None:
    """How well an earlier filing fits the amendment's date of original submission, 1 best; None not at all."""
    original = amendment.date_of_original_submission
    if original is None:
        return None
    same_period = earlier.period_of_report is not None and earlier.period_of_report == amendment.period_of_report
    if earlier.filing_date == original:
        return 1 if same_period else 2
    if abs(earlier.filing_date - original) <= TOLERANCE:
        return 3 if same_period else 4
    if earlier.period_of_report is not None and abs(earlier.period_of_report - original) <= TOLERANCE:
        return 5
    if earlier.amends and same_period and earlier.date_of_original_submission == original:
        return 6  # both amend a filing that the lake has not
    return None


def plan_superseded(cursor: duckdb.DuckDBPyConnection, snapshot: Snapshot, stored: Collection[str]) -> set[str]:
    """Compute `superseded` anew wherever the fresh filings matter; the labels that hold rows no longer true.

    Leaves the rows to add in `new_superseded` and the keys of the rows to drop in `leaving_superseded`. `stored` are
    the labels that hold earlier versions of the fresh filings.
    """
    after = _After(cursor, snapshot, stored)
    for name in ("filings", "reporting_owners"):
        after.declare(name)
        before = snapshot.relation(name, list(stored))
        cursor.execute(f"CREATE OR REPLACE TEMP VIEW before_{name} AS {before}")
    _run(cursor, "groups.sql")
    issuers = [row[0] for row in rows(cursor, "SELECT DISTINCT issuer_cik FROM changed_groups")]
    if issuers:
        after.declare("filings", issuers)
        after.declare("reporting_owners", issuers)
        _run(cursor, "concerned.sql")
    wanted = set(_rows_after(cursor, after)) if issuers else set()
    known = _known_rows(cursor, snapshot)
    added = sorted(wanted - known.keys(), key=lambda row: (row[0], row[3]))
    outdated = sorted(known.keys() - wanted, key=lambda row: (row[0], row[3]))
    columns = TABLES["superseded"].columns
    select = ", ".join(f"unnest(${place}::{each.sql_type}[]) AS {each.name}" for place, each in enumerate(columns, 1))
    for name, found in (("new_superseded", added), ("leaving_superseded", outdated)):
        values = [[row[place] for row in found] for place in range(len(columns))]
        cursor.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT {select}", values)
    return {known[row] for row in outdated}


Row = tuple[str, date, int, str, str]
"""A row of `superseded`, column by column."""


class _After:
    """Declares tables as they will be after the commit, as `after_<table>`."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, snapshot: Snapshot, stored: Collection[str]) -> None:
        self._cursor = cursor
        self._snapshot = snapshot
        self._stored = stored

    def declare(
        self, table: str, issuers: Collection[int] | None = None, accessions: Collection[str] | None = None
    ) -> None:
        """All rows, or those of some issuers; of `accessions` all rows, of others any."""
        entries = self._snapshot.entries(table)
        if accessions is not None:
            entries = self._snapshot.entries_with(table, accessions)
        parts = [f"SELECT * FROM new_{table}"]
        if kept := [each for each in entries if each.label not in self._stored]:
            parts.append(self._snapshot.select(TABLES[table], kept))
        if rewritten := [each for each in entries if each.label in self._stored]:
            old = self._snapshot.select(TABLES[table], rewritten)
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

    def rows_of(self, table: str, columns: str, filings: Collection[Candidate]) -> list[tuple[Any, ...]]:
        """Columns of the rows that some filings will have."""
        accessions = {each.accession_number for each in filings}
        self.declare(table, {each.issuer_cik for each in filings}, accessions)
        register(self._cursor, "asked", "accession_number", sorted(accessions))
        return rows(self._cursor, f"SELECT {columns} FROM after_{table} SEMI JOIN asked USING (accession_number)")


def _run(cursor: duckdb.DuckDBPyConnection, script: str) -> None:
    cursor.execute(resources.files("storage").joinpath("sql", script).read_text(encoding="utf-8"))


def _rows_after(cursor: duckdb.DuckDBPyConnection, after: _After) -> Iterator[Row]:
    names = [each.name for each in fields(Candidate)]
    filings = [
        Candidate(**(dict(zip(names, row, strict=True)) | {"owner_ciks": frozenset(row[-1])}))
        for row in rows(cursor, f"SELECT {', '.join(names)} FROM concerned")
    ]
    likeness = _Likeness(after)
    pairs = list(match_amendments(filings, likeness))
    while likeness.asked:
        likeness.read()
        pairs = list(match_amendments(filings, likeness))
    redone = {row[0] for row in rows(cursor, "SELECT accession_number FROM redone")}
    pairs = [pair for pair in pairs if pair[1].accession_number in redone]
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


def _known_rows(cursor: duckdb.DuckDBPyConnection, snapshot: Snapshot) -> dict[Row, str]:
    """The rows that the lake has of amendments to be matched again and of fresh filings, each with its file's label."""
    labels = {snapshot.path(each): each.label for each in snapshot.entries("superseded")}
    if not labels:
        return {}
    found = rows(
        cursor,
        f"SELECT accession_number, filing_date, issuer_cik, superseded_by, reason, filename "
        f"FROM ({snapshot.relation('superseded', filename=True)}) WHERE "
        "superseded_by IN (SELECT accession_number FROM redone UNION ALL FROM fresh) OR "
        "accession_number IN (FROM fresh)",
    )
    return {(row[0], row[1], row[2], row[3], row[4]): labels[row[5]] for row in found}

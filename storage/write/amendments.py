"""The rows of `amendments` and `superseded`, kept by commits: what the amendments that a commit matters to amend.

Only earlier filings decide what an amendment amends. So a commit has to match again those that share an owner with one
of its filings and are as late or later, and to work out again the rows of every original that one of them amends or
amended.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import astuple, fields
from datetime import date, timedelta
from importlib import resources
from typing import Any

import duckdb

from ...tables import TABLES, Amendment, SupersededRow
from ..read.engine import register, rows, rows_with_instants
from ..read.views import view
from ..versions.snapshot import Snapshot
from .filed import FiledReport, FiledRow
from .likeness import alike
from .matching import TOLERANCE, Match, match_amendments
from .replacing import CORRECTED, Replaced, Standing, replace_rows, says_void

CONSTANTS = 500
"""Up to this many issuers are spelt out in a query."""
LONG_AGO = date(1990, 1, 1)
"""Nothing on EDGAR is older; a date before it is mistyped."""
EARLY = timedelta(days=10)
"""How long before its period an original may be filed, at most: a holding of next week's, a date that is mistyped."""

_ROW_TABLES = (
    "non_derivative_transactions",
    "derivative_transactions",
    "non_derivative_holdings",
    "derivative_holdings",
)

Row = tuple[Any, ...]
"""A row of `amendments` or `superseded`, column by column."""


def plan_superseded(cursor: duckdb.DuckDBPyConnection, snapshot: Snapshot, stored: Collection[str]) -> set[str]:
    """Work out `amendments` and `superseded` wherever the fresh filings matter; the periods whose rows change.

    Leaves the rows to add in `new_<table>` and the keys of the rows to drop in `leaving_<table>`. `stored` are the
    periods that hold earlier versions of the fresh filings.
    """
    after = _After(cursor, snapshot, stored)
    after.declare("filings")
    for name in ("filings", "reporting_owners"):
        before = snapshot.relation(name, list(stored))
        cursor.execute(f"CREATE OR REPLACE TEMP VIEW before_{name} AS {before}")
    known = _Known(cursor, snapshot)
    cursor.execute(_script("touched.sql"))
    # A filing's rows are in files of one period: those of few, where the lake has hundreds.
    after.declare("reporting_owners", periods=after.periods("SELECT DISTINCT filename FROM amending"))
    cursor.execute(_script("redone.sql"))
    redone = {row[0] for row in rows(cursor, "SELECT accession_number FROM redone")}
    fresh = {row[0] for row in rows(cursor, "SELECT accession_number FROM fresh")}
    work = _Work(after, known, fresh - redone)
    work.match(redone)
    leaving = redone | work.chained | fresh
    return _declare(cursor, "amendments", work.amendments, known.amendment_rows(leaving)) | _declare(
        cursor, "superseded", work.superseded, known.superseded_rows(leaving, fresh)
    )


class _Known:
    """What the lake says of amendments before the commit."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, snapshot: Snapshot) -> None:
        self._cursor = cursor
        self._periods: dict[str, str] = {}
        for name in ("amendments", "superseded"):
            self._periods |= {snapshot.path(each): each.period for each in snapshot.entries(name)}
            sql = snapshot.relation(name, filename=True)
            cursor.execute(f"CREATE OR REPLACE TEMP VIEW {name}_before AS {sql}")
        self._nothing = not self._periods
        """Whether the lake has no row of either table."""

    def originals(self, amendments: Collection[str]) -> dict[str, set[str]]:
        """The originals of amendments, by amendment."""
        return self._pairs("accession_number", "amends", amendments)

    def amendments(self, originals: Collection[str]) -> dict[str, set[str]]:
        """The amendments of originals, by original."""
        return self._pairs("amends", "accession_number", originals)

    def amendment_rows(self, amendments: Collection[str]) -> dict[Row, str]:
        """The rows of these amendments, each with its file's period."""
        if self._nothing:
            return {}
        register(self._cursor, "asked", "asked", sorted(amendments))
        return self._rows("amendments", "accession_number IN (FROM asked)")

    def superseded_rows(self, amendments: Collection[str], filings: Collection[str]) -> dict[Row, str]:
        """The rows that these amendments replace, and those of these filings, each with its file's period."""
        if self._nothing:
            return {}
        register(self._cursor, "asked", "asked", sorted(amendments))
        register(self._cursor, "also", "also", sorted(filings))
        return self._rows("superseded", "superseded_by IN (FROM asked) OR accession_number IN (FROM also)")

    def _rows(self, table: str, condition: str) -> dict[Row, str]:
        columns = ", ".join(TABLES[table].column_names())
        found = rows_with_instants(self._cursor, f"SELECT {columns}, filename FROM {table}_before WHERE {condition}")
        return {row[:-1]: self._periods[row[-1]] for row in found}

    def _pairs(self, key: str, value: str, asked: Collection[str]) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        if self._nothing:
            return found
        register(self._cursor, "asked", "asked", sorted(asked))
        # Older lakes have no `amendments`, but pairs of filings in `superseded`, earlier amendments among them.
        sql = f"""
            WITH pairs AS (
                SELECT accession_number, amends FROM amendments_before WHERE amends IS NOT NULL
                UNION
                SELECT superseded_by, accession_number FROM superseded_before
                WHERE accession_number NOT IN (
                    SELECT superseded_by FROM superseded_before UNION ALL SELECT accession_number FROM amendments_before
                )
            )
            SELECT {key}, {value} FROM pairs WHERE {key} IN (FROM asked)"""
        for one, other in rows(self._cursor, sql):
            found[one].add(other)
        return found


class _After:
    """Declares tables as they will be after the commit, as `after_<table>`, each row with the file that holds it."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, snapshot: Snapshot, stored: Collection[str]) -> None:
        self.cursor = cursor
        self._snapshot = snapshot
        self._stored = stored
        self._files = {snapshot.path(each): each.period for each in snapshot.entries("filings")}

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
            # Constants skip row groups; where they are so numerous that all are read anyway, they would only be slow.
            named = ", ".join(map(str, sorted(issuers)))
            if len(issuers) > CONSTANTS:
                named = "SELECT issuer_cik FROM touched"
            condition = f" WHERE issuer_cik IN ({named})"
        union = " UNION ALL ".join(f"SELECT * FROM ({each}){condition}" for each in parts)
        self.cursor.execute(f"CREATE OR REPLACE TEMP VIEW after_{table} AS {union}")

    def periods(self, filenames: str) -> set[str]:
        """The periods of the files of filings that a SELECT names; the commit's own rows have none."""
        return {self._files[path] for (path,) in rows(self.cursor, filenames) if path is not None}

    def reports(self, accession_numbers: Collection[str], issuers: Collection[int] | None) -> list[FiledReport]:
        """Filings with their rows."""
        if not accession_numbers:
            return []
        periods = {each.period for each in self._snapshot.entries_with("filings", accession_numbers)}
        for name in ("filings", "signatures", *_ROW_TABLES):
            self.declare(name, issuers, periods)
        register(self.cursor, "wanted", "accession_number", sorted(accession_numbers))
        found: dict[str, FiledReport] = {}
        notes: dict[str, dict[str, str]] = {}
        for *values, owners, remarks, ids, texts in rows_with_instants(self.cursor, _FILINGS):
            own = dict(zip(_OF_FILING, values, strict=True))
            of_filing = {key: text or "" for key, text in zip(ids or (), texts or (), strict=True)}
            notes[own["accession_number"]] = of_filing
            text = " ".join([remarks or "", *of_filing.values()])
            found[own["accession_number"]] = FiledReport(**own, owners=frozenset(owners or ()), text=text)
        if any(not each.owners for each in found.values()):
            for accession, signers in rows(self.cursor, _SIGNERS):
                found[accession].owners = found[accession].owners or frozenset(signers)
        for accession, nature, nature_fn, fn, *values in rows(self.cursor, _filed_rows()):
            texts = notes[accession]
            held = " ".join([(nature or "").casefold().rstrip(". "), *_noted(nature_fn, texts)]).strip()
            own = dict(zip(_OF_ROW, values, strict=True))
            found[accession].rows.append(FiledRow(**own, nature=held, notes=" ".join(_noted(fn, texts))))
        return list(found.values())


_OF_FILING = [each.name for each in fields(FiledReport) if each.name not in ("owners", "text", "rows")]
_OF_ROW = [each.name for each in fields(FiledRow) if each.name not in ("nature", "notes")]
_FILINGS = f"""
    SELECT {", ".join(_OF_FILING)},
        list_transform(list_filter(owner_ciks, lambda cik: cik IS NOT NULL), lambda cik: cik::VARCHAR),
        remarks, footnote_ids, footnote_texts
    FROM after_filings SEMI JOIN wanted USING (accession_number)"""

_SIGNERS = """
    SELECT accession_number, list(regexp_replace(lower(signature_name), '[^a-z]', '', 'g'))
    FROM after_signatures SEMI JOIN wanted USING (accession_number)
    WHERE signature_name IS NOT NULL
    GROUP BY accession_number"""


def _filed_rows() -> str:
    return _script("filed_rows.sql").format(security_class=view("security_class").query)


def _noted(ids: str | None, texts: dict[str, str]) -> list[str]:
    return list(dict.fromkeys(texts.get(each, "") for each in (ids or "").split(",") if each))


def _script(name: str) -> str:
    return resources.files(__package__).joinpath("sql", name).read_text(encoding="utf-8")


class _Work:
    """Matches amendments and works out the rows of every original that one of them amends, or amended."""

    def __init__(self, after: _After, known: _Known, outdated: set[str]) -> None:
        self._after = after
        self._known = known
        self._outdated = outdated
        """Fresh filings that are not amendments, whatever the lake says of an earlier version of them."""
        self._reports: dict[str, FiledReport] = {}
        self._concerned: set[str] = set()
        """The originals whose rows are worked out again."""
        self.chained: set[str] = set()
        """The amendments whose rows of `superseded` are worked out again, those matched again among them."""
        self.amendments: list[Amendment] = []
        self.superseded: list[SupersededRow] = []

    def match(self, redone: set[str]) -> None:
        """Match these amendments again, and those that the outcome matters to."""
        if not redone and not self._known.originals(self._outdated):
            return
        redone = set(redone)
        while True:
            self._read_candidates(redone)
            matches = self._matched(redone)
            if not (more := self._more(redone, matches)):
                break
            redone |= more
        self._work_out(matches)

    def _read(self, accession_numbers: Iterable[str], issuers: Collection[int] | None) -> None:
        lacking = sorted(set(accession_numbers) - self._reports.keys())
        self._reports |= {each.accession_number: each for each in self._after.reports(lacking, issuers)}

    def _read_candidates(self, redone: set[str]) -> None:
        cursor = self._after.cursor
        self._read(redone, None)
        asking = [self._reports[each] for each in sorted(redone) if each in self._reports]
        windows = [
            (each.issuer_cik, each.family, int(owner) if owner.isdecimal() else None, *_window(each))
            for each in asking
            if each.issuer_cik is not None
            for owner in each.owners
        ]
        columns = [list(column) for column in zip(*windows, strict=True)] or [[]] * 5
        cursor.execute(
            "CREATE OR REPLACE TEMP TABLE windows AS SELECT unnest($1::BIGINT[]) AS issuer_cik, "
            "unnest($2::VARCHAR[]) AS family, unnest($3::BIGINT[]) AS owner_cik, unnest($4::DATE[]) AS since, "
            "unnest($5::DATE[]) AS until",
            columns,
        )
        issuers = {each.issuer_cik for each in asking if each.issuer_cik is not None}
        self._after.declare("filings", issuers)
        cursor.execute(_script("candidates.sql"))
        self._read((row[0] for row in rows(cursor, "SELECT accession_number FROM found")), issuers)

    def _matched(self, redone: set[str]) -> list[Match]:
        others = [each.accession_number for each in self._reports.values() if each.amends]
        settled = {each for each in others if each not in redone}
        known = {each: set[str]() for each in settled} | self._known.originals(settled)
        return list(match_amendments(self._reports.values(), known))

    def _more(self, redone: set[str], matches: list[Match]) -> set[str]:
        """Amendments of the originals concerned that are later than one that is matched again."""
        concerned = redone.union(*self._known.originals(redone | self._outdated).values())
        concerned |= {each.original for each in matches if each.original}
        self._concerned = concerned
        chained = {
            original: amendments - self._outdated for original, amendments in self._known.amendments(concerned).items()
        }
        self.chained = redone.union(*chained.values())
        self._read(self.chained | {each for each in concerned if chained.get(each)}, None)
        first = {
            original: min(
                (self._reports[each].order for each in amendments & redone if each in self._reports), default=None
            )
            for original, amendments in chained.items()
        }
        for match in matches:
            if match.original is not None:
                known = first.get(match.original)
                first[match.original] = min(match.amendment.order, known) if known else match.amendment.order
        for each in redone & self._reports.keys():
            first.setdefault(each, self._reports[each].order)
        return {
            each
            for original, amendments in chained.items()
            for each in amendments - redone
            if (since := first.get(original)) and each in self._reports and self._reports[each].order > since
        }

    def _work_out(self, matches: list[Match]) -> None:
        originals: dict[str, dict[str, Match | None]] = defaultdict(dict)
        redone = {match.amendment.accession_number for match in matches}
        for match in matches:
            if match.original is not None:
                originals[match.original][match.amendment.accession_number] = match
        settled = self.chained - redone
        for amendment, roots in self._known.originals(settled).items():
            for root in roots & self._concerned:
                originals[root][amendment] = None
        voiding = {each.amendment.accession_number for each in matches if says_void(each.amendment.text)}
        replacing: set[str] = set()
        for original in sorted(originals.keys() & self._reports.keys()):
            for each in self._chain(original, originals):
                replacing.add(each.amendment.accession_number)
                self.superseded.append(_superseded(each))
        for match in matches:
            own = match.amendment.accession_number
            by_text = not match.amendment.rows or (own in voiding and own not in replacing)
            self.amendments.append(_amendment(match, self._reports.get(match.original or ""), by_text=by_text))
        for row in self._known.amendment_rows(settled):
            self.amendments.append(Amendment(**dict(zip(TABLES["amendments"].column_names(), row, strict=True))))
        # An amendment of two originals, of which one is not concerned, keeps what is known of the other.
        worked = originals.keys() | self.chained
        for row in self._known.superseded_rows(settled, ()):
            kept = SupersededRow(**dict(zip(TABLES["superseded"].column_names(), row, strict=True)))
            if kept.accession_number not in worked:
                self.superseded.append(kept)

    def _chain(self, original: str, originals: dict[str, dict[str, Match | None]]) -> Iterator[Replaced]:
        """What the amendments of one original replace, in their order."""
        first = self._reports[original]
        standing = [Standing(first, row) for row in first.rows]
        chain = [first]
        amendments = [self._reports[each] for each in originals[original] if each in self._reports]
        gone: set[str] = set()
        for amendment in sorted(amendments, key=lambda each: each.order):
            roots = [root for root, its in originals.items() if amendment.accession_number in its]
            rows_of_it = _rows_for(
                amendment, original, [self._reports[each] for each in roots if each in self._reports]
            )
            replaced, standing = replace_rows(amendment, rows_of_it, standing)
            yield from replaced
            left = {each.report.accession_number for each in standing}
            for report in chain:
                if report.accession_number not in left | gone and amendment.rows:
                    gone.add(report.accession_number)
                    reasons = {each.reason for each in replaced if each.report is report}
                    yield Replaced(report, None, amendment, None, reasons.pop() if len(reasons) == 1 else CORRECTED)
            chain.append(amendment)


def _rows_for(amendment: FiledReport, original: str, originals: list[FiledReport]) -> list[FiledRow]:
    """The rows by which an amendment amends one of its originals: all, but for those that only another one has."""
    own = [each for each in originals if each.accession_number == original]
    others = [each for each in originals if each.accession_number != original]

    def found(row: FiledRow, reports: list[FiledReport]) -> bool:
        return any(alike(row, other) for each in reports for other in each.rows)

    first = not others or original == min(each.order for each in originals)[2]
    return [row for row in amendment.rows if found(row, own) or (first and not found(row, others))]


def _window(amendment: FiledReport) -> tuple[date, date]:
    """Within which days an original must have been filed."""
    typed = amendment.date_of_original_submission
    dates = [amendment.period_of_report, typed - TOLERANCE if typed and typed > LONG_AGO else None]
    dates += [row.day for row in amendment.rows]
    sound = [each for each in dates if each is not None and LONG_AGO < each <= amendment.filing_date]
    return min(sound, default=amendment.filing_date) - EARLY, amendment.filing_date


def _amendment(match: Match, original: FiledReport | None, *, by_text: bool) -> Amendment:
    amendment = match.amendment
    return Amendment(
        accession_number=amendment.accession_number,
        filing_date=amendment.filing_date,
        issuer_cik=amendment.issuer_cik,
        amends=match.original,
        amends_filing_date=original.filing_date if original else None,
        rows_in_common=match.rows_in_common if match.original else None,
        same_period=match.same_period,
        same_date=match.same_date,
        by_text=by_text,
        unmatched=match.unmatched,
    )


def _superseded(replaced: Replaced) -> SupersededRow:
    return SupersededRow(
        accession_number=replaced.report.accession_number,
        filing_date=replaced.report.filing_date,
        issuer_cik=replaced.report.issuer_cik,
        table_name=replaced.row.table if replaced.row else None,
        row_number=replaced.row.number if replaced.row else None,
        superseded_by=replaced.amendment.accession_number,
        superseded_by_row=replaced.by_row,
        superseded_on=replaced.amendment.filing_date,
        reason=replaced.reason,
    )


def _declare(
    cursor: duckdb.DuckDBPyConnection, name: str, wanted: Iterable[Amendment | SupersededRow], held: dict[Row, str]
) -> set[str]:
    """Make `new_<table>` and `leaving_<table>` of the rows that are wanted and those that the lake has; the periods of
    the latter."""
    table = TABLES[name]
    names = list(table.column_names())
    key = [names.index(each) for each in table.replaced_by]

    def grouped(found: Iterable[Row]) -> dict[Row, set[Row]]:
        groups: dict[Row, set[Row]] = defaultdict(set)
        for row in found:
            groups[tuple(row[place] for place in key)].add(row)
        return groups

    new, old = grouped(map(astuple, wanted)), grouped(held)
    changed = {each for each in new.keys() | old.keys() if new.get(each) != old.get(each)}
    added = [row for each in sorted(changed) for row in sorted(new.get(each, ()), key=str)]
    leaving = [row for each in sorted(changed) for row in old.get(each, ())]
    select = ", ".join(
        f"unnest(${place}::{each.sql_type}[]) AS {each.name}" for place, each in enumerate(table.columns, 1)
    )
    for prefix, found in (("new", added), ("leaving", leaving)):
        values = [[row[place] for row in found] for place in range(len(names))]
        cursor.execute(f"CREATE OR REPLACE TEMP TABLE {prefix}_{name} AS SELECT {select}", values)
    return {held[row] for row in leaving}

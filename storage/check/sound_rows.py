"""What must be true of the lake's rows, checked in SQL, a year or few filings at a time so that memory stays bounded.

Where all accessions are needed at once, they are compared by 64-bit hashes; what that finds is looked up exactly.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

import duckdb

from ...tables import FILING_CHILDREN, TABLES
from ..periods import covers, year_of
from ..read.engine import rows
from ..versions.gathered import with_gathered
from ..versions.log import DataFile
from ..versions.snapshot import EXACT, Snapshot, quoted
from .history import History
from .violations import Remedy, Violation

_PAIRS = {"amendments": ("accession_number", "amends"), "superseded": ("accession_number", "superseded_by")}
"""The columns that name a filing and its amendment."""
TOGETHER = 20_000
"""Filings of several years that are checked at once: of few, to plan the questions takes longer than to answer them."""
_COUNTED = {"reporting_owners": "owner_count", "footnotes": "footnote_count"}


@dataclass(slots=True)
class RowFindings:
    """What was found."""

    violations: list[Violation] = field(default_factory=list)
    missing: int = 0


def check_rows(
    cursor: duckdb.DuckDBPyConnection, snapshot: Snapshot, history: History, sound: Collection[str]
) -> RowFindings:
    """Check the rows of the files whose paths are `sound`; `history` says what the log says was read."""
    return _Check(cursor, snapshot, sound).run(history)


class _Check:
    """Temporary tables: `every` the hashes of all accessions stored, `stored` the filings that are being checked."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, snapshot: Snapshot, sound: Collection[str]) -> None:
        self._cursor = cursor
        self._snapshot = snapshot
        self._entries = {
            name: [each for each in snapshot.entries(name) if each.path in sound] for name in TABLES
        }  # fmt: skip
        # A period with a damaged file has no other violation reported.
        self._damaged = {each.period for path, each in snapshot.live.items() if path not in sound}
        self._paths = {(each.table, each.period): snapshot.name(each) for each in snapshot.live.values()}
        self._lost_datasets: tuple[str, ...] = ()
        self._found = RowFindings()

    def run(self, history: History) -> RowFindings:
        periods = sorted(self._snapshot.periods)
        for one in periods:
            for other in periods:
                if one != other and covers(one, other):
                    self._say("filings", other, f"covers days that {one} covers too")
        for years in self._years(periods):
            self._check_years(years)
        self._check_datasets(history.datasets)
        self._check_all()
        self._check_index(history.index_dates)
        return self._found

    def _years(self, periods: list[str]) -> Iterator[list[str]]:
        """The periods without damage, a year at a time; years of few filings together."""
        sizes: Counter[str] = Counter()
        for each in self._entries["filings"]:
            sizes[each.period] += each.rows
        together: list[str] = []
        for _, group in groupby(periods, year_of):
            year = [each for each in group if each not in self._damaged]
            if together and sum(sizes[each] for each in (*together, *year)) > TOGETHER:
                yield together
                together = []
            together += year
        if together:
            yield together

    def _check_years(self, periods: list[str]) -> None:
        self._cursor.execute(
            "CREATE OR REPLACE TEMP TABLE stored AS SELECT period, accession_number, issuer_cik, filing_date, "
            f"owner_count, footnote_count FROM ({self._select('filings', periods)})"
        )
        for name in FILING_CHILDREN:
            if not self._of(name, periods) and name not in _COUNTED:
                continue
            child = self._select(name, periods)
            self._report(
                name,
                f"SELECT period, accession_number FROM ({child}) c ANTI JOIN stored s ON s.period = c.period AND "
                "s.accession_number = c.accession_number AND s.issuer_cik IS NOT DISTINCT FROM c.issuer_cik "
                "AND s.filing_date = c.filing_date",
                "has rows of {n} accessions without their filing (with its issuer and filing date), such as {such}",
            )
            ordinal = TABLES[name].key[1:]
            if ordinal:
                self._report(
                    name,
                    f"SELECT period, accession_number FROM ({child}) GROUP BY period, accession_number, {ordinal[0]} "
                    "HAVING count(*) > 1",
                    f"has {{n}} filings with two rows of one {ordinal[0]}, such as {{such}}",
                )
            if count := _COUNTED.get(name):
                self._report(
                    "filings",
                    f"SELECT period, accession_number FROM stored LEFT JOIN (SELECT period, accession_number, count(*) "
                    f"AS n FROM ({child}) GROUP BY ALL) USING (period, accession_number) "
                    f"WHERE {count} <> coalesce(n, 0)",
                    f"has {{n}} filings whose {count} is not the number of their {name}, such as {{such}}",
                )

        self._check_gathered(periods)

    def _check_gathered(self, periods: list[str]) -> None:
        """What rows carry of their filings' rows in other tables is what they say."""
        for name, table in TABLES.items():
            if not (table.gathered and self._of(name, periods)):
                continue
            carried = f"hash({', '.join(each.name for each in table.gathered)})"
            gathered = with_gathered(
                table,
                f"SELECT *, {carried} AS carried FROM ({self._select(name, periods)})",
                lambda other: self._select(other, periods),
            )
            what = "lists of owners and footnotes are" if name == "filings" else "rows carry what is"
            self._report(
                name,
                f"SELECT period, accession_number FROM ({gathered}) WHERE carried <> {carried}",
                f"has {{n}} filings whose {what} not {'those of their rows' if name == 'filings' else 'said there'}, "
                "such as {such}",
            )

    def _check_all(self) -> None:
        self._cursor.execute(
            f"CREATE OR REPLACE TEMP TABLE every AS SELECT hash(accession_number) AS h, {EXACT} AS exact "
            f"FROM ({self._select('filings')})"
        )
        self._cursor.execute("CREATE OR REPLACE TEMP TABLE twice AS SELECT h FROM every GROUP BY h HAVING count(*) > 1")
        self._report(
            "filings",
            "WITH doubtful AS MATERIALIZED (SELECT period, accession_number FROM "
            f"({self._select('filings')}) WHERE hash(accession_number) IN (SELECT h FROM twice)) "
            "SELECT * FROM doubtful WHERE accession_number IN "
            "(SELECT accession_number FROM doubtful GROUP BY ALL HAVING count(*) > 1)",
            "has {n} filings that are there more than once, such as {such}",
        )
        for name in ("quarantine", *_PAIRS):
            key = ", ".join(TABLES[name].key)
            self._report(
                name,
                f"SELECT period, accession_number FROM ({self._select(name)}) WHERE ({key}) IN "
                f"(SELECT ({key}) FROM ({self._select(name)}) GROUP BY {key} HAVING count(*) > 1)",
                "has rows of {n} filings that are there more than once, such as {such}",
            )
        self._report(
            "quarantine",
            f"SELECT period, accession_number FROM ({self._select('quarantine')}) "
            "WHERE hash(accession_number) IN (SELECT h FROM every WHERE exact)",
            "has {n} filings both stored and in quarantine, such as {such}",
        )
        if not any(each.table == "filings" and each.period in self._damaged for each in self._snapshot.live.values()):
            self._check_superseded()

    def _check_superseded(self) -> None:
        """The filings that amendments are said to be of exist, and the amendments, or the lake knows of the day to
        fetch them."""
        for table, columns in _PAIRS.items():
            dangling = " UNION ALL ".join(
                f"SELECT period, {each} AS accession_number FROM ({self._select(table)}) "
                f"WHERE hash({each}) NOT IN (SELECT h FROM every) AND {each} IS NOT NULL"
                for each in columns
            )
            self._cursor.execute(f"CREATE OR REPLACE TEMP TABLE dangling AS SELECT DISTINCT * FROM ({dangling})")
            if rows(self._cursor, "SELECT 1 FROM dangling LIMIT 1"):
                self._say_dangling(table)

    def _say_dangling(self, table: str) -> None:
        listed = rows(
            self._cursor,
            f"SELECT min(e.index_date), accession_number FROM dangling d LEFT JOIN "
            f"({self._select('index_entries')} SEMI JOIN dangling USING (accession_number)) e "
            "USING (accession_number) GROUP BY accession_number ORDER BY ALL",
        )
        for index_date, accession in listed:
            if index_date is not None:
                self._found.violations.append(
                    Violation(table, f"names {accession}, which is not stored", Remedy.BACKFILL, str(index_date))
                )
        absent = [accession for index_date, accession in listed if index_date is None]
        unlisted = ", ".join(map(quoted, absent))
        if absent and self._lost_datasets:
            self._say_lost(table, f"names {len(absent):,} filings that are not stored, such as {absent[0]}")
        elif absent:
            self._report(
                table,
                f"SELECT period, accession_number FROM dangling WHERE accession_number IN ({unlisted})",
                "names {n} filings that are neither stored nor listed, such as {such}",
            )

    def _check_index(self, index_dates: Collection[date]) -> None:
        entries, days = self._select("index_entries"), self._select("index_days")
        self._report(
            "index_entries",
            f"SELECT period, accession_number FROM ({entries}) GROUP BY period, accession_number, index_date "
            "HAVING count(*) > 1",
            "has {n} filings that one index lists twice, such as {such}",
        )
        for name, source in (("index_entries", entries), ("index_days", days)):
            self._report(
                name,
                f"SELECT DISTINCT period, index_date::VARCHAR AS accession_number FROM ({source}) "
                "WHERE NOT starts_with(index_date::VARCHAR, period)",
                "has rows of {n} index dates outside the file's period, such as {such}",
            )
        self._report(
            "index_entries",
            f"SELECT DISTINCT period, index_date::VARCHAR AS accession_number FROM ({entries}) "
            f"ANTI JOIN ({days}) d USING (index_date)",
            "has rows of {n} index dates that index_days lacks, such as {such}",
        )
        self._report(
            "index_days",
            f"SELECT period, index_date::VARCHAR AS accession_number FROM ({days}) GROUP BY ALL HAVING count(*) > 1",
            "has {n} index dates that are there twice, such as {such}",
        )
        known = {row[0] for row in rows(self._cursor, f"SELECT index_date FROM ({days})")}
        lost = sorted(
            each
            for each in set(index_dates) - known
            if not any(covers(period, each.isoformat()) for period in self._damaged)
        )
        for month, group in groupby(lost, lambda each: f"{each:%Y-%m}"):
            dates = list(group)
            text = f"lacks {len(dates)} index dates that were read, such as {dates[0]}"
            period = month if len(dates) > 1 else dates[0].isoformat()
            self._found.violations.append(Violation("index_days", text, Remedy.BACKFILL, period))
        self._found.missing = rows(
            self._cursor,
            f"SELECT count(*) FROM ({entries}) e JOIN ({days}) d USING (index_date) WHERE e.delisted_at IS NULL AND "
            "list_contains(string_split(replace(d.forms, ' ', ''), ','), e.form_type) AND "
            "hash(e.accession_number) NOT IN (SELECT h FROM every WHERE exact) AND e.accession_number NOT IN "
            f"(SELECT accession_number FROM ({self._select('quarantine')}))",
        )[0][0]

    def _check_datasets(self, read: Collection[list[str]]) -> None:
        if any(each.table == "datasets" and each.period in self._damaged for each in self._snapshot.live.values()):
            return
        known = {row[0] for row in rows(self._cursor, f"SELECT quarter FROM ({self._select('datasets')})")}
        self._lost_datasets = tuple(each for quarters in read if known.isdisjoint(quarters) for each in quarters)
        if self._lost_datasets:
            self._say_lost("datasets", f"lacks data sets that were read, such as {self._lost_datasets[0]}")

    def _report(self, table: str, sql: str, what: str) -> None:
        """A violation a period, from rows (period, accession_number)."""
        found = rows(
            self._cursor,
            f"SELECT period, count(DISTINCT accession_number), min(accession_number) FROM ({sql}) GROUP BY period "
            "ORDER BY period",
        )
        for period, count, such in found:
            self._say(table, period, what.format(n=f"{count:,}", such=such))

    def _say(self, table: str, period: str, what: str) -> None:
        where = self._paths.get((table, period), f"{table} of {period}")
        self._found.violations.append(Violation(where, what, Remedy.REFETCH, period, table))

    def _say_lost(self, where: str, what: str) -> None:
        """What comes back with the data sets that are lost."""
        self._found.violations.append(Violation(where, what, Remedy.BACKFILL, datasets=self._lost_datasets))

    def _of(self, table: str, periods: Collection[str] | None) -> list[DataFile]:
        return [each for each in self._entries[table] if periods is None or each.period in periods]

    def _select(self, table: str, periods: Collection[str] | None = None) -> str:
        """The rows of a table with the period of their file."""
        source = self._snapshot.select(TABLES[table], self._of(table, periods), filename=True)
        return f"SELECT *, split_part(parse_filename(filename), '.', 1) AS period FROM ({source})"

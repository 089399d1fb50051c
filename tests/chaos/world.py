"""What the chaos is made with: filings of known truth, what writers do with them, and what a lake must then hold."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

import duckdb

from form4lake.commands.parse_files import rows_by_table
from form4lake.parsers import DOUBTFUL
from form4lake.replica import Archive, business_days, generate_archive
from form4lake.storage import Commit, Lake, RawSubmission
from form4lake.storage.check.violations import Remedy
from form4lake.tables import FILING_CHILDREN, DatasetRead, IndexDay, IndexEntry, QuarantinedFiling

FORMS = "3,3/A,4,4/A,5,5/A"
NOON = datetime(2024, 1, 19, 12, tzinfo=UTC)
OF_FILINGS = ("filings", *FILING_CHILDREN)
Tell = Callable[[str], None]
"""How a writer tells what it is about to do and has done, for the ledger of whoever watches it die."""


@dataclass(frozen=True)
class Held:
    """What a lake holds, or should: the parser version of each filing stored, what is in quarantine, the days read."""

    filings: dict[str, int] = field(default_factory=dict)
    quarantine: frozenset[str] = frozenset()
    days: frozenset[date] = frozenset()
    datasets: frozenset[str] = frozenset()
    """Those of the filings that are as the SEC's data sets have them."""
    quarters: frozenset[tuple[str, int]] = frozenset()
    """The data sets read, with their numbers of filings."""


class World:
    """An archive over two closed months and an open one; one filing of each day fails at first. `quick`: less."""

    def __init__(self, seed: int, *, quick: bool = False) -> None:
        months, nights = (1, 1) if quick else (2, 4)
        closed = [*business_days(date(2023, 11, 20), months), *business_days(date(2023, 12, 4), months)]
        days = [*closed, *business_days(date(2024, 1, 8), nights)]
        self.archive: Archive = generate_archive(seed, days, 6 * len(days))
        self.failing = {min(found) for day in self.archive.days if (found := self.archive.accessions(day))}
        self.tell: Tell = lambda _: None

    @cached_property
    def day_of(self) -> dict[str, date]:
        """The index date of each filing."""
        return {number: day for day in self.archive.days for number in self.archive.accessions(day)}

    def copy(self, number: str, copy: int) -> bytes:
        """The so-many-th copy of a submission: EDGAR gives it out again, changed."""
        return self.archive.submissions[number] + b"<!-- changed -->\n" * copy

    def days(self, period: str) -> list[date]:
        """The index dates of a period."""
        return [day for day in self.archive.days if day.isoformat().startswith(period)]

    def ingest(self, lake: Lake, period: str, parser_version: int) -> Commit | None:
        """What nightly does for a day and a backfill for a month: archive, commit, compact the archive's files."""
        for day in self.days(period):
            numbers = [each for each in self.archive.accessions(day) if each not in lake.raw.held(day)]
            self._keep(lake, numbers, day, 0)
        with lake.begin(period) as ingest:
            for day in self.days(period):
                numbers = self.archive.accessions(day)
                for each in numbers:
                    if each in self.failing:
                        ingest.add_quarantined(self._failed(each, day), day)
                    else:
                        ingest.add_filing(replace(self.archive.truth[each], parser_version=parser_version), day)
                day_read = IndexDay(index_date=day, state="whole", forms=FORMS, read_at=NOON)
                ingest.add_day(day_read, [self.entry(each, day) for each in numbers])
            done = lake.commit(ingest, writer="chaos")
        self.tell("committed")
        for day in self.days(period):
            lake.raw.compact_period(day)
        return done

    def refetch(self, lake: Lake, period: str, copy: int) -> None:
        """EDGAR's later copies of what is archived are kept too, and the archive's files are compacted."""
        for day in self.days(period):
            self._keep(lake, self.archive.accessions(day)[1:], day, copy)
            lake.raw.compact_period(day)

    def dataset(self, lake: Lake, quarter: str, parser_version: int) -> None:
        """A quarter's data set, which has those of 2023 that do not fail: none that the lake has exactly is changed."""
        numbers = self._in_dataset()
        with lake.begin(quarter) as ingest:
            for each in numbers:
                filing = self.archive.truth[each]
                assert filing.filing_date is not None
                as_in_set = replace(filing, parser_version=parser_version, source_format="dataset")
                ingest.add_filing(as_in_set, filing.filing_date)
            read = DatasetRead(
                quarter=quarter, filings=len(numbers), read_at=NOON, source_path="set.zip", content_sha256="0" * 64
            )
            ingest.add_dataset(read)
            lake.commit(ingest, writer="chaos")
        self.tell("committed")

    def retry(self, lake: Lake, period: str, parser_version: int) -> None:
        """Those in quarantine succeed."""
        self._again(lake, period, self.failing, parser_version)

    def reparse(self, lake: Lake, period: str, parser_version: int) -> None:
        """A newer parser reads the raw archive of a period."""
        self._again(lake, period, set(self.archive.truth), parser_version)

    def compact(self, lake: Lake, period: str, parser_version: int) -> None:
        """Everything that ended before the date given is compacted."""
        lake.compact(date.fromisoformat(period))

    def after(self, action: str, period: str, parser_version: int, held: Held) -> Held:
        """What a lake holds after an action."""
        listed = {each for day in self.days(period) for each in self.archive.accessions(day)}
        if action == "ingest":
            stored = dict.fromkeys(sorted(listed - self.failing), parser_version)
            waiting = (listed & self.failing) - held.filings.keys()
            return replace(
                held,
                filings=held.filings | stored,
                quarantine=held.quarantine | waiting,
                days=held.days | set(self.days(period)),
                datasets=held.datasets - stored.keys(),
            )
        if action in ("retry", "reparse"):
            again = listed & self.failing if action == "retry" else listed
            return replace(
                held,
                filings=held.filings | dict.fromkeys(sorted(again), parser_version),
                quarantine=held.quarantine - again,
                datasets=held.datasets - again,
            )
        if action == "dataset":
            numbers = self._in_dataset()
            new = {each for each in numbers if each not in held.filings or each in held.datasets}
            return replace(
                held,
                filings=held.filings | dict.fromkeys(sorted(new), parser_version),
                datasets=held.datasets | new,
                quarters=held.quarters | {(period, len(numbers))},
            )
        return held

    def entry(self, number: str, day: date) -> IndexEntry:
        """The line of a filing in its day's index."""
        return IndexEntry(
            accession_number=number,
            filing_date=day,
            index_date=day,
            form_type=self.archive.truth[number].form_type,
            source_path=self.archive.path_of(number),
        )

    def _again(self, lake: Lake, period: str, numbers: set[str], parser_version: int) -> None:
        with lake.begin(period) as ingest:
            for day in self.days(period):
                wanted = numbers.intersection(self.archive.accessions(day))
                for each in lake.raw.read(day, wanted):
                    filing = self.archive.truth[each.accession_number]
                    ingest.add_filing(replace(filing, parser_version=parser_version), day)
            lake.commit(ingest, writer="chaos")
        self.tell("committed")

    def _keep(self, lake: Lake, numbers: list[str], day: date, copy: int) -> None:
        """Append copies to the raw archive, in two parts, and tell of each before and after."""
        for part in (numbers[::2], numbers[1::2]):
            for each in part:
                self.tell(f"begun {each} {copy}")
            lake.raw.append([self._raw(each, day, copy) for each in part])
            for each in part:
                self.tell(f"kept {each} {copy}")

    def _in_dataset(self) -> list[str]:
        return sorted(number for number, day in self.day_of.items() if day.year == 2023 and number not in self.failing)

    def _raw(self, number: str, day: date, copy: int) -> RawSubmission:
        return RawSubmission(number, day, self.archive.path_of(number), NOON, self.copy(number, copy))

    def _failed(self, number: str, day: date) -> QuarantinedFiling:
        return QuarantinedFiling(
            accession_number=number,
            filing_date=day,
            form_type=self.archive.truth[number].form_type,
            source_path=self.archive.path_of(number),
            stage="parse",
            reason="chaos",
            attempts=1,
            first_seen=NOON,
            last_tried=NOON,
        )


def held_by(lake: Lake) -> Held:
    """What a lake holds."""
    with lake.connect() as connection:
        return Held(
            dict(connection.execute("SELECT accession_number, parser_version FROM filings").fetchall()),
            frozenset(row[0] for row in connection.execute("SELECT accession_number FROM quarantine").fetchall()),
            frozenset(row[0] for row in connection.execute("SELECT index_date FROM index_days").fetchall()),
        )


def torn(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Where the tables of one snapshot do not agree with each other."""
    checks = {
        "a filing twice": "SELECT count(*) - count(DISTINCT accession_number) FROM filings",
        "owners": "SELECT (SELECT sum(owner_count) FROM filings) - (SELECT count(*) FROM reporting_owners)",
        "footnotes": "SELECT (SELECT sum(footnote_count) FROM filings) - (SELECT count(*) FROM footnotes)",
        "missing": "SELECT sum(missing) FROM coverage",
        "both stored and quarantined": "SELECT count(*) FROM quarantine SEMI JOIN filings USING (accession_number)",
    } | {
        f"{name} without a filing": f"SELECT count(*) FROM {name} ANTI JOIN filings USING (accession_number)"
        for name in FILING_CHILDREN
    }
    return [name for name, sql in checks.items() if any(row[0] for row in connection.execute(sql).fetchall())]


def wrongs(lake: Lake, *, swept: bool) -> list[str]:
    """What is wrong with a lake; before the next writer has cleaned up (`swept`), names may be left to put right."""
    found = lake.verify(raw=swept).violations
    if not swept:
        found = [each for each in found if each.remedy is not Remedy.REPAIR]
    return [f"{each.where} {each.what}" for each in found]


def differences(lake: Lake, archive: Archive, *, apart_from: frozenset[str] = frozenset()) -> list[str]:
    """The tables of a lake that are not, row by row, what a perfect parser makes of the whole archive.

    `apart_from` names columns that may differ. What the parser doubts of a filing is no part of the archive's truth.
    """
    expected: dict[str, Counter[str]] = {name: Counter() for name in OF_FILINGS}
    for filing in archive.truth.values():
        for name, rows in rows_by_table(filing).items():
            expected[name].update(_plain(row, apart_from) for row in rows)
    with lake.connect() as connection:
        found = [name for name in OF_FILINGS if expected[name] != _rows(connection, name, apart_from)]
        pairs = connection.execute("SELECT accession_number, amends FROM amendments").fetchall()
    return found + ["amendments"] * (sorted(pairs) != sorted(archive.amends.items()))


def lost_and_doubled(lake: Lake, archive: Archive) -> tuple[int, int]:
    """How many filings of the archive a lake lacks, and how many it has more than once."""
    with lake.connect() as connection:
        held = Counter(row[0] for row in connection.execute("SELECT accession_number FROM filings").fetchall())
    return len(archive.truth.keys() - held.keys()), sum(count > 1 for count in held.values())


def _rows(connection: duckdb.DuckDBPyConnection, table: str, apart_from: frozenset[str]) -> Counter[str]:
    read = f"WHERE NOT starts_with(reason, '{DOUBTFUL}')" if table == "parse_issues" else ""
    answer = connection.execute(f"SELECT * FROM {table} {read}")
    names = [each[0] for each in answer.description or []]
    return Counter(_plain(dict(zip(names, row, strict=True)), apart_from) for row in answer.fetchall())


def _plain(row: dict[str, Any], apart_from: frozenset[str]) -> str:
    """A row as text, in an order that does not matter, without NULLs and what depends on the run."""
    left_out = apart_from | {"parser_version"}

    def plain(value: object) -> object:
        if isinstance(value, Decimal):
            return value.normalize()
        return value.astimezone(UTC) if isinstance(value, datetime) else value

    kept = {name: plain(value) for name, value in row.items() if value is not None and name not in left_out}
    return str(sorted(kept.items()))

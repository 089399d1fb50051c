"""What the chaos is made with: filings of known truth, what writers do with them, and what a lake must then hold."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import duckdb

from form4lake.commands.parse_files import rows_by_table
from form4lake.replica import Archive, business_days, generate_archive
from form4lake.storage import Commit, Lake, RawSubmission
from form4lake.storage.check.violations import Remedy
from form4lake.tables import FILING_CHILDREN, IndexDay, IndexEntry, QuarantinedFiling

FORMS = "3,3/A,4,4/A,5,5/A"
NOON = datetime(2024, 1, 19, 12, tzinfo=UTC)
OF_FILINGS = ("filings", *FILING_CHILDREN)


@dataclass(frozen=True)
class Held:
    """What a lake holds, or should: the parser version of each filing stored, what is in quarantine, the days read."""

    filings: dict[str, int] = field(default_factory=dict)
    quarantine: frozenset[str] = frozenset()
    days: frozenset[date] = frozenset()


class World:
    """An archive over two closed months and an open one; one filing of each day fails at first. `quick`: less."""

    def __init__(self, seed: int, *, quick: bool = False) -> None:
        months, nights = (1, 1) if quick else (2, 4)
        closed = [*business_days(date(2023, 11, 20), months), *business_days(date(2023, 12, 4), months)]
        days = [*closed, *business_days(date(2024, 1, 8), nights)]
        self.archive: Archive = generate_archive(seed, days, 6 * len(days))
        self.failing = {min(found) for day in self.archive.days if (found := self.archive.accessions(day))}

    def days(self, period: str) -> list[date]:
        """The index dates of a period."""
        return [day for day in self.archive.days if day.isoformat().startswith(period)]

    def ingest(self, lake: Lake, period: str, parser_version: int) -> Commit | None:
        """What nightly does for a day and a backfill for a month: archive, commit, compact the archive's files."""
        for day in self.days(period):
            numbers = [each for each in self.archive.accessions(day) if each not in lake.raw.held(day)]
            for part in (numbers[::2], numbers[1::2]):
                lake.raw.append([self._raw(each, day) for each in part])
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
        for day in self.days(period):
            lake.raw.compact_period(day)
        return done

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
            return Held(held.filings | stored, held.quarantine | waiting, held.days | set(self.days(period)))
        if action in ("retry", "reparse"):
            again = listed & self.failing if action == "retry" else listed
            return Held(held.filings | dict.fromkeys(sorted(again), parser_version), held.quarantine - again, held.days)
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

    def _raw(self, number: str, day: date) -> RawSubmission:
        content = self.archive.submissions[number]
        return RawSubmission(number, day, self.archive.path_of(number), NOON, content)

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

    `apart_from` names columns that may differ.
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
    answer = connection.execute(f"SELECT * FROM {table}")
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

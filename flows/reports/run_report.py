"""What a run has to tell: day by day, in sum, as Markdown for Prefect's artifact and as an exit code."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Literal, Protocol, runtime_checkable

from ...exits import Exit
from ...reports.account import Account, spelled
from ...storage import Compaction
from ...tables import DayCoverage, IndexEntry

DIFFERENCES_SHOWN = 1000
"""So many are named in a report; the index entries of the lake have all of them."""


@dataclass(frozen=True, slots=True)
class Look:
    """What needs a look, in a line, and the day or filing it is about."""

    text: str
    index_date: date | None = None
    accession_number: str | None = None

    def __str__(self) -> str:
        return self.text


Kind = Literal["added", "removed", "changed"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One filing that the quarter's index and the lake know differently, and the index entry that is right now."""

    kind: Kind
    entry: IndexEntry
    detail: str

    def __str__(self) -> str:
        return f"{self.entry.index_date}: {self.entry.accession_number} {self.kind}: {self.detail}"


@runtime_checkable
class Report(Protocol):
    """What a run of any flow has to tell."""

    flow: str
    failure: str | None
    unpublished: str | None

    @property
    def exit_code(self) -> Exit:
        """The exit code of the command that ran it."""

    @property
    def idle(self) -> bool:
        """Whether something ended it before it did anything."""

    def summary(self) -> str:
        """One line for a person."""

    def details(self) -> list[str]:
        """What it found, line by line, for standard output."""

    def attention(self) -> list[Look]:
        """What a person should look at."""

    def markdown(self) -> str:
        """The run as a page."""


@dataclass(frozen=True, kw_only=True)
class DayReport(DayCoverage):
    """One index date after a run has read it: its row of the view `coverage`, and what the run did."""

    added: int
    """Filings this run brought."""
    problems: tuple[Look, ...] = ()
    """What this run could not read or fetch, each with its filing or index line."""

    @property
    def complete(self) -> bool:
        """Whether nothing of the day is left to do or to look at."""
        return not (self.quarantined or self.missing or self.problems or self.state == "damaged")

    def __str__(self) -> str:
        if self.state in ("holiday", "no index"):
            return f"{self.index_date}  {self.state}"
        if self.state == "damaged" and not self.expected:
            return f"{self.index_date}  index not read"
        return (
            f"{self.index_date}  {self.expected:,} listed, {self.stored:,} stored ({self.added:,} new), "
            f"{self.quarantined:,} quarantined, {self.missing:,} missing"
        )


@dataclass
class RunReport:
    """What one run did."""

    flow: str
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    finished_at: datetime | None = None
    days: list[DayReport] = field(default_factory=list)
    not_published: list[date] = field(default_factory=list)
    """Business days whose index is not there yet."""
    notes: list[str] = field(default_factory=list)
    """What a person should know that is nobody's failure."""
    compactions: list[Compaction] = field(default_factory=list)
    """Closed months and years that the run made one file a table."""
    problems: list[str] = field(default_factory=list)
    """What could not be read of a quarter's index."""
    differences: list[Difference] = field(default_factory=list)
    """How the lake and a quarter's index differed, the first of many."""
    difference_counts: Counter[str] | None = None
    """All of them, by kind; None where no quarter was held against the lake."""
    upgraded: int = 0
    """Filings that the lake had from the SEC's data sets only, and now has as they were filed."""
    requests: int = 0
    """Requests sent to EDGAR, retries counted."""
    failure: str | None = None
    """Why the run stopped early: EDGAR refused or is down."""
    unpublished: str | None = None
    """Why the Delta logs are behind the lake."""
    told: int = 0
    """Rows that alerts have told of."""
    account: Account | None = None
    """How the days stand that the run answers for, at its end."""

    def add(self, day: DayReport) -> None:
        """Add a day, in place of what the run reported of it before."""
        before = [each for each in self.days if each.index_date == day.index_date]
        self.days = [each for each in self.days if each not in before]
        self.days.append(replace(day, added=day.added + sum(each.added for each in before)))

    def add_differences(self, found: Sequence[Difference]) -> None:
        """Note how the lake and a quarter's index differed."""
        self.difference_counts = (self.difference_counts or Counter()) + Counter(each.kind for each in found)
        self.differences = [*self.differences, *found][:DIFFERENCES_SHOWN]

    @property
    def added(self) -> int:
        """Filings this run brought into the lake."""
        return sum(day.added for day in self.days)

    @property
    def exit_code(self) -> Exit:
        """The exit code of the command that ran it."""
        if self.failure:
            return Exit.EDGAR
        complete = all(day.complete for day in self.days) and not self.problems
        settled = self.account is None or not (self.account.alarming or self.account.quarantined)
        return Exit.DONE if complete and settled and not self.unpublished else Exit.INCOMPLETE

    @property
    def seconds(self) -> float:
        """How long it took."""
        return ((self.finished_at or datetime.now(UTC)) - self.started_at).total_seconds()

    @property
    def idle(self) -> bool:
        """Whether EDGAR's answer, or none, ended it before its first day."""
        return bool(self.failure) and not self.days

    def summary(self) -> str:
        """One line for a person."""
        rate = self.requests / self.seconds if self.seconds else 0
        parts = [f"{self.flow}: {counted(self.added, 'filing')} added on {counted(len(self.days), 'day')}"]
        left = {
            "in quarantine": sum(day.quarantined for day in self.days),
            "missing": sum(day.missing for day in self.days),
        }
        parts += [f"{count:,} {name}" for name, count in left.items() if count]
        if (counts := self.difference_counts) is not None:
            parts.append(
                f"the quarter's index lists {counted(counts['added'], 'filing')} that no daily index did, "
                f"{counts['removed']:,} no longer and {counts['changed']:,} otherwise"
            )
        if self.upgraded:
            parts.append(f"{self.upgraded:,} of the filings known from data sets are exact now")
        if self.not_published:
            parts.append(f"not published yet: {spelled(self.not_published)}")
        if self.account:
            parts.append(self.account.headline())
        if self.compactions:
            parts.append(compacted(self.compactions))
        parts += [f"{counted(self.told, 'row')} told"] * bool(self.told)
        parts.append(f"{counted(self.requests, 'request')} in {self.seconds:.0f} s ({rate:.1f} a second)")
        return "; ".join(parts)

    def details(self) -> list[str]:
        """Nothing: what a run brought is in the lake."""
        return []

    def attention(self) -> list[Look]:
        """What a person should look at."""
        looks = [Look(each) for each in (*self.notes, *self.problems)]
        looks += [
            Look(str(each), index_date=each.entry.index_date, accession_number=each.entry.accession_number)
            for each in self.differences
            if each.kind != "added"
        ]
        looks += [
            Look(f"{day.index_date}: {problem}", day.index_date, problem.accession_number)
            for day in self.days
            for problem in day.problems
        ]
        looks += [
            Look(f"{day.index_date}: {day.quarantined} quarantined, {day.missing} missing", index_date=day.index_date)
            for day in self.days
            if day.quarantined or day.missing
        ]
        looks += [Look(str(trouble)) for trouble in self.account.alarming] if self.account else []
        return with_failure(looks, self.failure, self.unpublished)

    def markdown(self) -> str:
        """The run as a page: its sum, its days, what needs a look."""
        rows = [
            f"| {day.index_date} | {day.state} | {day.expected} | {day.stored} | {day.added} | {day.quarantined} "
            f"| {day.missing} |"
            for day in self.days
        ]
        table = [
            "| index date | index | expected | stored | new | quarantined | missing |",
            "|---|---|---:|---:|---:|---:|---:|",
            *rows,
        ]
        look = [f"- {line}" for line in self.attention()] or ["Nothing."]
        sections = [
            *table,
            *_differences(self.differences),
            *_compactions(self.compactions),
            "",
            "## To look at",
            "",
            *look,
        ]
        return "\n".join([f"# {self.summary()}", "", *sections])


@dataclass
class CompactReport:
    """What a compaction did."""

    flow: str = "compact"
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    compactions: list[Compaction] = field(default_factory=list)
    failure: str | None = None
    unpublished: str | None = None

    @property
    def exit_code(self) -> Exit:
        """Done, unless Delta logs are behind: what hinders a compaction is an error of the lake."""
        return Exit.INCOMPLETE if self.unpublished else Exit.DONE

    @property
    def idle(self) -> bool:
        """Never: it asks nobody, so nothing ends it before it begins."""
        return False

    def summary(self) -> str:
        """One line for a person."""
        if not self.compactions:
            return f"{self.flow}: nothing to compact"
        return (
            f"{self.flow}: {compacted(self.compactions)}; {(datetime.now(UTC) - self.started_at).total_seconds():.0f} s"
        )

    def details(self) -> list[str]:
        """Nothing."""
        return []

    def attention(self) -> list[Look]:
        """Delta logs that are behind."""
        return with_failure([], None, self.unpublished)

    def markdown(self) -> str:
        """The run as a page."""
        return "\n".join([f"# {self.summary()}", *_compactions(self.compactions)])


def with_failure(looks: list[Look], *failures: str | None) -> list[Look]:
    """Add why a run ended early, or what else failed in it, where none of the lines says it."""
    untold = (each for each in failures if each and not any(each in look.text for look in looks))
    return [*looks, *map(Look, untold)]


def counted(count: int, noun: str) -> str:
    """`1 filing`, `2,000 filings`."""
    return f"{count:,} {noun}{'s' * (count != 1)}"


def compacted(compactions: Sequence[Compaction]) -> str:
    """Compactions in sum: how many months and years, files and bytes before and after."""
    months = sum(len(each.period) == 7 for each in compactions)
    counts = {"month": months, "year": len(compactions) - months}
    periods = [counted(count, name) for name, count in counts.items() if count]
    before, after = sum(each.files_before for each in compactions), sum(each.files_after for each in compactions)
    files = f"{counted(before, 'file')} into {after:,}"
    smaller = sum(each.bytes_before for each in compactions), sum(each.bytes_after for each in compactions)
    size = " into ".join(f"{each / 1e6:,.1f} MB" for each in smaller)
    return f"{' and '.join(periods)} compacted: {files}, {size}"


def _compactions(compactions: Sequence[Compaction]) -> list[str]:
    return ["", "## Compacted", "", *(f"- {each}" for each in compactions)] if compactions else []


def _differences(found: Sequence[Difference]) -> list[str]:
    cells = [(each.kind, each.entry.accession_number, each.entry.index_date, each.detail) for each in found]
    rows = [f"| {' | '.join(map(str, each))} |" for each in cells]
    head = ["", "## Differences", "", "| what | accession number | index date | how |", "|---|---|---|---|"]
    return [*head, *rows] if rows else []

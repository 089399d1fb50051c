"""What a backfill from data sets has to tell, quarter by quarter."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from ...exits import Exit
from .run_report import Look, RunReport, counted, with_failure

NAMED = 5
"""So many filings are named, where there are more."""
SEPARATOR = "; "
"""Between the problems of a set where the lake keeps them as one text."""


@dataclass(frozen=True)
class QuarterReport:
    """One quarter's data set after a run."""

    quarter: str
    """As 2024Q1."""
    state: str
    """read: it is in the lake now; unchanged: it was; not published: the SEC has none; refused: it cannot be read."""
    filings: int = 0
    """Filings it holds, of the forms taken."""
    added: int = 0
    replaced: int = 0
    """Filings that the lake had from an earlier edition of the set."""
    passed_over: int = 0
    """Filings that the lake has exactly."""
    issues: int = 0
    """Values and rows that could not be typed, kept as text in `parse_issues`."""
    dropped: tuple[str, ...] = ()
    """Accession numbers that an earlier edition of the set brought and this one lacks; the lake keeps them."""
    problems: tuple[str, ...] = ()
    """What is not in the set, or could not be read of it."""

    def __str__(self) -> str:
        if self.state not in ("read", "unchanged"):
            return f"{self.quarter}  {self.state}"
        if self.state == "unchanged":
            said = f"{self.quarter}  {self.filings:,} filings, in the lake already"
        else:
            said = (
                f"{self.quarter}  {self.filings:,} filings: {self.added:,} new, {self.replaced:,} replaced, "
                f"{self.passed_over:,} held exactly"
            )
        said += f"; {self.issues:,} parse issues" * bool(self.issues)
        return said + f"; {len(self.problems):,} problems" * bool(self.problems)


@dataclass
class DatasetReport(RunReport):
    """What one backfill from data sets did."""

    quarters: list[QuarterReport] = field(default_factory=list)

    @property
    def added(self) -> int:
        """Filings this run brought into the lake."""
        return sum(each.added for each in self.quarters)

    @property
    def exit_code(self) -> Exit:
        """Incomplete where something is not in a set that should be."""
        if self.failure:
            return Exit.EDGAR
        incomplete = any(each.problems for each in self.quarters) or self.unpublished
        return Exit.INCOMPLETE if incomplete else Exit.DONE

    @property
    def idle(self) -> bool:
        """Whether EDGAR's answer, or none, ended it before its first quarter."""
        return bool(self.failure) and not self.quarters

    def summary(self) -> str:
        """One line for a person."""
        read = [each for each in self.quarters if each.state == "read"]
        unchanged = sum(each.state == "unchanged" for each in self.quarters)
        rate = sum(each.filings for each in read) / self.seconds if self.seconds else 0
        parts = [
            f"{self.flow} from data sets: {counted(self.added, 'filing')} added from {counted(len(read), 'quarter')}, "
            f"{sum(each.passed_over for each in read):,} were held exactly"
        ]
        parts += [f"{counted(unchanged, 'quarter')} in the lake already"] * bool(unchanged)
        missing = [each.quarter for each in self.quarters if each.state == "not published"]
        parts += [f"not published: {', '.join(missing)}"] * bool(missing)
        parts.append(f"{counted(self.requests, 'request')} in {self.seconds:.0f} s ({rate:,.0f} filings a second)")
        return "; ".join(parts)

    def attention(self) -> list[Look]:
        """What a person should look at."""
        lines = [*self.notes, *(f"{each.quarter}: {problem}" for each in self.quarters for problem in each.problems)]
        lines += [f"{each.quarter}: {_dropped(each.dropped)}" for each in self.quarters if each.dropped]
        return with_failure([Look(line) for line in lines], self.failure, self.unpublished)

    def markdown(self) -> str:
        """The run as a page."""
        rows = [
            f"| {each.quarter} | {each.state} | {each.filings} | {each.added} | {each.replaced} | {each.passed_over} "
            f"| {each.issues} |"
            for each in self.quarters
        ]
        head = [
            "| quarter | data set | filings | new | replaced | held exactly | parse issues |",
            "|---|---|---:|---:|---:|---:|---:|",
        ]
        look = [f"- {line}" for line in self.attention()] or ["Nothing."]
        return "\n".join([f"# {self.summary()}", "", *head, *rows, "", "## To look at", "", *look])


def _dropped(numbers: tuple[str, ...]) -> str:
    such = ", ".join(numbers[:NAMED]) + ", …" * (len(numbers) > NAMED)
    are = "filing of an earlier edition is" if len(numbers) == 1 else "filings of an earlier edition are"
    return f"{len(numbers):,} {are} not in this one, and kept as the earlier one had them: {such}"


def left(started_at: datetime, done: int, count: int) -> str:
    """How much is left after `done` of `count` parts, and when it ends if it goes on so; '' at the end."""
    if done >= count:
        return ""
    now = datetime.now(UTC)
    rest = (now - started_at) / done * (count - done)
    minutes = max(1, round(rest / timedelta(minutes=1)))
    until = f"{(now + rest).astimezone():%Y-%m-%d %H:%M}"
    return f"; {counted(count - done, 'quarter')} left, about {minutes:,} min, until {until}"


def split_problems(text: str | None) -> tuple[str, ...]:
    """The problems that the lake keeps of a set."""
    return tuple(filter(None, (text or "").split(SEPARATOR)))


def joined_problems(problems: Iterable[str]) -> str | None:
    """The problems as the lake keeps them; None if there are none."""
    return SEPARATOR.join(problems) or None

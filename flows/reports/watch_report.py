"""What a run that watches the current feed has to tell: how much came, how soon, and what is left to the index."""

from dataclasses import dataclass, field
from datetime import date, datetime
from statistics import median

from ...exits import Exit
from .run_report import Look, RunReport, counted, with_failure

SHOWN = 20


@dataclass(frozen=True)
class Batch:
    """Filings that one commit brought."""

    index_date: date
    accepted: tuple[datetime, ...]
    """When EDGAR accepted each, UTC, as its feed says."""
    committed_at: datetime

    @property
    def seconds(self) -> list[float]:
        """From the acceptance of each to the commit."""
        return [(self.committed_at - each).total_seconds() for each in self.accepted]

    def __str__(self) -> str:
        filings, newest = counted(len(self.accepted), "filing"), max(self.accepted)
        wait = spelled(min(self.seconds))
        return f"{self.index_date}  {filings}, the newest {wait} after its acceptance at {newest:%H:%M:%S} UTC"


@dataclass
class WatchReport(RunReport):
    """What one run did."""

    polls: int = 0
    """Looks at the feed."""
    pages: int = 0
    """Pages of it that were read."""
    batches: list[Batch] = field(default_factory=list)
    flagged: int = 0
    """Filings that the feed lists and EDGAR does not serve yet, at the run's end."""
    left_to_index: list[Look] = field(default_factory=list)
    """What is not tried again before the day's index: it could not be had or read."""

    @property
    def added(self) -> int:
        """Filings this run brought into the lake."""
        return sum(len(each.accepted) for each in self.batches)

    @property
    def exit_code(self) -> Exit:
        """Done, unless EDGAR stopped it or gave no page: what is left, the index brings."""
        if self.failure or (self.polls and not self.pages):
            return Exit.EDGAR
        return Exit.INCOMPLETE if self.unpublished else Exit.DONE

    @property
    def idle(self) -> bool:
        """Whether it ended before its first look."""
        return self.polls == 0

    def summary(self) -> str:
        """One line for a person."""
        parts = [f"{self.flow}: {counted(self.added, 'filing')} in {counted(self.polls, 'look')} at the current feed"]
        if waits := sorted(each for batch in self.batches for each in batch.seconds):
            parts.append(
                f"half of them in the lake {spelled(median(waits))} after their acceptance, all within "
                f"{spelled(waits[-1])}"
            )
        parts += [f"{self.flagged:,} listed and not served yet"] * bool(self.flagged)
        parts += [f"{len(self.left_to_index):,} left to the index"] * bool(self.left_to_index)
        parts += [f"{counted(self.told, 'row')} told"] * bool(self.told)
        parts.append(f"{counted(self.requests, 'request')} in {self.seconds:.0f} s")
        return "; ".join(parts)

    def attention(self) -> list[Look]:
        """What a person should look at."""
        counts: dict[str, int] = {}
        for each in (*self.notes, *self.problems):
            counts[each] = counts.get(each, 0) + 1
        lines = [each if count == 1 else f"{each} ({count:,} times)" for each, count in counts.items()]
        return with_failure([*map(Look, lines), *self.left_to_index], self.failure, self.unpublished)

    def markdown(self) -> str:
        """The run as a page."""
        rows = [
            f"| {each.committed_at:%H:%M:%S} | {each.index_date} | {len(each.accepted)} | {median(each.seconds):.0f} | "
            f"{max(each.seconds):.0f} |"
            for each in self.batches
        ]
        head = ["| committed, UTC | date | filings | seconds, half | seconds, most |", "|---|---|---:|---:|---:|"]
        look = [f"- {line}" for line in self.attention()] or ["Nothing."]
        return "\n".join([f"# {self.summary()}", "", *head, *rows, "", "## To look at", "", *look])


def spelled(seconds: float) -> str:
    """`38 s`, `12 min`, `3.5 h`."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"

"""What a reparse found: what the parser reads otherwise than an older one did, and what it could not read."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from ...exits import Exit
from ...storage import Differences
from .run_report import Look, with_failure

EXAMPLES = 5
"""So many filings are named of those that a person should look at."""


@dataclass
class Named:
    """Filings of one kind: how many, and the first few by name."""

    count: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, *names: str) -> None:
        """Add filings."""
        self.count += len(names)
        self.examples = [*self.examples, *names][:EXAMPLES]

    def take(self, other: "Named") -> None:
        """Add those of another part."""
        self.count += other.count
        self.examples = [*self.examples, *other.examples][:EXAMPLES]

    def __str__(self) -> str:
        return "; ".join(self.examples) + "; …" * (self.count > len(self.examples))


@dataclass
class Reparsed:
    """Filings that an older parser read or refused, read again."""

    read: int = 0
    """Stored filings read again."""
    released: int = 0
    """Quarantined filings that this parser can read."""
    kept: Named = field(default_factory=Named)
    """Quarantined filings that it cannot read either."""
    refused: Named = field(default_factory=Named)
    """Stored filings that it refuses, whose rows stay."""
    without_raw: Named = field(default_factory=Named)
    """Stored filings whose submission is not in the raw archive."""
    differences: Differences = field(default_factory=Differences)

    def add(self, other: "Reparsed") -> None:
        """Take in another part."""
        self.read += other.read
        self.released += other.released
        self.kept.take(other.kept)
        self.refused.take(other.refused)
        self.without_raw.take(other.without_raw)
        self.differences.add(other.differences)

    def __str__(self) -> str:
        parts = [f"{self.read:,} read again, {self.differences.filings:,} with changed rows"]
        parts += [f"{self.released:,} out of quarantine"] * bool(self.released)
        parts += [f"{self.kept.count:,} still in quarantine"] * bool(self.kept.count)
        parts += [f"{self.refused.count:,} refused"] * bool(self.refused.count)
        parts += [f"{self.without_raw.count:,} not in the archive"] * bool(self.without_raw.count)
        return ", ".join(parts)


@dataclass
class ReparseReport:
    """What one run of `reparse` did."""

    parser_version: int
    dry_run: bool
    flow: str = "reparse"
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    done: Reparsed = field(default_factory=Reparsed)
    failure: str | None = None
    unpublished: str | None = None
    """Why the Delta logs are behind the lake."""

    @property
    def exit_code(self) -> Exit:
        """Incomplete while filings are of an older parser or in quarantine."""
        left = (self.done.kept, self.done.refused, self.done.without_raw)
        return Exit.INCOMPLETE if any(each.count for each in left) or self.unpublished else Exit.DONE

    @property
    def idle(self) -> bool:
        """Never: it asks nobody, so nothing ends it before it begins."""
        return False

    def summary(self) -> str:
        """One line for a person."""
        seconds = (datetime.now(UTC) - self.started_at).total_seconds()
        rate = (self.done.read + self.done.released) / seconds if seconds else 0
        dry = "; nothing was committed (--dry-run)" * self.dry_run
        return f"reparse, parser version {self.parser_version}: {self.done}{dry}; {seconds:.0f} s ({rate:.0f} a second)"

    def details(self) -> list[str]:
        """What changed, column by column, with examples."""
        found = self.done.differences
        lines = []
        for name, count in sorted(found.values.items()):
            lines += [f"{name}  {count:,} changed", *_indented(found, name)]
        for counter, sign, what in ((found.rows_added, "+", "come"), (found.rows_gone, "-", "gone")):
            for name, count in sorted(counter.items()):
                lines += [f"{name}  {count:,} rows {what}", *_indented(found, sign + name)]
        return lines

    def attention(self) -> list[Look]:
        """What a person should look at."""
        done = self.done
        kinds = (
            (done.without_raw, "not in the raw archive; they keep what an older parser read"),
            (done.refused, "refused by this parser; their rows stay as an older one read them"),
            (done.kept, "still in quarantine"),
        )
        looks = [Look(f"{named.count:,} filings are {what}: {named}") for named, what in kinds if named.count]
        return with_failure(looks, self.unpublished)

    def markdown(self) -> str:
        """The run as a page."""
        look = [f"- {line}" for line in self.attention()] or ["Nothing."]
        changes = ["", "## What changed", "", "```", *(self.details() or ["nothing"]), "```"]
        return "\n".join([f"# {self.summary()}", *changes, "", "## To look at", "", *look])


def _indented(found: Differences, name: str) -> list[str]:
    return [f"    {each}" for each in found.examples.get(name, [])]

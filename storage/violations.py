"""What verification finds, one record a finding, each with what to do next."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from enum import Enum


class Remedy(Enum):
    """What puts a violation right."""

    REPAIR = "form4 verify --repair"
    """There is another copy, or it follows from the log."""
    REFETCH = "put it back from a copy of the lake, or: form4 verify --drop-damaged, then {backfill}"
    """Nothing here has it."""
    BACKFILL = "{backfill}"
    """The lake says itself that it has to fetch it."""
    DISCARD = "put it back from a copy of the lake, or: form4 verify --drop-damaged deletes it; nothing else needs it"
    COPY = "put it back from a copy of the lake"


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that is not as it should be."""

    where: str
    """The file, below the lake's folder."""
    what: str
    """What is the matter with it, in words that go on from its name."""
    remedy: Remedy
    label: str | None = None
    """The period whose rows are concerned."""
    table: str | None = None

    @property
    def todo(self) -> str:
        """What to do next."""
        return self.remedy.value.format(backfill=f"form4 backfill {' '.join(days_of(self.label or ''))}")


def days_of(label: str) -> tuple[str, str]:
    """The first and the last day of a period."""
    if len(label) == 7:
        return f"{label}-01", f"{label}-{monthrange(int(label[:4]), int(label[5:]))[1]}"
    return (f"{label}-01-01", f"{label}-12-31") if len(label) == 4 else (label, label)

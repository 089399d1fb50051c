"""The commit log read from its first entry to its last: is it whole, do its checkpoints say the same."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from ..errors import LakeDamaged
from ..files.place import Files
from ..periods import quarters_of, year_of
from ..versions.log import CommitLog, DataFile
from .violations import Remedy, Violation


@dataclass(slots=True)
class History:
    """What the entries say together."""

    index_dates: set[date] = field(default_factory=set)
    """The index dates that commits have read."""
    dataset_periods: set[str] = field(default_factory=set)
    """The periods of the files that commits have written of which data sets were read."""
    archived: dict[date, int] = field(default_factory=dict)
    """How many submissions the raw archive had of an index date, as the last commit says that speaks of it."""
    violations: list[Violation] = field(default_factory=list)

    @property
    def datasets(self) -> list[list[str]]:
        """The data sets that commits have read: a quarter each or, of a year that was compacted before, its four."""
        months = {year_of(each) for each in self.dataset_periods if year_of(each) != each}
        return [quarters_of(each) for each in sorted(self.dataset_periods - months)]


def read_history(files: Files, log: CommitLog) -> History:
    """Read every entry and compare every checkpoint with what the entries up to it add up to."""
    found = History()
    names = [each for each in files.names("log", ".json") if each[0].isdigit()]
    checkpoints = {int(each[:20]) for each in names if each.endswith(".checkpoint.json")}
    versions = {int(each[:20]) for each in names if not each.endswith(".checkpoint.json")}
    live: dict[str, DataFile] | None = {}
    for version in range(1, max(versions | checkpoints, default=0) + 1):
        name = f"log/{version:020d}.json"
        if version not in versions:
            found.violations.append(Violation(name, "is missing, though later entries exist", Remedy.COPY))
            live = None
        else:
            try:
                entry = log.entry(version)
            except LakeDamaged as damaged:
                found.violations.append(Violation(name, damaged.what, Remedy.COPY))
                live = None
            else:
                found.index_dates.update(date.fromisoformat(each) for each in entry.summary.index_dates)
                found.archived |= {date.fromisoformat(day): n for day, n in entry.summary.archived.items()}
                found.dataset_periods.update(each.period for each in entry.added if each.table == "datasets")
                if live is not None:
                    for path in entry.removed:
                        live.pop(path, None)
                    live |= {each.path: each for each in entry.added}
        if version in checkpoints:
            live = _compare(log, version, live, found)
    return found


def _compare(
    log: CommitLog, version: int, live: dict[str, DataFile] | None, found: History
) -> dict[str, DataFile] | None:
    """What is live at a checkpoint: what the entries say or, where one of them cannot, what the checkpoint does."""
    name = f"log/{version:020d}.checkpoint.json"
    try:
        state = log.checkpoint(version)
    except LakeDamaged as damaged:
        found.violations.append(Violation(name, damaged.what, Remedy.REPAIR if live is not None else Remedy.COPY))
        return live
    if live is not None and (state.version != version or state.live != live):
        found.violations.append(Violation(name, "does not say what the entries up to it say", Remedy.REPAIR))
        return live
    return dict(state.live)

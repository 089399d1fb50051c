"""Compaction: the files of a closed month, then of a closed year, become one sorted file a table.

A compaction is a commit like any other: the last snapshot stays whole until it is made, and it names what it retires.
It brings no row and takes none away, so that one made beside it in another period does not disturb it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import duckdb

from ...tables import TABLES
from ..errors import LakeDamaged
from ..files.place import Files
from ..files.staging import Staging, unique_id
from ..periods import bounds, covers
from ..versions.log import DataFile, Summary
from ..versions.snapshot import Snapshot
from .changes import Changes
from .commit import Committer


@dataclass(frozen=True, slots=True)
class Compaction:
    """One closed month or year whose files became one a table."""

    period: str
    """`2024-01` or `2023`."""
    version: int
    """The lake's version that the compaction made."""
    files_before: int
    files_after: int
    bytes_before: int
    bytes_after: int

    def __str__(self) -> str:
        return (
            f"{self.period}  compacted: {self.files_before:,} files, {self.bytes_before / 1e6:,.1f} MB, "
            f"into {self.files_after:,}, {self.bytes_after / 1e6:,.1f} MB"
        )


def due(periods: Iterable[str], before: date) -> list[str]:
    """The months and years that end before a date and are in files of shorter periods, oldest first.

    What lies in a closed year goes straight into it.
    """
    found = set()
    for period in periods:
        wider = [each for each in (period[:4], period[:7]) if len(each) < len(period) and bounds(each)[1] < before]
        found.update(wider[:1])
    return sorted(found)


def compact_period(files: Files, committer: Committer, period: str) -> Compaction | None:
    """Make the files of all periods within `period` one sorted file a table, as one commit; None if they are that.

    Raises:
        LakeFull, LakeUnwritable: it could not be written; the lake is as it was.
        LakeDamaged: a file that it has to read is missing or unreadable, or lacks rows that were written.
    """
    staging = files.stage()
    try:
        planned = _Plan(period, staging)
        done = committer.publish(planned.plan, planned.fits, writer="compact")
    finally:
        staging.discard()
    return Compaction(period, done.version, *planned.figures) if done else None


class _Plan:
    """The plan of one compaction."""

    def __init__(self, period: str, staging: Staging) -> None:
        self._period = period
        self._staging = staging
        self.figures = (0, 0, 0, 0)

    def plan(self, cursor: duckdb.DuckDBPyConnection, snapshot: Snapshot) -> Changes | None:
        """One file a table from all its files within the period."""
        if not any(covers(self._period, each) and each != self._period for each in snapshot.periods):
            return None
        changes = Changes(unique_id(), summary=Summary(compacted=self._period))
        folder = self._staging.folder / changes.commit
        folder.mkdir()
        replaced = self._files(snapshot)
        for table in TABLES.values():
            sources = [each for each in replaced if each.table == table.name]
            if sources:
                changes.write(cursor, table, self._period, [snapshot.select(table, sources)], folder)
        changes.removed += [each.path for each in replaced]
        _refuse_loss(replaced, changes.added)
        self.figures = (
            len(replaced),
            len(changes.added),
            sum(each.bytes for each in replaced),
            sum(each.bytes for each in changes.added),
        )
        return changes

    def fits(self, changes: Changes, _: Snapshot, newest: Snapshot) -> bool:
        """Whether the period is still in the files that were planned for, whatever was committed elsewhere."""
        return {each.path for each in self._files(newest)} == set(changes.removed)

    def _files(self, snapshot: Snapshot) -> list[DataFile]:
        return sorted(
            (each for each in snapshot.live.values() if covers(self._period, each.period)), key=lambda file: file.path
        )


def _refuse_loss(replaced: list[DataFile], added: list[DataFile]) -> None:
    for name in TABLES:
        before = sum(each.rows for each in replaced if each.table == name)
        after = sum(each.rows for each in added if each.table == name)
        if before != after:
            paths = ", ".join(each.path for each in replaced if each.table == name)
            raise LakeDamaged(
                f"the lake is damaged: {paths} have {after} rows below snapshots/, not the {before} that were written. "
                "Put them back from a copy."
            )

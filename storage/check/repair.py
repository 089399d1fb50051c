"""What verification found, put right: from another copy where there is one, else by fetching the period again."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import suppress
from datetime import date

import duckdb

from ...tables import TABLES, Kind
from ..errors import LakeDamaged
from ..files.place import Files
from ..files.staging import unique_id
from ..raw import RawArchive
from ..versions.log import CommitLog, Summary
from ..versions.snapshot import Snapshot
from ..write.changes import Changes
from ..write.commit import Committer
from .violations import Remedy, Violation

FILINGS_AND_AMENDMENTS = frozenset(each.name for each in TABLES.values() if each.kind in (Kind.FILING, Kind.AMENDMENT))
"""The rows of filings, and which of those replace which."""
_INDEXES = frozenset(each.name for each in TABLES.values() if each.kind is Kind.INDEX)


def repair(files: Files, log: CommitLog, committer: Committer, violations: Iterable[Violation]) -> None:
    """Put right what has another copy or follows from the log; no row changes.

    Raises:
        LakeUnwritable, LakeFull: it cannot be written.
    """
    for each in violations:
        if each.remedy is Remedy.REPAIR:
            files.remove(each.where)
    log.reread()
    # What was removed, or was not there, is made again from its other name, or from the log; only the catalog waits for
    # files that are lost, which the next verification reports.
    with suppress(LakeDamaged):
        committer.sweep()


def drop_damaged(files: Files, committer: Committer, raw: RawArchive, violations: Collection[Violation]) -> None:
    """Remove periods that nothing here can repair from the lake, in one commit, and damaged files from the raw archive.

    What the indexes list stays where it can, so that coverage says what is missing and the next run fetches it.

    Raises:
        LakeUnwritable, LakeFull: it cannot be written; the lake is as it was.
        LakeDamaged: the log cannot be read.
    """
    for each in violations:
        if each.remedy is Remedy.DISCARD:
            files.remove(each.where)
    days = {each.period for each in violations if each.remedy in (Remedy.DISCARD, Remedy.FORGET) and each.period}
    archived = dict.fromkeys(days, 0) | raw.counts(map(date.fromisoformat, days))
    leaving = {
        (each.period, table)
        for each in violations
        if each.remedy is Remedy.REFETCH
        for table in _dropped_with(each.table or "")
    }

    def plan(_: duckdb.DuckDBPyConnection, snapshot: Snapshot) -> Changes | None:
        # What is gone of a data set comes back with it: that any was read is forgotten, so that all are read again.
        again = "datasets" if any(table == "filings" for _, table in leaving) else None
        removed = [
            path for path, each in snapshot.live.items() if (each.period, each.table) in leaving or each.table == again
        ]
        summary = Summary(archived=archived)
        return Changes(unique_id(), removed=removed, summary=summary) if removed or archived else None

    def still_there(changes: Changes, _: Snapshot, newest: Snapshot) -> bool:
        return newest.live.keys() >= set(changes.removed)

    committer.publish(plan, still_there, writer="verify")


def _dropped_with(table: str) -> frozenset[str]:
    """The tables that make sense only together: a filing's rows; what an index said and that it was read."""
    return next((each for each in (FILINGS_AND_AMENDMENTS, _INDEXES) if table in each), frozenset({table}))

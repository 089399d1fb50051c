"""Commits: what an ingest changes, published as one new version of the lake, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

import duckdb

from storage.catalog import publish_catalog, script_version
from storage.changes import Changes, plan_changes
from storage.engine import reading
from storage.errors import LakeError
from storage.ingest import Ingest
from storage.log import CommitLog, Entry
from storage.places import Files
from storage.snapshot import Snapshot

FREE_ATTEMPTS = 3
"""How often a writer that loses the race plans again before it keeps the others waiting instead."""


@dataclass(frozen=True, slots=True)
class Commit:
    """What a commit brought; the same figures are in the log."""

    version: int
    written_at: datetime
    index_dates: list[str]
    """The index dates read, ISO."""
    filings_added: int
    filings_replaced: int
    quarantined: int
    """Filings put into quarantine or tried again in vain."""
    quarantine_left: int
    """Rows of quarantine that went or were replaced."""
    recovered: list[dict[str, str | int]]
    """Those of them whose filings are stored."""
    delisted: int
    """Index entries that their index no longer lists."""
    folded: str | None
    """The closed month or year whose files became one a table; the commit brought no row then."""


Plan = Callable[[duckdb.DuckDBPyConnection, Snapshot], Changes | None]
"""What a commit changes of a snapshot, worked out on a cursor of its own; None if there is nothing to change."""
Fits = Callable[[Changes, Snapshot, Snapshot], bool]
"""Whether changes planned for one snapshot are right for a later one too."""


def _same_version(_: Changes, planned_for: Snapshot, newest: Snapshot) -> bool:
    return planned_for.version == newest.version


class Committer:
    """Publishes commits of one lake."""

    def __init__(self, files: Files, log: CommitLog, engine: duckdb.DuckDBPyConnection, grace_seconds: float) -> None:
        self._files = files
        self._log = log
        self._engine = engine
        self._grace = timedelta(seconds=grace_seconds)
        self._finished = False

    def commit(self, ingest: Ingest, writer: str) -> Commit | None:
        """Bring the ingest's rows into the lake; None if they are all there, just so.

        Raises:
            LakeFull, LakeUnwritable: it could not be written; the lake is as it was.
            LakeDamaged: a file of the snapshot that the commit has to read is missing or unreadable.
        """
        return self.publish(lambda cursor, snapshot: plan_changes(cursor, snapshot, ingest), _same_version, writer)

    def publish(self, plan: Plan, fits: Fits, writer: str) -> Commit | None:
        """Plan against the newest snapshot and publish, again while other writers' commits leave the plan outdated.

        Raises:
            LakeFull, LakeUnwritable, LakeDamaged: as `commit`.
        """
        for _ in range(FREE_ATTEMPTS):
            snapshot = self.snapshot()
            changes = self._plan(snapshot, plan)
            if changes is None:
                return None
            self._sync(changes)
            with self._files.publishing():
                newest = self.snapshot()
                if fits(changes, snapshot, newest):
                    return self._publish(newest, changes, writer)
        with self._files.publishing():
            snapshot = self.snapshot()
            changes = self._plan(snapshot, plan)
            if changes is None:
                return None
            self._sync(changes)
            return self._publish(snapshot, changes, writer)

    def snapshot(self) -> Snapshot:
        """The newest snapshot."""
        return Snapshot(self._files, self._log.state())

    def repair(self) -> None:
        """Finish or sweep what killed or failed writers left: staging folders, links, the catalog; once is enough."""
        if not self._finished:
            self.sweep()

    def sweep(self) -> None:
        """As `repair`, each time: readers' names go whose grace period is over since."""
        with self._files.publishing():
            self._files.sweep_staging()
            self._finish(self.snapshot())

    def _plan(self, snapshot: Snapshot, plan: Plan) -> Changes | None:
        cursor = self._engine.cursor()
        try:
            with reading(snapshot):
                return plan(cursor, snapshot)
        finally:
            cursor.close()

    def _sync(self, changes: Changes) -> None:
        for each in changes.staged.values():
            self._files.sync(each)

    def _publish(self, snapshot: Snapshot, changes: Changes, writer: str) -> Commit:
        """Called while holding the publishing lock, which keeps the version."""
        self._files.publish(changes.staged)
        entry = Entry(
            version=snapshot.version + 1,
            commit=changes.commit,
            writer=writer,
            written_at=datetime.now(UTC),
            added=changes.added,
            removed=changes.removed,
            summary=changes.summary,
        )
        if not self._log.append(entry):
            raise LakeError(f"version {entry.version} of the lake was made by a writer that holds no lock; run again")
        self._finished = False
        self._finish(self.snapshot())
        return Commit(version=entry.version, written_at=entry.written_at, **asdict(entry.summary))

    def _finish(self, snapshot: Snapshot) -> None:
        """All that follows from the log and can be done again: links, checkpoint, catalog, retired files.

        Raises:
            LakeDamaged: the views are of a later version than the log, or a file they name is missing.
        """
        # What is published was in the log before: so the log is read after it.
        if (published := script_version(self._files)) > self._log.state().version:
            # To settle would be to throw away what the missing entries hold.
            raise self._log.missing(published)
        self._files.settle(snapshot.live)
        self._log.checkpoint_if_due(self._log.state())
        with reading(snapshot):
            publish_catalog(self._files, snapshot)
        self._files.forget([*snapshot.live, *self._log.retired_since(datetime.now(UTC) - self._grace)])
        self._finished = True

"""Commits: what an ingest changes, published as one new version of the lake, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import chain
from random import random
from time import sleep

import duckdb

from ..errors import LakeBusy
from ..files.place import Files
from ..raw import RawArchive
from ..read.catalog import publish_catalog, published_version
from ..read.engine import reading
from ..versions.log import CommitLog, Entry
from ..versions.snapshot import Snapshot
from .changes import Changes, plan_changes
from .ingest import Ingest

FREE_ATTEMPTS = 3
"""How often a writer that loses the race plans again before it keeps the others waiting instead, where it can."""
ATTEMPTS = 50
PAUSE_SECONDS = 0.2
"""A writer that lost this often waits for a random time up to this, so that the same few do not collide again."""


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
    upgraded: int
    """Filings replaced that the lake had from the SEC's data sets only."""
    passed_over: int
    """Filings of a data set that were left out, as the lake has them exactly."""
    compacted: str | None
    """The closed month or year whose files became one a table; the commit brought no row then."""
    archived: dict[str, int]
    """Submissions in the raw archive of each index date read, where it has any."""


Plan = Callable[[duckdb.DuckDBPyConnection, Snapshot], Changes | None]
"""What a commit changes of a snapshot, worked out on a cursor of its own; None if there is nothing to change."""
Fits = Callable[[Changes, Snapshot, Snapshot], bool]
"""Whether changes planned for one snapshot are right for a later one too."""


def _same_version(_: Changes, planned_for: Snapshot, newest: Snapshot) -> bool:
    return planned_for.version == newest.version


class Committer:
    """Publishes commits of one lake."""

    def __init__(
        self,
        files: Files,
        log: CommitLog,
        engine: duckdb.DuckDBPyConnection,
        grace_seconds: float,
        after_commit: Callable[[], None] = lambda: None,
    ) -> None:
        self._files = files
        self._log = log
        self._engine = engine
        self._grace = timedelta(seconds=grace_seconds)
        self._after_commit = after_commit
        self._finished = False

    def commit(self, ingest: Ingest, writer: str, raw: RawArchive) -> Commit | None:
        """Bring the ingest's rows into the lake; None if it has them all already.

        Raises:
            LakeFull, LakeUnwritable: it could not be written; the lake is as it was.
            LakeDamaged: a file of the snapshot that the commit has to read is missing or unreadable.
        """

        def plan(cursor: duckdb.DuckDBPyConnection, snapshot: Snapshot) -> Changes | None:
            changes = plan_changes(cursor, snapshot, ingest)
            if changes:
                changes.summary = replace(changes.summary, archived=raw.counts(ingest.days))
            return changes

        return self.publish(plan, _same_version, writer)

    def publish(self, plan: Plan, fits: Fits, writer: str) -> Commit | None:
        """Plan against the newest snapshot and publish, again while other writers' commits leave the plan outdated.

        Raises:
            LakeBusy: in an object store, where nobody can be kept waiting, others were faster every time.
            LakeFull, LakeUnwritable, LakeDamaged: as `commit`.
        """
        done = self._published(plan, fits, writer)
        if done:
            self._after_commit()
        return done

    def _published(self, plan: Plan, fits: Fits, writer: str) -> Commit | None:
        for attempt in range(ATTEMPTS):
            alone = attempt >= FREE_ATTEMPTS
            if alone:
                sleep(random() * PAUSE_SECONDS)  # noqa: S311 no secret
            with self._files.publishing() if alone else nullcontext():
                snapshot = self.snapshot()
                changes = self._plan(snapshot, plan)
                if changes is None:
                    return None
                self._sync(changes)
                with nullcontext() if alone else self._files.publishing():
                    done = self._publish(changes, snapshot, fits, writer)
            if done:
                return done
        raise LakeBusy(
            f"{self._files.location}: other writers were faster {ATTEMPTS} times. The lake has nothing of "
            "this; run the same command again when they are done."
        )

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

    def _publish(self, changes: Changes, planned_for: Snapshot, fits: Fits, writer: str) -> Commit | None:
        """Called while holding the publishing lock; None if another writer's commit leaves the changes outdated."""
        newest = self.snapshot()
        if not fits(changes, planned_for, newest):
            return None
        self._files.publish(changes.staged)
        # A bucket has no lock: another writer may still make that version first.
        while not (done := self._append(newest, changes, writer)):
            newest = self.snapshot()
            if not fits(changes, planned_for, newest):
                self._files.withdraw(changes.staged)
                return None
        self._finished = False
        self._finish(self.snapshot())
        return done

    def _append(self, newest: Snapshot, changes: Changes, writer: str) -> Commit | None:
        entry = Entry(
            version=newest.version + 1,
            commit=changes.commit,
            writer=writer,
            written_at=datetime.now(UTC),
            added=changes.added,
            removed=changes.removed,
            summary=changes.summary,
        )
        if not self._log.append(entry):
            return None
        return Commit(version=entry.version, written_at=entry.written_at, **asdict(entry.summary))

    def _finish(self, snapshot: Snapshot) -> None:
        """All that follows from the log and can be done again: links, checkpoint, catalog, retired files.

        Raises:
            LakeDamaged: the views are of a later version than the log, or a file they name is missing.
        """
        # What is published was in the log before: so the log is read after it.
        if (published := published_version(self._files)) > self._log.state().version:
            # To go on would throw away what the missing entries hold.
            raise self._log.missing(published)
        self._files.repair_names(snapshot.live)
        self._log.checkpoint_if_due(self._log.state())
        with reading(snapshot):
            publish_catalog(self._files, snapshot, self._engine)
        self._files.forget(chain(snapshot.live, self._log.retired_since(datetime.now(UTC) - self._grace)))
        self._finished = True

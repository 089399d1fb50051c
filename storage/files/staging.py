"""Folders on a local disk where writers are at work: swept once their writers are dead, never before."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import writing
from ..lazy import lazy
from .locks import writers_lock

if TYPE_CHECKING:
    import filelock
else:
    filelock = lazy("filelock")


def unique_id() -> str:
    """An id never used twice that sorts by time: `20260102T030405123456-1f2e3d4c` (UTC, to the microsecond)."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}"


class Staging:
    """A writer's own folder, locked while the writer lives."""

    def __init__(self, folder: Path, lock: filelock.FileLock) -> None:
        self.folder = folder
        self._lock = lock

    def discard(self) -> None:
        """Remove the folder and let go of its lock; doing it twice is harmless."""
        shutil.rmtree(self.folder, ignore_errors=True)
        Path(self._lock.lock_file).unlink(missing_ok=True)
        self._lock.release()


class StagingArea:
    """The folder that holds them; whoever calls keeps other processes from staging and sweeping at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def stage(self) -> Staging:
        """A new folder for one writer."""
        with writing(self.folder):
            name = unique_id()
            lock = writers_lock(self.folder / f"{name}.lock")
            lock.acquire()
            folder = self.folder / name
            folder.mkdir()
            return Staging(folder, lock)

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """A folder without a lock, for as long as the caller keeps others from sweeping."""
        folder = self.folder / f"scratch-{unique_id()}"
        try:
            with writing(folder):
                folder.mkdir()
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def sweep(self) -> None:
        """Remove what dead writers left."""
        with writing(self.folder):
            for held in self.folder.glob("*.lock"):
                lock = writers_lock(held)
                try:
                    lock.acquire(timeout=0)
                except filelock.Timeout:
                    continue
                Staging(held.with_suffix(""), lock).discard()
            for folder in self.folder.iterdir():
                # A folder gets its lock first, so that one without belongs to nobody.
                if folder.is_dir() and not folder.with_suffix(".lock").exists():
                    shutil.rmtree(folder)

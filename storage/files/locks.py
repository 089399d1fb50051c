"""Locks of writers, in files that only those who may write there can open: who can open a file can hold its lock."""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING

from ..errors import LakeFull, LakeUnwritable, writing
from ..lazy import lazy

if TYPE_CHECKING:
    import filelock
else:
    filelock = lazy("filelock")

log = logging.getLogger("form4lake.storage")

TOLD_AFTER_SECONDS = 5.0
"""Whoever has waited this long for a lock says for which."""


def writers_lock(path: Path) -> filelock.FileLock:
    """The lock of a file, which is made if need be, and closed to readers where an older program left it open.

    Raises:
        OSError: the file cannot be made or opened.
    """
    _close_to_readers(path)
    # One lock object a holder: one that is shared would let a second thread of this process in.
    return filelock.FileLock(path, thread_local=False)


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold the lock of a file; the operating system lets go of it if the holder dies.

    Raises:
        LakeUnwritable, LakeFull: the file cannot be made or opened.
    """
    with writing(path):
        lock = writers_lock(path)
        try:
            lock.acquire(timeout=TOLD_AFTER_SECONDS)
        except filelock.Timeout:
            log.warning("waiting for %s, which another writer has held for %g s", path, TOLD_AFTER_SECONDS)
            lock.acquire()
    try:
        yield
    finally:
        lock.release()


def close_folder_to_readers(folder: Path) -> None:
    """Let only those into a folder who may write in the one above it, as far as it is this user's to say.

    Raises:
        OSError: it is not there.
    """
    found = folder.stat()
    if found.st_uid == os.geteuid():
        folder.chmod(0o700 | _writers(folder.parent.stat().st_mode) * 0o7)


def own_folder() -> Path:
    """This user's folder on this machine, for lakes that are elsewhere: made for nobody else.

    Raises:
        LakeUnwritable, LakeFull: it cannot be made, or what has its name is another user's.
    """
    folder = temporary_folder() / f"form4lake-lakes-of-{os.geteuid()}"
    with writing(folder):
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
            raise LakeUnwritable(
                f"{folder} is not a folder of this user's own, so nothing is kept in it. Have it removed, or name "
                "another folder for temporary files (TMPDIR)."
            )
        folder.chmod(0o700)
    return folder


def temporary_folder() -> Path:
    """The system's folder for temporary files.

    Raises:
        LakeFull: none of those that could be it can be written.
    """
    try:
        return Path(gettempdir())
    except FileNotFoundError as error:
        raise LakeFull(
            f"no folder for temporary files can be written: {error.strerror}. Make room in one of them, or name "
            "another (TMPDIR), and run the same command again; the lake is as it was before."
        ) from error


def _close_to_readers(path: Path) -> None:
    folder = path.parent.stat()
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        found = os.fstat(file)
        if found.st_uid != os.geteuid():
            return
        if found.st_gid != folder.st_gid:
            with suppress(PermissionError):
                os.fchown(file, -1, folder.st_gid)
        if stat.S_IMODE(found.st_mode) != (mode := 0o600 | _writers(folder.st_mode) * 0o6):
            os.fchmod(file, mode)
    finally:
        os.close(file)


def _writers(mode: int) -> int:
    """Who besides the owner may write: a digit 1 for the group, for the others."""
    return (mode & stat.S_IWGRP and 0o10) | (mode & stat.S_IWOTH and 0o1)

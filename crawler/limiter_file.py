"""The file by which processes agree on whose turn it is: where it is, and that nobody else can hold it.

A lock on a file can be taken by whoever may open it, to read as well as to write. So the file lies in a folder of the
user's own, unless the configuration names one that users share, and it is open to those who may write there, never to
readers.
"""

from __future__ import annotations

import errno
import logging
import os
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from filelock import lock_descriptor, unlock_descriptor

from .errors import BadOptions, ClientClosed
from .options import ClientOptions

log = logging.getLogger("form4lake.crawler")

ALL_USERS = "/var/tmp"  # noqa: S108 - for users without a home; the folder made in it is the user's own
POLL_SECONDS = 0.0005
TOLD_AFTER_SECONDS = 5.0

_READ, _WRITE = 0o4, 0o2
_GROUP, _OTHERS = 3, 0
_POSIX = hasattr(os, "fchmod")


def limiter_file(options: ClientOptions) -> Path:
    """The file for these options' host."""
    return (options.rate_limiter_folder or users_folder()) / f"{limiter_name(options)}.gate"


def limiter_name(options: ClientOptions) -> str:
    """A name for whom the rate is of; one for all of the SEC's hosts, as the allowance is one."""
    parts = urlsplit(options.base_url)
    host = parts.hostname or ""
    if host == "sec.gov" or host.endswith(".sec.gov"):
        return "sec.gov"
    return host.replace(":", "-") + (f"_{parts.port}" if parts.port else "")


def users_folder() -> Path:
    """The folder of this user's on this machine, the same for each of the user's processes.

    Not by HOME or XDG_STATE_HOME, which differ between a shell, cron and a service. It outlives a restart, as a pause
    must.
    """
    if not _POSIX:
        return Path.home() / "AppData" / "Local" / "form4lake"
    import pwd

    try:
        home = Path(pwd.getpwuid(os.geteuid()).pw_dir)
    except KeyError:  # a container's uid that no list of users has
        home = Path()
    state = home / ".local" / "state" / "form4lake"
    if home.is_absolute() and (state.is_dir() or os.access(home, os.W_OK)):
        return state
    return Path(ALL_USERS) / f"form4lake-{os.geteuid()}"


@contextmanager
def locked(path: Path, *, own: bool, stop: threading.Event | None = None) -> Iterator[int]:
    """The file, open for reading and writing and locked.

    `own`: its folder must be this user's alone. Opened each time, as a fork or a sweep of temporary files would part a
    descriptor kept open from the other processes. Raises BadOptions where it cannot be used, ClientClosed once `stop`
    is set.
    """
    try:
        file = _open(path, own)
    except OSError as error:
        raise unusable(path, _WORDS.get(error.errno or 0, str(error.strerror))) from error
    try:
        _lock(file, path, stop)
        try:
            yield file
        finally:
            unlock_descriptor(file)
    finally:
        os.close(file)


def unusable(path: Path, why: str) -> BadOptions:
    """What is said of a file or folder that cannot be used."""
    return BadOptions(
        f"the file that paces requests cannot be used: {path}: {why}; remove it if it is none of form4lake's, or name "
        "a folder for it that those who run form4lake here may write (config.yaml: edgar.rate_limiter_folder, or "
        "FORM4_EDGAR__RATE_LIMITER_FOLDER)"
    )


_WORDS = {
    errno.ELOOP: "it is a symbolic link",
    errno.EISDIR: "it is a folder",
    errno.ENXIO: "it is not a regular file",
    errno.EACCES: "this user may not open it",
}


def _lock(file: int, path: Path, stop: threading.Event | None) -> None:
    began = time.monotonic()
    told = False
    while not lock_descriptor(file, blocking=False):
        if stop is not None and stop.is_set():
            raise ClientClosed("the client was closed while a request waited for its turn; run again to carry on")
        if not told and time.monotonic() - began > TOLD_AFTER_SECONDS:
            told = True
            log.warning("waiting for %s, which another process has held for %g s", path, TOLD_AFTER_SECONDS)
        time.sleep(POLL_SECONDS)


def _open(path: Path, own: bool) -> int:
    flags = os.O_RDWR | _flag("O_NOFOLLOW") | _flag("O_NONBLOCK") | _flag("O_CLOEXEC") | _flag("O_BINARY")
    if own and _POSIX:
        _check_own_folder(path.parent)
    try:
        file = os.open(path, flags)
    except FileNotFoundError:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            file = os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            file = os.open(path, flags)
    try:
        _check_file(path, file)
    except BaseException:
        os.close(file)
        raise
    return file


def _flag(name: str) -> int:
    return int(getattr(os, name, 0))


def _check_own_folder(folder: Path) -> None:
    """Make sure that only this user can write in the folder."""
    try:
        found = folder.lstat()
    except FileNotFoundError:
        return  # it is made for this user alone
    if not stat.S_ISDIR(found.st_mode):
        raise unusable(folder, "it is not a folder")
    if found.st_uid != os.geteuid():
        raise unusable(folder, "it belongs to another user")
    if stat.S_IMODE(found.st_mode) != 0o700:
        folder.chmod(0o700)


def _check_file(path: Path, file: int) -> None:
    """Make sure that it is a plain file, of somebody who may write in its folder, and that no mere reader can lock it.

    Raises BadOptions.
    """
    found = os.fstat(file)
    if not stat.S_ISREG(found.st_mode):
        raise unusable(path, "it is not a regular file")
    if not _POSIX:
        return
    folder = path.parent.stat()
    shared = [who for who in (_GROUP, _OTHERS) if folder.st_mode >> who & _WRITE]
    if found.st_uid not in (os.geteuid(), folder.st_uid, 0) and not shared:
        raise unusable(path, "it belongs to another user")
    wanted = 0o600 | sum((_READ | _WRITE) << who for who in shared)
    if stat.S_IMODE(found.st_mode) == wanted:
        return
    if found.st_uid == os.geteuid():
        os.fchmod(file, wanted)  # the umask may have shut out those who share it
    elif any(found.st_mode >> who & (_READ | _WRITE) == _READ for who in (_GROUP, _OTHERS)):
        raise unusable(path, "users who may only read it could hold everybody up; let its owner run: chmod go-r")

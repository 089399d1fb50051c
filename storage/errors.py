"""What can go wrong with a lake, one exception an event; each message names the file and what to do."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class LakeError(Exception):
    """Base of every error of the lake."""


class LakeMissing(LakeError):
    """There is no lake at the place that was named."""


class LakeUnwritable(LakeError):
    """The lake cannot be written: no permission, a read-only file system, one without hard links, no folder there."""


class LakeUnreachable(LakeError):
    """The object store does not answer, or refuses these credentials."""


class LakeBusy(LakeError):
    """Other writers were faster, every time; nothing was committed."""


class WriterAtWork(LakeError):
    """Another run of this kind is at work on the lake; nothing was begun."""


class LakeFull(LakeError):
    """The disk or the quota is full; the last snapshot is untouched."""


class PublicationFailed(LakeError):
    """What other engines read is behind the lake; the lake itself is whole and has every commit."""


class DeltaMissing(PublicationFailed):
    """The package that Delta logs are written with is not installed."""


class LakeDamaged(LakeError):
    """A file that the lake's log names is missing, cut or unreadable; `form4 verify` says of all what to do next."""

    def __init__(self, message: str, what: str = "") -> None:
        super().__init__(message)
        self.what = what or message
        """What is the matter, without the file's name and without advice."""


_NO_PERMISSION = {errno.EACCES, errno.EPERM, errno.EROFS}
NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
_NO_LINKS = {errno.ENOTSUP, errno.EOPNOTSUPP, errno.EXDEV, errno.EMLINK}


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn the operating system's errors in writing at or below `path` into the lake's own.

    Raises:
        LakeUnwritable: no permission (EACCES, EPERM), read-only (EROFS), no hard links, no folder, a failing disk.
        LakeFull: no space (ENOSPC) or quota (EDQUOT) left.
    """
    try:
        yield
    except OSError as error:
        where = error.filename or path
        if error.errno in _NO_PERMISSION:
            raise LakeUnwritable(
                f"cannot write {where}: {error.strerror}. Give this user the right to write there, or name another "
                "lake (config.yaml: lake, or FORM4_LAKE)."
            ) from error
        if error.errno in NO_ROOM:
            raise LakeFull(
                f"no space left to write {where}: {error.strerror}. The lake is as it was before; make room and run "
                "the same command again."
            ) from error
        if error.errno in _NO_LINKS:
            raise LakeUnwritable(
                f"cannot link {where}: {error.strerror}. The lake needs a file system with hard links; name a folder "
                "on a local disk (config.yaml: lake, or FORM4_LAKE)."
            ) from error
        raise LakeUnwritable(
            f"cannot write {where}: {error.strerror or error}. Name another lake (config.yaml: lake, or FORM4_LAKE)."
        ) from error

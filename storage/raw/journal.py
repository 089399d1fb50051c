"""Journals: where submissions wait, one after another as they come, until a day's go into one Parquet file.

A journal has one writer, who holds its lock while it lives. A record is a line (the CRC-32 of what follows, a JSON
object with the SHA-256 and the length of the content), then the content. What a killed writer left half is no record.
"""

from __future__ import annotations

import json
import os
import weakref
import zlib
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from ..errors import writing
from ..files.local import make_folder, sync_folder
from ..files.locks import writers_lock
from ..lazy import lazy
from .submission import RawSubmission

if TYPE_CHECKING:
    import filelock
else:
    filelock = lazy("filelock")

SUFFIX = ".journal"
_LONGEST_LINE = 64 << 10


class JournalWriter:
    """A new journal, of one index date."""

    def __init__(self, path: Path, index_date: date) -> None:
        """Make the file and its folder.

        Raises:
            LakeFull, LakeUnwritable: they cannot be made.
        """
        self.path = path
        self.index_date = index_date
        self.submissions = 0
        self.bytes = 0
        with writing(path):
            make_folder(path.parent)
            self._lock = writers_lock(path.with_suffix(".lock"))
            self._lock.acquire()
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
            self._close = weakref.finalize(self, os.close, self._file)
            sync_folder(path.parent)

    def append(self, submissions: Iterable[RawSubmission]) -> None:
        """Add submissions, durable when this returns.

        Raises:
            LakeFull, LakeUnwritable: they could not be written; nothing more can be added then.
        """
        with writing(self.path):
            for each in submissions:
                _write(self._file, _line(each))
                _write(self._file, each.content)
                self.submissions += 1
                self.bytes += len(each.content)
            os.fsync(self._file)

    def end(self) -> DeadJournal:
        """Write no more; the journal stays locked."""
        self._close()
        return DeadJournal(self.path, self._lock)


@dataclass(frozen=True, slots=True)
class DeadJournal:
    """A journal that nobody writes any more, locked."""

    path: Path
    _lock: filelock.FileLock

    def remove(self) -> None:
        """Remove it, once what it holds is elsewhere."""
        with writing(self.path):
            self.path.unlink(missing_ok=True)
            Path(self._lock.lock_file).unlink(missing_ok=True)
        self._lock.release()

    def leave(self) -> None:
        """Let go of it as it is."""
        self._lock.release()


def dead_journals(folder: Path, prefix: str) -> list[DeadJournal]:
    """The journals in a folder whose names begin so and whose writers are dead, each locked; a lock alone goes.

    Raises:
        LakeUnwritable: a lock cannot be opened.
    """
    found = []
    with writing(folder):
        for each in sorted(folder.glob(f"{prefix}*.lock")):
            lock = writers_lock(each)
            with suppress(filelock.Timeout):
                lock.acquire(timeout=0)
                found.append(DeadJournal(each.with_suffix(SUFFIX), lock))
    for each_found in [each for each in found if not each.path.exists()]:
        each_found.remove()
        found.remove(each_found)
    return found


def journal_names(folder: Path, prefix: str) -> list[str]:
    """The names of the journals in a folder that begin so, without their suffix."""
    return sorted(each.stem for each in folder.glob(f"{prefix}*{SUFFIX}"))


def waiting(folder: Path, prefix: str = "") -> set[str]:
    """The names of journals, and of those that were about to be made, that begin so."""
    return {each.stem for each in folder.glob(f"{prefix}*")}


def accessions(path: Path) -> set[str]:
    """The accession numbers in a journal; FileNotFoundError if it is gone."""
    with path.open("rb") as file:
        return set(_places(file))


def submissions(path: Path, wanted: Collection[str]) -> Iterator[RawSubmission]:
    """The latest copy of each wanted submission in a journal; FileNotFoundError if it is gone."""
    with path.open("rb") as file:
        for accession, (head, start) in _places(file).items():
            if accession in wanted:
                file.seek(start)
                yield RawSubmission(
                    accession_number=accession,
                    index_date=date.fromisoformat(head["index_date"]),
                    source_path=head["source_path"],
                    fetched_at=datetime.fromisoformat(head["fetched_at"]),
                    content=file.read(int(head["bytes"])),
                )


def _line(each: RawSubmission) -> bytes:
    head = json.dumps(
        {
            "accession_number": each.accession_number,
            "index_date": each.index_date.isoformat(),
            "source_path": each.source_path,
            "fetched_at": each.fetched_at.astimezone(UTC).isoformat(),
            "content_sha256": sha256(each.content).hexdigest(),
            "bytes": str(len(each.content)),
        }
    ).encode()
    return b"%08x %b\n" % (zlib.crc32(head), head)


def _write(file: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(file, left) :]


def _places(file: BinaryIO) -> dict[str, tuple[dict[str, str], int]]:
    """The head of each accession's latest whole record, and where its content starts; up to the first half record."""
    found: dict[str, tuple[dict[str, str], int]] = {}
    while line := file.readline(_LONGEST_LINE):
        checksum, _, head_line = line.removesuffix(b"\n").partition(b" ")
        if not line.endswith(b"\n") or checksum != b"%08x" % zlib.crc32(head_line):
            break
        head: dict[str, str] = json.loads(head_line)
        start = file.tell()
        if not _whole(file, int(head["bytes"]), head["content_sha256"]):
            break
        found[head["accession_number"]] = head, start
    return found


def _whole(file: BinaryIO, length: int, digest: str) -> bool:
    content = file.read(length)
    return len(content) == length and sha256(content).hexdigest() == digest

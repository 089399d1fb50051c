"""A clone: one version of a lake, copied from wherever its files are served into a folder, each file checked.

Parquet files come first and the log last, by one rename: a clone that was killed is no lake yet, and the next one
fetches only what is missing. Each data file has to be the bytes whose SHA-256 the log has. Whatever the source says,
the names are those of a lake's files, and no file has more bytes than the log or the manifest says.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Lock

from ..errors import LakeDamaged, LakeFull, LakeMissing, LakeUnwritable, writing
from ..files.local import LocalFiles, make_folder, sync_folder
from ..files.log_names import CHECKPOINT_EVERY
from ..files.manifest import SERVED
from ..files.place import Files, files_at
from ..files.staging import Staging, StagingArea, unique_id
from ..files.web import WebFiles
from ..files.web_requests import TRIES, NotInTime
from ..versions.log import CommitLog, State
from .trust import fault_of

AT_ONCE = 8
PIECE = 1 << 20
ASK = "ask whoever serves it"
LOG_BYTES_IN_ALL = 4 << 30
"""No log has more; a source that has may have no end."""
_OURS = frozenset({"snapshots", "raw", "staging"})
"""What a clone that was killed leaves in its folder."""

Tell = Callable[[int, int], None]
"""Called with how many bytes are there, and how many there are in all."""


@dataclass(frozen=True, slots=True)
class Cloned:
    """What a clone has brought."""

    version: int
    files: int
    """Parquet files of the clone."""
    bytes: int
    fetched: int
    """Files that were not there from an earlier, killed clone."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A file to fetch."""

    name: str
    """Its name in the clone."""
    sources: tuple[str, ...]
    """Its names at the source, the likeliest first."""
    bytes: int
    sha256: str | None
    """None: a file of the raw archive of a lake that can be listed, which knows the SHA-256 of what is in it."""


def clone(location: str, folder: Path, tell: Tell, *, raw: bool) -> Cloned:
    """Copy the newest version of the lake at a location into a folder; `raw`: with the submissions as fetched.

    Raises:
        LakeMissing: there is no lake there, or its raw archive cannot be listed.
        LakeUnreachable: the source does not answer, or not as it should.
        LakeDamaged: what it gives is not what its log says.
        LakeUnwritable, LakeFull: the folder cannot be written, or has something else in it.
    """
    source = files_at(location)
    if not source.exists():
        raise LakeMissing(f"there is no lake at {source.location}: it has no {source.uri('log')}")
    target = LocalFiles(folder.expanduser().absolute())
    _check_target(target)
    with writing(target.root):
        for each in _OURS:
            make_folder(target.root / each)
    staging = StagingArea(target.root / "staging").stage()
    try:
        return _Clone(source, target, staging, tell).make(raw=raw)
    finally:
        staging.discard()


class _Clone:
    def __init__(self, source: Files, target: LocalFiles, staging: Staging, tell: Tell) -> None:
        self._source = source
        self._target = target
        self._staging = staging
        self._tell = tell
        self._total = self._done = self._fetched = 0
        self._counting = Lock()

    def make(self, *, raw: bool) -> Cloned:
        for attempt in range(TRIES):
            state = self._log()
            wanted = [*self._data(state), *(self._raw() if raw else [])]
            try:
                self._fetch_all(wanted)
                break
            except _Retired as retired:
                # A living lake has gone on meanwhile; what was fetched stays of use.
                if attempt == TRIES - 1:
                    raise LakeDamaged(f"{retired} is missing, though the log names it: {ASK}") from retired
        with writing(self._target.root):
            (self._staging.folder / "log").rename(self._target.root / "log")
            sync_folder(self._target.root)
        return Cloned(state.version, len(wanted), self._total, self._fetched)

    def _log(self) -> State:
        """Fetch the log into the staging folder; what it adds up to."""
        log, staged = self._staging.folder / "log", LocalFiles(self._staging.folder)
        with writing(log):
            shutil.rmtree(log, ignore_errors=True)
            log.mkdir()
        names = [each for each in self._source.names("log", ".json") if SERVED.fullmatch(f"log/{each}")]
        entries = [f"log/{each}" for each in names if "checkpoint" not in each]
        got = 0
        for start in range(0, len(entries), CHECKPOINT_EVERY):
            batch = entries[start : start + CHECKPOINT_EVERY]
            self._source.expect(batch)
            for name in batch:
                content = self._read(name)
                got += len(content)
                if got > LOG_BYTES_IN_ALL:
                    raise LakeDamaged(f"the log of {self._source.location} has more than {LOG_BYTES_IN_ALL:,} bytes")
                staged.create(name, content)
        return self._checked_state(CommitLog(staged), len(entries))

    def _checked_state(self, log: CommitLog, versions: int) -> State:
        """What the fetched entries add up to; each has to be what this program can go on with."""
        state = State(0, {})
        for version in range(1, versions + 1):
            entry, fault = None, None
            try:
                entry = log.entry(version)
                fault = fault_of(entry, version)
            except LakeDamaged as damaged:
                fault = damaged.what
            if entry is None or fault:
                raise LakeDamaged(
                    f"the log of {self._source.location} cannot be used: entry {version}: {fault}. {ASK}", str(fault)
                )
            state = state.after(entry)
            log.checkpoint_if_due(state)
        return state

    def _read(self, name: str) -> bytes:
        try:
            return self._source.read(name)
        except FileNotFoundError:
            raise LakeDamaged(f"the log of {self._source.location} is damaged: {name} is missing") from None

    def _data(self, state: State) -> Iterable[_Wanted]:
        folders = dict.fromkeys((self._source.reader_folder, "data", "snapshots"))
        for each in state.live.values():
            yield _Wanted(
                f"snapshots/{each.path}", tuple(f"{folder}/{each.path}" for folder in folders), each.bytes, each.sha256
            )

    def _raw(self) -> Iterable[_Wanted]:
        manifest = self._source.manifest if isinstance(self._source, WebFiles) else None
        names = [f"raw/{each}" for each in self._source.names("raw", ".parquet")]
        sizes = {} if manifest else self._source.sizes(names)
        for name in names:
            if manifest:
                listed = manifest.files[name]
                yield _Wanted(name, (name,), listed.bytes, listed.sha256)
            elif SERVED.fullmatch(name) and name in sizes:
                yield _Wanted(name, (name,), sizes[name], None)

    def _fetch_all(self, wanted: list[_Wanted]) -> None:
        self._total, self._done = sum(each.bytes for each in wanted), 0
        missing = [each for each in wanted if not self._there(each)]
        with writing(self._target.root):
            free = shutil.disk_usage(self._target.root).free
        if (needed := sum(each.bytes for each in missing)) > free:
            raise LakeFull(f"{self._target.root} has room for {free:,} bytes, and {needed:,} are missing: make room")
        with ThreadPoolExecutor(AT_ONCE) as pool:
            try:
                for _ in pool.map(self._fetch, missing):
                    pass
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise

    def _there(self, file: _Wanted) -> bool:
        path = self._target.root / file.name
        if not path.is_file() or path.stat().st_size != file.bytes:
            return False
        if file.sha256 and _sha256(path) != file.sha256:
            return False
        self._count(file.bytes)
        return True

    def _fetch(self, file: _Wanted) -> None:
        path = self._staging.folder / unique_id()
        for attempt in range(TRIES):
            try:
                self._copy(file, path)
                break
            except NotInTime:
                if attempt == TRIES - 1:
                    raise
        final = self._target.root / file.name
        with writing(final):
            make_folder(final.parent)
        self._target.install(path, file.name)
        with self._counting:
            self._fetched += 1

    def _copy(self, file: _Wanted, path: Path) -> None:
        """Copy a file and compare it with what it should be."""
        for name in file.sources:
            with suppress(FileNotFoundError):
                digest = self._copied(name, file, path)
                break
        else:
            raise _Retired(self._source.uri(file.sources[0]))
        size = path.stat().st_size
        if size == file.bytes and file.sha256 in (None, digest):
            return
        path.unlink()
        what = f"has {size:,} bytes, not {file.bytes:,}" if size != file.bytes else "has another SHA-256"
        raise LakeDamaged(
            f"{self._source.uri(name)} is not the file that the log names: it {what}. Nothing of it is kept; {ASK}"
        )

    def _copied(self, name: str, file: _Wanted, path: Path) -> str:
        digest = hashlib.sha256()
        got = 0
        with writing(path):
            into = path.open("wb")
        with into:
            for piece in self._pieces(name, file.bytes):
                with writing(path):
                    into.write(piece)
                digest.update(piece)
                got += len(piece)
        self._count(got)
        return digest.hexdigest()

    def _pieces(self, name: str, most: int) -> Iterable[bytes]:
        if isinstance(self._source, WebFiles):
            yield from self._source.web.pieces(name, most)
            return
        with self._source.open(name) as content:
            yield from iter(partial(content.read, PIECE), b"")

    def _count(self, size: int) -> None:
        with self._counting:
            self._done += size
            self._tell(self._done, self._total)


class _Retired(Exception):
    """A file that the log names is not there any more."""


def _check_target(target: LocalFiles) -> None:
    """See that the folder is free for a clone, or has an unfinished one."""
    if target.exists():
        raise LakeUnwritable(f"{target.root} is a lake already; form4 nightly goes on from it. Name another folder")
    if target.root.is_dir() and (others := sorted({each.name for each in target.root.iterdir()} - _OURS)):
        raise LakeUnwritable(f"{target.root} is not empty: it has {', '.join(others[:5])}. Name another folder")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

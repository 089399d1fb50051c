"""The only module that changes files of a lake: a local folder, every change durable or repairable.

A live Parquet file has two names, hard links to one content: `data/…`, for plain globs, and `snapshots/…`, which the
views name. Retiring a file takes the first away at once and the second after the readers' grace period.
"""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Iterable
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from ..errors import NO_ROOM, LakeUnwritable, writing
from ..lazy import lazy
from .locks import close_folder_to_readers, held
from .staging import Staging, StagingArea

if TYPE_CHECKING:
    import pyarrow as pa
else:
    pa = lazy("pyarrow")

_TRIED = ".links."
"""How a file is named that shows whether there are hard links; one that a killed writer left is swept."""
FOLDERS = ("data", "snapshots", "raw", "log", "staging")


class LocalFiles:
    """The files of a lake in a local folder; names are relative to it, with `/` between parts."""

    reader_folder = "snapshots"
    journal_filings = sys.maxsize

    def __init__(self, root: Path) -> None:
        self.root = root
        self._staging = StagingArea(root / "staging")

    @property
    def location(self) -> str:
        """The lake's folder."""
        return str(self.root)

    def exists(self) -> bool:
        """Whether the folder holds a lake."""
        return (self.root / "log").is_dir()

    def make(self) -> None:
        """Make the lake's folders."""
        with writing(self.root):
            for each in FOLDERS:
                make_folder(self.root / each)
            if not os.access(self.root, os.W_OK):
                raise LakeUnwritable(
                    f"cannot write {self.root}: no permission. Give this user the right to write there."
                )
            close_folder_to_readers(self.root / "staging")
        with self.publishing(), writing(self.root):
            self._try_links()

    def uri(self, name: str) -> str:
        """The path of a file."""
        return f"{self.root}/{name}"

    def local(self, name: str) -> Path | None:
        """The path of a file; None if it is not there."""
        path = self.root / name
        return path if path.exists() else None

    def storage_options(self) -> dict[str, str]:
        """None: a path is enough."""
        return {}

    def serve(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Nothing: DuckDB reads local files by itself."""

    def has(self, name: str) -> bool:
        """Whether there is such a file."""
        return (self.root / name).exists()

    def read(self, name: str) -> bytes:
        """The whole content; FileNotFoundError if there is none."""
        return (self.root / name).read_bytes()

    def expect(self, names: Iterable[str]) -> None:
        """Nothing: a local file is read soon enough."""

    def open(self, name: str) -> pa.NativeFile:
        """A file to be read in parts; FileNotFoundError if there is none."""
        return pa.OSFile(str(self.root / name))

    def sizes(self, names: Iterable[str]) -> dict[str, int]:
        """The bytes of each of these files that is there."""
        found: dict[str, int] = {}
        root = str(self.root)
        for name in names:
            with suppress(FileNotFoundError):
                found[name] = os.stat(f"{root}/{name}").st_size  # noqa: PTH116 - a lake has hundreds: Path takes twice as long
        return found

    def names(self, folder: str, suffix: str = "") -> list[str]:
        """The files below `folder`, named relative to it, sorted; but for folders named `_…`, which are others'."""
        top = str(self.root / folder)
        found: list[str] = []
        for where, folders, files in os.walk(top):
            folders[:] = [each for each in folders if not each.startswith("_")]
            below = where[len(top) + 1 :].replace(os.sep, "/")
            found += [f"{below}/{each}" if below else each for each in files if each.endswith(suffix)]
        return sorted(found)

    def create(self, name: str, content: bytes) -> bool:
        """Write a file that must not exist yet; False, and nothing changed, if it does. Durable when it returns."""
        final = self.root / name
        temporary = final.parent / f".{final.name}.{secrets.token_hex(4)}"
        with writing(final):
            try:
                _write(temporary, content)
                os.link(temporary, final)
            except FileExistsError:
                return False
            finally:
                temporary.unlink(missing_ok=True)
            sync_folder(final.parent)
        return True

    def install(self, staged: Path, name: str) -> None:
        """Move a staged file to its name, in place of the one there may be. Durable when it returns."""
        final = self.root / name
        with writing(final):
            make_folder(final.parent)
            _sync(staged)
            staged.replace(final)
            sync_folder(final.parent)

    def supersede(self, staged: Path, name: str, version: int) -> None:  # noqa: ARG002 the other backend's
        """Move a staged file to its name; the publishing lock keeps those of earlier versions from coming later."""
        self.install(staged, name)

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""
        with writing(self.root / name):
            (self.root / name).unlink(missing_ok=True)

    def sync(self, staged: Path) -> None:
        """Make the content of a staged file durable."""
        with writing(staged):
            _sync(staged)

    def publish(self, staged: dict[str, Path]) -> None:
        """Give staged, synced Parquet files their names for readers of snapshots. Durable when it returns."""
        folders: set[Path] = set()
        for name, source in staged.items():
            final = self.root / "snapshots" / name
            with writing(final):
                make_folder(final.parent)
                os.link(source, final)
            folders.add(final.parent)
        for each in folders:
            with writing(each):
                sync_folder(each)

    def withdraw(self, staged: Iterable[str]) -> None:
        """Remove the readers' names of published files that will not be committed."""
        for name in staged:
            self._unlink(f"snapshots/{name}")

    def repair_names(self, live: Iterable[str]) -> None:
        """Bring `data/` to exactly the live files; a kill in the middle is repaired by the next call."""
        wanted = set(live)
        there = set(self.names("data", ".parquet"))
        for name in sorted(there - wanted):
            self._unlink(f"data/{name}")
        for name in sorted(wanted - there):
            self._link(f"snapshots/{name}", f"data/{name}")
        for name in wanted & (there - set(self.names("snapshots", ".parquet"))):
            self._link(f"data/{name}", f"snapshots/{name}")

    def forget(self, keep: Iterable[str]) -> None:
        """Remove the readers' names of every Parquet file but those to keep."""
        for name in sorted(set(self.names("snapshots", ".parquet")) - set(keep)):
            self._unlink(f"snapshots/{name}")

    def lock_file(self, name: str) -> Path:
        """A file beside the log's."""
        return self.root / "log" / f"{name}.lock"

    def journals(self) -> Path:
        """The folder of the raw archive's journals."""
        return self.root / "raw" / "journals"

    def stage(self) -> Staging:
        """A new folder for one writer, which no sweep touches while the writer lives."""
        with self.publishing():
            return self._staging.stage()

    def scratch(self) -> AbstractContextManager[Path]:
        """A folder for what is built and installed while holding `publishing()`."""
        return self._staging.scratch()

    def sweep_staging(self) -> None:
        """Remove what dead writers left; called while holding `publishing()`."""
        self._staging.sweep()
        with writing(self.root):
            for left in (*self.root.glob("log/.*"), *self.root.glob(f"*/{_TRIED}*")):
                left.unlink(missing_ok=True)

    def publishing(self) -> AbstractContextManager[None]:
        """Hold the lock under which commits are published."""
        return held(self.lock_file("publish"))

    def _try_links(self) -> None:
        """See before the work that a file can have the names that a commit gives it."""
        name = f"{_TRIED}{secrets.token_hex(4)}"
        tried = [self.root / folder / name for folder in ("staging", "snapshots", "data", "log")]
        try:
            tried[0].touch()
            for each in tried[1:]:
                os.link(tried[0], each)
        except OSError as error:
            if error.errno in NO_ROOM:
                raise
            raise LakeUnwritable(
                f"the lake {self.root} needs hard links between its folders, and its file system makes none "
                f"({error.strerror}): name a folder on a local disk that has them (config.yaml: lake, or FORM4_LAKE)."
            ) from error
        finally:
            for each in tried:
                each.unlink(missing_ok=True)

    def _link(self, source: str, name: str) -> None:
        final = self.root / name
        with writing(final):
            make_folder(final.parent)
            # A source that somebody deleted is reported to whoever reads it, not to the writer of other files.
            if (self.root / source).exists():
                os.link(self.root / source, final)

    def _unlink(self, name: str) -> None:
        with writing(self.root / name):
            (self.root / name).unlink(missing_ok=True)


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it. Durable when it returns: each new name is synced with the folder it is in."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        sync_folder(folder.parent)

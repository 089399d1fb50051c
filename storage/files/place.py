"""Where a lake is: a folder or an object store, behind one small interface."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol

import duckdb

from ..errors import LakeMissing
from .local import LocalFiles
from .staging import Staging

if TYPE_CHECKING:
    import pyarrow as pa

    from .shared_record import ObjectRecord


class Files(Protocol):
    """The files of one lake, and all that is ever done with them; names are relative to it, with `/` between parts.

    Whatever changes a file raises LakeUnwritable or LakeFull where it cannot.
    """

    reader_folder: str
    """The folder below which readers of snapshots find Parquet files, the retired ones of the grace period too."""

    journal_filings: int
    """How many submissions may wait in a journal on this machine before they go to where the lake is."""

    @property
    def location(self) -> str:
        """Where the lake is, as people write it."""

    def exists(self) -> bool:
        """Whether there is a lake."""

    def make(self) -> None:
        """Make the lake if need be, and see that it can be written."""

    def uri(self, name: str) -> str:
        """Where a file is, as DuckDB and people read it."""

    def local(self, name: str) -> Path | None:
        """The path of a file on this machine's disk; None if it is not there."""

    def storage_options(self) -> dict[str, str]:
        """What the library of another table format needs to read and write below `uri`."""

    def serve(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Make a connection able to read what `uri` names."""

    def has(self, name: str) -> bool:
        """Whether there is such a file."""

    def read(self, name: str) -> bytes:
        """The whole content; FileNotFoundError if there is none."""

    def expect(self, names: Iterable[str]) -> None:
        """Immutable files that will be read, each once and one after another: a distant place may send them at once."""

    def open(self, name: str) -> pa.NativeFile | BinaryIO:
        """A file to be read in parts, as Parquet is; FileNotFoundError if there is none."""

    def sizes(self, names: Iterable[str]) -> dict[str, int]:
        """The bytes of each of these files that is there."""

    def names(self, folder: str, suffix: str = "") -> list[str]:
        """The files below a folder, named relative to it, sorted; but for folders named `_…`, which are others'."""

    def create(self, name: str, content: bytes) -> bool:
        """Write a file that must not exist yet; False, and nothing changed, if it does. Durable when it returns."""

    def install(self, staged: Path, name: str) -> None:
        """Move a staged file to its name, in place of the one there may be. Durable when it returns."""

    def supersede(self, staged: Path, name: str, version: int) -> None:
        """Put a staged file that shows a version of the lake in place, unless the one there shows a later one."""

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""

    def sync(self, staged: Path) -> None:
        """Make the content of a staged file durable."""

    def publish(self, staged: dict[str, Path]) -> None:
        """Give staged, synced Parquet files their names for readers of snapshots. Durable when it returns."""

    def withdraw(self, staged: Iterable[str]) -> None:
        """Remove published Parquet files that will not be committed."""

    def repair_names(self, live: Iterable[str]) -> None:
        """Bring the names for plain globs in line with the live files."""

    def forget(self, keep: Iterable[str]) -> None:
        """Remove the readers' names of every Parquet file but those to keep."""

    def lock_file(self, name: str) -> Path:
        """The file on a local disk whose lock is had by one process at a time, its folder there."""

    def journals(self) -> Path:
        """The folder on a local disk of the raw archive's journals; it may not be there."""

    def stage(self) -> Staging:
        """A new folder on a local disk for one writer, which no sweep touches while the writer lives."""

    def scratch(self) -> AbstractContextManager[Path]:
        """A folder on a local disk for what is built and installed while holding `publishing()`."""

    def sweep_staging(self) -> None:
        """Remove what dead writers left; called while holding `publishing()`."""

    def publishing(self) -> AbstractContextManager[None]:
        """Keep other writers from publishing, where there is a lock for that."""


def files_at(location: str | Path) -> Files:
    """The files of the lake at a location: a folder, `s3://bucket/prefix`, or a web address, where it is only read.

    Raises:
        LakeMissing: the location is none of these.
        LakeUnreachable: there are no credentials for the object store.
    """
    if _on_the_web(location):
        from .web import WebFiles

        return WebFiles(str(location))
    address = _in_a_bucket(location)
    if address is None:
        return LocalFiles(Path(os.path.abspath(Path(location).expanduser())))  # noqa: PTH100 - symbolic links stay
    # What speaks to object stores is loaded for those only: it takes longer than opening a local lake.
    from .bucket import ObjectFiles
    from .bucket_errors import open_store

    return ObjectFiles(open_store(*address), *address)


def shared_record(location: str | Path, name: str) -> ObjectRecord | None:
    """A record beside the lake that machines which share it can change; None for one in a folder or on the web.

    Raises:
        LakeMissing: the location is not a place for a lake.
        LakeUnreachable: there are no credentials for the object store.
    """
    address = None if _on_the_web(location) else _in_a_bucket(location)
    if address is None:
        return None
    from .bucket_errors import open_store
    from .shared_record import ObjectRecord

    return ObjectRecord(open_store(*address), str(location).rstrip("/"), name)


def _on_the_web(location: str | Path) -> bool:
    return re.match(r"https?:", str(location), re.IGNORECASE) is not None


def _in_a_bucket(location: str | Path) -> tuple[str, str] | None:
    """Bucket and prefix; None for a folder."""
    if re.match(r"([a-z][a-z0-9+.-]+):/", str(location)) is None:
        return None
    address = re.fullmatch(r"s3://([^/]+)/*(.*?)/*", str(location))
    if address is None:
        raise LakeMissing(
            f"{location} cannot be the place of a lake: name a folder, or s3://bucket/prefix (config.yaml: lake)"
        )
    return address[1], address[2]

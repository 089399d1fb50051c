"""A release: one version of a lake as files that any web server can serve, for `form4 clone` and readers of Parquet.

data/, raw/, log/       the lake's files, hard links to them where that is possible
manifest.json           each of them with its size and SHA-256
datapackage.json        the tables, their files and columns, as Frictionless Data describes them
CITATION.cff            how to cite it
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ..errors import LakeUnwritable, writing
from ..files.local import make_folder
from ..files.log_names import entry_name, newest_checkpoint
from ..files.manifest import MANIFEST, Manifest, ServedFile
from ..files.place import Files
from ..versions.snapshot import Snapshot
from .release_metadata import citation, data_package

PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Release:
    """What a release holds."""

    version: int
    tables: dict[str, tuple[int, int, int]]
    """Rows, files and bytes of each table that has any."""
    raw_files: int
    bytes: int
    """Of all files of the manifest."""


def release(files: Files, snapshot: Snapshot, folder: Path, *, program: str, raw: bool) -> Release:
    """Write a release of a snapshot into a new or empty folder; `raw`: with the submissions as fetched.

    The manifest comes last: a folder without one is no whole release. `program` is the version of this program.

    Raises:
        LakeUnwritable, LakeFull: the folder is not empty, or cannot be written.
        FileNotFoundError: a file of the lake is missing.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise LakeUnwritable(f"{folder} is not an empty folder; name a new one for the release")
    served = [
        *_put_data(files, snapshot, folder),
        *_put(files, _log_names(files, snapshot.version), folder),
        *(_put(files, (f"raw/{each}" for each in files.names("raw", ".parquet")), folder) if raw else ()),
    ]
    made = Release(
        snapshot.version,
        {
            name: (sum(each.rows for each in live), len(live), sum(each.bytes for each in live))
            for name in dict.fromkeys(each.table for each in snapshot.live.values())
            if (live := snapshot.entries(name))
        },
        sum(each.path.startswith("raw/") for each in served),
        sum(each.bytes for each in served),
    )
    with writing(folder):
        (folder / "datapackage.json").write_text(data_package(snapshot, program), encoding="utf-8")
        (folder / "CITATION.cff").write_text(citation(snapshot.version, program), encoding="utf-8")
        (folder / MANIFEST).write_bytes(Manifest.of(snapshot.version, served).as_json())
    return made


def _put_data(files: Files, snapshot: Snapshot, folder: Path) -> Iterator[ServedFile]:
    """The data files, whose SHA-256 the log has."""
    for each in sorted(snapshot.live.values(), key=lambda file: file.path):
        _link_or_copy(files, snapshot.name(each), folder / "data" / each.path)
        yield ServedFile(f"data/{each.path}", each.bytes, each.sha256)


def _put(files: Files, names: Iterable[str], folder: Path) -> Iterator[ServedFile]:
    for name in names:
        path = folder / name
        _link_or_copy(files, name, path)
        with path.open("rb") as file:
            yield ServedFile(name, path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())


def _log_names(files: Files, version: int) -> Iterator[str]:
    """The entries up to a version and the newest checkpoint among them."""
    yield from (entry_name(each) for each in range(1, version + 1))
    checkpoint = newest_checkpoint(version)
    if files.has(checkpoint):
        yield checkpoint


def _link_or_copy(files: Files, name: str, path: Path) -> None:
    with writing(path):
        make_folder(path.parent)
        source = files.local(name)
        if source is not None:
            try:
                os.link(source, path)
            except OSError:  # another file system, or one without links; whatever else is wrong, copying says
                shutil.copyfile(source, path)
            return
    with files.open(name) as content, writing(path), path.open("wb") as into:
        for piece in iter(partial(content.read, PIECE), b""):
            into.write(piece)

"""The SEC's Insider Transactions Data Sets: one zip a quarter since 2006, fetched once and kept in a folder.

Source: https://www.sec.gov/data-research/sec-markets-data/insider-transactions-data-sets
"""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import filelock

from ..edgar_calendar import Quarter
from .client import EdgarClient, Validators
from .partial import PartialFile, usable

FIRST_DATASET = Quarter(2006, 1)
"""The SEC publishes none of an earlier quarter."""

_MOST_UNPACKED_BYTES = 2 * 2**30
"""A quarter's set unpacks to some 100 MB; more than this is a mistake or an attack."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """A quarter's data set as it lies on disk, whole; `sha256` of the zip, hexadecimal."""

    quarter: Quarter
    path: Path
    sha256: str
    etag: str | None
    last_modified: datetime | None
    """In UTC."""
    source_path: str
    """Below the base address, with its slash."""
    fetched: bool
    """Whether it came now; False: the copy of an earlier run is still the SEC's edition."""


def dataset_path(quarter: Quarter) -> str:
    """Where the SEC has a quarter's set, below the base address."""
    return f"/files/structureddata/data/insider-transactions-data-sets/{dataset_name(quarter)}"


def dataset_name(quarter: Quarter) -> str:
    """The file name of a quarter's set: `2024q1_form345.zip`."""
    return f"{quarter.year}q{quarter.number}_form345.zip"


def fetch_dataset(client: EdgarClient, quarter: Quarter, folder: Path) -> Dataset:
    """The data set of a quarter, in `folder`, which is made if need be; asked for again only if the SEC has another.

    A download that was cut off goes on where it ended, in a later run too. Beside the zip, `….json` says its SHA-256
    and edition; a zip that is not as that says is fetched anew. A second process waits for the first. A member that
    stays unreadable when all is fetched again is the SEC's: the parser names it.

    Raises Absent for a quarter that is not published, BadOptions where the folder cannot be used, and what
    `EdgarClient.get` raises; BrokenAnswer for what is no zip.
    """
    path = folder / dataset_name(quarter)
    with usable(folder):
        folder.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(f"{path}.lock", thread_local=False)
        lock.acquire()
    try:
        kept = _kept(quarter, path)
        seen = Validators(kept.etag, kept.last_modified) if kept else Validators()
        part = PartialFile(path.with_name(f"{path.name}.part"))
        validators = client.download(dataset_path(quarter), part, seen=seen, whole=lacks_of_zip)
        if validators is None and kept is not None:
            return kept
        if validators is not None and unreadable_members(part.path):
            part.discard()
            validators = client.download(dataset_path(quarter), part, whole=lacks_of_zip)
        return _keep(quarter, part, path, validators or Validators())
    finally:
        lock.release()


def lacks_of_zip(path: Path) -> str | None:
    """What keeps a file from being a zip that can be opened, in words; None if it is one."""
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(each.file_size for each in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        return f"no zip file ({error})"
    return "a zip file that would unpack to more than 2 GiB" if size > _MOST_UNPACKED_BYTES else None


def unreadable_members(path: Path) -> list[str]:
    """The members of a zip whose bytes are not those that were packed (their CRC-32), or cannot be unpacked."""
    found = []
    with zipfile.ZipFile(path) as archive:
        for each in archive.infolist():
            try:
                with archive.open(each) as member:
                    while member.read(1 << 20):
                        pass
            except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError):
                found.append(each.filename)  # RuntimeError: zipfile's for an encrypted member
    return found


def _keep(quarter: Quarter, part: PartialFile, path: Path, validators: Validators) -> Dataset:
    with usable(path.parent):
        found = Dataset(
            quarter=quarter,
            path=path,
            sha256=_sha256(part.path),
            etag=validators.etag,
            last_modified=validators.last_modified,
            source_path=dataset_path(quarter),
            fetched=True,
        )
        part.finish(path)
        said = {name: value for name, value in asdict(found).items() if name in ("sha256", "etag")}
        when = validators.last_modified
        text = json.dumps({**said, "last_modified": when.isoformat() if when else None}, indent=1)
        _note(path).write_text(text + "\n", encoding="utf-8")
    return found


def _kept(quarter: Quarter, path: Path) -> Dataset | None:
    """The set that an earlier run fetched, if it is there as it was."""
    try:
        said: dict[str, Any] = json.loads(_note(path).read_text(encoding="utf-8"))
        when = said["last_modified"]
        if said["sha256"] != _sha256(path):
            return None
        return Dataset(
            quarter=quarter,
            path=path,
            sha256=said["sha256"],
            etag=said["etag"],
            last_modified=datetime.fromisoformat(when) if when else None,
            source_path=dataset_path(quarter),
            fetched=False,
        )
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None  # not there, or not as it was written: it is fetched again


def _note(path: Path) -> Path:
    return path.with_name(f"{path.name}.json")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

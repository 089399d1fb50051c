"""The SEC's Insider Transactions Data Sets: one zip a quarter since 2006, fetched once and kept in a folder.

Source: https://www.sec.gov/data-research/sec-markets-data/insider-transactions-data-sets
"""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import filelock

from ..edgar_calendar import Quarter
from .client import EdgarClient, Validators
from .errors import Absent, BrokenAnswer
from .partial import PartialFile, usable

FIRST_DATASET = Quarter(2006, 1)
"""The SEC publishes none of an earlier quarter."""

PAGE = "/data-research/sec-markets-data/insider-transactions-data-sets"
"""The SEC's page that links the sets, below the base address."""

FOLDERS = (
    "/files/structureddata/data/insider-transactions-data-sets/",
    "/files/datastandardsinnovation/data/insider-transactions-data-sets/",
)
"""Where the SEC has the sets, below the base address: those to 2026Q1 in the first, later ones in the second."""

FIRST_MOVED = Quarter(2026, 2)
"""Said by four independent programs of 2026: its set and later ones are in the second folder."""

_LINK = re.compile(
    rb"(?:(?<=[\"'])|(?<=[\"']https://www\.sec\.gov))"
    rb"/files/(?:[\w-]+/){1,9}?(\d{4}q[1-4]_form345\.zip)(?=[\"'])",
    re.IGNORECASE,
)

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


def dataset_paths(quarter: Quarter) -> tuple[str, ...]:
    """Where the SEC is known to have sets, below the base address; where this quarter's is expected, first."""
    folders = FOLDERS if quarter < FIRST_MOVED else FOLDERS[::-1]
    return tuple(f"{folder}{dataset_name(quarter)}" for folder in folders)


def dataset_links(client: EdgarClient) -> dict[str, str]:
    """What the SEC's page of the sets links: file names to paths below the base address; none if it cannot be read.

    Raises Throttled, EdgarDown and ClientClosed.
    """
    try:
        page = client.page(PAGE).body
    except (Absent, BrokenAnswer):
        return {}
    return {found[1].decode().lower(): found[0].decode() for found in _LINK.finditer(page)}


def dataset_name(quarter: Quarter) -> str:
    """The file name of a quarter's set: `2024q1_form345.zip`."""
    return f"{quarter.year}q{quarter.number}_form345.zip"


def fetch_dataset(
    client: EdgarClient, quarter: Quarter, folder: Path, links: Mapping[str, str] = MappingProxyType({})
) -> Dataset:
    """The data set of a quarter, in `folder`, which is made if need be; asked for again only if the SEC has another.

    `links` are those of `dataset_links`; a set that they lack is looked for at the known addresses.

    A download that was cut off goes on where it ended, in a later run too. Beside the zip, `….json` says its SHA-256
    and edition; a zip that differs from it is fetched again. A second process waits for the first. A member that
    stays unreadable when all is fetched again is the SEC's: the parser names it.

    Raises Absent for a quarter that is not published, BadOptions where the folder cannot be used, and what
    `EdgarClient.get` raises; BrokenAnswer if it is not a zip.
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
        source, validators = _download(client, _places(quarter, kept, links), part, seen)
        if validators is None and kept is not None:
            return kept
        if validators is not None and unreadable_members(part.path):
            part.discard()
            validators = client.download(source, part, whole=lacks_of_zip)
        return _keep(quarter, part, path, source, validators or Validators())
    finally:
        lock.release()


def _places(quarter: Quarter, kept: Dataset | None, links: Mapping[str, str]) -> list[str]:
    """Where to ask for a set, each place once: where the page links it, where it was found before, where it may be."""
    linked = [links[dataset_name(quarter)]] if dataset_name(quarter) in links else []
    before = [kept.source_path] if kept else []
    return list(dict.fromkeys((*linked, *before, *dataset_paths(quarter))))


def _download(
    client: EdgarClient, places: Sequence[str], part: PartialFile, seen: Validators
) -> tuple[str, Validators | None]:
    """Fetch a set from the first place that has it; raises what the first raised if none does."""
    failures: list[Absent] = []
    for place in places:
        try:
            return place, client.download(place, part, seen=seen, whole=lacks_of_zip)
        except Absent as absent:
            failures.append(absent)
    raise failures[0]


def local_dataset(quarter: Quarter, path: Path) -> Dataset:
    """A set that a person has already, as a file; BrokenAnswer, for people, if it is not a readable zip."""
    lack = lacks_of_zip(path)
    if lack is None and (unreadable := unreadable_members(path)):
        lack = f"a zip file whose {', '.join(unreadable)} cannot be unpacked"
    if lack:
        raise BrokenAnswer(f"{path} is {lack}", str(path))
    return Dataset(quarter, path, _sha256(path), None, None, path.name, fetched=False)


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


def _keep(quarter: Quarter, part: PartialFile, path: Path, source: str, validators: Validators) -> Dataset:
    with usable(path.parent):
        found = Dataset(
            quarter=quarter,
            path=path,
            sha256=_sha256(part.path),
            etag=validators.etag,
            last_modified=validators.last_modified,
            source_path=source,
            fetched=True,
        )
        part.finish(path)
        said = {name: value for name, value in asdict(found).items() if name in ("sha256", "etag", "source_path")}
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
            source_path=said.get("source_path") or dataset_paths(quarter)[0],
            fetched=False,
        )
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None  # not there, or not as it was written: it is fetched again


def _note(path: Path) -> Path:
    return path.with_name(f"{path.name}.json")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

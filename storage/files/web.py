"""The files of a lake that a web server serves: read only, each by its name.

A web server lists nothing. The log's entries are numbered, so that the newest is found by asking; the files of the raw
archive, which no log names, are in `manifest.json` where the server has one (`form4 publish --release`).
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from functools import cached_property
from hashlib import sha256
from io import BytesIO, IOBase
from pathlib import Path
from typing import NoReturn

import duckdb

from ..errors import LakeDamaged, LakeMissing, LakeUnwritable
from .bucket_reading import LakeFileSystem, PartFile, Tails
from .locks import own_folder
from .log_names import entry_name, newest_checkpoint
from .manifest import MANIFEST, SERVED, Manifest
from .staging import Staging
from .web_requests import Web, web_address

LOG_BYTES = 64 << 20
"""The most that a file of the log, or the manifest, may have."""
MOST_VERSIONS = 1 << 20
"""No lake has more; a server that says so answers anything."""
REQUESTS = 8


class WebFiles:
    """The files of a lake below a web address."""

    reader_folder = "data"
    journal_filings = 0

    def __init__(self, location: str) -> None:
        self.location = web_address(location)
        self.web = Web(self.location)
        self._known: dict[str, int] = {}
        self._ahead: dict[str, bytes] = {}
        self._tails = Tails(self._range)

    @cached_property
    def manifest(self) -> Manifest | None:
        """What the server says that it serves; None where it does not."""
        try:
            content = self.web.read(MANIFEST, LOG_BYTES)
        except FileNotFoundError:
            return None
        return Manifest.parse(content, f"{self.location}/{MANIFEST}")

    def exists(self) -> bool:
        """Whether the server has a lake there."""
        return self.has(entry_name(1))

    def uri(self, name: str) -> str:
        """The address of a file."""
        return f"{self.location}/{name}"

    def local(self, name: str) -> Path | None:  # noqa: ARG002 the other backend's
        """None: nothing of it is on this machine's disk."""
        return None

    def storage_options(self) -> dict[str, str]:
        """Refused: it is for writing beside the files."""
        self._refuse()

    def serve(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Make a connection read the lake's files through this object; the server has to give parts of files."""
        self.web.read(entry_name(1), 1, (0, 1))
        connection.register_filesystem(LakeFileSystem(self))
        connection.execute("SET parquet_metadata_cache = true")

    def has(self, name: str) -> bool:
        """Whether there is such a file."""
        with suppress(FileNotFoundError):
            return name in self._ahead or self._head(name) >= 0
        return False

    def read(self, name: str) -> bytes:
        """The whole content of a file of the log; FileNotFoundError if there is none."""
        if (ahead := self._ahead.pop(name, None)) is not None:
            return ahead
        if not name.startswith("log/"):
            raise FileNotFoundError(self.uri(name))
        content = self.web.read(_checked(name), LOG_BYTES)
        listed = self.manifest.files.get(name) if self.manifest else None
        if listed and sha256(content).hexdigest() != listed.sha256:
            raise _damaged(self.uri(name), "has other bytes than the manifest says")
        return content

    def expect(self, names: Iterable[str]) -> None:
        """Fetch these files at once, for the next `has` and `read` of each."""
        with ThreadPoolExecutor(REQUESTS) as pool:
            list(pool.map(self._read_ahead, names))

    def open(self, name: str) -> IOBase:
        """A Parquet file to be read in parts; FileNotFoundError if there is none."""
        size = self.size(name)
        if not name.endswith(".parquet"):
            return BytesIO(self.read(name))
        return PartFile(lambda start, length: self._tails.part(name, size, start, length), size)

    def size(self, name: str) -> int:
        """The bytes of a file; FileNotFoundError if there is none and it was not seen before."""
        if name not in self._known:
            self._known[name] = self._head(name)
        return self._known[name]

    def sizes(self, names: Iterable[str]) -> dict[str, int]:
        """The bytes of each of these files that is there."""
        wanted = list(names)
        with ThreadPoolExecutor(REQUESTS) as pool:
            found = dict(zip(wanted, pool.map(self._size_if_there, wanted), strict=True))
        self._known.update({name: size for name, size in found.items() if size is not None})
        return {name: size for name, size in found.items() if size is not None}

    def names(self, folder: str, suffix: str = "") -> list[str]:
        """The files of the log or the raw archive, named relative to it, sorted; LakeMissing if they are unknown."""
        if folder not in ("log", "raw"):
            raise LakeMissing(
                f"{self.location} is on the web, where the files in {folder} are not listed; each is checked when it "
                f"is copied: form4 clone {self.location} FOLDER"
            )
        if self.manifest:
            found = [each for each in self.manifest.files if each.startswith(f"{folder}/")]
        elif folder == "log":
            found = self._log_by_asking()
        else:
            raise LakeMissing(
                f"{self.location} has no {MANIFEST}, without which the files in {folder} are not found: clone it with "
                "--without-raw, or have it served from what form4 publish --release makes"
            )
        return sorted(each.removeprefix(f"{folder}/") for each in found if each.endswith(suffix))

    def create(self, name: str, content: bytes) -> bool:  # noqa: ARG002 as all below
        """Refused."""
        self._refuse()

    def make(self) -> None:
        """Refused."""
        self._refuse()

    def install(self, staged: Path, name: str) -> None:  # noqa: ARG002
        """Refused."""
        self._refuse()

    def supersede(self, staged: Path, name: str, version: int) -> None:  # noqa: ARG002
        """Refused."""
        self._refuse()

    def remove(self, name: str) -> None:  # noqa: ARG002
        """Refused."""
        self._refuse()

    def sync(self, staged: Path) -> None:  # noqa: ARG002
        """Refused."""
        self._refuse()

    def publish(self, staged: dict[str, Path]) -> None:  # noqa: ARG002
        """Refused."""
        self._refuse()

    def withdraw(self, staged: Iterable[str]) -> None:  # noqa: ARG002
        """Refused."""
        self._refuse()

    def repair_names(self, live: Iterable[str]) -> None:  # noqa: ARG002
        """Refused."""
        self._refuse()

    def forget(self, keep: Iterable[str]) -> None:  # noqa: ARG002
        """Refused."""
        self._refuse()

    def stage(self) -> Staging:
        """Refused."""
        self._refuse()

    def scratch(self) -> AbstractContextManager[Path]:
        """Refused."""
        self._refuse()

    def sweep_staging(self) -> None:
        """Refused."""
        self._refuse()

    def publishing(self) -> AbstractContextManager[None]:
        """Refused."""
        self._refuse()

    def lock_file(self, name: str) -> Path:  # noqa: ARG002
        """Refused."""
        self._refuse()

    def journals(self) -> Path:
        """A folder that is not there: what is served has none."""
        return own_folder() / "no-journals"

    def _refuse(self) -> NoReturn:
        raise LakeUnwritable(
            f"{self.location} is on the web, where a lake is only read. To go on from it: form4 clone {self.location} "
            "FOLDER, and name that folder (config.yaml: lake)"
        )

    def _log_by_asking(self) -> list[str]:
        """The names of the log's entries and of the newest checkpoint, in few requests: the entries have no gaps."""
        if not self.has(entry_name(1)):
            return []
        there, beyond = 1, 2
        while self.has(entry_name(beyond)):
            there, beyond = beyond, 2 * beyond
            if beyond > MOST_VERSIONS:
                raise _damaged(self.location, f"has more than {MOST_VERSIONS:,} versions, which is no lake's log")
        while beyond - there > 1:
            middle = (there + beyond) // 2
            there, beyond = (middle, beyond) if self.has(entry_name(middle)) else (there, middle)
        checkpoint = newest_checkpoint(there)
        return [*([checkpoint] if self.has(checkpoint) else []), *(entry_name(each) for each in range(1, there + 1))]

    def _head(self, name: str) -> int:
        return self.web.size(_checked(name))

    def _size_if_there(self, name: str) -> int | None:
        with suppress(FileNotFoundError):
            return self._head(name)
        return None

    def _read_ahead(self, name: str) -> None:
        with suppress(FileNotFoundError):  # whoever reads it says so
            self._ahead[name] = self.read(name)

    def _range(self, name: str, start: int, length: int) -> bytes:
        return self.web.read(_checked(name), length, (start, start + length))


def _checked(name: str) -> str:
    """A name that is asked for; FileNotFoundError for one that no served lake has."""
    if not SERVED.fullmatch(name):
        raise FileNotFoundError(name)
    return name


def _damaged(where: str, what: str) -> LakeDamaged:
    return LakeDamaged(f"{where} {what}: ask whoever serves it", what)

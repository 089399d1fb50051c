"""The files of a lake in an object store: each object is put whole, and what decides is a conditional put.

Parquet files have one name, `data/…`, from before their commit until a sweep finds them neither live nor needed for the
grace period and SAFE_AGE old. There is no lock: of two writers of one log entry the store refuses the later.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import BytesIO, IOBase
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import obstore
from obstore.exceptions import AlreadyExistsError, PreconditionError
from obstore.store import S3Store

from ..errors import LakeError, LakeUnwritable, writing
from .bucket_errors import PUTS, asking, storage_options
from .bucket_reading import LakeFileSystem, PartFile, Tails
from .locks import held, own_folder, temporary_folder
from .staging import Staging, StagingArea

SAFE_AGE = timedelta(days=1)
"""How long a file may lie about that no commit names: its writer may be about to commit it."""
REQUESTS = 8
"""How many are made at once."""
MARK = "log/made"
VERSION = "lake-version"


class ObjectFiles:
    """The files of a lake below a prefix of a bucket; names are relative to it, with `/` between parts."""

    reader_folder = "data"
    journal_filings = 64

    def __init__(self, store: S3Store, bucket: str, prefix: str) -> None:
        self._store = store
        self.location = f"s3://{bucket}/{prefix}".rstrip("/")
        self._key = sha256(self.location.encode()).hexdigest()[:16]
        self._known: dict[str, int] = {}
        self._ahead: dict[str, bytes] = {}
        self._tails = Tails(self._range)

    def exists(self) -> bool:
        """Whether the prefix holds a lake."""
        with asking(self.location):
            return any(obstore.list(self._store, prefix="log", chunk_size=1))

    def make(self) -> None:
        """See that the lake can be written, by conditional puts that the server enforces."""
        content = b"The server refuses to write this again, as form4lake needs it to.\n"
        try:
            for _ in range(2):
                self._put(MARK, content, mode="create")
        except AlreadyExistsError:
            try:
                self._put(MARK, content, mode={"e_tag": '"00000000000000000000000000000000"'})
            except PreconditionError:
                return
        raise LakeUnwritable(f"{self.location}: the server does not enforce conditional puts. {PUTS}")

    def uri(self, name: str) -> str:
        """The address of a file."""
        return f"{self.location}/{name}"

    def local(self, name: str) -> Path | None:  # noqa: ARG002 the other backend's
        """None: nothing of it is on this machine's disk."""
        return None

    def storage_options(self) -> dict[str, str]:
        """Endpoint, region and credentials as of now."""
        return storage_options()

    def serve(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Make a connection read the lake's files through this object."""
        connection.register_filesystem(LakeFileSystem(self))
        connection.execute("SET parquet_metadata_cache = true")

    def has(self, name: str) -> bool:
        """Whether there is such a file."""
        if name in self._ahead:
            return True
        try:
            with asking(self.uri(name)):
                obstore.head(self._store, name)
        except FileNotFoundError:
            return False
        return True

    def read(self, name: str) -> bytes:
        """The whole content; FileNotFoundError if there is none."""
        if (ahead := self._ahead.pop(name, None)) is not None:
            return ahead
        with asking(self.uri(name)):
            return bytes(obstore.get(self._store, name).bytes())

    def expect(self, names: Iterable[str]) -> None:
        """Fetch these files at once, for the next `has` and `read` of each."""
        with ThreadPoolExecutor(REQUESTS) as pool:
            list(pool.map(self._read_ahead, names))

    def open(self, name: str) -> IOBase:
        """A file to be read in parts; FileNotFoundError if there is none."""
        if not name.endswith(".parquet"):
            return BytesIO(self.read(name))
        size = self.size(name)
        return PartFile(lambda start, length: self._tails.part(name, size, start, length), size)

    def size(self, name: str) -> int:
        """The bytes of a Parquet file; FileNotFoundError if there is none and it was not seen before."""
        if name not in self._known:
            with asking(self.uri(name)):
                self._known[name] = obstore.head(self._store, name)["size"]
        return self._known[name]

    def sizes(self, names: Iterable[str]) -> dict[str, int]:
        """The bytes of each of these files that is there; what was known of them is forgotten."""
        wanted = set(names)
        self._tails.forget()
        for each in wanted:
            self._known.pop(each, None)
        if len(wanted) == 1:
            with suppress(FileNotFoundError):
                return {each: self.size(each) for each in wanted}
            return {}
        found = {
            name: size
            for folder in sorted({each.partition("/")[0] for each in wanted})
            for name, size, _ in self._listed(folder)
            if name in wanted
        }
        self._known.update(found)
        return found

    def names(self, folder: str, suffix: str = "") -> list[str]:
        """The files below a folder, named relative to it, sorted; but for folders named `_…`, which are others'."""
        found = (name.removeprefix(f"{folder}/") for name, _, _ in self._listed(folder) if name.endswith(suffix))
        return sorted(found)

    def create(self, name: str, content: bytes) -> bool:
        """Write a file that must not exist yet; False, and nothing changed, if it does with another content."""
        try:
            self._put(name, content, mode="create")
        except (AlreadyExistsError, LakeError) as error:
            # Where an answer was lost on the way, the retry is refused though the put succeeded: what is there is ours.
            if self.has(name) and self.read(name) == content:
                return True
            if isinstance(error, LakeError):
                raise
            return False
        return True

    def install(self, staged: Path, name: str) -> None:
        """Put a staged file under its name, in place of the one there may be. Durable when it returns."""
        self._put(name, staged)

    def supersede(self, staged: Path, name: str, version: int) -> None:
        """Put a staged file that shows a version of the lake in place, unless the one there shows a later one."""
        while True:
            there = self._edition(name)
            if there and there[0] > version:
                return
            mode: obstore.PutMode = {"e_tag": there[1]} if there else "create"
            try:
                self._put(name, staged, mode=mode, attributes={VERSION: str(version)})
            except (AlreadyExistsError, PreconditionError):
                continue
            return

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""
        with asking(self.uri(name), write=True):
            obstore.delete(self._store, name)

    def sync(self, staged: Path) -> None:
        """Nothing: what is staged is a copy of what will be uploaded."""

    def publish(self, staged: dict[str, Path]) -> None:
        """Upload staged Parquet files. Durable when it returns."""
        begun = datetime.now(UTC)
        with ThreadPoolExecutor(REQUESTS) as pool:
            list(pool.map(lambda each: self._put(f"data/{each[0]}", each[1]), staged.items()))
        self._known.update((f"data/{name}", path.stat().st_size) for name, path in staged.items())
        if datetime.now(UTC) - begun > SAFE_AGE / 2:
            raise LakeUnwritable(
                f"{self.location}: uploading took longer than {SAFE_AGE / 2}; what was uploaded may have been swept. "
                "The lake is as it was; run the same command again."
            )

    def withdraw(self, staged: Iterable[str]) -> None:
        """Remove uploaded files that will not be committed."""
        with asking(self.uri("data"), write=True):
            obstore.delete(self._store, [f"data/{each}" for each in staged])

    def repair_names(self, live: Iterable[str]) -> None:
        """Nothing: globs over `data/` also find retired files, until they are forgotten."""

    def forget(self, keep: Iterable[str]) -> None:
        """Remove Parquet files that are not to be kept, once nobody can be about to commit them."""
        before = datetime.now(UTC) - SAFE_AGE
        old = {name for name, _, modified in self._listed("data") if modified < before}
        for each in keep:
            if not old:
                return
            old.discard(f"data/{each}")
        with asking(self.uri("data"), write=True):
            obstore.delete(self._store, sorted(old))

    def lock_file(self, name: str) -> Path:
        """A file of this user's on this machine, for this lake."""
        return own_folder() / f"{self._key}-{name}.lock"

    def journals(self) -> Path:
        """A folder of this user's on this machine, for this lake."""
        return own_folder() / f"{self._key}-journals"

    def stage(self) -> Staging:
        """A new folder on the local disk for one writer, which no sweep touches while the writer lives."""
        with self._staging() as area:
            return area.stage()

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """A folder on the local disk."""
        with writing(folder := temporary_folder()), TemporaryDirectory(prefix="form4lake-", dir=folder) as made:
            yield Path(made)

    def sweep_staging(self) -> None:
        """Remove what dead writers of this user left on this machine."""
        with self._staging() as area:
            area.sweep()

    def publishing(self) -> AbstractContextManager[None]:
        """Nothing is held: no writer keeps another waiting."""
        return nullcontext()

    @contextmanager
    def _staging(self) -> Iterator[StagingArea]:
        folder = own_folder() / "staging"
        with writing(folder):
            folder.mkdir(mode=0o700, exist_ok=True)
        with held(folder.with_suffix(".lock")):
            yield StagingArea(folder)

    def _put(
        self,
        name: str,
        content: bytes | Path,
        mode: obstore.PutMode = "overwrite",
        attributes: dict[str, str] | None = None,
    ) -> None:
        whole = False if mode != "overwrite" else None
        with asking(self.uri(name), write=True):
            obstore.put(self._store, name, content, mode=mode, attributes=attributes, use_multipart=whole)

    def _read_ahead(self, name: str) -> None:
        with suppress(FileNotFoundError):  # whoever reads it says so
            self._ahead[name] = self.read(name)

    def _edition(self, name: str) -> tuple[int, str] | None:
        """The version of the lake that a file shows (-1 if it does not say) and its ETag; None if there is no file."""
        try:
            with asking(self.uri(name)):
                found = obstore.get(self._store, name, options={"head": True})
        except FileNotFoundError:
            return None
        return int(found.attributes.get(VERSION, -1)), str(found.meta["e_tag"])

    def _listed(self, folder: str) -> Iterator[tuple[str, int, datetime]]:
        """Name, bytes and last change of each file below a folder."""
        with asking(self.uri(folder)):
            for chunk in obstore.list(self._store, prefix=folder):
                for each in chunk:
                    if "/_" not in each["path"]:
                        yield each["path"], each["size"], each["last_modified"]

    def _range(self, name: str, start: int, length: int) -> bytes:
        with asking(self.uri(name)):
            return bytes(obstore.get_range(self._store, name, start=start, length=length))

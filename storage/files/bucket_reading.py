"""Files of an object store read in parts: by pyarrow as open files, by DuckDB through a file system of fsspec's."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Protocol

from fsspec import AbstractFileSystem

Part = Callable[[int, int], bytes]
"""A number of bytes from a start on."""


TAIL = 64 << 10
"""Bytes at the end of a Parquet file that are fetched at once and kept: the footer, or all of a day's file."""
TAILS_KEPT = 512


class Tails:
    """The parts of files, the last of each kept; `ranged` fetches so many bytes of a file from a start on."""

    def __init__(self, ranged: Callable[[str, int, int], bytes]) -> None:
        self._ranged = ranged
        self._tail = lru_cache(TAILS_KEPT)(self._read_tail)

    def part(self, name: str, size: int, start: int, length: int) -> bytes:
        """Bytes of a file of known size."""
        from_end = max(0, size - TAIL)
        if start >= from_end:
            return self._tail(name, size)[start - from_end : start - from_end + length]
        return self._ranged(name, start, length)

    def forget(self) -> None:
        """Keep nothing: files may have changed."""
        self._tail.cache_clear()

    def _read_tail(self, name: str, size: int) -> bytes:
        from_end = max(0, size - TAIL)
        return self._ranged(name, from_end, size - from_end) if size else b""


class PartFile(io.RawIOBase):
    """An open file of known size, of which each read is one request for just those bytes."""

    def __init__(self, part: Part, size: int) -> None:
        super().__init__()
        self._part = part
        self._size = size
        self._at = 0

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes."""
        return True

    def tell(self) -> int:
        """Where the next read begins."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Where the next read is to begin."""
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        """That many bytes, or the rest."""
        rest = max(0, self._size - self._at)
        length = rest if size is None or size < 0 else min(size, rest)
        if not length:
            return b""
        found = self._part(self._at, length)
        self._at += len(found)
        return found

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer as far as there are bytes."""
        found = self.read(len(buffer))
        buffer[: len(found)] = found
        return len(found)


class Source(Protocol):
    """What the file system below reads from."""

    @property
    def location(self) -> str:
        """The address that all of its files are below."""

    def open(self, name: str) -> io.IOBase:
        """A file; FileNotFoundError if there is none."""

    def size(self, name: str) -> int:
        """Its bytes; FileNotFoundError if there is none."""


class LakeFileSystem(AbstractFileSystem):  # type: ignore[misc] # fsspec has no types
    """One lake's Parquet files for `DuckDBPyConnection.register_filesystem`: read-only, each file immutable."""

    protocol: str
    """`s3`, `https` or `http`: which files of a connection are read through it."""
    cachable = False

    def __init__(self, source: Source) -> None:
        super().__init__(skip_instance_cache=True)
        self._source = source
        self.protocol = source.location.partition("://")[0]

    def open(self, path: str, mode: str = "rb", **_: Any) -> io.IOBase:
        """A file of the lake to be read."""
        if mode != "rb":
            raise PermissionError(f"{path}: a lake's files are not written through SQL")
        return self._source.open(self._name(path))

    def size(self, path: str) -> int:
        """The bytes of a file."""
        return self._source.size(self._name(path))

    def exists(self, path: str, **_: Any) -> bool:
        """Whether there is such a file."""
        try:
            self.size(path)
        except FileNotFoundError:
            return False
        return True

    def isfile(self, path: str) -> bool:
        """As `exists`: there are no folders."""
        return self.exists(path)

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        """Name and size of a file."""
        return {"name": path, "size": self.size(path), "type": "file"}

    def modified(self, path: str) -> datetime:  # noqa: ARG002 the same for all
        """One date for all files: a name's content never changes."""
        return datetime(2000, 1, 1, tzinfo=UTC)

    def glob(self, path: str, **_: Any) -> list[str]:
        """The path itself: the lake's views name files, not patterns."""
        return [path]

    def _name(self, path: str) -> str:
        address = path if "://" in path else f"{self.protocol}://{path}"
        top = f"{self._source.location}/"
        if not address.startswith(top):
            raise FileNotFoundError(f"{address} is not in the lake {self._source.location}, which is all this reads")
        return address.removeprefix(top)

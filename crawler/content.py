"""A file as it comes, kept where there is space for it: in memory if small, else in a temporary file."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Mapping
from io import BytesIO
from typing import IO, Protocol

from .errors import BadOptions

HEAD_BYTES = 65_536
"""As much of the beginning as is needed to tell a file from a page of words."""

IN_MEMORY_BYTES = 2**20
"""Nearly every submission is smaller; a larger one is on disk until its turn comes."""


class Sink(Protocol):
    """Where a body goes."""

    def takes(self, status: int, headers: Mapping[str, str]) -> bool:
        """Whether the answer is one to keep; of others only the words are read."""

    def take(self, status: int, headers: Mapping[str, str], pieces: Iterable[bytes]) -> bytes:
        """Keep the body, and return its beginning."""


class Content:
    """A file's bytes. Whoever gets it reads it once."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.size = 0

    @classmethod
    def in_memory(cls) -> Content:
        """To be kept in memory whatever its size."""
        return cls(BytesIO())

    @classmethod
    def spooled(cls) -> Content:
        """To be kept on disk beyond IN_MEMORY_BYTES."""
        return cls(tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES))

    def takes(self, status: int, headers: Mapping[str, str]) -> bool:  # noqa: ARG002 the protocol's
        """A file comes with status 200."""
        return status == 200

    def take(self, status: int, headers: Mapping[str, str], pieces: Iterable[bytes]) -> bytes:  # noqa: ARG002
        """Keep the body, and return its beginning; raises what `pieces` raises, and BadOptions for a full disk."""
        for piece in pieces:
            try:
                self._file.write(piece)
            except OSError as error:
                raise BadOptions(
                    f"no room for what EDGAR sends in the folder for temporary files, {tempfile.gettempdir()}: "
                    f"{error.strerror}; make room there, or set TMPDIR to another folder"
                ) from error
            self.size += len(piece)
        return self.head(HEAD_BYTES)

    def head(self, count: int) -> bytes:
        """Its first bytes."""
        self._file.seek(0)
        return self._file.read(count)

    def tail(self, count: int) -> bytes:
        """Its last bytes."""
        self._file.seek(max(0, self.size - count), os.SEEK_SET)
        return self._file.read()

    def read(self) -> bytes:
        """All of it; what it took of memory or disk is free again."""
        with self:
            if isinstance(self._file, BytesIO):
                return self._file.getvalue()  # shares the memory
            self._file.seek(0)
            return self._file.read(self.size)  # of a size that is known, it is read without a second copy

    def close(self) -> None:
        """Free what it takes, unread."""
        self._file.close()

    def __enter__(self) -> Content:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

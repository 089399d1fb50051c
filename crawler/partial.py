"""A file that comes in parts: what there is of it on disk, and how the rest of the same edition is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from .content import HEAD_BYTES
from .errors import BadOptions

PARTIAL = 206
UNSATISFIABLE = 416

_RANGE = re.compile(r"bytes (\d+)-\d+/(?:\d+|\*)")


class PartNotUsable(Exception):
    """The answer does not continue what is there; that is thrown away, and the next request starts again."""


class PartialFile:
    """A file under its own name, and beside it (`….edition`) the validator of the edition that it is a part of."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._edition = path.with_name(f"{path.name}.edition")

    @property
    def begun(self) -> bool:
        """Whether there are bytes of an edition that can be asked for by name."""
        return self._size() > 0 and self._edition.exists()

    def conditions(self) -> dict[str, str]:
        """The headers that ask for the rest, or for all if it has changed since (RFC 9110, 13.1.5 and 14.2)."""
        headers = {"Accept-Encoding": "identity"}  # a range is one of the bytes as stored
        if self.begun:
            headers["Range"] = f"bytes={self._size()}-"
            headers["If-Range"] = self._edition.read_text(encoding="latin-1")
        return headers

    def takes(self, status: int, headers: Mapping[str, str]) -> bool:
        """Whether the answer is a file, and no page of words."""
        page = headers.get("Content-Type", "").partition(";")[0].strip().lower() in ("text/html", "application/xml")
        return status in (200, PARTIAL) and not page and headers.get("Content-Encoding", "identity") == "identity"

    def take(self, status: int, headers: Mapping[str, str], pieces: Iterable[bytes]) -> bytes:
        """Write what comes, after what is there if it is the rest of that; the beginning of what came.

        Raises PartNotUsable, BadOptions where the folder cannot be written, and what `pieces` raises; what came until
        then stays.
        """
        with self._writing():
            if status == PARTIAL:
                self._check(headers)
            else:
                self._begin(headers)
            file = self.path.open("ab")
        head = b""
        try:
            for piece in pieces:
                if len(head) < HEAD_BYTES:
                    head += piece
                with self._writing():
                    file.write(piece)
        finally:
            with self._writing():
                file.close()
        return head

    def discard(self) -> None:
        """Start again with the next request."""
        with self._writing():
            self.path.unlink(missing_ok=True)
            self._edition.unlink(missing_ok=True)

    def finish(self, path: Path) -> None:
        """Give the whole file its name."""
        with self._writing():
            self.path.replace(path)
            self._edition.unlink(missing_ok=True)

    def _check(self, headers: Mapping[str, str]) -> None:
        found = _RANGE.fullmatch(headers.get("Content-Range", ""))
        if found is None or int(found[1]) != self._size():
            self.discard()
            raise PartNotUsable(f"a part came that was not asked for: {headers.get('Content-Range')!r}")

    def _begin(self, headers: Mapping[str, str]) -> None:
        self.discard()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        etag = headers.get("ETag", "")
        # A weak ETag may be shared by two files with other bytes.
        edition = etag if etag and not etag.startswith("W/") else headers.get("Last-Modified")
        if edition:
            self._edition.write_text(edition, encoding="latin-1")

    def _size(self) -> int:
        return self.path.stat().st_size if self.path.exists() else 0

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with usable(self.path.parent):
            yield


@contextmanager
def usable(folder: Path) -> Iterator[None]:
    """Turn the operating system's errors in a folder of downloads into BadOptions, which says what to do."""
    try:
        yield
    except OSError as error:
        raise BadOptions(
            f"the folder for the SEC's data sets cannot be used: {error.filename or folder}: {error.strerror}; make "
            "room there or the right to write, or name another (config.yaml: dataset_folder, or FORM4_DATASET_FOLDER)"
        ) from error

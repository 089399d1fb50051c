"""What is served of a lake: every file with its size and SHA-256, in `manifest.json`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from ..errors import LakeDamaged

MANIFEST = "manifest.json"
SERVED = re.compile(
    r"log/\d{20}(\.checkpoint)?\.json"
    r"|(data/\w+|raw)/year=\d{4}/\d[\w-]*\.[\w-]+\.parquet"
)
"""The names that a served lake's files have; others are not asked for, whoever names them."""


@dataclass(frozen=True, slots=True)
class ServedFile:
    """One file that is served."""

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """The files of one version of a lake."""

    version: int
    files: dict[str, ServedFile]
    """By their paths."""

    @classmethod
    def of(cls, version: int, files: Iterable[ServedFile]) -> Manifest:
        """The manifest of these files."""
        return cls(version, {each.path: each for each in files})

    @classmethod
    def parse(cls, content: bytes, where: str) -> Manifest:
        """The manifest that stands in a file.

        Raises:
            LakeDamaged: it is none, or names what no lake has.
        """
        try:
            read = json.loads(content)
            return cls.of(int(read["lake_version"]), [_checked(ServedFile(**each)) for each in read["files"]])
        except (ValueError, KeyError, TypeError, RecursionError) as wrong:
            what = f"is not a manifest of a lake ({str(wrong)[:200]})"
            raise LakeDamaged(f"{where} {what}: ask whoever serves it", what) from wrong

    def as_json(self) -> bytes:
        """The content of the file."""
        content = {"lake_version": self.version, "files": [asdict(each) for each in self.files.values()]}
        return json.dumps(content, indent=1).encode()


def _checked(file: ServedFile) -> ServedFile:
    if not SERVED.fullmatch(file.path) or not isinstance(file.bytes, int) or not isinstance(file.sha256, str):
        raise ValueError(f"{file.path!r} is no file of a lake")
    return file

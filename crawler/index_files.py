"""An index as a file: unpacked, and read into the filings of the wanted forms."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

import unlzw3

from crawler.bodies import GZIP_MAGIC, BodyNotWhole, gunzip
from crawler.client import Answer, Validators
from crawler.errors import DamagedIndex
from crawler.index_rows import parse_index
from crawler.options import MAX_BODY_BYTES
from tables import IndexEntry

ARCHIVES = "/Archives/"
"""All indexes and filings are below it."""

_COMPRESS_MAGIC = b"\x1f\x9d"
_MOST_COMPRESSED_BYTES = 64 * 2**20
"""No index that EDGAR packs with Unix compress, those of the nineties, is nearly as large."""


@dataclass(slots=True)
class IndexFile:
    """What an index says: `entries` one an accession, sorted by it; `problems` name each line that cannot be read.

    `source_path` is below /Archives/, `content_sha256` of the index's bytes, uncompressed.
    """

    source_path: str
    content_sha256: str
    validators: Validators
    entries: list[IndexEntry] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Whether every line was read, to the index's end."""
        return not self.problems


def read_index_file(answer: Answer, index_date: date | None, forms: Collection[str]) -> IndexFile:
    """The index that an answer is; `index_date` None: a quarterly one. Raises DamagedIndex if it is none at all."""
    body = unpacked(answer.body, answer.path)
    try:
        entries, problems = parse_index(body, index_date, forms)
    except DamagedIndex as error:
        raise DamagedIndex(f"{answer.path}: {error}", answer.path) from error
    source_path = answer.path.removeprefix(ARCHIVES)
    return IndexFile(source_path, hashlib.sha256(body).hexdigest(), answer.validators, entries, problems)


def unpacked(body: bytes, path: str) -> bytes:
    """The index's own bytes: by what they begin with, as a server may have unpacked a .gz on the way.

    Raises DamagedIndex for a packed file (.gz; .Z of Unix compress) that cannot be unpacked to its end.
    """
    try:
        if body.startswith(GZIP_MAGIC):
            return gunzip(body, MAX_BODY_BYTES)
        if body.startswith(_COMPRESS_MAGIC) and len(body) <= _MOST_COMPRESSED_BYTES:
            return bytes(unlzw3.unlzw(body))
    except (BodyNotWhole, ValueError) as error:  # ValueError: unlzw3's for data it cannot read
        raise DamagedIndex(f"{path}: {error}", path) from error
    return body

"""How large each kind of file may be, unpacked; what is larger is a mistake or an attack, and is never cut."""

from __future__ import annotations

from dataclasses import dataclass

MEBIBYTE = 2**20


@dataclass(frozen=True, slots=True)
class Limit:
    """The most bytes of a kind of file, whose name stands in the message that refuses one."""

    kind: str
    bytes: int

    def __str__(self) -> str:
        size = f"{self.bytes // MEBIBYTE} MiB" if self.bytes >= MEBIBYTE else f"{self.bytes:,} bytes"
        return f"the {size} that {self.kind} may have"


INDEX = Limit("an index", 128 * MEBIBYTE)
"""The largest, a quarter's company.idx, has about 60 MB; one index is read at a time."""

COMPRESSED_INDEX = Limit("an index packed with Unix compress", 16 * MEBIBYTE)
"""EDGAR packed those of the nineties so, which have some 300 KB; to unpack one takes half a second a megabyte."""

FEED = Limit("a page of the current feed", 4 * MEBIBYTE)
"""A hundred entries have some 65 KB."""

LISTING = Limit("a listing", 4 * MEBIBYTE)
"""A quarter's index.json has about 100 KB; read as JSON it takes many times its size."""

SUBMISSION = Limit("a submission", 64 * MEBIBYTE)
"""Forms 3, 4 and 5 have kilobytes, with scanned exhibits some megabytes. To archive and parse one takes up to six times
its size, so that a larger one would not fit the memory that a run may take (600 MB)."""

DATASET = Limit("a data set", 256 * MEBIBYTE)
"""A quarter's zip has 9 to 15 MB. It goes to disk as it comes."""

PAGE = Limit("a page that says what is wrong", MEBIBYTE)
"""Of an error, only the words are read."""

"""A data set, opened: which members it has, and its filings in batches, of bounded memory however large it is.

Quirks, seen in the real 2024q3: one line a row, UTF-8, no rows in any order, tabs between fields and none inside.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import BinaryIO

from ...sec_tables import ACCESSION, DOCUMENT_TYPE, FILING_DATE
from ...tables import OWNERSHIP_FORMS
from .columns import MEMBERS, SUBMISSION, Columns, columns_of
from .rows import DatasetBatch, RawFiling
from .values import day

BATCH_FILINGS = 256
PART_BYTES = 128 * 2**20
"""A set that unpacks to more is read in several parts, by accession, each from the beginning of all members."""
MOST_BYTES = 2 * 2**30
"""A quarter unpacks to some 100 MB; more than this is not a data set."""
LONGEST_LINE = 2**20
_CHUNK = 2**20
_ACCESSION_NUMBER = re.compile(rb"\d{10}-\d{2}-\d{6}")
_UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError)
"""What zipfile raises for a member that is damaged, encrypted or packed in an unknown way."""


class NotADataset(Exception):
    """The bytes are not a readable data set: no zip, no SUBMISSION, or larger than any; `reason` says which."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(slots=True)
class Problem:
    """What is the matter with a member, how often, and where it is so first."""

    what: str
    count: int = 0
    where: str = ""

    def __str__(self) -> str:
        return f"{self.what} ({self.count:,}, such as {self.where})" if self.where else self.what


@dataclass(slots=True)
class DatasetReading:
    """A data set being read. `batches` gives its filings; `problems` is complete once that has ended."""

    archive: zipfile.ZipFile
    columns: dict[str, Columns]
    incomplete: frozenset[str]
    """The members that are absent or had to be left out."""
    members: dict[str, zipfile.ZipInfo]
    found: dict[str, Problem] = field(default_factory=dict)
    submissions: int = 0
    """Rows of SUBMISSION: about as many filings will come."""

    @property
    def problems(self) -> list[str]:
        """What is not in the set, or could not be read of it, in words; empty if all of it was read."""
        return [str(each) for each in self.found.values()]

    def note(self, what: str, where: str = "") -> None:
        """Count a problem."""
        problem = self.found.setdefault(what, Problem(what, 0, where))
        problem.count += 1

    def batches(self) -> Iterator[DatasetBatch]:
        """Each filing once, with all its lines, a few hundred together."""
        parts = max(1, -(-sum(each.file_size for each in self.members.values()) // PART_BYTES))
        for part in range(parts):
            filings = list(_part(self, part, parts).values())
            for start in range(0, len(filings), BATCH_FILINGS):
                yield DatasetBatch(self.columns, self.incomplete, filings[start : start + BATCH_FILINGS])


def read_dataset(file: BinaryIO) -> DatasetReading:
    """Open the zip of a quarter: its members are checked, no row is read yet.

    Raises NotADataset, and nothing else, if it is not a data set. A member that is missing, cut or not known, a column
    that is missing or new: each is a problem of the reading.
    """
    try:
        archive = zipfile.ZipFile(file)
        entries = archive.infolist()
    except _UNREADABLE as error:
        raise NotADataset(f"it is not a zip file that can be opened ({error})") from error
    reading = DatasetReading(archive, {}, frozenset(), {})
    for entry in entries:
        path = PurePosixPath(entry.filename)
        name = path.stem.upper()
        if path.suffix.lower() != ".tsv":
            continue  # metadata and readme
        if name not in MEMBERS or name in reading.members:
            reading.note(f"the member {entry.filename[:80]!r} is not known here, or a second one, and was not read")
        else:
            reading.members[name] = entry
    if sum(each.file_size for each in reading.members.values()) > MOST_BYTES:
        raise NotADataset(f"it would unpack to more than {MOST_BYTES:,} bytes")
    incomplete = set()
    for name in MEMBERS:
        if name not in reading.members:
            incomplete.add(name)
            reading.note(f"{name}.tsv is absent from the set: what it would hold is not in the lake")
        elif not _check(reading, name):
            incomplete.add(name)
    if SUBMISSION.name not in reading.columns:
        raise NotADataset("it has no SUBMISSION.tsv that can be read")
    reading.incomplete = frozenset(incomplete)
    return reading


def _check(reading: DatasetReading, name: str) -> bool:
    """Read a member's header, and its bytes to their end; False, and it is left out, if it is not whole or usable."""
    try:
        with reading.archive.open(reading.members[name]) as stream:
            header = stream.readline(LONGEST_LINE)
            lines = 0
            while chunk := stream.read(_CHUNK):
                lines += chunk.count(b"\n")
    except _UNREADABLE as error:
        # Cut or changed: which byte is wrong is not known, and it may be a digit. Nothing of it can be believed.
        reading.note(f"{name}.tsv was left out: its bytes are not those that were packed ({error or 'cut off'})")
        del reading.members[name]
        return False
    names = header.rstrip(b"\r\n").decode("utf-8", "replace").split("\t")
    columns, problems = columns_of(MEMBERS[name], names)
    for each in problems:
        reading.note(f"{name}.tsv {each}")
    needed = {ACCESSION, *([FILING_DATE, DOCUMENT_TYPE] if name == SUBMISSION.name else [])}
    if not needed <= set(columns.names):
        reading.note(f"{name}.tsv was left out: without {', '.join(sorted(needed))} its rows belong to no filing")
        del reading.members[name]
        return False
    reading.columns[name] = columns
    if name == SUBMISSION.name:
        reading.submissions = lines
    return True


def _part(reading: DatasetReading, part: int, parts: int) -> dict[bytes, RawFiling]:
    """The filings whose accession falls into one of several parts, with all their lines."""
    filings: dict[bytes, RawFiling] = {}
    for name in MEMBERS:
        if name not in reading.columns:
            continue
        place = reading.columns[name].names.index(ACCESSION)
        for number, line in enumerate(_lines(reading, name), 2):
            accession = (
                line.partition(b"\t")[0] if place == 0 else (line.split(b"\t", place + 1) + [b""] * place)[place]
            )
            if parts > 1 and zlib.crc32(accession) % parts != part:
                continue
            if name == SUBMISSION.name:
                _begin(reading, accession, line, number, filings)
                continue
            filing = filings.get(accession)
            if filing is None:
                reading.note(f"{name}.tsv has rows of no filing in SUBMISSION, which were left out", f"line {number}")
            else:
                filing.lines.setdefault(name, []).append(line)
    return filings


def _begin(
    reading: DatasetReading, accession: bytes, line: bytes, number: int, filings: dict[bytes, RawFiling]
) -> None:
    """Add the filing of a row of SUBMISSION, or say why there is none."""
    columns = reading.columns[SUBMISSION.name].names
    fields = line.decode("latin-1").split("\t")
    where = f"line {number}"
    wrong = None
    if len(fields) != len(columns):
        wrong = f"that do not have the {len(columns)} fields of the header"
    elif not _ACCESSION_NUMBER.fullmatch(accession):
        wrong = "without an accession number"
    elif accession in filings:
        wrong = "of a filing that it has already"
    elif fields[columns.index(DOCUMENT_TYPE)].strip() not in OWNERSHIP_FORMS:
        wrong = "whose DOCUMENT_TYPE is not an ownership form"
    elif day(fields[columns.index(FILING_DATE)])[0] is None:
        wrong = "whose FILING_DATE is not a date"
    if wrong:
        reading.note(f"SUBMISSION.tsv has rows {wrong}, which were left out", where)
    else:
        filings[accession] = RawFiling(accession.decode("ascii"), {SUBMISSION.name: [line]})


def _lines(reading: DatasetReading, name: str) -> Iterator[bytes]:
    """The lines of a member after its header."""
    rest = b""
    leave_out = 1  # the header, then whatever is too long
    with reading.archive.open(reading.members[name]) as stream:
        while chunk := stream.read(_CHUNK):
            lines = (rest + chunk).split(b"\n")
            rest = lines.pop()
            for line in lines[leave_out:]:
                yield line.removesuffix(b"\r")
            leave_out = max(0, leave_out - len(lines))
            if len(rest) > LONGEST_LINE:
                reading.note(f"{name}.tsv has lines of more than {LONGEST_LINE:,} bytes, which were left out")
                rest, leave_out = b"", 1
        if rest and not leave_out:
            yield rest.removesuffix(b"\r")

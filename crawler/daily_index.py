"""One day's master index: the filings of the wanted forms that it lists, and what of it could not be read."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from crawler.bodies import GZIP_MAGIC, BodyNotWhole, gunzip
from crawler.client import EdgarClient
from crawler.days import ListedDay
from crawler.errors import DamagedIndex
from crawler.options import MAX_BODY_BYTES
from tables import IndexEntry

_HEADER = re.compile(rb"^CIK\|Company Name\|Form Type\|Date Filed\|File ?Name[ \t\r]*$", re.IGNORECASE | re.MULTILINE)
_PATH = re.compile(r"/?(edgar/data/\d{1,10}/(?:(\d{18})/)?(\d{10}-\d{2}-\d{6})\.txt)")
_DATE = re.compile(r"\d{8}|\d{4}-\d{2}-\d{2}")
_RULE = re.compile(r"-{10,}\s*")
_COMPRESS_MAGIC = b"\x1f\x9d"
_SHOWN_CHARACTERS = 120


@dataclass(slots=True)
class DailyIndex:
    """What a day's index says: `entries` one an accession, sorted by it; `problems` name each line that cannot be read.

    `content_sha256` is of the index's bytes, uncompressed.
    """

    index_date: date
    source_path: str
    content_sha256: str
    entries: list[IndexEntry] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Whether every line was read, to the index's end."""
        return not self.problems


def read_daily_index(client: EdgarClient, day: ListedDay, forms: Collection[str]) -> DailyIndex:
    """The index of a day that `survey_days` lists (ValueError for another), fetched and read.

    Raises DamagedIndex if it is no master index at all, and what `EdgarClient.get` raises.
    """
    if day.path is None:
        raise ValueError(f"{day.index_date} has no index to read: {day.state}")
    path = f"/Archives/{day.path}"
    body = _uncompressed(client.get(path).body, path)
    try:
        entries, problems = parse_master_index(body, day.index_date, forms)
    except DamagedIndex as error:
        raise DamagedIndex(f"{path}: {error}", path) from error
    return DailyIndex(day.index_date, day.path, hashlib.sha256(body).hexdigest(), entries, problems)


def parse_master_index(body: bytes, index_date: date, forms: Collection[str]) -> tuple[list[IndexEntry], list[str]]:
    """The filings of exactly these forms in a master index, daily or quarterly, and the lines that cannot be read.

    Pure. One entry an accession, taken from its first row, sorted by accession. A problem names the line's number and
    text: a line that is no row, a wanted row without a date or path, one accession listed under two forms, and a last
    line without its newline: EDGAR's files end with one, so lines may be missing (a whole row there is taken all the
    same). Raises DamagedIndex if there is no header of a master index.
    """
    header = _HEADER.search(body)
    if header is None:
        raise DamagedIndex(f"no header of a master index; it begins with {body[:_SHOWN_CHARACTERS]!r}")
    reading = _Reading(index_date, frozenset(forms))
    first_line = body.count(b"\n", 0, header.end()) + 1
    # Split at line feeds alone: Latin-1 names can hold characters that str.splitlines takes for line ends.
    rows = body[header.end() :].decode("latin-1").split("\n")
    tail = rows.pop()
    for number, row in enumerate(rows, first_line):
        reading.row(number, row)
    if tail.strip():
        reading.cut_off(first_line + len(rows), tail)
    return [reading.entries[accession] for accession in sorted(reading.entries)], reading.problems


class _Reading:
    """The entries and problems gathered while the rows go by."""

    def __init__(self, index_date: date, forms: frozenset[str]) -> None:
        self.entries: dict[str, IndexEntry] = {}
        self.problems: list[str] = []
        self._index_date = index_date
        self._forms = forms

    def row(self, number: int, row: str) -> None:
        if row.strip() and not _RULE.fullmatch(row) and (trouble := self._take(row)):
            self._note(number, trouble, row)

    def cut_off(self, number: int, row: str) -> None:
        """The last line, which lacks its newline."""
        self._take(row)
        self._note(number, "the index is cut off here, without the newline that ends it", row)

    def _take(self, row: str) -> str | None:
        """Keep the row if it is of a wanted form; what is wrong with it, if anything."""
        fields = row.split("|")
        if len(fields) < 5:
            return f"{len(fields)} fields in place of 5"
        name, form = "|".join(fields[1:-3]), fields[-3].strip()
        if len(fields) > 5 and "edgar/" in name:
            return "two lines run into one"
        if form not in self._forms:
            return None
        path = _PATH.fullmatch(fields[-1].strip())
        if path is None or (path[2] is not None and path[2] != path[3].replace("-", "")):
            return "no path of a filing"
        filed = _day(fields[-2].strip())
        if filed is None:
            return "no date"
        entry = IndexEntry(
            accession_number=path[3],
            filing_date=filed,
            index_date=self._index_date,
            form_type=form,
            company_name=name.strip() or None,
            source_path=path[1],
        )
        first = self.entries.setdefault(path[3], entry)
        if first.form_type != form:
            return f"listed as form {first.form_type} before"
        return None

    def _note(self, number: int, trouble: str, row: str) -> None:
        text = row.strip()
        shown = text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 1] + "…"
        self.problems.append(f"line {number}: {trouble}: {shown}")


@lru_cache(maxsize=256)
def _day(text: str) -> date | None:
    """The day of 20240102 (daily indexes) or 2024-01-02 (quarterly ones)."""
    if not _DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _uncompressed(body: bytes, path: str) -> bytes:
    """The index's own bytes: by what they begin with, as a server may have unpacked a .gz on the way."""
    if body.startswith(_COMPRESS_MAGIC):
        raise DamagedIndex(f"{path} is packed by Unix compress (.Z), which cannot be read", path)
    if not body.startswith(GZIP_MAGIC):
        return body
    try:
        return gunzip(body, MAX_BODY_BYTES)
    except BodyNotWhole as error:
        raise DamagedIndex(f"{path}: {error}", path) from error

"""The rows of an index, `master`, `form` or `company`, daily or quarterly: the filings of the wanted forms it lists."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Collection
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple

from ..tables import IndexEntry
from .errors import DamagedIndex

_MASTER = re.compile(rb"^CIK\|Company Name\|Form Type\|Date Filed\|File ?Name[ \t\r]*$", re.IGNORECASE | re.MULTILINE)
# The heading of a daily company index is broken over two lines.
_FORM = re.compile(rb"^Form Type\s+(Company Name)\s+CIK\s+Date Filed\s+File ?Name[ \t\r]*$", re.I | re.MULTILINE)
_COMPANY = re.compile(rb"^Company Name\s+(Form Type)\s+CIK\s+Date Filed\s+File ?Name[ \t\r]*$", re.I | re.MULTILINE)
_RIGHT = re.compile(r"(.*\S)\s+\d{1,10}\s+(\d{8}|\d{4}-\d{2}-\d{2})\s+(\S+)\s*")
_FORM_THEN_NAME = re.compile(r"(\S+(?: \S+)*?)\s{2,}(\S.*)")
_NAME_THEN_FORM = re.compile(r"(.*\S)\s{2,}(\S+(?: \S+)*)")
_PATH = re.compile(r"/?(edgar/data/\d{1,10}/(?:(\d{18})/)?(\d{10}-\d{2}-\d{6})\.txt)")
_DATE = re.compile(r"\d{8}|\d{4}-\d{2}-\d{2}")
_RULE = re.compile(r"-{10,}\s*")
_RECEIVED = re.compile(rb"^Last Data Received:\s*([A-Za-z]+\s+\d{1,2},\s*\d{4})", re.MULTILINE)
_HEAD_BYTES = 4096
_SHOWN_CHARACTERS = 120


class _Row(NamedTuple):
    """The cells of a row as they stand."""

    company_name: str
    form_type: str
    filed: str
    path: str


_Cells = Callable[[str], _Row | str]
"""Takes a line apart; a text says why it is not a row."""


def parse_index(body: bytes, index_date: date | None, forms: Collection[str]) -> tuple[list[IndexEntry], list[str]]:
    """The filings of exactly these forms in an index of EDGAR's, uncompressed, and the lines that cannot be read.

    Pure. `index_date`: the day of a daily index; None for a quarterly one, whose entries get their own date filed. One
    entry an accession, taken from its first row, sorted by accession. A problem names the line's number and text: a
    line that is not a row, a wanted row without a date or path, one accession listed under two forms, and a last line
    without its newline: EDGAR's files end with one, so lines may be missing (a whole row there is taken all the same).
    Raises DamagedIndex if there is no header of an index. Latin-1, as EDGAR writes them.
    """
    start, cells = _layout(body)
    reading = _Reading(index_date, frozenset(forms), cells)
    # A stream splits at line feeds alone: Latin-1 names can hold characters that str.splitlines takes for line ends.
    stream = io.BytesIO(body)
    stream.seek(start)
    for number, line in enumerate(stream, body.count(b"\n", 0, start) + 1):
        row = line.decode("latin-1")
        if row.endswith("\n"):
            reading.row(number, row[:-1])
        elif row.strip():
            reading.cut_off(number, row)
    return [reading.entries[accession] for accession in sorted(reading.entries)], reading.problems


def last_data_received(body: bytes) -> date | None:
    """The last day that an index has filings of, by its own head (`Jan  2, 2024`, `March 31, 2024`); None if unsaid."""
    found = _RECEIVED.search(body[:_HEAD_BYTES])
    text = " ".join(found[1].decode("ascii").split()) if found else ""
    for style in ("%b %d, %Y", "%B %d, %Y"):
        try:
            return datetime.strptime(text, style).date()  # noqa: DTZ007 a date
        except ValueError:
            continue
    return None


def _layout(body: bytes) -> tuple[int, _Cells]:
    """Where the header of the index ends, and how its rows are taken apart."""
    if header := _MASTER.search(body):
        return header.end(), _piped
    if header := _FORM.search(body):
        second = header.start(1) - header.start()
        return header.end(), lambda row: _fixed(row, lambda left: _form_first(left, second))
    if header := _COMPANY.search(body):
        second = header.start(1) - header.start()
        return header.end(), lambda row: _fixed(row, lambda left: _name_first(left, second))
    raise DamagedIndex(f"no header of an index; it begins with {body[:_SHOWN_CHARACTERS]!r}")


def _piped(row: str) -> _Row | str:
    fields = row.split("|")
    if len(fields) < 5:
        return f"{len(fields)} fields in place of 5"
    name = "|".join(fields[1:-3])
    if len(fields) > 5 and "edgar/" in name:
        return "two lines run into one"
    return _Row(name.strip(), fields[-3].strip(), fields[-2].strip(), fields[-1].strip())


def _fixed(row: str, apart: Callable[[str], tuple[str, str]]) -> _Row | str:
    """A row of columns whose widths differ from index to index: read from the right, `apart` parts form and name."""
    found = _RIGHT.fullmatch(row)
    if found is None:
        return "no row of form, name, CIK, date and path"
    if "edgar/" in found[1]:
        return "two lines run into one"
    form, name = apart(found[1])
    return _Row(name, form, found[2], found[3])


def _form_first(left: str, second_column: int) -> tuple[str, str]:
    found = _FORM_THEN_NAME.fullmatch(left)
    if found is None:  # the form type fills its column
        return left[:second_column].strip(), left[second_column:].strip()
    return found[1], found[2]


def _name_first(left: str, second_column: int) -> tuple[str, str]:
    found = _NAME_THEN_FORM.fullmatch(left)
    if found is None:  # the name fills its column
        return left[second_column:].strip(), left[:second_column].strip()
    return found[2], found[1]


class _Reading:
    """The entries and problems gathered while the rows go by."""

    def __init__(self, index_date: date | None, forms: frozenset[str], cells: _Cells) -> None:
        self.entries: dict[str, IndexEntry] = {}
        self.problems: list[str] = []
        self._index_date = index_date
        self._forms = forms
        self._cells = cells

    def row(self, number: int, row: str) -> None:
        if row.strip() and not _RULE.fullmatch(row) and (trouble := self._take(row)):
            self._note(number, trouble, row)

    def cut_off(self, number: int, row: str) -> None:
        """The last line, which lacks its newline."""
        self._take(row)
        self._note(number, "the index is cut off here, without the newline that ends it", row)

    def _take(self, row: str) -> str | None:
        """Keep the row if it is of a wanted form; what is wrong with it, if anything."""
        cells = self._cells(row)
        if isinstance(cells, str):
            return cells
        if cells.form_type not in self._forms:
            return None
        path = _PATH.fullmatch(cells.path)
        if path is None or (path[2] is not None and path[2] != path[3].replace("-", "")):
            return "no path of a filing"
        filed = _day(cells.filed)
        if filed is None:
            return "no date"
        entry = IndexEntry(
            accession_number=path[3],
            filing_date=filed,
            index_date=self._index_date or filed,
            form_type=cells.form_type,
            company_name=cells.company_name or None,
            source_path=path[1],
        )
        first = self.entries.setdefault(path[3], entry)
        if first.form_type != entry.form_type:
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

"""A quarter of the SEC's Insider Transactions Data Sets, made from the known truth of an archive, quirks and all.

Columns, types and forms are those of the real 2024q3 set: its TSVs, its metadata and its readme. Amounts are rounded to
2 decimals, halves away from zero (the readme's NUMBER(16,2)), and written with one at least; rows stand in no order.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from ..tables import Filing
from .archive import Archive
from .dataset_layout import DERIVED, MEMBERS, Column
from .indexes import NEW_YORK

_LAST_ACCEPTED = time(17, 30)
_FIRST_WITH_PLANS = date(2023, 4, 1)
_FIRST_QUARTER = date(2006, 1, 1)
_CENT = Decimal("0.01")
_ZIPPED_AT = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, order=True)
class Quarter:
    """A quarter of a calendar year, written 2024q1."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> Quarter:
        """The quarter that a day is in."""
        return cls(day.year, (day.month + 2) // 3)

    @classmethod
    def named(cls, name: str) -> Quarter | None:
        """The quarter of a name like 2024q1; None for what is none."""
        year, q, number = name.partition("q")
        if q and len(year) == 4 and year.isdecimal() and number in {"1", "2", "3", "4"}:
            return cls(int(year), int(number))
        return None

    @property
    def first_day(self) -> date:
        """Its first day."""
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def next(self) -> Quarter:
        """The quarter after it."""
        return Quarter(self.year + self.number // 4, self.number % 4 + 1)

    @property
    def last_day(self) -> date:
        """Its last day."""
        return self.next.first_day - timedelta(days=1)


def dataset(archive: Archive, name: str) -> bytes | None:
    """The zip of a quarter, as `2024q1`; None where no filing of the archive's truth is in it.

    The same bytes for the same archive. Renditions and paper are in no data set, nor is anything before 2006.
    """
    quarter = Quarter.named(name)
    filings = [
        filing
        for filing in archive.truth.values()
        if filing.source_format == "xml"
        and filing.filing_date is not None
        and filing.filing_date >= _FIRST_QUARTER
        and posted_in(filing, archive.holidays) == quarter
    ]
    if quarter is None or not filings:
        return None
    rng = Random(name)
    rng.shuffle(filings)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as zipped:
        for member, columns in MEMBERS.items():
            lines = _member(rng, member, [c for c in columns if _there(c, quarter)], filings)
            zipped.writestr(zipfile.ZipInfo(f"{member}.tsv", _ZIPPED_AT), "".join(lines), zipfile.ZIP_DEFLATED)
        zipped.writestr(zipfile.ZipInfo("FORM_345_metadata.json", _ZIPPED_AT), _metadata(), zipfile.ZIP_DEFLATED)
        zipped.writestr(zipfile.ZipInfo("FORM_345_readme.htm", _ZIPPED_AT), _README, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def dataset_names(archive: Archive) -> list[str]:
    """The quarters, as `2024q1`, of which the archive has a set, oldest first."""
    made = {
        posted_in(filing, archive.holidays)
        for filing in archive.truth.values()
        if filing.source_format == "xml" and filing.filing_date and filing.filing_date >= _FIRST_QUARTER
    }
    return sorted({f"{each.year}q{each.number}" for each in made} | archive.datasets.keys())


def posted_in(filing: Filing, holidays: Iterable[date] = ()) -> Quarter:
    """The quarter whose data set holds a filing: the next one if accepted after 17:30 on the last business day.

    Readme, section 1. A filing without an acceptance time counts as accepted in time.
    """
    day = filing.filing_date or date.min
    quarter = Quarter.of(day)
    if day == last_business_day(quarter, holidays) and filing.accepted_at is not None:
        accepted = filing.accepted_at.astimezone(NEW_YORK)
        if accepted.date() == day and accepted.time() > _LAST_ACCEPTED:
            return quarter.next
    return quarter


def last_business_day(quarter: Quarter, holidays: Iterable[date] = ()) -> date:
    """The last weekday of a quarter that is not a holiday."""
    day = quarter.last_day
    while day.weekday() > 4 or day in set(holidays):
        day -= timedelta(days=1)
    return day


def dataset_modified(name: str) -> datetime:
    """When a quarter's data set was posted: some days after the quarter's end."""
    quarter = Quarter.named(name) or Quarter.of(_FIRST_QUARTER)
    return datetime.combine(quarter.last_day + timedelta(days=9), time(14, 3, 7), UTC)


def _member(rng: Random, member: str, columns: Sequence[Column], filings: Sequence[Filing]) -> Iterator[str]:
    yield "\t".join(column.name for column in columns) + "\n"
    rows = [(filing, row) for filing in filings for row in _rows(rng, member, filing)]
    keys = list(range(2_000_000, 2_000_000 + len(rows)))
    rng.shuffle(keys)
    for key, (filing, row) in zip(keys, rows, strict=True):
        yield "\t".join(_cell(column, filing, row, key) for column in columns) + "\n"


def _rows(rng: Random, member: str, filing: Filing) -> list[object]:
    members: dict[str, Sequence[object]] = {
        "SUBMISSION": [filing],
        "REPORTINGOWNER": filing.reporting_owners,
        "NONDERIV_TRANS": filing.non_derivative_transactions,
        "NONDERIV_HOLDING": filing.non_derivative_holdings,
        "DERIV_TRANS": filing.derivative_transactions,
        "DERIV_HOLDING": filing.derivative_holdings,
        "FOOTNOTES": filing.footnotes,
        "OWNER_SIGNATURE": filing.signatures,
    }
    rows = list(members[member])
    rng.shuffle(rows)
    return rows


def _there(column: Column, quarter: Quarter) -> bool:
    return column.name != "AFF10B5ONE" or quarter.first_day >= _FIRST_WITH_PLANS


def _cell(column: Column, filing: Filing, row: object, key: int) -> str:
    mark = zlib.crc32(filing.accession_number.encode())
    if column.name == "ACCESSION_NUMBER":
        return filing.accession_number
    if column.of == "key":
        return str(key)
    if column.of in DERIVED:
        return _text(DERIVED[column.of](row), quoted=True)
    value = getattr(row, column.of) if column.of else None
    if value is None:
        return ""
    if isinstance(value, bool):
        # EDGAR works out the boxes of Forms 3 and 5 itself, as digits; the others stand as the filer wrote them.
        words = column.as_filed and mark % 10 == 0
        return ("true" if value else "false") if words else str(int(value))
    if isinstance(value, str):
        text = value.replace(",", ", ") if column.name.endswith("_FN") else value
        return _text(text, quoted=mark % 4 != 0)
    return _WRITTEN[type(value)](value)


def _text(text: str, *, quoted: bool) -> str:
    """A text, its quotes doubled within quotes as in the real 2024q3, or left alone as in other quarters."""
    ambiguous = text.startswith('"') and text.endswith('"')
    return '"' + text.replace('"', '""') + '"' if '"' in text and (quoted or ambiguous) else text


def amount(value: Decimal) -> str:
    """An amount as the SEC writes it: `15702.0`, `19.82`."""
    rounded = value.quantize(_CENT, ROUND_HALF_UP)
    return format(rounded, "f").removesuffix("0")


def _day(value: date) -> str:
    months = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
    return f"{value.day:02}-{months[value.month - 1]}-{value.year:04}"


def _cik(value: int) -> str:
    return f"{value:010}"


_WRITTEN: dict[type, Callable[..., str]] = {Decimal: amount, date: _day, int: _cik}
_README = (
    "<html><body><h1>Form 345 Data Sets</h1><p>A replica of EDGAR made this data set. Data contained in documents "
    "filed after 5:30pm EST on the last business day of the quarter is in the next quarterly posting.</p>"
    "</body></html>\n"
)


def _metadata() -> str:
    tables = [
        {
            "url": f"{member}.tsv",
            "tableSchema": {
                "aboutUrl": "FORM_345_readme.html",
                "columns": [{"name": column.name, "titles": column.name.replace("_", " ")} for column in columns],
            },
        }
        for member, columns in sorted(MEMBERS.items())
    ]
    dialect = {"header": True, "headerRowCount": 1, "delimiter": "\t"}
    return json.dumps({"@context": "http://www.w3.org/ns/csvw", "dialect": dialect, "tables": tables}, indent=1)

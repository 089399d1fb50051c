"""EDGAR's indexes, rendered from rows: daily master, form and company, a folder's index.json, the quarterly master.

The header lines and column widths are those of the real files master.20200103.idx, form.20200318.idx and
company.20200102.idx, and of a quarterly master.idx. All of them are Latin-1; dates are New York dates.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")
_PUBLISHED_AT = time(22, 15, 5, tzinfo=NEW_YORK)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
KINDS = ("company", "form", "master")
"""The indexes of each day and quarter, in the order of a folder's listing."""


@dataclass(frozen=True, slots=True)
class IndexRow:
    """One row of an index: one CIK of one filing. `path` is below /Archives/, `filed` a New York date."""

    cik: int
    company_name: str
    form_type: str
    filed: date
    path: str

    @property
    def accession_number(self) -> str:
        """The accession number that the path ends in."""
        return self.path.rpartition("/")[2].removesuffix(".txt")


FIRST_FOLDER = "1994/QTR3"
"""EDGAR's daily indexes begin in this quarter."""


def published_at(day: date) -> datetime:
    """When the index of a day appears: about 22:15 New York time of that day."""
    return datetime.combine(day, _PUBLISHED_AT)


def quarter_folder(day: date) -> str:
    """The folder of a day's quarter, `2024/QTR1`."""
    return f"{day.year}/QTR{(day.month + 2) // 3}"


def digits_of(day: date) -> str:
    """A day in the name of its index: 20240102; 980105 until 1998-03; 010394 before 1995."""
    if day >= date(1998, 4, 1):
        return f"{day:%Y%m%d}"
    return f"{day:%y%m%d}" if day.year >= 1995 else f"{day:%m%d%y}"


def master_index(day: date, rows: Iterable[IndexRow]) -> bytes:
    """The daily master index: pipes between the columns, dates as 20240102."""
    lines = [
        "Description:           Daily Index of EDGAR Dissemination Feed",
        *_received(day),
        " ",
        "CIK|Company Name|Form Type|Date Filed|File Name",
        "-" * 80,
        *(f"{row.cik}|{row.company_name}|{row.form_type}|{row.filed:%Y%m%d}|{row.path}" for row in rows),
    ]
    return _encoded(lines)


def form_index(day: date, rows: Iterable[IndexRow]) -> bytes:
    """The daily index by form type: fixed width, sorted by form type and name."""
    lines = [
        "Description:           Daily Index of EDGAR Dissemination Feed by Form Type",
        *_received(day),
        *[" "] * 4,
        f"{'Form Type':<12}{'Company Name':<62}{'CIK':<12}Date Filed  File Name",
        "-" * 141,
        *(
            f"{row.form_type:<12}{row.company_name:<62}{row.cik:<12}{row.filed:%Y%m%d}    {row.path:<52}"
            for row in sorted(rows, key=lambda row: (row.form_type, row.company_name.upper(), row.path))
        ),
    ]
    return _encoded(lines)


def company_index(day: date, rows: Iterable[IndexRow]) -> bytes:
    """The daily index by company name: fixed width, its heading broken over two lines as on EDGAR."""
    lines = [
        "Description:           Daily Index of EDGAR Dissemination Feed by Company Name",
        *_received(day),
        *[" "] * 4,
        f"{'Company Name':<62}{'Form Type':<12}CIK",
        "      Date Filed  File Name",
        "-" * 145,
        *(
            f"{row.company_name:<62}{row.form_type:<12}{row.cik:<12}{row.filed:%Y%m%d}    {row.path:<52}"
            for row in sorted(rows, key=lambda row: (row.company_name.upper(), row.form_type, row.path))
        ),
    ]
    return _encoded(lines)


def quarterly_master(last_day: date, rows: Iterable[IndexRow]) -> bytes:
    """The quarterly master index: dates as 2024-01-02, the last column headed Filename."""
    lines = [
        *_quarterly_head("", last_day),
        "CIK|Company Name|Form Type|Date Filed|Filename",
        "-" * 80,
        *(f"{row.cik}|{row.company_name}|{row.form_type}|{row.filed:%Y-%m-%d}|{row.path}" for row in rows),
    ]
    return _encoded(lines)


def quarterly_form(last_day: date, rows: Iterable[IndexRow]) -> bytes:
    """The quarterly index by form type, whose columns are wider than their headings (as in the real ones of 2020)."""
    lines = [
        *_quarterly_head(" by Form Type", last_day),
        f"{'Form Type':<12}{'Company Name':<62}{'CIK':<12}Date Filed  File Name",
        "-" * 141,
        *(
            f"{row.form_type:<17}{row.company_name:<62}{row.cik:<12}{row.filed:%Y-%m-%d}  {row.path:<52}"
            for row in sorted(rows, key=lambda row: (row.form_type, row.company_name.upper(), row.path))
        ),
    ]
    return _encoded(lines)


def quarterly_company(last_day: date, rows: Iterable[IndexRow]) -> bytes:
    """The quarterly index by company name, its form types in a column wider than its heading."""
    lines = [
        *_quarterly_head(" by Company Name", last_day),
        f"{'Company Name':<62}{'Form Type':<12}{'CIK':<12}Date Filed  File Name",
        "-" * 141,
        *(
            f"{row.company_name:<62}{row.form_type:<17}{row.cik:<12}{row.filed:%Y-%m-%d}  {row.path:<52}"
            for row in sorted(rows, key=lambda row: (row.company_name.upper(), row.form_type, row.path))
        ),
    ]
    return _encoded(lines)


DAILY_FORMATS = {"master": master_index, "form": form_index, "company": company_index}
QUARTERLY_FORMATS = {"master": quarterly_master, "form": quarterly_form, "company": quarterly_company}


def folder_listing(folder: str, files: Sequence[tuple[date, str, int]]) -> bytes:
    """The index.json of a quarter's folder of indexes.

    `folder` is `daily-index/2024/QTR1`; `files` has each index: its day, its name and a size in bytes.
    """
    items = [
        {
            "last-modified": f"{published_at(day):%m/%d/%Y %I:%M:%S %p}",
            "name": name,
            "type": "file",
            "href": name,
            "size": f"{max(1, size // 1024)} KB",
        }
        for day, name, size in files
    ]
    listing = {"directory": {"item": items, "name": f"{folder}/", "parent-dir": "../"}}
    return json.dumps(listing).encode("ascii")


def _quarterly_head(by: str, last_day: date) -> list[str]:
    return [
        f"Description:           Master Index of EDGAR Dissemination Feed{by}",
        f"Last Data Received:    {last_day:%B} {last_day.day}, {last_day.year}",
        "Comments:              webmaster@sec.gov",
        "Anonymous FTP:         ftp://ftp.sec.gov/edgar/",
        "Cloud HTTP:            https://www.sec.gov/Archives/",
        *[""] * 4,
    ]


def _received(day: date) -> list[str]:
    return [
        f"Last Data Received:    {_MONTHS[day.month - 1]} {day.day:>2}, {day.year}",
        "Comments:              webmaster@sec.gov",
        "Anonymous FTP:         ftp://ftp.sec.gov/edgar/",
    ]


def _encoded(lines: Iterable[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode("latin-1", "replace")

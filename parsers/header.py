"""The header of a submission: tab style (`ACCESSION NUMBER:`) or dissemination-feed style (`<ACCESSION-NUMBER>`)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from ..tables import ParseIssue
from .usual_header import Said, read_usual

NEW_YORK = ZoneInfo("America/New_York")
FIRST_YEAR, LAST_YEAR = 1993, 2199
"""Years of filing and acceptance that are believed: EDGAR took its first filings in 1993."""

MOST_BYTES = 2**20
"""Of a header; what it says of the filing itself stands at its start."""

_FIELDS = re.compile(
    r"^(?:ACCESSION NUMBER:[ \t]*(?P<accession>[^\r\n]*)"
    r"|CONFORMED SUBMISSION TYPE:[ \t]*(?P<form>[^\r\n]*)"
    r"|FILED AS OF DATE:[ \t]*(?P<filed>[^\r\n]*)"
    r"|CONFORMED PERIOD OF REPORT:[ \t]*(?P<period>[^\r\n]*))"
    r"|<(?:ACCEPTANCE-DATETIME>(?P<accepted>[^<\r\n]*)"
    r"|ACCESSION-NUMBER>(?P<feed_accession>[^<\r\n]*)"
    r"|TYPE>(?P<feed_form>[^<\r\n]*)"
    r"|FILING-DATE>(?P<feed_filed>[^<\r\n]*)"
    r"|PERIOD>(?P<feed_period>[^<\r\n]*))",
    re.MULTILINE,
)
_ISSUER = re.compile(r"^ISSUER:|<ISSUER>", re.MULTILINE)
_OWNER = re.compile(r"^REPORTING-OWNER:|<REPORTING-OWNER>", re.MULTILINE)
_PARTY = re.compile(rf"{_OWNER.pattern}|{_ISSUER.pattern}|^SUBJECT COMPANY:", re.MULTILINE)
_KEY = re.compile(r"(?:CENTRAL INDEX KEY:[ \t]*|<CIK>)(\d{1,10})(?!\d)", re.ASCII)
_ACCESSION = re.compile(r"(?<!\d)(\d{10})-?(\d{2})-?(\d{6})(?!\d)", re.ASCII)
_DASHED = re.compile(r"\d{10}-\d{2}-\d{6}", re.ASCII)
_DIGITS = re.compile(r"\d+", re.ASCII)


@dataclass(slots=True)
class Header:
    """What a header says of its filing; `accession_number` and `form_type` are '' where it does not say.

    `filed` is the FILED AS OF DATE, `accepted_at` the ACCEPTANCE-DATETIME in America/New_York: of the hour that the
    end of summer time repeats, the first is taken (fold 0), as the header does not tell them apart.
    `period_of_report`, `issuer_cik` and `owner_ciks` are there to be compared with the form; unreadable ones are None,
    or left out. `content` is the header itself.
    """

    accession_number: str = ""
    form_type: str = ""
    filed: date | None = None
    accepted_at: datetime | None = None
    period_of_report: date | None = None
    issuer_cik: int | None = None
    owner_ciks: tuple[int, ...] = ()
    issues: list[ParseIssue] = field(default_factory=list)
    content: bytes = b""


def accession_in(text: str) -> str:
    """The last accession number in a text, with its dashes: `…/000000248824000005.txt` has one; '' if there is none."""
    if _DASHED.fullmatch(text):
        return text
    found = _ACCESSION.findall(text)
    return "-".join(found[-1]) if found else ""


def read_header(header: bytes, source_path: str) -> Header:
    """Read the bytes before the first document; what they lack is absent, what cannot be typed is an issue."""
    text = header[:MOST_BYTES].decode("latin-1")
    said, issuer_cik, owner_ciks = read_usual(text) or search(text)
    result = Header(form_type=said.get("form", "").upper(), content=header[:MOST_BYTES])
    result.accession_number = _accession(said.get("accession", ""), source_path, result.issues)
    result.filed = _filed(said.get("filed", ""), result.issues)
    result.accepted_at = _accepted_at(said.get("accepted", ""), result.issues)
    result.period_of_report = _period(said.get("period", ""))
    result.issuer_cik = issuer_cik
    result.owner_ciks = owner_ciks
    return result


def search(text: str) -> Said:
    """What any header says, of whatever style and order; of two answers the first counts."""
    said: dict[str, str] = {}
    for match in _FIELDS.finditer(text):
        name = match.lastgroup or ""
        said.setdefault(name.removeprefix("feed_"), match[name].strip())
    return Said(said, _issuer_cik(text), tuple(_owner_ciks(text)))


def made_on(header: Header, signed: Iterable[date | None]) -> date | None:
    """The filing date, or, where no header gives one that can be believed, the latest date of signatures."""
    if header.filed is not None and FIRST_YEAR <= header.filed.year <= LAST_YEAR:
        return header.filed
    return max((each for each in signed if each is not None), default=None)


def _period(text: str) -> date | None:
    try:
        return _moment(text, 8).date()
    except ValueError:
        return None


def _issuer_cik(text: str) -> int | None:
    """The first Central Index Key of the issuer's block."""
    block = _ISSUER.search(text)
    if block is None:
        return None
    end = _OWNER.search(text, block.end())
    key = _KEY.search(text, block.end(), end.start() if end else len(text))
    return int(key[1]) if key else None


def _owner_ciks(text: str) -> Iterator[int]:
    """The first Central Index Key of each reporting owner's block."""
    block = _OWNER.search(text)
    while block is not None:
        following = _PARTY.search(text, block.end())
        key = _KEY.search(text, block.end(), following.start() if following else len(text))
        if key is not None:
            yield int(key[1])
        block = _OWNER.search(text, block.end())


def _accession(stated: str, source_path: str, issues: list[ParseIssue]) -> str:
    from_header, from_path = accession_in(stated), accession_in(source_path)
    if stated and not from_header:
        issues.append(_issue("accession_number", stated, "the header's text is not an accession number"))
    if from_header and from_path and from_header != from_path:
        issues.append(_issue("accession_number", stated, f"the header's number is not the path's, {from_path}"))
    return from_header or from_path


def _filed(text: str, issues: list[ParseIssue]) -> date | None:
    if not text:
        return None
    try:
        filed = _moment(text, 8).date()
    except ValueError:
        issues.append(_issue("filing_date", text, "the header's filing date is not a date"))
        return None
    if not FIRST_YEAR <= filed.year <= LAST_YEAR:
        issues.append(_issue("filing_date", text, "the header's filing date is implausible"))
    return filed


def _accepted_at(text: str, issues: list[ParseIssue]) -> datetime | None:
    if not text:
        return None
    try:
        accepted = _moment(text, 14)
    except ValueError:
        accepted = None
    if accepted is not None and FIRST_YEAR <= accepted.year <= LAST_YEAR:
        return accepted
    issues.append(_issue("accepted_at", text, "the header's acceptance time is not a time"))
    return None


@lru_cache(maxsize=4096)
def _moment(text: str, digits: int) -> datetime:
    """New York time from `YYYYMMDD`, or from that and `HHMMSS`; raises ValueError where it is none."""
    if len(text) != digits or not _DIGITS.fullmatch(text):
        raise ValueError(text)
    year, *pairs = int(text[:4]), *(int(text[at : at + 2]) for at in range(4, digits, 2))
    month, day, hour, minute, second = [*pairs, 0, 0, 0][:5]
    return datetime(year, month, day, hour, minute, second, tzinfo=NEW_YORK)


def _issue(column: str, raw: str, reason: str) -> ParseIssue:
    return ParseIssue(table_name="filings", column_name=column, raw_value=raw, reason=reason)

"""Real files served as one day: submissions as they are, bare ownership XML wrapped into a submission."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ..tables import OWNERSHIP_FORMS
from .archive import Archive, index_order, rows_of
from .sgml import Header, Party, primary, submission

_ACCESSION = re.compile(r"\d{10}-\d{2}-\d{6}")
_HEADER_ACCESSION = re.compile(r"(?:ACCESSION NUMBER:\s*|<ACCESSION-NUMBER>)(\d{10}-\d{2}-\d{6})")
_HEADER_FORM = re.compile(r"(?:CONFORMED SUBMISSION TYPE:\s*|<TYPE>)([^\s<]+)")
_HEADER_PARTY = re.compile(
    r"(?:COMPANY CONFORMED NAME:|<CONFORMED-NAME>)\s*([^\r\n<]*?)\s*(?:CENTRAL INDEX KEY:\s*|<CIK>)(\d{1,10})"
)
_STARTS = ("<SEC-DOCUMENT>", "<SUBMISSION>", "-----BEGIN PRIVACY-ENHANCED MESSAGE-----")
_MADE_UP_FILER = "9999999999"


@dataclass(frozen=True)
class _Found:
    accession_number: str | None
    form_type: str
    parties: tuple[tuple[int, str], ...]
    content: bytes
    bare: bool


def archive_of_folder(folders: Sequence[Path], index_date: date) -> Archive:
    """The ownership filings among the files of some folders, as filed on one day, which has an index.

    Submissions are served byte for byte. Bare XML gets a header made of its own values, with the index date as the
    filing date and no acceptance time; its accession number is that of its file name or, lacking one, made up. Where
    two files are of one accession the submission is kept, or else the first. Other files are left out: other forms,
    and what names no CIK, which no index could list. FileNotFoundError for a folder that does not exist.
    """
    submissions: dict[str, bytes] = {}
    rows = []
    unnamed = 0
    for found in sorted(_ownership_files(folders), key=lambda each: each.bare):
        accession_number = found.accession_number
        if accession_number is None:
            unnamed += 1
            accession_number = f"{_MADE_UP_FILER}-{index_date:%y}-{unnamed:06}"
        if accession_number in submissions:
            continue
        submissions[accession_number] = (
            _wrapped(found.content, accession_number, index_date) if found.bare else found.content
        )
        rows += rows_of(accession_number, found.form_type, index_date, found.parties)
    return Archive({index_date: sorted(rows, key=index_order)}, submissions)


def _ownership_files(folders: Sequence[Path]) -> Iterator[_Found]:
    for folder in folders:
        for path in sorted(folder.iterdir()):
            if path.is_file():
                content = path.read_bytes()
                named = _ACCESSION.match(path.name)
                found = _submission(content) or _bare(content, named and named[0])
                if found is not None and found.form_type in OWNERSHIP_FORMS and found.parties:
                    yield found


def _submission(content: bytes) -> _Found | None:
    text = content.decode("latin-1").lstrip()
    if not text.startswith(_STARTS):
        return None
    header = text.partition("<DOCUMENT>")[0]
    number, form = _HEADER_ACCESSION.search(header), _HEADER_FORM.search(header)
    if number is None or form is None:
        return None
    parties = tuple((int(cik), name) for name, cik in _HEADER_PARTY.findall(header))
    return _Found(number[1], form[1], parties, content, bare=False)


def _bare(content: bytes, accession_number: str | None) -> _Found | None:
    document = _document(content)
    if document is None:
        return None
    parties = tuple((party.cik, party.name) for party in _parties(document))
    return _Found(accession_number, document.findtext("documentType", "").strip(), parties, content, bare=True)


def _document(content: bytes) -> ET.Element | None:
    try:
        root = ET.fromstring(content)  # noqa: S314 - files of the caller, not of the network
    except ET.ParseError:
        return None
    return root if root.tag == "ownershipDocument" else None


def _parties(document: ET.Element) -> tuple[Party, ...]:
    named = [(document.findtext("issuer/issuerCik"), document.findtext("issuer/issuerName", ""), True)]
    named += [
        (owner.findtext("rptOwnerCik"), owner.findtext("rptOwnerName", ""), False)
        for owner in document.iter("reportingOwnerId")
    ]
    return tuple(Party(int(cik), name.strip(), issuer) for cik, name, issuer in named if cik and cik.strip().isdigit())


def _wrapped(content: bytes, accession_number: str, index_date: date) -> bytes:
    document = _document(content)
    if document is None:
        raise ValueError(f"{accession_number} is not an ownership document")
    form_type = document.findtext("documentType", "").strip()
    header = Header(
        accession_number=accession_number,
        form_type=form_type,
        filing_date=index_date,
        period_of_report=_date(document.findtext("periodOfReport", "")),
        accepted_at=None,
        parties=_parties(document),
    )
    return submission(header, [primary(form_type, "ownership.xml", content)])


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None

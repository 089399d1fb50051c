"""From an ownership document to the submission file that EDGAR keeps: SGML header, documents, and the wrappers of old.

The shapes are those of real files: 0000320193-22-000061.txt (header), 0000019446-06-000081.txt (PEM wrapper),
0000002488-24-000005.sgml (dissemination feed, which has no acceptance time) and 0000769993-19-000383.txt (exhibit).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

_PEM_HEAD = """-----BEGIN PRIVACY-ENHANCED MESSAGE-----
Proc-Type: 2001,MIC-CLEAR
Originator-Name: webmaster@www.sec.gov
Originator-Key-Asymmetric:
 cmVwbGljYSByZXBsaWNhIHJlcGxpY2EgcmVwbGljYSByZXBsaWNhIHJlcGxpY2Eg
 cmVwbGljYSByZXBsaWNhIHJlcGxpY2EgcmVwbGljYSByZXBs
MIC-Info: RSA-MD5,RSA,
 cmVwbGljYSByZXBsaWNhIHJlcGxpY2EgcmVwbGljYSByZXBsaWNhIHJlcGxpY2Eg
 cmVwbGljYSByZXBsaWNhIA==

"""
_PEM_TAIL = "-----END PRIVACY-ENHANCED MESSAGE-----\n"
_POWER_OF_ATTORNEY = """POWER OF ATTORNEY

Know all by these presents, that the undersigned, {name}, hereby constitutes
and appoints each of the officers of the issuer <& their delegates>, signing
singly, the undersigned's true and lawful attorney-in-fact to execute Forms 3,
4 and 5 in accordance with Section 16(a) of the Securities Exchange Act of 1934.

	/s/ {name}
"""


@dataclass(frozen=True, slots=True)
class Party:
    """A party named in a header. The fields after `issuer` are None where nothing is known of them."""

    cik: int
    name: str
    issuer: bool
    industry: str | None = None
    sic: int | None = None
    phone: str | None = None
    street: str | None = None
    city: str | None = None
    state: str | None = None
    zip_code: str | None = None
    fiscal_year_end: str | None = None


@dataclass(frozen=True, slots=True)
class Header:
    """What a submission's header says. `accepted_at` is New York wall time, None to leave it out."""

    accession_number: str
    form_type: str
    filing_date: date
    period_of_report: date | None
    accepted_at: datetime | None
    parties: tuple[Party, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a submission, with the bytes between its TEXT tags."""

    type: str
    filename: str
    description: str | None
    content: bytes


def primary(form_type: str, filename: str, xml: bytes) -> Document:
    """The ownership XML as a document."""
    return Document(form_type, filename, f"FORM {form_type}", b"<XML>\n" + xml.rstrip(b"\n") + b"\n</XML>\n")


def power_of_attorney(name: str) -> Document:
    """An EX-24 exhibit, with the bare markup characters that real ones hold."""
    return Document("EX-24", "poa.txt", "POWER OF ATTORNEY", _POWER_OF_ATTORNEY.format(name=ascii_name(name)).encode())


def submission(header: Header, documents: Sequence[Document], *, pem: bool = False) -> bytes:
    """The submission file with a SEC-HEADER; `pem` wraps it as EDGAR did until 2009."""
    name = header.accession_number
    day = f"{header.filing_date:%Y%m%d}"
    lines = [f"<SEC-DOCUMENT>{name}.txt : {day}", f"<SEC-HEADER>{name}.hdr.sgml : {day}"]
    if header.accepted_at is not None:
        lines.append(f"<ACCEPTANCE-DATETIME>{header.accepted_at:%Y%m%d%H%M%S}")
    lines += [
        f"ACCESSION NUMBER:\t\t{name}",
        f"CONFORMED SUBMISSION TYPE:\t{header.form_type}",
        f"PUBLIC DOCUMENT COUNT:\t\t{len(documents)}",
    ]
    if header.period_of_report is not None:
        lines.append(f"CONFORMED PERIOD OF REPORT:\t{header.period_of_report:%Y%m%d}")
    lines += [f"FILED AS OF DATE:\t\t{day}", f"DATE AS OF CHANGE:\t\t{day}"]
    for party in header.parties:
        lines += _party(party, header.form_type)
    head = "\n".join([*lines, "</SEC-HEADER>\n"])
    body = head.encode("ascii") + b"".join(_documents(documents)) + b"</SEC-DOCUMENT>\n"
    return _PEM_HEAD.encode() + body + _PEM_TAIL.encode() if pem else body


def feed_submission(header: Header, documents: Sequence[Document]) -> bytes:
    """The submission as the dissemination feed has it; it ends with </SUBMISSION> and names no acceptance time."""
    day = f"{header.filing_date:%Y%m%d}"
    lines = [
        "<SUBMISSION>",
        f"<ACCESSION-NUMBER>{header.accession_number}",
        f"<TYPE>{header.form_type}",
        f"<PUBLIC-DOCUMENT-COUNT>{len(documents)}",
        *([f"<PERIOD>{header.period_of_report:%Y%m%d}"] if header.period_of_report else []),
        f"<FILING-DATE>{day}",
        f"<DATE-OF-FILING-DATE-CHANGE>{day}",
    ]
    for party in header.parties:
        lines += _feed_party(party, header.form_type)
    return ("\n".join(lines) + "\n").encode("ascii") + b"".join(_documents(documents)) + b"</SUBMISSION>\n"


def ascii_name(name: str) -> str:
    """A name as EDGAR conforms it for headers: accents dropped, what has no ASCII form left out."""
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()


def _documents(documents: Sequence[Document]) -> list[bytes]:
    blocks = []
    for number, document in enumerate(documents, 1):
        tags = [f"<TYPE>{document.type}", f"<SEQUENCE>{number}", f"<FILENAME>{document.filename}"]
        if document.description is not None:
            tags.append(f"<DESCRIPTION>{document.description}")
        head = "\n".join(["<DOCUMENT>", *tags, "<TEXT>\n"]).encode("ascii")
        blocks.append(head + document.content + b"</TEXT>\n</DOCUMENT>\n")
    return blocks


def _party(party: Party, form_type: str) -> list[str]:
    role, data = ("ISSUER", "COMPANY DATA") if party.issuer else ("REPORTING-OWNER", "OWNER DATA")
    lines = [
        "",
        f"{role}:\t\t" if party.issuer else f"{role}:\t",
        "",
        f"\t{data}:\t",
        f"\t\tCOMPANY CONFORMED NAME:\t\t\t{ascii_name(party.name)}",
        f"\t\tCENTRAL INDEX KEY:\t\t\t{party.cik:010}",
    ]
    if party.industry is not None:
        lines.append(f"\t\tSTANDARD INDUSTRIAL CLASSIFICATION:\t{party.industry} [{party.sic:04}]")
    if party.fiscal_year_end is not None:
        lines.append(f"\t\tFISCAL YEAR END:\t\t\t{party.fiscal_year_end}")
    if not party.issuer:
        lines += ["", "\tFILING VALUES:", f"\t\tFORM TYPE:\t\t{form_type}", "\t\tSEC ACT:\t\t1934 Act"]
    if party.street is not None:
        for kind in ("BUSINESS ADDRESS", "MAIL ADDRESS") if party.issuer else ("MAIL ADDRESS",):
            lines += ["", f"\t{kind}:\t", *_address(party)]
            if party.phone is not None and kind == "BUSINESS ADDRESS":
                lines.append(f"\t\tBUSINESS PHONE:\t\t{party.phone}")
    return lines


def _address(party: Party) -> list[str]:
    return [
        f"\t\tSTREET 1:\t\t{party.street}",
        f"\t\tCITY:\t\t\t{party.city}",
        f"\t\tSTATE:\t\t\t{party.state}",
        f"\t\tZIP:\t\t\t{party.zip_code}",
    ]


def _feed_party(party: Party, form_type: str) -> list[str]:
    role, data = ("ISSUER", "COMPANY-DATA") if party.issuer else ("REPORTING-OWNER", "OWNER-DATA")
    lines = [f"<{role}>", f"<{data}>", f"<CONFORMED-NAME>{ascii_name(party.name)}", f"<CIK>{party.cik:010}"]
    if party.sic is not None:
        lines.append(f"<ASSIGNED-SIC>{party.sic:04}")
    lines.append(f"</{data}>")
    if not party.issuer:
        lines += ["<FILING-VALUES>", f"<FORM-TYPE>{form_type}", "<ACT>34", "</FILING-VALUES>"]
    if party.street is not None:
        kind = "BUSINESS-ADDRESS" if party.issuer else "MAIL-ADDRESS"
        lines += [
            f"<{kind}>",
            f"<STREET1>{party.street}",
            f"<CITY>{party.city}",
            f"<STATE>{party.state}",
            f"<ZIP>{party.zip_code}",
            f"</{kind}>",
        ]
    return [*lines, f"</{role}>"]

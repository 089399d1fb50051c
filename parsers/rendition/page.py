"""What the HTML and the text rendition of an ownership form have in common: a page of texts, typed into a filing.

The SEC makes a rendition from a filing's XML with a stylesheet: it shows every value, formatted for people (`14,278`,
`$4.48`, `12/05/2007`), and footnotes as marks `(1)` after them. What it does not show is None: the schema's version,
CIKs in the text rendition, the relationships of all owners but the first. A box without a mark is False.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from ...tables import OWNERSHIP_FORMS, Filing, Footnote, ReportingOwner, Signature
from ..header import Header, made_on
from ..issues import Issues
from ..ticker import ticker
from .rows import Row, read_rows
from .values import put, us_day

BOXES = {
    "not_subject_to_section16": r"Check this box if no longer subject to Section 16",
    "aff10b5_one": r"Check this box to indicate that a transaction was made pursuant to a contract",
    "form3_holdings_reported": r"Form 3 Holdings Reported",
    "form4_transactions_reported": r"Form 4 Transactions Reported",
}
"""The boxes above the items, by their columns: how the text beside each starts."""

RELATIONSHIPS = {
    "is_director": "Director",
    "is_ten_percent_owner": "10% Owner",
    "is_officer": "Officer (give title below)",
    "is_other": "Other (specify below)",
}
"""The boxes of the relationship, by their columns."""

_ADDRESS = ("street1", "street2", "city", "state", "zip_code")


@dataclass(slots=True)
class Page:
    """The texts of a rendition, by where they stand.

    `boxes` and `relationship` have the text in a box, '' for an empty one, by column, of those that the page has;
    an owner is a dict of texts by column. `issues` are those met before typing.
    """

    source_format: Literal["html", "text"]
    family: str
    amended: bool = False
    boxes: dict[str, str] = field(default_factory=dict)
    relationship: dict[str, str] = field(default_factory=dict)
    titles: list[str] = field(default_factory=list)
    period: str = ""
    original: str = ""
    issuer_cik: int | None = None
    issuer_name: str | None = None
    issuer_symbol: str | None = None
    owners: list[dict[str, Any]] = field(default_factory=list)
    non_derivative: list[Row] = field(default_factory=list)
    derivative: list[Row] = field(default_factory=list)
    footnotes: list[tuple[str, str | None]] = field(default_factory=list)
    owns_nothing: bool = False
    remarks: str | None = None
    signatures: list[tuple[str | None, str]] = field(default_factory=list)
    issues: list[tuple[str, str, str | None]] = field(default_factory=list)
    """The table, the reason and the text of each."""

    def drop_repeated_owner(self) -> None:
        """Leave out the second owner where it is the first: the list of all owners starts with that again."""
        if self.owners[1:2] == self.owners[:1]:
            del self.owners[1:2]


def made_into_filing(page: Page, header: Header) -> Filing:
    """Type the texts of a page; `parser_version`, `content_sha256` and `source_path` are left to the caller."""
    reading = Issues(made_on=made_on(header, (us_day(text)[0] for _, text in page.signatures)))
    reading.issues += header.issues
    for table, reason, raw in page.issues:
        reading.at(table)
        reading.issue(reason, raw)
    reading.at("filings")
    values: dict[str, Any] = {column: _flag(column, text, reading) for column, text in page.boxes.items()}
    put(values, "period_of_report", page.period, us_day, reading, "event")
    put(values, "date_of_original_submission", page.original, us_day, reading, "event")
    if page.owns_nothing:
        values["no_securities_owned"] = True
    if page.issuer_cik is None and header.issuer_cik is not None:
        page.issuer_cik = header.issuer_cik
        reading.issue("the page has no Central Index Key of the issuer; the header's was taken", None, "issuer_cik")
    form_type = _form_type(page, header, reading)
    owners = _owners(page, reading)
    rows = read_rows(page.family, values.get("form4_transactions_reported"), page, reading)
    signatures = _signatures(page, reading)
    footnotes = _footnotes(page, reading)
    filing = Filing(
        accession_number=header.accession_number,
        form_type=form_type,
        filing_date=header.filed,
        accepted_at=header.accepted_at,
        **values,
        issuer_cik=page.issuer_cik,
        issuer_name=page.issuer_name,
        issuer_trading_symbol=page.issuer_symbol,
        ticker=ticker(page.issuer_symbol),
        owner_count=len(owners),
        footnote_count=len(footnotes),
        remarks=page.remarks,
        source_format=page.source_format,
        parse_mode="strict",
        reporting_owners=owners,
        footnotes=footnotes,
        signatures=signatures,
        parse_issues=reading.issues,
    )
    for table, records in rows.items():
        setattr(filing, table, records)
    return filing


def _form_type(page: Page, header: Header, reading: Issues) -> str:
    """The header's form type where it is one of the page's form; else the page's, an amendment if it names one."""
    if header.form_type in OWNERSHIP_FORMS and header.form_type[0] == page.family:
        return header.form_type
    form_type = page.family + ("/A" if page.amended or page.original else "")
    if header.form_type:
        reading.issue(f"the header's form type is {header.form_type[:40]}", form_type, "form_type")
    return form_type


def _flag(column: str, text: str, reading: Issues) -> bool | None:
    if text.upper() in ("", "X"):
        return bool(text)
    reading.issue("a box that is neither empty nor marked with an X", text, column)
    return None


def _owners(page: Page, reading: Issues) -> list[ReportingOwner]:
    """The owners; box, officer's title and other text belong to the first, for whom alone the page shows them."""
    owners = []
    for number, texts in enumerate(page.owners, start=1):
        reading.at("reporting_owners", number)
        values: dict[str, Any] = {name: texts.get(name) for name in ("owner_cik", "owner_name", *_ADDRESS)}
        if texts.get("unread"):
            reading.issue("an address that cannot be told apart with certainty", texts["unread"])
        if number == 1:
            values |= {column: _flag(column, text, reading) for column, text in page.relationship.items()}
            values |= _titles(page, values, reading)
        owners.append(ReportingOwner(owner_number=number, **values))
    return owners


def _titles(page: Page, values: dict[str, Any], reading: Issues) -> dict[str, str | None]:
    """The officer's title and the other text; of a single text the boxes tell which of them it is."""
    titles = page.titles
    if len(titles) == 2:
        return {"officer_title": titles[0] or None, "other_text": titles[1] or None}
    if len(titles) == 1 and titles[0]:
        officer, other = values.get("is_officer"), values.get("is_other")
        if officer is not other:
            return {"officer_title" if officer else "other_text": titles[0]}
        reading.issue("a text of which the boxes do not tell whether it is a title or another relationship", titles[0])
    elif any(titles):
        reading.issue("more than two texts below the relationship", " | ".join(titles))
    return {}


def _signatures(page: Page, reading: Issues) -> list[Signature]:
    signatures = []
    for number, (name, text) in enumerate(page.signatures, start=1):
        reading.at("signatures", number)
        values: dict[str, Any] = {}
        put(values, "signature_date", text, us_day, reading, "event")
        signatures.append(Signature(signature_number=number, signature_name=name, **values))
    return signatures


def _footnotes(page: Page, reading: Issues) -> list[Footnote]:
    reading.at("footnotes")
    by_id: dict[str, Footnote] = {}
    for name, text in page.footnotes:
        if name in by_id:
            reading.issue(f"a second footnote {name[:40]}; the first was kept", text, "footnote_text")
        else:
            by_id[name] = Footnote(footnote_id=name, footnote_text=text)
    for name in sorted(reading.footnotes_named - by_id.keys()):
        reading.issue("a footnote is named that the filing does not have", name, "footnote_id")
    return list(by_id.values())

"""Forms 3, 4 and 5 of 1993 to 2003, made for paper and typed as ASCII or simple HTML.

The header says without doubt who owns what of whom; the text is read as far as its columns are certain. Everything else
in the tables is kept as it was typed, in issues: a wrong number is worse than none.
"""

from __future__ import annotations

import re
from datetime import date

from ...tables import OWNERSHIP_FORMS, Filing, Footnote, ParseIssue, ReportingOwner, Signature
from ..header import FIRST_YEAR, LAST_YEAR, Header
from ..submission import Document
from ..ticker import ticker
from ..values import fold
from . import items as paper_items
from . import values as paper_values
from .back import Back, read_back
from .items import Items, read_items
from .lines import MOST_BYTES, MOST_HTML_BYTES, MOST_HTML_TABLES, MOST_HTML_TAGS, Form, is_html, read_lines
from .parties import Parties, read_parties
from .rows import Context, read_tables

_TITLE = re.compile(
    rb"(?:initial\s+statement\s+of|statement\s+of\s+changes\s+(?:in|of)|annual\s+statement\s+of\s+changes\s+in)"
    rb"\s+beneficial\s+ownership",
    re.IGNORECASE,
)
_FORM = re.compile(rb"^[^\w\n]{0,100}form\s{1,20}([345](?:/A)?)\b", re.IGNORECASE | re.MULTILINE)
_NOTHING_OWNED = re.compile(r"no\s+securities\s+(?:are\s+|is\s+)?(?:beneficially\s+)?owned", re.IGNORECASE)
_TABLE = re.compile(rb"<table\b", re.IGNORECASE)
_TEXT_HEAD = 65_536


def read(document: Document, header: Header) -> Filing | None:
    """The filing that a paper form and its header say; None where the document is no paper form.

    Raises NotAnOwnershipFiling where it has more lines, or its tables more rows, than any form has. `parser_version`,
    `content_sha256` and `source_path` are left to the caller.
    """
    form_type = _form_type(document, header)
    if form_type is None:
        return None
    form = read_lines(document.content)
    parties = read_parties(header.content)
    issues = list(header.issues)
    made_on = header.filed if header.filed and FIRST_YEAR <= header.filed.year <= LAST_YEAR else parties.period
    items = read_items(form.front)
    back = read_back(form.back or (form.front if not form.regions else []), made_on)
    found = read_tables(form.regions, Context(form_type, made_on, back.notes))
    if not form.regions:
        text = "\n".join(line.text for line in form.front if line.has_words)
        reason = "no table of the form was found in the text"
        issues.append(ParseIssue(table_name="filings", raw_value=text.replace("\0", ""), reason=reason))
    filing = Filing(
        accession_number=header.accession_number,
        form_type=form_type,
        filing_date=header.filed,
        accepted_at=header.accepted_at,
        remarks=back.remarks,
        source_format=form.source_format,
        parse_mode="recovered" if found.guessed else "strict",
        reporting_owners=_owners(parties, form, items, issues),
        footnotes=[Footnote(footnote_id=mark, footnote_text=text) for mark, text in back.notes.items()],
        signatures=_signatures(back),
        parse_issues=issues,
    )
    for name, rows in found.rows.items():
        setattr(filing, name, rows)
    issues += found.issues
    for column, marked in paper_items.checks(form.front).items():
        setattr(filing, column, marked)
    _issuer(filing, parties, items)
    _dates(filing, parties, items, made_on)
    if form_type.startswith("3") and not any(found.rows.values()):
        lines = [line for region in form.regions for line in region.lines] + form.back
        filing.no_securities_owned = True if any(_NOTHING_OWNED.search(line.text) for line in lines) else None
    filing.owner_count, filing.footnote_count = len(filing.reporting_owners), len(filing.footnotes)
    return filing


def _form_type(document: Document, header: Header) -> str | None:
    """The form type of a document that can be a paper form: the header's, or else what its title says."""
    content = document.content
    if not content.strip() or len(content) > MOST_BYTES or b"<ownershipDocument" in content:
        return None
    if is_html(content) and (
        len(content) > MOST_HTML_BYTES
        or content.count(b"<") > MOST_HTML_TAGS
        or len(_TABLE.findall(content)) > MOST_HTML_TABLES
    ):
        return None
    if document.type and document.type.upper() not in OWNERSHIP_FORMS:
        return None
    if header.form_type:
        return header.form_type if header.form_type in OWNERSHIP_FORMS else None
    head = content[:_TEXT_HEAD]
    named = _FORM.search(head)
    if _TITLE.search(head) is None or named is None:
        return None
    return named[1].decode().upper()


def _issuer(filing: Filing, parties: Parties, items: Items) -> None:
    """The header's issuer, and the symbol that the text gives it."""
    if len(parties.issuers) == 1:
        filing.issuer_cik, filing.issuer_name = parties.issuers[0].cik, parties.issuers[0].name
    elif parties.issuers:
        names = "; ".join(f"{each.name} {each.cik_text}" for each in parties.issuers)
        _issue(filing, "issuer_cik", names, "the header names more than one issuer")
    filing.issuer_trading_symbol = paper_items.symbol(items.issuer)
    filing.ticker = ticker(filing.issuer_trading_symbol)
    if not filing.issuer_name and items.issuer:
        _issue(filing, "issuer_name", "\n".join(items.issuer), "the header names no issuer; the form's text is this")
    elif filing.issuer_trading_symbol is None and items.issuer:
        reason = "the lines of the issuer have no symbol that is certain"
        _issue(filing, "issuer_trading_symbol", "\n".join(items.issuer), reason)


def _dates(filing: Filing, parties: Parties, items: Items, made_on: date | None) -> None:
    """The header's period, held against the form's; the date of the original of an amendment."""
    filing.period_of_report = parties.period
    stated = fold(" ".join(items.statement_for))
    if parties.period_text and parties.period is None:
        _issue(filing, "period_of_report", parties.period_text, "the header's period is not a date")
    if stated:
        day, problem = paper_values.day(stated, made_on, "event")
        if parties.period is None and problem is None:
            filing.period_of_report = day
        elif parties.period is None:
            _issue(filing, "period_of_report", stated, f"the period {problem}")
        elif problem is None and day is not None and day != parties.period:
            _issue(filing, "period_of_report", stated, f"the header's period is {parties.period}")
    original = fold(" ".join(items.original))
    if original and not paper_values.is_nil(original):
        filing.date_of_original_submission, problem = paper_values.day(original, made_on, "event")
        if problem is not None:
            _issue(filing, "date_of_original_submission", original, problem)


def _owners(parties: Parties, form: Form, items: Items, issues: list[ParseIssue]) -> list[ReportingOwner]:
    """The owners of the header; the boxes of the form say more of an owner who is the only one."""
    owners = []
    for number, party in enumerate(parties.owners, start=1):
        owner, unknown = party.owner(number)
        owners.append(owner)
        issues += [_owner_issue(number, None, text, "a relationship that is not known") for text in unknown]
    boxes = paper_items.relationship(form.front)
    if len(owners) != 1 or not boxes:
        return owners
    owner = owners[0]
    for column, marked in boxes.items():
        if getattr(owner, column) and not marked:
            issues.append(_owner_issue(1, column, None, "the header says it, and its box on the form is not marked"))
        setattr(owner, column, marked)
    below = paper_items.title_below(items.relationship)
    if below and owner.is_officer and not owner.is_other:
        owner.officer_title = below
    elif below and owner.is_other and not owner.is_officer:
        owner.other_text = below
    elif below:
        issues.append(_owner_issue(1, "officer_title", below, "a text below the boxes, and it is not certain of which"))
    return owners


def _signatures(back: Back) -> list[Signature]:
    return [
        Signature(signature_number=number, signature_name=name, signature_date=day)
        for number, (name, day) in enumerate(back.signatures[:1_000], start=1)
    ]


def _issue(filing: Filing, column: str, raw: str, reason: str) -> None:
    filing.parse_issues.append(ParseIssue(table_name="filings", column_name=column, raw_value=raw, reason=reason))


def _owner_issue(number: int, column: str | None, raw: str | None, reason: str) -> ParseIssue:
    return ParseIssue(
        table_name="reporting_owners", row_number=number, column_name=column, raw_value=raw, reason=reason
    )

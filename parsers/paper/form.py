"""Forms 3, 4 and 5 of 1993 to 2003, made for paper and typed as ASCII or simple HTML.

The header says without doubt who owns what of whom; the text is read as far as its columns are certain. Everything else
in the tables is kept as it was typed, in issues: a wrong number is worse than none.
"""

from __future__ import annotations

import re

from ...tables import OWNERSHIP_FORMS, Filing, Footnote, ParseIssue, Signature
from ..header import FIRST_YEAR, LAST_YEAR, Header
from ..submission import Document
from .account import Account, left_over
from .back import Back, read_back
from .front import read_front
from .lines import (
    CUT,
    MOST_BYTES,
    MOST_HTML_BYTES,
    MOST_HTML_TABLES,
    MOST_HTML_TAGS,
    Line,
    is_html,
    is_template,
    read_lines,
)
from .parties import read_parties
from .rows import Context, named_notes, read_tables

_TITLE = re.compile(
    rb"(?:initial\s+statement\s+of|statement\s+of\s+changes\s+(?:in|of)|annual\s+statement\s+of\s+changes\s+in)"
    rb"\s+beneficial\s+ownership",
    re.IGNORECASE,
)
_FORM = re.compile(rb"^[^\w\n]{0,100}form\s{1,20}([345](?:/A)?)\b", re.IGNORECASE | re.MULTILINE)
_NOTHING_OWNED = re.compile(r"no\s+securities\s+(?:are\s+|is\s+)?(?:beneficially\s+)?owned", re.IGNORECASE)
_TABLE = re.compile(rb"<table\b", re.IGNORECASE)
_TAGS = re.compile(r"<[SC]>", re.IGNORECASE)
_TEXT_HEAD = 65_536


def read(document: Document, header: Header) -> Filing | None:
    """The filing that a paper form and its header say; None if the document is not a paper form.

    Raises NotAnOwnershipFiling where it has more lines, or its tables more rows, than any form has. `parser_version`,
    `content_sha256` and `source_path` are left to the caller.
    """
    form_type = _form_type(document, header)
    if form_type is None:
        return None
    form = read_lines(document.content)
    account = Account(form.lines)
    parties = read_parties(header.content)
    issues = list(header.issues)
    made_on = header.filed if header.filed and FIRST_YEAR <= header.filed.year <= LAST_YEAR else parties.period
    names = [each.name for each in parties.owners if each.name]
    back = read_back(form.back, made_on, names, named_notes(form.regions), account)
    found = read_tables(form.regions, Context(form_type, made_on, back.notes))
    for region in form.regions:
        account.take_lines(line for line in region.lines if not _is_mark(line))
    filing = Filing(
        accession_number=header.accession_number,
        form_type=form_type,
        filing_date=header.filed,
        accepted_at=header.accepted_at,
        remarks=back.remarks,
        source_format=form.source_format,
        parse_mode="recovered" if found.guessed else "strict",
        footnotes=[Footnote(footnote_id=mark, footnote_text=text) for mark, text in back.notes.items()],
        signatures=_signatures(back),
        parse_issues=issues,
    )
    for name, rows in found.rows.items():
        setattr(filing, name, rows)
    issues += found.issues
    read_front(form.front, filing, parties, made_on, account)
    if not form.regions:
        issues.append(ParseIssue(table_name="filings", reason="no table of the form was found in the text"))
    if form_type.startswith("3") and not any(found.rows.values()):
        lines = [line for region in form.regions for line in region.lines] + form.back
        filing.no_securities_owned = True if any(_NOTHING_OWNED.search(line.text) for line in lines) else None
    filing.owner_count, filing.footnote_count = len(filing.reporting_owners), len(filing.footnotes)
    issues += left_over(account, form.regions[0].lines[0].number if form.regions else len(form.lines))
    return filing


def _is_mark(line: Line) -> bool:
    """Whether a line of a table is read for its tags alone, so that a text beside them is nowhere yet."""
    return line.text == CUT or (is_template(line) and any(map(str.isalnum, _TAGS.sub("", line.text))))


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


def _signatures(back: Back) -> list[Signature]:
    return [
        Signature(signature_number=number, signature_name=name, signature_date=day)
        for number, (name, day) in enumerate(back.signatures[:1_000], start=1)
    ]

"""Filings with known truth as paper forms of 1996 to 2003: the layouts of the SEC's own forms and of filers' software.

The columns are set as people set them: below `<S> <C>` tags, between pipes, as lists of labels, as printers' HTML; a
text may stand a character or two beside its column, long texts are wrapped, tables are cut by `<PAGE>`.
"""

from __future__ import annotations

import random
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from html import escape
from typing import Any, Literal, get_args

from form4lake.tables import Filing, ReportingOwner

Layout = Literal["tags", "no tags", "pipes", "labels", "html", "html, numbers apart", "html, empty cells"]
LAYOUTS: tuple[Layout, ...] = get_args(Layout)


@dataclass(frozen=True, slots=True)
class Style:
    """How a form is typed.

    `drift` is how many characters a text may stand beside its column, `right` whether numbers end below each other,
    `spaced` whether blank lines stand between rows, `bottom` whether the lines of a row's texts end on that of its
    numbers.
    """

    layout: Layout = "tags"
    drift: int = 0
    seed: int = 0
    notes_last: bool = True
    rows_a_page: int = 0
    beside: bool = False
    right: bool = False
    spaced: bool = False
    bottom: bool = False


Column = tuple[str, int, str]
"""The record's column, the width of its box, the caption."""

_TABLE_I: tuple[Column, ...] = (
    ("security_title", 20, "1. Title of Security (Instr. 3)"),
    ("transaction_date", 13, "2. Trans- action Date (Month/ Day/Year)"),
    ("transaction_code", 11, "3. Trans- action Code (Instr. 8)"),
    ("transaction_timeliness", 6, "V"),
    ("transaction_shares", 17, "4. Securities Acquired (A) or Disposed of (D) Amount"),
    ("transaction_acquired_disposed_code", 10, "(A) or (D)"),
    ("transaction_price_per_share", 16, "Price"),
    ("shares_owned_following_transaction", 18, "5. Amount of Securities Beneficially Owned at End of Month"),
    ("direct_or_indirect_ownership", 14, "6. Ownership Form: Direct (D) or Indirect (I)"),
    ("nature_of_ownership", 20, "7. Nature of Indirect Beneficial Ownership"),
)
_TABLE_II: tuple[Column, ...] = (
    ("security_title", 18, "1. Title of Derivative Security (Instr. 3)"),
    ("conversion_or_exercise_price", 14, "2. Conver- sion or Exercise Price"),
    ("transaction_date", 13, "3. Trans- action Date"),
    ("transaction_code", 11, "4. Trans- action Code"),
    ("transaction_timeliness", 6, "V"),
    ("transaction_shares", 17, "5. Number of Derivative Securities Acquired (A) or Disposed of (D) Amount"),
    ("transaction_acquired_disposed_code", 10, "(A) or (D)"),
    ("exercise_date", 16, "6. Date Exercisable and Expiration Date Date Exercisable"),
    ("expiration_date", 13, "Expiration Date"),
    ("underlying_security_title", 18, "7. Title and Amount of Underlying Securities Title"),
    ("underlying_security_shares", 14, "Amount or Number of Shares"),
    ("transaction_price_per_share", 14, "8. Price of Derivative Security"),
    ("shares_owned_following_transaction", 16, "9. Number of Derivative Securities Beneficially Owned"),
    ("direct_or_indirect_ownership", 12, "10. Ownership Form: Direct (D) or Indirect (I)"),
    ("nature_of_ownership", 18, "11. Nature of Indirect Beneficial Ownership"),
)
_INITIAL_I: tuple[Column, ...] = (
    ("security_title", 28, "1. Title of Security (Instr. 4)"),
    ("shares_owned_following_transaction", 24, "2. Amount of Securities Beneficially Owned (Instr. 4)"),
    ("direct_or_indirect_ownership", 22, "3. Ownership Form: Direct (D) or Indirect (I)"),
    ("nature_of_ownership", 30, "4. Nature of Indirect Beneficial Ownership (Instr. 5)"),
)
_INITIAL_II: tuple[Column, ...] = (
    ("security_title", 24, "1. Title of Derivative Security (Instr. 4)"),
    ("exercise_date", 14, "2. Date Exercisable and Expiration Date Date Exercisable"),
    ("expiration_date", 13, "Expiration Date"),
    ("underlying_security_title", 20, "3. Title and Amount of Securities Underlying Derivative Security Title"),
    ("underlying_security_shares", 16, "Amount or Number of Shares"),
    ("conversion_or_exercise_price", 16, "4. Conver- sion or Exercise Price"),
    ("direct_or_indirect_ownership", 14, "5. Ownership Form: Direct (D) or Indirect (I)"),
    ("nature_of_ownership", 20, "6. Nature of Indirect Beneficial Ownership"),
)
_TITLES = {
    (False, False): "Table I -- Non-Derivative Securities Acquired, Disposed of, or Beneficially Owned",
    (False, True): "Table II -- Derivative Securities Acquired, Disposed of, or Beneficially Owned",
    (True, False): "Table I -- Non-Derivative Securities Beneficially Owned",
    (True, True): "Table II -- Derivative Securities Beneficially Owned",
}
_MONEY = ("transaction_price_per_share", "conversion_or_exercise_price")


def columns(form: str, *, derivative: bool) -> tuple[Column, ...]:
    """The columns of a table of Form 3, 4 or 5; Form 5 has no column V."""
    if form[0] == "3":
        return _INITIAL_II if derivative else _INITIAL_I
    table = _TABLE_II if derivative else _TABLE_I
    return table if form[0] == "4" else tuple(each for each in table if each[2] != "V")


def rows(filing: Filing, *, derivative: bool) -> list[Any]:
    """The rows of a table in their order."""
    name = "derivative" if derivative else "non_derivative"
    both = [*getattr(filing, f"{name}_transactions"), *getattr(filing, f"{name}_holdings")]
    return sorted(both, key=lambda row: row.row_number)


def typed(row: Any, column: str) -> str:
    """What a person types into a box: the value and the marks of its footnotes."""
    value = getattr(row, column, None)
    note = "transaction_coding_fn" if column == "transaction_code" else f"{column}_fn"
    marks = "".join(f"({each.lstrip('F')})" for each in (getattr(row, note, None) or "").split(",") if each)
    if isinstance(value, date):
        text = f"{value.month}/{value.day}/{value:%y}" if 1990 < value.year < 2050 else f"{value:%m/%d/%Y}"
    elif isinstance(value, Decimal):
        text = ("$" if column in _MONEY else "") + f"{value:,f}"
    elif column == "transaction_timeliness":
        text = "V" if value == "E" else ""
    else:
        text = value or ""
        if column == "transaction_code" and getattr(row, "equity_swap_involved", None):
            text = f"{text}/K"
    glue = " " if marks and text and not isinstance(value, Decimal) else ""
    return f"{text}{glue}{marks}"


def paper(filing: Filing, style: Style) -> bytes:
    """A submission with the filing on paper."""
    chance = random.Random(style.seed)
    html = style.layout.startswith("html")
    parts = [_front_html(filing) if html else _front_beside(filing) if style.beside else _front(filing)]
    parts += ["\n".join(_table(filing, style, chance, derivative=each)) for each in (False, True)]
    notes, signed = _notes(filing, html=html), _signed(filing, html=html)
    parts += [signed, notes] if style.notes_last else [notes, signed]
    text = "\n".join(parts)
    return _submission(filing, f"<HTML><BODY>{text}</BODY></HTML>" if html else text).encode()


def _submission(filing: Filing, text: str) -> str:
    owners = "".join(map(_header_owner, filing.reporting_owners))
    period = filing.period_of_report
    return f"""<SEC-DOCUMENT>{filing.accession_number}.txt : {filing.filing_date:%Y%m%d}
<SEC-HEADER>{filing.accession_number}.hdr.sgml : {filing.filing_date:%Y%m%d}
ACCESSION NUMBER:\t\t{filing.accession_number}
CONFORMED SUBMISSION TYPE:\t{filing.form_type}
PUBLIC DOCUMENT COUNT:\t\t1
CONFORMED PERIOD OF REPORT:\t{f"{period:%Y%m%d}" if period else ""}
FILED AS OF DATE:\t\t{filing.filing_date:%Y%m%d}

SUBJECT COMPANY:

\tCOMPANY DATA:
\t\tCOMPANY CONFORMED NAME:\t\t\t{filing.issuer_name}
\t\tCENTRAL INDEX KEY:\t\t\t{filing.issuer_cik or 0:010}
{owners}</SEC-HEADER>
<DOCUMENT>
<TYPE>{filing.form_type}
<SEQUENCE>1
<TEXT>
{text}
</TEXT>
</DOCUMENT>
</SEC-DOCUMENT>
"""


def _header_owner(owner: ReportingOwner) -> str:
    flags = {"DIRECTOR": owner.is_director, "OFFICER": owner.is_officer, "10% OWNER": owner.is_ten_percent_owner}
    known = "".join(f"<RELATIONSHIP>{name}\n" for name, marked in flags.items() if marked)
    return f"""<REPORTING-OWNER>

COMPANY DATA:
\tCOMPANY CONFORMED NAME:\t\t\t{owner.owner_name}
\tCENTRAL INDEX KEY:\t\t\t{owner.owner_cik or 0:010}
{known}</REPORTING-OWNER>
"""


def _boxes(owner: ReportingOwner) -> list[str]:
    captions = ("Director", "10% Owner", "Officer (give title below)", "Other (specify below)")
    marks = (owner.is_director, owner.is_ten_percent_owner, owner.is_officer, owner.is_other)
    return [f"{'[X]' if marked else '[ ]'} {caption}" for caption, marked in zip(captions, marks, strict=True)]


def _address(owner: ReportingOwner) -> list[str]:
    place = f"{owner.city}, {owner.state} {owner.zip_code}" if owner.city and owner.state and owner.zip_code else ""
    return [each for each in (owner.owner_name, owner.street1, owner.street2, place) if each]


def _items(filing: Filing) -> dict[str, list[str]]:
    owner, period = filing.reporting_owners[0], filing.period_of_report
    symbol = f" ({filing.issuer_trading_symbol})" if filing.issuer_trading_symbol else ""
    title = owner.officer_title or owner.other_text
    return {
        "1. Name and Address of Reporting Person*": _address(owner),
        "2. Issuer Name and Ticker or Trading Symbol": [f"{filing.issuer_name}{symbol}"],
        "3. IRS or Social Security Number of Reporting Person (Voluntary)": [],
        "4. Statement for Month/Year": [f"{period:%B %Y}"] if period else [],
        "5. If Amendment, Date of Original (Month/Year)": [],
        "6. Relationship of Reporting Person(s) to Issuer (Check all applicable)": [
            *_boxes(owner),
            *([title] if title else []),
        ],
        "7. Individual or Joint/Group Filing (Check Applicable Line)": [
            f"[{'X' if len(filing.reporting_owners) == 1 else ' '}] Form filed by One Reporting Person",
            f"[{'X' if len(filing.reporting_owners) > 1 else ' '}] Form filed by More than One Reporting Person",
        ],
    }


_TOP = """\
                 U.S. SECURITIES AND EXCHANGE COMMISSION
                         WASHINGTON, D.C. 20549
                              FORM {form}
           {statement}
 Filed pursuant to Section 16(a) of the Securities Exchange Act of 1934, Section 17(a) of the
 Public Utility Holding Company Act of 1935 or Section 30(f) of the Investment Company Act of 1940
"""
_STATEMENTS = {
    "3": "INITIAL STATEMENT OF BENEFICIAL OWNERSHIP OF SECURITIES",
    "4": "STATEMENT OF CHANGES IN BENEFICIAL OWNERSHIP",
    "5": "ANNUAL STATEMENT OF CHANGES IN BENEFICIAL OWNERSHIP",
}


def _front(filing: Filing) -> str:
    form = filing.form_type[0]
    lines = [_TOP.format(form=form, statement=_STATEMENTS[form])]
    lines += [f"[{'X' if filing.not_subject_to_section16 else ' '}] Check box if no longer subject to Section 16.", ""]
    for caption, texts in _items(filing).items():
        lines += [caption, *(f"       {each}" for each in texts), ""]
    return "\n".join(lines)


def _front_beside(filing: Filing) -> str:
    """Items 1, 2 and 6 beside each other, as on the SEC's sheet."""
    form = filing.form_type[0]
    items = _items(filing)
    names = list(items)
    lines = [_TOP.format(form=form, statement=_STATEMENTS[form])]
    lines += [f"[{'X' if filing.not_subject_to_section16 else ' '}] Check box if no longer subject to Section 16.", ""]
    for group in ((0, 1, 5), (3, 4, 6)):
        boxes = []
        for at in group:
            wrapped = [each for text in (names[at], *items[names[at]]) for each in textwrap.wrap(text, 40)]
            boxes.append([wrapped[0], *(f"   {each}" for each in wrapped[1:])])
        for at in range(max(map(len, boxes))):
            cells = [box[at] if at < len(box) else "" for box in boxes]
            lines.append("".join(f"{each:<46}" for each in cells).rstrip())
        lines.append("-" * 130)
    return "\n".join(lines)


def _front_html(filing: Filing) -> str:
    form = filing.form_type[0]
    cells = []
    for caption, texts in _items(filing).items():
        number, _, words = caption.partition(" ")
        cells.append(f"<TD>{number} {escape(words)}<BR>{'<BR>'.join(map(escape, texts))}</TD>")
    box = "X" if filing.not_subject_to_section16 else "&nbsp;"
    return f"""<P>FORM {form}</P><P>{_STATEMENTS[form]}</P>
<P>[{box}] Check this box if no longer subject to Section 16.</P>
<TABLE><TR>{"".join(cells[:3])}</TR><TR>{"".join(cells[3:5])}{cells[6]}</TR><TR>{cells[5]}</TR></TABLE>"""


def _table(filing: Filing, style: Style, chance: random.Random, *, derivative: bool) -> Iterator[str]:
    form = filing.form_type
    shown = columns(form, derivative=derivative)
    title = _TITLES[form[0] == "3", derivative]
    cells = [[typed(row, name) for name, _, _ in shown] for row in rows(filing, derivative=derivative)]
    if style.layout == "labels":
        yield from _labels(title, shown, cells)
    elif style.layout.startswith("html"):
        yield from _html(title, shown, cells, style.layout)
    elif style.layout == "pipes":
        yield from _pipes(title, shown, cells)
    else:
        yield from _tags(title, shown, cells, style, chance)


def _wrapped(texts: Sequence[str], shown: Sequence[Column], room: int, *, bottom: bool = False) -> list[list[str]]:
    boxes = [
        textwrap.wrap(text, width - room, break_long_words=False, break_on_hyphens=False)
        for text, (_, width, _) in zip(texts, shown, strict=True)
    ]
    height = max(map(len, boxes), default=0)
    filled = [[""] * (height - len(box)) + box if bottom else box + [""] * (height - len(box)) for box in boxes]
    return [[box[at] for box in filled] for at in range(height)]


def _tags(
    title: str, shown: Sequence[Column], cells: list[list[str]], style: Style, chance: random.Random
) -> Iterator[str]:
    yield title
    for page in _paged(cells, style.rows_a_page):
        if page is not cells and page is not _first(cells, style.rows_a_page):
            yield "<PAGE>"
        yield "<TABLE>\n<CAPTION>"
        for line in _wrapped([caption for _, _, caption in shown], shown, 2):
            yield "".join(f"{each:<{width}}" for each, (_, width, _) in zip(line, shown, strict=True)).rstrip()
        tags = ["<S>", *["<C>"] * (len(shown) - 1)]
        if style.layout == "tags":
            yield "".join(f"{tag:<{width}}" for tag, (_, width, _) in zip(tags, shown, strict=True)).rstrip()
        for row in page:
            for line in _wrapped(row, shown, 3, bottom=style.bottom):
                yield _drifted(line, shown, style, chance)
            if style.spaced:
                yield ""
        yield "</TABLE>"


def _first(cells: list[list[str]], many: int) -> list[list[str]]:
    return cells[:many] if many else cells


def _paged(cells: list[list[str]], many: int) -> Iterator[list[list[str]]]:
    if not many or len(cells) <= many:
        yield cells
        return
    for at in range(0, len(cells), many):
        yield cells[at : at + many]


def _drifted(line: Sequence[str], shown: Sequence[Column], style: Style, chance: random.Random) -> str:
    text, start = "", 0
    for cell, (_, width, _) in zip(line, shown, strict=True):
        if cell:
            first = start + (width - 3 - len(cell) if style.right and cell[0] in "$0123456789" else 0)
            at = first + (chance.randint(-style.drift, style.drift) if start else 0)
            text = f"{text:<{max(at, len(text) + 2 if text else 0)}}{cell}"
        start += width
    return text


def _pipes(title: str, shown: Sequence[Column], cells: list[list[str]]) -> Iterator[str]:
    rule = "-" * (sum(width + 1 for _, width, _ in shown) + 1)
    yield title
    yield rule
    for lines in ([caption for _, _, caption in shown], *cells):
        for line in _wrapped([each.replace("|", "/") for each in lines], shown, 1):
            yield "|" + "|".join(f"{each:<{width}}" for each, (_, width, _) in zip(line, shown, strict=True)) + "|"
        yield rule


def _labels(title: str, shown: Sequence[Column], cells: list[list[str]]) -> Iterator[str]:
    yield title
    for row in cells:
        yield ""
        together: list[str] = []
        for text, (name, _, caption) in zip(row, shown, strict=True):
            plain = caption.replace("- ", "")
            if name in ("transaction_shares", "transaction_acquired_disposed_code") or (
                name == "transaction_price_per_share" and caption == "Price"
            ):
                head, _, label = plain.rpartition(" ") if name == "transaction_shares" else ("", "", plain)
                if head:
                    yield f"{head}:"
                together.append(f"{label}: {text}")
                continue
            if together:
                yield f"      {'     '.join(together)}".rstrip()
                together = []
            if caption == "V":
                if text:
                    yield f"   V: {text}"
            elif text:
                yield f"{plain}: {text}"
        if together:
            yield f"      {'     '.join(together)}"


def _html(title: str, shown: Sequence[Column], cells: list[list[str]], layout: Layout) -> Iterator[str]:
    """A table of HTML; the number of a column may have a cell of its own, with a cell below it or none."""
    yield f"<P>{title}</P><TABLE BORDER=1>"
    heading = []
    for _, _, caption in shown:
        number, dot, words = caption.partition(". ")
        apart = f"{number}.</TD><TD>{words}" if dot else f"&nbsp;</TD><TD>{caption}"
        heading.append(f"<TD><FONT SIZE=1>{caption if layout == 'html' else apart}</FONT></TD>")
    yield f"<TR>{''.join(heading)}</TR>"
    before = {"html": "<TD>", "html, numbers apart": "<TD COLSPAN=2>", "html, empty cells": "<TD>&nbsp;</TD><TD>"}[
        layout
    ]
    for row in cells:
        yield "<TR>" + "".join(f"{before}<FONT SIZE=1>{escape(each)}&nbsp;</FONT></TD>" for each in row) + "</TR>"
    yield "</TABLE>"


def _notes(filing: Filing, *, html: bool) -> str:
    lines = ["Explanation of Responses:", ""]
    for note in filing.footnotes:
        text = f"({note.footnote_id.lstrip('F')}) {note.footnote_text or ''}"
        lines += [f"<P>{escape(text)}</P>"] if html else textwrap.wrap(text, 90)
    lines += ["", "** Intentional misstatements or omissions of facts constitute Federal Criminal Violations."]
    lines += ["   See 18 U.S.C. 1001 and 15 U.S.C. 78ff(a)."]
    return "\n".join(f"<P>{each}</P>" if html and each and not each.startswith("<") else each for each in lines)


def _signed(filing: Filing, *, html: bool) -> str:
    lines = []
    for each in filing.signatures:
        day = each.signature_date
        said = f"{day:%B} {day.day}, {day.year}" if day else ""
        name = each.signature_name or ""
        name = name if name.startswith("/s/") else f"/s/ {name}"
        if html:
            lines.append(f"<TABLE><TR><TD>{escape(name)}</TD><TD>{said}</TD></TR></TABLE>")
        else:
            lines += [f"          {name}        {said}", "          -----------------------     -------------"]
            lines += ["          **Signature of Reporting Person   Date", ""]
    return "\n".join(lines)

"""From the records of a filing to its rendition as plain text: the HTML rendition with its markup taken off.

Known from one real page, of 2007: filled-in fields of the items stand in `<u>…</u>`, a marked box is `<input checked>`,
an empty one nothing; the cells of a table's row stand between TABs, dollar signs are escaped (`\\$4.48`), and of the
lower captions the last is out of place. It shows no CIK, and tells an amendment by the original's date alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

from ..tables import Filing, ReportingOwner
from .rendition_page import (
    NOTHING_OWNED,
    OWNER,
    STATEMENT,
    Cell,
    boxes,
    captions,
    item,
    relationships,
    rows,
    shown,
    title,
)

_FORMS = {"3": ("3235-0104", "0.5"), "4": ("3235-0287", "0.5"), "5": ("3235-0362", "1.0")}
"""The control number of the Office of Management and Budget, and the hours that filling in a form takes."""

_FURNITURE = (
    "** Signature of Reporting Person Date",
    "Reminder: Report on a separate line for each class of securities beneficially owned directly or indirectly.",
    "* If the form is filed by more than one reporting person, see Instruction 4 (b)(v).",
    "** Intentional misstatements or omissions of facts constitute Federal Criminal Violations"
    " See 18 U.S.C. 1001 and 15 U.S.C. 78ff(a).",
    "Note: File three copies of this Form, one of which must be manually signed."
    " If space is insufficient, see Instruction 6 for procedure.",
    "Persons who respond to the collection of information contained in this form are not required to respond"
    " unless the form displays a currently valid OMB Number.",
)


@dataclass(frozen=True, slots=True)
class TextStyle:
    """What two pages of the same filing may differ in."""

    box: str = '<input checked="" type="checkbox"/>'
    """A marked box: also `[X]` or `X`."""
    empty_box: str = ""
    """An unmarked one: also `[ ]`."""
    mark: str = "({})"
    """A footnote's number after a value: also ` ({})` or `<sup>({})</sup>`."""
    crlf: bool = False
    """Lines end in CR LF."""


def rendition_text(filing: Filing, style: TextStyle | None = None) -> str:
    """The plain-text rendition of a filing."""
    page = "\n\n".join(_Writer(filing, style or TextStyle()).paragraphs())
    return page.replace("\n", "\r\n") if style is not None and style.crlf else page


def _escaped(value: Any) -> str:
    return escape(re.sub(r"([\\$])", r"\\\1", shown(value)), quote=False)


def _filled(*values: Any) -> str:
    text = " ".join(_escaped(value) for value in values if value is not None)
    return f" <u>{text}</u>" if text else ""


def _owner(owner: ReportingOwner) -> str:
    streets = f"{_filled(owner.street1)}{_filled(owner.street2)} (Street)"
    city = _filled(owner.city, owner.state, owner.zip_code)
    return f"{OWNER} *{_filled(owner.owner_name)} (Last) (First) (Middle){streets}{city} (City) (State) (Zip)"


class _Writer:
    def __init__(self, filing: Filing, style: TextStyle) -> None:
        self.filing = filing
        self.form = filing.form_type[0]
        self.style = style

    def paragraphs(self) -> Iterator[str]:
        number, hours = _FORMS[self.form]
        yield ""
        yield f"OMB APPROVAL\t\nOMB Number:\t{number}\nEstimated average burden hours per response:\t{hours}"
        yield STATEMENT[self.form]
        for caption, marked in boxes(self.filing):
            yield self._boxed(caption, marked=marked)
        yield (
            "Filed pursuant to Section 16(a) of the Securities Exchange Act of 1934"
            " or Section 30(h) of the Investment Company Act of 1940"
        )
        yield self._items()
        for derivative in (False, True):
            yield title(self.form, derivative=derivative)
            yield self._table(derivative=derivative)
        if len(self.filing.reporting_owners) > 1:
            yield "\n".join(map(_owner, self.filing.reporting_owners))
        yield "Explanation of Responses:"
        if self.filing.no_securities_owned:
            yield NOTHING_OWNED
        for note in self.filing.footnotes:
            yield f"{re.sub(r'[^0-9]', '', note.footnote_id)}. {_escaped(note.footnote_text)}".rstrip()
        yield "Remarks:"
        if self.filing.remarks is not None:
            yield _escaped(self.filing.remarks)
        for each in self.filing.signatures:
            yield f"{_escaped(each.signature_name)} {_escaped(each.signature_date)}".strip()
        yield from _FURNITURE

    def _boxed(self, caption: str, *, marked: bool) -> str:
        return f"{self.style.box if marked else self.style.empty_box} {caption}".lstrip()

    def _items(self) -> str:
        filing, form = self.filing, self.form
        first = filing.reporting_owners[0]
        named = f"{filing.issuer_name or ''} [{filing.issuer_trading_symbol or ''}]".strip()
        issuer = f"{item(form, 'issuer')}{_filled(named)}"
        listed = " ".join(self._boxed(caption, marked=marked) for caption, marked in relationships(first))
        titles = f"{_filled(first.officer_title)}{_filled(first.other_text)}"
        relationship = f"{item(form, 'relationship')} {listed}{titles}"
        period = f"{item(form, 'period')}{_filled(filing.period_of_report)}"
        original = f"{item(form, 'original')}{_filled(filing.date_of_original_submission)}"
        if form == "3":
            return f"{_owner(first)}\t{period}\t{issuer}\n\t{relationship}\t{original}"
        return f"{_owner(first)}\t{issuer}\t{relationship}\n\t{period}\t\n{original}\t\t"

    def _table(self, *, derivative: bool) -> str:
        heads = captions(self.form, derivative=derivative)
        upper: list[str] = []
        lower: list[str] = []
        late: list[str] = []
        for caption, parts in heads:
            if parts[:1] == ("Title",):  # the browser's copy leaves these two out of place
                upper.append(caption)
                lower.append("")
                late.append(parts[0])
            else:
                upper += [caption, *[""] * (len(parts) - 1)]
                lower += parts or [""]
        lines = ["\t".join([*upper, *[""] * len(late)])]
        if any(lower):
            lines.append("\t".join([*lower, *late]))
        lines += ["\t".join(self._cell(each) for each in cells) for cells in rows(self.filing, derivative=derivative)]
        return "\n".join(lines)

    def _cell(self, cell: Cell) -> str:
        written = []
        for part in cell:
            written += [r"\$"] * part.money
            written += [_escaped(part.text), *map(self.style.mark.format, part.notes)]
        return "".join(written)

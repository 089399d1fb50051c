"""From the records of a filing to the SEC's HTML rendition of it, as its stylesheets write the page."""

from __future__ import annotations

import re
from collections.abc import Iterator
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


def rendition_html(filing: Filing) -> str:
    """The HTML rendition of a filing."""
    form = filing.form_type[0]
    return "".join(
        (
            f"<html><head><title>SEC FORM {filing.form_type}</title></head><body>SEC Form {form}\n",
            *_top(filing, form),
            *_items(filing, form),
            *_table(filing, form, derivative=False),
            *_table(filing, form, derivative=True),
            *_further_owners(filing),
            *_explanation(filing),
            *_signed(filing),
            "</body></html>\n",
        )
    )


def _escaped(value: Any) -> str:
    return escape(shown(value), quote=False)


def _data(value: Any) -> str:
    return f'<span class="FormData">{_escaped(value)}</span>' if value is not None else ""


def _top(filing: Filing, form: str) -> Iterator[str]:
    yield f'<table><tr><td class="FormName">FORM {filing.form_type}</td><td>{STATEMENT[form]}</td></tr>'
    for caption, marked in boxes(filing):
        box = "X" if marked else "&nbsp;&nbsp;"
        yield f'<tr><td><table><tr><td>{box}</td></tr></table></td><td class="SmallFormText">{caption}</td></tr>'
    yield "</table>\n"


def _link(name: str | None, cik: int | None) -> str:
    if cik is None:
        return _data(name)
    return f'<a href="/cgi-bin/browse-edgar?action=getcompany&amp;CIK={cik:010}">{_escaped(name)}</a>'


def _owner(owner: ReportingOwner) -> str:
    streets = "".join(f"<tr><td>{_data(street)}</td></tr>" for street in (owner.street1, owner.street2))
    places = "".join(f"<td>{_data(place)}</td>" for place in (owner.city, owner.state, owner.zip_code))
    return (
        f"<td><span>{OWNER}<sup>*</sup></span>"
        f"<table><tr><td>{_link(owner.owner_name, owner.owner_cik)}</td></tr></table><hr>"
        "<table><tr><td>(Last)</td><td>(First)</td><td>(Middle)</td></tr></table>"
        f"<table>{streets}</table><hr><span>(Street)</span><table><tr>{places}</tr></table><hr>"
        "<table><tr><td>(City)</td><td>(State)</td><td>(Zip)</td></tr></table></td>"
    )


def _items(filing: Filing, form: str) -> Iterator[str]:
    first = filing.reporting_owners[0]
    yield f"<table><tr>{_owner(first)}<td><span>{item(form, 'issuer').replace(' and ', ' <b>and</b> ')}</span><br>"
    yield f"{_link(filing.issuer_name, filing.issuer_cik)}\n [ {_data(filing.issuer_trading_symbol)} ]</td>"
    yield f"<td><span>{item(form, 'relationship')}</span><br><table>"
    cells = [f"<td>{_data('X' if marked else None)}</td><td>{caption}</td>" for caption, marked in relationships(first)]
    yield f"<tr>{''.join(cells[:2])}</tr><tr>{''.join(cells[2:])}</tr>"
    titles = (f"<td></td><td>{_escaped(text)}</td>" for text in (first.officer_title, first.other_text))
    yield f"<tr>{''.join(titles)}</tr></table></td></tr>"
    yield f"<tr><td><span>{item(form, 'period')}</span><br>{_data(filing.period_of_report)}</td></tr>"
    yield f"<tr><td><span>{item(form, 'original')}</span><br>{_data(filing.date_of_original_submission)}</td>"
    yield "<td><span>6. Individual or Joint/Group Filing (Check Applicable Line)</span></td></tr></table>\n"


def _table(filing: Filing, form: str, *, derivative: bool) -> Iterator[str]:
    heads = captions(form, derivative=derivative)
    width = sum(len(parts) or 1 for _, parts in heads)
    yield f"<table><thead><tr><th colspan={width}><b>{title(form, derivative=derivative)}</b></th></tr><tr>"
    for caption, parts in heads:
        span = f"colspan={len(parts)}" if parts else "rowspan=2"
        yield f"<th {span}>{caption}</th>"
    lower = "".join(f"<th>{part}</th>" for _, parts in heads for part in parts)
    yield f"</tr>{f'<tr>{lower}</tr>' if lower else ''}</thead><tbody>\n"
    for cells in rows(filing, derivative=derivative):
        yield f"<tr>{''.join(f'<td>{_cell(each)}</td>' for each in cells)}</tr>\n"
    yield "</tbody></table>\n"


def _cell(cell: Cell) -> str:
    written = []
    for part in cell:
        written += ['<span class="FormText">$</span>'] * part.money
        written += [_data(part.text)] * bool(part.text)
        written += [f'<span class="FootnoteData"><sup>({each})</sup></span>' for each in part.notes]
    return "".join(written)


def _further_owners(filing: Filing) -> Iterator[str]:
    """All owners once more, where there are several."""
    if len(filing.reporting_owners) > 1:
        yield f"<table>{''.join(f'<tr>{_owner(each)}</tr>' for each in filing.reporting_owners)}</table>\n"


def _explanation(filing: Filing) -> Iterator[str]:
    yield '<table><tr><td class="MedSmallFormText"><b>Explanation of Responses:</b></td></tr>\n'
    if filing.no_securities_owned:
        yield f'<tr><td class="FootnoteData">{NOTHING_OWNED}</td></tr>\n'
    for note in filing.footnotes:
        number = re.sub(r"\D", "", note.footnote_id)
        yield f'<tr><td class="FootnoteData">{number}. {_escaped(note.footnote_text)}</td></tr>\n'
    if filing.remarks is not None:
        yield f'<tr><td><b>Remarks:</b></td></tr><tr><td class="FootnoteData">{_escaped(filing.remarks)}</td></tr>\n'
    yield "</table>\n"


def _signed(filing: Filing) -> Iterator[str]:
    yield "<table>"
    for each in filing.signatures:
        name, day = _data(each.signature_name), _data(each.signature_date)
        yield f"<tr><td></td><td><u>{name}</u></td><td><u>{day}</u></td></tr>\n"
    yield "<tr><td></td><td>** Signature of Reporting Person</td><td>Date</td></tr></table>\n"

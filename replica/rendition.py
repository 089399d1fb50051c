"""From the records of a filing to the SEC's HTML rendition of it, as its stylesheets write the page.

Structure and captions are those of real pages (of Forms 3, 4 and 5, 2015 to 2025). What the page does not show is not
in it: the schema's version, the relationships of all owners but the first, a state in words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from html import escape
from typing import Any

from tables import Filing, ReportingOwner

_STATEMENT = {
    "3": "INITIAL STATEMENT OF BENEFICIAL OWNERSHIP OF SECURITIES",
    "4": "STATEMENT OF CHANGES IN BENEFICIAL OWNERSHIP",
    "5": "ANNUAL STATEMENT OF CHANGES IN BENEFICIAL OWNERSHIP",
}
_PERIOD = {
    "3": "2. Date of Event Requiring Statement",
    "4": "3. Date of Earliest Transaction",
    "5": "3. Statement for Issuer's Fiscal Year Ended",
}
_EXIT = "Check this box if no longer subject to Section 16. Form 4 or Form 5 obligations may continue."
_PLAN = "Check this box to indicate that a transaction was made pursuant to a contract, instruction or written plan"
_NATURE = (("Ownership Form: Direct (D) or Indirect (I)", ()), ("Nature of Indirect Beneficial Ownership", ()))
_DATES = ("Date Exercisable and Expiration Date (Month/Day/Year)", ("Date Exercisable", "Expiration Date"))
_UNDERLYING = (
    "Title and Amount of Securities Underlying Derivative Security",
    ("Title", "Amount or Number of Shares"),
)
_CONVERSION = ("Conversion or Exercise Price of Derivative Security", ())

_Captions = Sequence[tuple[str, Sequence[str]]]


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


def _data(value: Any) -> str:
    return f'<span class="FormData">{_shown(value)}</span>' if value is not None else ""


def _shown(value: Any) -> str:
    if isinstance(value, date):
        return f"{value:%m/%d}/{value.year:04}"
    if isinstance(value, Decimal):
        return f"{value:,f}"
    return escape(str(value), quote=False)


def _top(filing: Filing, form: str) -> Iterator[str]:
    yield f'<table><tr><td class="FormName">FORM {filing.form_type}</td><td>{_STATEMENT[form]}</td></tr>'
    boxes: list[tuple[str, bool | None]] = []
    if form != "3":
        boxes.append((_EXIT, filing.not_subject_to_section16))
    if form == "5":
        boxes.append(("Form 3 Holdings Reported.", filing.form3_holdings_reported))
        boxes.append(("Form 4 Transactions Reported.", filing.form4_transactions_reported))
    if filing.aff10b5_one is not None:
        boxes.append((_PLAN, filing.aff10b5_one))
    for caption, checked in boxes:
        box = "X" if checked else "&nbsp;&nbsp;"
        yield f'<tr><td><table><tr><td>{box}</td></tr></table></td><td class="SmallFormText">{caption}</td></tr>'
    yield "</table>\n"


def _link(name: str | None, cik: int | None) -> str:
    return f'<a href="/cgi-bin/browse-edgar?action=getcompany&amp;CIK={cik or 0:010}">{_shown(name or "")}</a>'


def _owner(owner: ReportingOwner) -> str:
    streets = "".join(f"<tr><td>{_data(street)}</td></tr>" for street in (owner.street1, owner.street2))
    places = "".join(f"<td>{_data(place)}</td>" for place in (owner.city, owner.state, owner.zip_code))
    return (
        "<td><span>1. Name and Address of Reporting Person<sup>*</sup></span>"
        f"<table><tr><td>{_link(owner.owner_name, owner.owner_cik)}</td></tr></table><hr>"
        "<table><tr><td>(Last)</td><td>(First)</td><td>(Middle)</td></tr></table>"
        f"<table>{streets}</table><hr><span>(Street)</span><table><tr>{places}</tr></table><hr>"
        "<table><tr><td>(City)</td><td>(State)</td><td>(Zip)</td></tr></table></td>"
    )


def _items(filing: Filing, form: str) -> Iterator[str]:
    first = filing.reporting_owners[0]
    number = 3 if form == "3" else 2
    yield f"<table><tr>{_owner(first)}<td><span>{number}. Issuer Name <b>and</b> Ticker or Trading Symbol</span><br>"
    yield f"{_link(filing.issuer_name, filing.issuer_cik)}\n [ {_data(filing.issuer_trading_symbol)} ]</td>"
    yield "<td><span>5. Relationship of Reporting Person(s) to Issuer</span><br><table>"
    pairs = (
        ((first.is_director, "Director"), (first.is_ten_percent_owner, "10% Owner")),
        ((first.is_officer, "Officer (give title below)"), (first.is_other, "Other (specify below)")),
    )
    for pair in pairs:
        cells = (f"<td>{_data('X' if checked else None)}</td><td>{caption}</td>" for checked, caption in pair)
        yield f"<tr>{''.join(cells)}</tr>"
    titles = (f"<td></td><td>{_shown(text or '')}</td>" for text in (first.officer_title, first.other_text))
    yield f"<tr>{''.join(titles)}</tr></table></td></tr>"
    yield f"<tr><td><span>{_PERIOD[form]} (Month/Day/Year)</span><br>{_data(filing.period_of_report)}</td></tr>"
    original = _data(filing.date_of_original_submission)
    yield f"<tr><td><span>4. If Amendment, Date of Original Filed (Month/Day/Year)</span><br>{original}</td>"
    yield "<td><span>6. Individual or Joint/Group Filing (Check Applicable Line)</span></td></tr></table>\n"


def _captions(form: str, *, derivative: bool) -> _Captions:
    code = ("Transaction Code (Instr. 8)", ("Code", "V") if form == "4" else ())
    dates = (("Transaction Date (Month/Day/Year)", ()), ("Deemed Execution Date, if any", ()), code)
    if form == "3":
        if derivative:
            return (("Title of Derivative Security", ()), _DATES, _UNDERLYING, _CONVERSION, *_NATURE)
        return (("Title of Security", ()), ("Amount of Securities Beneficially Owned", ()), *_NATURE)
    if derivative:
        numbers = ("Number of Derivative Securities Acquired (A) or Disposed of (D)", ("(A)", "(D)"))
        price = ("Price of Derivative Security (Instr. 5)", ())
        owned = ("Number of derivative Securities Beneficially Owned Following Reported Transaction(s)", ())
        title = ("Title of Derivative Security", ())
        return (title, _CONVERSION, *dates, numbers, _DATES, _UNDERLYING, price, owned, *_NATURE)
    amounts = ("Securities Acquired (A) or Disposed Of (D)", ("Amount", "(A) or (D)", "Price"))
    return (("Title of Security", ()), *dates, amounts, ("Amount of Securities Beneficially Owned", ()), *_NATURE)


def _table(filing: Filing, form: str, *, derivative: bool) -> Iterator[str]:
    captions = _captions(form, derivative=derivative)
    width = sum(len(parts) or 1 for _, parts in captions)
    name = "Table II - Derivative" if derivative else "Table I - Non-Derivative"
    yield f"<table><thead><tr><th colspan={width}><b>{name} Securities Beneficially Owned</b></th></tr><tr>"
    for number, (caption, parts) in enumerate(captions, 1):
        span = f"colspan={len(parts)}" if parts else "rowspan=2"
        yield f"<th {span}>{number}. {caption}</th>"
    lower = "".join(f"<th>{part}</th>" for _, parts in captions for part in parts)
    yield f"</tr>{f'<tr>{lower}</tr>' if lower else ''}</thead><tbody>\n"
    records: list[Any] = [*filing.non_derivative_transactions, *filing.non_derivative_holdings]
    if derivative:
        records = [*filing.derivative_transactions, *filing.derivative_holdings]
    for record in sorted(records, key=lambda each: each.row_number):
        cells = _cells(record, form, derivative=derivative)
        yield f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>\n"
    yield "</tbody></table>\n"


def _marked(record: Any, column: str, *, money: bool = False, text: str | None = None) -> str:
    value = getattr(record, column, None) if text is None else text
    shown = _data(value)
    if money and value is not None:
        shown = f'<span class="FormText">$</span>{shown}'
    ids = (getattr(record, f"{column}_fn", None) or "").split(",")
    notes = (f'<span class="FootnoteData"><sup>({each[1:]})</sup></span>' for each in ids if each)
    return shown + "".join(notes)


def _shares_or_value(record: Any, shares: str, value: str) -> str:
    return _marked(record, shares) + _marked(record, value, money=True)


def _cells(record: Any, form: str, *, derivative: bool) -> list[str]:
    title = _marked(record, "security_title")
    conversion = _marked(record, "conversion_or_exercise_price", money=True)
    nature = [_marked(record, "direct_or_indirect_ownership"), _marked(record, "nature_of_ownership")]
    owned = _shares_or_value(record, "shares_owned_following_transaction", "value_owned_following_transaction")
    terms = [
        *(_marked(record, "exercise_date"), _marked(record, "expiration_date")),
        _marked(record, "underlying_security_title"),
        _shares_or_value(record, "underlying_security_shares", "underlying_security_value"),
    ]
    if form == "3":
        return [title, *terms, conversion, *nature] if derivative else [title, owned, *nature]
    code = (getattr(record, "transaction_code", None) or "") + ("/K" if _swap(record) else "")
    dates = [_marked(record, "transaction_date"), _marked(record, "deemed_execution_date")]
    dates.append(_marked(record, "transaction_coding", text=code or None))
    if form == "4":
        early = getattr(record, "transaction_code", None) and record.transaction_form_type == "5"
        dates.append(_marked(record, "transaction_timeliness", text="V" if early else ""))
    price = _marked(record, "transaction_price_per_share", money=True)
    letter = _marked(record, "transaction_acquired_disposed_code")
    shares = _shares_or_value(record, "transaction_shares", "transaction_total_value")
    if not derivative:
        return [title, *dates, shares, letter, price, owned, *nature]
    acquired = getattr(record, "transaction_acquired_disposed_code", None) != "D"
    numbers = [shares, ""] if acquired else ["", shares]
    return [title, conversion, *dates, *numbers, *terms, price, owned, *nature]


def _swap(record: Any) -> bool:
    return bool(getattr(record, "equity_swap_involved", None))


def _further_owners(filing: Filing) -> Iterator[str]:
    """All owners once more, where there are several."""
    if len(filing.reporting_owners) > 1:
        yield f"<table>{''.join(f'<tr>{_owner(each)}</tr>' for each in filing.reporting_owners)}</table>\n"


def _explanation(filing: Filing) -> Iterator[str]:
    yield '<table><tr><td class="MedSmallFormText"><b>Explanation of Responses:</b></td></tr>\n'
    if filing.no_securities_owned:
        yield '<tr><td class="FootnoteData">No securities are beneficially owned.</td></tr>\n'
    for note in filing.footnotes:
        number = re.sub(r"\D", "", note.footnote_id)
        yield f'<tr><td class="FootnoteData">{number}. {_shown(note.footnote_text or "")}</td></tr>\n'
    if filing.remarks is not None:
        yield f'<tr><td><b>Remarks:</b></td></tr><tr><td class="FootnoteData">{_shown(filing.remarks)}</td></tr>\n'
    yield "</table>\n"


def _signed(filing: Filing) -> Iterator[str]:
    yield "<table>"
    for each in filing.signatures:
        name, day = _data(each.signature_name), _data(each.signature_date)
        yield f"<tr><td></td><td><u>{name}</u></td><td><u>{day}</u></td></tr>\n"
    yield "<tr><td></td><td>** Signature of Reporting Person</td><td>Date</td></tr></table>\n"

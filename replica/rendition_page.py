"""What the SEC's stylesheets show of a filing, whatever a page of it is written in: captions, boxes, cells of tables.

Captions are those of real pages (of Forms 3, 4 and 5, 2015 to 2025, and of a Form 4 of 2007). What a page does not show
is not in it: the schema's version, the relationships of all owners but the first, a state in words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from ..tables import Filing, ReportingOwner

STATEMENT = {
    "3": "INITIAL STATEMENT OF BENEFICIAL OWNERSHIP OF SECURITIES",
    "4": "STATEMENT OF CHANGES IN BENEFICIAL OWNERSHIP",
    "5": "ANNUAL STATEMENT OF CHANGES IN BENEFICIAL OWNERSHIP",
}
OWNER = "1. Name and Address of Reporting Person"
NOTHING_OWNED = "No securities are beneficially owned."
_PERIOD = {
    "3": "2. Date of Event Requiring Statement (Month/Day/Year)",
    "4": "3. Date of Earliest Transaction (Month/Day/Year)",
    "5": "3. Statement for Issuer's Fiscal Year Ended (Month/Day/Year)",
}
_EXIT = (
    "Check this box if no longer subject to Section 16. Form 4 or Form 5 obligations may continue."
    " See Instruction 1(b)."
)
_PLAN = (
    "Check this box to indicate that a transaction was made pursuant to a contract, instruction or written plan for the"
    " purchase or sale of equity securities of the issuer that is intended to satisfy the affirmative defense"
    " conditions of Rule 10b5-1(c). See Instruction 10."
)


@dataclass(frozen=True, slots=True)
class Part:
    """A value in a cell as shown, whether a dollar sign stands before it, and the numbers of its footnotes."""

    text: str
    money: bool = False
    notes: tuple[str, ...] = ()


Cell = tuple[Part, ...]
"""What stands in a cell of Table I or II; () for nothing."""

Caption = tuple[str, tuple[str, ...]]
"""What stands over a column or a group of columns, and over each of the group."""


def shown(value: Any) -> str:
    """A value for people: `12/05/2007`, `14,278`; '' for none."""
    if isinstance(value, date):
        return f"{value:%m/%d}/{value.year:04}"
    if isinstance(value, Decimal):
        return f"{value:,f}"
    return "" if value is None else str(value)


def item(form: str, name: str) -> str:
    """The number and caption of an item: `issuer`, `period`, `original` or `relationship`."""
    initial = form == "3"
    captions = {
        "issuer": f"{3 if initial else 2}. Issuer Name and Ticker or Trading Symbol",
        "period": _PERIOD[form],
        "original": f"{5 if initial else 4}. If Amendment, Date of Original Filed (Month/Day/Year)",
        "relationship": f"{4 if initial else 5}. Relationship of Reporting Person(s) to Issuer (Check all applicable)",
    }
    return captions[name]


def boxes(filing: Filing) -> Iterator[tuple[str, bool]]:
    """The boxes above the items, by the text beside each, and whether they are marked."""
    form = filing.form_type[0]
    if form != "3":
        yield _EXIT, bool(filing.not_subject_to_section16)
    if form == "5":
        yield "Form 3 Holdings Reported.", bool(filing.form3_holdings_reported)
        yield "Form 4 Transactions Reported.", bool(filing.form4_transactions_reported)
    if filing.aff10b5_one is not None:
        yield _PLAN, filing.aff10b5_one


def relationships(owner: ReportingOwner) -> tuple[tuple[str, bool], ...]:
    """The boxes of the relationship, left to right and down."""
    return (
        ("Director", bool(owner.is_director)),
        ("10% Owner", bool(owner.is_ten_percent_owner)),
        ("Officer (give title below)", bool(owner.is_officer)),
        ("Other (specify below)", bool(owner.is_other)),
    )


def title(form: str, *, derivative: bool) -> str:
    """What stands above a table."""
    changes = "" if form == "3" else "Acquired, Disposed of, or "
    if not derivative:
        return f"Table I - Non-Derivative Securities {changes}Beneficially Owned"
    examples = "(e.g., puts, calls, warrants, options, convertible securities)"
    return f"Table II - Derivative Securities {changes}Beneficially Owned {examples}"


def captions(form: str, *, derivative: bool) -> tuple[Caption, ...]:
    """The captions of a table, numbered as on the form."""
    if form == "3":
        return _INITIAL[derivative]
    code = ("Code", "V") if form == "4" else ()
    after = "Following Reported Transaction(s)" if form == "4" or derivative else "at end of Issuer's Fiscal Year"
    first = 3 if derivative else 2
    dates: tuple[Caption, ...] = (
        (f"{first}. Transaction Date (Month/Day/Year)", ()),
        (f"{first}A. Deemed Execution Date, if any (Month/Day/Year)", ()),
        (f"{first + 1}. Transaction Code (Instr. 8)", code),
    )
    if derivative:
        return (
            ("1. Title of Derivative Security (Instr. 3)", ()),
            ("2. Conversion or Exercise Price of Derivative Security", ()),
            *dates,
            ("5. Number of Derivative Securities Acquired (A) or Disposed of (D) (Instr. 3, 4 and 5)", ("(A)", "(D)")),
            ("6. Date Exercisable and Expiration Date (Month/Day/Year)", _DATES),
            ("7. Title and Amount of Securities Underlying Derivative Security (Instr. 3 and 4)", _UNDERLYING),
            ("8. Price of Derivative Security (Instr. 5)", ()),
            (f"9. Number of derivative Securities Beneficially Owned {after} (Instr. 4)", ()),
            ("10. Ownership Form: Direct (D) or Indirect (I) (Instr. 4)", ()),
            ("11. Nature of Indirect Beneficial Ownership (Instr. 4)", ()),
        )
    amounts = ("Amount", "(A) or (D)", "Price")
    return (
        ("1. Title of Security (Instr. 3)", ()),
        *dates,
        ("4. Securities Acquired (A) or Disposed Of (D) (Instr. 3, 4 and 5)", amounts),
        (f"5. Amount of Securities Beneficially Owned {after} (Instr. 3 and 4)", ()),
        ("6. Ownership Form: Direct (D) or Indirect (I) (Instr. 4)", ()),
        ("7. Nature of Indirect Beneficial Ownership (Instr. 4)", ()),
    )


_DATES = ("Date Exercisable", "Expiration Date")
_UNDERLYING = ("Title", "Amount or Number of Shares")
_INITIAL: dict[bool, tuple[Caption, ...]] = {
    False: (
        ("1. Title of Security (Instr. 4)", ()),
        ("2. Amount of Securities Beneficially Owned (Instr. 4)", ()),
        ("3. Ownership Form: Direct (D) or Indirect (I) (Instr. 5)", ()),
        ("4. Nature of Indirect Beneficial Ownership (Instr. 5)", ()),
    ),
    True: (
        ("1. Title of Derivative Security (Instr. 4)", ()),
        ("2. Date Exercisable and Expiration Date (Month/Day/Year)", _DATES),
        ("3. Title and Amount of Securities Underlying Derivative Security (Instr. 4)", _UNDERLYING),
        ("4. Conversion or Exercise Price of Derivative Security", ()),
        ("5. Ownership Form: Direct (D) or Indirect (I) (Instr. 5)", ()),
        ("6. Nature of Indirect Beneficial Ownership (Instr. 5)", ()),
    ),
}


def rows(filing: Filing, *, derivative: bool) -> Iterator[list[Cell]]:
    """The cells of a table, row by row, in the filing's order."""
    records: list[Any] = [*filing.non_derivative_transactions, *filing.non_derivative_holdings]
    if derivative:
        records = [*filing.derivative_transactions, *filing.derivative_holdings]
    for record in sorted(records, key=lambda each: each.row_number):
        yield _cells(record, filing.form_type[0], derivative=derivative)


def _cell(record: Any, column: str, *, money: bool = False) -> Cell:
    value = getattr(record, column, None)
    notes = _notes(record, column)
    return (Part(shown(value), money and value is not None, notes),) if value is not None or notes else ()


def _notes(record: Any, column: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\d+", getattr(record, f"{column}_fn", None) or ""))


def _shares_or_value(record: Any, shares: str, value: str) -> Cell:
    return _cell(record, shares) + _cell(record, value, money=True)


def _cells(record: Any, form: str, *, derivative: bool) -> list[Cell]:
    named = _cell(record, "security_title")
    conversion = _cell(record, "conversion_or_exercise_price", money=True)
    nature = [_cell(record, "direct_or_indirect_ownership"), _cell(record, "nature_of_ownership")]
    owned = _shares_or_value(record, "shares_owned_following_transaction", "value_owned_following_transaction")
    terms = [
        *(_cell(record, "exercise_date"), _cell(record, "expiration_date")),
        _cell(record, "underlying_security_title"),
        _shares_or_value(record, "underlying_security_shares", "underlying_security_value"),
    ]
    if form == "3":
        return [named, *terms, conversion, *nature] if derivative else [named, owned, *nature]
    dates = [_cell(record, "transaction_date"), _cell(record, "deemed_execution_date"), *_code(record, form)]
    price = _cell(record, "transaction_price_per_share", money=True)
    shares = _shares_or_value(record, "transaction_shares", "transaction_total_value")
    letter = _cell(record, "transaction_acquired_disposed_code")
    if not derivative:
        return [named, *dates, shares, letter, price, owned, *nature]
    # An amount that is neither acquired nor disposed of has no column.
    side = getattr(record, "transaction_acquired_disposed_code", None)
    numbers = [shares if side == each else () for each in ("A", "D")]
    return [named, conversion, *dates, *numbers, *terms, price, owned, *nature]


def _code(record: Any, form: str) -> list[Cell]:
    """The code, with an equity swap, and on a Form 4 the column V of what was reported early."""
    code = getattr(record, "transaction_code", None)
    swap = "/K" if code and getattr(record, "equity_swap_involved", None) else ""
    notes = _notes(record, "transaction_coding")
    cells: list[Cell] = [(Part(f"{code or ''}{swap}", False, notes),) if code or notes else ()]
    if form == "4":
        early = "V" if code and record.transaction_form_type == "5" else ""
        notes = _notes(record, "transaction_timeliness")
        cells.append((Part(early, False, notes),) if early or notes else ())
    return cells

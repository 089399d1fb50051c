"""Tables I and II of a rendition: which column of the page is which, and its rows as records.

Captions and their order are those of Forms 3, 4 and 5 as the SEC's stylesheets write them (renditions of 2007, 2015 to
2025). The code column follows sections 4.3.8.2 and 4.3.8.3 of the EDGAR Ownership XML Technical Specification.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from ...tables import DerivativeHolding, DerivativeTransaction, NonDerivativeHolding, NonDerivativeTransaction
from ..errors import NotAnOwnershipFiling
from ..issues import Issues
from .values import Cell, one_of, put_cell, us_amount, us_day

MOST_ROWS = 2_000
"""Of one table. The specification allows 30 rows; 52 have been filed (0001179110-20-011380)."""

_CAPTIONS: tuple[tuple[str, str], ...] = (
    (r"Title of (?:Derivative )?Security\b", "security_title"),
    (r"Conversion or Exercise Price", "conversion_or_exercise_price"),
    (r"Deemed Execution Date", "deemed_execution_date"),
    (r"Transaction Date", "transaction_date"),
    (r"Transaction Code", "code"),
    (r"Number of Derivative Securities Acquired", "number"),
    (r"Securities Acquired", "amounts"),
    (r"Date Exercisable and Expiration Date", "dates"),
    (r"Title and Amount of (?:Securities )?Underlying", "underlying"),
    (r"Price of Derivative Securit", "transaction_price_per_share"),
    (r"(?:Amount|Number) of (?:derivative )?Securities (?:Beneficially )?Owned", "owned"),
    (r"Ownership Form", "direct_or_indirect_ownership"),
    (r"Nature of Indirect", "nature_of_ownership"),
)
_HEADS = [(re.compile(rf"(?:\d{{1,2}}A?\s?\.)?\s?{pattern}", re.IGNORECASE), name) for pattern, name in _CAPTIONS]
_PARTS: dict[str, tuple[tuple[str, str], ...]] = {
    "code": (("Code", "code"), ("V", "v")),
    "number": (("(A)", "acquired"), ("(D)", "disposed")),
    "amounts": (
        ("Amount", "transaction_shares"),
        ("(A) or (D)", "transaction_acquired_disposed_code"),
        ("Price", "transaction_price_per_share"),
    ),
    "dates": (("Date Exercisable", "exercise_date"), ("Expiration Date", "expiration_date")),
    "underlying": (("Title", "underlying_security_title"), ("Amount or Number of Shares", "underlying_amount")),
}

PARTS = frozenset(caption for parts in _PARTS.values() for caption, _ in parts)
"""The lower captions, as they are printed."""

_NATURE = ("direct_or_indirect_ownership", "nature_of_ownership")
_DERIVATIVE_CHANGES = (
    *("security_title", "conversion_or_exercise_price", "transaction_date", "deemed_execution_date", "code"),
    *("number", "dates", "underlying", "transaction_price_per_share", "owned", *_NATURE),
)
_CHANGES = ("security_title", "transaction_date", "deemed_execution_date", "code", "amounts", "owned", *_NATURE)
HEADS: dict[tuple[str, bool], tuple[str, ...]] = {
    ("3", False): ("security_title", "owned", *_NATURE),
    ("4", False): _CHANGES,
    ("5", False): _CHANGES,
    ("3", True): ("security_title", "dates", "underlying", "conversion_or_exercise_price", *_NATURE),
    ("4", True): _DERIVATIVE_CHANGES,
    ("5", True): _DERIVATIVE_CHANGES,
}
"""The upper captions of a table, by the form and whether it is Table II."""

_TRADE = frozenset(
    {"transaction_date", "deemed_execution_date", "code", "v", "transaction_shares", "acquired", "disposed"}
    | {"transaction_price_per_share", "transaction_acquired_disposed_code"}
)
_CODE = re.compile(r"([A-Z])((?:/?[K345L])*)")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: its cells by what they hold, or, where that is uncertain, what is the matter; and its text."""

    cells: dict[str, Cell]
    raw: str
    problem: str | None = None


class Tables(Protocol):
    """What holds the rows of both tables."""

    non_derivative: list[Row]
    derivative: list[Row]


def head(caption: str) -> str | None:
    """What a column or group of columns with that caption holds."""
    return next((name for pattern, name in _HEADS if pattern.match(caption)), None)


def column(captions: Sequence[str]) -> str | None:
    """What the column under these captions, upper first, holds; None if that is not known."""
    name = head(captions[0])
    if name not in _PARTS:
        return name
    last = captions[-1].lower()
    parts = {caption.lower(): part for caption, part in _PARTS[name]}
    return parts.get(last) or ("code" if name == "code" and len(captions) == 1 else None)


def columns(family: str, *, derivative: bool) -> tuple[str, ...]:
    """What the columns of a table hold, in order; the code of Form 5 has no column V beside it."""
    names: list[str] = []
    for name in HEADS[family, derivative]:
        if name == "code" and family == "5":
            names.append(name)
        else:
            names += [part for _, part in _PARTS.get(name, ())] or [name]
    return tuple(names)


def read_rows(family: str, late: bool | None, page: Tables, reading: Issues) -> dict[str, list[Any]]:
    """The records of both tables by the lake's table; `late` is the box Form 4 Transactions Reported of a Form 5."""
    records: dict[str, list[Any]] = {
        "non_derivative_transactions": [],
        "derivative_transactions": [],
        "non_derivative_holdings": [],
        "derivative_holdings": [],
    }
    for derivative, rows in ((False, page.non_derivative), (True, page.derivative)):
        if len(rows) > MOST_ROWS:
            raise NotAnOwnershipFiling(f"more than {MOST_ROWS:,} rows in a table")
        for number, row in enumerate(rows, start=1):
            trade = family != "3" and _is_trade(row)
            table = f"{'' if derivative else 'non_'}derivative_{'transactions' if trade else 'holdings'}"
            reading.at(table, number)
            if row.problem is not None:
                reading.issue(row.problem, row.raw)
                continue
            values = _values(row.cells, family, late, reading, trade=trade, derivative=derivative)
            records[table].append(_RECORDS[table](row_number=number, **values))
    return records


_RECORDS: dict[str, type] = {
    "non_derivative_transactions": NonDerivativeTransaction,
    "derivative_transactions": DerivativeTransaction,
    "non_derivative_holdings": NonDerivativeHolding,
    "derivative_holdings": DerivativeHolding,
}


def _is_trade(row: Row) -> bool:
    """Whether a row has anything in the columns of a transaction.

    A holding too may have the code 3, of a Form 3 that should have had it, or a footnote in the column of the code.
    """
    code = row.cells.get("code", Cell())
    return any(row.cells.get(name) for name in _TRADE - {"code"}) or code.text not in ("", "3")


def _values(
    cells: dict[str, Cell], family: str, late: bool | None, reading: Issues, *, trade: bool, derivative: bool
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name in ("security_title", "nature_of_ownership"):
        put_cell(values, name, cells.get(name, Cell()), None, reading)
    put_cell(values, "direct_or_indirect_ownership", cells.get(_NATURE[0], Cell()), one_of("D", "I"), reading)
    _shares_or_value(values, cells.get("owned", Cell()), "{}_owned_following_transaction", reading)
    if derivative:
        put_cell(values, "underlying_security_title", cells.get("underlying_security_title", Cell()), None, reading)
        put_cell(values, _PRICE, cells.get(_PRICE, Cell()), us_amount, reading)
        for name in ("exercise_date", "expiration_date"):
            put_cell(values, name, cells.get(name, Cell()), us_day, reading, "term")
        _shares_or_value(values, cells.get("underlying_amount", Cell()), "underlying_security_{}", reading)
    _coding(values, cells, family, late, reading, trade=trade)
    if not trade:
        return values
    for name in ("transaction_date", "deemed_execution_date"):
        put_cell(values, name, cells.get(name, Cell()), us_day, reading, "event")
    price = "transaction_price_per_share"
    put_cell(values, price, cells.get(price, Cell()), us_amount, reading)
    if derivative:
        _acquired_or_disposed(values, cells.get("acquired", Cell()), cells.get("disposed", Cell()), reading)
    else:
        shares, code = "transaction_shares", "transaction_acquired_disposed_code"
        put_cell(values, shares, cells.get(shares, Cell()), _no_money, reading)
        put_cell(values, code, cells.get(code, Cell()), one_of("A", "D"), reading)
    return values


_PRICE = "conversion_or_exercise_price"


def _no_money(text: str) -> tuple[Any, str | None]:
    return (None, "is money, not a number of shares") if text.startswith("$") else us_amount(text)


def _shares_or_value(values: dict[str, Any], cell: Cell, names: str, reading: Issues) -> None:
    """A number of shares or, with a dollar sign, a value: the stylesheets write the sign before values only."""
    put_cell(values, names.format("value" if cell.text.startswith("$") else "shares"), cell, us_amount, reading)


def _acquired_or_disposed(values: dict[str, Any], acquired: Cell, disposed: Cell, reading: Issues) -> None:
    if acquired and disposed:
        reading.issue("numbers both acquired and disposed of", f"{acquired.text} | {disposed.text}")
        return
    if not acquired and not disposed:
        return
    cell = acquired or disposed
    values["transaction_acquired_disposed_code"] = "A" if acquired else "D"
    column = "transaction_total_value" if cell.text.startswith("$") else "transaction_shares"
    put_cell(values, column, cell, us_amount, reading)


def _coding(
    values: dict[str, Any], cells: dict[str, Cell], family: str, late: bool | None, reading: Issues, *, trade: bool
) -> None:
    """The code, with what stands for the form and the equity swap: `S`, `J/K`, on a Form 5 also `S4` and `3`."""
    cell, early = cells.get("code", Cell()), cells.get("v", Cell())
    if cell.notes is not None:
        values["transaction_coding_fn"] = cell.notes
        reading.footnotes_named.update(cell.notes.split(","))
    if not trade:
        values["transaction_form_type"] = cell.text or None
        return
    put_cell(values, "transaction_timeliness", early, _timeliness, reading)
    match = _CODE.fullmatch(cell.text)
    if match is None:
        if cell.text:
            reading.issue("is not a transaction code", cell.text, "transaction_code")
        return
    marks = match[2].replace("/", "")
    values["transaction_code"] = match[1]
    values["equity_swap_involved"] = "K" in marks
    forms = [mark for mark in marks if mark.isdigit()]
    if "L" in marks:
        values["transaction_timeliness"] = "L"
    if forms:
        values["transaction_form_type"] = forms[0]
    elif family == "4" and not early.text:
        values["transaction_form_type"] = "4"
    elif early.text in ("V", "E") if family == "4" else late is False:
        values["transaction_form_type"] = "5"


def _timeliness(text: str) -> tuple[str | None, str | None]:
    """V, voluntarily reported on a Form 4, is an early transaction of a Form 5 (section 4.3.8.2)."""
    known = {"V": "E", "E": "E", "L": "L", "": None}
    return known.get(text), None if text in known else "is not V, E or L"

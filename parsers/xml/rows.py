"""The rows of Tables I and II."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lxml.etree import _Element

from ...tables import DerivativeHolding, DerivativeTransaction, NonDerivativeHolding, NonDerivativeTransaction
from ..errors import NotAnOwnershipFiling
from ..issues import MOST_ROWS
from .elements import Reading, Shape, children, columns
from .shapes import DERIVATIVE_HOLDING, DERIVATIVE_TRANSACTION, NON_DERIVATIVE_HOLDING, NON_DERIVATIVE_TRANSACTION


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of row: its element, the one that should hold it, its shape, and the lake's table of its records."""

    element: str
    container: str
    shape: Shape
    table: str
    record: type


_TRADE = Kind(
    "nonDerivativeTransaction",
    "nonDerivativeTable",
    NON_DERIVATIVE_TRANSACTION,
    "non_derivative_transactions",
    NonDerivativeTransaction,
)
_HOLDING = Kind(
    "nonDerivativeHolding",
    "nonDerivativeTable",
    NON_DERIVATIVE_HOLDING,
    "non_derivative_holdings",
    NonDerivativeHolding,
)
_DERIVATIVE_TRADE = Kind(
    "derivativeTransaction",
    "derivativeTable",
    DERIVATIVE_TRANSACTION,
    "derivative_transactions",
    DerivativeTransaction,
)
_DERIVATIVE_HELD = Kind(
    "derivativeHolding", "derivativeTable", DERIVATIVE_HOLDING, "derivative_holdings", DerivativeHolding
)

KINDS = (_TRADE, _HOLDING, _DERIVATIVE_TRADE, _DERIVATIVE_HELD)
CONTAINERS = ("nonDerivativeTable", "derivativeTable")
_BY_ELEMENT = {kind.element: kind for kind in KINDS}
_X0101_KINDS = {
    "nonDerivativeSecurity": (_TRADE, _HOLDING),
    "derivativeSecurity": (_DERIVATIVE_TRADE, _DERIVATIVE_HELD),
}
_MARKS_OF_A_TRANSACTION = frozenset({"transactionDate", "transactionCoding", "transactionAmounts"})

Rows = dict[str, list[Any]]
"""Records by the lake's table."""


def no_rows() -> Rows:
    """Every table, without records."""
    return {kind.table: [] for kind in KINDS}


def read_rows(root: _Element, reading: Reading) -> Rows:
    """The rows of both tables, numbered in each by position, transactions and holdings together.

    X0101 puts its rows under the root; a row there, or in the other table, is read as what it is called.
    """
    rows = no_rows()
    numbers = dict.fromkeys(CONTAINERS, 0)
    seen: set[str] = set()
    for section in children(root):
        tag = section.tag
        if tag in CONTAINERS:
            if tag in seen:
                reading.at("filings")
                reading.issue(f"a second {tag}; the rows of both were read", None)
            seen.add(tag)
            for row in children(section):
                _read_row(row, tag, rows, numbers, reading)
                if row.tail is not None:
                    reading.at("filings")
                    reading.stray(row.tail, section)
            reading.at("filings")
            reading.stray(section.text, section)
        elif tag in _BY_ELEMENT or tag in _X0101_KINDS:
            _read_row(section, None, rows, numbers, reading)
    return rows


def _read_row(row: _Element, container: str | None, rows: Rows, numbers: dict[str, int], reading: Reading) -> None:
    tag = row.tag
    kind = _BY_ELEMENT.get(tag)
    if kind is None:
        pair = _X0101_KINDS.get(tag)
        if pair is None:
            reading.at("filings")
            reading.unknown(row)
            return
        kind = pair[0] if any(child.tag in _MARKS_OF_A_TRANSACTION for child in row) else pair[1]
    number = numbers[kind.container] + 1
    if number > MOST_ROWS:
        raise NotAnOwnershipFiling(f"more than {MOST_ROWS:,} rows in {kind.container}")
    numbers[kind.container] = number
    reading.at(kind.table, number)
    if container is not None and container != kind.container:
        reading.issue(f"a {tag} inside {container}", None)
    rows[kind.table].append(kind.record(row_number=number, **columns(row, kind.shape, reading)))

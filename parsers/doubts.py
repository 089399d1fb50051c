"""Values that are read as filed and can hardly be meant: flagged in `parse_issues`, never changed.

Every reason starts with `DOUBTFUL`, so that whoever reads `parse_issues` can tell doubts from what could not be read:
`reason LIKE 'doubtful: %'`. The rules look at a finished filing, whatever it was read from.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from ..tables import DerivativeTransaction, Filing, NonDerivativeTransaction, ParseIssue

DOUBTFUL = "doubtful: "
"""What the reason of every doubt starts with."""

AFTER_THE_FILING = f"{DOUBTFUL}the transaction is dated after the filing date"
BEFORE_THE_PERIOD = f"{DOUBTFUL}the transaction is dated more than 45 days before the period of report"
PURCHASE_DISPOSED_OF = f"{DOUBTFUL}a purchase (P) is marked as disposed of (D)"
SALE_ACQUIRED = f"{DOUBTFUL}a sale (S) is marked as acquired (A)"
CODE_NOT_LISTED = f"{DOUBTFUL}the transaction code is not written as the specification lists it"
VALUE_TOO_LARGE = f"{DOUBTFUL}price times shares is more than 10 billion dollars"
BALANCE_ROSE = f"{DOUBTFUL}more is owned after the sale than before it"

DOUBTS = (
    AFTER_THE_FILING,
    BEFORE_THE_PERIOD,
    PURCHASE_DISPOSED_OF,
    SALE_ACQUIRED,
    CODE_NOT_LISTED,
    VALUE_TOO_LARGE,
    BALANCE_ROSE,
)
"""The reasons of all doubts."""

LISTED_CODES = frozenset("ACDEFGHIJLMOPSUWXZ")
"""Transaction codes of the specification (section 3.6.9)."""

MOST_DAYS_BEFORE = 45
"""A Form 4 reports within days; its period of report is the date of its earliest transaction."""

MOST_DOLLARS = Decimal(10) ** 10

Transaction = NonDerivativeTransaction | DerivativeTransaction
Position = tuple[str | None, ...]


def doubts(filing: Filing) -> list[ParseIssue]:
    """An issue for each doubtful value of the transactions, with the value as text."""
    found: list[ParseIssue] = []
    earliest = None
    if filing.period_of_report is not None and filing.form_type in ("4", "4/A"):
        earliest = date.fromordinal(max(1, filing.period_of_report.toordinal() - MOST_DAYS_BEFORE))
    trades, derivatives = filing.non_derivative_transactions, filing.derivative_transactions
    _of_each("non_derivative_transactions", trades, filing.filing_date, earliest, found)
    _of_each("derivative_transactions", derivatives, filing.filing_date, earliest, found)
    if len(trades) > 1 and any(map(_is_sale, trades)):
        found.extend(_balances(trades))
    return found


def _of_each(
    table: str,
    rows: Sequence[Transaction],
    filed: date | None,
    earliest: date | None,
    found: list[ParseIssue],
) -> None:
    """What is doubtful in each transaction by itself."""

    def doubt(column: str, raw: str, reason: str) -> None:
        number = row.row_number
        found.append(ParseIssue(table_name=table, row_number=number, column_name=column, raw_value=raw, reason=reason))

    for row in rows:
        dated, code, side = row.transaction_date, row.transaction_code, row.transaction_acquired_disposed_code
        if dated is not None:
            if filed is not None and dated > filed:
                doubt("transaction_date", dated.isoformat(), AFTER_THE_FILING)
            if earliest is not None and dated < earliest:
                doubt("transaction_date", dated.isoformat(), BEFORE_THE_PERIOD)
        if code is not None:
            if code not in LISTED_CODES:
                doubt("transaction_code", code, CODE_NOT_LISTED)
            if side == "D" and code[0] in "Pp":
                doubt("transaction_acquired_disposed_code", side, PURCHASE_DISPOSED_OF)
            if side == "A" and code[0] in "Ss":
                doubt("transaction_acquired_disposed_code", side, SALE_ACQUIRED)
        price, shares = row.transaction_price_per_share, row.transaction_shares
        if price and shares and price * shares > MOST_DOLLARS:
            doubt("transaction_price_per_share", f"{price} x {shares}", VALUE_TOO_LARGE)


def _is_sale(row: Transaction) -> bool:
    return row.transaction_code is not None and row.transaction_code[0] in "Ss"


def _balances(rows: list[NonDerivativeTransaction]) -> Iterator[ParseIssue]:
    """Sales after which a position is larger than after the transaction before them.

    A position is a title held in one way. Rows listed from the newest to the oldest have rising balances that are
    right: they are known by an earlier date, or by a balance that the row before explains. In Table II a sale may add
    to what is owned: a put that is written.
    """
    last: dict[Position, NonDerivativeTransaction] = {}
    for row in rows:
        balance = row.shares_owned_following_transaction
        if balance is None:
            continue
        position = _position(row)
        before = last.get(position)
        last[position] = row
        if before is None or not _is_sale(row):
            continue
        if row.transaction_acquired_disposed_code == "A" or _is_newest_first(before, row):
            continue
        owned = before.shares_owned_following_transaction
        if owned is not None and balance > owned:
            yield ParseIssue(
                table_name="non_derivative_transactions",
                row_number=row.row_number,
                column_name="shares_owned_following_transaction",
                raw_value=str(balance),
                reason=BALANCE_ROSE,
            )


def _position(row: NonDerivativeTransaction) -> Position:
    return (
        row.security_title,
        row.direct_or_indirect_ownership,
        row.direct_or_indirect_ownership_fn,
        row.nature_of_ownership,
        row.nature_of_ownership_fn,
        row.shares_owned_following_transaction_fn,
    )


def _is_newest_first(before: NonDerivativeTransaction, row: NonDerivativeTransaction) -> bool:
    """Whether the row is older than the one listed before it."""
    if before.transaction_date is not None and row.transaction_date is not None:
        if row.transaction_date < before.transaction_date:
            return True
        if row.transaction_date > before.transaction_date:
            return False
    balance, owned = row.shares_owned_following_transaction, before.shares_owned_following_transaction
    shares = before.transaction_shares
    if balance is None or owned is None or shares is None:
        return False
    return balance == (owned - shares if before.transaction_acquired_disposed_code == "A" else owned + shares)

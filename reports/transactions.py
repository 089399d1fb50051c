"""Every transaction of one issuer, as its page lists them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import duckdb

from .trading import first_of

PLANS = {"under a plan": "under a plan", "denied": "not under a plan"}
"""What is said of a Rule 10b5-1 plan, by the column `plan`; of others nothing is."""


@dataclass(frozen=True, slots=True)
class Transaction:
    """A row of `trade_plans` that no amendment has replaced and whose filing was not withdrawn."""

    filing_date: date | None
    transaction_date: date | None
    owner_names: list[str | None] | None
    owner_role: str | None
    security_title: str | None
    is_derivative: bool
    code: str | None
    code_meaning: str | None
    acquired_or_disposed: str | None
    shares: Decimal | None
    price: Decimal | None
    value: Decimal | None
    plan: str | None
    url: str | None

    @property
    def owner(self) -> str | None:
        """The first owner who has a name, and how many more there are."""
        return first_of(self.owner_names)

    @property
    def what(self) -> str | None:
        """The code in words; the code itself where the form has no such code."""
        return self.code_meaning or self.code

    @property
    def direction(self) -> str | None:
        """Whether the shares were acquired or disposed of."""
        return {"A": "acquired", "D": "disposed of"}.get(self.acquired_or_disposed or "")

    @property
    def plan_said(self) -> str | None:
        """What the filing says of a plan; None: nothing."""
        return PLANS.get(self.plan or "")


def newest_transactions(
    connection: duckdb.DuckDBPyConnection, issuer_cik: int, since: date | None, count: int
) -> tuple[list[Transaction], int]:
    """The newest transactions of an issuer that were filed since a date, in both tables, and how many there are in all.

    Raises:
        duckdb.Error: the lake's files cannot be read.
    """
    standing = "issuer_cik = ? AND filing_date >= ? AND NOT is_amended AND NOT is_withdrawn"
    values = [issuer_cik, since or date.min]
    found = connection.execute(
        "SELECT filing_date, transaction_date, owner_names, owner_role, security_title, is_derivative, "
        "transaction_code, code_meaning, transaction_acquired_disposed_code, transaction_shares, "
        f"transaction_price_per_share, value, plan, source_url FROM trade_plans WHERE {standing} "
        "ORDER BY coalesce(least(transaction_date, filing_date), filing_date) DESC, accession_number DESC, "
        f"is_derivative, row_number LIMIT {count}",
        values,
    ).fetchall()
    ((total,),) = connection.execute(f"SELECT count(*) FROM trades WHERE {standing}", values).fetchall()
    return [Transaction(*row) for row in found], total

"""Filings and open-market trades over time, of the whole lake or of one issuer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import duckdb

DAYS_AS_DAYS = 92
"""Up to this many days a span is shown day by day; a longer one month by month."""


@dataclass(frozen=True, slots=True)
class Traded:
    """Open-market purchases or sales of a period, amended ones left out."""

    trades: int
    unpriced: int
    """Those without a price or a number of shares: they add nothing to the value."""
    value: Decimal | None
    """Shares times price in US dollars; None where no trade has one."""


@dataclass(frozen=True, slots=True)
class Period:
    """A day or a month, by filing date."""

    begins: date
    monthly: bool
    form3: int
    form4: int
    form5: int
    amendments: int
    """Those among the filings that amend an earlier one."""
    bought: Traded
    sold: Traded

    @property
    def filings(self) -> int:
        """All filings."""
        return self.form3 + self.form4 + self.form5

    @property
    def name(self) -> str:
        """`2024-01`, or `2024-01-02`."""
        return f"{self.begins:%Y-%m}" if self.monthly else f"{self.begins}"


@dataclass(frozen=True, slots=True)
class Trade:
    """A row of `insider_buys` or `insider_sells`."""

    filing_date: date
    transaction_date: date | None
    issuer_cik: int | None
    issuer_name: str | None
    ticker: str | None
    owner_names: list[str | None] | None
    owner_role: str | None
    security_title: str | None
    shares: Decimal | None
    price: Decimal | None
    value: Decimal | None
    accession_number: str
    url: str | None

    @property
    def owner(self) -> str | None:
        """The first owner who has a name, and how many more there are."""
        return first_of(self.owner_names)

    @property
    def day(self) -> date:
        """The transaction date; the filing date where there is none, or it is after that."""
        happened = self.transaction_date
        return self.filing_date if happened is None or happened > self.filing_date else happened


def first_of(names: list[str | None] | None) -> str | None:
    """The first name, and how many more there are."""
    known = [name for name in names or [] if name]
    return f"{known[0]} + {len(known) - 1} more" if len(known) > 1 else next(iter(known), None)


TRADE_COLUMNS = (
    "filing_date, transaction_date, issuer_cik, issuer_name, ticker, owner_names, owner_role, security_title, "
    "transaction_shares, transaction_price_per_share, value, accession_number, source_url"
)


def largest(connection: duckdb.DuckDBPyConnection, view: str, since: date, count: int) -> list[Trade]:
    """The trades of the greatest value in a view that were filed since a date; those without a value are left out."""
    found = connection.execute(
        f"SELECT {TRADE_COLUMNS} FROM {view} WHERE filing_date >= ? AND value IS NOT NULL "
        f"ORDER BY value DESC, accession_number, row_number LIMIT {count}",
        [since],
    )
    return [Trade(*row) for row in found.fetchall()]


def periods(connection: duckdb.DuckDBPyConnection, since: date | None, issuer_cik: int | None) -> list[Period]:
    """Every day or month that has a filing, oldest first, of one issuer or of all."""
    given = {"filing_date >= ?": since, "issuer_cik = ?": issuer_cik}
    values = [value for value in given.values() if value is not None]
    condition = " AND ".join(["filing_date IS NOT NULL", *(each for each, value in given.items() if value is not None)])
    first, last = connection.execute(
        f"SELECT min(filing_date), max(filing_date) FROM filings WHERE {condition}", values
    ).fetchall()[0]
    monthly = first is not None and (last - first).days > DAYS_AS_DAYS
    period = f"date_trunc('{'month' if monthly else 'day'}', filing_date)::DATE"
    families = ", ".join(f"count(*) FILTER (form_type[1] = '{family}')" for family in "345")
    filed = connection.execute(
        f"SELECT {period} AS begins, {families}, count(*) FILTER (form_type LIKE '%/A') FROM filings "
        f"WHERE {condition} GROUP BY begins ORDER BY begins",
        values,
    ).fetchall()
    # What `insider_buys` and `insider_sells` add up to, without looking up the filing and the owners of each.
    traded = connection.execute(
        f"SELECT transaction_code, {period} AS begins, count(*), count(*) - count(value), sum(value) "
        "FROM (SELECT *, TRY(transaction_shares * transaction_price_per_share) AS value "
        "FROM non_derivative_transactions) "
        "ANTI JOIN (FROM superseded WHERE table_name = 'non_derivative_transactions') "
        "USING (accession_number, filing_date, issuer_cik, row_number) "
        "ANTI JOIN (FROM superseded WHERE table_name IS NULL AND reason = 'amended') "
        "USING (accession_number, filing_date, issuer_cik) ANTI JOIN withdrawn_filings USING (accession_number) "
        f"WHERE {condition} AND transaction_code IN ('P', 'S') AND equity_swap_involved IS NOT TRUE GROUP BY ALL",
        values,
    ).fetchall()
    by_period = {(code, begins): Traded(*numbers) for code, begins, *numbers in traded}
    none = Traded(0, 0, None)
    return [
        Period(
            begins,
            monthly,
            form3,
            form4,
            form5,
            amendments,
            bought=by_period.get(("P", begins), none),
            sold=by_period.get(("S", begins), none),
        )
        for begins, form3, form4, form5, amendments in filed
    ]

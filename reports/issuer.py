"""What the page of one issuer says, asked of the views."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import duckdb

from .trading import TRADE_COLUMNS, Period, Trade, first_of, periods
from .transactions import Transaction, newest_transactions

TRADES_SHOWN, FILINGS_SHOWN, HOLDINGS_SHOWN = 200, 100, 200


class UnknownTicker(Exception):
    """No filing names this trading symbol; the message names symbols like it."""


@dataclass(frozen=True, slots=True)
class Holding:
    """A row of `latest_holdings`."""

    owner_names: list[str | None]
    security_title: str | None
    is_derivative: bool
    ownership: str | None
    nature: str | None
    shares: Decimal | None
    value: Decimal | None
    as_of: date | None
    accession_number: str

    @property
    def owner(self) -> str | None:
        """The first owner who has a name, and how many more there are."""
        return first_of(self.owner_names)


@dataclass(frozen=True, slots=True)
class FilingLine:
    """A row of `current_filings` with its owners."""

    accession_number: str
    form_type: str
    filing_date: date | None
    period_of_report: date | None
    owner_names: list[str | None] | None
    superseded_by: str | None
    superseded_reason: str | None
    url: str | None

    @property
    def owner(self) -> str | None:
        """The first owner who has a name, and how many more there are."""
        return first_of(self.owner_names)

    @property
    def is_amendment(self) -> bool:
        """Whether it amends an earlier one."""
        return self.form_type.endswith("/A")


@dataclass(frozen=True, slots=True)
class OtherIssuer:
    """Another issuer that has used the symbol."""

    name: str | None
    issuer_cik: int
    last_filed: date | None


@dataclass(frozen=True, slots=True)
class Issuer:
    """One issuer, as its page shows it."""

    version: int
    since: date | None
    ticker: str | None
    """The symbol that was asked for, or the one filed last."""
    issuer_cik: int
    name: str | None
    others: list[OtherIssuer]
    filings: int
    first_filed: date | None
    last_filed: date | None
    periods: list[Period]
    purchases: list[Trade]
    sales: list[Trade]
    transactions: list[Transaction]
    """The newest, of whatever code."""
    transactions_in_all: int
    holdings: list[Holding]
    lines: list[FilingLine]

    @property
    def holdings_by_owner(self) -> dict[str | None, list[Holding]]:
        """The holdings of each set of owners."""
        found: dict[str | None, list[Holding]] = defaultdict(list)
        for each in self.holdings:
            found[each.owner].append(each)
        return dict(found)


def issuer_of(connection: duckdb.DuckDBPyConnection, ticker: str, since: date | None) -> Issuer:
    """All that the page shows of the issuer that used a symbol last, in filings since a date or in all.

    Raises:
        UnknownTicker: no filing names it.
        duckdb.Error: the lake's files cannot be read.
    """
    symbol = ticker.strip().upper()
    issuers = connection.execute(
        "SELECT arg_max(issuer_name, filing_date), issuer_cik, max(filing_date) AS last FROM filings "
        "WHERE ticker = ? AND issuer_cik IS NOT NULL GROUP BY issuer_cik ORDER BY last DESC, issuer_cik",
        [symbol],
    ).fetchall()
    if not issuers:
        raise UnknownTicker(_unknown(connection, ticker))
    (_, cik, _), *others = issuers
    return replace(read_issuer(connection, cik, since), ticker=symbol, others=[OtherIssuer(*each) for each in others])


def read_issuer(connection: duckdb.DuckDBPyConnection, cik: int, since: date | None) -> Issuer:
    """All that the page shows of an issuer, in filings since a date or in all.

    Raises:
        duckdb.Error: the lake's files cannot be read.
    """
    name, symbol = connection.execute(
        "SELECT arg_max(issuer_name, filing_date), arg_max(ticker, filing_date) FROM filings WHERE issuer_cik = ?",
        [cik],
    ).fetchall()[0]
    values = [cik, since or date.min]
    filed = "WHERE issuer_cik = ? AND filing_date >= ?"
    version = connection.execute("SELECT version FROM lake_snapshot").fetchall()[0][0]
    filings, first, last = connection.execute(
        f"SELECT count(*), min(filing_date), max(filing_date) FROM filings {filed}", values
    ).fetchall()[0]
    purchases, sales = (
        connection.execute(f"SELECT {TRADE_COLUMNS} FROM {view} {filed}", values).fetchall()
        for view in ("insider_buys", "insider_sells")
    )
    holdings = connection.execute(
        "SELECT owner_names, security_title, is_derivative, direct_or_indirect_ownership, nature_of_ownership, "
        f"shares_owned, value_owned, as_of, accession_number FROM latest_holdings {filed} "
        "AND (shares_owned IS NULL OR shares_owned <> 0) "
        f"ORDER BY as_of DESC, owner_names, security_title LIMIT {HOLDINGS_SHOWN}",
        values,
    ).fetchall()
    lines = connection.execute(
        "SELECT f.accession_number, f.form_type, f.filing_date, f.period_of_report, o.owner_names, f.superseded_by, "
        "f.superseded_reason, 'https://www.sec.gov/Archives/' || f.source_path "
        f"FROM (FROM current_filings {filed} ORDER BY filing_date DESC, accession_number DESC LIMIT {FILINGS_SHOWN}) f "
        "LEFT JOIN (SELECT accession_number, list(owner_name ORDER BY owner_number) AS owner_names "
        f"FROM reporting_owners {filed} GROUP BY accession_number) o ON o.accession_number = f.accession_number "
        "ORDER BY f.filing_date DESC, f.accession_number DESC",
        [*values, *values],
    ).fetchall()
    transactions, in_all = newest_transactions(connection, cik, since, TRADES_SHOWN)
    return Issuer(
        version=version,
        since=since,
        ticker=symbol,
        issuer_cik=cik,
        name=name,
        others=[],
        filings=filings,
        first_filed=first,
        last_filed=last,
        periods=periods(connection, since, cik),
        purchases=[Trade(*row) for row in purchases],
        sales=[Trade(*row) for row in sales],
        transactions=transactions,
        transactions_in_all=in_all,
        holdings=[Holding(*row) for row in holdings],
        lines=[FilingLine(*row) for row in lines],
    )


def _unknown(connection: duckdb.DuckDBPyConnection, ticker: str) -> str:
    near = connection.execute(
        "SELECT ticker, arg_max(issuer_name, filing_date) AS name, contains(upper(name), $1) AS named, "
        "jaro_winkler_similarity(ticker, $1) AS alike FROM filings WHERE ticker IS NOT NULL GROUP BY ticker "
        "HAVING named OR alike > 0.7 ORDER BY named DESC, alike DESC, ticker LIMIT 5",
        [ticker.strip().upper()],
    ).fetchall()
    like = "; near it are " + ", ".join(f"{symbol} ({name})" for symbol, name, _, _ in near) if near else ""
    return f"no filing of the lake has the ticker {ticker}{like}"

"""The lake's views as methods with filters: what `Lake` has besides `sql`.

A method gives a view's rows; `docs/tables.md` and `form4 describe VIEW` say what each column means.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Protocol

from .lake_filters import Ciks, Filters, Moment, Texts
from .lake_research import ResearchViews
from .lake_view_docs import documented

if TYPE_CHECKING:
    import duckdb


class LakeViews(ResearchViews, Protocol):
    """The views of a lake, one method each."""

    @documented()
    def trades(
        self,
        *,
        ticker: Texts | None = None,
        issuer_cik: Ciks | None = None,
        owner_cik: Ciks | None = None,
        codes: Texts | None = None,
        since: date | str | None = None,
        until: date | str | None = None,
        as_of: Moment | None = None,
        floats: bool | None = None,
    ) -> duckdb.DuckDBPyRelation:
        """Transactions of both tables of the forms, one row each; amended and withdrawn ones are there, marked."""
        return self._view(
            "trades",
            Filters(ticker=ticker, issuer_cik=issuer_cik, owner_cik=owner_cik, codes=codes, since=since, until=until),
            as_of=as_of,
            floats=floats,
        )

    @documented()
    def insider_buys(
        self,
        *,
        ticker: Texts | None = None,
        issuer_cik: Ciks | None = None,
        owner_cik: Ciks | None = None,
        since: date | str | None = None,
        until: date | str | None = None,
        as_of: Moment | None = None,
        floats: bool | None = None,
    ) -> duckdb.DuckDBPyRelation:
        """Open-market purchases (code P), one row each, amended and withdrawn ones left out."""
        return self._view(
            "insider_buys",
            Filters(ticker=ticker, issuer_cik=issuer_cik, owner_cik=owner_cik, since=since, until=until),
            as_of=as_of,
            floats=floats,
        )

    @documented()
    def insider_sells(
        self,
        *,
        ticker: Texts | None = None,
        issuer_cik: Ciks | None = None,
        owner_cik: Ciks | None = None,
        since: date | str | None = None,
        until: date | str | None = None,
        as_of: Moment | None = None,
        floats: bool | None = None,
    ) -> duckdb.DuckDBPyRelation:
        """Open-market sales (code S), one row each, amended and withdrawn ones left out."""
        return self._view(
            "insider_sells",
            Filters(ticker=ticker, issuer_cik=issuer_cik, owner_cik=owner_cik, since=since, until=until),
            as_of=as_of,
            floats=floats,
        )

    @documented("day of a cluster: those that overlap are taken")
    def cluster_buys(
        self,
        *,
        window_days: int = 30,
        min_insiders: int = 3,
        min_value: int = 100_000,
        without_ten_percent_owners: bool = True,
        without_plan_trades: bool = True,
        without_purchase_plans: bool = True,
        officers_and_directors_only: bool = False,
        ticker: Texts | None = None,
        issuer_cik: Ciks | None = None,
        since: date | str | None = None,
        until: date | str | None = None,
        as_of: Moment | None = None,
        floats: bool | None = None,
    ) -> duckdb.DuckDBPyRelation:
        """Several insiders of one issuer who bought at about the same time, one row a cluster."""
        settings = ", ".join(
            f"{name} := {value}"
            for name, value in {
                "window_days": int(window_days),
                "min_insiders": int(min_insiders),
                "min_value": int(min_value),
                "without_ten_percent_owners": bool(without_ten_percent_owners),
                "without_plan_trades": bool(without_plan_trades),
                "without_purchase_plans": bool(without_purchase_plans),
                "officers_and_directors_only": bool(officers_and_directors_only),
            }.items()
        )
        return self._view(
            f"cluster_buys({settings})",
            Filters(ticker=ticker, issuer_cik=issuer_cik, since=since, until=until),
            as_of=as_of,
            floats=floats,
        )

    @documented()
    def plan_trades(
        self,
        *,
        ticker: Texts | None = None,
        issuer_cik: Ciks | None = None,
        owner_cik: Ciks | None = None,
        codes: Texts | None = None,
        since: date | str | None = None,
        until: date | str | None = None,
        as_of: Moment | None = None,
        floats: bool | None = None,
    ) -> duckdb.DuckDBPyRelation:
        """Transactions under a Rule 10b5-1 plan, by the form's box or by its footnote."""
        return self._view(
            "plan_trades",
            Filters(ticker=ticker, issuer_cik=issuer_cik, owner_cik=owner_cik, codes=codes, since=since, until=until),
            as_of=as_of,
            floats=floats,
        )

    @documented()
    def trade_plans(
        self,
        *,
        ticker: Texts | None = None,
        issuer_cik: Ciks | None = None,
        owner_cik: Ciks | None = None,
        codes: Texts | None = None,
        since: date | str | None = None,
        until: date | str | None = None,
        as_of: Moment | None = None,
        floats: bool | None = None,
    ) -> duckdb.DuckDBPyRelation:
        """All transactions, each with what the filing says of a Rule 10b5-1 plan."""
        return self._view(
            "trade_plans",
            Filters(ticker=ticker, issuer_cik=issuer_cik, owner_cik=owner_cik, codes=codes, since=since, until=until),
            as_of=as_of,
            floats=floats,
        )

    @documented()
    def latest_holdings(
        self,
        *,
        ticker: Texts | None = None,
        issuer_cik: Ciks | None = None,
        owner_cik: Ciks | None = None,
        since: date | str | None = None,
        until: date | str | None = None,
        as_of: Moment | None = None,
        floats: bool | None = None,
    ) -> duckdb.DuckDBPyRelation:
        """What owners hold, one row a position, as last reported."""
        return self._view(
            "latest_holdings",
            Filters(ticker=ticker, issuer_cik=issuer_cik, owner_cik=owner_cik, since=since, until=until),
            as_of=as_of,
            floats=floats,
        )

    @documented()
    def late_filings(
        self,
        *,
        ticker: Texts | None = None,
        issuer_cik: Ciks | None = None,
        owner_cik: Ciks | None = None,
        since: date | str | None = None,
        until: date | str | None = None,
        as_of: Moment | None = None,
        floats: bool | None = None,
    ) -> duckdb.DuckDBPyRelation:
        """Forms 4 filed more than two business days after a transaction."""
        return self._view(
            "late_filings",
            Filters(ticker=ticker, issuer_cik=issuer_cik, owner_cik=owner_cik, since=since, until=until),
            as_of=as_of,
            floats=floats,
        )

    @documented()
    def current_filings(
        self,
        *,
        ticker: Texts | None = None,
        issuer_cik: Ciks | None = None,
        since: date | str | None = None,
        until: date | str | None = None,
        as_of: Moment | None = None,
        floats: bool | None = None,
    ) -> duckdb.DuckDBPyRelation:
        """Filings, one row each, with the amendment that superseded it, if one did."""
        return self._view(
            "current_filings",
            Filters(ticker=ticker, issuer_cik=issuer_cik, since=since, until=until),
            as_of=as_of,
            floats=floats,
        )

    @documented()
    def first_seen(
        self,
        *,
        issuer_cik: Ciks | None = None,
        since: date | str | None = None,
        until: date | str | None = None,
        as_of: Moment | None = None,
        floats: bool | None = None,
    ) -> duckdb.DuckDBPyRelation:
        """When the lake had each filing first, which is what a strategy run on it could have known."""
        return self._view(
            "first_seen", Filters(issuer_cik=issuer_cik, since=since, until=until), as_of=as_of, floats=floats
        )

    @documented()
    def issuer_history(
        self,
        *,
        ticker: Texts | None = None,
        issuer_cik: Ciks | None = None,
        as_of: Moment | None = None,
        floats: bool | None = None,
    ) -> duckdb.DuckDBPyRelation:
        """The names and symbols that issuers have had, with the dates of the filings that had them."""
        return self._view("issuer_history", Filters(ticker=ticker, issuer_cik=issuer_cik), as_of=as_of, floats=floats)

    @documented()
    def owner_history(
        self,
        *,
        owner_cik: Ciks | None = None,
        as_of: Moment | None = None,
        floats: bool | None = None,
    ) -> duckdb.DuckDBPyRelation:
        """The names that owners have had, with the dates of the filings that had them."""
        return self._view("owner_history", Filters(owner_cik=owner_cik), as_of=as_of, floats=floats)

    @documented("index date")
    def coverage(
        self,
        *,
        since: date | str | None = None,
        until: date | str | None = None,
        as_of: Moment | None = None,
        floats: bool | None = None,
    ) -> duckdb.DuckDBPyRelation:
        """How complete the lake is: one row a business day, never-read ones too."""
        return self._view("coverage", Filters(since=since, until=until), as_of=as_of, floats=floats)

"""The lake's views for research as methods with filters: `LakeViews` has them besides its own."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Protocol

from .lake_filters import Ciks, Filters, Moment, Texts
from .lake_view_docs import Viewed, documented

if TYPE_CHECKING:
    import duckdb


class ResearchViews(Viewed, Protocol):
    """The views of routine, net purchases and holdings, one method each."""

    @documented()
    def classified_trades(
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
        """Open-market trades with the class of their owner by Cohen, Malloy and Pomorski: routine or opportunistic."""
        return self._view(
            "classified_trades",
            Filters(ticker=ticker, issuer_cik=issuer_cik, owner_cik=owner_cik, codes=codes, since=since, until=until),
            as_of=as_of,
            floats=floats,
        )

    @documented()
    def routine_trades(
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
        """Trades of owners who trade in the same month year after year."""
        return self._view(
            "routine_trades",
            Filters(ticker=ticker, issuer_cik=issuer_cik, owner_cik=owner_cik, codes=codes, since=since, until=until),
            as_of=as_of,
            floats=floats,
        )

    @documented()
    def opportunistic_trades(
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
        """Trades of owners with a history who do not trade by the calendar."""
        return self._view(
            "opportunistic_trades",
            Filters(ticker=ticker, issuer_cik=issuer_cik, owner_cik=owner_cik, codes=codes, since=since, until=until),
            as_of=as_of,
            floats=floats,
        )

    @documented("month, as its first day")
    def net_purchases(
        self,
        *,
        ticker: Texts | None = None,
        issuer_cik: Ciks | None = None,
        since: date | str | None = None,
        until: date | str | None = None,
        as_of: Moment | None = None,
        floats: bool | None = None,
    ) -> duckdb.DuckDBPyRelation:
        """Purchases against sales, one row an issuer and month: the net purchase ratio."""
        return self._view(
            "net_purchases",
            Filters(ticker=ticker, issuer_cik=issuer_cik, since=since, until=until),
            as_of=as_of,
            floats=floats,
        )

    @documented()
    def holding_changes(
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
        """By how much each transaction changed what its owners held."""
        return self._view(
            "holding_changes",
            Filters(ticker=ticker, issuer_cik=issuer_cik, owner_cik=owner_cik, codes=codes, since=since, until=until),
            as_of=as_of,
            floats=floats,
        )

    @documented()
    def balance_breaks(
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
        """Where the balance of one report does not follow from the report before it."""
        return self._view(
            "balance_breaks",
            Filters(ticker=ticker, issuer_cik=issuer_cik, owner_cik=owner_cik, since=since, until=until),
            as_of=as_of,
            floats=floats,
        )

"""The lake's views as methods with filters: what `Lake` has besides `sql`.

A method gives a view's rows; `docs/tables.md` and `form4 describe VIEW` say what each column means.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Protocol, TypeVar

from .lake_filters import Ciks, Filters, Moment, Texts

if TYPE_CHECKING:
    import duckdb

Method = TypeVar("Method", bound=Callable[..., object])

_MEANINGS = {
    "ticker": "trading symbols as the filings have them, in any case; one or several. A CIK is safer: symbols change.",
    "issuer_cik": "Central Index Keys of issuers, one or several.",
    "owner_cik": "Central Index Keys of owners, one or several; joint filings of any of them count.",
    "codes": "transaction codes, one letter each: `P` a purchase, `S` a sale; one or several.",
    "since": "first {day}, included; a date, or its ISO text.",
    "until": "last {day}, included.",
    "as_of": "show what was public at that moment, and nothing later: a datetime with time zone, or a date, which "
    "means the end of that day in New York. None: as `open_lake` was told, else all.",
    "floats": "amounts as float64 instead of decimals: faster in pandas, exact to some 15 digits only; sums can be off "
    "in the last cents. None: as `open_lake` was told, else exact.",
    "window_days": "days from the first purchase of a window to its last, both counted.",
    "min_insiders": "how many insiders must have bought within them.",
    "min_value": "what they must have spent together, in US dollars.",
    "without_ten_percent_owners": "leave out ten per cent owners who are neither director nor officer.",
    "without_plan_trades": "leave out purchases under a Rule 10b5-1 plan.",
    "without_purchase_plans": "leave out dividend reinvestment, employee stock purchase and savings plans.",
    "officers_and_directors_only": "take purchases of officers and directors alone.",
}
_ENDING = """
Returns:
    A DuckDB relation, not computed yet: `.filter(…)`, `.df()`, `.pl()`, `.to_arrow_table()`, `.fetchall()`. Amounts are
    decimals in US dollars or numbers of securities; dates are dates; instants are in New York time; NULL means that
    the filing does not say.

Raises:
    ValueError: a filter is of a kind that cannot be used, as a datetime without time zone.
    duckdb.Error: when rows are asked for: a file of the lake was removed after its day of grace.
"""


def _documented(day: str = "filing date") -> Callable[[Method], Method]:
    """Add what the parameters mean to a method's docstring; day: which date `since` and `until` are about."""

    def add(method: Method) -> Method:
        names = [name for name in method.__annotations__ if name in _MEANINGS]
        lines = "".join(f"    {name}: {_MEANINGS[name].format(day=day)}\n" for name in names)
        method.__doc__ = f"{method.__doc__}\n\nArgs:\n{lines}{_ENDING}"
        return method

    return add


class LakeViews(Protocol):
    """The views of a lake, one method each."""

    def _view(
        self, source: str, filters: Filters, *, as_of: Moment | None, floats: bool | None
    ) -> duckdb.DuckDBPyRelation: ...

    @_documented()
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

    @_documented()
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

    @_documented()
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

    @_documented("day of a cluster: those that overlap are taken")
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

    @_documented()
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

    @_documented()
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

    @_documented()
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

    @_documented()
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

    @_documented()
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

    @_documented("month, as its first day")
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

    @_documented()
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

    @_documented()
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

    @_documented()
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

    @_documented()
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

    @_documented()
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

    @_documented()
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

    @_documented()
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

    @_documented()
    def owner_history(
        self,
        *,
        owner_cik: Ciks | None = None,
        as_of: Moment | None = None,
        floats: bool | None = None,
    ) -> duckdb.DuckDBPyRelation:
        """The names that owners have had, with the dates of the filings that had them."""
        return self._view("owner_history", Filters(owner_cik=owner_cik), as_of=as_of, floats=floats)

    @_documented("index date")
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

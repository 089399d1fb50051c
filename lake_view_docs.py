"""What every method of a view has: its filters said in its docstring, and the lake that answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, TypeVar

from .lake_filters import Filters, Moment

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


def documented(day: str = "filing date") -> Callable[[Method], Method]:
    """Add what the parameters mean to a method's docstring; day: which date `since` and `until` are about."""

    def add(method: Method) -> Method:
        names = [name for name in method.__annotations__ if name in _MEANINGS]
        lines = "".join(f"    {name}: {_MEANINGS[name].format(day=day)}\n" for name in names)
        method.__doc__ = f"{method.__doc__}\n\nArgs:\n{lines}{_ENDING}"
        return method

    return add


class Viewed(Protocol):
    """A lake whose views can be asked."""

    def _view(
        self, source: str, filters: Filters, *, as_of: Moment | None, floats: bool | None
    ) -> duckdb.DuckDBPyRelation: ...

"""What a view is narrowed by: the filters of the methods of `Lake`, and points in time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from operator import index
from typing import TYPE_CHECKING, Any, SupportsIndex
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    import duckdb

Texts = str | Sequence[str]
"""One text, or several of which any will do."""
Ciks = int | Sequence[int]
"""One Central Index Key, or several of which any will do."""
Moment = str | date | datetime
"""A point in time: a datetime with its time zone, or a date, which means the end of that day in New York; or the ISO
text of either."""

NEW_YORK = ZoneInfo("America/New_York")
_DAYS = (("filing_date", "filing_date"), ("index_date", "index_date"), ("month", "month"))
_SPAN = ("first_purchase", "last_purchase")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which rows of a view are wanted; None: all."""

    ticker: Texts | None = None
    issuer_cik: Ciks | None = None
    owner_cik: Ciks | None = None
    codes: Texts | None = None
    since: date | str | None = None
    until: date | str | None = None

    def of(self, rows: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
        """Those rows; still not computed.

        Raises:
            ValueError: a filter has a value of another kind.
        """
        for condition in self._conditions(rows.columns):
            rows = rows.filter(condition)
        return rows

    def _conditions(self, columns: Sequence[str]) -> Iterator[duckdb.Expression]:
        from duckdb import ColumnExpression, ConstantExpression, FunctionExpression

        if self.ticker is not None:
            yield _any_of("ticker", [each.upper() for each in _texts("ticker", self.ticker)])
        if self.issuer_cik is not None:
            yield _any_of("issuer_cik", _ciks("issuer_cik", self.issuer_cik))
        if self.owner_cik is not None:
            wanted = _ciks("owner_cik", self.owner_cik)
            if "owner_ciks" in columns:
                listed = ConstantExpression(wanted)
                yield FunctionExpression("list_has_any", ColumnExpression("owner_ciks"), listed)
            else:
                yield _any_of("owner_cik", wanted)
        if self.codes is not None:
            yield _any_of("transaction_code", _texts("codes", self.codes))
        first, last = next((pair for pair in (_SPAN, *_DAYS) if pair[0] in columns), _DAYS[0])
        if self.since is not None:
            yield ColumnExpression(last) >= ConstantExpression(_day("since", self.since))
        if self.until is not None:
            yield ColumnExpression(first) <= ConstantExpression(_day("until", self.until))


def moment(value: Moment) -> datetime:
    """The point in time that is meant.

    Raises:
        ValueError: it is a datetime without its time zone, or no date.
    """
    if isinstance(value, str):
        value = date.fromisoformat(value) if len(value) == len("2024-01-02") else datetime.fromisoformat(value)
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError(f"as_of: {value} has no time zone; give one, or a date for the end of that day")
        return value
    return datetime.combine(value + timedelta(days=1), time(), NEW_YORK)


def _any_of(column: str, values: Sequence[Any]) -> duckdb.Expression:
    from duckdb import ColumnExpression, ConstantExpression

    if not values:
        return ConstantExpression(False)
    return ColumnExpression(column).isin(*map(ConstantExpression, values))


def _texts(name: str, given: Texts) -> list[str]:
    found = [given] if isinstance(given, str) or not isinstance(given, Iterable) else list(given)
    if not all(isinstance(each, str) for each in found):
        raise ValueError(f"{name}: {given!r} is not a text, or a list of texts")
    return found


def _ciks(name: str, given: Ciks) -> list[int]:
    found = [given] if isinstance(given, SupportsIndex) else list(given)
    try:
        return [index(each) for each in found]  # numpy's integers are none of Python's
    except TypeError:
        raise ValueError(f"{name}: {given!r} is not a whole number, or a list of whole numbers") from None


def _day(name: str, given: date | str) -> date:
    if isinstance(given, str):
        return date.fromisoformat(given)
    if isinstance(given, datetime) or not isinstance(given, date):
        raise ValueError(  # noqa: TRY004 as for every wrong filter
            f"{name}: {given!r} is not a date: datetime.date(2024, 1, 2), or '2024-01-02'"
        )
    return given

"""Daily closes of a user's Parquet file, and what became of the price after a trade."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import duckdb
import pyarrow
import pyarrow.dataset

COLUMNS = ("ticker", "date", "close")
LATEST_START = timedelta(days=7)
"""The first close counts as a trade's only so soon after it: a longer gap is a halt, or where the file begins."""


class PricesUnusable(Exception):
    """A file of prices cannot be used; the message says what is the matter with it."""


@dataclass(frozen=True, slots=True)
class Closes:
    """The closes of one symbol, oldest first, one a day."""

    days: tuple[date, ...]
    closes: tuple[float, ...]

    def place(self, day: date) -> int | None:
        """Where the first close on a day or in the week after it stands."""
        at = bisect_left(self.days, day)
        return at if at < len(self.days) and self.days[at] <= day + LATEST_START else None

    def change(self, place: int, days: int) -> float | None:
        """The return from one close to that so many trading days later; None where the file ends before."""
        later = place + days
        return self.closes[later] / self.closes[place] - 1 if later < len(self.closes) else None


def read_prices(path: Path, symbols: Collection[str]) -> Mapping[str, Closes]:
    """The closes of some symbols in a Parquet file of the columns `ticker`, `date` and `close`; others may be there.

    Symbols are those of the lake, `BRK.B`; the file may have it as `BRK-B`, `BRK/B` or in small letters. A close that
    is absent, not a number, or not above zero is left out.

    Raises:
        PricesUnusable: it cannot be read, lacks a column, or has two closes for a day.
    """
    try:
        prices = pyarrow.dataset.dataset(str(path), format="parquet")
        lacking = [name for name in COLUMNS if name not in prices.schema.names]
        if lacking:
            raise PricesUnusable(f"{path} has no column {' and no column '.join(lacking)}; it needs {_named()}")
        found = _asked(prices, symbols)
    except (OSError, pyarrow.ArrowException, duckdb.Error) as failed:
        raise PricesUnusable(f"{path} cannot be read as a Parquet file of prices: {_line(failed)}") from failed
    twice = next((row for row in found if row[2] != row[3]), None)
    if twice:
        symbol, day, low, high = twice
        raise PricesUnusable(f"{path} has two closes for {symbol} on {day}: {low:g} and {high:g}")
    by_symbol = {symbol: list(rows) for symbol, rows in groupby(found, itemgetter(0))}
    return {
        symbol: Closes(tuple(row[1] for row in rows), tuple(row[2] for row in rows))
        for symbol in symbols
        if (rows := by_symbol.get(_spelt(symbol)))
    }


def _asked(prices: pyarrow.dataset.Dataset, symbols: Collection[str]) -> list[tuple[str, date, float, float]]:
    """Symbol, day, and the lowest and highest close of it, oldest first."""
    with duckdb.connect() as connection:
        # A date that is stored as an instant is midnight of UTC or of New York: the same date in UTC.
        connection.execute("SET TimeZone = 'UTC'")
        connection.register("prices", prices)
        return connection.execute(
            "SELECT translate(upper(trim(ticker::VARCHAR)), '-/', '..') AS symbol, date::DATE AS day, "
            "min(close::DOUBLE), max(close::DOUBLE) FROM prices "
            "WHERE symbol IN (SELECT unnest($1::VARCHAR[])) AND day IS NOT NULL AND close::DOUBLE > 0 "
            "AND isfinite(close::DOUBLE) GROUP BY symbol, day ORDER BY symbol, day",
            [sorted(map(_spelt, symbols))],
        ).fetchall()


def _spelt(symbol: str) -> str:
    return symbol.replace("-", ".").replace("/", ".")


def _named() -> str:
    return ", ".join(COLUMNS[:-1]) + f" and {COLUMNS[-1]}"


def _line(failed: Exception) -> str:
    return (str(failed).splitlines() or [type(failed).__name__])[0]

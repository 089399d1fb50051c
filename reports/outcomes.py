"""What became of the price after each open-market trade of an issuer, as its page shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Literal

from .prices import Closes
from .trading import Trade

HORIZONS = (1, 5, 21, 63)
"""Trading days: a day, a week, a month, a quarter."""

Kind = Literal["purchase", "sale"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A trade with the first close on its day or in the week after, and the returns from there, one a horizon."""

    kind: Kind
    trade: Trade
    day: date
    """Of the close; of the trade, where there is none."""
    close: float | None
    returns: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Typical:
    """The median return after the purchases or the sales that have one, and their number, one a horizon."""

    kind: Kind
    counts: tuple[int, ...]
    medians: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """All of an issuer's open-market trades, newest first, those of a symbol that the prices have."""

    trades: list[Outcome]
    typical: list[Typical]
    without_prices: int
    """Trades whose symbol, as their filing gives it, has no close on their day or in the week after."""


def outcomes(purchases: Sequence[Trade], sales: Sequence[Trade], prices: Mapping[str, Closes]) -> Outcomes:
    """The returns after each trade, by the prices of the symbol that its own filing gives."""
    sides: tuple[tuple[Kind, Sequence[Trade]], ...] = (("purchase", purchases), ("sale", sales))
    every = [_outcome(kind, trade, prices.get(trade.ticker or "")) for kind, trades in sides for trade in trades]
    priced = sorted(
        (each for each in every if each.close is not None),
        key=lambda each: (each.day, each.trade.accession_number),
        reverse=True,
    )
    typical = [_typical(kind, [each for each in priced if each.kind == kind]) for kind, _ in sides]
    return Outcomes(priced, [each for each in typical if any(each.counts)], len(every) - len(priced))


def _outcome(kind: Kind, trade: Trade, closes: Closes | None) -> Outcome:
    place = closes.place(trade.day) if closes else None
    if closes is None or place is None:
        return Outcome(kind, trade, trade.day, None, (None,) * len(HORIZONS))
    changes = tuple(closes.change(place, days) for days in HORIZONS)
    return Outcome(kind, trade, closes.days[place], closes.closes[place], changes)


def _typical(kind: Kind, some: Sequence[Outcome]) -> Typical:
    columns = [[each.returns[at] for each in some] for at in range(len(HORIZONS))]
    known = [[each for each in column if each is not None] for column in columns]
    return Typical(kind, tuple(map(len, known)), tuple(median(each) if each else None for each in known))

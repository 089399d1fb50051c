"""The price of an issuer's shares with its insiders' open-market trades on it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from .charts import MOST_MARKS, WIDE, Picture, pictured, time_axis
from .numbers import dollars
from .outcomes import Outcome
from .prices import Closes

BESIDE = timedelta(days=100)
"""Before a symbol's first trade and after its last the line goes on for so long: as far as returns reach."""

MOST_CLOSES = 1_500
"""On a longer line each point is the last close of a week, or of several."""


def price_chart(trades: Sequence[Outcome], prices: Mapping[str, Closes]) -> Picture | None:
    """A line a symbol, each for the time in which filings with trades gave it, and a mark a day, kind and symbol.

    None without a trade that has a close.
    """
    if not trades:
        return None
    line = [
        point for symbol in dict.fromkeys(_symbol(each) for each in trades) for point in _line(symbol, trades, prices)
    ]
    marks = _marks(trades)
    purchases = sum(each.kind == "purchase" for each in trades)
    alt = (
        f"Line of daily closes with {purchases:,} open-market purchases and {len(trades) - purchases:,} sales on it. "
        "The numbers are in the table that follows."
    )
    return pictured(alt, lambda width: _spec(line, marks, width))


def _symbol(each: Outcome) -> str:
    return each.trade.ticker or ""


def _line(symbol: str, trades: Sequence[Outcome], prices: Mapping[str, Closes]) -> list[dict[str, Any]]:
    days = [each.day for each in trades if _symbol(each) == symbol]
    closes = prices[symbol]
    near = [
        (day, close)
        for day, close in zip(closes.days, closes.closes, strict=True)
        if min(days) - BESIDE <= day <= max(days) + BESIDE
    ]
    step = 1 + len(near) // MOST_CLOSES
    return [{"at": f"{day}T00:00:00Z", "close": close, "symbol": symbol} for day, close in near[::-step][::-1]]


def _marks(trades: Sequence[Outcome]) -> list[dict[str, Any]]:
    """The newest days first, as many as a picture can show."""
    by_day: dict[tuple[str, str, str], list[Outcome]] = defaultdict(list)
    for each in trades:
        by_day[_symbol(each), each.kind, str(each.day)].append(each)
    marks = []
    for (symbol, kind, day), some in list(by_day.items())[:MOST_MARKS]:
        priced = [each.trade.value for each in some if each.trade.value is not None]
        value = sum(priced, Decimal(0)) if priced else None
        worth = f", {dollars(value)}" if value is not None else ""
        said = f"{day}: {len(some)} {kind}{'s' * (len(some) > 1)}{worth}, {symbol} closed at {some[0].close:,.2f}"
        marks.append(
            {
                "at": f"{day}T00:00:00Z",
                "close": some[0].close,
                "kind": kind,
                "value": float(value) if value is not None else 0,
                "said": said,
            }
        )
    return marks


def _spec(line: list[dict[str, Any]], marks: list[dict[str, Any]], width: int) -> dict[str, Any]:
    days = [date.fromisoformat(each["at"][:10]) for each in line]
    x = time_axis(min(days), max(days), width - 60)
    y = {
        "field": "close",
        "type": "quantitative",
        "scale": {"zero": False, "nice": True},
        "axis": {"tickCount": 5, "domain": False, "ticks": False, "minExtent": 44, "format": "~r"},
    }
    kinds, colours = ["purchase", "sale"], ["var(--buy)", "var(--sell)"]
    return {
        "width": width,
        "height": 320 if width == WIDE else 220,
        "layer": [
            {
                "data": {"values": line},
                "mark": {"type": "line", "strokeWidth": 1.2, "color": "var(--soft)", "aria": False},
                "encoding": {"x": x, "y": y, "detail": {"field": "symbol"}},
            },
            {
                "data": {"values": marks},
                "mark": {"type": "point", "filled": True, "opacity": 0.8, "stroke": "var(--paper)", "strokeWidth": 0.5},
                "encoding": {
                    "x": x,
                    "y": y,
                    "color": {"field": "kind", "scale": {"domain": kinds, "range": colours}, "legend": None},
                    "shape": {
                        "field": "kind",
                        "scale": {"domain": kinds, "range": ["triangle-up", "circle"]},
                        "legend": None,
                    },
                    "size": {
                        "field": "value",
                        "type": "quantitative",
                        "scale": {"range": [36, 360], "zero": True},
                        "legend": None,
                    },
                    "description": {"field": "said"},
                },
            },
        ],
    }

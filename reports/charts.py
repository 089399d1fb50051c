"""Charts as SVG, drawn offline by Vega-Lite; colours are the page's CSS variables, so that they follow light and dark.

Each mark has its numbers as an SVG title, which browsers show as a tooltip.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal

import vl_convert
from lxml import etree
from markupsafe import Markup

from .numbers import dollars
from .trading import Period, Trade, Traded

WIDE, HALF, NARROW = 760, 560, 340
"""Widths in CSS pixels: for a desk or paper, for two beside each other there, and for a phone."""
MOST_MARKS, MOST_LINES = 1500, 20

_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif"
_CONFIG = {
    "font": _FONT,
    "background": None,
    "view": {"stroke": None},
    "axis": {
        "labelColor": "var(--soft)",
        "labelFontSize": 11,
        "domainColor": "var(--line)",
        "tickColor": "var(--line)",
        "gridColor": "var(--line)",
        "title": None,
        "labelOverlap": "greedy",
        "labelPadding": 6,
        "labelSeparation": 6,
    },
}
_AMOUNTS = {"domain": False, "ticks": False, "minExtent": 44}
_SVG = "{http://www.w3.org/2000/svg}"


@dataclass(frozen=True, slots=True)
class Picture:
    """One chart in two widths, with the words for who does not see it."""

    alt: str
    wide: Markup
    narrow: Markup


def filings_chart(periods: Sequence[Period]) -> Picture | None:
    """Filings by form, bars on bars; None without any."""
    if not periods:
        return None
    forms = (("Form 4", "form4"), ("Form 3", "form3"), ("Form 5", "form5"))
    values = [
        {
            "at": f"{each.begins}T00:00:00Z",
            "count": getattr(each, name),
            "form": form,
            "order": place,
            "said": f"{each.name}: {getattr(each, name):,} filings of {form}, amendments included",
        }
        for each in periods
        for place, (form, name) in enumerate(forms)
        if getattr(each, name)
    ]
    colours = {"domain": [form for form, _ in forms], "range": [f"var(--{name})" for _, name in forms]}
    encoding = {
        "y": {"field": "count", "type": "quantitative", "axis": {"tickCount": 4, "format": "~s", **_AMOUNTS}},
        "color": {"field": "form", "type": "nominal", "scale": colours, "legend": None},
        "order": {"field": "order"},
    }
    total = sum(each.filings for each in periods)
    alt = f"Bar chart of {total:,} filings by form, {periods[0].name} to {periods[-1].name}. {_numbers_below()}"
    return pictured(alt, lambda width: _bars(periods, values, encoding, width))


def trading_chart(periods: Sequence[Period], kind: Literal["bought", "sold"]) -> Picture | None:
    """The value of open-market purchases, or of sales, each on a scale of its own; None without any."""
    sides = [(each, each.bought if kind == "bought" else each.sold) for each in periods]
    values = [
        {
            "at": f"{each.begins}T00:00:00Z",
            "value": float(traded.value),
            "said": f"{each.name}: {kind} {dollars(traded.value)} {_counted(traded)}",
        }
        for each, traded in sides
        if traded.value is not None
    ]
    if not values:
        return None
    label = "replace(format(datum.value, '$~s'), 'G', 'B')"
    encoding = {
        "y": {"field": "value", "type": "quantitative", "axis": {"tickCount": 4, "labelExpr": label, **_AMOUNTS}},
        "color": {"value": "var(--buy)" if kind == "bought" else "var(--sell)"},
    }
    total = sum((traded.value for _, traded in sides if traded.value is not None), Decimal(0))
    alt = (
        f"Bar chart of what was {kind} in the open market, {periods[0].name} to {periods[-1].name}: {dollars(total)}. "
        f"{_numbers_below()}"
    )
    return pictured(alt, lambda width: _bars(periods, values, encoding, width), HALF)


def timeline(purchases: Sequence[Trade], sales: Sequence[Trade]) -> Picture | None:
    """A line an insider, those of most trades first; each mark is what one bought or sold on one day; None without any.

    Marks are put at the transaction date; at the filing date where there is none, or it is after that.
    """
    by_owner: dict[str, int] = defaultdict(int)
    for trade in (*purchases, *sales):
        by_owner[trade.owner or _UNNAMED] += 1
    if not by_owner:
        return None
    owners = sorted(by_owner, key=lambda owner: (-by_owner[owner], owner))[:MOST_LINES]
    both = [("purchase", each) for each in purchases] + [("sale", each) for each in sales]
    marks = _marks([pair for pair in both if (pair[1].owner or _UNNAMED) in set(owners)])
    alt = (
        f"Timeline of {len(purchases):,} open-market purchases and {len(sales):,} sales, a line for each of "
        f"{len(owners):,} insiders. {_numbers_below()}"
    )
    return pictured(alt, lambda width: _timeline_spec(marks, owners, width))


_UNNAMED = "(no owner named)"


def _numbers_below() -> str:
    return "The numbers are in the table that follows."


def _counted(traded: Traded) -> str:
    unpriced = f", {traded.unpriced:,} of them without a value" if traded.unpriced else ""
    return f"in {traded.trades:,} trades{unpriced}"


def _bars(
    periods: Sequence[Period], values: list[dict[str, Any]], encoding: dict[str, Any], width: int
) -> dict[str, Any]:
    first, last = periods[0].begins, periods[-1].begins
    days = 31 if periods[0].monthly else 1
    step = timedelta(days)
    slots = (last - first).days / days + 3
    bar = max(1.0, min(36.0, (width - 60) / slots * 0.78))
    return {
        "width": width,
        "height": 200,
        "data": {"values": values},
        "mark": {"type": "bar", "width": bar},
        "encoding": {
            "x": time_axis(first - step, last + step, width),
            "description": {"field": "said"},
            **encoding,
        },
    }


def time_axis(first: date, last: date, width: int) -> dict[str, Any]:
    """A time axis whose labels say days, months or years."""
    days = (last - first).days
    unit, form = ("day", "%b %-d") if days <= 100 else ("month", "%b %Y") if days <= 1100 else ("year", "%Y")
    count = {"day": days, "month": days / 30, "year": days / 365}[unit]
    step = max(1, round(count * 52 / width))
    return {
        "field": "at",
        "type": "temporal",
        "scale": {"type": "utc", "domain": [_instant(first), _instant(last)], "nice": False},
        "axis": {"format": form, "tickCount": {"interval": unit, "step": step}, "grid": False},
    }


def _instant(day: date) -> dict[str, int | bool]:
    return {"year": day.year, "month": day.month, "date": day.day, "utc": True}


def _marks(trades: list[tuple[str, Trade]]) -> list[dict[str, Any]]:
    """Trades of one insider, day and kind as one mark; of one month, where there would be too many."""
    by_day: dict[tuple[str, str, date], list[Trade]] = defaultdict(list)
    by_month: dict[tuple[str, str, date], list[Trade]] = defaultdict(list)
    for kind, trade in trades:
        by_day[trade.owner or _UNNAMED, kind, trade.day].append(trade)
        by_month[trade.owner or _UNNAMED, kind, trade.day.replace(day=15)].append(trade)
    monthly = len(by_day) > MOST_MARKS
    marks = []
    for (owner, kind, day), each in (by_month if monthly else by_day).items():
        priced = [trade.value for trade in each if trade.value is not None]
        value = sum(priced, Decimal(0)) if priced else None
        trades_said = f"{len(each)} {kind}{'s' * (len(each) > 1)}"
        when = f"{day:%Y-%m}" if monthly else f"{day}"
        marks.append(
            {
                "at": f"{day}T00:00:00Z",
                "owner": owner,
                "kind": kind if value is not None else f"{kind}, no value",
                "value": float(value) if value is not None else 0,
                "said": f"{owner}, {when}: {trades_said}, {dollars(value) if value is not None else 'value not said'}",
            }
        )
    return sorted(marks, key=lambda mark: -mark["value"])


def _timeline_spec(marks: list[dict[str, Any]], owners: list[str], width: int) -> dict[str, Any]:
    days = [date.fromisoformat(mark["at"][:10]) for mark in marks]
    margin = timedelta(max(3, (max(days) - min(days)).days // 30))
    kinds = ["purchase", "sale", "purchase, no value", "sale, no value"]
    colours = ["var(--buy)", "var(--sell)"] * 2
    shapes = ["triangle-up", "circle", "cross", "cross"]
    # Fonts differ in width: more space is kept than Vega measures.
    room = min(200 if width == WIDE else 128, 20 + 7 * max(map(len, owners)))
    label = {
        "minExtent": room,
        "labelLimit": round(room * 0.86),
        "labelColor": "var(--ink)",
        "domain": False,
        "ticks": False,
    }
    return {
        "width": width,
        "height": 40 + 26 * len(owners),
        "data": {"values": marks},
        "mark": {"type": "point", "filled": True, "opacity": 0.75, "stroke": "var(--paper)", "strokeWidth": 0.5},
        "encoding": {
            "x": time_axis(min(days) - margin, max(days) + margin, width - room),
            "y": {"field": "owner", "type": "nominal", "sort": owners, "axis": {"grid": True, **label}},
            "color": {
                "field": "kind",
                "type": "nominal",
                "scale": {"domain": kinds, "range": colours},
                "legend": None,
            },
            "shape": {"field": "kind", "type": "nominal", "scale": {"domain": kinds, "range": shapes}, "legend": None},
            "size": {
                "field": "value",
                "type": "quantitative",
                "scale": {"type": "linear", "range": [28, 420], "zero": True},
                "legend": None,
            },
            "description": {"field": "said"},
        },
    }


def pictured(alt: str, spec: Callable[[int], dict[str, Any]], wide: int = WIDE) -> Picture:
    """A chart drawn in both widths, from what gives the Vega-Lite specification of a width."""
    return Picture(alt, _drawn(spec(wide)), _drawn(spec(NARROW)))


def _drawn(spec: dict[str, Any]) -> Markup:
    """The SVG of a specification, with titles in place of the ARIA attributes of each mark."""
    whole = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "autosize": {"type": "fit", "contains": "padding"},
        "padding": {"left": 2, "top": 4, "right": 12, "bottom": 2},
        "config": _CONFIG,
        **spec,
    }
    svg = etree.fromstring(vl_convert.vegalite_to_svg(whole, allowed_base_urls=[]))
    for element in list(svg.iter(f"{_SVG}*")):
        said = element.get("aria-label")
        if element.get("role") == "graphics-symbol" and element.tag == f"{_SVG}path" and said:
            etree.SubElement(element, f"{_SVG}title").text = said
        for name in _noise(element.keys()):
            del element.attrib[name]
        parent = element.getparent()
        if element.get("class") in ("background", "foreground") and parent is not None:
            parent.remove(element)
    for name in ("width", "height", "version"):
        del svg.attrib[name]
    etree.cleanup_namespaces(svg)
    return Markup(etree.tostring(svg, encoding="unicode"))  # noqa: S704 serialised XML, all text in it escaped


def _noise(names: Iterable[str | bytes]) -> list[str]:
    """Attributes that the page has no use for."""
    return [name for name in map(str, names) if name.startswith("aria-") or name in ("role", "pointer-events")]

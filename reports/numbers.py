"""Numbers as people read them; what a filing does not say is shown as absent, never as 0."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from itertools import groupby

ABSENT = "\N{EN DASH}"


def count(value: int | Decimal | None) -> str:
    """`1,234.5`, without zeros at the end of a fraction."""
    if value is None:
        return ABSENT
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def dollars(value: Decimal | None) -> str:
    """`$1.23 million`, `$12,300`, `$12.30`: three digits or more."""
    if value is None:
        return ABSENT
    for unit, name in ((10**12, " trillion"), (10**9, " billion"), (10**6, " million")):
        if abs(value) >= unit:
            return f"${value / unit:,.2f}{name}"
    return f"${value:,.0f}" if abs(value) >= 1000 else f"${value:,.2f}"


def exact_dollars(value: Decimal | None) -> str:
    """`$1,234,567.89`, a price to its four places where it has them."""
    if value is None:
        return ABSENT
    cents = value.quantize(Decimal("0.01"))
    return f"${cents:,f}" if cents == value else f"${value.normalize():,f}"


def change(value: float | None) -> str:
    """`+1.2 %`, `-12.0 %`, of a part of one."""
    return ABSENT if value is None else f"{100 * value:+,.1f} %"


def size(value: int) -> str:
    """`12.3 MB`."""
    for unit, name in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if value >= unit:
            return f"{value / unit:,.1f} {name}"
    return f"{value:,} bytes"


def day(value: date | None) -> str:
    """`2024-01-02`."""
    return value.isoformat() if value else ABSENT


def quarters(names: Iterable[str]) -> str:
    """`2006Q1 to 2023Q4, 2024Q2`, of quarters written so, oldest first."""
    places = [(4 * int(name[:4]) + int(name[-1]), name) for name in names]
    runs = [list(run) for _, run in groupby(enumerate(places), lambda each: each[1][0] - each[0])]
    ends = [(run[0][1][1], run[-1][1][1]) for run in runs]
    return ", ".join(first if first == last else f"{first} to {last}" for first, last in ends)


def text(value: str | None) -> str:
    """The text itself."""
    return value or ABSENT

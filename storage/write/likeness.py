"""How much two rows are alike: which may be one transaction or holding, reported twice."""

from __future__ import annotations

from collections.abc import Sequence

from .filed import FiledRow


def same_security(one: FiledRow, other: FiledRow) -> bool:
    """Whether both are of one class: by its title, or an option by its exercise price and expiration date."""
    if one.table != other.table:
        return False
    by_terms = one.strike is not None and one.expiry is not None
    return one.security == other.security or (by_terms and (one.strike, one.expiry) == (other.strike, other.expiry))


def alike(one: FiledRow, other: FiledRow) -> bool:
    """Whether two rows are evidence that one filing reports again what the other did.

    Of transactions security, A/D and D/I must be the same, and date and code; or of date, code, shares, price and
    balance, where they are given, all but one. A holding has no date: it must read the same.
    """
    if not one.is_transaction or not other.is_transaction:
        return unchanged(one, other)
    if not same_security(one, other) or (one.acquired, one.ownership) != (other.acquired, other.ownership):
        return False
    if one.day is not None and (one.day, one.code) == (other.day, other.code):
        return True
    mine = (one.day, one.code, one.shares, one.price, one.owned)
    its = (other.day, other.code, other.shares, other.price, other.owned)
    agreeing = _agreeing(mine, its)
    return agreeing >= max(3, _given(mine, its) - 1)


def agreeing_amounts(one: FiledRow, other: FiledRow) -> int:
    """How many of shares, price and balance are the same, given in both, and not 0."""
    mine, its = (one.shares, one.price, one.owned), (other.shares, other.price, other.owned)
    return sum(bool(a) and a == b for a, b in zip(mine, its, strict=True))


def unchanged(one: FiledRow, other: FiledRow) -> bool:
    """Whether two rows say the same, whatever their footnotes do."""
    return one.table == other.table and _told(one) == _told(other)


def likeness(one: FiledRow, other: FiledRow) -> float:
    """From 0 to 1: which part of what either row gives agrees; 0 where the security is another.

    A title that was corrected is the same security where all the rest agrees.
    """
    if one.table != other.table:
        return 0.0
    mine, its = _compared(one), _compared(other)
    given = _given(mine, its)
    found = _agreeing(mine, its) / given if given else 0.0
    return found if same_security(one, other) or (found == 1.0 and given > 2) else 0.0


def paired(one: FiledRow, other: FiledRow, *, leniently: bool) -> bool:
    """Whether one row corrects or repeats the other: half of what is compared agrees, and something in it that tells
    rows of a filing apart.

    That is an amount or an option's terms; of a holding its way of being held too. `leniently`: half is enough.
    """
    if likeness(one, other) < 0.5:
        return False
    if leniently or agreeing_amounts(one, other):
        return True
    if one.is_transaction:
        return one.strike is not None and (one.strike, one.expiry, one.day) == (other.strike, other.expiry, other.day)
    if one.table == "derivative_holdings":
        terms = one.strike is not None or one.expiry is not None
        return (one.strike, one.expiry) == (other.strike, other.expiry) and (terms or one.notes == other.notes)
    return one.ownership == "D" or one.nature == other.nature


def _told(row: FiledRow) -> tuple[object, ...]:
    return (row.security, row.acquired, row.underlying, *_compared(row))


def _compared(row: FiledRow) -> Sequence[object]:
    terms = (row.strike, row.expiry)
    if row.is_transaction:
        return (row.day, row.code, row.shares, row.price, row.ownership, row.owned, *terms)
    return (row.owned, row.ownership, row.nature or None, *terms)


def _given(mine: Sequence[object], its: Sequence[object]) -> int:
    return sum(a is not None or b is not None for a, b in zip(mine, its, strict=True))


def _agreeing(mine: Sequence[object], its: Sequence[object]) -> int:
    return sum(a is not None and a == b for a, b in zip(mine, its, strict=True))

"""The names of the form's elements: how deep each stands, and which of them hold nothing but text."""

from __future__ import annotations

from .elements import Field, Group, Leaf, NoColumn, Shape
from .shapes import (
    DERIVATIVE_HOLDING,
    DERIVATIVE_TRANSACTION,
    FILING,
    NON_DERIVATIVE_HOLDING,
    NON_DERIVATIVE_TRANSACTION,
    OWNER,
    SIGNATURE,
)

LEVELS = {"ownershipDocument": 0, "footnote": 2}
"""How deep an element stands; its start closes what is open at its depth or deeper."""

LEVELS |= dict.fromkeys(("reportingOwner", "issuer", "nonDerivativeTable", "derivativeTable", "footnotes"), 1)
LEVELS |= dict.fromkeys(("remarks", "ownerSignature"), 1)
LEVELS |= {
    f"{table}{row}": 2 for table in ("nonDerivative", "derivative") for row in ("Transaction", "Holding", "Security")
}


def _leaves(shape: Shape) -> set[str]:
    """The elements of a shape that hold text and no element."""
    leaves = {"value", "footnoteId"} if any(isinstance(spec, Field) for spec in shape.values()) else set()
    for name, spec in shape.items():
        if isinstance(spec, Group):
            leaves |= _leaves(spec.children)
        elif isinstance(spec, Leaf) or (isinstance(spec, NoColumn) and name not in LEVELS):
            leaves.add(name)
    return leaves


def _fields(shape: Shape) -> set[str]:
    """The elements of a shape that hold a value and footnote ids."""
    fields = {name for name, spec in shape.items() if isinstance(spec, Field)}
    return fields.union(*(_fields(spec.children) for spec in shape.values() if isinstance(spec, Group)))


def _names(shape: Shape) -> set[str]:
    names = set(shape)
    return names.union(*(_names(spec.children) for spec in shape.values() if isinstance(spec, Group)))


_SHAPES = (
    FILING,
    OWNER,
    SIGNATURE,
    NON_DERIVATIVE_HOLDING,
    NON_DERIVATIVE_TRANSACTION,
    DERIVATIVE_HOLDING,
    DERIVATIVE_TRANSACTION,
)
LEAVES = frozenset().union(*map(_leaves, _SHAPES)) - {"remarks"}
"""Elements that hold one value as text; footnotes and remarks may hold markup."""

FIELDS = frozenset().union(*map(_fields, _SHAPES))
"""Elements that hold a `value` and footnote ids."""

KNOWN = frozenset(LEVELS).union({"value", "footnoteId"}, *map(_names, _SHAPES))
"""All elements."""

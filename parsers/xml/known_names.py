"""The names of the form's elements: how deep each stands, and what it may hold."""

from __future__ import annotations

from collections import defaultdict

from .elements import Field, Group, Shape
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


_ROWS = {
    "nonDerivativeTransaction": NON_DERIVATIVE_TRANSACTION,
    "nonDerivativeHolding": NON_DERIVATIVE_HOLDING,
    "nonDerivativeSecurity": {**NON_DERIVATIVE_HOLDING, **NON_DERIVATIVE_TRANSACTION},
    "derivativeTransaction": DERIVATIVE_TRANSACTION,
    "derivativeHolding": DERIVATIVE_HOLDING,
    "derivativeSecurity": {**DERIVATIVE_HOLDING, **DERIVATIVE_TRANSACTION},
}
_SECTIONS: dict[str, Shape] = {
    "ownershipDocument": FILING,
    "reportingOwner": OWNER,
    "ownerSignature": SIGNATURE,
    **_ROWS,
}
_VALUE = frozenset({"value", "footnoteId"})


def _children() -> dict[str, frozenset[str]]:
    """The names that may stand inside each element that holds elements."""
    found: defaultdict[str, set[str]] = defaultdict(set)

    def add(name: str, shape: Shape) -> None:
        found[name] |= set(shape)
        for inner, spec in shape.items():
            if isinstance(spec, Group):
                add(inner, spec.children)
            elif isinstance(spec, Field):
                found[inner] |= _VALUE

    for name, shape in _SECTIONS.items():
        add(name, shape)
    for table in ("nonDerivativeTable", "derivativeTable"):
        found[table] |= set(_ROWS)
    found["footnotes"].add("footnote")
    return {name: frozenset(names) for name, names in found.items()}


CHILDREN = _children()
"""The names that may stand inside an element; of one that is not here, none."""

FIELDS = frozenset(name for name, names in CHILDREN.items() if names == _VALUE)
"""Elements that hold a `value` and footnote ids."""

TEXTS = frozenset({"footnote", "remarks"})
"""Elements that hold a text of any length, in which there may be markup."""

KNOWN = frozenset(CHILDREN).union(*CHILDREN.values())
"""All elements."""

LEAVES = KNOWN - CHILDREN.keys() - TEXTS
"""Elements that hold a short text and no element."""

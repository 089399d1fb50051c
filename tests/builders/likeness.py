"""How the rows of a paper form compare with the truth that it was typed from."""

from __future__ import annotations

from collections import Counter
from typing import Any

from form4lake.parsers import Filing

from .paper_layouts import columns, rows

Values = dict[str, Any]


def compare(truth: Filing, found: Filing) -> Counter[str]:
    """Rows of the truth that are `exact`, `kept` as text in whole or in part, and rows found that are `wrong`.

    A row is found for the next one of the truth that it is most like; one value that is not its is wrong.
    """
    count: Counter[str] = Counter()
    for derivative in (False, True):
        waiting = [_values(truth, row, derivative=derivative) for row in rows(truth, derivative=derivative)]
        count["n"] += len(waiting)
        count["kept"] += len(waiting)
        for row in rows(found, derivative=derivative):
            values = _values(truth, row, derivative=derivative)
            at = min(range(len(waiting)), key=lambda at: _unlike(waiting[at], values), default=None)
            if at is None or _unlike(waiting[at], values)[0]:
                count["wrong"] += 1
            elif _unlike(waiting[at], values)[1] == 0:
                count["exact"] += 1
                count["kept"] -= 1
            del waiting[: 0 if at is None else at + 1]
    return count


def _unlike(truth: Values, found: Values) -> tuple[int, int]:
    """Values that are not those of the truth, and those that are missing."""
    wrong = sum(1 for name, value in found.items() if value is not None and value != truth[name])
    return wrong, sum(1 for name, value in truth.items() if value is not None and found[name] is None)


def _values(filing: Filing, row: Any, *, derivative: bool) -> Values:
    """What a form on paper shows of a row: V alone tells of timeliness, on a Form 4."""
    values: Values = {}
    for name, _, _ in columns(filing.form_type, derivative=derivative):
        note = "transaction_coding_fn" if name == "transaction_code" else f"{name}_fn"
        values |= {name: getattr(row, name, None), note: getattr(row, note, None)}
    if values.get("transaction_timeliness") == "L":
        values["transaction_timeliness"] = None
    return values

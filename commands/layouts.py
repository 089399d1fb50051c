"""Rows as text: a Markdown table, or a column a line."""

from collections.abc import Callable, Sequence
from typing import Any

Rows = Sequence[Sequence[Any]]


def markdown(columns: Sequence[str], rows: Rows) -> str:
    """A Markdown table; NULL is an empty cell."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "".join(f"| {' | '.join(map(_cell, each))} |\n" for each in lines)


def line(columns: Sequence[str], rows: Rows) -> str:
    """Each row as lines of `column = value`, rows apart by an empty line."""
    width = max(map(len, columns), default=0)
    blocks = (
        "".join(
            f"{name:>{width}} = {'NULL' if value is None else value}\n"
            for name, value in zip(columns, row, strict=True)
        )
        for row in rows
    )
    return "\n".join(blocks)


LAYOUTS: dict[str, Callable[[Sequence[str], Rows], str]] = {"md": markdown, "line": line}
"""By the name of the format."""


def _cell(value: Any) -> str:
    return "" if value is None else str(value).replace("|", "\\|").replace("\n", " ")

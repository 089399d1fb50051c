"""Tables in HTML whose cells span columns, or whose numbers stand in cells of their own: one cell a column again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from .lines import Line

_MOST = 256


def in_grid(captioned: Collection[int], body: Sequence[Line], fits: Callable[[int], bool]) -> list[Line]:
    """The lines, with one cell for each column that is captioned or has a text; as they are where that is not a form's.

    A column of numbers of columns is not one, nor is a blank one under a caption of several.
    """
    if any(line.cells is not None and line.spans is None for line in body):
        return list(body)
    cells = [[*zip(line.spans, line.cells or (), strict=True)] for line in body if line.spans is not None]
    plain = {len(each) for each in cells}
    if not cells or any(fits(count) for count in plain):
        return list(body)
    used = {start for row in cells for (start, _), text in row if text.strip()}
    kept = sorted(each for each in used.union(captioned) if each < _MOST)
    if not fits(len(kept)):
        return list(body)
    return [_aligned(line, kept) for line in body]


def _aligned(line: Line, kept: Sequence[int]) -> Line:
    """A line with the cells of these columns; as it is where a text stands across two of them."""
    if line.spans is None:
        return line
    texts = dict.fromkeys(kept, "")
    for (start, end), text in zip(line.spans, line.cells or (), strict=True):
        if not text.strip():
            continue
        within = [each for each in kept if start <= each < end]
        if len(within) != 1 or texts[within[0]]:
            return line
        texts[within[0]] = text
    return Line(line.text, tuple(texts.values()), number=line.number)

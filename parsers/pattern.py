"""The quick way through a row: one regular expression made from its shape, matched to the row's serialised tree.

It takes rows with nothing to report: elements in the order of the schema, texts that are typed without a problem. Any
other row is left to `reading.fill`, so that issues are made in one place. What is matched was parsed and serialised by
libxml2, so that there are no comments, no CDATA sections, no blanks in tags, and no entities but those of _UNESCAPE.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from lxml.etree import _Element, tostring

from parsers.reading import EARLIEST, Converter, Field, Group, Leaf, Reading, Reference, Shape, Span, fill
from parsers.values import SHORT, amount, cik, day, flag, fold

MOST_TEXTS = 8192
"""Remembered with their values, for each kind of value; when there are more, remembering starts afresh."""

_NOTES = r'((?:<footnoteId id="[^"&,]*+"/>)*+)'
_NAME = re.compile(r'"([^"]*)"')


class _Unusual(Exception):
    """A text that may have to be reported."""


class _Values(dict[str, Any]):
    """The values of texts, computed when they are first asked for."""

    def __init__(self, read: Callable[[str], Any]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, text: str) -> Any:
        value = self._read(text)
        if len(text) <= SHORT:
            if len(self) >= MOST_TEXTS:
                self.clear()
            self[text] = value
        return value


def _unescape(text: str) -> str:
    if "&" in text:
        text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&#13;", "\r").replace("&amp;", "&")
    return text


def _typed(convert: Converter) -> _Values:
    def read(text: str) -> Any:
        value, problem = convert(_unescape(text))
        if problem is not None:
            raise _Unusual
        return value

    return _Values(read)


def _names(notes: str) -> str:
    """The ids of `footnoteId` elements, joined."""
    names = [name.strip() for name in _NAME.findall(notes)]
    if not all(names):
        raise _Unusual
    return ",".join(names)


_IDS = _Values(_names)
_VALUES: dict[Converter | None, _Values] = {
    None: _Values(lambda text: fold(_unescape(text))),
    **{convert: _typed(convert) for convert in (amount, cik, day, flag)},
}


class Pattern:
    """Reads elements of one name and shape."""

    def __init__(self, name: str, shape: Shape) -> None:
        self._shape = shape
        self._columns: list[str] = []
        self._values: list[_Values] = []
        self._notes: list[str] = []
        self._days: list[tuple[str, Span]] = []
        inside = "".join(self._expressions(shape))
        self._match = re.compile(rf'<{name}(?: xmlns:\w++="[^"]*+")*+(?:/>|>{inside}</{name}>)').fullmatch

    def read(self, row: _Element, reading: Reading) -> dict[str, Any]:
        """The columns that an element fills; what cannot be kept as filed is an issue of the reading."""
        match = self._match(tostring(row, encoding="unicode", with_tail=False))
        if match is not None:
            try:
                return self._quick(match.groups(), reading)
            except _Unusual:
                pass
        values: dict[str, Any] = {}
        fill(row, self._shape, values, reading)
        return values

    def _quick(self, texts: tuple[str | None, ...], reading: Reading) -> dict[str, Any]:
        # Leaving out what is absent makes the record twice as fast.
        values = {
            column: known[text] for text, column, known in zip(texts, self._columns, self._values, strict=True) if text
        }
        for column, span in self._days:
            filed = values.get(column)
            if filed is not None and not EARLIEST <= filed <= reading.latest[span]:
                raise _Unusual
        for column in self._notes:
            if column in values:
                reading.footnotes_named.update(values[column].split(","))
        return values

    def _expressions(self, shape: Shape) -> Iterator[str]:
        """What matches each of the children that a shape allows; its groups are the columns, in order."""
        for tag, spec in shape.items():
            if isinstance(spec, Reference):
                yield self._note(spec.fn_column)
                continue
            if isinstance(spec, Group):
                inside = "".join(self._expressions(spec.children))
            elif isinstance(spec, Field):
                if spec.column in self._columns:
                    continue
                inside = f"(?:<value/>|<value>{self._value(spec)}</value>)?+{self._note(spec.fn_column)}"
            else:
                inside = self._value(spec) if isinstance(spec, Leaf) else "[^<]*+"
            yield f"(?:<{tag}/>|<{tag}>{inside}</{tag}>)?+"

    def _value(self, spec: Leaf | Field) -> str:
        self._columns.append(spec.column)
        self._values.append(_VALUES[spec.convert])
        if spec.span:
            self._days.append((spec.column, spec.span))
        return "([^<]*+)"

    def _note(self, column: str) -> str:
        self._columns.append(column)
        self._values.append(_IDS)
        self._notes.append(column)
        return _NOTES

"""Elements written as EDGAR writes them, read by regular expressions that are made from their shapes.

A pattern matches children in the order of the schema, each at most once, with no attributes but footnote ids, no
comments and no sections. What it matches is thereby well formed, but for the texts, of which `_known` makes sure when
one is met first. Texts and days that would have to be reported raise Unusual: `reading.fill` says what there is to say.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from typing import Any

from ..issues import EARLIEST, Converter, Span
from ..values import SHORT, fold
from .elements import Field, Group, Leaf, Reading, Reference, Shape

MOST_TEXTS = 8192
"""Remembered with their values, for each kind of value; when there are more, remembering starts afresh."""

BLANK = r"[ \t\r\n]*+"
ID = r'id="([\w.-]++)"'
_NOTES = rf"((?:<footnoteId {ID.replace('(', '(?:')} ?/>{BLANK})*+)"

_FORBIDDEN = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]").search
"""Characters that XML allows in no text."""

_REFERENCE = re.compile(r"&(?:(amp|lt|gt|quot|apos);|#(\d{1,7});|#x([\dA-Fa-f]{1,6});)?", re.ASCII)
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}

Texts = tuple[str | Any, ...]
"""The groups of a match; None for those that took no part in it."""


class Unusual(Exception):
    """Something that may have to be reported, or be refused."""


def plain(text: str) -> str:
    """The characters that a text without `<` stands for; raises Unusual where it may be none that XML allows."""
    if (not text.isprintable() and _FORBIDDEN(text)) or "]]>" in text:
        raise Unusual
    return _REFERENCE.sub(_character, text) if "&" in text else text


def _character(reference: re.Match[str]) -> str:
    name, decimal, hexadecimal = reference.groups()
    if name is not None:
        return _NAMED[name]
    code = int(decimal or "0") or int(hexadecimal or "0", 16)
    if code > sys.maxunicode or _FORBIDDEN(chr(code)):
        raise Unusual
    return chr(code)


class _Known(dict[str, Any]):
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


def _typed(convert: Converter) -> _Known:
    def read(text: str) -> Any:
        value, problem = convert(plain(text))
        if problem is not None:
            raise Unusual
        return value

    return _Known(read)


_IDS = _Known(lambda notes: ",".join(re.findall(ID, notes)))
_VALUES: dict[Converter | None, _Known] = {None: _Known(lambda text: fold(plain(text)))}


def forget() -> None:
    """Empty the memory of texts met before, so that it can be timed how fast files are read that are all new."""
    for known in (_IDS, *_VALUES.values()):
        known.clear()


class Pattern:
    """Matches the children of a shape, inside the element of that name if there is one, and the blanks after them."""

    def __init__(self, shape: Shape, name: str = "") -> None:
        self._columns: list[str] = []
        self._values: list[_Known] = []
        self._notes: list[str] = []
        self._days: list[tuple[str, Span]] = []
        inside = "".join(self._expressions(shape))
        self.match = re.compile(_element(name, BLANK + inside) if name else inside).match

    def columns(self, texts: Texts, reading: Reading) -> dict[str, Any]:
        """The columns that the groups of a match fill; raises Unusual."""
        # Leaving out what is absent makes the record twice as fast.
        values = {
            column: known[text] for text, column, known in zip(texts, self._columns, self._values, strict=False) if text
        }
        for column, span in self._days:
            filed = values.get(column)
            if filed is not None and not EARLIEST <= filed <= reading.latest[span]:
                raise Unusual
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
                inside = BLANK + "".join(self._expressions(spec.children))
            elif isinstance(spec, Field):
                if spec.column in self._columns:
                    continue
                inside = f"{BLANK}(?:{_element('value', self._value(spec))})?+{self._note(spec.fn_column)}"
            else:
                inside = self._value(spec) if isinstance(spec, Leaf) else r"[\w ]*+"
            yield f"(?:{_element(tag, inside)})?+"

    def _value(self, spec: Leaf | Field) -> str:
        self._columns.append(spec.column)
        if spec.convert is not None and spec.convert not in _VALUES:
            _VALUES[spec.convert] = _typed(spec.convert)
        self._values.append(_VALUES[spec.convert])
        if spec.span:
            self._days.append((spec.column, spec.span))
        return "([^<]*+)"

    def _note(self, column: str) -> str:
        self._columns.append(column)
        self._values.append(_IDS)
        self._notes.append(column)
        return _NOTES


def _element(name: str, inside: str) -> str:
    return f"<{name}(?:>{inside}</{name}>| ?/>){BLANK}"

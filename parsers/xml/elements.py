"""Filling columns from elements by their shape, with an issue for everything that cannot be kept as filed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from lxml.etree import _Element, iterwalk

from ..issues import EARLIEST, Converter, Issues, Span
from ..values import fold

_BREAKS = frozenset({"br", "p", "div", "li", "tr", "td", "BR", "P", "DIV", "LI", "TR", "TD"})

_OF_THE_FORM = re.compile(r"[a-z]+\d*[A-Z]\w*|value|footnotes?|issuer|remarks", re.ASCII).fullmatch

children: Callable[[_Element], list[_Element]] = itemgetter(slice(None))
"""The children of an element; lxml makes such a slice in half the time that iterating takes."""


@dataclass(slots=True)
class Reading(Issues):
    """The state of reading one XML document.

    `values`, `groups` and `references` (footnote ids by their column) are those of the row that is being read;
    `is_rewritten` tells that the document's broken markup was repaired.
    """

    is_rewritten: bool = False
    values: dict[str, Any] = field(default_factory=dict)
    groups: set[str] = field(default_factory=set)
    references: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def unknown(self, element: _Element) -> None:
        """Report an element that has no place where it stands."""
        self.issue(f"the element {element.tag[:80]} is not known here and was not kept", self.told(element))

    def second(self, element: _Element, column: str | None = None) -> None:
        """Report an element of which there is one already."""
        self.issue(f"a second {element.tag[:80]}; the first was kept", self.told(element), column)

    def misplaced(self, reference: _Element, column: str) -> None:
        """Report a footnoteId where the schema has none; its id goes to the column of the nearest field, if any."""
        if self.is_rewritten:
            column = ""
        where = "the id was put on the nearest field" if column else "the id is on no field"
        name = id_of(reference, self)
        self.issue(f"a footnoteId where the form has none; {where}", name or None, column or None)
        if name:
            self.footnotes_named.add(name)
            if column:
                self.references[column].append(name)

    def told(self, element: _Element) -> str | None:
        """The text inside an element, and the ids of the footnotes that it names."""
        names = [each.get("id") or "" for each in element.iter("footnoteId")]
        self.footnotes_named.update(filter(None, names))
        return fold(" ".join((flatten(element), *names)))

    def stray(self, text: str | None, element: _Element) -> None:
        """Report text where only elements belong; blank text and none are as they should be."""
        if text and not text.isspace():
            self.issue(f"text inside the element {element.tag[:80]}, outside of any value", fold(text))


def is_of_the_form(name: str) -> bool:
    """Whether a name is one of the form's elements, or is like them and misspelt, and no markup of text."""
    return _OF_THE_FORM(name) is not None


def flatten(element: _Element) -> str:
    """All text inside an element; tags that break a line become a blank."""
    parts = []
    for event, each in iterwalk(element, events=("start", "end")):
        if each.tag in _BREAKS:
            parts.append(" ")
        text = each.text if event == "start" else each.tail if each is not element else None
        parts.append(text or "")
    return "".join(parts)


def columns(row: _Element, shape: Shape, reading: Reading) -> dict[str, Any]:
    """The columns that a row fills; what cannot be kept as filed is an issue of the reading."""
    reading.values = {}
    reading.groups.clear()
    reading.references.clear()
    fill(row, shape, reading)
    for column, names in reading.references.items():
        reading.values[column] = ",".join(names)
        reading.footnotes_named.update(names)
    return reading.values


def fill(element: _Element, shape: Shape, reading: Reading) -> None:
    """Put the columns that the children of an element fill into the row; what is around them is an issue."""
    text = element.text
    if text is not None:
        reading.stray(text, element)
    before: Part | None = None
    notes: str | None = None
    for child in children(element):
        spec = shape.get(child.tag)
        if spec is not None:
            spec.read(child, reading)
            before = spec
        elif child.tag == "footnoteId":
            notes = _first_notes(element, shape) if notes is None else notes
            reading.misplaced(child, (_fn_columns(before) or [notes])[-1])
        else:
            reading.unknown(child)
        tail = child.tail
        if tail is not None:
            reading.stray(tail, element)


def _first_notes(element: _Element, shape: Shape) -> str:
    """The footnote column of the first field in an element that has one, or else of the first there may be."""
    others = (*(shape.get(child.tag) for child in children(element)), *shape.values())
    return next((each for spec in others for each in _fn_columns(spec)), "")


def _fn_columns(spec: Part | None) -> list[str]:
    """The columns of footnote ids that an element of the schema may fill, in its order."""
    if isinstance(spec, Group):
        return [each for child in spec.children.values() for each in _fn_columns(child)]
    column = spec.fn_column if isinstance(spec, Leaf | Field | Reference) else ""
    return [column] if column else []


class NoColumn:
    """An element that is known and fills no column of the row: it is kept elsewhere, or not at all."""

    def read(self, element: _Element, reading: Reading) -> None:
        """Nothing to do."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """An element whose text is the value. `convert` None keeps the text, white space folded.

    Of two for one column the first is kept, whatever it holds. `fn_column` is where ids of footnotes go that are named
    inside, where the schema has none.
    """

    column: str
    convert: Converter | None = None
    span: Span = ""
    fn_column: str = ""

    def read(self, element: _Element, reading: Reading) -> None:
        """Fill the column."""
        column = self.column
        if column in reading.values:
            reading.second(element, column)
            return
        text = _marked_up(element, self.fn_column, reading) if len(element) else element.text
        reading.values[column] = _value(text, self, reading)


@dataclass(frozen=True, slots=True)
class Field:
    """An element of the form `<x><value>5</value><footnoteId id="F1"/></x>`, each part of which may be missing."""

    column: str
    fn_column: str
    convert: Converter | None = None
    span: Span = ""

    def read(self, element: _Element, reading: Reading) -> None:
        """Fill the column and that of its footnotes."""
        column = self.column
        if column in reading.values:
            reading.second(element, column)
            return
        text = stray = None
        has_value = False
        for part in children(element):
            tag = part.tag
            if tag == "footnoteId":
                _refer(self.fn_column, part, reading)
            elif tag != "value":
                reading.unknown(part)
            elif has_value:
                reading.second(part, column)
            else:
                has_value = True
                text = _marked_up(part, self.fn_column, reading) if len(part) else part.text
            stray = part.tail
            if stray is not None:
                reading.stray(stray, element)
        stray = element.text
        if stray is not None:
            reading.stray(stray, element)
        reading.values[column] = _value(text, self, reading)


@dataclass(frozen=True, slots=True)
class Group:
    """An element that only groups others; `name` is the element's, for telling a second one."""

    name: str
    children: Shape

    def read(self, element: _Element, reading: Reading) -> None:
        """Fill the columns of the children."""
        if self.name in reading.groups:
            reading.second(element)
            return
        reading.groups.add(self.name)
        fill(element, self.children, reading)


@dataclass(frozen=True, slots=True)
class Reference:
    """An element that names a footnote by its `id`."""

    fn_column: str

    def read(self, element: _Element, reading: Reading) -> None:
        """Add the id to the column."""
        _refer(self.fn_column, element, reading)


Part = Leaf | Field | Group | Reference | NoColumn
"""What an element fills."""

Shape = dict[str, Part]
"""The children that an element may have, by their names."""


def _value(text: str | None, spec: Leaf | Field, reading: Reading) -> Any:
    if text is None or spec.convert is None:
        return fold(text) if text else None
    value, problem = spec.convert(text)
    if spec.span and value is not None and not EARLIEST <= value <= reading.latest[spec.span]:
        problem = "is an implausible date"
    if problem is not None:
        reading.issue(problem, text, spec.column)
    return value


def _marked_up(element: _Element, fn_column: str, reading: Reading) -> str:
    """The text of an element that should have no elements inside; none if those of the form are."""
    holds_others = False
    for child in children(element):
        if child.tag == "footnoteId":
            reading.misplaced(child, fn_column)
        elif is_of_the_form(child.tag):
            holds_others = True
        else:
            reading.issue(f"markup {child.tag[:80]} inside the text of {element.tag[:80]}", fold(flatten(child)))
    if holds_others:
        reading.issue(
            f"elements of the form inside the text of {element.tag[:80]}; it was not kept", reading.told(element)
        )
        return ""
    return flatten(element)


def id_of(element: _Element, reading: Reading) -> str:
    """The `id` of a footnote or of a reference to one; a line break inside it, `F⏎1`, is removed and reported."""
    filed = (element.get("id") or "").strip()
    name = "".join(filed.split())
    if name != filed:
        reading.issue("the id of a footnote had a line break or blanks inside, which were removed", filed)
    return name


def _refer(column: str, reference: _Element, reading: Reading) -> None:
    """Add the id that a `footnoteId` element names to those of a column."""
    name = id_of(reference, reading)
    if not name or "," in name or len(reference) or reference.text:
        raw = fold(f"{name} {flatten(reference)}")
        reading.issue("a footnoteId element that does not just name one footnote", raw)
    if name:
        reading.references[column].append(name)

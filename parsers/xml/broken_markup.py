"""Broken ownership markup, rewritten as XML that is well formed, with a repair for everything that was changed.

lxml's own recovery is not used: after an unclosed tag it nests the rest of the document in it, and it keeps a value of
which the end is lost as if it were whole.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.entities import html5
from xml.sax.saxutils import escape, unescape

from ..errors import NotAnOwnershipFiling
from .elements import is_of_the_form
from .known_names import CHILDREN, FIELDS, KNOWN, LEAVES, LEVELS, TEXTS
from .repairs import Repairs

MOST_DEPTH = 200

_TAG = re.compile(r"<(/?)\s{0,8}([A-Za-z_][\w:.-]{0,80})([^<>]*)(>?)", re.ASCII)
_SOUND = re.compile(r"""(?:\s++[\w:.-]++\s*+=\s*+(?:"[^"&]*+"|'[^'&]*+'))*+\s*+/?""", re.ASCII)
_ID = re.compile(r"""\sid\s*+=\s*+(?:"([^"]*)|'([^']*)|([^\s"'/]++))""")
_TROUBLE = re.compile(
    r"[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]+"
    r"|&(?:#(?P<decimal>[0-9]{1,8});|#[xX](?P<hex>[0-9a-fA-F]{1,7});|(?P<name>[A-Za-z][A-Za-z0-9]{0,31});|)"
    r"|\]\]>"
)
_OF_XML = frozenset({"amp", "lt", "gt", "quot", "apos"})
_NUMBER = re.compile(r'^<footnote id="F(\d{1,4})"', re.ASCII)
_NOTE = re.compile(r"<footnoteId id=\"([^\"]*)\"/?>")


@dataclass(slots=True)
class _Open:
    """An element that is open: where in the output its start tag is, and whether texts of others may be in it.

    `is_titled` tells of a row that it has a title.
    """

    name: str
    at: int
    is_spoilt: bool = False
    is_titled: bool = False


def rewrite(text: str, repairs: Repairs) -> str:
    """The markup from the start tag of `ownershipDocument` to its end tag, well formed.

    Comments, processing instructions and all attributes but `id` are left out, as no reader looks at them. Raises
    NotAnOwnershipFiling for too many repairs and too deep nesting.
    """
    writer = _Writer(repairs)
    at = 0
    while at < len(text):
        start = text.find("<", at)
        if start != at:
            end = start if start >= 0 else len(text)
            writer.text(text[at:end])
            at = end
            continue
        at = _markup(text, at, writer)
    writer.close(0)
    return "".join(writer.out)


def _markup(text: str, at: int, writer: _Writer) -> int:
    """Write what the `<` at this place begins; the place after it."""
    for opening, closing in (("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")):
        if opening not in writer.never_closed and text.startswith(opening, at):
            end = text.find(closing, at + len(opening))
            if end < 0:
                writer.never_closed.add(opening)
                break
            if opening == "<![CDATA[":
                writer.text(escape(text[at + len(opening) : end]))
            return end + len(closing)
    tag = _TAG.match(text, at)
    if tag is None or (tag[2] not in KNOWN and (not tag[4] or tag.start(2) > tag.end(1))):
        writer.repairs.change("a < that begins no tag was read as text")
        writer.out.append("&lt;")
        return at + 1
    writer.tag(tag)
    return tag.end()


_NOT_AROUND = LEAVES | FIELDS | TEXTS
"""Elements that end where another one of the form starts, but for what a field holds."""


class _Writer:
    """The output so far, the elements open in it, and the openings of which no closing follows.

    `is_astray` tells that a value was last whose field is lost, so that footnote ids after it belong to no other field.
    """

    def __init__(self, repairs: Repairs) -> None:
        self.out: list[str] = []
        self.open: list[_Open] = []
        self.never_closed: set[str] = set()
        self.is_astray = False
        self.repairs = repairs

    def text(self, text: str) -> None:
        """Write text, its references and characters made legal."""
        self.out.append(_TROUBLE.sub(self._legal, text))

    def _legal(self, match: re.Match[str]) -> str:
        found = match[0]
        if found == "]]>":
            self.repairs.change("a ]]> was read as text")
            return "]]&gt;"
        if not found.startswith("&"):
            self.repairs.change("a control character was read as a blank", len(found))
            return " "
        if match["decimal"] or match["hex"]:
            code = int(match["decimal"]) if match["decimal"] else int(match["hex"], 16)
            if _is_legal(code):
                return f"&#{code};"
            self.repairs.change("a reference to no character was read as a blank")
            return " "
        name = match["name"]
        if name in _OF_XML:
            return found
        if name and f"{name};" in html5:
            self.repairs.change(f"an undeclared &{name}; was read as HTML has it")
            return "".join(f"&#{ord(each)};" for each in html5[f"{name};"])
        self.repairs.change("a bare & was read as text")
        return f"&amp;{found[1:]}"

    def tag(self, tag: re.Match[str]) -> None:
        """Write a start or end tag and whatever end tags are missing before it."""
        closing, name, rest, end = tag.groups()
        if not end or not _SOUND.fullmatch(rest) or (closing and rest.strip()) or tag.start(2) > tag.end(1):
            self.repairs.lose("a broken tag was repaired", tag[0])
        if closing:
            self.is_astray &= name == "value"
            self._end(name, tag[0])
            return
        if name == "footnoteId" and self.is_astray:
            self.repairs.lose("a footnote id after a value whose field is lost was not kept", tag[0])
            return
        level = LEVELS.get(name)
        if level is not None:
            for index, each in enumerate(self.open):
                if LEVELS.get(each.name, -1) >= level:
                    self.close(index, before=self._start(name, rest))
                    break
        if is_of_the_form(name) and not (name == "footnoteId" and rest.endswith("/")):
            self._make_room(name)
            self.is_astray = name == "value" and not (self.open and self.open[-1].name in FIELDS)
        if len(self.open) >= MOST_DEPTH:
            raise NotAnOwnershipFiling(f"XML is not well formed: Excessive depth, more than {MOST_DEPTH} elements")
        start = self._start(name, rest)
        if rest.endswith("/"):
            self.out.append(f"{start}/>")
        else:
            self.open.append(_Open(name, len(self.out)))
            self.out.append(f"{start}>")

    def _start(self, name: str, rest: str) -> str:
        return f"<{name.replace(':', '_')}{self._id(rest)}"

    def _is_next(self, note: _Open, start: str) -> bool:
        """Whether the start of an element is that of the footnote with the number after this one's."""
        number, following = _NUMBER.search(self.out[note.at]), _NUMBER.search(start)
        return number is not None and following is not None and int(following[1]) == int(number[1]) + 1

    def _id(self, rest: str) -> str:
        match = _ID.search(rest)
        if match is None:
            return ""
        name = _TROUBLE.sub(self._legal, match[match.lastindex or 1])
        return ' id="{}"'.format(name.replace('"', "&quot;"))

    def _make_room(self, name: str) -> None:
        """Close what cannot hold an element that starts: its end tag is lost, and a text may be cut there."""
        for index in range(len(self.open) - 1, -1, -1):
            element = self.open[index]
            if name in CHILDREN.get(element.name, ()):
                self.close(index + 1)
                if name == "securityTitle" and element.is_titled:
                    self._start_row(element)
                self.open[-1].is_titled |= name == "securityTitle"
                return
        while self.open and self.open[-1].name in _NOT_AROUND:
            self.close(len(self.open) - 1)
        if name == "conversionOrExercisePrice" and self.open and self.open[-1].name == "nonDerivativeSecurity":
            # The row was begun here, and the start tag of its table is lost too.
            self.open[-1].name = "derivativeSecurity"
            self.out[self.open[-1].at] = "<derivativeSecurity>"

    def _start_row(self, row: _Open) -> None:
        """Start another row of the table: a second title is that of a row whose start tag is lost.

        It has the name of X0101's rows, which are sorted by what they hold.
        """
        self.close(len(self.open) - 1)
        name = "derivativeSecurity" if row.name.startswith("derivative") else "nonDerivativeSecurity"
        self.repairs.lose("a row was begun at a second securityTitle", "")
        self.open.append(_Open(name, len(self.out)))
        self.out.append(f"<{name}>")

    def _end(self, name: str, tag: str) -> None:
        for index in range(len(self.open) - 1, -1, -1):
            if self.open[index].name == name:
                self.close(index + 1)
                element = self.open.pop()
                if element.is_spoilt:
                    self._drop(element, "holds an end tag of another; its text may be of both and was not kept")
                self.out.append(f"</{name.replace(':', '_')}>")
                return
        if self.open and is_of_the_form(name):
            self.open[-1].is_spoilt |= self.open[-1].name in _NOT_AROUND
            self.is_astray |= name == "value"
        self.repairs.lose("an end tag without its start tag was dropped", tag)

    def close(self, depth: int, before: str = "") -> None:
        """Close the elements that are open below a depth, as their end tags are missing, before one that starts.

        A footnote is read to where the next begins; before anything else, another may be lost in it.
        """
        while len(self.open) > depth:
            element = self.open.pop()
            if element.name not in KNOWN:
                # An unclosed <br>: what follows it belongs to the element around it.
                self.out[element.at] = f"{self.out[element.at][:-1]}/>"
                self.repairs.change(f"an unclosed {element.name} was read as empty")
                continue
            is_cut = element.name in LEAVES or (element.name == "footnote" and not self._is_next(element, before))
            if element.is_spoilt or is_cut:
                self._drop(element, "is not closed; its text may be cut and was not kept")
            else:
                self.repairs.lose(f"the element {element.name} is not closed; it was read to where it must end", "")
            self.out.append(f"</{element.name}>")

    def _drop(self, element: _Open, why: str) -> None:
        """Take what an element holds out of the output, for the issue."""
        inside = re.sub(r"<[^<>]*>", " ", _NOTE.sub(r" \1 ", "".join(self.out[element.at + 1 :])))
        del self.out[element.at + 1 :]
        self.repairs.lose(f"the element {element.name} {why}", unescape(inside))


def _is_legal(code: int) -> bool:
    return code in (9, 10, 13) or 32 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000

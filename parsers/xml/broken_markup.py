"""Broken ownership markup, written anew as XML that is well formed, with a repair for everything that was changed.

lxml's own recovery is not used: after an unclosed tag it nests the rest of the document in it, and it keeps a value of
which the end is lost as if it were whole.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.entities import html5
from xml.sax.saxutils import escape, unescape

from ..errors import NotAnOwnershipFiling
from .known_names import KNOWN, LEVELS
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
_WHOLE_WITHOUT_END = frozenset({"footnote", "remarks"})
"""Text whose closing tag is lost is kept in these; elsewhere it may be the first digits of a number."""


@dataclass(slots=True)
class _Open:
    """An element that is open: where in the output its start tag is, and whether a known element was in it."""

    name: str
    at: int
    holds_known: bool = False


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


class _Writer:
    """The output so far, the elements open in it, and the openings of which no closing follows."""

    def __init__(self, repairs: Repairs) -> None:
        self.out: list[str] = []
        self.open: list[_Open] = []
        self.never_closed: set[str] = set()
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
            self._end(name, tag[0])
            return
        level = LEVELS.get(name)
        if level is not None:
            for index, each in enumerate(self.open):
                if LEVELS.get(each.name, -1) >= level:
                    self.close(index)
                    break
        known = name in KNOWN
        if known and self.open:
            self.open[-1].holds_known = True
        if len(self.open) >= MOST_DEPTH:
            raise NotAnOwnershipFiling(f"XML is not well formed: Excessive depth, more than {MOST_DEPTH} elements")
        start = f"<{name.replace(':', '_')}{self._id(rest)}"
        if rest.endswith("/"):
            self.out.append(f"{start}/>")
        else:
            self.open.append(_Open(name, len(self.out)))
            self.out.append(f"{start}>")

    def _id(self, rest: str) -> str:
        match = _ID.search(rest)
        if match is None:
            return ""
        name = _TROUBLE.sub(self._legal, match[match.lastindex or 1])
        return ' id="{}"'.format(name.replace('"', "&quot;"))

    def _end(self, name: str, tag: str) -> None:
        for index in range(len(self.open) - 1, -1, -1):
            if self.open[index].name == name:
                self.close(index + 1)
                self.open.pop()
                self.out.append(f"</{name.replace(':', '_')}>")
                return
        self.repairs.lose("an end tag without its start tag was dropped", tag)

    def close(self, depth: int) -> None:
        """Close the elements that are open below a depth, as their end tags are missing."""
        while len(self.open) > depth:
            element = self.open.pop()
            if element.name not in KNOWN:
                # An unclosed <br>: what follows it belongs to the element around it.
                self.out[element.at] = f"{self.out[element.at][:-1]}/>"
                self.repairs.change(f"an unclosed {element.name} was read as empty")
                continue
            if element.holds_known or element.name in _WHOLE_WITHOUT_END:
                self.repairs.lose(f"the element {element.name} is not closed; it was read to where it must end", "")
            else:
                inside = re.sub(r"<[^<>]*>", " ", "".join(self.out[element.at + 1 :]))
                del self.out[element.at + 1 :]
                reason = f"the element {element.name} is not closed; its text may be cut and was not kept"
                self.repairs.lose(reason, unescape(inside))
            self.out.append(f"</{element.name}>")


def _is_legal(code: int) -> bool:
    return code in (9, 10, 13) or 32 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000

"""Hard-wrapped documents: lines broken for their length alone, in the middle of a tag or a word, joined again.

Seen in filings of 2006 (lines broken at 1,023 characters) and said of a fifth of those of 2003 (near 120). Software
broke each line that was too long, or the whole text at one width, whatever stood there. A document is taken for
wrapped only where one width explains breaks that no writer makes: inside a tag, or several inside texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

MOST_BYTES = 2**20
"""Larger documents are left as they are: the largest real form seen has 0.1 MB."""

LEAST_WIDTH = 60
"""Characters; no tag of the form is longer."""

_USUAL_WIDTHS = frozenset({72, 76, 78, 79, 80, 120, 128, 132, 250, 255, 256, 512, 1_022, 1_023, 1_024, 2_048, 4_096})
"""With the full hundreds, believed where there is a single break inside a text, which might be a writer's."""

_PIECE = re.compile(r"[^\W_]{1,30}\b")
_WIDEST_OF_WRITERS = 132
"""Characters of a line that an editor breaks between words."""

_WORD_BEFORE, _WORD = re.compile(r"[A-Za-z]{1,30}\Z"), re.compile(r"[A-Za-z]{1,30}\b")

_GROUP = re.compile(r"\d{3}(?!\d)")
_DAY = re.compile(
    r"\b(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]{0,6}\.?\s+\d{1,2},\Z", re.IGNORECASE
)

_MOST_TRIED = 20
"""Breaks whose distance from the start is tried as a multiple of the width."""

_PATTERN = r"\n[^< \t\r\n](?:(?<=[^> \t\r\n]\n.)|(?<=[^> \t\r\n]\r\n.))"
_ODD_BREAK, _HAS_ODD_BREAK = re.compile(_PATTERN, re.DOTALL), re.compile(_PATTERN.encode(), re.DOTALL).search
"""A line break between characters that belong together if it is removed: in next to no filing that was not wrapped."""


@dataclass(frozen=True, slots=True)
class Unwrapped:
    """A document with its lines joined: how many breaks were removed, and after how many characters they stood."""

    content: bytes
    width: int
    breaks: int


@dataclass(frozen=True, slots=True)
class _Break:
    """A line break: where it starts, its characters, how long the line before it is, and whether it is inside a tag."""

    start: int
    newline: str
    line: int
    in_tag: bool


@dataclass(frozen=True, slots=True)
class _Wrap:
    """A way in which a text may have been wrapped: a width, the odd breaks that it explains, whether it is proved.

    `newline` is '' where each line that was too long was broken; else the whole text was broken by it at one width, its
    own new lines counted with the others.
    """

    width: int
    explained: list[_Break]
    is_proof: bool
    newline: str = ""

    def undone(self, text: str) -> tuple[str, int]:
        """The text without the breaks, and their number."""
        if not self.newline:
            lines = text.split("\n")
            bare = [line.removesuffix("\r") for line in lines]
            ends = [
                "" if len(line) == self.width else whole[len(line) :] + "\n"
                for line, whole in zip(bare, lines, strict=True)
            ]
            ends[-1] = lines[-1][len(bare[-1]) :]
            return "".join(map("".join, zip(bare, ends, strict=True))), ends[:-1].count("")
        starts = range(0, len(text), self.width + len(self.newline))
        return "".join(text[start : start + self.width] for start in starts), len(starts) - 1


def unwrapped(content: bytes) -> Unwrapped | None:
    """The document with its lines joined, None where it is not hard-wrapped; widths are of bytes or of characters."""
    if not _HAS_ODD_BREAK(content) or len(content) > MOST_BYTES:
        return None
    found = [_best(content.decode("latin-1"), "latin-1")]
    if not content.isascii():
        with suppress(UnicodeDecodeError):
            found.append(_best(content.decode(), "utf-8"))
    return max((each for each in found if each), key=lambda each: each.breaks, default=None)


def doubtful_break(content: bytes) -> tuple[int, str] | None:
    """Where a document that is not joined may have a word broken: after how many bytes, and the text around it."""
    if not _HAS_ODD_BREAK(content) or len(content) > MOST_BYTES:
        return None
    text = content.decode("latin-1")
    width = max(map(len, text.replace("\r\n", "\n").split("\n")))
    odd = list(islice(_odd_breaks(text), _MOST_TRIED))
    found = [each for each in odd if each.line == width >= LEAST_WIDTH and _may_stand_in_a_word(each, text)]
    if not found or len(found) * 2 < len(odd):
        return None
    around = content[max(0, found[0].start - 30) : found[0].start + 32].decode(errors="replace")
    return width, around


def _may_stand_in_a_word(each: _Break, text: str) -> bool:
    pieces = text[each.start - 1], text[each.start + len(each.newline) :][:31]
    is_between = pieces[0].isalnum() and _PIECE.match(pieces[1]) is not None
    return is_between and not each.in_tag and not _stands_for_a_blank(each, text)


def _best(text: str, encoding: str) -> Unwrapped | None:
    """The text without the breaks of the wrap that explains most of its odd breaks."""
    # A wrap explains a break in LEAST_WIDTH characters at most, and at least half of the odd ones: more are none.
    most = 2 * len(text) // LEAST_WIDTH + 2
    odd = list(islice(_odd_breaks(text), most + 1))
    if len(odd) > most:
        return None
    lines = [len(line) for line in text.replace("\r\n", "\n").split("\n")]
    wraps = (_of_long_lines(lines, odd), *_of_the_whole(text, max(lines), odd))
    best = max((each for each in wraps if _is_convincing(each, odd, text)), key=_explained, default=None)
    if best is None:
        return None
    joined, breaks = best.undone(text)
    return Unwrapped(joined.encode(encoding), best.width, breaks)


def _explained(wrap: _Wrap) -> int:
    return len(wrap.explained)


def _odd_breaks(text: str) -> Iterator[_Break]:
    seen, in_tag = 0, False
    for match in _ODD_BREAK.finditer(text):
        newline = "\r\n" if text[match.start() - 1] == "\r" else "\n"
        start = match.start() + 1 - len(newline)
        opened, closed = text.rfind("<", seen, start), text.rfind(">", seen, start)
        in_tag = opened > closed if opened != closed else in_tag
        seen = start
        yield _Break(start, newline, start - text.rfind("\n", 0, start) - 1, in_tag)


def _of_long_lines(lines: list[int], odd: list[_Break]) -> _Wrap:
    """The wrap if each line that was too long was broken: after the longest lines."""
    width = max(lines)
    is_proof = lines[:-1].count(width) > 1 or width in _USUAL_WIDTHS or width % 100 == 0
    return _Wrap(width, [each for each in odd if each.line == width], is_proof)


def _of_the_whole(text: str, longest: int, odd: list[_Break]) -> Iterator[_Wrap]:
    """The wraps if the whole text was broken at one width."""
    least = max(LEAST_WIDTH, longest)
    tried: set[int] = set()
    for each in odd[:_MOST_TRIED]:
        end = each.start + len(each.newline)
        for times in range(1, end // least + 1):
            period, rest = divmod(end, times)
            width = period - len(each.newline)
            if rest or period in tried or width < least:
                continue
            tried.add(period)
            places = range(width, len(text), period)
            if all(text.startswith(each.newline, place) for place in places):
                explained = [one for one in odd if one.start in places]
                yield _Wrap(width, explained, len(places) > 2, each.newline)


def _is_convincing(wrap: _Wrap, odd: list[_Break], text: str) -> bool:
    """Whether the odd breaks can hardly be there for another reason."""
    explained = wrap.explained
    others = len(odd) - len(explained)
    tags = sum(each.in_tag for each in explained)
    other_tags = sum(each.in_tag for each in odd) - tags
    if wrap.width < LEAST_WIDTH or not explained:
        return False
    if other_tags * 10 > tags or others > len(explained) // (1 if tags else 2):
        return False
    if len(explained) > 1 or tags:
        return len(explained) > 1 or wrap.is_proof
    return (wrap.is_proof and not _stands_for_a_blank(explained[0], text)) or _splits_a_word(explained[0], text)


def _stands_for_a_blank(each: _Break, text: str) -> bool:
    """Whether a writer would have a blank there: after punctuation that no word or number has within it, between words.

    A comma stands within a number only before three digits, and not behind a day: `1,` `000`; not `June 3,` `2023`.
    """
    before, after = text[max(0, each.start - 30) : each.start], text[each.start + len(each.newline) :][:30]
    if before[-1] in ",;:.)" and after[0].isalpha():
        return True
    if after[0].isdigit() and before[-1] in ",;:.)":
        if before[-1] == ",":
            return _GROUP.match(after) is None or _DAY.search(before) is not None
        return before[-1] in ";)" or not before[-2:-1].isdigit()
    words = _WORD_BEFORE.search(before), _WORD.match(after)
    if each.line > _WIDEST_OF_WRITERS or words[0] is None or words[1] is None:
        return False
    pieces = [re.compile(rf"(?<![a-z]){word[0]}(?![a-z])", re.IGNORECASE) for word in words if word]
    rest = f"{text[: each.start - len(words[0][0])]} {text[each.start + len(each.newline) + len(words[1][0]) :]}"
    return all(piece.search(rest) for piece in pieces)


def _splits_a_word(each: _Break, text: str) -> bool:
    """Whether the letters around a break are a word that the document has elsewhere."""
    before = _WORD_BEFORE.search(text[max(0, each.start - 30) : each.start])
    after = _WORD.match(text, each.start + len(each.newline))
    if before is None or after is None:
        return False
    word = f"{before[0]}{after[0]}".lower()
    return len(word) > 5 and word in text.lower()

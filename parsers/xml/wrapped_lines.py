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

MOST_BYTES = 2**20
"""Larger documents are left as they are: the largest real form seen has 0.1 MB."""

LEAST_WIDTH = 60
"""Characters; no tag of the form is longer."""

_USUAL_WIDTHS = frozenset({72, 76, 78, 79, 80, 120, 128, 132, 250, 255, 256, 512, 1_022, 1_023, 1_024, 2_048, 4_096})
"""With the full hundreds, believed where there is a single break inside a text, which might be a writer's."""

_NEW_LINE = re.compile(r"\r?\n")
_WORD_BEFORE, _WORD = re.compile(r"[A-Za-z]{1,30}\Z"), re.compile(r"[A-Za-z]{1,30}\b")
_END = frozenset(("", "<", " ", "\t", "\r", "\n"))

_MOST_TRIED = 20
"""Breaks whose distance from the start is tried as a multiple of the width."""

_ODD_BREAK = re.compile(rb"\n[^<\s](?:(?<=[^>\s]\n.)|(?<=[^>\s]\r\n.))", re.DOTALL).search
"""A line break between characters that belong together if it is removed: in next to no filing that was not wrapped."""


@dataclass(frozen=True, slots=True)
class Unwrapped:
    """A document with its lines joined: how many breaks were removed, and after how many characters they stood."""

    content: bytes
    width: int
    breaks: int


@dataclass(frozen=True, slots=True)
class _Break:
    """A line break: where it starts and ends, how long the line before it is, and whether it stands inside a tag."""

    start: int
    end: int
    width: int
    in_tag: bool


@dataclass(frozen=True, slots=True)
class _Wrap:
    """A way in which a text may have been wrapped: a width, where its breaks start, and whether that is proof of it."""

    width: int
    starts: frozenset[int]
    is_proof: bool


def unwrapped(content: bytes) -> Unwrapped | None:
    """The document with its lines joined, None where it is not hard-wrapped; widths are of bytes or of characters."""
    if not _ODD_BREAK(content) or len(content) > MOST_BYTES:
        return None
    found = [_best(content.decode("latin-1"), "latin-1")]
    if not content.isascii():
        with suppress(UnicodeDecodeError):
            found.append(_best(content.decode(), "utf-8"))
    return max((each for each in found if each), key=lambda each: each.breaks, default=None)


def _best(text: str, encoding: str) -> Unwrapped | None:
    """The text without the breaks of the wrap that explains most of its odd breaks."""
    breaks = _breaks(text)
    odd = [
        each for each in breaks if text[each.start - 1] not in "> \t\r\n" and text[each.end : each.end + 1] not in _END
    ]
    best, most = None, 0
    for wrap in (_of_long_lines(breaks, len(text)), *_of_the_whole(text, odd)):
        explained = sum(each.start in wrap.starts for each in odd)
        if explained > most and _explains(wrap, odd, text):
            best, most = wrap, explained
    if best is None:
        return None
    removed = [each for each in breaks if each.start in best.starts]
    starts = [0, *(each.end for each in removed)]
    ends = [*(each.start for each in removed), len(text)]
    joined = "".join(text[start:end] for start, end in zip(starts, ends, strict=True))
    return Unwrapped(joined.encode(encoding), best.width, len(removed))


def _breaks(text: str) -> list[_Break]:
    breaks = []
    before, in_tag = 0, False
    for match in _NEW_LINE.finditer(text):
        start, end = match.span()
        opened, closed = text.rfind("<", before, start), text.rfind(">", before, start)
        in_tag = opened > closed if opened != closed else in_tag
        breaks.append(_Break(start, end, start - before, in_tag))
        before = end
    return breaks


def _of_long_lines(breaks: list[_Break], end: int) -> _Wrap:
    """The wrap if each line that was too long was broken: after the longest lines."""
    width = max(each.width for each in breaks)
    if end - breaks[-1].end > width:
        return _Wrap(0, frozenset(), is_proof=False)
    starts = frozenset(each.start for each in breaks if each.width == width)
    return _Wrap(width, starts, is_proof=len(starts) > 1 or width in _USUAL_WIDTHS or width % 100 == 0)


def _of_the_whole(text: str, odd: list[_Break]) -> Iterator[_Wrap]:
    """The wraps if the whole text was broken at one width, its own new lines counted with the others."""
    tried: set[int] = set()
    for each in odd[:_MOST_TRIED]:
        newline = text[each.start : each.end]
        for times in range(1, each.end // LEAST_WIDTH + 1):
            period, rest = divmod(each.end, times)
            width = period - len(newline)
            if rest or period in tried or width < LEAST_WIDTH:
                continue
            tried.add(period)
            places = range(width, len(text), period)
            if all(text.startswith(newline, place) for place in places):
                yield _Wrap(width, frozenset(places), is_proof=len(places) > 2)


def _explains(wrap: _Wrap, odd: list[_Break], text: str) -> bool:
    """Whether the odd breaks can hardly be there for another reason."""
    explained = [each for each in odd if each.start in wrap.starts]
    others = len(odd) - len(explained)
    tags = sum(each.in_tag for each in explained)
    other_tags = sum(each.in_tag for each in odd) - tags
    if wrap.width < LEAST_WIDTH or not explained:
        return False
    if other_tags * 10 > tags or others > len(explained) // (1 if tags else 2):
        return False
    return len(explained) > 1 or wrap.is_proof or (not tags and _splits_a_word(explained[0], text))


def _splits_a_word(each: _Break, text: str) -> bool:
    """Whether the letters around a break are a word that the document has elsewhere."""
    before, after = _WORD_BEFORE.search(text[max(0, each.start - 30) : each.start]), _WORD.match(text, each.end)
    if before is None or after is None:
        return False
    return re.search(rf"\b{before[0]}{after[0]}\b", text, re.IGNORECASE) is not None

"""The boxes of a paper form's front page: which there are, and which of them are marked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ..values import fold
from .lines import Line
from .printed import is_furniture

_MARKS = "xX*\u2713\u2714\u2611\u2612\u00fe"
_EMPTY = "\u2610\u25a1\u25a2\u00a8"
_BOX = re.compile(
    rf"[(\[{{]\s{{0,20}}(?P<mark>[{_MARKS}]{{0,2}})\s{{0,20}}[)\]}}]"
    r"|(?<!\w)/\s?(?P<slash>[xX]?)\s?/(?!\w)"
    r"|(?<!\w)_+(?P<line>[xX]{1,2})_*(?!\w)|(?P<blank>_{1,8})(?![_\w])"
    rf"|(?P<sign>[{_MARKS[3:]}])|(?P<empty>[{_EMPTY}])"
    r"|(?P<before>(?<!\S)\s{0,20})(?P<bare>[xX]{1,2})(?=\s)(?P<after>\s{0,20})"
)
_RELATIONSHIP = {
    "is_director": re.compile(r"\W{0,3}director\b", re.IGNORECASE),
    "is_ten_percent_owner": re.compile(r"\W{0,3}(?:10\s?%|ten\s+percent)\s+(?:beneficial\s+)?owner\b", re.IGNORECASE),
    "is_officer": re.compile(r"\W{0,3}officer\b", re.IGNORECASE),
    "is_other": re.compile(r"\W{0,3}other\b", re.IGNORECASE),
}
_BELOW = re.compile(r"\W{0,5}(?:(?:give|specify|provide|state)\s+)?(?:title\s+)?below\)?[:;\s]*", re.IGNORECASE)
"""What is printed behind `Officer` and `Other`: `(give title below)`."""

_CHECKS = {
    "not_subject_to_section16": re.compile(r"\s*check\s+(?:this\s+)?box\s+if\s+no\s+longer\s+subject", re.IGNORECASE),
    "form3_holdings_reported": re.compile(r"\s*(?:check\s+(?:this\s+)?box\s+if\s+)?form\s+3\s+holdings", re.IGNORECASE),
    "form4_transactions_reported": re.compile(
        r"\s*(?:check\s+(?:this\s+)?box\s+if\s+)?form\s+4\s+transactions", re.IGNORECASE
    ),
}
_FILED_BY = {
    "one": re.compile(r"\s*form\s+filed\s+by\s+one", re.IGNORECASE),
    "more": re.compile(r"\s*form\s+filed\s+by\s+more", re.IGNORECASE),
}
_ALONE = re.compile(rf"\W*[{_MARKS}]{{0,2}}\W*|_*")
_MOST = 20_000


@dataclass(frozen=True, slots=True)
class Box:
    """A box: whether it is marked, and what stands behind it up to the next; `certain` unless the mark is a bare X."""

    marked: bool
    text: str
    certain: bool = True


def boxed(texts: Sequence[str]) -> Iterator[Box]:
    """The boxes in texts; an X without brackets belongs to the words that it stands nearer to."""
    text = "\n".join(texts)[:_MOST]
    boxes = list(_BOX.finditer(text))
    ends = [each.start() for each in boxes[1:]] + [len(text)]
    for box, end in zip(boxes, ends, strict=False):
        marked = any(box[name] for name in ("mark", "slash", "line", "sign", "bare"))
        certain = box["bare"] is None or not box["before"] or len(box["after"]) < len(box["before"])
        yield Box(marked, text[box.end() : end], certain)


def with_boxes(line: Line) -> str:
    """The text of a line; where a cell of a mark or of nothing stands before a caption's it is written as a box."""
    if line.cells is None:
        return line.text
    cells = [" ".join(each.split()) for each in line.cells]
    written = []
    for cell, after in pairwise([*cells, ""]):
        is_box = len(cell) < 9 and _ALONE.fullmatch(cell) is not None  # of a long cell the pattern would take long
        captioned = any(each.match(after) for group in (_RELATIONSHIP, _CHECKS, _FILED_BY) for each in group.values())
        if is_box and captioned:
            written.append(f"[{'X' if re.search(f'[{_MARKS}]', cell) else ' '}]")
        else:
            written.append(cell)
    return "   ".join(written)


def checks(texts: Sequence[str]) -> dict[str, bool]:
    """The boxes before known words, True or False by their marks."""
    found: dict[str, bool] = {}
    for box in boxed(texts):
        for column, words in _CHECKS.items():
            if words.match(box.text) and box.certain:
                found.setdefault(column, box.marked)
    return found


def filed_by(texts: Sequence[str]) -> dict[str, bool]:
    """The boxes `one` and `more`, by how many persons the form is filed."""
    found: dict[str, bool] = {}
    for box in boxed(texts):
        for name, words in _FILED_BY.items():
            if words.match(box.text):
                found.setdefault(name, box.marked)
    return found


def without_boxes(text: str) -> str:
    """A text without the signs of its boxes."""
    return _BOX.sub(" ", text[:_MOST])


@dataclass(slots=True)
class Relationship:
    """The boxes of the relationship by column, and what else was typed among them."""

    boxes: dict[str, bool]
    text: str | None


def relationship(texts: Sequence[str]) -> Relationship:
    """The boxes, none of them where a caption is there twice or no box is marked.

    On a form whose boxes are blanks to put an X in, those without an X are not marked.
    """
    found: dict[str, bool] = {}
    drawn = twice = False
    for box in boxed(texts):
        for column, words in _RELATIONSHIP.items():
            if words.match(box.text) and box.certain:
                twice |= column in found
                found[column] = box.marked
                drawn |= not box.marked
    joined = "\n".join(texts)[:_MOST]
    for column in _RELATIONSHIP if any(found.values()) and not drawn else ():
        words = next(words for name, words in _RELATIONSHIP.items() if name == column)
        if column not in found and len(re.findall(words.pattern[7:], joined, re.IGNORECASE)) == 1:
            found[column] = False
    if twice or not any(found.values()):
        found = {}
    return Relationship(found, _typed(joined))


def _typed(text: str) -> str | None:
    """What was typed among the boxes: not a caption behind one, nor one that stands by itself."""
    first = _BOX.search(text)
    texts = [text[: first.start()] if first is not None else text]
    for box in boxed([text]):
        caption = next((match for words in _RELATIONSHIP.values() if (match := words.match(box.text))), None)
        rest = box.text[caption.end() :] if caption is not None else box.text
        below = _BELOW.match(rest)
        texts.append(rest[below.end() :] if below is not None else rest)
    kept = [run for each in texts for run in re.split(r"\s{2,}|\n", each) if not _is_caption(run)]
    return fold(re.sub(r"^title\s*:?\s*", "", " ".join(kept), flags=re.IGNORECASE))


def _is_caption(text: str) -> bool:
    match = next((match for words in _RELATIONSHIP.values() if (match := words.match(text))), None)
    alone = match is not None and (match.end() == len(text) or _BELOW.fullmatch(text, match.end()) is not None)
    return alone or is_furniture(text)


_NAMED_OFFICER = re.compile(r"officer\s?[-\u2013:(,/]\s?(?:title\s?:\s?)?([^()]{2,100}?)\)?", re.IGNORECASE)


def titled(text: str) -> str | None:
    """The title in `Officer (Vice President)`, of a form without boxes."""
    match = _NAMED_OFFICER.fullmatch(text)
    return match[1].strip() if match is not None else None


def named(text: str) -> dict[str, bool]:
    """The relationships that a text without boxes names, `Director and 10% Owner`; {} where it says anything else."""
    found: dict[str, bool] = {}
    for each in re.split(r"\s*(?:[,;/&\n]|\band\b)\s*", text[:200].strip(" .")):
        column = next((name for name, words in _RELATIONSHIP.items() if words.fullmatch(each)), None)
        if column is None:
            return {}
        found[column] = True
    return found

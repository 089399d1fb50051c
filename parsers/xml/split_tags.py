"""Tags with a line break in the middle of them, `<transactionCo⏎de>`, `<footnoteId id="F⏎1"/>`, joined again."""

from __future__ import annotations

import re

from .known_names import KNOWN
from .repairs import Repairs

_SPLIT = re.compile(r"<[^<>\r\n]{0,200}[\r\n][^<>]{0,400}>")
_BREAK = re.compile(r"[\r\n]+")
_SOUND = re.compile(
    r"""<(?:/(?P<end>[\w]+)\s*+|(?P<start>[\w]+)(?:\s++[\w:.-]++\s*+=\s*+(?:"[^"\r\n]*+"|'[^'\r\n]*+'))*+\s*+/?)>"""
).fullmatch


def rejoined(text: str, repairs: Repairs) -> str:
    """The text without the line breaks inside tags that are a known element's only without them; each is a repair."""

    def joined(match: re.Match[str]) -> str:
        tag = match[0]
        if _is_known(tag):
            return tag
        breaks = list(_BREAK.finditer(tag))
        for each in breaks:
            one = tag[: each.start()] + tag[each.end() :]
            if _is_known(one):
                break
        else:
            one = _BREAK.sub("", tag)
            if not _is_known(one):
                return tag
        repairs.lose("a line break inside a tag was removed", tag)
        return one

    return _SPLIT.sub(joined, text)


def _is_known(tag: str) -> bool:
    match = _SOUND(tag)
    return match is not None and (match["start"] or match["end"]) in KNOWN

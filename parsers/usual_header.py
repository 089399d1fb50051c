"""The quick way through a header: the tab style with its first lines in the usual order, as nearly all have it.

`header` defines what a header says: this gives the same, or None, and then `header` has to search.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_FIRST_LINES = re.compile(
    r"(?:<SEC-DOCUMENT>[^<\r\n]*+\n)?(?:<SEC-HEADER>[^<\r\n]*+\n)?"
    r"(?:<ACCEPTANCE-DATETIME>(?P<accepted>[^<\r\n]*+)\n)?"
    r"ACCESSION NUMBER:(?P<accession>[^<\r\n]*+)\n"
    r"CONFORMED SUBMISSION TYPE:(?P<form>[^<\r\n]*+)\n"
    r"(?:PUBLIC DOCUMENT COUNT:[^<\r\n]*+\n)?"
    r"(?:CONFORMED PERIOD OF REPORT:(?P<period>[^<\r\n]*+)\n)?"
    r"FILED AS OF DATE:(?P<filed>[^<\r\n]*+)\n"
)
_SAYS_MORE = re.compile("ACCESSION NUMBER:|CONFORMED |FILED AS OF DATE:|REPORTING-OWNER:|ISSUER:")
_END = "</SEC-HEADER>"
_OWNER, _ISSUER, _KEY = "\nREPORTING-OWNER:", "\nISSUER:", "CENTRAL INDEX KEY:"
_DIGITS = re.compile(r"[ \t]*(\d{1,10})(?!\d)", re.ASCII)


class Said(NamedTuple):
    """What a header says, as it stands there, and the Central Index Keys of its parties."""

    texts: dict[str, str]
    issuer_cik: int | None
    owner_ciks: tuple[int, ...]


class _Unusual(Exception):
    """The header has to be searched."""


def read_usual(text: str) -> Said | None:
    """What a header says, None where it is not a usual one."""
    start = max(text.find("<"), 0)
    first = _FIRST_LINES.match(text, start)
    # A PEM envelope of before 2009 stands before it.
    if first is None or (start and (text[start - 1] != "\n" or _SAYS_MORE.search(text, 0, start))):
        return None
    rest = text[first.end() - 1 :]  # from the end of its last line on, so that a line begins after a line break
    # Whatever else could say something of the filing, or end a party's block.
    if rest.count("<") != rest.count(_END) or "\nSUBJECT COMPANY:" in rest:
        return None
    if first["period"] is None and "\nCONFORMED PERIOD OF REPORT:" in rest:
        return None
    try:
        return Said({name: said.strip() for name, said in first.groupdict("").items()}, *_parties(rest))
    except _Unusual:
        return None


def _parties(rest: str) -> tuple[int | None, tuple[int, ...]]:
    before, *blocks = rest.split(_OWNER)
    owners = [_key(block.partition(_ISSUER)[0]) for block in blocks]
    issuer = next((each.partition(_ISSUER)[2] for each in (before, *blocks) if _ISSUER in each), "")
    return _key(issuer), tuple(key for key in owners if key is not None)


def _key(block: str) -> int | None:
    """The first key of a party's block, None where it has none; raises _Unusual where the first is not a number."""
    at = block.find(_KEY)
    if at < 0:
        return None
    key = _DIGITS.match(block, at + len(_KEY))
    if key is None:
        raise _Unusual
    return int(key[1])

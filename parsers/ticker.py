"""The trading symbol as filed, normalised to the ticker that people join on."""

from __future__ import annotations

import re

_NO_SYMBOL = frozenset({"NONE", "N/A", "NA", "N.A.", "N.A", "NULL", "NIL", "NOT APPLICABLE", "NOT LISTED"})
_EXCHANGES = frozenset(
    {"NYSE", "NASDAQ", "AMEX", "NYSEAMERICAN", "NYSEMKT", "NYSEARCA", "OTC", "OTCBB", "OTCQB", "OTCQX", "TSX", "TSXV"}
)
_QUOTES_AND_BRACKETS = re.compile("[\"'`()\\[\\]{}<>\u2018\u2019\u201c\u201d]")
_PREFIX = re.compile(r"[A-Z ]{2,20}:")
_BETWEEN = re.compile(r"[,;|&\s]+")
_ALNUM = re.compile(r"[A-Z0-9]")


def ticker(symbol: str | None) -> str | None:
    """The symbol in upper case, without quotes, brackets and exchange; the first where several are given.

    `(SIRI)` is SIRI, `NYSE: KRC` KRC, `NTIP-NYSE` NTIP, `BFA, BFB` BFA, `MOGA/MOGB` MOGA, `N O G` NOG; `MFAC.U`,
    `GEF-B` and `BRK/B` stay. `NONE`, `n/a`, `-` and a lone exchange are None. All of these were filed in 2024.
    """
    if symbol is None:
        return None
    if symbol.isascii() and symbol.isalpha() and symbol.isupper() and len(symbol) <= 5:
        return None if symbol in _NO_SYMBOL or symbol in _EXCHANGES else symbol
    text = " ".join(_QUOTES_AND_BRACKETS.sub(" ", symbol.upper()[:100]).split())
    if text in _NO_SYMBOL:
        return None
    text = _PREFIX.sub(" ", text)
    words = [word for word in _BETWEEN.split(text) if word]
    if len(words) > 1 and all(len(word) == 1 for word in words):
        return "".join(words)
    for word in words:
        symbol = _first_symbol(word)
        if symbol is not None:
            return symbol
    return None


def _first_symbol(word: str) -> str | None:
    """The first symbol of one word: `NYSE/TRN` is TRN; one or two letters after a slash or dash are a class."""
    parts = [part for part in re.split(r"([/-])", word) if part not in _EXCHANGES]
    kept = "".join(parts).strip("/-.:*")
    head, slash, tail = kept.partition("/")
    symbol = kept if slash and len(tail) <= 2 else head
    return symbol if _ALNUM.search(symbol) and symbol not in _NO_SYMBOL else None

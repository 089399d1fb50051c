"""The trading symbol as filed, normalised to the ticker that people join on; None if the text is not a symbol."""

from __future__ import annotations

import re

_NO_SYMBOL = frozenset({"NONE", "NULL", "NIL", "TBD", "NO", "NOT", "CLASS", "0"})
_LABELS = frozenset({"SYMBOL", "TICKER", "TRADING", "THE"})
_EXCHANGES = frozenset(
    {"NYSE", "NASDAQ", "NASD", "AMEX", "NYSEAMERICAN", "NYSEMKT", "NYSEARCA", "OTC", "OTCBB", "OTCQB", "OTCQX", "OTCPK"}
    | {"PINKSHEETS", "OTCPINK", "TSX", "TSXV", "TSE", "CSE", "LSE", "ASX", "CBOE", "BATS", "ARCA"}
)
"""Written together; with blanks or dashes between their words they are the same."""

_TICKERS_TOO = frozenset({"ASX", "BATS", "CBOE", "CSE", "LSE", "TSE"})
"""Exchanges that are tickers of an issuer as well: ASE, BATS, Cboe Global Markets, CapitalSource, Leishen, Trinseo."""

_QUOTES_AND_BRACKETS = re.compile("[\"'`()\\[\\]{}<>\u2018\u2019\u201c\u201d]")
_NOTHING = re.compile(
    r"(?:NONE|NULL|NIL|NA|N ?/ ?A|N\. ?A\.?|NO|NOT|TBD|TO BE|YET TO BE|PENDING|PRIVATE(?:LY)?|UN[A-Z]{5,}|DELISTED"
    r"|COMMON|ORDINARY|PREFERRED|CLASS|SHARES)(?![A-Z0-9])"
    r"|SEE,? (?:ALSO |IN |THE )*(?:REM|FOOT|NOTE|EXP|ATT|EXH|ITEM|BELOW|ABOVE|COMM|\d)"
)
"""How a text starts that says that there is no symbol, or where to look for it."""

_MARKET = re.compile(
    r"(?:THE )?(?:NYSE|NASDAQ|AMEX|OTC|TSX|PINK(?= SHEETS?\b))(?:(?:[ -](?:AMERICAN|MKT|ARCA|GLOBAL|SELECT|CAPITAL"
    r"|NATIONAL|MARKETS?|STOCK|EXCHANGE|NMS|PINK|SHEETS?|BULLETIN|BOARD|VENTURE|QB|QX|BB)\b)+|-V\b)?[ :/-]+(?=[A-Z0-9])"
)
_LABEL = re.compile(r"([A-Z][A-Z0-9 &./-]{1,24}) ?: ?(.*)")
_COUNTRY = frozenset({"US", "CN", "LN"})
_BETWEEN = re.compile(r"[,;|&]+")
_SYMBOL = re.compile(
    r"[A-Z0-9]{1,6}(?:\.[A-Z0-9]{1,3}){0,2}|(?=[A-Z]*\d)[A-Z0-9]{1,10}|[A-Z]{1,4}-\d{1,6}", re.ASCII
).fullmatch


def ticker(symbol: str | None) -> str | None:
    """The symbol in upper case, without quotes, brackets and exchange; the first where several are given.

    `(SIRI)` is SIRI, `NYSE: KRC` KRC, `OTC Pink ABCD` ABCD, `NTIP-NYSE` NTIP, `BFA, BFB` BFA, `MOGA/MOGB` MOGA, `N O G`
    NOG. A class follows a dot: `BRK/B`, `BRK-B` and `BRK B` are BRK.B. `NONE`, `n/a`, `-`, a lone exchange, words
    (`No Symbol`, `SEE REMARK`, `Common`) and names are None; `NA`, as an exchange writes it, is a symbol (Nano Labs).
    `CBOE`, `NYSE: TSE`: an exchange that is some issuer's ticker too is that where there is no other symbol.
    """
    if symbol is None:
        return None
    if len(symbol) <= 7 and symbol.isascii() and symbol.isalpha() and symbol.isupper():
        words = len(symbol) > 5 and _NOTHING.match(symbol)
        return None if words or symbol in _NO_SYMBOL or symbol in _EXCHANGES - _TICKERS_TOO else symbol
    text = " ".join(_QUOTES_AND_BRACKETS.sub(" ", symbol.upper()[:100]).split())
    labelled = _without_market(text)
    if _NOTHING.match(labelled) and not (labelled == "NA" and labelled != text):
        return None
    first, *others = _BETWEEN.split(labelled)
    for each in (first, *map(_without_market, map(str.strip, others))):
        found = _first_symbol(each.split())
        if found is not None:
            return found
    named = re.findall(r"[A-Z0-9]+", text)
    return named[-1] if named and named[-1] in _TICKERS_TOO and _EXCHANGES.issuperset(named) else None


def _without_market(text: str) -> str:
    """The text after the market that it starts with (`NYSE:`), or before the one it ends with, `ABC:NYSE`."""
    if _is_exchange(text):
        return ""
    label = _LABEL.fullmatch(text)
    if label is not None and label[2]:
        return label[1] if _is_exchange(label[2]) or label[2] in _COUNTRY else label[2]
    market = _MARKET.match(text)
    return text[market.end() :] if market else text


def _is_exchange(text: str) -> bool:
    return re.sub(r"[ .-]", "", text) in _EXCHANGES


def _first_symbol(words: list[str]) -> str | None:
    if len(words) > 1 and all(len(word) == 1 and word.isalpha() for word in words):
        return "".join(words)
    for place, word in enumerate(words):
        if word in _LABELS or _is_exchange(word) or not any(map(str.isalnum, word)):
            continue
        symbol = _with_class(word)
        if not _SYMBOL(symbol) or symbol in _NO_SYMBOL:
            return None
        following = words[place + 1 : place + 2]
        one_letter = bool(following) and len(following[0]) == 1 and following[0].isalpha()
        return f"{symbol}.{following[0]}" if one_letter and symbol.isalpha() and len(symbol) > 1 else symbol
    return None


def _with_class(word: str) -> str:
    """The symbol of one word: `NYSE/TRN` is TRN; letters after a slash or dash are a class, or another symbol."""
    parts = [part for part in re.split(r"([/-])", word) if part not in _EXCHANGES]
    kept = "".join(parts).strip("/-.:*$#")
    head, slash, tail = kept.partition("/")
    if slash:
        return f"{head}.{tail}" if len(tail) <= 2 and tail.isalpha() and not tail.startswith(head) else head
    head, dash, tail = kept.partition("-")
    if dash and not tail.isdigit():
        return f"{head}.{tail}" if len(tail) <= 3 and tail.isalpha() else head
    return kept

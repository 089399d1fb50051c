"""The printed words of the tables' headings: what in a table is the form's, and which columns it has."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from .lines import Line, is_template

# Headings of Forms 3, 4 and 5 as printed from 1991 to 2003, every wording of a column once.
_PRINTED = """
table i ii 1 2 non-derivative derivative securities security securitites acquired disposed of or beneficially
owned e.g. puts calls warrants options convertible securities continued title of security instr 3 4 5 8
transaction date month day year month/day/year mm/dd/yy if any deemed execution date transaction code v
securities acquired (a) or disposed of (d) or of amount (a) or (d) a/d price amount of securities beneficially
owned at end of month issuer's issuers fiscal year following reported transaction(s) transactions ownership
form direct (d) or indirect (i) nature of indirect beneficial ownership title of derivative security
conversion or exercise price of derivative security number of derivative securities acquired date exercisable
and expiration date exercisable title and amount of underlying securities title amount or number of shares and
number of shares price of derivative security number of derivative securities beneficially owned at end of
month of end column see instruction form shares value per share code v in into
"""
_SQUEEZED = re.sub(r"[^a-z]", "", _PRINTED)
_WORDS = frozenset(re.findall(r"[a-z]+", _PRINTED))
_TOKEN = re.compile(r"[^\W_]+(?:[/.,$-][^\W_]+)*")
_LABEL = re.compile(
    r"(?<![\w.$/,-])(?:(?:1[0-6]|[1-9])[a-c]?[.)](?!\d)|instr(?:s|uctions?)?\.?\s?\d(?:\s?(?:,|and|&)\s?\d)*)",
    re.IGNORECASE,
)
_LONGEST = 10_000
"""Characters of a line of captions; a row of HTML with all of them has some 1,000."""

_MOST_LINES = 500
"""Of a heading; a printed one has some 40 with its rules and blank lines."""

_NUMERAL = re.compile(r"(?:1[0-6]|[1-9])\.?[a-c]?", re.IGNORECASE)
_DENIAL = re.compile(r"\b(?:no|none|not|nil)\b", re.IGNORECASE)
_LETTERS = re.compile(r"[a-z]+")

TITLE, NATURE, UNDERLYING = "security_title", "nature_of_ownership", "underlying_security_title"
DATE, DEEMED, CODE = "transaction_date", "deemed_execution_date", "transaction_code"
TIMELINESS, SHARES, SIDE = "transaction_timeliness", "transaction_shares", "transaction_acquired_disposed_code"
PRICE, OWNED = "transaction_price_per_share", "shares_owned_following_transaction"
HELD = "direct_or_indirect_ownership"
STRIKE, EXERCISABLE, EXPIRES = "conversion_or_exercise_price", "exercise_date", "expiration_date"
UNDERLYING_SHARES = "underlying_security_shares"

TRADES = {
    1: (TITLE, DATE, DEEMED, CODE, TIMELINESS, SHARES, SIDE, PRICE, OWNED, HELD, NATURE),
    2: (
        TITLE, STRIKE, DATE, DEEMED, CODE, TIMELINESS, SHARES, SIDE, EXERCISABLE, EXPIRES, UNDERLYING,
        UNDERLYING_SHARES, PRICE, OWNED, HELD, NATURE,
    ),
}  # fmt: skip
FORM_3 = {
    1: (TITLE, OWNED, HELD, NATURE),
    2: (TITLE, EXERCISABLE, EXPIRES, UNDERLYING, UNDERLYING_SHARES, STRIKE, HELD, NATURE),
}


def is_heading(text: str) -> bool:
    """Whether nothing but printed words, or pieces of them, and numbers of columns are in a line."""
    return len(text) <= _LONGEST and _is_heading(text)


@lru_cache(maxsize=512)
def _is_heading(text: str) -> bool:
    if _DENIAL.search(text) or not _LETTERS.search(text.lower()):
        # A row of numbers alone is that of the columns' numbers if they count up.
        numerals = [int(each) for each in re.findall(r"(?<!\S)[1-9]\d?(?!\S)", text.replace("|", " "), re.ASCII)]
        return numerals == list(range(1, len(numerals) + 1)) and len(numerals) == len(_TOKEN.findall(text))
    for token in _TOKEN.findall(_LABEL.sub(" ", text.lower())):
        if any(map(str.isdigit, token)):
            if not _NUMERAL.fullmatch(token):
                return False
        elif not all(piece in _SQUEEZED for piece in _LETTERS.findall(token)) or not token.isascii():
            return False
    return True


def has_loose_number(text: str) -> bool:
    """Whether a line has a number that is not marked as an item's: `4 Title`, not `4. Title`."""
    return re.search(r"(?<!\S)\d", _LABEL.sub(" ", text)) is not None


def split_heading(lines: Sequence[Line]) -> tuple[list[Line], list[Line], list[Line]]:
    """The heading; those lines of it that may be a row of printed words; what was filled in.

    Blank lines and rules stay where they are. With an `<S>` line the heading ends there. Otherwise it ends with its
    last line of captions: what stands below, by itself in the first column or after a rule, was filled in (`Options`).
    """
    end = min(len(lines), _MOST_LINES)
    end = next((at for at, line in enumerate(lines[:end]) if line.has_words and not is_printed(line)), end)
    template = next((at for at, line in enumerate(lines[:end]) if is_template(line)), None)
    if template is not None:
        return list(lines[: template + 1]), [], list(lines[template + 1 :])
    captions = [at for at, line in enumerate(lines[:end]) if is_captions(line)]
    first = captions[0] if captions else next((at for at, line in enumerate(lines[:end]) if line.has_words), end)
    last, apart = first, False
    doubtful = []
    for at in range(first + 1, end):
        line = lines[at]
        if not line.has_words:
            apart = True
        elif at in captions or (not captions and not apart and _is_plain_heading(line.text)):
            last = at
            if apart or not captions:
                doubtful.append(line)
        elif apart or (_starts_left(line, lines[first]) and not any(at < each for each in captions)):
            break
        else:
            last = at
    return list(lines[: last + 1]), doubtful, list(lines[last + 1 :])


def is_printed(line: Line) -> bool:
    """Whether a line is the form's own: its template, or printed words alone."""
    return is_template(line) or is_heading(line.text)


def is_captions(line: Line) -> bool:
    """Whether a line has printed words in three columns or more, or the columns' numbers."""
    cells = line.cells or tuple(re.split(r"\s{2,}", line.text.strip()))
    filled = [each for each in cells if any(map(str.isalnum, each))]
    return len(filled) > 2 and (_is_plain_heading(line.text) or _LETTERS.search(line.text.lower()) is None)


def _starts_left(line: Line, captions: Line) -> bool:
    """Whether a line has something in the first column."""
    if line.cells is not None:
        return any(map(str.isalnum, line.cells[0]))
    return len(line.text) - len(line.text.lstrip()) <= len(captions.text) - len(captions.text.lstrip()) + 2


def _is_plain_heading(text: str) -> bool:
    return len({each for each in _LETTERS.findall(text.lower()) if len(each) > 3 and each in _WORDS}) > 1


def breaks_words(heading: Sequence[Line]) -> bool:
    """Whether the form's software broke lines inside words: `Secu` above `rities`."""
    return any(
        piece not in _WORDS and len(piece) > 1
        for line in heading
        if not is_template(line)
        for piece in _LETTERS.findall(line.text.lower())
    )

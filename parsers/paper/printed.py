"""What is printed on the SEC's Forms 3, 4 and 5 outside their tables, and on every page: nobody filled it in."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache

# Captions and instructions of the forms of 1991 to 2003, each wording once; lines may break a caption anywhere.
_SENTENCES = """
united states securities and exchange commission washington d c 20549
u s securities and exchange commission washington d c 20549
securities and exchange commission washington dc 20549
omb approval
omb number 3235 0287 expires estimated average burden hours per response 0 5
omb number 3235 0104 expires estimated average burden hours per response 0 5
omb number 3235 0362 expires estimated average burden hours per response 1 0
expires september 30 1998
expires december 31 2001
expires january 31 2005
estimated average burden hours per response
form 3 initial statement of beneficial ownership of securities
form 4 statement of changes in beneficial ownership of securities
form 4 statement of changes in beneficial ownership
form 5 annual statement of changes in beneficial ownership of securities
form 5 annual statement of beneficial ownership of securities
form 5 annual statement of changes in beneficial ownership
filed pursuant to section 16 a of the securities exchange act of 1934 section 17 a of the public utility holding company
  act of 1935 or section 30 f of the investment company act of 1940
filed pursuant to section 16 a of the securities exchange act of 1934 section 17 a of the public utility holding company
  act of 1935 or section 30 h of the investment company act of 1940
filed pursuant to section 16 a of the securities exchange act of 1934 or section 30 h of the investment company act of
  1940
check this box if no longer subject to section 16 form 4 or form 5 obligations may continue see instruction 1 b
check this box if no longer subject to section 16 form 4 or form 5 obligations may continue see instructions 1 b
check this box if no longer subject to section 16
check box if no longer subject to section 16 form 4 or form 5 obligations may continue see instruction 1 b
check box if form 3 holdings reported
check this box if form 3 holdings reported
check box if form 4 transactions reported
form 3 holdings reported form 4 transactions reported
form 3 holdings reported
form 4 transactions reported
print or type responses
print or type response
1 name and address of reporting person
name and address of reporting person s
last first middle
first middle last
last first middle street city state zip
street city state zip
city state zip
number and street
2 issuer name and ticker or trading symbol
4 issuer name and ticker or trading symbol
issuer name and ticker symbol or trading symbol
issuer name and ticker symbol
2 date of event requiring statement month day year
date of event requiring statement month day year
3 irs or social security number of reporting person voluntary
3 i r s or social security number of reporting person voluntary
3 irs identification number of reporting person if an entity voluntary
3 i r s identification number of reporting person if an entity voluntary
irs number of reporting person if an entity voluntary
4 statement for month year
4 statement for month day year
statement for issuer s fiscal year ended month year
statement for issuer s fiscal year ended month day year
5 if amendment date of original month year
5 if amendment date of original month day year
5 if amendment date of original filed month day year
6 if amendment date of original month day year
6 if amendment date of original month year
6 relationship of reporting person s to issuer check all applicable
5 relationship of reporting person s to issuer check all applicable
relationship of reporting person to issuer check all applicable
relationship of reporting person s to the issuer check all applicable
director 10 owner officer give title below other specify below
director 10 owner
officer other
officer give title below
other give title below
officer specify title below
officer specify below
officer title below
other specify below
officer director 10 owner other
director officer 10 owner other
give title below specify below
7 individual or joint group filing check applicable line
7 individual or joint group filing check applicable box
7 individual or joint group reporting check applicable line
form filed by one reporting person
form filed by more than one reporting person
explanation of responses
reminder report on a separate line for each class of securities beneficially owned directly or indirectly
reminder report on a separate line for each class of securities owned directly or indirectly
if the form is filed by more than one reporting person see instruction 4 b v
if the form is filed by more than one reporting person see instruction 5 b v
intentional misstatements or omissions of facts constitute federal criminal violations see 18 u s c 1001 and 15 u s c
  78ff a
note file three copies of this form one of which must be manually signed if space is insufficient see instruction 6 for
  procedure
note file three copies of this form one of which must be manually signed if space provided is insufficient see
  instruction 6 for procedure
note file three copies of this form one of which must be manually signed if space provided is insufficient attach an
  additional sheet see instruction 6 for procedure
file three copies of this form one of which must be manually signed
potential persons who are to respond to the collection of information contained in this form are not required to respond
  unless the form displays a currently valid omb number
potential persons who are to respond to the collection of information contained in this form are not required to respond
  unless the form displays a currently valid omb control number
persons who respond to the collection of information contained in this form are not required to respond unless the form
  displays a currently valid omb control number
signature of reporting person date
signature of reporting person s date
signature of reporting person
signature of reporting persons
form 3 continued
form 4 continued
form 5 continued
continued on reverse side
continued on next page
see instruction
attach additional sheets if necessary
"""
_SINGLE = frozenset(
    {
        "date", "dated", "signature", "signatures", "over", "continued", "last", "first", "middle", "street", "city",
        "state", "zip", "remarks", "voluntary", "approval",
    }
)  # fmt: skip
"""Captions of one word."""

_WORD = re.compile(r"[^\W_]+")
_LONGEST = 400
"""Characters of a text that can be a printed one."""

_PAGE_NUMBER = re.compile(
    r"\W*(?:form\s+[345]\W+)?pages?\W*\d{1,3}\W*(?:of\W*\d{1,3}\W*)?(?:pages?\W*)?|\W*\d{1,3}\s+of\s+\d{1,3}\W*|-\s?\d{1,3}\s?-",
    re.IGNORECASE,
)
_FORM = re.compile(r"\W*(?:u\.?s\.?\s+)?(?:sec\s+)?form\s+[345](?:/a)?\W*(?:\(?cont\w*\W*)?", re.IGNORECASE)
_SEC_NUMBER = re.compile(r"\W*sec\s+1\d{3}(?:\s?\(\d{1,2}-\d{1,2}\))?\W*", re.IGNORECASE)
_EXPIRES = re.compile(r"\W*(?:expires\W{1,3}[a-z]+ \d{1,2}, \d{4}|omb number\W.{0,40})\W*", re.IGNORECASE)
_TAG = re.compile(r"\s*</?[A-Z]{1,10}\d{0,3}>\s*", re.IGNORECASE)


_CORPUS: list[str | None] = [None]
"""The words of the sentences, None between them."""

for _sentence in _SENTENCES.replace("\n  ", " ").strip().split("\n"):
    _CORPUS += [*_sentence.split(), None]
_PLACES: dict[str, list[int]] = defaultdict(list)
for _at, _word in enumerate(_CORPUS):
    if _word is not None:
        _PLACES[_word].append(_at)


def is_furniture(text: str) -> bool:
    """Whether a text is the printed form's or the page's: captions and instructions, page numbers, tags, rules."""
    return len(text) <= _LONGEST and _is_furniture(text)


@lru_cache(maxsize=2_048)
def _is_furniture(text: str) -> bool:
    words = _WORD.findall(text.lower())
    if not words:
        return True
    if any(each.fullmatch(text) for each in (_PAGE_NUMBER, _FORM, _SEC_NUMBER, _EXPIRES, _TAG)):
        return True
    return _is_printed(words)


def is_page_number(text: str) -> bool:
    """Whether a text numbers a page, or is a tag."""
    return len(text) <= _LONGEST and (_PAGE_NUMBER.fullmatch(text) or _TAG.fullmatch(text)) is not None


def _is_printed(words: list[str]) -> bool:
    """Whether the words are captions one after the other: three words of one at least, or a whole one."""
    at = 0
    while at < len(words):
        places = _PLACES.get(words[at], [])
        length = 1 if places else 0
        while length and at + length < len(words):
            further = [each for each in places if _CORPUS[each + length] == words[at + length]]
            if not further:
                break
            places, length = further, length + 1
        whole = any(_CORPUS[each - 1] is None and _CORPUS[each + length] is None for each in places)
        if not whole and length < 3 and not length == len(words) == 2:
            if words[at] not in _SINGLE:
                return False
            length = 1
        at += length
    return True

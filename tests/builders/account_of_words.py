"""What of a paper form's words is nowhere in its filing: counted without the parser's help."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import fields
from datetime import date
from decimal import Decimal
from html import unescape

from form4lake.parsers import Filing
from form4lake.tables import FILING_CHILDREN

_FORMS = """
united states u s securities and exchange commission washington d c form initial annual statement of changes in
beneficial ownership filed pursuant to section a of the act public utility holding company or f h investment check
this box if no longer subject obligations may continue see instruction instructions b print type responses response
name address reporting person s last first middle street city state zip issuer ticker trading symbol irs i r social
security number identification an entity voluntary for month year day date event requiring amendment original filed
fiscal ended ends relationship all applicable director owner officer give title below other specify individual joint
group filing line by one more than holdings reported transactions table non derivative acquired disposed
beneficially owned e g puts calls warrants options convertible transaction trans action instr code v amount price at
end following direct d indirect nature conversion conver sion exercise deemed execution any exercisable expiration
expir ation exercis underlying shares number explanation reminder report on separate each class directly indirectly
intentional misstatements omissions facts constitute federal criminal violations signature persons note file three
copies which must be manually signed space insufficient provided procedure potential are respond collection
information contained not required unless displays currently valid omb control approval expires estimated average
burden hours per over continued page dated x none na n td tr br html body ownership titles ship secu rity rities de
riva tive deri vative rivative acqui exer cise cisable dir ect posed dis red con version ire ct a/d as deriva benefi
ficially securitites footnote footnotes remarks to sec indir ind cisa ble ii
"""
PRINTED = frozenset(_FORMS.split())
"""Words of the SEC's forms, whole and as lines broke them, and those that say that there is nothing."""

_NUMBERS = frozenset({"20549", "1934", "1935", "1940", "1001", "78ff", "3235", "0287", "287"})
_TAG = re.compile(r"<(?:/?[A-Za-z][^>]*|!--.*?--)>", re.DOTALL)
_WORD = re.compile(r"[^\W_]+")
_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip


def document(raw: bytes) -> str:
    """The text of the first document, without markup."""
    text = raw.decode(errors="replace")
    text = text.partition("<TEXT>")[2].rpartition("</TEXT>")[0]
    inline = re.sub(r"</?(?:b|i|u|font|span)\b[^>]*>", "", text, flags=re.IGNORECASE)
    return unescape(inline if "<TD" in text else text)


def words(text: str) -> Counter[str]:
    """The words of a text: thousands separators dropped, numbers without zeros at their ends, lower case."""
    text = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", _TAG.sub(" ", text).replace("\xa0", " ")).lower()
    text = re.sub(r"(\d+\.\d*?)0+(?!\d)", r"\1", text)
    return Counter(each.lstrip("0") for each in _WORD.findall(text) if each.strip("0"))


def vanished(raw: bytes, filing: Filing, *, broken: bool = False) -> list[str]:
    """The words of the document that are fewer in the filing, those printed on every form aside.

    So are single letters and numbers of two digits, with which the forms number their items. A word of the header's
    names and addresses, of its period or of a signature may be there more often than the filing says it: a form repeats
    them. `broken` is for a form that breaks words at the ends of its boxes.
    """
    said = words(" ".join(_texts(filing)))
    repeated, squeezed = _repeated(filing), "".join(_texts(filing)).replace(" ", "").lower()
    lost = []
    for word, often in words(document(raw)).items():
        if word in PRINTED or word in _NUMBERS or len(word) == 1 or (len(word) == 2 and word.isdigit()):
            continue
        if (word in repeated and said[word]) or said[word] >= often or (broken and word in squeezed):
            continue
        lost.append(f"{word} x {often - said[word]}")
    return lost


def _texts(filing: Filing) -> list[str]:
    found = []
    for record in [filing, *(row for name in FILING_CHILDREN for row in getattr(filing, name))]:
        for column in fields(record):
            if column.name not in FILING_CHILDREN and column.name != "reason":
                found += _shown(column.name, getattr(record, column.name))
    return found


def _shown(name: str, value: object) -> list[str]:
    if isinstance(value, date):
        month = _MONTHS[value.month - 1]
        return [f"{value.month} {value.day} {value.year} {value:%y} {month} {month[:3]}"]
    if isinstance(value, Decimal):
        whole, places = divmod(value, 1)
        numerator, denominator = places.as_integer_ratio()
        fraction = f"{whole} {numerator} {denominator}" if 1 < denominator <= 64 else ""
        return [f"{value:f}", fraction]
    if isinstance(value, bool) or value is None:
        return []
    text = str(value)
    return [re.sub(r"\bF(?=[\d*a-z])", " ", text) if name.endswith(("_fn", "footnote_id")) else text]


def _repeated(filing: Filing) -> set[str]:
    owners = filing.reporting_owners
    names = [
        filing.issuer_name,
        *(each.owner_name for each in owners),
        *(each.signature_name for each in filing.signatures),
    ]
    for owner in owners:
        names += [owner.street1, owner.street2, owner.city, owner.state, owner.zip_code, owner.officer_title]
    days = [filing.period_of_report, *(each.signature_date for each in filing.signatures)]
    texts = [each for each in names if each] + [text for day in days for text in _shown("", day)]
    return set(words(" ".join(texts)))

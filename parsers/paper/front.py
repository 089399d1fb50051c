"""The front page of a paper form, held against its header: the header says who, the form says more of each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from ...tables import Filing, ParseIssue, ReportingOwner
from ..ticker import ticker
from ..values import fold
from . import boxes as paper_boxes
from . import values as paper_values
from .account import Account
from .items import Item, read_items
from .lines import Line, Part
from .names import address, after_name, has_words, is_person
from .parties import Parties
from .printed import is_furniture

_SYMBOL = re.compile(r"[A-Z]{1,5}(?:[./-][A-Z]{1,2})?")
_SYMBOL_AT_END = re.compile(r"(?:[(\[]\s*\"?|\s[/-]+\s*|\()([A-Z]{1,5}(?:\.[A-Z])?)\"?\s*[)\]]?")
_LABELLED = re.compile(r"\W*(?:(?:ticker|trading)\s+)*symbol\s*(?:is|[:=-])?\s*", re.IGNORECASE)
_EXCHANGED = re.compile(
    r"(?:(?:NYSE|NASDAQ|AMEX|OTC)[A-Za-z /.]{0,12}\s?[:/-]\s?)?[A-Z]{1,5}(?:[./-][A-Z]{1,2})?"
    r"(?:\s?[,;/&]\s?[A-Z]{1,5})?",
    re.IGNORECASE,
)
_LONGEST_SYMBOL = 40
_OF_A_NAME = frozenset(
    {
        "INC", "CORP", "CO", "LTD", "LLC", "LP", "PLC", "USA", "NV", "SA", "AG", "SE", "TRUST", "GROUP", "BANK", "FUND",
        "NONE",
    }
)  # fmt: skip
"""What stands alone on a line as the end of a name and is not a symbol."""

_MONTH_OF_YEAR = re.compile(r"(?:([A-Za-z]{3,9})\.?,?\s+|(\d{1,2})\s?[/-]\s?)(\d{4}|\d{2})")
_ADDRESS = ("street1", "street2", "city", "state", "zip_code")


def read_front(front: Sequence[Line], filing: Filing, parties: Parties, made_on: date | None, account: Account) -> None:
    """Put what the front page says into the filing; parts that are read are marked in the account."""
    _checks(front, filing, account)
    filing.reporting_owners = _owners(parties, filing)
    if len(parties.issuers) == 1:
        filing.issuer_cik, filing.issuer_name = parties.issuers[0].cik, parties.issuers[0].name
    elif parties.issuers:
        names = "; ".join(f"{each.name} {each.cik_text}" for each in parties.issuers)
        _issue(filing, "issuer_cik", names, "the header names more than one issuer")
    filing.period_of_report = parties.period
    if parties.period_text and parties.period is None:
        _issue(filing, "period_of_report", parties.period_text, "the header's period is not a date")
    read: set[str] = set()
    for item in read_items(front):
        if item.kind and item.certain and item.kind not in read:
            done = _item(item, filing, made_on)
            read.add(item.kind)
            if done:
                account.take(*item.parts)
    filing.ticker = ticker(filing.issuer_trading_symbol)


def _item(item: Item, filing: Filing, made_on: date | None) -> bool:
    """Read an item; False where its texts are left to the account."""
    if item.kind == "owner":
        return _owner(item.texts, filing)
    if item.kind == "issuer":
        return _issuer(item.texts, filing)
    if item.kind == "period":
        return _period(item.texts, filing, made_on)
    if item.kind == "original":
        return _original(item.texts, filing, made_on)
    if item.kind == "relationship":
        return _relationship(item, filing)
    if item.kind == "group":
        return _group(item, filing)
    return not item.texts


def _checks(front: Sequence[Line], filing: Filing, account: Account) -> None:
    texts = [paper_boxes.with_boxes(line) for line in front if line.has_words]
    for column, marked in paper_boxes.checks(texts).items():
        setattr(filing, column, marked)
        account.take_lines(
            line
            for line in front
            if line.has_words
            and is_furniture(paper_boxes.without_boxes(paper_boxes.with_boxes(line)))
            and paper_boxes.checks([paper_boxes.with_boxes(line)])
        )


def _owners(parties: Parties, filing: Filing) -> list[ReportingOwner]:
    """The owners of the header."""
    owners = []
    for number, party in enumerate(parties.owners, start=1):
        owner, unknown = party.owner(number)
        owners.append(owner)
        for text in unknown:
            _owner_issue(filing, number, None, text, "a relationship that is not known")
    return owners


def _owner(texts: Sequence[str], filing: Filing) -> bool:
    """The name and address of the form: those of the header, or an address that it does not have."""
    owners = filing.reporting_owners
    known = [getattr(owner, name) for owner in owners for name in ("owner_name", *_ADDRESS)]
    if not texts or (owners and has_words(" ".join(texts), known)):
        return True
    first = owners[0] if len(owners) == 1 else None
    if first is not None and not any(getattr(first, name) for name in _ADDRESS):
        lines = [
            each for each in texts if not is_person(each, first.owner_name) and not has_words(each, [first.owner_name])
        ]
        found = address(lines) or _address_in_line(texts, first)
        for column, text in (found or {}).items():
            setattr(first, column, text)
        if found:
            return True
    reason = "the form gives name and address so; the header's were taken" if owners else "the header names no owner"
    _owner_issue(filing, 1, "owner_name", "\n".join(texts), reason)
    return True


def _address_in_line(texts: Sequence[str], owner: ReportingOwner) -> dict[str, str] | None:
    """An address behind the name on one line: `Doe, Jane Q., 100 Main Street, Springfield, IL 62701`."""
    parts = texts[0][:400].split(", ") if len(texts) == 1 else []
    ends = [at for at in range(1, min(4, len(parts))) if is_person(", ".join(parts[:at]), owner.owner_name)]
    return address([", ".join(parts[ends[-1] :])]) if ends else None


def _issuer(texts: Sequence[str], filing: Filing) -> bool:
    """The symbol, behind the header's name of the issuer or where nothing else can stand."""
    text = "\n".join(texts)
    if not text:
        return True
    rest = after_name(text, filing.issuer_name)
    found = _symbol(rest) if rest is not None else _symbol_at_end(texts)
    if rest is not None and not any(map(str.isalnum, rest)):
        return True
    filing.issuer_trading_symbol = found
    if not filing.issuer_name:
        _issue(filing, "issuer_name", text, "the header names no issuer; the form's text is this")
    elif found is None:
        _issue(filing, "issuer_trading_symbol", text, "the lines of the issuer have no symbol that is certain")
    elif rest is None:
        _issue(filing, "issuer_name", text, "the form names the issuer so; the header's name was taken")
    return True


def _symbol(text: str) -> str | None:
    """The symbol behind a name, as typed: in brackets or quotes, or all capitals."""
    text = " ".join(text.split())
    plain = text.lstrip(".,;: -\u2013\u2014/").rstrip(" .,;")
    bracketed = re.fullmatch(
        r"[(\[]\s*\"?([^()\[\]\"]{1,40})\"?\s*[)\]]|[\"\u201c]([^\"\u201d]{1,40})[\"\u201d]", plain
    )
    inside = _LABELLED.sub("", (bracketed[1] or bracketed[2]) if bracketed else plain, count=1).strip()
    if not inside or len(inside) > _LONGEST_SYMBOL:
        return None
    if bracketed or _LABELLED.match(plain) or paper_values.is_nil(inside):
        return inside.strip("\"'")
    return (
        inside if _EXCHANGED.fullmatch(inside) and inside.split()[-1].isupper() and inside not in _OF_A_NAME else None
    )


def _symbol_at_end(texts: Sequence[str]) -> str | None:
    """The trading symbol where the name is another than the header's: alone on the last line, or in brackets there."""
    last = texts[-1]
    if len(texts) > 1 and _SYMBOL.fullmatch(last):
        return None if last in _OF_A_NAME else last
    found = [each for each in _SYMBOL_AT_END.finditer(last[:400]) if each.end() == len(last) and each.start() > 0]
    return found[-1][1] if found else None


def _period(texts: Sequence[str], filing: Filing, made_on: date | None) -> bool:
    """The form's period held against the header's, of which many forms name the month alone."""
    stated, known = fold(" ".join(texts)), filing.period_of_report
    if not stated:
        return True
    day, problem = paper_values.day(stated, made_on, "event")
    if known is None and problem is None:
        filing.period_of_report = day
    elif known is None:
        _issue(filing, "period_of_report", stated, f"the period {problem}")
    elif day != known and not _is_month_of(stated, known):
        _issue(filing, "period_of_report", stated, f"the header's period is {known}")
    return True


def _is_month_of(stated: str, day: date) -> bool:
    """Whether a text, `March 1999` or `3/99` or `1999`, names the month or the year of a day."""
    text = stated.strip(" .:")
    if text == str(day.year):
        return True
    match = _MONTH_OF_YEAR.fullmatch(text) if len(text) <= 40 else None
    if match is None:
        return False
    month = int(match[2]) if match[2] else paper_values.month(match[1])
    return month == day.month and match[3] in (str(day.year), f"{day:%y}")


def _original(texts: Sequence[str], filing: Filing, made_on: date | None) -> bool:
    original = fold(" ".join(texts))
    if original and not paper_values.is_nil(original):
        filing.date_of_original_submission, problem = paper_values.day(original, made_on, "event")
        if problem is not None:
            _issue(filing, "date_of_original_submission", original, problem)
    return True


def _relationship(item: Item, filing: Filing) -> bool:
    """The boxes of an owner who is the only one, and the title or the other relationship below them."""
    texts = _boxed_texts(item)
    if len(filing.reporting_owners) != 1:
        return not any(map(str.isalnum, "".join(texts)))
    owner = filing.reporting_owners[0]
    found = paper_boxes.relationship(texts)
    named = {} if found.boxes else paper_boxes.named(" ".join(texts))
    for column, marked in {**found.boxes, **named}.items():
        if getattr(owner, column) and not marked:
            reason = "the header says it, and its box on the form is not marked"
            _owner_issue(filing, 1, column, None, reason)
        setattr(owner, column, marked)
    titled = paper_boxes.titled(found.text) if found.text and not found.boxes else None
    if titled is not None:
        owner.is_officer, found.text = True, titled
    if named or found.text is None:
        return bool(named or found.boxes) or not any(box.marked for box in paper_boxes.boxed(texts))
    if owner.is_officer and not owner.is_other:
        owner.officer_title = found.text
    elif owner.is_other and not owner.is_officer:
        owner.other_text = found.text
    else:
        _owner_issue(filing, 1, "officer_title", found.text, "a text below the boxes, and it is not certain of which")
    return True


def _boxed_texts(item: Item) -> list[str]:
    """The texts of an item, the cells of a line that is all of it written as boxes."""
    lines = [part.line for part in item.parts]
    if not any(_is_whole(part) and part.line.cells is not None for part in item.parts) or len(lines) < 2:
        return item.texts
    return [paper_boxes.with_boxes(part.line) if _is_whole(part) else part.text for part in item.parts]


def _is_whole(part: Part) -> bool:
    return part.start == 0 and part.end >= len(part.line.text)


def _group(item: Item, filing: Filing) -> bool:
    """Whether one person files or several, held against the header."""
    found = paper_boxes.filed_by([*_boxed_texts(item), *(part.text for part in item.parts)])
    several = len(filing.reporting_owners) > 1
    if found.get("one") is found.get("more") or found.get("more", several) is not several:
        return False
    rest = [paper_boxes.without_boxes(each) for each in item.texts]
    return all(is_furniture(re.sub(r"^\W*x\b", "", each.strip(), flags=re.IGNORECASE)) for each in rest)


def _issue(filing: Filing, column: str, raw: str, reason: str) -> None:
    filing.parse_issues.append(ParseIssue(table_name="filings", column_name=column, raw_value=raw, reason=reason))


def _owner_issue(filing: Filing, number: int, column: str | None, raw: str | None, reason: str) -> None:
    filing.parse_issues.append(
        ParseIssue(table_name="reporting_owners", row_number=number, column_name=column, raw_value=raw, reason=reason)
    )

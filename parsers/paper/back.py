"""What a paper form says after its tables: footnotes, remarks, signatures."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from ..values import fold
from . import values as paper_values
from .lines import Line

MOST_NOTES = 999

_LONGEST_DATE = 120
"""Characters of a part of a line that can be a date with the word `Date` and blanks around it."""
_BOILERPLATE = re.compile(
    r"intentional\s+misstatement|if\s+the\s+form\s+is\s+filed|reminder|file\s+three\s+copies|potential\s+persons"
    r"|persons\s+who\s+respond|see\s+18\s+u|unless\s+the\s+form\s+displays|signature\s+of\s+reporting|one\s+of\s+which"
    r"|if\s+space|sec\s+14\d\d|form\s+displays",
    re.IGNORECASE,
)
_NOTE = re.compile(r"\s*(?:\((\d{1,2}|[a-z])\)|(\d{1,2})\.|(\*{1,5}))\s*(\S.*)")
_EXPLANATION = re.compile(r"[\W_]*explanation\s+of\s+responses?\W*", re.IGNORECASE)
_SIGNED = re.compile(r"(?:by\s*:?\s*)?/s/.*", re.IGNORECASE)
_SIGNATURE_HEAD = re.compile(r"[\W_]*(?:\d{1,2}\.\s*)?signatures?(?:\s+of\s+reporting\s+persons?)?\W*", re.IGNORECASE)
_DATE_HEAD = re.compile(r"\W*dated?\b\s*:?\s*", re.IGNORECASE)


@dataclass(slots=True)
class Back:
    """What stands after the tables: notes by their ids, remarks, signatures with the text of their dates."""

    notes: dict[str, str] = field(default_factory=dict)
    remarks: str | None = None
    signatures: list[tuple[str, date | None]] = field(default_factory=list)


def read_back(back: Sequence[Line], made_on: date | None) -> Back:
    """Read notes up to the signature, and signatures with the date beside or below each."""
    result = Back()
    at = next((at for at, each in enumerate(back) if _starts_signature(each.text)), len(back))
    _read_notes(back[:at], result)
    _read_signatures(back[at:], made_on, result)
    return result


def _starts_signature(text: str) -> bool:
    return _SIGNED.match(text.strip()) is not None or _SIGNATURE_HEAD.fullmatch(text) is not None


def _read_notes(lines: Sequence[Line], result: Back) -> None:
    note, remarks, explained = "", [], False
    texts: dict[str, list[str]] = {}
    for line in lines:
        text = line.text.strip()
        heading = _EXPLANATION.match(text)
        if heading is not None:
            text, explained, note = text[heading.end() :], True, ""
        if not any(map(str.isalnum, text)) or text.startswith("<"):
            continue
        if _BOILERPLATE.search(text):
            note = ""
            continue
        match = _NOTE.fullmatch(text)
        mark = f"F{match[1] or match[2] or match[3]}" if match else ""
        if match is not None and mark not in texts and len(texts) < MOST_NOTES:
            note = mark
            texts[note] = [match[4]]
        elif note:
            texts[note].append(text)
        elif explained:
            remarks.append(text)
    result.notes = {each: fold(" ".join(parts)) or "" for each, parts in texts.items()}
    result.remarks = fold(" ".join(remarks)) if remarks else None


def _read_signatures(lines: Sequence[Line], made_on: date | None, result: Back) -> None:
    headed = False
    for line in lines:
        parts = [each for each in re.split(r"\s{3,}|\||\t", line.text.strip()) if each.strip(" _-*")]
        text = fold(line.text) or ""
        if not text.strip(" _-*"):
            continue
        if _SIGNED.match(text):
            parts = _rejoined(parts)
            found = next((day for each in parts[1:] if (day := _date(each, made_on))), None)
            result.signatures.append((fold(parts[0]) or "", found))
            headed = False
        elif _SIGNATURE_HEAD.fullmatch(text):
            headed = not result.signatures
        elif headed and not _DATE_HEAD.match(text) and not _BOILERPLATE.search(text) and len(parts) == 1:
            result.signatures.append((text, None))
            headed = False
        elif result.signatures and result.signatures[-1][1] is None:
            days = [day for each in parts if (day := _date(each, made_on))]
            if len(days) == 1:
                result.signatures[-1] = (result.signatures[-1][0], days[0])


def _rejoined(parts: list[str]) -> list[str]:
    """`/s/` and the name after many blanks are one part."""
    if len(parts) > 1 and parts[0].lower().endswith("/s/"):
        return [f"{parts[0]} {parts[1]}", *parts[2:]]
    return parts


def _date(text: str, made_on: date | None) -> date | None:
    if len(text) > _LONGEST_DATE:
        return None
    value, problem = paper_values.day(_DATE_HEAD.sub("", text.strip(), count=1).strip(" _"), made_on, "event")
    return value if problem is None else None

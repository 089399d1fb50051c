"""What a paper form says after its tables: footnotes, remarks, signatures, in whatever order."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date

from ..values import fold
from . import values as paper_values
from .account import Account
from .lines import Line, Part
from .names import is_person
from .printed import is_furniture, is_page_number

MOST_NOTES = 999
_MOST_SIGNATURES = 1_000
_LONGEST_DATE = 120
"""Characters of a part of a line that can be a date with the word `Date` and blanks around it."""

_NOTE = re.compile(
    r"\s*(?:\((\d{1,2}|[a-z])\)|\[(\d{1,2})\]|<F(\d{1,2})>|(?:foot)?note\s+\(?(\d{1,2})\)?\s*[:.-]|(\d{1,2})[.)](?!\d)|(\*{1,5}))\s*(\S.*)",
    re.IGNORECASE,
)
_LONE_NOTE = re.compile(r"\s*(?:\((\d{1,2}|[a-z])\)|<F(\d{1,2})>|(\d{1,2})[.)]|(\*{1,5}))\s*", re.IGNORECASE)
_EXPLANATION = re.compile(r"[\W_]*explanations?\s+of\s+responses?[\W_]*", re.IGNORECASE)
_REMARKS = re.compile(r"[\W_]*remarks?\s*:\s*", re.IGNORECASE)
_NOTES = re.compile(r"[\W_]*(?:foot)?notes\s*(?:to\s+form\s+[345])?\s*:?[\s_-]*", re.IGNORECASE)
_CAPTION = r"[*\W_]*signatures?(?:\s+of\s+(?:the\s+)?reporting\s+persons?(?:\(s\))?)?"
_SIGNATURE_HEAD = re.compile(rf"(?:\W*\d{{1,2}}\.)?{_CAPTION}[\W_]*(?:dated?[\W_]*)?", re.IGNORECASE)
_CAPTIONED = re.compile(rf"{_CAPTION}\s*:?\s*(?=\S)", re.IGNORECASE)
_SIGNED = re.compile(r"[\s*]*(?:by\s*:?\s*)?(?:/s/|\(signed\)|s/\s).*", re.IGNORECASE)
_DATE_HEAD = re.compile(r"\W*(?:dated?\b|as\s+of)\s*:?\s*", re.IGNORECASE)
_DATED = re.compile(r"[\s_*]*dated?\s*:?[\s_]*(?P<day>\S.*)?", re.IGNORECASE)
_PAGE = re.compile(r"\s*<page>\s*|\f", re.IGNORECASE)
_ATTACHED = re.compile(
    r"\W*(?:joint\s+filer|attachment|exhibit\b|power\s+of\s+attorney\W*$|form\s+[345]\s+joint)", re.IGNORECASE
)
_ENDS_IN_DATE = re.compile(
    r"(\S.{0,200}?)\s+(?:dated?\s*:?\s*)?(\d{1,2}[/-]\d{1,2}[/-]\d{2,4}|[A-Z][a-z]{2,8}\.? \d{1,2}, ?\d{4})",
    re.IGNORECASE,
)
_DATED_BEFORE = re.compile(r"\s*(\S.{0,60}?)\s+((?:by\s*:?\s*)?(?:/s/|\(signed\)).*)", re.IGNORECASE)
_BROKEN = re.compile(r"(?<=\w)(-)\n(?=\w)(?!(?:and|or|to)\b)")
_SMALL_WORDS = frozenset(
    {"of", "for", "in", "as", "by", "the", "and", "attorney", "fact", "on", "behalf", "under", "poa"}
)
_NONE = re.compile(r"\W*(?:none|n/?a|not\s+applicable|nil)?\W*", re.IGNORECASE)


@dataclass(slots=True)
class Back:
    """What stands after the tables: notes by their ids, remarks, signatures with the text of their dates."""

    notes: dict[str, str] = field(default_factory=dict)
    remarks: str | None = None
    signatures: list[tuple[str, date | None]] = field(default_factory=list)


def read_back(
    back: Sequence[Line], made_on: date | None, owners: Sequence[str], named: Collection[str], account: Account
) -> Back:
    """Read notes and remarks, wherever they stand, and signatures with the date beside or below each.

    `owners` are the names of the header, by which a signature without `/s/` is known; `named` are the ids of the notes
    that the tables name.
    """
    reader = _Reader(back, made_on, owners, named, account)
    while reader.at < len(back):
        reader.read_line()
    return reader.finished()


class _Reader:
    """Goes down the lines: each is a note's, the remarks', a signature's, printed, or left in the account."""

    def __init__(
        self,
        lines: Sequence[Line],
        made_on: date | None,
        owners: Sequence[str],
        named: Collection[str],
        account: Account,
    ) -> None:
        self.at = 0
        self._lines = lines
        self._made_on = made_on
        self._owners = owners
        self._named = named
        self._account = account
        self._notes: dict[str, list[str]] = {}
        self._remarks: list[str] = []
        self._signatures: list[tuple[str, date | None]] = []
        self._into: list[str] | None = None
        self._style = ""
        self._last = 0
        self._headed = False
        self._after_blank = True
        self._later = Counter(each for line in lines if (each := _number(line)))

    def read_line(self) -> None:
        """Read the next line."""
        line = self._lines[self.at]
        self.at += 1
        self._later[_number(line)] -= 1
        text = line.text.replace(" | ", "   ") if line.cells is not None else line.text
        if _PAGE.fullmatch(text):
            ended = self._into and self._into[-1].rstrip().endswith((".", "!"))
            self._into = None if ended else self._into
            return
        if not line.has_words:
            self._after_blank |= not line.text.strip()
            if len(line.text.strip()) > 5:
                self._into = None if self._signs_next() else self._into
            return
        self._read(line, text)
        self._after_blank = False

    def _read(self, line: Line, text: str) -> None:
        if heading := _EXPLANATION.match(text) or _REMARKS.match(text):
            self._into, self._headed = self._remarks, False
            self._account.take_lines([line])
            if not _NONE.fullmatch(text, heading.end()):
                self._note_or_more(line, text[heading.end() :])
        elif _NOTES.fullmatch(text) and (self._into is None or self._after_blank):
            self._into, self._headed = self._remarks, False
            self._account.take_lines([line])
        elif _SIGNATURE_HEAD.fullmatch(text):
            self._headed, self._into = not self._signatures, None
            self._account.take_lines([line])
        elif _SIGNED.match(text):
            self._sign(line, text)
        elif (dated := _DATED_BEFORE.match(text)) and self._date(dated[1]) is not None:
            self._sign(line, f"{dated[2]}    {dated[1]}")
        elif (captioned := _CAPTIONED.match(text)) and self._sign_if_name(line, text[captioned.end() :]):
            pass
        elif is_furniture(text) and (self._into is None or len(text.split()) > 4 or is_page_number(text)):
            self._account.take_lines([line])
            self._into = self._into if is_page_number(text) else None
        elif self._is_signature(text):
            self._sign(line, text)
        elif _ATTACHED.match(text):
            self._into = None
        elif self._date_of_signature(line, text):
            pass
        else:
            self._note_or_more(line, text)

    def _note_or_more(self, line: Line, text: str) -> None:
        match = _NOTE.fullmatch(text)
        lone = _LONE_NOTE.fullmatch(text) if match is None else None
        if match is not None or lone is not None:
            mark = next(each for each in (match or lone).groups() if each)  # type: ignore[union-attr]
            if self._starts_note(mark, lone=lone is not None):
                self._into = self._notes[f"F{mark}"] = [match[7]] if match else []
                self._account.take_lines([line])
                return
        if self._into is not None:
            self._into.append(text)
            self._account.take_lines([line])

    def _starts_note(self, mark: str, *, lone: bool) -> bool:
        """Whether a mark at the start of a line is the next note's, or one that the tables name."""
        if f"F{mark}" in self._notes or len(self._notes) >= MOST_NOTES:
            return False
        style, order, named = _style(mark), _order(mark), f"F{mark}" in self._named
        if lone and not self._notes and not named:
            return False
        if not self._style or (named and style != self._style):
            # Roman numbers and paragraphs of rules, `(d)`, start no list of notes.
            if style == "letter" and order != 1 and not named:
                return False
        elif style != self._style:
            return False
        elif order <= self._last:
            if not named or not self._apart():
                return False
        elif order != self._last + 1 and (self._later[self._last + 1] > 0 or not (named or self._after_blank)):
            return False
        self._style, self._last = style, order
        return True

    def _apart(self) -> bool:
        """Whether the line stands below a blank one, or below a whole sentence."""
        return self._after_blank or not self._into or self._into[-1].rstrip().endswith((".", ")"))

    def _sign_if_name(self, line: Line, text: str) -> bool:
        """A signature behind its caption: `Signature of Reporting Person: Jane Doe`."""
        if not _looks_like_name(text) and not _SIGNED.match(text):
            return False
        self._sign(line, text)
        return True

    def _is_signature(self, text: str) -> bool:
        """A name that signs: below a caption or above one, the owner's with a date, or any right above `Date: …`."""
        parts = _parts(text)
        if not parts or self._date(parts[0]) is not None:
            return False
        name, dated = parts[0], any(self._date(each) for each in parts[1:])
        if len(parts) > 2 or (len(parts) == 2 and not dated):
            return False
        if self._headed:
            return _looks_like_name(name)
        if any(is_person(name, each) for each in self._owners):
            return dated or self._signs_next()
        return _looks_like_name(name) and (self._signs_next() if not dated else self._captioned_next())

    def _next_words(self) -> Line | None:
        return next((each for each in self._lines[self.at : self.at + 6] if each.has_words), None)

    def _signs_next(self) -> bool:
        """Whether the next words are the caption of a signature, or a line `Date: …`."""
        following = self._next_words()
        if following is None:
            return False
        dated = _DATED.fullmatch(following.text[:_LONGEST_DATE])
        is_date = dated is not None and (dated["day"] is None or self._date(dated["day"]) is not None)
        return is_date or self._captioned_next()

    def _captioned_next(self) -> bool:
        following = self._next_words()
        return following is not None and _SIGNATURE_HEAD.fullmatch(following.text) is not None

    def _sign(self, line: Line, text: str) -> None:
        parts = _rejoined(_parts(text))
        ends = _ENDS_IN_DATE.fullmatch(parts[0]) if len(parts) == 1 else None
        parts = [ends[1], ends[2]] if ends is not None and self._date(ends[2]) else parts
        days = [(each, day) for each in parts[1:] if (day := self._date(each))]
        if len(self._signatures) >= _MOST_SIGNATURES:
            return
        self._signatures.append((fold(parts[0]) or "", days[0][1] if days else None))
        self._into, self._headed = None, False
        known = [parts[0], *(each for each, _ in days[:1])]
        self._take_texts(line, known)

    def _take_texts(self, line: Line, texts: Sequence[str]) -> None:
        for text in texts:
            at = 0
            for word in text.split():
                start = line.text.find(word, at)
                if start >= 0:
                    at = start + len(word)
                    self._account.take(Part(line, start, at))
        if (caption := _CAPTIONED.match(line.text)) is not None:
            self._account.take(Part(line, 0, caption.end()))

    def _date_of_signature(self, line: Line, text: str) -> bool:
        """The date below a signature that has none; the name typed below it once more."""
        if not self._signatures or self._into is not None:
            return False
        name, signed = self._signatures[-1]
        days = [day for each in _parts(text) if (day := self._date(each))]
        if signed is None and len(days) == 1:
            self._signatures[-1] = (name, days[0])
            self._account.take_lines([line] if len(_parts(text)) == 1 or _DATED.fullmatch(text) else [])
            return True
        again = re.sub(r"^.*?(?:/s/|\(signed\))\s*", "", name, flags=re.IGNORECASE)
        if fold(text.strip(" _*")) == again:
            self._account.take_lines([line])
            return True
        return False

    def _date(self, text: str) -> date | None:
        if len(text) > _LONGEST_DATE:
            return None
        plain = _DATE_HEAD.sub("", text.strip(" _*|"), count=1).strip(" _")
        value, problem = paper_values.day(plain, self._made_on, "event")
        return value if problem is None else None

    def finished(self) -> Back:
        """All that was read."""
        notes = {each: _joined(parts) or "" for each, parts in self._notes.items()}
        remarks = _joined(self._remarks)
        return Back(notes, None if remarks and paper_values.is_nil(remarks) else remarks, self._signatures)


def _joined(lines: Sequence[str]) -> str | None:
    """Lines as one text; a word that a line breaks at its hyphen is one word, `service-` and `based`."""
    return fold(_BROKEN.sub(r"\1", "\n".join(each.strip() for each in lines)))


def _number(line: Line) -> int:
    """The number of the note that a line may start, 0 for none."""
    match = _NOTE.match(line.text[:200])
    return _order(next(each for each in match.groups() if each)) if match is not None else 0


def _style(mark: str) -> str:
    return "number" if mark.isdigit() else "star" if mark[0] == "*" else "letter"


def _order(mark: str) -> int:
    if mark.isdigit():
        return int(mark)
    return len(mark) if mark[0] == "*" else ord(mark[0].lower()) - ord("a") + 1


def _parts(text: str) -> list[str]:
    return [each for each in re.split(r"\s{3,}|\||\t", text.strip()) if each.strip(" _-*")]


def _rejoined(parts: list[str]) -> list[str]:
    """`/s/` and the name after many blanks are one part."""
    if len(parts) > 1 and parts[0].lower().endswith("/s/"):
        return [f"{parts[0]} {parts[1]}", *parts[2:]]
    return parts


def _looks_like_name(text: str) -> bool:
    """Whether a text can be a name: some words, capital but for small ones between them, and no sentence's end."""
    text = text.strip(" _*")
    words = re.findall(r"[^\W\d_]+", text)
    if not 2 <= len(words) <= 16 or len(text) > 100 or any(map(str.isdigit, text)) or re.search(r"[a-z]{3}\.$", text):
        return False
    return all(word[0].isupper() or word in _SMALL_WORDS for word in words)

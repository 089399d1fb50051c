"""The current feed: EDGAR's Atom pages of the newest filings, read with suspicion and put into one list.

Real pages: `getcurrent_page01.xml` to `11`. A page has 100 entries at most, the newest first. A filing is listed once
for every party of it, each time with that party's link.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from ..tables import IndexEntry
from .client import EdgarClient
from .limits import FEED

PAGE_ENTRIES = 100
"""The most that EDGAR puts on a page."""
PAGE_STEP = 60
"""Entries from the begin of one page to that of the next: the order may be another when that is asked for, and an entry
at the seam would be on neither."""
MOST_PAGES = 32
"""EDGAR's feed goes no further back than some 2,000 entries."""
OVERLAP = 10
"""So many entries in a row, the last of a page, that are known: what follows is known too. More than one, as entries of
one second come in any order."""

_MOST_BYTES = 4_000
"""Of an entry that is looked at; real ones have some 650."""
_ID = re.compile(rb"<id>\s*urn:tag:sec\.gov,2008:accession-number=(\d{10}-\d{2}-\d{6})\s*</id>")
_LINK = re.compile(
    rb"<link\b[^>]{0,300}?\bhref\s*=\s*[\"'][^\"'<>]{0,100}?/Archives/"
    rb"(edgar/data/\d{1,10})/(\d{18})/(\d{10}-\d{2}-\d{6})-index\.html?[\"']"
)
_TITLE = re.compile(rb"<title>([^<]{1,1000})</title>")
_TERM = re.compile(rb"<category\b[^>]{0,300}?\bterm\s*=\s*[\"']([^\"'<>]{1,40})[\"']")
_UPDATED = re.compile(rb"<updated>\s*([0-9T:+.Z-]{16,40})\s*</updated>")
_FILED = re.compile(rb"Filed:\s{0,5}&lt;/b&gt;\s{0,5}(\d{4}-\d{2}-\d{2})")
_PARTY = re.compile(r"(?s)(?P<name>.*?)\s*\(\d{1,10}\)\s*(?:\([A-Za-z ]{1,30}\))?\s*")
_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Listed:
    """A filing that the current feed lists. Nothing of it is certain before the submission is read."""

    accession_number: str
    form_type: str
    filing_date: date
    """EDGAR's date of it: that of the index which will list it."""
    accepted_at: datetime
    """When EDGAR accepted it, UTC."""
    company_name: str | None
    """Of the party whose link it has."""
    source_path: str
    """Below /Archives/."""

    @property
    def entry(self) -> IndexEntry:
        """The same as an index lists it."""
        return IndexEntry(
            accession_number=self.accession_number,
            filing_date=self.filing_date,
            index_date=self.filing_date,
            form_type=self.form_type,
            company_name=self.company_name,
            source_path=self.source_path,
        )


@dataclass(slots=True)
class Feed:
    """What the pages of one look at the feed say: each wanted filing once, under the party that an index has first."""

    filings: dict[str, Listed] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    pages: int = 0
    overflowed: bool = False
    """Whether the pages ended before they met what was known: what they do not reach, the day's index has."""


def read_feed(client: EdgarClient, form: str, forms: Collection[str], known: Callable[[Listed], bool]) -> Feed:
    """The newest filings of a form and its amendments, page after page until they are known.

    `form`: `4` stands for 4 and 4/A; `forms`: exactly these are wanted. `known`: whether a filing need not be looked
    for, nor what was listed before it. Raises what `EdgarClient.get` raises.
    """
    feed = Feed()
    entries = 0
    while feed.pages < MOST_PAGES:
        body = client.get(feed_path(form, entries), whole=lacks_of_feed, limit=FEED).body
        feed.pages += 1
        page, problems = parse_feed(body, forms)
        feed.problems += problems
        for each in page:
            before = feed.filings.setdefault(each.accession_number, each)
            # As in an index, which is sorted by CIK as text: the first of its parties stands for the filing.
            if each.source_path < before.source_path:
                feed.filings[each.accession_number] = each
        count = body.count(b"</entry>")
        if count < PAGE_ENTRIES or (page and all(known(each) for each in page[-OVERLAP:])):
            return feed
        entries += PAGE_STEP
    feed.overflowed = True
    return feed


def feed_path(form: str, start: int = 0) -> str:
    """The address of a page below the base address: the entries from `start` on, of a form and its amendments."""
    return (
        f"/cgi-bin/browse-edgar?action=getcurrent&type={form}&owner=only&start={start}&count={PAGE_ENTRIES}&output=atom"
    )


def lacks_of_feed(body: bytes) -> str | None:
    """What keeps a body from being a whole page of the feed, in words; None if it is one."""
    if b"<feed" not in body[:1000]:
        return f"it begins like no feed: {body[:60]!r}"
    if not body.rstrip().endswith(b"</feed>"):
        return f"cut off before its end, at {body[-60:]!r}"
    return None


def parse_feed(body: bytes, forms: Collection[str]) -> tuple[list[Listed], list[str]]:
    """The entries of a page that are of exactly these forms, in their order, and what is wrong with the others; pure.

    The page is searched, not parsed as XML: no entity is ever expanded, and one broken entry costs no other.
    """
    listed: list[Listed] = []
    problems: list[str] = []
    for entry in _entries(body):
        term = _TERM.search(entry)
        if term is None:
            problems.append(_problem("no form type", entry))
        elif (form := _text(term.group(1))) in forms:
            each = _listed(entry, form)
            if isinstance(each, str):
                problems.append(each)
            else:
                listed.append(each)
    return listed, problems


def _entries(body: bytes) -> Iterator[bytes]:
    """What is between `<entry>` and `</entry>`; of one that does not end before the next begins, nothing."""
    for piece in body.split(b"</entry>", 2 * PAGE_ENTRIES)[:-1]:
        begin = piece.rfind(b"<entry>")
        if begin >= 0:
            yield piece[begin : begin + _MOST_BYTES]


def _listed(entry: bytes, form: str) -> Listed | str:
    """A filing; a text says what is wrong with the entry."""
    number, link, title = _ID.search(entry), _LINK.search(entry), _TITLE.search(entry)
    if number is None:
        return _problem("no accession number", entry)
    accession = number.group(1).decode()
    digits = accession.replace("-", "")
    if link is None or link.group(2).decode() != digits or link.group(3).decode() != accession:
        return _problem(f"{accession}: no link to it", entry)
    filed, updated = _FILED.search(entry), _UPDATED.search(entry)
    try:
        accepted = datetime.fromisoformat(updated.group(1).decode()) if updated else None
        day = date.fromisoformat(filed.group(1).decode()) if filed else None
    except ValueError:
        accepted = day = None
    if accepted is None or accepted.tzinfo is None or day is None:
        return _problem(f"{accession}: no date", entry)
    return Listed(
        accession_number=accession,
        form_type=form,
        filing_date=day,
        accepted_at=accepted.astimezone(UTC),
        company_name=_party(_text(title.group(1)), form) if title else None,
        source_path=f"{link.group(1).decode()}/{accession}.txt",
    )


def _party(title: str, form: str) -> str | None:
    """The name in `4 - Harris Paula (0001880259) (Reporting)`."""
    party = title.removeprefix(f"{form} - ")
    found = _PARTY.fullmatch(party)
    return " ".join((found["name"] if found else party).split()) or None


def _text(raw: bytes) -> str:
    return html.unescape(raw.decode("latin-1")).strip()


def _problem(what: str, entry: bytes) -> str:
    return f"an entry of the current feed has {what}: {' '.join(entry.decode('latin-1').split())[:_SHOWN]}"

"""The current feed of one day: Atom pages in EDGAR's form that fill as a clock, which the test drives, goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from .archive import Archive
from .indexes import NEW_YORK, IndexRow, published_at

FEED_PATH = "/cgi-bin/browse-edgar"
_PAGE_ENTRIES = 100
_BROKEN = "<entry>\n<title>4 - (</title>\n<id>urn:tag:sec.gov,2008:accession-number=</id>\n</entry>\n"


@dataclass
class FeedFaults:
    """What the feed does wrong beside the faults of its requests.

    `most` entries are kept, older ones fall out; `repeats` of them come twice; within `reordered_seconds` the order is
    by chance; `ghosts` are accession numbers that it lists, and that EDGAR has not; `garbled` adds an entry that is
    none; `left_out` are filings that it never lists.
    """

    most: int = 2000
    repeats: int = 0
    reordered_seconds: int = 0
    ghosts: tuple[str, ...] = ()
    garbled: bool = False
    left_out: frozenset[str] = frozenset()


@dataclass
class CurrentFeed:
    """The feed of a day of an archive, whose index is not there before it is published, at 22:15 in New York.

    `listed_at`: when each filing appears, in New York; those without are there from the beginning. `served_at`:
    when its submission can be had, if later. `now`: the clock, None: the day is over.
    """

    archive: Archive
    day: date
    listed_at: Mapping[str, datetime] = field(default_factory=dict)
    served_at: Mapping[str, datetime] = field(default_factory=dict)
    faults: FeedFaults = field(default_factory=FeedFaults)
    now: Callable[[], datetime] | None = None
    _lock: threading.Lock = field(init=False, repr=False, default_factory=threading.Lock)
    _requests: int = field(init=False, repr=False, default=0)

    def page(self, query: str) -> bytes:
        """The page that a query asks for, as `action=getcurrent&type=4&owner=only&start=0&count=100`."""
        asked = {name: values[0] for name, values in parse_qs(query).items()}
        form, start = asked.get("type", ""), int(asked.get("start", "0"))
        count = min(int(asked.get("count", "40")), _PAGE_ENTRIES)
        with self._lock:
            self._requests += 1
            chance = Random(self._requests)
        entries = self._entries(form, chance)[start : start + count]
        now = self._now()
        head = (
            '<?xml version="1.0" encoding="ISO-8859-1" ?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
            f"<title>Latest Filings - {now:%a, %d %b %Y %H:%M:%S %Z}</title>\n"
            '<link rel="alternate" href="/cgi-bin/browse-edgar?action=getcurrent"/>\n'
            "<id>https://www.sec.gov/cgi-bin/browse-edgar?action=getcurrent</id>\n"
            "<author><name>Webmaster</name><email>webmaster@sec.gov</email></author>\n"
            f"<updated>{now.isoformat(timespec='seconds')}</updated>\n"
        )
        garbled = _BROKEN if self.faults.garbled and not start else ""
        return f"{head}{garbled}{''.join(entries)}</feed>\n".encode("latin-1", "xmlcharrefreplace")

    def hides(self, path: str) -> bool:
        """Whether a path, below /Archives/, is not there yet: the day's index, or a submission before its time."""
        if path.startswith("edgar/daily-index/"):
            return f".{self.day:%Y%m%d}.idx" in path and self._now() < published_at(self.day)
        accession = path.rpartition("/")[2].removesuffix(".txt")
        day_row = accession in self.listed_at or accession in self.served_at
        return day_row and self._now() < self.served_at.get(accession, self.listed_at.get(accession, self._now()))

    def _now(self) -> datetime:
        moment = self.now() if self.now else published_at(self.day) + timedelta(hours=1)
        return moment.astimezone(NEW_YORK)

    def _entries(self, form: str, chance: Random) -> list[str]:
        """Newest first, each party of a filing after another."""
        now = self._now()
        begin = datetime.combine(self.day, datetime.min.time(), NEW_YORK) + timedelta(hours=6)
        rows: list[tuple[datetime, IndexRow]] = []
        for row in self.archive.rows.get(self.day, []):
            number = row.accession_number
            moment = self.listed_at.get(number, begin)
            if row.form_type.startswith(form) and number in self.archive.submissions and moment <= now:
                rows.append((moment, row))
        rows = [each for each in rows if each[1].accession_number not in self.faults.left_out]
        rows += [(now, self._ghost(number)) for number in self.faults.ghosts if form == "4"]
        spread = self.faults.reordered_seconds
        place = {row.accession_number: chance.uniform(0, spread) for _, row in rows}
        rows.sort(key=lambda each: each[0] + timedelta(seconds=place[each[1].accession_number]), reverse=True)
        rows = rows[: self.faults.most]
        for _ in range(min(self.faults.repeats, len(rows))):
            rows.insert(chance.randrange(len(rows)), chance.choice(rows))
        return [_entry(moment, row) for moment, row in rows]

    def _ghost(self, number: str) -> IndexRow:
        return IndexRow(9_999_999, "Nobody at All", "4", self.day, f"edgar/data/9999999/{number}.txt")


def timetable(
    numbers: Sequence[str], begin: datetime, seconds: float, seed: int, *, bursts: int = 2, in_bursts: float = 0.4
) -> dict[str, datetime]:
    """When filings appear, by accession number: spread over so many seconds, a share of them in bursts of a minute."""
    chance = Random(seed)
    starts = [chance.uniform(0, max(0.0, seconds - 60)) for _ in range(bursts)]
    moments = sorted(
        chance.choice(starts) + chance.uniform(0, min(60.0, seconds))
        if bursts and chance.random() < in_bursts
        else chance.uniform(0, seconds)
        for _ in numbers
    )
    mixed = chance.sample(list(numbers), len(numbers))
    whole = (moment - moment % 1 for moment in moments)
    return {number: begin + timedelta(seconds=moment) for number, moment in zip(mixed, whole, strict=True)}


def _entry(accepted: datetime, row: IndexRow) -> str:
    number = row.accession_number
    folder = f"{row.path.rpartition('/')[0]}/{number.replace('-', '')}"
    return (
        f"<entry>\n<title>{row.form_type} - {escape(row.company_name)} ({row.cik:010}) (Issuer)</title>\n"
        f'<link rel="alternate" type="text/html" href="https://www.sec.gov/Archives/{folder}/{number}-index.htm"/>\n'
        f'<summary type="html">\n &lt;b&gt;Filed:&lt;/b&gt; {row.filed} &lt;b&gt;AccNo:&lt;/b&gt; {number} '
        "&lt;b&gt;Size:&lt;/b&gt; 6 KB\n</summary>\n"
        f"<updated>{accepted.astimezone(NEW_YORK).isoformat(timespec='seconds')}</updated>\n"
        f'<category scheme="https://www.sec.gov/" label="form type" term="{row.form_type}"/>\n'
        f"<id>urn:tag:sec.gov,2008:accession-number={number}</id>\n</entry>\n"
    )

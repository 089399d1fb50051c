"""The newest filings as the current feed lists them: which are to be fetched, now or again, and which the index brings.

The feed decides nothing. What it lists and the lake has not is fetched once; what it lists wrongly is found out by the
submission, or never fetched; what it lacks is in the day's index.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from ...crawler import Absent, BrokenAnswer, EdgarDown, Listed, read_feed
from ...edgar_calendar import NEW_YORK
from ...tables import OPEN
from ..reports.run_report import Look
from ..reports.watch_report import WatchReport
from .run import Run

FIRST_GAP = timedelta(seconds=30)
"""How long a filing that EDGAR lists and does not serve is left alone; doubled by each further attempt."""
MOST_ATTEMPTS = 8
"""After an hour it is left to the index."""
MOST_DAYS_AHEAD = 7
"""What is accepted at night, before a weekend and holidays, has a date so far ahead at most."""
NOTE = "flagged"


@dataclass(frozen=True)
class Flagged:
    """A filing that the feed lists and that could not be had yet."""

    listed: Listed
    attempts: int
    due: datetime

    def to_note(self) -> dict[str, Any]:
        """As the lake keeps it between runs."""
        return {
            **asdict(self.listed),
            "filing_date": self.listed.filing_date.isoformat(),
            "accepted_at": self.listed.accepted_at.isoformat(),
            "attempts": self.attempts,
            "due": self.due.isoformat(),
        }

    @classmethod
    def from_note(cls, note: dict[str, Any]) -> "Flagged":
        """What `to_note` wrote."""
        attempts, due = note.pop("attempts"), datetime.fromisoformat(note.pop("due"))
        note["filing_date"] = date.fromisoformat(note["filing_date"])
        note["accepted_at"] = datetime.fromisoformat(note["accepted_at"])
        return cls(Listed(**note), attempts, due)


class Newest:
    """What a run knows of the filings that the feed lists."""

    def __init__(self, this: Run, report: WatchReport) -> None:
        self._this = this
        self._report = report
        self._settled: set[str] = set()
        """Accessions that the lake has, or that are left to the index."""
        self._dates: dict[date, bool] = {}
        """Dates that were looked up in the lake, and whether their index was read: it knows better then."""
        self._today = date.min
        kept = this.lake.notes.read(NOTE).get("filings", [])
        self._flagged = {each["accession_number"]: Flagged.from_note(each) for each in kept}
        self._noted = set(self._flagged)

    def wanted(self, now: datetime) -> list[Listed]:
        """What is to be fetched at a moment, oldest first: what the feed newly lists, and what is due for another try.

        Raises what asking EDGAR raises, but for a feed that is down or broken.
        """
        self._today = now.astimezone(NEW_YORK).date()
        self._drop_older()
        found = {each.accession_number: each for each in self._listed()}
        numbers = found.keys()
        if numbers:
            self._settled |= self._this.lake.stored(numbers) | self._this.lake.quarantined(numbers).keys()
        for listed in [each.listed for each in self._flagged.values() if self._is_read(each.listed.filing_date)]:
            self.settle([listed.accession_number])
        due = {number: each.listed for number, each in self._flagged.items() if each.due <= now}
        wanted = [each for number, each in (found | due).items() if number not in self._settled]
        return sorted(wanted, key=lambda each: (each.filing_date, each.accepted_at, each.accession_number))

    def settle(self, accession_numbers: Iterable[str]) -> None:
        """These are in the lake."""
        for number in accession_numbers:
            self._settled.add(number)
            self._flagged.pop(number, None)

    def leave(self, listed: Listed, why: str) -> None:
        """This one is left to the index."""
        self.settle([listed.accession_number])
        number = listed.accession_number
        self._report.left_to_index.append(Look(f"{number} is left to the index: {why}", listed.filing_date, number))

    def flag(self, listed: Listed, now: datetime, why: str) -> None:
        """This one could not be had: it is tried again with growing gaps, and in the end left to the index."""
        before = self._flagged.get(listed.accession_number)
        attempts = (before.attempts if before else 0) + 1
        if attempts >= MOST_ATTEMPTS:
            self.leave(listed, why)
        else:
            due = now + FIRST_GAP * 2 ** (attempts - 1)
            self._flagged[listed.accession_number] = Flagged(listed, attempts, due)

    def put_off(self, filings: Iterable[Listed], now: datetime) -> None:
        """Those of these that nothing was said of: EDGAR answered nothing, or the run was stopped."""
        for each in filings:
            number = each.accession_number
            before = self._flagged.get(number)
            if number not in self._settled and (before is None or before.due <= now):
                self._flagged[number] = Flagged(each, before.attempts if before else 0, now + FIRST_GAP)

    def keep(self) -> None:
        """Leave what is flagged to the next run."""
        self._report.flagged = len(self._flagged)
        if self._flagged or self._noted:
            filings = [each.to_note() for each in self._flagged.values()]
            self._this.lake.notes.write(NOTE, {"filings": filings})
            self._noted = set(self._flagged)

    def _listed(self) -> Iterable[Listed]:
        """What the feed lists and nothing is known of; each form's pages until they meet what is known."""
        forms = self._this.settings.forms
        for form in sorted({each[0] for each in forms}, key="435".index):
            try:
                feed = read_feed(self._this.client, form, forms, self._known)
            except (EdgarDown, BrokenAnswer, Absent) as failed:
                self._report.problems.append(f"the current feed: {failed}")
                if isinstance(failed, EdgarDown):
                    return  # the others would not answer either
                continue
            self._report.pages += feed.pages
            self._report.problems += feed.problems
            if feed.overflowed:
                self._report.problems.append("the current feed did not reach what is known: the index has the rest")
            for each in feed.filings.values():
                if not self._known(each):
                    yield each

    def _known(self, listed: Listed) -> bool:
        """Whether a filing is in the lake, flagged, or none of the feed's: an earlier day's, which its index has."""
        day = listed.filing_date
        if not self._today <= day <= self._today + timedelta(days=MOST_DAYS_AHEAD):
            return True
        number = listed.accession_number
        return self._is_read(day) or number in self._settled or number in self._flagged

    def _is_read(self, day: date) -> bool:
        if day not in self._dates:
            held = self._this.lake.index_day(day)
            self._dates[day] = held is not None and held.state not in ("not published", OPEN)
            self._settled |= {each.accession_number for each in self._this.lake.index_entries(day)}
        return self._dates[day]

    def _drop_older(self) -> None:
        """What was flagged on an earlier day, the index has."""
        self._flagged = {
            number: each for number, each in self._flagged.items() if each.listed.filing_date >= self._today
        }

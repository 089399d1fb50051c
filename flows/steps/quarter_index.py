"""A quarter's index beside the lake: how they differ, and a day's index as the quarter's corrects it."""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from ...crawler import IndexFile
from ...tables import OWNERSHIP_FORMS, IndexDay
from ..reports.run_report import Difference
from .day_index import DayIndex, forms_of_day
from .differences import differences
from .run import Run

MOST_WITHDRAWN = 20
"""EDGAR takes back a few filings a quarter: an index that lacks more of those that were listed before, and one more for
each `WITHDRAWN_IN` of them, is damaged."""
WITHDRAWN_IN = 1000


def compared(this: Run, index: IndexFile, first: date, last: date, today: date, since: date) -> list[Difference]:
    """How the index and the lake differ; an index that lacks more than can be true gets a problem, and is not whole."""
    listed = [entry for entry in index.entries if since <= entry.filing_date <= last]
    held = this.lake.index_entries_of(first, last, [entry.accession_number for entry in listed])
    # What an index lacks means nothing where it could not be read whole, or for a day that was not over.
    over = last + timedelta(days=1) if last < today else last
    found = differences(
        listed,
        held,
        removed_before=over if index.whole else date.min,
        forms=this.settings.forms,
        now=datetime.now(UTC),
    )
    removed = sum(each.kind == "removed" for each in found)
    if removed <= MOST_WITHDRAWN + len(held) // WITHDRAWN_IN:
        return found
    index.problems.append(  # not whole, then: what it says of days that the lake never read is no better
        f"{index.source_path} lacks {removed:,} of the {len(held):,} filings that daily indexes listed: too many to "
        "believe, so that none is marked as withdrawn; run this again when EDGAR has made the index again"
    )
    return [each for each in found if each.kind != "removed"]


def _closed(this: Run, index: IndexFile, day: date) -> bool:
    """Whether a quarter's index that lists nothing of a business day, but later ones, says that EDGAR was closed."""
    later = any(entry.filing_date > day for entry in index.entries)
    return index.whole and later and set(this.settings.forms) >= set(OWNERSHIP_FORMS)


def corrected(this: Run, index: IndexFile, day: date, found: Collection[Difference]) -> DayIndex:
    """A day's index as the quarter's corrects it."""
    before = this.lake.index_day(day)
    forms = ",".join(forms_of_day(this, before))
    entries = {entry.accession_number: entry for entry in this.lake.index_entries(day)}
    entries.update((each.entry.accession_number, each.entry) for each in found)
    read_at = datetime.now(UTC)
    if not entries and _closed(this, index, day):
        row = IndexDay(index_date=day, state="holiday", read_at=read_at, source_path=index.source_path)
        return DayIndex(row, [])
    if before and (before.state, before.forms) == ("whole", forms):
        return DayIndex(replace(before, read_at=read_at), list(entries.values()))
    return DayIndex(
        IndexDay(
            index_date=day,
            state="whole" if index.whole else "damaged",
            forms=forms,
            read_at=read_at,
            source_path=index.source_path,
            content_sha256=index.content_sha256,
            problem="; ".join(index.problems) or None,
        ),
        list(entries.values()),
    )

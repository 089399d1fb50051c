"""What EDGAR says of one date: its index, or why there is none; what the lake knows already is not lost by it."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import cast

from ...crawler import Absent, BrokenAnswer, DamagedIndex, IndexFile, ListedDay, Validators, read_daily_index
from ...edgar_calendar import Quarter
from ...tables import OPEN, IndexDay, IndexEntry
from .days import denial
from .run import Run

FULL_INDEX = "edgar/full-index/"
"""Where the quarters' indexes are, below /Archives/."""

MOST_LOST = 5
"""Fewer filings than an index listed before, it lists without doubt; or fewer than one in `LOST_IN` of them."""
LOST_IN = 50


@dataclass
class DayIndex:
    """A day's index: its row for the lake and its filings, those known to be delisted among them."""

    day: IndexDay
    entries: list[IndexEntry]
    problems: list[str] = field(default_factory=list)
    known: bool = False
    """Whether the lake has all of this already, but for the time of reading."""


def read_day_index(this: Run, listed: ListedDay) -> DayIndex:
    """The day's index; what the lake knows of it where EDGAR says that it has not changed since it was read whole.

    Without an index, the row says why. Raises CrawlError when EDGAR is down or refuses.
    """
    before = this.lake.index_day(listed.index_date)
    if listed.path is None:
        return _without_index(this, listed, before)
    forms = forms_of_day(this, before)
    try:
        index = read_daily_index(this.client, listed, forms, seen=_edition(before, listed, forms))
    except Absent as absent:
        if listed.state != "listed":
            return _without_index(this, listed, before)
        index = IndexFile(listed.path, "", Validators(), problems=[str(absent)])
    except (BrokenAnswer, DamagedIndex) as failed:
        index = IndexFile(listed.path, "", Validators(), problems=[str(failed)])
    if index is None:
        known = replace(cast(IndexDay, before), read_at=datetime.now(UTC))  # only what was read can be as it was
        return DayIndex(known, this.lake.index_entries(listed.index_date), known=True)
    if before and _known_better(this, index, before):
        return DayIndex(before, this.lake.index_entries(listed.index_date))
    if before and before.state == "whole" and index.whole and (doubt := _doubt(this, index, listed, forms)):
        index.problems.append(doubt)
    return DayIndex(_row(listed, index, before, forms), index.entries, index.problems)


def forms_of_day(this: Run, before: IndexDay | None) -> tuple[str, ...]:
    """The forms to take: a day that was read for more of them before stays read for all of those."""
    taken = before.forms.split(",") if before and before.forms else []
    return tuple(sorted({*this.settings.forms, *taken}))


def _row(listed: ListedDay, index: IndexFile, before: IndexDay | None, forms: Collection[str]) -> IndexDay:
    sha256 = index.content_sha256 or None
    same = bool(before and sha256 and (before.state, before.content_sha256) == ("damaged", sha256))
    found_before = (before.readings or 1) if before and same else 0
    return IndexDay(
        index_date=listed.index_date,
        state="whole" if index.whole else "damaged",
        forms=",".join(forms),
        read_at=datetime.now(UTC),
        source_path=index.source_path,
        content_sha256=sha256,
        etag=index.validators.etag,
        last_modified=index.validators.last_modified,
        problem="; ".join(index.problems) or None,
        readings=found_before + 1 if index.entries and not index.whole else None,
    )


def _without_index(this: Run, listed: ListedDay, before: IndexDay | None) -> DayIndex:
    """A day of which EDGAR has no index; one that the lake has read stays as it is."""
    if before and before.state == "holiday" and before.source_path:  # the quarter's index says that EDGAR was closed
        return DayIndex(before, [])
    if before and before.state == "whole" and _by_quarter(before):
        return DayIndex(before, this.lake.index_entries(listed.index_date))
    if before and before.content_sha256:
        lost = "EDGAR gives no index of this day any more; what was read of it stays"
        return DayIndex(before, this.lake.index_entries(listed.index_date), [lost])
    if before and before.state == OPEN and listed.state == "not published":
        return DayIndex(before, this.lake.index_entries(listed.index_date))
    read_at = datetime.now(UTC)
    if listed.state != "denied":
        return DayIndex(IndexDay(index_date=listed.index_date, state=listed.state, read_at=read_at), [])
    # It may have one: a damaged day is read again by every run until it is whole.
    problem = denial(Quarter.of(listed.index_date))
    if problem not in this.report.problems:
        this.report.problems.append(problem)
    return DayIndex(IndexDay(index_date=listed.index_date, state="damaged", read_at=read_at, problem=problem), [])


def _by_quarter(before: IndexDay) -> bool:
    """Whether the lake has read a day in its quarter's index."""
    return (before.source_path or "").startswith(FULL_INDEX)


def _known_better(this: Run, index: IndexFile, before: IndexDay) -> bool:
    """Whether the quarter's index said of a day all that its own index, which is damaged, says."""
    if index.whole or before.state != "whole" or not _by_quarter(before):
        return False
    held = {entry.accession_number for entry in this.lake.index_entries(before.index_date)}
    return held >= {entry.accession_number for entry in index.entries}


def _doubt(this: Run, index: IndexFile, listed: ListedDay, forms: Collection[str]) -> str | None:
    """Why an index that seems whole is not believed: too many filings that it listed before are gone."""
    held = {
        entry.accession_number
        for entry in this.lake.index_entries(listed.index_date)
        if entry.delisted_at is None and entry.form_type in forms
    }
    gone = held - {entry.accession_number for entry in index.entries}
    if len(gone) <= max(MOST_LOST, len(held) // LOST_IN):
        return None
    return f"the index lacks {len(gone):,} of the {len(held):,} filings that it listed before: too many to believe"


def _edition(before: IndexDay | None, listed: ListedDay, forms: Collection[str]) -> Validators:
    """The edition of a day's index that the lake holds all of, for these forms."""
    if before and (before.state, before.source_path, before.forms) == ("whole", listed.path, ",".join(forms)):
        return Validators(before.etag, before.last_modified)
    return Validators()

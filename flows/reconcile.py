"""The flow `reconcile`: the lake held against a quarter's index, which EDGAR corrects after the days are over."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from pydantic import Field

from ..crawler import IndexFile, read_quarterly_index
from ..edgar_calendar import Quarter, is_business_day, quarters_between, today_in_new_york
from ..storage import Ingest
from ..tables import OWNERSHIP_FORMS, IndexDay
from .reports.run_report import Difference, RunReport
from .steps.day_index import DayIndex, forms_of_day
from .steps.days import READ_FROM_INDEX, period_of, settled
from .steps.differences import differences
from .steps.flow import flow, task
from .steps.ingest import DayIngest, ingest_index, ingest_together
from .steps.run import Run, run

MOST_WITHDRAWN = 20
"""EDGAR takes back a few filings a quarter: an index that lacks more of those that were listed before, and one more for
each `WITHDRAWN_IN` of them, is damaged."""
WITHDRAWN_IN = 1000

FIRST_WEEKS = timedelta(days=28)
"""Of a quarter: so long, the one before is reconciled too, by itself."""


@flow("reconcile", run_name=lambda given: f"reconcile {given.get('quarter') or today_in_new_york()}")
def reconcile(
    quarter: Annotated[str, Field(pattern=r"^\d{4}-?[Qq][1-4]$", examples=["2024Q1"])] | None = None,
    today: date | None = None,
) -> RunReport:
    """Hold the lake against the index of a quarter: fetch what is missing, mark what is not listed any more.

    quarter: as 2024Q1; None: the one that is open and, in its first weeks, the one before, from the first date on that
    the lake covers. today: EDGAR's date of the run, in New York; None: now.
    """
    now = today or today_in_new_york()
    with run("reconcile") as this:
        if quarter:
            reconcile_quarter(this, Quarter.parse(quarter), now)
        else:
            read = [day.index_date for day in this.lake.coverage(today=now) if day.state in READ_FROM_INDEX]
            since = min(read, default=now)
            for each in quarters_due(now):
                if each.last >= since:
                    reconcile_quarter(this, each, now, since)
    return this.report


def quarters_due(today: date) -> list[Quarter]:
    """Those whose index EDGAR still corrects, oldest first."""
    return quarters_between(today - FIRST_WEEKS, today)


def reconcile_quarter(this: Run, quarter: Quarter, today: date, since: date = date.min) -> None:
    """Bring the lake to what the quarter's index lists, one commit a closed month and one a day of the open one.

    What was filed before `since` is left alone.

    Raises CrawlError when EDGAR is down or refuses, once what it gave is committed.
    """
    index = read_quarterly_index(this.client, quarter, this.settings.forms)
    this.report.problems += index.problems
    last = min(
        quarter.last, index.last_data_received or max((each.filing_date for each in index.entries), default=today)
    )
    found = _compared(this, index, max(quarter.first, since), last, today, since)
    this.report.add_differences(found)
    by_day: dict[date, list[Difference]] = defaultdict(list)
    for each in found:
        by_day[each.entry.index_date].append(each)
    for held in this.lake.coverage(max(quarter.first, since), last, today=today):
        if is_business_day(held.index_date) and not settled(held, this.settings.forms):
            by_day.setdefault(held.index_date, [])
    by_period: dict[str, list[date]] = defaultdict(list)
    for day in sorted(by_day):
        by_period[period_of(day, today)].append(day)
    for period, days in by_period.items():
        differing = {day: by_day.pop(day) for day in days}
        reconcile_days(this, period, index, differing)


@task(run_name="{period}")
def reconcile_days(this: Run, period: str, index: IndexFile, found: dict[date, list[Difference]]) -> None:
    """Bring the days of one commit to what the quarter's index lists."""

    def correct(day: date, ingest: Ingest, taken: set[str]) -> DayIngest:
        changed = {each.entry.accession_number for each in found[day] if each.kind == "changed"}
        return ingest_index(this, _corrected(this, index, day, found[day]), ingest, taken, again=changed)

    ingest_together(this, period, "reconcile", list(found), correct)


def _compared(this: Run, index: IndexFile, first: date, last: date, today: date, since: date) -> list[Difference]:
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
    this.report.problems.append(
        f"{index.source_path} lacks {removed:,} of the {len(held):,} filings that daily indexes listed: too many to "
        "believe, so that none is marked as withdrawn; run this again when EDGAR has made the index again"
    )
    return [each for each in found if each.kind != "removed"]


def _closed(this: Run, index: IndexFile, day: date) -> bool:
    """Whether a quarter's index that lists nothing of a business day, but later ones, says that EDGAR was closed."""
    later = any(entry.filing_date > day for entry in index.entries)
    return index.whole and later and set(this.settings.forms) >= set(OWNERSHIP_FORMS)


def _corrected(this: Run, index: IndexFile, day: date, found: Collection[Difference]) -> DayIndex:
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

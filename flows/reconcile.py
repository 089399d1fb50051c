"""The flow `reconcile`: the lake held against a quarter's index, which EDGAR corrects after the days are over."""

from collections import defaultdict
from datetime import date, timedelta
from typing import Annotated

from pydantic import Field

from ..crawler import IndexFile, read_quarterly_index
from ..edgar_calendar import Quarter, is_business_day, quarters_between, today_in_new_york
from ..storage import Ingest
from .reports.run_report import Difference, RunReport
from .steps.days import READ_FROM_INDEX, period_of, settled
from .steps.flow import flow, task
from .steps.ingest import DayIngest, ingest_index, ingest_together
from .steps.quarter_index import compared, corrected
from .steps.run import Run, run

FIRST_WEEKS = timedelta(days=28)
"""Of a quarter: so long, the one before is reconciled too, by itself."""


@flow("reconcile", run_name=lambda given: f"reconcile {given.get('quarter') or today_in_new_york()}")
def reconcile(
    quarter: Annotated[str, Field(pattern=r"^\d{4}-?[Qq][1-4]$", examples=["2024Q1"])] | None = None,
    today: date | None = None,
) -> RunReport:
    """Compare the lake with the index of a quarter: fetch what is missing, mark what is not listed any more.

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
    last = min(
        quarter.last, index.last_data_received or max((each.filing_date for each in index.entries), default=today)
    )
    found = compared(this, index, max(quarter.first, since), last, today, since)
    this.report.problems += index.problems
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
        return ingest_index(this, corrected(this, index, day, found[day]), ingest, taken, again=changed)

    ingest_together(this, period, "reconcile", list(found), correct)

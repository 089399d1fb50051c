"""`form4 status`: how far the lake is complete, what is missing, what is in quarantine and why."""

import json
from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from rich.markup import escape
from rich.table import Table
from rich.text import Text

from ..crawler import RateLimiterState, read_rate_limiter
from ..edgar_calendar import today_in_new_york
from ..exits import Exit
from ..flows.steps.options import client_options
from ..reports.account import Account, account
from ..reports.calendar import Standing, standing
from ..reports.numbers import quarters, size
from ..settings import load_settings
from ..storage import Lake, Snapshot
from ..tables import DayCoverage, QuarantinedFiling
from .errors import CommandFailed, explained
from .output import console, print_line

FIRST_INDEX = date(1993, 1, 1)
"""No index of EDGAR's is older."""
SHOWN = 20
MARKS = {
    Standing.COMPLETE: "#",
    Standing.PARTIAL: "+",
    Standing.MISSING: "!",
    Standing.FROM_DATASET: "o",
    Standing.NOT_PUBLISHED: "?",
    Standing.OPEN: "~",
    Standing.HOLIDAY: "-",
    Standing.NO_INDEX: "=",
    Standing.NEVER_READ: ".",
}
"""How a day is drawn; plain characters, for pipes and old terminals too."""
STYLES = {"#": "green", "o": "green", "+": "yellow", "!": "bold red", ".": "bold red", "=": "yellow"}
WORSE = [
    Standing.HOLIDAY,
    Standing.COMPLETE,
    Standing.FROM_DATASET,
    Standing.OPEN,
    Standing.NOT_PUBLISHED,
    Standing.NO_INDEX,
    Standing.PARTIAL,
    Standing.MISSING,
    Standing.NEVER_READ,
]
"""How days stand, from nothing to do to most."""


@dataclass(frozen=True)
class Status:
    """What the command says, of the whole lake or of a range of days."""

    today: date
    snapshot: Snapshot
    coverage: list[DayCoverage]
    account: Account | None
    filings: int
    from_datasets: int
    quarters: list[str]
    quarantine: list[QuarantinedFiling]
    other_place: str | None
    limiter: RateLimiterState

    @property
    def exit_code(self) -> Exit:
        """Whether something is missing, late or in quarantine; of an empty lake, everything is."""
        left = self.quarantine or self.account is None or self.account.alarming
        return Exit.INCOMPLETE if left else Exit.DONE

    def headline(self) -> str:
        """`complete through 2026-11-25 (Wednesday), 0 business days behind; exact 93.1 %, from data sets 6.9 %`."""
        if self.account is None:
            return "the lake is empty; form4 nightly fills it"
        parts = [self.account.headline()]
        if self.filings:
            exact = 100 * (self.filings - self.from_datasets) / self.filings
            # Not rounded up: 100 % says that every filing is exact.
            shown = exact if self.from_datasets == 0 else min(exact, 99.9)
            parts.append(f"exact {shown:.1f} %, from data sets {100 - shown:.1f} %")
        if self.quarantine:
            parts.append(f"{len(self.quarantine):,} in quarantine")
        return "; ".join(parts)

    def as_json(self) -> dict[str, Any]:
        """The same for machines: dates as ISO texts, numbers as numbers."""
        held = self.account
        through = held.complete_through if held else None
        return {
            "complete": self.exit_code is Exit.DONE,
            "first": held and held.first.isoformat(),
            "due": held and held.due.isoformat(),
            "complete_through": through and through.isoformat(),
            "business_days_behind": held and held.behind,
            "filings": self.filings,
            "exact": self.filings - self.from_datasets,
            "from_datasets": self.from_datasets,
            "quarantined": len(self.quarantine),
            "troubles": {each.what: [day.isoformat() for day in each.dates] for each in held.troubles} if held else {},
            "late": [day.isoformat() for day in held.late] if held else [],
            "data_sets": self.quarters,
            "version": self.snapshot.version,
            "paused_until": self.limiter.closed_until and self.limiter.closed_until.isoformat(),
        }


@explained
def show_status(first: date | None, last: date | None, today: date | None, *, as_json: bool) -> int:
    """Print it; 1 if something is missing, late or in quarantine, in the lake or on the days from `first` to `last`."""
    if first and last and first > last:
        raise CommandFailed(f"the range would begin on {first} and end on {last}: give the earlier date first")
    now = today or today_in_new_york()
    if (first and first < FIRST_INDEX) or max(first or now, last or now) > now:
        raise CommandFailed(f"EDGAR has indexes from {FIRST_INDEX} to today, {now}: give dates within")
    settings = load_settings()
    with Lake.open(settings.lake) as lake:
        lake.check_files()
        status = _read(lake, first, last, now, settings.forms, read_rate_limiter(client_options(settings)))
    if as_json:
        print(json.dumps(status.as_json(), indent=1))
    else:
        for part in _parts(status, whole=first is None):
            if isinstance(part, str):
                print_line(part)
            else:
                console().print(part)
    return status.exit_code


def _read(
    lake: Lake,
    first: date | None,
    last: date | None,
    today: date,
    forms: tuple[str, ...],
    limiter: RateLimiterState,
) -> Status:
    coverage = lake.coverage(first, last, today=today)
    filings, from_datasets = lake.count_filings(first, last)
    return Status(
        today=today,
        snapshot=lake.snapshot(),
        coverage=coverage,
        account=account(coverage, today, forms, first, last),
        filings=filings,
        from_datasets=from_datasets,
        quarters=[each.quarter for each in lake.datasets()],
        quarantine=_quarantine(lake, first, last),
        other_place=lake.other_place(),
        limiter=limiter,
    )


def _quarantine(lake: Lake, first: date | None, last: date | None) -> list[QuarantinedFiling]:
    """The rows of quarantine of a range of index dates; of the whole lake those dates need not be looked up."""
    if first is None and last is None:
        return lake.quarantine()
    return [row for day, row in lake.all_quarantined() if (first or date.min) <= day <= (last or date.max)]


def _parts(status: Status, *, whole: bool) -> Iterator[str | Table]:
    """What is printed, in its order: lines and tables."""
    yield status.headline()
    if status.limiter.closed_until:
        yield _pause(status.limiter.closed_until, status.limiter.reason)
    if status.other_place:
        yield (
            f"catalog.duckdb and views.sql read the files of {status.other_place}, not of this lake: "
            "form4 verify --repair"
        )
    for trouble in status.account.troubles if status.account else ():
        yield str(trouble)
    if status.account and status.account.late:
        yield f"late: EDGAR should have published {len(status.account.late):,} of them"
    if whole and status.coverage:
        yield _lake(status.snapshot)
    if whole and status.quarters:
        known = f"{status.from_datasets:,} filings are from them only, rounded to two decimals until read exactly"
        yield f"Data sets: {quarters(status.quarters)}; {known}."
    if status.coverage:
        yield _months(status.coverage)
    missing = [day for day in status.coverage if day.missing and day.state != "from a data set"]
    for day in missing[:SHOWN]:
        yield f"{day.index_date}: {day.missing:,} missing, {day.state}"
    if len(missing) > SHOWN:
        yield f"… and {len(missing) - SHOWN:,} days more"
    if status.quarantine:
        yield _reasons(status.quarantine)


def _lake(snapshot: Snapshot) -> str:
    files = snapshot.live.values()
    filings = sum(each.rows for each in files if each.table == "filings")
    return (
        f"Version {snapshot.version:,}: {filings:,} filings in {len(files):,} files, "
        f"{size(sum(each.bytes for each in files))}."
    )


def _months(coverage: list[DayCoverage]) -> Table:
    """A line a month, a mark for each of its weekdays; on a terminal older years are a line each, a mark a month."""
    table = Table(
        *("", "days", "listed", "stored", "quarantined", "missing"), title="Coverage", title_justify="left", box=None
    )
    for column in table.columns[2:]:
        column.justify, column.no_wrap = "right", True
    by_day = {day.index_date: day for day in coverage}
    last = coverage[-1].index_date
    compacted = date(last.year - 1, 1, 1) if console().is_terminal else date.min
    periods: dict[str, list[DayCoverage]] = defaultdict(list)
    for day in coverage:
        periods[f"{day.index_date:%Y}" if day.index_date < compacted else f"{day.index_date:%Y-%m}"].append(day)
    for period, days in sorted(periods.items()):
        marks = _month_marks(period, by_day) if len(period) > 4 else _year_marks(days)
        numbers = (
            sum(day.expected for day in days),
            sum(day.stored for day in days),
            sum(day.quarantined for day in days),
            sum(day.missing for day in days),
        )
        table.add_row(
            period,
            Text.assemble(*((mark, STYLES.get(mark, "dim")) for mark in marks)),
            *(f"{number:,}" for number in numbers),
        )
    table.caption = ", ".join(f"{mark} {name}" for name, mark in MARKS.items())
    table.caption_justify = "left"
    table.caption_style = table.title_style = ""
    return table


def _month_marks(month: str, by_day: dict[date, DayCoverage]) -> str:
    """A mark for each weekday of a month, blank outside of the account, and for a weekend day that has a row."""
    first = date.fromisoformat(f"{month}-01")
    days = (first + timedelta(n) for n in range(monthrange(first.year, first.month)[1]))
    return "".join(
        MARKS[standing(by_day[day])] if day in by_day else " " for day in days if day in by_day or day.weekday() < 5
    )


def _year_marks(days: list[DayCoverage]) -> str:
    """A mark for each month of a year: the worst of its days."""
    worst: dict[int, Standing] = {}
    for day in days:
        month = day.index_date.month
        worst[month] = max(worst.get(month, Standing.HOLIDAY), standing(day), key=WORSE.index)
    return "".join(MARKS[worst[month]] if month in worst else " " for month in range(1, 13))


def _reasons(quarantine: list[QuarantinedFiling]) -> Table:
    table = Table("stage", "reason", "filings", "such as", title="Quarantine", title_justify="left")
    counted = Counter((row.stage, row.reason) for row in quarantine)
    example = {(row.stage, row.reason): row.accession_number for row in quarantine}
    for (stage, reason), count in counted.most_common(SHOWN):
        table.add_row(stage, escape(reason), f"{count:,}", example[stage, reason])
    return table


def _pause(until: datetime, reason: str | None) -> str:
    why = f": {reason}" if reason else ""
    return f"Paused: no request to EDGAR before {until.astimezone():%Y-%m-%d %H:%M:%S %Z}{why}"

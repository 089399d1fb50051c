"""`form4 status`: what the lake covers, what is missing, and what is in quarantine and why."""

from calendar import monthrange
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta

from rich.markup import escape
from rich.table import Table
from rich.text import Text

from ..crawler import read_rate_limiter
from ..exits import Exit
from ..flows.steps.run import client_options
from ..reports.calendar import Standing, standing
from ..reports.numbers import quarters, size
from ..settings import load_settings
from ..storage import DayCoverage, Lake, Snapshot
from ..tables import QuarantinedFiling
from .errors import explained
from .output import console, print_line

SHOWN = 20
MARKS = {
    Standing.COMPLETE: "#",
    Standing.PARTIAL: "+",
    Standing.MISSING: "!",
    Standing.HOLIDAY: "-",
    Standing.NO_INDEX: "=",
    Standing.NOT_LOOKED_FOR: ".",
}
"""How a day is drawn; plain characters, for pipes and old terminals too."""
STYLES = {"#": "green", "+": "yellow", "!": "bold red"}
WORSE = [Standing.HOLIDAY, Standing.NO_INDEX, Standing.COMPLETE, Standing.PARTIAL, Standing.MISSING]
"""How days stand, from nothing to do to most."""


@explained
def show_status() -> int:
    """Print it; 1 if something is missing or in quarantine."""
    settings = load_settings()
    lake = Lake.open(settings.lake)
    lake.check_files()
    snapshot, coverage, quarantine = lake.snapshot(), lake.coverage(), lake.all_quarantined()
    data_sets = _data_sets(lake)
    limiter = read_rate_limiter(client_options(settings))
    if limiter.closed_until:
        console().print(_pause(limiter.closed_until, limiter.reason))
    if not (coverage or data_sets):
        console().print("The lake is empty; `form4 nightly` fills it.")
        return Exit.DONE
    console().print(_lake(snapshot, coverage), highlight=False)
    if data_sets:
        console().print(data_sets, highlight=False)
    if place := lake.other_place():
        print_line(f"catalog.duckdb and views.sql read the files of {place}, not of this lake: form4 verify --repair")
    if coverage:
        console().print(_months(coverage))
    unread = [day for day in coverage if day.missing or day.state == "damaged"]
    for day in unread[:SHOWN]:
        console().print(f"{day.index_date}: {day.missing} missing, index {day.state}; the next nightly reads it again")
    if len(unread) > SHOWN:
        console().print(f"… and {len(unread) - SHOWN:,} days more")
    if quarantine:
        console().print(_reasons(quarantine))
    return Exit.INCOMPLETE if unread or quarantine else Exit.DONE


def _lake(snapshot: Snapshot, coverage: list[DayCoverage]) -> str:
    files = snapshot.live.values()
    filings = sum(each.rows for each in files if each.table == "filings")
    newest = f"Newest day: {coverage[-1].index_date:%A %Y-%m-%d}, {standing(coverage[-1])}." if coverage else ""
    return (
        f"Version {snapshot.version:,}: {filings:,} filings in {len(files):,} files, "
        f"{size(sum(each.bytes for each in files))}.\n{newest}"
    ).rstrip()


def _data_sets(lake: Lake) -> str:
    """Which quarters' data sets are in the lake, and what is still known from them only; '' where none is."""
    held = [each.quarter for each in lake.datasets()]
    if not held:
        return ""
    filings = lake.count_from_datasets()
    known = f"{filings:,} filings are from them only, rounded to two decimals until read exactly"
    return f"Data sets: {quarters(held)}; {known}."


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
    """A mark for each weekday of a month, and for a weekend day that was looked for."""
    first = date.fromisoformat(f"{month}-01")
    days = (first + timedelta(n) for n in range(monthrange(first.year, first.month)[1]))
    return "".join(
        MARKS[standing(by_day[day]) if day in by_day else Standing.NOT_LOOKED_FOR]
        for day in days
        if day in by_day or day.weekday() < 5
    )


def _year_marks(days: list[DayCoverage]) -> str:
    """A mark for each month of a year: the worst of its days that were looked for."""
    worst: dict[int, Standing] = {}
    for day in days:
        month = day.index_date.month
        worst[month] = max(worst.get(month, Standing.HOLIDAY), standing(day), key=WORSE.index)
    return "".join(MARKS[worst.get(month, Standing.NOT_LOOKED_FOR)] for month in range(1, 13))


def _reasons(quarantine: list[tuple[date, QuarantinedFiling]]) -> Table:
    table = Table("stage", "reason", "filings", "such as", title="Quarantine", title_justify="left")
    counted = Counter((row.stage, row.reason) for _, row in quarantine)
    example = {(row.stage, row.reason): row.accession_number for _, row in quarantine}
    for (stage, reason), count in counted.most_common(SHOWN):
        table.add_row(stage, escape(reason), f"{count:,}", example[stage, reason])
    return table


def _pause(until: datetime, reason: str | None) -> str:
    why = escape(f": {reason}") if reason else ""
    return f"Paused: no request to EDGAR before {until.astimezone():%Y-%m-%d %H:%M:%S %Z}{why}"

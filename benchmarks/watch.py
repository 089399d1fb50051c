"""`make bench-watch`: a day of the current feed, EDGAR's busiest minutes at eight requests a second, and a commit.

BENCH_LAKE (bench-lake) and SCALE name the lake of `make bench-lake` that is committed to; without it that part is left
out. FILINGS=150 makes the day small, MINUTES=1 the busy time short.
"""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median

from ..edgar_calendar import NEW_YORK
from ..flows.nightly import nightly
from ..flows.reports.watch_report import WatchReport
from ..flows.steps.polling import Clock, by_clock
from ..flows.watch import watch
from ..replica import Archive, CurrentFeed, Fault, FaultKind, Faults, FeedFaults, Replica, generate_archive, timetable
from ..storage import Lake
from ..tables import OPEN, OWNERSHIP_FORMS, IndexDay, IndexEntry
from ..tests.builders.driven_clock import DrivenClock
from .lake_synthetic import clone

DAY = date(2024, 1, 10)
OPENS = datetime(2024, 1, 10, 6, 0, tzinfo=NEW_YORK)
NIGHT = datetime(2024, 1, 10, 22, 30, tzinfo=NEW_YORK)
BUSY = datetime(2024, 1, 10, 16, 0, tzinfo=NEW_YORK)
HOURS = 16
BURSTS = 3
PER_MINUTE = 25
"""Of getcurrent_page01.xml, the newest hundred entries of a Friday at 16:06: 33 filings in 79 seconds."""
COMMIT_SECONDS = 1.0
BATCH, BATCHES = 40, 25
FEED = "/cgi-bin/browse-edgar"


class ShiftedClock(Clock):
    """The machine's clock as if it were another hour."""

    def __init__(self, begin: datetime) -> None:
        self._shift = begin - datetime.now(UTC)

    def now(self) -> datetime:
        """The time there."""
        return datetime.now(UTC) + self._shift


def row(what: str, measured: str, target: str = "", *, ok: bool | None = None) -> None:
    """One line: the figure beside its target."""
    verdict = "" if ok is None else "ok" if ok else "MISSED"
    print(f"{what:48}{measured:>14}{target:>14}  {verdict}".rstrip(), flush=True)


@contextmanager
def user(folder: Path, edgar: Replica, rate: float, interval: float = 30) -> Iterator[None]:
    """The environment of a user of this EDGAR, with an empty lake."""
    settings = {
        "LAKE": str(folder / "lake"),
        "EDGAR__IDENTITY": "Bench User bench@example.com",
        "EDGAR__BASE_URL": edgar.url,
        "EDGAR__REQUESTS_PER_SECOND": str(rate),
        "EDGAR__RATE_LIMITER_FOLDER": str(folder / "limiter"),
        "EDGAR__ATTEMPTS": "1",
        "NIGHTLY__SINCE": DAY.isoformat(),
        "FEED__INTERVAL_SECONDS": str(interval),
    }
    before = {name: os.environ.get(f"FORM4_{name}") for name in settings}
    os.environ.update({f"FORM4_{name}": value for name, value in settings.items()})
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[f"FORM4_{name}"]
            else:
                os.environ[f"FORM4_{name}"] = value


def waits(reports: list[WatchReport]) -> list[float]:
    """Seconds from the listing of each filing to the lake."""
    return sorted(each for report in reports for batch in report.batches for each in batch.seconds)


def share(values: list[float], part: float) -> float:
    """The value below which a part of them is."""
    return values[min(len(values) - 1, int(part * len(values)))]


def whole_day(folder: Path, filings: int) -> None:
    """A day from opening to closing, with bursts and faults, by a clock that stands still while the program works."""
    archive = generate_archive(21, [DAY], filings)
    listed = timetable(sorted(archive.truth), OPENS, HOURS * 3600, seed=3, bursts=BURSTS, in_bursts=0.6)
    busiest = max(Counter(f"{each:%H:%M}" for each in listed.values()).values())
    clock = DrivenClock(OPENS)
    feed = CurrentFeed(archive, DAY, listed, faults=FeedFaults(repeats=5, reordered_seconds=3), now=clock.now)
    faults = Faults([Fault(FaultKind.DOWN, FEED, after=600, times=20)])
    reports: list[WatchReport] = []
    began = time.monotonic()
    with Replica(archive, faults=faults, feed=feed) as edgar, user(folder, edgar, 5000), by_clock(clock):
        while clock.moment < OPENS + timedelta(hours=HOURS + 0.25):
            reports.append(watch())
        kinds = edgar.stats().by_kind
        clock.moment = NIGHT
        night = nightly(today=DAY)
        after = edgar.stats().by_kind
    took = time.monotonic() - began
    print(f"\nA day: {filings:,} filings, up to {busiest} a minute; {took:.0f} s on this machine")
    found = waits(reports)
    polls = sum(each.polls for each in reports)
    commits = sum(len(each.batches) for each in reports)
    row("looks, pages, commits", f"{polls}, {kinds['feed']}, {commits}")
    row("requests a filing", f"{kinds['filing'] / filings:.3f}", "1.00", ok=kinds["filing"] == filings)
    more = after["filing"] - kinds["filing"]
    row("filings the night asks for", f"{more}", "0", ok=more == 0 and night.exit_code == 0)
    row("from listing to lake, half", f"{median(found):.0f} s", "<= 60 s", ok=median(found) <= 60)
    row("from listing to lake, 95 of 100", f"{share(found, 0.95):.0f} s")
    files = Counter(path.parent.parent.name for path in (folder / "lake" / "data").rglob("*.parquet"))
    row("files a table", str(max(files.values())), "1", ok=max(files.values()) == 1)


def busiest_minutes(folder: Path, minutes: float) -> None:
    """EDGAR's busiest minutes in real time, at eight requests a second."""
    count = round(PER_MINUTE * minutes)
    archive: Archive = generate_archive(22, [DAY], count)
    listed = timetable(sorted(archive.truth), BUSY, 60 * minutes, seed=5, bursts=0)
    clock = ShiftedClock(BUSY)
    feed = CurrentFeed(archive, DAY, listed, now=clock.now)
    reports: list[WatchReport] = []
    with Replica(archive, feed=feed, latency_seconds=0.05) as edgar, user(folder, edgar, 8), by_clock(clock):
        with Lake.open(folder / "lake", create=True):
            pass
        until = BUSY + timedelta(minutes=minutes, seconds=45)
        while clock.now() < until:
            reports.append(watch(once=True))
            time.sleep(max(0.0, 30 - (clock.now() - BUSY).total_seconds() % 30))
        stats = edgar.stats()
    found = waits(reports)
    print(f"\nThe busiest minutes: {count} filings in {minutes:g} minutes, in real time, eight requests a second")
    row("from listing to lake, half", f"{median(found):.0f} s", "<= 60 s", ok=median(found) <= 60)
    row("from listing to lake, 95 of 100", f"{share(found, 0.95):.0f} s")
    row("requests a filing", f"{stats.by_kind['filing'] / count:.3f}", "1.00", ok=stats.by_kind["filing"] == count)
    row("pages of the feed", str(stats.by_kind["feed"]))
    row("requests in the worst second", str(stats.worst_second()), "<= 8", ok=stats.worst_second() <= 8)


def commits(root: Path) -> None:
    """Batches of one day, each a commit, into the lake of twenty years."""
    lake = Lake.open(clone(root, "watch"), create=True)
    filings = list(generate_archive(23, [DAY], BATCH * BATCHES).truth.values())
    times = []
    for number in range(BATCHES):
        some = filings[number * BATCH : (number + 1) * BATCH]
        with lake.begin(DAY.isoformat()) as ingest:
            for each in some:
                each.parser_version = 1
                ingest.add_filing(each, DAY)
            row_of_day = IndexDay(
                index_date=DAY, state=OPEN, forms=",".join(OWNERSHIP_FORMS), read_at=datetime.now(UTC)
            )
            ingest.add_day(row_of_day, [_entry(each.accession_number, each.form_type) for each in some])
            began = time.monotonic()
            lake.commit(ingest, writer="watch")
            times.append(time.monotonic() - began)
    held = sum(each.rows for each in lake.snapshot().entries("filings"))
    lake.close()
    print(f"\nCommits of {BATCH} filings into a lake of {held:,}")
    row("half", f"{median(times):.2f} s", f"<= {COMMIT_SECONDS:g} s", ok=median(times) <= COMMIT_SECONDS)
    row("the slowest", f"{max(times):.2f} s")


def _entry(number: str, form: str) -> IndexEntry:
    return IndexEntry(
        accession_number=number, filing_date=DAY, index_date=DAY, form_type=form, source_path=f"{number}.txt"
    )


def main() -> None:
    """Print all of it."""
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    with tempfile.TemporaryDirectory() as folder:
        whole_day(Path(folder, "day"), int(os.environ.get("FILINGS") or 1500))
        busiest_minutes(Path(folder, "busy"), float(os.environ.get("MINUTES") or 4))
    root = Path(os.environ.get("BENCH_LAKE") or "bench-lake") / f"lake-{float(os.environ.get('SCALE') or 1):g}"
    if (root / "log").is_dir():
        commits(root)
        shutil.rmtree(root.with_name(f"{root.name}-watch"), ignore_errors=True)
    else:
        print(f"\nNo lake at {root}: make bench-lake builds it", file=sys.stderr)


if __name__ == "__main__":
    main()

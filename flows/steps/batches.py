"""Filings of the current feed into the lake, a small batch a commit, under the date that EDGAR gives them."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby

from ...crawler import CrawlError, EdgarDown, Listed
from ...storage import Ingest
from ...tables import OPEN, Filing, IndexDay
from ..reports.progress import progress
from ..reports.watch_report import Batch, WatchReport
from .flow import task
from .ingest import CUT_SHORT, commit, read_filing
from .loading import Loaded, load
from .newest import Newest
from .polling import clock
from .run import Run
from .stopping import StopRequested

BATCH = 40
"""Filings a commit: five seconds of requests at eight a second."""


def batches(wanted: Sequence[Listed]) -> Iterator[tuple[date, list[Listed]]]:
    """The filings in the order given, which is by date, in batches of one date."""
    for day, group in groupby(wanted, lambda each: each.filing_date):
        filings = list(group)
        for start in range(0, len(filings), BATCH):
            yield day, filings[start : start + BATCH]


@task(run_name="{day}")
def bring(this: Run, report: WatchReport, newest: Newest, day: date, filings: list[Listed]) -> bool:
    """Fetch, parse and commit filings of one date; what cannot be had is tried again, or left to the index.

    False if EDGAR is down. Raises StopRequested, and CrawlError where EDGAR refuses, once what it gave is committed.
    """
    waiting = {each.accession_number: each for each in filings}
    stopped: CrawlError | StopRequested | None = None
    with this.lake.begin(day.isoformat()) as ingest:
        brought: list[Listed] = []
        try:
            for loaded in load(this, day, [each.entry for each in filings]):
                listed = waiting.pop(loaded.entry.accession_number)
                if _add(loaded, listed, ingest, newest):
                    brought.append(listed)
        except CUT_SHORT as cut:
            stopped = cut
        if brought:
            _commit(this, report, ingest, day, brought)
            newest.settle(each.accession_number for each in brought)
    if isinstance(stopped, EdgarDown):
        report.problems.append(str(stopped))
        return False
    if stopped:
        raise stopped
    return True


def _add(loaded: Loaded, listed: Listed, ingest: Ingest, newest: Newest) -> bool:
    """Whether the filing goes in."""
    if loaded.content is None:
        newest.flag(listed, clock().now(), str(loaded.failure))
        return False
    outcome = read_filing(loaded)
    if not isinstance(outcome, Filing):
        newest.leave(listed, outcome.reason)
    elif outcome.filing_date != listed.filing_date:
        newest.leave(listed, f"the feed dates it {listed.filing_date}, and it says {outcome.filing_date}")
    else:
        ingest.add_filing(outcome, listed.filing_date)
        return True
    return False


def _commit(this: Run, report: WatchReport, ingest: Ingest, day: date, brought: list[Listed]) -> None:
    forms = ",".join(sorted(this.settings.forms))
    ingest.add_day(
        IndexDay(index_date=day, state=OPEN, forms=forms, read_at=clock().now()), [each.entry for each in brought]
    )
    commit(this, ingest, "watch")
    done = Batch(day, tuple(each.accepted_at for each in brought), clock().now())
    report.batches.append(done)
    progress().end(done)

"""One index date into the lake: its index, its filings, and what could not be had."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import TypeVar

from ...crawler import CrawlError, ListedDay, Throttled
from ...storage import Ingest
from ...tables import OPEN, Filing, QuarantinedFiling
from ..reports.progress import progress
from ..reports.run_report import DayReport, Look
from .day_index import DayIndex, read_day_index
from .loading import Loaded, load
from .parsing import quarantined, read_submission
from .run import Run
from .stopping import StopRequested, check_stop

CUT_SHORT = (CrawlError, StopRequested)
"""What ends a day early; what came of it before is committed."""
ENDS_THE_RUN = (Throttled, StopRequested)
"""Those that end all the days to come as well."""


@dataclass
class DayIngest:
    """What one date brought to an ingest that is not committed yet."""

    index_date: date
    added: int
    problems: list[Look]
    stopped: CrawlError | StopRequested | None = None
    """Why no more of the day's filings came; they are missing, and the next run asks for them."""


def ingest_day(this: Run, listed: ListedDay, ingest: Ingest, taken: set[str]) -> DayIngest:
    """Add what the lake lacks of one date to `ingest`.

    `taken` holds the accession numbers that the ingest has already, for an accession can stand in two dates' indexes.
    Raises CrawlError when EDGAR is down or refuses before the index is read, and StopRequested; then nothing is added.
    """
    check_stop()
    return ingest_index(this, read_day_index(this, listed), ingest, taken)


def ingest_index(
    this: Run, index: DayIndex, ingest: Ingest, taken: set[str], *, again: Collection[str] = ()
) -> DayIngest:
    """Add a day's index to `ingest`, with what the lake lacks of it; stored filings of `again` are fetched again."""
    index_date = index.day.index_date
    numbers = {entry.accession_number for entry in index.entries if entry.delisted_at is None}
    known = taken | (this.lake.stored(numbers) - set(again)) | this.lake.quarantined(numbers).keys()
    wanted = [entry for entry in index.entries if entry.accession_number in numbers - known]
    progress().begin(index_date, len(wanted))
    done = DayIngest(index_date, 0, [Look(each, index_date=index_date) for each in index.problems])
    try:
        for loaded in load(this, index_date, wanted, again=again) if wanted else ():
            _add(loaded, ingest, index_date, done)
            taken.add(loaded.entry.accession_number)
            progress().advance()
    except CUT_SHORT as cut:
        done.stopped = cut
        if isinstance(cut, CrawlError):
            done.problems.append(Look(str(cut), index_date=index_date))
    if wanted or not index.known:
        ingest.add_day(index.day, index.entries)
    return done


Day = TypeVar("Day")


def ingest_together(
    this: Run, period: str, writer: str, days: Iterable[Day], one: Callable[[Day, Ingest, set[str]], DayIngest]
) -> None:
    """Bring several days into the lake as one commit: `one` adds a day to the ingest, given the accessions it has.

    When EDGAR stops answering, or the run is asked to stop, what is there is committed, and then the error raised.
    """
    done: list[DayIngest] = []
    stopped: CrawlError | StopRequested | None = None
    taken: set[str] = set()
    with this.lake.begin(period) as ingest:
        try:
            for day in days:
                done.append(one(day, ingest, taken))
                if isinstance(done[-1].stopped, ENDS_THE_RUN):
                    stopped = done[-1].stopped
                    break
        except CUT_SHORT as cut:
            stopped = cut
        commit(this, ingest, writer)
    close_days(this, done)
    if stopped:
        raise stopped


def commit(this: Run, ingest: Ingest, writer: str) -> None:
    """Commit an ingest, and note in the report what it made exact."""
    done = this.lake.commit(ingest, writer=writer)
    if done:
        this.report.upgraded += done.upgraded


def _add(loaded: Loaded, ingest: Ingest, index_date: date, done: DayIngest) -> None:
    outcome = read_filing(loaded)
    if isinstance(outcome, Filing):
        ingest.add_filing(outcome, index_date)
        done.added += 1
    else:
        ingest.add_quarantined(outcome, index_date)
        number = outcome.accession_number
        line = f"{number} quarantined ({outcome.stage}): {outcome.reason}"
        done.problems.append(Look(line, index_date=index_date, accession_number=number))


def read_filing(loaded: Loaded) -> Filing | QuarantinedFiling:
    """The filing of a submission, or the quarantine row that says why there is none."""
    if loaded.content is None:
        return quarantined(loaded.entry, "fetch", str(loaded.failure))
    return read_submission(loaded.entry, loaded.content)


def close_days(this: Run, done: Sequence[DayIngest], today: date | None = None) -> None:
    """Once the days are committed: compact their raw files, and tell report and listener what the lake holds.

    today: EDGAR's date of the run; None: now.
    """
    dates = [each.index_date for each in done]
    covered = {day.index_date: day for day in this.lake.coverage(min(dates), max(dates), today=today)} if done else {}
    for each in done:
        this.lake.raw.compact_period(each.index_date)
        held = covered[each.index_date]
        if held.state in ("not published", OPEN):
            this.report.not_published.append(each.index_date)
            continue
        day = DayReport(**asdict(held), added=each.added, problems=tuple(each.problems))
        this.report.add(day)
        this.report.failure = str(each.stopped) if each.stopped else None
        progress().end(day)

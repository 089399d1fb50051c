"""The flow `reparse`: the parser as it is reads the raw archive again, where an older one has read it."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from ..storage import Ingest, Lake, OutdatedFiling, RawSubmission
from ..tables import Filing, IndexEntry, QuarantinedFiling
from .reports.progress import progress
from .reports.reparse_report import Reparsed, ReparseReport
from .steps.flow import flow, task
from .steps.parsing import CURRENT, Parser, Submission, parse_all
from .steps.run import run_on_lake
from .steps.stopping import asked_to_stop, check_stop
from .steps.workers import Workers, workers


@flow("reparse", run_name="reparse")
def reparse(start: date | None = None, end: date | None = None, dry_run: bool = False) -> ReparseReport:
    """Read again, from the raw archive, what an older parser read or refused; one commit a month or an open day.

    start, end: the index dates to take, None: all. dry_run: say what would change, and commit nothing.
    """
    dates = (start or date.min, end or date.max)
    with (
        run_on_lake(ReparseReport(CURRENT.version, dry_run)) as (settings, lake, report),
        workers(settings) as pool,
    ):
        for period in periods(lake.count_outdated(CURRENT.version), *dates):
            report.done.add(reparse_period(lake, pool, CURRENT, period, dates, dry_run))
            check_stop()
    return report


def periods(periods: Iterable[str], start: date, end: date) -> list[str]:
    """The periods within which filings are read again, one commit each: files of a year month by month."""
    found = []
    for period in sorted(periods):
        parts = [period] if len(period) > 4 else [f"{period}-{month:02d}" for month in range(1, 13)]
        found += [each for each in parts if str(start)[: len(each)] <= each <= str(end)[: len(each)]]
    return found


@task(run_name="reparse {period}")
def reparse_period(
    lake: Lake, pool: Workers, parser: Parser, period: str, dates: tuple[date, date], dry_run: bool
) -> Reparsed:
    """Read the outdated filings of a period again and, but for a dry run, commit them."""
    found = lake.outdated(period, parser.version)
    outdated = {each.accession_number: each for each in found if dates[0] <= each.index_date <= dates[1]}
    done = Reparsed()
    if not outdated:
        return done
    progress().begin(period, len(outdated))
    with lake.begin(period) as ingest:
        for entry, outcome in parse_all(pool, parser, _archived(lake, outdated, done)):
            _add(outdated[entry.accession_number], outcome, ingest, done)
            progress().advance()
            if asked_to_stop():
                break
        done.differences = lake.compare(ingest)
        if not dry_run:
            lake.commit(ingest, writer="reparse")
    progress().end(f"{period}  {done}")
    return done


def _archived(lake: Lake, outdated: dict[str, OutdatedFiling], done: Reparsed) -> Iterator[Submission]:
    """The submissions of outdated filings; notes those that the archive has not."""
    wanted = set(outdated)
    for index_date in sorted({day for each in outdated.values() for day in each.index_dates}):
        for raw in lake.raw.read(index_date, wanted & lake.raw.held(index_date)):
            wanted.discard(raw.accession_number)
            yield _entry(outdated[raw.accession_number], raw), raw.content
    done.without_raw.add(*sorted(each for each in wanted if not outdated[each].quarantined))


def _entry(filing: OutdatedFiling, raw: RawSubmission) -> IndexEntry:
    return IndexEntry(
        accession_number=filing.accession_number,
        filing_date=filing.filing_date,
        index_date=filing.index_date,
        form_type=filing.form_type,
        source_path=raw.source_path,
    )


def _add(before: OutdatedFiling, outcome: Filing | QuarantinedFiling, ingest: Ingest, done: Reparsed) -> None:
    kept = before.quarantined
    if isinstance(outcome, Filing):
        ingest.add_filing(outcome, before.index_date)
        done.read += kept is None
        done.released += kept is not None
    elif kept is None:
        done.refused.add(f"{before.accession_number} ({outcome.reason})")
    else:
        done.kept.add(f"{before.accession_number} ({outcome.reason})")
        if outcome.reason != kept.reason:
            ingest.add_quarantined(replace(outcome, attempts=kept.attempts + 1), before.index_date)

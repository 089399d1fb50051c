"""The flow `reparse`: the parser as it is reads the raw archive again, where an older one has read it."""

from datetime import date

from ..storage import Lake
from .reports.progress import progress
from .reports.reparse_report import Reparsed, ReparseReport
from .steps.flow import flow, task
from .steps.parsing import Parser, parse_all
from .steps.rereading import CURRENT, add_reread, archived, periods
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
        wanted = periods(lake.count_outdated(CURRENT.version), *dates)
        with progress().span(len(wanted), "periods"):
            for period in wanted:
                report.done.add(reparse_period(lake, pool, CURRENT, period, dates, dry_run))
                check_stop()
    return report


@task(run_name="reparse {period}")
def reparse_period(
    lake: Lake, pool: Workers, parser: Parser, period: str, dates: tuple[date, date], dry_run: bool
) -> Reparsed:
    """Read the outdated filings of a period again and, but for a dry run, commit them."""
    found = lake.outdated(period, parser.version)
    outdated = {each.accession_number: each for each in found if dates[0] <= each.index_date <= dates[1]}
    done = Reparsed()
    progress().begin(period, len(outdated))
    if not outdated:
        return done
    with lake.begin(period) as ingest:
        for entry, outcome in parse_all(pool, parser, archived(lake, outdated, done)):
            add_reread(outdated[entry.accession_number], outcome, ingest, done)
            progress().advance()
            if asked_to_stop():
                break
        done.differences = lake.compare(ingest)
        if not dry_run:
            lake.commit(ingest, writer="reparse")
    progress().end(f"{period}  {done}")
    return done

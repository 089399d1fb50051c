"""The commands that run a flow in this process, from `form4 nightly` to `reparse`: watched, and the report told."""

import logging
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from ..edgar_calendar import Quarter, today_in_new_york
from ..exits import Exit
from ..flows.compact import compact
from ..flows.nightly import nightly
from ..flows.reconcile import reconcile
from ..flows.reports.progress import listening
from ..flows.reports.run_report import Report
from ..flows.retry import retry
from ..flows.serving import runs
from ..flows.steps.flow import Flow, Told
from ..flows.steps.processes import WorkersFailed
from ..flows.steps.run import check_run, existing_lake
from ..flows.steps.stopping import asked_to_stop, exit_on_sigterm
from ..settings import SettingsError, load_settings
from .errors import CommandFailed, explained, wrong_use
from .output import complain, print_line, quiet, say
from .watch import Watch

FIRST_QUARTER = date(1993, 1, 1)
"""No quarterly index of EDGAR's is older."""

CARRY_ON = "interrupted; what is done is kept: run the same command again to carry on"


def run_nightly(today: date | None) -> int:
    """Run the nightly flow; the exit code says how it went."""
    return run_flow(nightly, {"today": today}, lambda: check_run("nightly"))


def run_retry() -> int:
    """Retry what is in quarantine; the exit code says how it went."""
    return run_flow(retry, {}, lambda: check_run("retry", create=False))


@explained
def run_reconcile(quarter: str | None, today: date | None) -> int:
    """Compare the lake with a quarter's index, None: those that are due; the exit code says how it went."""
    now = today or today_in_new_york()
    with wrong_use(ValueError):
        wanted = Quarter.parse(quarter) if quarter else Quarter.of(now)
    if not FIRST_QUARTER <= wanted.first <= now:
        raise CommandFailed(f"EDGAR has quarterly indexes from {FIRST_QUARTER} to today, {now}; {wanted} is outside")

    given = {"quarter": str(wanted) if quarter else None, "today": today}
    return run_flow(reconcile, given, lambda: check_run("reconcile"))


def run_compact(today: date | None) -> int:
    """Compact closed months and years; the exit code says how it went."""

    return run_flow(compact, {"today": today}, check=existing_lake)


@explained
def run_reparse(first: date | None, last: date | None, *, dry_run: bool) -> int:
    """Read outdated filings again; the exit code says how it went."""
    if first and last and first > last:
        raise CommandFailed(f"the range would begin on {first} and end on {last}: give the earlier date first")

    def check() -> None:
        settings, lake = existing_lake()
        if not settings.raw_archive and lake.raw.empty():
            raise SettingsError(
                "this lake keeps no submissions as fetched (raw_archive is false): there is nothing to read again. "
                "Set raw_archive: true in config.yaml, or FORM4_RAW_ARCHIVE=true; what is fetched from then on is kept"
            )

    from ..flows.reparse import reparse  # with the parser, which takes a while to import

    return run_flow(reparse, {"start": first, "end": last, "dry_run": dry_run}, check)


@explained
def run_flow(flow: Flow[..., Told], parameters: dict[str, Any], check: Callable[[], object]) -> int:
    """Watch a run and tell its report; the exit code says how it went. `check` raises what hinders it, sooner."""
    exit_on_sigterm()
    try:
        settings = load_settings()
        check()  # what is wrong with the settings or the lake is said at once
        with Watch() as watch, listening(watch), releasing():
            report = runs.run_flow(flow, parameters, settings, say)
    except WorkersFailed as failed:
        raise CommandFailed(str(failed), Exit.INCOMPLETE) from failed
    except KeyboardInterrupt:
        complain(CARRY_ON)
        return Exit.INTERRUPTED
    if (by := asked_to_stop()) and report.failure:
        complain(CARRY_ON)
        return 128 + by
    if report.exit_code:
        watch.say_held()
    if report.exit_code or not quiet():
        tell(report)
    return report.exit_code


@contextmanager
def releasing() -> Iterator[None]:
    """Let go of what a failed run's frames hold, which Prefect keeps: DuckDB complains of connections open at exit."""
    try:
        yield
    except BaseException as failed:
        error: BaseException | None = failed
        while error:
            traceback.clear_frames(error.__traceback__)
            error = error.__cause__ or error.__context__
        raise


def tell(report: Report) -> None:
    """What the run did, and what needs a look: the first lines here, all of it in the run's artifact."""
    for line in () if quiet() else report.details():
        print_line(line)
    look = report.attention()
    for each in look[:20]:
        complain(each.text, logging.WARNING, accession_number=each.accession_number, index_date=each.index_date)
    if len(look) > 20:
        complain(f"… and {len(look) - 20} more; see `form4 status`")
    if not report.idle:
        say(report.summary(), logging.WARNING if report.exit_code else logging.INFO)

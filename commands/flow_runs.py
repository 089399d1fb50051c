"""`form4 nightly`, `backfill` and `retry`: a flow run in this process, watched, and its report told."""

from collections.abc import Callable
from datetime import date

from prefect.states import State

from commands.output import complain, messages
from commands.watch import Watch
from crawler import BadOptions, CrawlError, MissingIdentity
from flows.backfill import backfill
from flows.nightly import nightly
from flows.progress import listening
from flows.report import Exit, RunReport
from flows.retry import retry
from flows.run import check_run, today_in_new_york
from settings import SettingsError, check_forms
from storage import LakeError

FIRST_INDEX = date(1994, 7, 1)
"""No daily index of EDGAR's is older."""


def run_nightly(today: date | None) -> Exit:
    """Run the nightly flow; the exit code says how it went."""
    return _run(lambda: nightly(today=today, return_state=True))


def run_backfill(start: date, end: date, forms: str | None, today: date | None) -> Exit:
    """Run a backfill; the exit code says how it went."""
    now = today or today_in_new_york()
    if start > end:
        complain(f"the backfill would begin on {start} and end on {end}: give the earlier date first")
        return Exit.WRONG_USE
    if start > now or end < FIRST_INDEX:
        complain(f"EDGAR has daily indexes from {FIRST_INDEX} to today, {now}; {start} to {end} is outside")
        return Exit.WRONG_USE
    try:
        chosen = check_forms(tuple(form.strip() for form in forms.split(","))) if forms else None
    except ValueError as wrong:
        complain(f"--forms {forms}: {wrong}")
        return Exit.WRONG_USE
    given = list(chosen) if chosen else None
    return _run(lambda: backfill(start=start, end=end, forms=given, today=today, return_state=True))


def run_retry() -> Exit:
    """Retry what is in quarantine; the exit code says how it went."""
    return _run(lambda: retry(return_state=True))


def _run(flow: Callable[[], State[RunReport]]) -> Exit:
    try:
        check_run()
        with Watch() as watch, listening(watch):
            result = flow().result(raise_on_failure=False)
        if not isinstance(result, RunReport):
            raise result
    except (SettingsError, MissingIdentity, BadOptions) as wrong:
        complain(wrong)
        return Exit.WRONG_USE
    except CrawlError as refused:
        complain(refused)
        return Exit.EDGAR
    except LakeError as damaged:
        complain(damaged)
        return Exit.LAKE
    tell(result)
    return result.exit_code


def tell(report: RunReport) -> None:
    """What the run did, and what needs a look: the first lines here, all of it in the run's artifact."""
    look = report.attention()
    for line in look[:20]:
        complain(line)
    if len(look) > 20:
        complain(f"… and {len(look) - 20} more; see `form4 status`")
    messages.print(report.summary())

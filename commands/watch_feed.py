"""`form4 watch`: one run of a quarter of an hour after another, while EDGAR accepts filings."""

import time
from datetime import UTC, datetime

from ..edgar_calendar import NEW_YORK, is_accepting, next_opening
from ..exits import Exit
from ..flows.steps.alerts import check_queries
from ..flows.steps.run import check_run
from ..flows.steps.stopping import asked_to_stop
from ..flows.watch import watch
from ..settings import load_settings
from ..storage import Lake
from .errors import explained
from .flow_runs import run_flow
from .output import say

AFTER_FAILURE_SECONDS = 60.0
"""EDGAR did not answer a run, or refused: so long until the next."""


def run_watch(*, once: bool) -> int:
    """Watch until Ctrl-C or SIGTERM; with `once`, look once. The exit code says how it went."""
    if once:
        return run_flow(watch, {"once": True}, _check)
    return _watch_on()


@explained
def _watch_on() -> int:
    try:
        while True:
            _wait_until_open()
            code = run_flow(watch, {}, _check)
            if asked_to_stop():
                return Exit.DONE  # it has no other end
            if code == Exit.EDGAR:
                time.sleep(AFTER_FAILURE_SECONDS)
            elif code not in (Exit.DONE, Exit.INCOMPLETE):
                return code
    except KeyboardInterrupt:
        return Exit.DONE


def _check() -> None:
    """Raise what hinders a run, or an alert of it."""
    check_run("watch")
    settings = load_settings()
    if settings.alerts:
        with Lake.open(settings.lake, create=True) as lake:
            check_queries(lake, settings.alerts)


def _wait_until_open() -> None:
    opens = next_opening(datetime.now(UTC))
    if not is_accepting(datetime.now(UTC)):
        say(f"EDGAR accepts filings again on {opens.astimezone(NEW_YORK):%A, %Y-%m-%d at %H:%M %Z}; waiting")
    while (left := (opens - datetime.now(UTC)).total_seconds()) > 0:
        time.sleep(min(left, AFTER_FAILURE_SECONDS))  # the machine may sleep too, which a long wait would not notice

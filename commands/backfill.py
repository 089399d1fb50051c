"""`form4 backfill`: a range of history, filing by filing or by the SEC's data sets; or what that would take."""

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

from commands.flow_runs import run_flow
from commands.output import complain, console
from crawler import BadOptions, CrawlError, EdgarClient, MissingIdentity
from flows.days import check_range
from flows.estimate import Estimate, estimate_datasets, estimate_index, existing
from flows.quarters import check_quarters, quarters_of
from flows.report import Exit
from flows.run import check_run, client_options, today_in_new_york
from settings import Settings, SettingsError, check_forms, load_settings
from storage import LakeError, LakeMissing

if TYPE_CHECKING:
    from prefect import State


def run_backfill(start: date, end: date, source: str, forms: str | None, today: date | None, *, dry_run: bool) -> int:
    """Run a backfill, or say what it would take; the exit code says how it went."""
    now = today or today_in_new_york()
    from_datasets = source == "datasets"
    try:
        (check_quarters if from_datasets else check_range)(start, end, now)
    except ValueError as wrong:
        complain(wrong)
        return Exit.WRONG_USE
    try:
        chosen = check_forms(tuple(form.strip() for form in forms.split(","))) if forms else None
    except ValueError as wrong:
        complain(f"--forms {forms}: {wrong}")
        return Exit.WRONG_USE
    if dry_run:
        return _estimate(start, min(end, now), now, chosen, from_datasets=from_datasets)

    def begin() -> "State[Any]":
        from flows.backfill import backfill
        from flows.backfill_datasets import backfill_datasets

        flow = backfill_datasets if from_datasets else backfill
        return flow(start=start, end=end, forms=list(chosen) if chosen else None, today=today, return_state=True)

    return run_flow(begin, lambda: check_run("backfill"))


def _estimate(start: date, end: date, today: date, forms: tuple[str, ...] | None, *, from_datasets: bool) -> int:
    def of(settings: Settings) -> Estimate:
        lake = existing(settings.lake)
        if from_datasets:
            return estimate_datasets(settings, lake, quarters_of(start, end))
        with EdgarClient(client_options(settings)) as client:
            return estimate_index(settings, lake, client, start, end, today)

    return _told(of, forms)


def _told(estimate: Callable[[Settings], Estimate], forms: tuple[str, ...] | None) -> int:
    try:
        settings = load_settings()
        settings.forms = forms or settings.forms
        found = estimate(settings)
    except (SettingsError, MissingIdentity, BadOptions, LakeMissing) as wrong:
        complain(wrong)
        return Exit.WRONG_USE
    except CrawlError as refused:
        complain(refused)
        return Exit.EDGAR
    except LakeError as damaged:
        complain(damaged)
        return Exit.LAKE
    for line in found.lines():
        console.print(line, markup=False, highlight=False)
    console.print("nothing was fetched or stored (--dry-run)", markup=False, highlight=False)
    return Exit.DONE

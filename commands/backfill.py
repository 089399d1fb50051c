"""`form4 backfill`: a range of history, filing by filing or by the SEC's data sets; or what that would take."""

from collections.abc import Callable
from datetime import date
from typing import Any

from ..crawler import EdgarClient
from ..edgar_calendar import today_in_new_york
from ..exits import Exit
from ..flows.backfill import backfill
from ..flows.backfill_datasets import backfill_datasets
from ..flows.steps.days import check_quarters, check_range, quarters_of
from ..flows.steps.estimate import Estimate, estimate_datasets, estimate_index, existing
from ..flows.steps.flow import Flow
from ..flows.steps.run import check_run, client_options, shared_rate
from ..settings import Settings, check_forms, load_settings
from .errors import CommandFailed, explained, wrong_use
from .flow_runs import run_flow
from .output import print_line


@explained
def run_backfill(start: date, end: date, source: str, forms: str | None, today: date | None, *, dry_run: bool) -> int:
    """Run a backfill, or say what it would take; the exit code says how it went."""
    now = today or today_in_new_york()
    from_datasets = source == "datasets"
    with wrong_use(ValueError):
        (check_quarters if from_datasets else check_range)(start, end, now)
    try:
        chosen = check_forms(tuple(form.strip() for form in forms.split(","))) if forms else None
    except ValueError as wrong:
        raise CommandFailed(f"--forms {forms}: {wrong}") from wrong
    if dry_run:
        return _estimate(start, min(end, now), now, chosen, from_datasets=from_datasets)

    given = {"start": start, "end": end, "forms": list(chosen) if chosen else None, "today": today}
    flow: Flow[..., Any] = backfill_datasets if from_datasets else backfill
    return run_flow(flow, given, lambda: check_run("backfill"))


def _estimate(start: date, end: date, today: date, forms: tuple[str, ...] | None, *, from_datasets: bool) -> int:
    def of(settings: Settings) -> Estimate:
        lake = existing(settings.lake)
        if from_datasets:
            return estimate_datasets(settings, lake, quarters_of(start, end))
        with EdgarClient(client_options(settings), shared=shared_rate(settings)) as client:
            return estimate_index(settings, lake, client, start, end, today)

    return _told(of, forms)


def _told(estimate: Callable[[Settings], Estimate], forms: tuple[str, ...] | None) -> int:
    settings = load_settings()
    settings.forms = forms or settings.forms
    for line in estimate(settings).lines():
        print_line(line)
    print_line("nothing was fetched or stored (--dry-run)")
    return Exit.DONE

"""`form4 backfill`: a range of history, filing by filing or by the SEC's data sets; or what that would take."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from ..crawler import EdgarClient
from ..edgar_calendar import Quarter, newest_due, today_in_new_york
from ..exits import Exit
from ..flows.backfill import backfill
from ..flows.backfill_datasets import backfill_datasets
from ..flows.steps.days import check_quarters, check_range, quarters_of
from ..flows.steps.estimate import Estimate, estimate_datasets, estimate_index, existing
from ..flows.steps.flow import Flow
from ..flows.steps.options import client_options
from ..flows.steps.run import check_run, shared_rate
from ..settings import Settings, check_forms, load_settings
from .errors import CommandFailed, explained, wrong_use
from .flow_runs import run_flow
from .output import print_line


@explained
def run_backfill(
    first: date | None,
    last: date | None,
    source: str,
    forms: str | None,
    today: date | None,
    *,
    dry_run: bool,
    gaps: bool = False,
    zip_file: Path | None = None,
) -> int:
    """Run a backfill, or say what it would take; the exit code says how it went.

    gaps: what is not complete from `first` to `last`, None: of all that the lake answers for. zip_file: a data set that
    is at hand, of the quarter that `first` is in, None: that its name says.
    """
    now = today or today_in_new_york()
    from_datasets = source == "datasets" or zip_file is not None
    with wrong_use(ValueError):
        start, end = _range(first, last, now, gaps=gaps, zip_file=zip_file)
        (check_quarters if from_datasets else check_range)(start, end, now)
    try:
        chosen = check_forms(tuple(form.strip() for form in forms.split(","))) if forms else None
    except ValueError as wrong:
        raise CommandFailed(f"--forms {forms}: {wrong}") from wrong
    if dry_run:
        return _estimate(start, min(end, now), now, chosen, from_datasets=from_datasets, gaps=gaps)

    given: dict[str, Any] = {"start": start, "end": end, "forms": list(chosen) if chosen else None, "today": today}
    flow: Flow[..., Any] = backfill_datasets if from_datasets else backfill
    given |= {"zip_file": str(zip_file.absolute()) if zip_file else None} if from_datasets else {"gaps": gaps}
    return run_flow(flow, given, lambda: check_run("backfill"))


def _range(
    first: date | None, last: date | None, today: date, *, gaps: bool, zip_file: Path | None
) -> tuple[date, date]:
    """The days to read. Raises ValueError, for people, where they are not said, or not in one way."""
    if zip_file is not None:
        return _quarter_of(zip_file, first, last)
    if not gaps and (first is None or last is None):
        raise ValueError("say which days: form4 backfill 2024-01-01 2024-03-31; or form4 backfill --gaps")
    if gaps and first is None:
        lake = existing(load_settings().lake)
        covered = lake.coverage(today=today) if lake else []
        if not covered:
            raise ValueError("the lake is empty, and so has no gaps: form4 nightly fills it")
        first = covered[0].index_date
    return first or today, last or newest_due(today)


def _quarter_of(zip_file: Path, first: date | None, last: date | None) -> tuple[date, date]:
    if first:
        quarter = Quarter.of(first)
    elif found := re.match(r"(\d{4}q[1-4])_", zip_file.name, re.IGNORECASE):
        quarter = Quarter.parse(found[1])
    else:
        raise ValueError(f"say of which quarter {zip_file} is: form4 backfill 2024-01-01 2024-03-31 --zip {zip_file}")
    if last and Quarter.of(last) != quarter:
        raise ValueError(f"{zip_file} can be the data set of one quarter, and {first} to {last} are more")
    if not zip_file.is_file():
        raise ValueError(f"there is no file {zip_file}")
    return quarter.first, quarter.last


def _estimate(
    start: date, end: date, today: date, forms: tuple[str, ...] | None, *, from_datasets: bool, gaps: bool
) -> int:
    def of(settings: Settings) -> Estimate:
        lake = existing(settings.lake)
        if from_datasets:
            return estimate_datasets(settings, lake, quarters_of(start, end))
        with EdgarClient(client_options(settings), shared=shared_rate(settings)) as client:
            return estimate_index(settings, lake, client, (start, end), today, gaps=gaps)

    return _told(of, forms)


def _told(estimate: Callable[[Settings], Estimate], forms: tuple[str, ...] | None) -> int:
    settings = load_settings()
    settings.forms = forms or settings.forms
    for line in estimate(settings).lines():
        print_line(line)
    print_line("nothing was fetched or stored (--dry-run)")
    return Exit.DONE

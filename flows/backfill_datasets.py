"""The flow `backfill-datasets`: the SEC's own flattening of a range of quarters, one commit a quarter."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from ..crawler import FIRST_DATASET, Absent, BrokenAnswer, Dataset, dataset_links, fetch_dataset, local_dataset
from ..edgar_calendar import Quarter, today_in_new_york
from ..parsers import DATASET_PARSER_VERSION, NotADataset, read_dataset
from ..settings import dataset_folder
from .reports.dataset_report import DatasetReport, QuarterReport, left, split_problems
from .reports.progress import progress
from .steps.datasets import edition, forms_of_quarter, ingest_dataset
from .steps.days import check_quarters, quarters_of
from .steps.flow import flow, task
from .steps.parameters import Day, Form
from .steps.run import Run, run
from .steps.workers import Workers, workers

Find = Callable[[Quarter], Dataset]

PUBLISHED_WITHIN = timedelta(days=120)
"""A set that is not there so long after its quarter is missing; sooner, it is not published yet."""


@flow("backfill-datasets", run_name="backfill {start} to {end} from data sets")
def backfill_datasets(
    start: Day, end: Day, forms: list[Form] | None = None, today: date | None = None, zip_file: str | None = None
) -> DatasetReport:
    """Bring the data sets of the quarters that `start` to `end` touches into the lake, unless it has them.

    forms: the form types to take, None: those of the settings. today: EDGAR's date of the run, in New York; None: now.
    zip_file: the set of the one quarter, which is not asked for then.
    """
    now = today or today_in_new_york()
    check_quarters(start, end, now)
    report = DatasetReport("backfill")
    with run("backfill", forms, report) as this, workers(this.settings) as pool:
        quarters = quarters_of(start, min(end, now))
        find = finder(this, Path(zip_file) if zip_file else None)
        if start < FIRST_DATASET.first:
            report.notes.append(
                f"before {FIRST_DATASET} the SEC publishes no data sets: for {start} to "
                f"{FIRST_DATASET.first - timedelta(days=1)} run form4 backfill with --source index"
            )
        with progress().span(len(quarters), "quarters"):
            for done, quarter in enumerate(quarters, 1):
                report.quarters.append(read_quarter(this, pool, str(quarter), now, find))
                progress().end(f"{report.quarters[-1]}{left(report.started_at, done, len(quarters))}")
    return report


def finder(this: Run, zip_file: Path | None) -> Find:
    """What finds the set of a quarter: in a file that is at hand, or at the SEC's."""
    if zip_file:
        return lambda quarter: local_dataset(quarter, zip_file)
    links = dataset_links(this.client)
    return lambda quarter: fetch_dataset(this.client, quarter, dataset_folder(this.settings), links)


@task(run_name="{quarter}")
def read_quarter(this: Run, pool: Workers, quarter: str, today: date, find: Find) -> QuarterReport:
    """Fetch a quarter's data set and, unless the lake has all of that edition, bring it in."""
    wanted = Quarter.parse(quarter)
    progress().begin(quarter, 1)  # the download
    try:
        dataset = find(wanted)
    except Absent as absent:
        late = today > wanted.last + PUBLISHED_WITHIN
        return QuarterReport(quarter, "not published", problems=(str(absent),) if late else ())
    except BrokenAnswer as broken:
        return QuarterReport(quarter, "refused", problems=(str(broken),))
    before = this.lake.dataset(quarter)
    forms = forms_of_quarter(this.settings.forms, before)
    if before and edition(before) == (dataset.sha256, forms, DATASET_PARSER_VERSION):
        return QuarterReport(quarter, "unchanged", before.filings, problems=split_problems(before.problem))
    try:
        with dataset.path.open("rb") as file:
            return ingest_dataset(this, pool, dataset, read_dataset(file), forms)
    except NotADataset as refused:
        return QuarterReport(quarter, "refused", problems=(f"{dataset.path}: {refused.reason}",))

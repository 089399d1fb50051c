"""The flow `backfill-datasets`: the SEC's own flattening of a range of quarters, one commit a quarter."""

from collections.abc import Callable, Collection
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from ..crawler import FIRST_DATASET, Absent, BrokenAnswer, Dataset, dataset_links, fetch_dataset, local_dataset
from ..edgar_calendar import Quarter, today_in_new_york
from ..parsers import DATASET_PARSER_VERSION, DatasetReading, NotADataset, parse_dataset_batch, read_dataset
from ..settings import dataset_folder
from ..storage import Ingest, Lake
from ..tables import DatasetRead
from .reports.dataset_report import DatasetReport, QuarterReport, joined_problems, left, split_problems
from .reports.progress import progress
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
    """Bring the data sets of the quarters that `start` to `end` touches into the lake, where it has them not.

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
    progress().begin(f"{quarter}, download", 1)
    try:
        dataset = find(wanted)
    except Absent as absent:
        late = today > wanted.last + PUBLISHED_WITHIN
        return QuarterReport(quarter, "not published", problems=(str(absent),) if late else ())
    except BrokenAnswer as broken:
        return QuarterReport(quarter, "refused", problems=(str(broken),))
    before = this.lake.dataset(quarter)
    forms = forms_of_quarter(this.settings.forms, before)
    if before and _edition(before) == (dataset.sha256, forms, DATASET_PARSER_VERSION):
        return QuarterReport(quarter, "unchanged", before.filings, problems=split_problems(before.problem))
    try:
        with dataset.path.open("rb") as file:
            return _ingest(this, pool, dataset, read_dataset(file), forms)
    except NotADataset as refused:
        return QuarterReport(quarter, "refused", problems=(f"{dataset.path}: {refused.reason}",))


def forms_of_quarter(forms: tuple[str, ...], before: DatasetRead | None) -> str:
    """The forms to take, joined by a comma: a set that was read for more of them before stays read for all of those."""
    taken = before.forms.split(",") if before and before.forms else []
    return ",".join(sorted({*forms, *taken}))


def _edition(read: DatasetRead) -> tuple[str, str | None, int | None]:
    return read.content_sha256, read.forms, read.parser_version


def _ingest(this: Run, pool: Workers, dataset: Dataset, reading: DatasetReading, forms: str) -> QuarterReport:
    """Bring a set into the lake as one commit."""
    quarter = str(dataset.quarter)
    progress().begin(quarter, reading.submissions)
    with this.lake.begin(quarter) as ingest:
        issues, elsewhere = _add_filings(pool, reading, ingest, set(forms.split(",")), dataset.quarter)
        if elsewhere > len(ingest.filings) - elsewhere:
            raise NotADataset(f"{elsewhere:,} of its {len(ingest.filings):,} filings were not made in {quarter}")
        ingest.add_dataset(
            DatasetRead(
                quarter=quarter,
                filings=len(ingest.filings),
                read_at=datetime.now(UTC),
                source_path=dataset.source_path,
                content_sha256=dataset.sha256,
                etag=dataset.etag,
                last_modified=dataset.last_modified,
                forms=forms,
                parser_version=DATASET_PARSER_VERSION,
                problem=joined_problems(reading.problems),
            )
        )
        there = frozenset(ingest.filings)
        done = this.lake.commit(ingest, writer="datasets")
    return QuarterReport(
        quarter,
        "read",
        len(there),
        added=done.filings_added if done else 0,
        replaced=done.filings_replaced if done else 0,
        passed_over=done.passed_over if done else 0,
        issues=issues,
        dropped=dropped(this.lake, dataset.quarter, forms, there),
        problems=tuple(reading.problems),
    )


def dropped(lake: Lake, quarter: Quarter, forms: str, there: Collection[str]) -> tuple[str, ...]:
    """The filings that the lake has from data sets only, filed in a quarter, that its set does not hold.

    Those of the last day that the set holds are left out: accepted after 17:30 of the last business day, they came by
    the next quarter's (readme of the sets, section 1).
    """
    connection = lake.connect()
    try:
        sql = (
            "SELECT accession_number, filing_date FROM filings WHERE source_format = 'dataset' "
            "AND filing_date BETWEEN $1 AND $2 AND list_contains(string_split($3, ','), form_type) ORDER BY ALL"
        )
        held: list[tuple[str, date]] = connection.execute(sql, [quarter.first, quarter.last, forms]).fetchall()
    finally:
        connection.close()
    last = max((filed for number, filed in held if number in there), default=quarter.first)
    return tuple(number for number, filed in held if number not in there and filed < last)


def _add_filings(
    pool: Workers, reading: DatasetReading, ingest: Ingest, forms: set[str], quarter: Quarter
) -> tuple[int, int]:
    """Add the filings of these forms; how many parse issues they have, and how many were not made in the quarter."""
    issues = elsewhere = 0
    for filings in pool.each(parse_dataset_batch, reading.batches()):
        for filing in filings:
            if filing.form_type in forms and filing.filing_date is not None:
                ingest.add_filing(filing, filing.filing_date)
                issues += len(filing.parse_issues)
                elsewhere += not quarter.first <= filing.filing_date <= quarter.last
        progress().advance(len(filings))
    return issues, elsewhere

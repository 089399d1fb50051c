"""A quarter's data set into the lake, as one commit."""

from collections.abc import Collection
from datetime import UTC, date, datetime

from ...crawler import Dataset
from ...edgar_calendar import Quarter
from ...parsers import DATASET_PARSER_VERSION, DatasetReading, NotADataset, parse_dataset_batch
from ...storage import Ingest, Lake
from ...tables import DatasetRead
from ..reports.dataset_report import QuarterReport, joined_problems
from ..reports.progress import progress
from .run import Run
from .workers import Workers


def forms_of_quarter(forms: tuple[str, ...], before: DatasetRead | None) -> str:
    """The forms to take, joined by a comma: a set that was read for more of them before stays read for all of those."""
    taken = before.forms.split(",") if before and before.forms else []
    return ",".join(sorted({*forms, *taken}))


def edition(read: DatasetRead) -> tuple[str, str | None, int | None]:
    return read.content_sha256, read.forms, read.parser_version


def ingest_dataset(this: Run, pool: Workers, dataset: Dataset, reading: DatasetReading, forms: str) -> QuarterReport:
    """Bring a set into the lake as one commit."""
    quarter = str(dataset.quarter)
    progress().fill(reading.submissions)
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

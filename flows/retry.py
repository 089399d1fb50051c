"""The flow `retry`: everything in quarantine is tried again; what succeeds moves into the tables."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from ..storage import Ingest
from ..tables import Filing, IndexEntry, QuarantinedFiling
from .reports.progress import progress
from .reports.run_report import Look, RunReport
from .steps.flow import flow
from .steps.ingest import CUT_SHORT, DayIngest, close_days, commit, read_filing
from .steps.loading import Loaded, load
from .steps.run import Run, run

FIRST_GAP = timedelta(hours=20)
"""How long the nightly run leaves a filing that EDGAR did not give alone; doubled by each further attempt."""
MOST_DOUBLINGS = 6
"""The longest gap is under two months."""


@flow("retry", run_name="retry")
def retry() -> RunReport:
    """Try every quarantined filing again: from the raw archive where it is held, else from EDGAR."""
    with run("retry") as this:
        retry_filings(this, this.lake.all_quarantined())
    return this.report


def due(row: QuarantinedFiling, now: datetime) -> bool:
    """Whether the nightly run tries a filing again: those EDGAR did not give, with growing gaps between attempts."""
    return row.stage == "fetch" and now - row.last_tried >= FIRST_GAP * 2 ** min(row.attempts - 1, MOST_DOUBLINGS)


def retry_due(this: Run) -> None:
    """Try those again whose time has come."""
    now = datetime.now(UTC)
    retry_filings(this, [(day, row) for day, row in this.lake.all_quarantined() if due(row, now)])


def retry_filings(this: Run, rows: Iterable[tuple[date, QuarantinedFiling]]) -> None:
    """Try these again, one commit an index date."""
    by_date: dict[date, dict[str, QuarantinedFiling]] = defaultdict(dict)
    for index_date, row in rows:
        by_date[index_date][row.accession_number] = row
    for index_date in sorted(by_date):
        outcome = _retry_date(this, index_date, by_date[index_date])
        close_days(this, [outcome])
        if outcome.stopped:
            raise outcome.stopped


def _retry_date(this: Run, index_date: date, rows: dict[str, QuarantinedFiling]) -> DayIngest:
    outcome = DayIngest(index_date, 0, [])
    progress().begin(index_date, len(rows))
    with this.lake.begin(index_date.isoformat()) as ingest:
        try:
            for loaded in load(this, index_date, [_entry(row, index_date) for row in rows.values()]):
                _add(loaded, rows[loaded.entry.accession_number], ingest, outcome)
                progress().advance()
        except CUT_SHORT as failed:
            outcome.stopped = failed
        commit(this, ingest, "retry")
    return outcome


def _add(loaded: Loaded, before: QuarantinedFiling, ingest: Ingest, outcome: DayIngest) -> None:
    again = read_filing(loaded)
    if isinstance(again, Filing):
        ingest.add_filing(again, outcome.index_date)
        outcome.added += 1
        return
    ingest.add_quarantined(replace(again, attempts=before.attempts + 1), outcome.index_date)
    line = f"{again.accession_number} stays in quarantine ({again.stage}): {again.reason}"
    outcome.problems.append(Look(line, index_date=outcome.index_date, accession_number=again.accession_number))


def _entry(row: QuarantinedFiling, index_date: date) -> IndexEntry:
    return IndexEntry(
        accession_number=row.accession_number,
        filing_date=row.filing_date,
        index_date=index_date,
        form_type=row.form_type,
        source_path=row.source_path,
    )

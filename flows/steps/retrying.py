"""Filings in quarantine tried again: what succeeds moves into the tables."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from ...storage import Ingest
from ...tables import Filing, IndexEntry, QuarantinedFiling
from ..reports.progress import progress
from ..reports.run_report import Look
from .ingest import CUT_SHORT, DayIngest, close_days, commit, read_filing
from .loading import Loaded, load
from .run import Run


def retry_filings(this: Run, rows: Iterable[tuple[date, QuarantinedFiling]]) -> None:
    """Try these again, one commit an index date."""
    by_date: dict[date, dict[str, QuarantinedFiling]] = defaultdict(dict)
    for index_date, row in rows:
        by_date[index_date][row.accession_number] = row
    with progress().span(len(by_date)):
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

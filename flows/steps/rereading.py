"""What an older parser read: found in the raw archive, and its filings as this parser reads them put beside."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from ...parsers import PARSER_VERSION, parse_submission
from ...storage import Ingest, Lake, OutdatedFiling, RawSubmission
from ...tables import Filing, IndexEntry, QuarantinedFiling
from ..reports.reparse_report import Reparsed
from .parsing import Parser, Submission

CURRENT = Parser(parse_submission, PARSER_VERSION)


def periods(periods: Iterable[str], start: date, end: date) -> list[str]:
    """The periods within which filings are read again, one commit each: files of a year month by month."""
    found = []
    for period in sorted(periods):
        parts = [period] if len(period) > 4 else [f"{period}-{month:02d}" for month in range(1, 13)]
        found += [each for each in parts if str(start)[: len(each)] <= each <= str(end)[: len(each)]]
    return found


def archived(lake: Lake, outdated: dict[str, OutdatedFiling], done: Reparsed) -> Iterator[Submission]:
    """The submissions of outdated filings; notes those that the archive lacks."""
    wanted = set(outdated)
    for index_date in sorted({day for each in outdated.values() for day in each.index_dates}):
        for raw in lake.raw.read(index_date, wanted & lake.raw.held(index_date)):
            wanted.discard(raw.accession_number)
            yield _entry(outdated[raw.accession_number], raw), raw.content
    done.without_raw.add(*sorted(each for each in wanted if not outdated[each].quarantined))


def _entry(filing: OutdatedFiling, raw: RawSubmission) -> IndexEntry:
    return IndexEntry(
        accession_number=filing.accession_number,
        filing_date=filing.filing_date,
        index_date=filing.index_date,
        form_type=filing.form_type,
        source_path=raw.source_path,
    )


def add_reread(before: OutdatedFiling, outcome: Filing | QuarantinedFiling, ingest: Ingest, done: Reparsed) -> None:
    kept = before.quarantined
    if isinstance(outcome, Filing):
        ingest.add_filing(outcome, before.index_date)
        done.read += kept is None
        done.released += kept is not None
    elif kept is None:
        done.refused.add(f"{before.accession_number} ({outcome.reason})")
    else:
        done.kept.add(f"{before.accession_number} ({outcome.reason})")
        if outcome.reason != kept.reason:
            ingest.add_quarantined(replace(outcome, attempts=kept.attempts + 1), before.index_date)

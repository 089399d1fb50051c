"""One submission to one filing, or to the row of quarantine that says why there is none; many of them on all workers.

No lake, no network.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from ...tables import Filing, IndexEntry, QuarantinedFiling

if TYPE_CHECKING:
    from .workers import Workers

BATCH_FILINGS = 64
BATCH_BYTES = 4 * 2**20
"""A batch ends with either; about a tenth of a second of work."""

Parse = Callable[..., Filing]
"""`parsers.parse_submission`, or what stands in for it."""

Submission = tuple[IndexEntry, bytes]
Outcome = tuple[IndexEntry, Filing | QuarantinedFiling]


@dataclass(frozen=True)
class Parser:
    """A parser and the version that it writes into its filings; other processes import it by its name."""

    parse: Parse
    version: int


def parse_all(workers: "Workers", parser: Parser, submissions: Iterator[Submission]) -> Iterator[Outcome]:
    """Each submission's filing, or the quarantine row that says why there is none, in their order."""
    for outcomes in workers.each(partial(_read, parser.parse), _batches(submissions)):
        yield from outcomes


def _batches(submissions: Iterator[Submission]) -> Iterator[list[Submission]]:
    batch: list[Submission] = []
    size = 0
    for each in submissions:
        batch.append(each)
        size += len(each[1])
        if len(batch) >= BATCH_FILINGS or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _read(parse: Parse, batch: list[Submission]) -> list[Outcome]:
    return [(entry, read_submission(entry, content, parse)) for entry, content in batch]


def read_submission(entry: IndexEntry, content: bytes, parse: Parse | None = None) -> Filing | QuarantinedFiling:
    """The filing of a submission that an index lists, its date the index's where the header has none.

    parse: None: `parsers.parse_submission`.
    """
    # Takes a while to import, and most nights read what they have read before.
    from ...parsers import NotAnOwnershipFiling, parse_submission

    try:
        filing = (parse or parse_submission)(content, source_path=entry.source_path)
    except NotAnOwnershipFiling as refused:
        return quarantined(entry, "parse", refused.reason)
    if filing.accession_number != entry.accession_number:
        return quarantined(entry, "parse", f"the submission says it is {filing.accession_number}")
    return filing if filing.filing_date else replace(filing, filing_date=entry.filing_date)


def quarantined(entry: IndexEntry, stage: str, reason: str) -> QuarantinedFiling:
    """A first failure of an index entry."""
    now = datetime.now(UTC)
    return QuarantinedFiling(
        accession_number=entry.accession_number,
        filing_date=entry.filing_date,
        form_type=entry.form_type,
        source_path=entry.source_path,
        stage=stage,
        reason=reason,
        attempts=1,
        first_seen=now,
        last_tried=now,
    )

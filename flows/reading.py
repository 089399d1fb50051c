"""One submission to one filing, or to the row of quarantine that says why there is none: no lake, no network."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from ..parsers import NotAnOwnershipFiling, parse_submission
from ..tables import Filing, IndexEntry, QuarantinedFiling

Parse = Callable[..., Filing]
"""`parsers.parse_submission`, or what stands in for it."""


def read_submission(entry: IndexEntry, content: bytes, parse: Parse = parse_submission) -> Filing | QuarantinedFiling:
    """The filing of a submission that an index lists, its date the index's where the header has none."""
    try:
        filing = parse(content, source_path=entry.source_path)
    except NotAnOwnershipFiling as refused:
        return quarantined(entry, "parse", refused.reason)
    if filing.accession_number != entry.accession_number:
        return quarantined(entry, "parse", f"the submission says it is {filing.accession_number}")
    return replace(filing, filing_date=filing.filing_date or entry.filing_date)


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

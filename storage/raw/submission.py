"""One submission, as it goes into the raw archive and comes out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from ..errors import LakeDamaged


@dataclass(frozen=True, slots=True)
class RawSubmission:
    """One submission as EDGAR sent it."""

    accession_number: str
    index_date: date
    """The date of the index that lists it."""
    source_path: str
    """Below /Archives/."""
    fetched_at: datetime
    """In UTC."""
    content: bytes


def damaged(path: str, what: str) -> LakeDamaged:
    """The error of a file of the archive, with what to do."""
    return LakeDamaged(
        f"the raw archive is damaged: {path}: {what}. Put the file back from a copy, or delete it: what it held is "
        "fetched again when it is needed. `form4 verify --raw` checks all of it.",
        what,
    )

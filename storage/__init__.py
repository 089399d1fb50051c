"""Storage: records become Parquet, commits, snapshots and DuckDB views; it knows neither EDGAR nor Prefect."""

from importlib import import_module
from typing import TYPE_CHECKING

from storage.errors import (
    LakeBusy,
    LakeDamaged,
    LakeError,
    LakeFull,
    LakeMissing,
    LakeUnreachable,
    LakeUnwritable,
    WriterAtWork,
)
from storage.lake import Lake
from storage.lake_reader import DayCoverage
from storage.snapshot import Snapshot

if TYPE_CHECKING:
    from storage.commit import Commit
    from storage.compaction import Fold
    from storage.comparison import Differences
    from storage.dataset_agreement import ColumnAgreement, DatasetAgreement
    from storage.dataset_comparison import DatasetComparison
    from storage.ingest import Ingest
    from storage.outdated import OutdatedFiling
    from storage.raw import RawArchive, RawSubmission
    from storage.verification import Verification
    from storage.violations import Violation

_WHERE = {
    "ColumnAgreement": "storage.dataset_agreement",
    "Commit": "storage.commit",
    "DatasetAgreement": "storage.dataset_agreement",
    "DatasetComparison": "storage.dataset_comparison",
    "Differences": "storage.comparison",
    "Fold": "storage.compaction",
    "Ingest": "storage.ingest",
    "OutdatedFiling": "storage.outdated",
    "RawArchive": "storage.raw",
    "RawSubmission": "storage.raw",
    "Verification": "storage.verification",
    "Violation": "storage.violations",
}
"""Where the names are that a question to the lake does without; imported when first asked for."""


def __getattr__(name: str) -> object:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_WHERE[name]), name)


__all__ = [
    "ColumnAgreement",
    "Commit",
    "DatasetAgreement",
    "DatasetComparison",
    "DayCoverage",
    "Differences",
    "Fold",
    "Ingest",
    "Lake",
    "LakeBusy",
    "LakeDamaged",
    "LakeError",
    "LakeFull",
    "LakeMissing",
    "LakeUnreachable",
    "LakeUnwritable",
    "OutdatedFiling",
    "RawArchive",
    "RawSubmission",
    "Snapshot",
    "Verification",
    "Violation",
    "WriterAtWork",
]

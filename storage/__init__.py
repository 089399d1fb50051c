"""Storage: records become Parquet, commits, snapshots and DuckDB views; it knows neither EDGAR nor Prefect."""

from storage.commit import Commit
from storage.compaction import Fold
from storage.comparison import Differences
from storage.dataset_comparison import ColumnAgreement, DatasetAgreement, DatasetComparison
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
from storage.ingest import Ingest
from storage.lake import DayCoverage, Lake
from storage.outdated import OutdatedFiling
from storage.raw import RawArchive, RawSubmission
from storage.snapshot import Snapshot
from storage.verification import Verification
from storage.violations import Violation

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

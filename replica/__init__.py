"""An EDGAR on loopback, for the demo and for tests: synthetic filings of known truth, or real files, and faults."""

from replica.archive import Archive, business_days
from replica.faults import Fault, FaultKind, Faults
from replica.folder import archive_of_folder
from replica.generator import generate_archive
from replica.indexes import IndexRow
from replica.server import Replica
from replica.stats import Hit, Stats

__all__ = [
    "Archive",
    "Fault",
    "FaultKind",
    "Faults",
    "Hit",
    "IndexRow",
    "Replica",
    "Stats",
    "archive_of_folder",
    "business_days",
    "generate_archive",
]

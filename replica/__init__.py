"""An EDGAR on loopback, for the demo and for tests: synthetic filings of known truth, or real files, and faults."""

from .archive import Archive, business_days
from .current_feed import CurrentFeed, FeedFaults, timetable
from .faults import Fault, FaultKind, Faults, parse_fault
from .folder import archive_of_folder
from .generator import generate_archive
from .indexes import IndexRow
from .server import Replica
from .stats import Hit, Stats

__all__ = [
    "Archive",
    "CurrentFeed",
    "Fault",
    "FaultKind",
    "Faults",
    "FeedFaults",
    "Hit",
    "IndexRow",
    "Replica",
    "Stats",
    "archive_of_folder",
    "business_days",
    "generate_archive",
    "parse_fault",
    "timetable",
]

"""The raw archive: submissions as fetched, in a journal while they come and in Parquet files a day afterwards."""

from .archive import RawArchive
from .submission import RawSubmission

__all__ = ["RawArchive", "RawSubmission"]

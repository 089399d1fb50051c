"""EDGAR as a client meets it: indexes and submissions, fetched politely and only ever handed on whole."""

from .client import Answer, EdgarClient, Validators
from .content import Content
from .current_feed import Feed, Listed, feed_path, parse_feed, read_feed
from .datasets import FIRST_DATASET, Dataset, dataset_links, dataset_name, dataset_paths, fetch_dataset, local_dataset
from .days import FIRST_DAILY_INDEX, DayState, ListedDay, survey_days
from .errors import (
    Absent,
    BadOptions,
    BrokenAnswer,
    ClientClosed,
    CrawlError,
    DamagedIndex,
    EdgarDown,
    MissingIdentity,
    Refused,
    Throttled,
    TooLarge,
)
from .index_files import IndexFile, read_daily_index, read_quarterly_index
from .index_rows import parse_index
from .limiter_file import limiter_name
from .listing import list_daily_indexes
from .options import ClientOptions
from .rate_limiter import RateLimiterState, read_rate_limiter
from .shared_pace import PaceLost, SharedRecord
from .submissions import fetch_submission

__all__ = [
    "FIRST_DAILY_INDEX",
    "FIRST_DATASET",
    "Absent",
    "Answer",
    "BadOptions",
    "BrokenAnswer",
    "ClientClosed",
    "ClientOptions",
    "Content",
    "CrawlError",
    "DamagedIndex",
    "Dataset",
    "DayState",
    "EdgarClient",
    "EdgarDown",
    "Feed",
    "IndexFile",
    "Listed",
    "ListedDay",
    "MissingIdentity",
    "PaceLost",
    "RateLimiterState",
    "Refused",
    "SharedRecord",
    "Throttled",
    "TooLarge",
    "Validators",
    "dataset_links",
    "dataset_name",
    "dataset_paths",
    "feed_path",
    "fetch_dataset",
    "fetch_submission",
    "limiter_name",
    "list_daily_indexes",
    "local_dataset",
    "parse_feed",
    "parse_index",
    "read_daily_index",
    "read_feed",
    "read_quarterly_index",
    "read_rate_limiter",
    "survey_days",
]

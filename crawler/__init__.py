"""EDGAR as a client meets it: indexes and submissions, fetched politely and only ever handed on whole."""

from crawler.client import Answer, EdgarClient, Validators
from crawler.daily_index import read_daily_index
from crawler.datasets import FIRST_DATASET, Dataset, dataset_name, dataset_path, fetch_dataset
from crawler.days import FIRST_DAILY_INDEX, DayState, ListedDay, survey_days
from crawler.errors import (
    Absent,
    BadOptions,
    BrokenAnswer,
    ClientClosed,
    CrawlError,
    DamagedIndex,
    EdgarDown,
    MissingIdentity,
    Throttled,
)
from crawler.gate import GateState, read_gate
from crawler.index_files import IndexFile
from crawler.index_rows import parse_index
from crawler.listing import list_daily_indexes
from crawler.options import ClientOptions
from crawler.quarterly_index import Quarter, read_quarterly_index
from crawler.submissions import fetch_submission

__all__ = [
    "FIRST_DAILY_INDEX",
    "FIRST_DATASET",
    "Absent",
    "Answer",
    "BadOptions",
    "BrokenAnswer",
    "ClientClosed",
    "ClientOptions",
    "CrawlError",
    "DamagedIndex",
    "Dataset",
    "DayState",
    "EdgarClient",
    "EdgarDown",
    "GateState",
    "IndexFile",
    "ListedDay",
    "MissingIdentity",
    "Quarter",
    "Throttled",
    "Validators",
    "dataset_name",
    "dataset_path",
    "fetch_dataset",
    "fetch_submission",
    "list_daily_indexes",
    "parse_index",
    "read_daily_index",
    "read_gate",
    "read_quarterly_index",
    "survey_days",
]

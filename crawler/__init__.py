"""EDGAR as a client meets it: indexes and submissions, fetched politely and only ever handed on whole."""

from crawler.client import Answer, EdgarClient
from crawler.daily_index import DailyIndex, parse_master_index, read_daily_index
from crawler.days import DayState, ListedDay, survey_days
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
from crawler.listing import list_daily_indexes
from crawler.options import ClientOptions
from crawler.submissions import fetch_submission

__all__ = [
    "Absent",
    "Answer",
    "BadOptions",
    "BrokenAnswer",
    "ClientClosed",
    "ClientOptions",
    "CrawlError",
    "DailyIndex",
    "DamagedIndex",
    "DayState",
    "EdgarClient",
    "EdgarDown",
    "GateState",
    "ListedDay",
    "MissingIdentity",
    "Throttled",
    "fetch_submission",
    "list_daily_indexes",
    "parse_master_index",
    "read_daily_index",
    "read_gate",
    "survey_days",
]

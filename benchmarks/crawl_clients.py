"""The clients that `make bench-crawl` starts as processes of their own, beside the command `form4` itself.

`python -m benchmarks.crawl_clients NAME URL FOLDER DAY…` fetches the ownership filings of those days from the replica
at URL, and prints the CPU seconds that its imports took.
"""

from __future__ import annotations

import importlib
import os
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stderr
from datetime import date
from pathlib import Path

from ..tables import OWNERSHIP_FORMS

RATE = 10
"""Requests a second that every client is told to keep to."""
IDENTITY = "Bench bench@example.com"
THREADS = 8

Client = Callable[[str, Path, Sequence[date]], None]


def crawler(url: str, folder: Path, days: Sequence[date]) -> None:
    """form4lake's client alone: no Prefect, no parser, no lake."""
    from ..crawler import ClientOptions, EdgarClient, fetch_submission, read_daily_index, survey_days

    options = ClientOptions(IDENTITY, url, RATE, rate_limiter_folder=folder)
    _imported()
    with EdgarClient(options) as client, ThreadPoolExecutor(THREADS) as pool:
        listed = survey_days(client, min(days), max(days), today=max(days), recent_days=0)
        for day in [each for each in listed if each.index_date in days]:
            index = read_daily_index(client, day, OWNERSHIP_FORMS)
            paths = [entry.source_path for entry in index.entries] if index else []
            list(pool.map(lambda path: fetch_submission(client, path).read(), paths))


def edgartools(url: str, folder: Path, days: Sequence[date]) -> None:
    """As its documentation has it: the filings of a date, one object after the other; pointed here by its settings."""
    os.environ |= {
        "EDGAR_BASE_URL": url,
        "EDGAR_DATA_URL": url,
        "EDGAR_IDENTITY": IDENTITY,
        "EDGAR_LOCAL_DATA_DIR": str(folder),
        "EDGAR_RATE_LIMIT_PER_SEC": str(RATE),
    }
    edgar = importlib.import_module("edgar")
    _imported()
    for day in days:
        for filing in edgar.get_filings(form=list(OWNERSHIP_FORMS), filing_date=day.isoformat(), amendments=False):
            filing.full_text_submission()


def secedgar(url: str, folder: Path, days: Sequence[date]) -> None:
    """As its documentation has it: the daily filings of a date, saved; its address and list of indexes are replaced."""
    daily = importlib.import_module("secedgar.core.daily").DailyFilings
    client = importlib.import_module("secedgar.client").NetworkClient
    client._BASE = f"{url}/"
    # It looks for the index's name in the folder's HTML page; the replica has the same list as index.json only.
    daily._get_listings_directory = lambda self, **_: self.client.get_response(f"{self.path}index.json")
    _imported()
    with Path(os.devnull).open("w") as nothing, redirect_stderr(nothing):
        for day in days:
            wanted = daily(
                day, IDENTITY, entry_filter=lambda entry: entry.form_type in OWNERSHIP_FORMS, rate_limit=RATE
            )
            wanted.save(str(folder))


CLIENTS: dict[str, Client] = {"crawler": crawler, "edgartools": edgartools, "secedgar": secedgar}


def _imported() -> None:
    print(time.process_time(), flush=True)


if __name__ == "__main__":
    CLIENTS[sys.argv[1]](sys.argv[2], Path(sys.argv[3]), [date.fromisoformat(each) for each in sys.argv[4:]])

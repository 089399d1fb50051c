"""The questions of the benchmark, as each store is asked them, and how long answers take."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import duckdb

from ..storage import Lake
from .lake_peers import open_sorted

_PAGE = Path(__file__).parents[1] / "docs" / "sql.md"
_NAME = 34
"""The most characters of a question's name that are shown."""
Ask = Callable[[str], list[tuple[object, ...]]]


@dataclass(frozen=True, slots=True)
class Subject:
    """Who and what is asked for: a company that files middling much, and one of its owners and filings."""

    ticker: str
    issuer_cik: int
    owner_cik: int
    accession_number: str

    @classmethod
    def of(cls, connection: duckdb.DuckDBPyConnection) -> Subject:
        """The same one at every run."""
        (company,) = connection.sql(
            "SELECT ticker, issuer_cik FROM filings WHERE filing_date BETWEEN '2015-03-01' AND '2015-03-31' AND ticker "
            "IS NOT NULL GROUP BY ALL ORDER BY count(*) DESC, issuer_cik LIMIT 1 OFFSET 20"
        ).fetchall()
        (filing,) = connection.sql(
            f"SELECT owner_cik, accession_number FROM reporting_owners WHERE issuer_cik = {company[1]} "
            "AND owner_number = 1 ORDER BY filing_date, accession_number LIMIT 1 OFFSET 10"
        ).fetchall()
        return cls(*company, *filing)


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its SQL for each store that is asked it, and the seconds it may take in the lake, warm."""

    name: str
    target: float | None
    lake: str
    tsv: str | None = None
    sqlite: str | None = None
    peak: int = 1000
    """The memory in MB that a new process may take at its peak to open the lake and answer."""


def documented() -> list[Question]:
    """The questions of docs/sql.md."""
    page = _PAGE.read_text(encoding="utf-8")
    found = re.findall(r"^## (\d+\. .*?)\n.*?^```sql\n(.*?);\n```", page, re.MULTILINE | re.DOTALL)
    return [Question(name[:_NAME], 2, sql) for name, sql in found]


def questions(of: Subject) -> list[Question]:
    """Questions to every table and view."""
    issuer = f"(SELECT issuer_cik FROM filings WHERE ticker = '{of.ticker}' LIMIT 1)"
    value = "count(*), sum(transaction_shares * transaction_price_per_share)"
    sec_value = (
        "count(*), sum(TRY_CAST(TRANS_SHARES AS DECIMAL(20,4)) * TRY_CAST(TRANS_PRICEPERSHARE AS DECIMAL(20,4)))"
    )
    filed = "strptime(FILING_DATE, '%d-%b-%Y')"
    month = "filing_date BETWEEN '2024-03-01' AND '2024-03-31'"
    return [
        Question(
            "filings of a ticker",
            0.12,
            f"SELECT accession_number, filing_date, form_type FROM filings WHERE ticker = '{of.ticker}'",
            "SELECT ACCESSION_NUMBER, FILING_DATE, DOCUMENT_TYPE FROM SUBMISSION "
            f"WHERE ISSUERTRADINGSYMBOL = '{of.ticker}'",
            f"SELECT accession_number, filing_date, form_type FROM filings WHERE ticker = '{of.ticker}'",
        ),
        Question(
            "filings of an owner",
            0.12,
            f"SELECT accession_number, filing_date, issuer_cik FROM reporting_owners WHERE owner_cik = {of.owner_cik}",
            f"SELECT ACCESSION_NUMBER FROM REPORTINGOWNER WHERE RPTOWNERCIK = '{of.owner_cik}'",
            f"SELECT accession_number FROM reporting_owners WHERE owner_cik = '{of.owner_cik}'",
        ),
        Question(
            "an accession",
            0.12,
            f"SELECT * FROM filings WHERE accession_number = '{of.accession_number}'",
            f"SELECT * FROM SUBMISSION WHERE ACCESSION_NUMBER = '{of.accession_number}'",
            f"SELECT * FROM filings WHERE accession_number = '{of.accession_number}'",
        ),
        Question(
            "a month by code",
            0.06,
            f"SELECT transaction_code, {value} FROM non_derivative_transactions WHERE {month} GROUP BY ALL",
            f"SELECT TRANS_CODE, {sec_value} FROM NONDERIV_TRANS JOIN SUBMISSION USING (ACCESSION_NUMBER) "
            f"WHERE {filed} BETWEEN '2024-03-01' AND '2024-03-31' GROUP BY ALL",
            f"SELECT transaction_code, {value} FROM non_derivative_transactions WHERE {month} GROUP BY 1",
        ),
        Question(
            "all by year and code",
            0.6,
            f"SELECT year(filing_date), transaction_code, {value} FROM non_derivative_transactions GROUP BY ALL",
            f"SELECT TRANS_DATE[8:], TRANS_CODE, {sec_value} FROM NONDERIV_TRANS GROUP BY ALL",
            f"SELECT substr(filing_date, 1, 4), transaction_code, {value} FROM non_derivative_transactions "
            "GROUP BY 1, 2",
        ),
        Question(
            "an issuer's sales, with who",
            None,
            "SELECT t.transaction_date, t.transaction_shares, t.transaction_price_per_share, o.owner_name "
            "FROM non_derivative_transactions t "
            "JOIN reporting_owners o USING (accession_number, filing_date, issuer_cik) "
            f"WHERE t.issuer_cik = {of.issuer_cik} AND t.transaction_code = 'S'",
            "SELECT t.TRANS_DATE, t.TRANS_SHARES, t.TRANS_PRICEPERSHARE, o.RPTOWNERNAME FROM NONDERIV_TRANS t "
            "JOIN SUBMISSION s USING (ACCESSION_NUMBER) JOIN REPORTINGOWNER o USING (ACCESSION_NUMBER) "
            f"WHERE s.ISSUERCIK = '{of.issuer_cik}' AND t.TRANS_CODE = 'S'",
            "SELECT t.transaction_date, t.transaction_shares, t.transaction_price_per_share, o.owner_name "
            "FROM non_derivative_transactions t JOIN reporting_owners o ON o.accession_number = t.accession_number "
            f"WHERE t.issuer_cik = '{of.issuer_cik}' AND t.transaction_code = 'S'",
        ),
        Question(
            "current_filings of an issuer", 0.4, f"SELECT * FROM current_filings WHERE issuer_cik = {of.issuer_cik}"
        ),
        Question("trades, the first 20", 0.1, "SELECT * FROM trades LIMIT 20", peak=200),
        Question("trades, the newest 20", 0.5, "SELECT * FROM trades ORDER BY filing_date DESC LIMIT 20"),
        Question("trades of an issuer", 0.2, f"SELECT * FROM trades WHERE issuer_cik = {of.issuer_cik}"),
        Question("trades of a ticker", 0.4, f"SELECT * FROM trades WHERE ticker = '{of.ticker}'"),
        Question("trades of a ticker by sub-query", 0.5, f"SELECT * FROM trades WHERE issuer_cik = {issuer}"),
        Question("trades of an owner", None, f"SELECT * FROM trades WHERE list_contains(owner_ciks, {of.owner_cik})"),
        Question(
            "latest_holdings of an issuer", 0.4, f"SELECT * FROM latest_holdings WHERE issuer_cik = {of.issuer_cik}"
        ),
        Question("latest_holdings of a ticker", 0.5, f"SELECT * FROM latest_holdings WHERE ticker = '{of.ticker}'"),
        Question("late_filings of a ticker", 0.5, f"SELECT * FROM late_filings WHERE ticker = '{of.ticker}'"),
        Question("late_filings of an issuer", 0.4, f"SELECT * FROM late_filings WHERE issuer_cik = {of.issuer_cik}"),
        Question("plan_trades of an issuer", 0.4, f"SELECT * FROM plan_trades WHERE issuer_cik = {of.issuer_cik}"),
        Question(
            "plan_trades by year", 2, "SELECT year(filing_date), count(*), sum(value) FROM plan_trades GROUP BY ALL"
        ),
        Question("net_purchases, everything", 2, "SELECT count(*), sum(value_bought) FROM net_purchases"),
        Question("cluster_buys, all years", 2, "SELECT count(*), sum(value) FROM cluster_buys()"),
        Question("late_filings, everything", 5, "SELECT count(*), sum(business_days_late) FROM late_filings"),
        Question("coverage", 0.5, "SELECT state, count(*), sum(stored) FROM coverage GROUP BY ALL"),
        Question(
            "latest_holdings, everything",
            10,
            "SELECT is_derivative, identity, count(*), sum(shares_owned) FROM latest_holdings GROUP BY ALL",
        ),
        Question(
            "current_filings, everything",
            5,
            "SELECT form_type, is_current, count(*), count(superseded_by) FROM current_filings GROUP BY ALL",
        ),
        Question(
            "trades, everything",
            5,
            "SELECT transaction_code, is_amended, count(*), sum(value), count(DISTINCT issuer_cik) FROM trades "
            "GROUP BY ALL",
        ),
    ]


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a question is asked."""

    least: int
    """Warm answers that are timed, however slow."""
    seconds: float
    """More of them, up to 15, while they take less than this together."""
    cold: int
    """Answers of new processes."""


PATIENT = Patience(least=3, seconds=2, cold=3)
HASTY = Patience(least=1, seconds=0.3, cold=1)
"""For a small lake, which only shows that everything works: its figures mean nothing."""


def warm(ask: Ask, sql: str, patience: Patience) -> float:
    """Median seconds of several answers, after a first one that does not count."""
    ask(sql)
    times: list[float] = []
    while len(times) < patience.least or (len(times) < 15 and sum(times) < patience.seconds):
        start = time.perf_counter()
        ask(sql)
        times.append(time.perf_counter() - start)
    return median(times)


@dataclass(frozen=True, slots=True)
class Cold:
    """What it takes a new process to open the lake and answer, its files not in memory."""

    seconds: float
    peak_mb: float


def cold(root: Path, sql: str, patience: Patience) -> Cold:
    """The median of several new processes."""
    answers = []
    for _ in range(patience.cold):
        forget(root)
        command = [sys.executable, "-m", "form4lake.benchmarks.lake_questions", str(root), sql]
        answers.append(Cold(*json.loads(subprocess.run(command, check=True, capture_output=True).stdout)))
    return Cold(median(each.seconds for each in answers), median(each.peak_mb for each in answers))


def forget(root: Path) -> None:
    """Ask the kernel to drop the files of a lake from its cache."""
    for path in root.rglob("*.parquet") if root.is_dir() else [root]:
        handle = os.open(path, os.O_RDONLY)
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(handle)


def _answer_once(root: str, sql: str) -> None:
    start = time.perf_counter()
    path = Path(root)
    with Lake.open(path).connect() if (path / "log").exists() else open_sorted(path) as connection:
        connection.execute(sql).fetchall()
    took = time.perf_counter() - start
    # getrusage would say the parent's, whose pages a new process begins with.
    (peak,) = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    print(json.dumps([took, int(peak) / 1024]))


if __name__ == "__main__":
    _answer_once(*sys.argv[1:])

"""What people use today, with the same rows: the SEC's tab-separated files under DuckDB, and SQLite with indexes."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from ..storage import Lake
from ..storage.versions.snapshot import quoted
from ..tables import TABLES
from .lake_synthetic import FIRST_YEAR, LAST_YEAR

SEC_TABLES = {
    "SUBMISSION": "accession_number AS ACCESSION_NUMBER, strftime(filing_date, '%d-%b-%Y') AS FILING_DATE, "
    "strftime(period_of_report, '%d-%b-%Y') AS PERIOD_OF_REPORT, form_type AS DOCUMENT_TYPE, issuer_cik AS ISSUERCIK, "
    "issuer_name AS ISSUERNAME, issuer_trading_symbol AS ISSUERTRADINGSYMBOL, remarks AS REMARKS "
    "FROM filings",
    "REPORTINGOWNER": "accession_number AS ACCESSION_NUMBER, owner_cik AS RPTOWNERCIK, owner_name AS RPTOWNERNAME, "
    "officer_title AS RPTOWNER_TITLE, street1 AS RPTOWNER_STREET1, city AS RPTOWNER_CITY, state AS RPTOWNER_STATE "
    "FROM reporting_owners",
    "NONDERIV_TRANS": "accession_number AS ACCESSION_NUMBER, row_number AS NONDERIV_TRANS_SK, "
    "security_title AS SECURITY_TITLE, strftime(transaction_date, '%d-%b-%Y') AS TRANS_DATE, "
    "transaction_code AS TRANS_CODE, transaction_shares AS TRANS_SHARES, "
    "transaction_price_per_share AS TRANS_PRICEPERSHARE, transaction_acquired_disposed_code AS TRANS_ACQUIRED_DISP_CD, "
    "shares_owned_following_transaction AS SHRS_OWND_FOLWNG_TRANS, "
    "direct_or_indirect_ownership AS DIRECT_INDIRECT_OWNERSHIP, nature_of_ownership AS NATURE_OF_OWNERSHIP "
    "FROM non_derivative_transactions",
    "FOOTNOTES": "accession_number AS ACCESSION_NUMBER, footnote_id AS FOOTNOTE_ID, footnote_text AS FOOTNOTE_TXT "
    "FROM footnotes",
}
_SQLITE = {
    "filings": "accession_number, filing_date, form_type, issuer_cik, issuer_name, ticker, remarks",
    "reporting_owners": "accession_number, owner_number, owner_cik, owner_name, officer_title, street1, city, state",
    "non_derivative_transactions": "accession_number, filing_date, issuer_cik, row_number, security_title, "
    "transaction_date, transaction_code, transaction_shares, transaction_price_per_share, "
    "transaction_acquired_disposed_code, "
    "shares_owned_following_transaction, direct_or_indirect_ownership, nature_of_ownership",
    "footnotes": "accession_number, footnote_id, footnote_text",
}
_INDEXES = (
    "filings (ticker)",
    "filings (accession_number)",
    "filings (issuer_cik)",
    "reporting_owners (owner_cik)",
    "reporting_owners (accession_number)",
    "non_derivative_transactions (accession_number)",
    "non_derivative_transactions (issuer_cik)",
    "non_derivative_transactions (filing_date)",
)


def build_tsv(lake: Path, folder: Path) -> float:
    """The SEC's files, a folder a quarter; the seconds it took, 0 if they were there."""
    if folder.exists():
        return 0
    start = time.monotonic()
    unfinished = folder.with_suffix(".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    with Lake.open(lake).connect() as connection:
        for year in range(FIRST_YEAR, LAST_YEAR + 1):
            for quarter in range(1, 5):
                where = unfinished / f"{year}q{quarter}_form345"
                where.mkdir(parents=True)
                first, end = f"{year}-{quarter * 3 - 2:02d}-01", f"{year + quarter // 4}-{quarter % 4 * 3 + 1:02d}-01"
                for name, select in SEC_TABLES.items():
                    sql = f"SELECT {select} WHERE filing_date >= '{first}' AND filing_date < '{end}'"
                    target = quoted(str(where / f"{name}.tsv"))
                    connection.execute(f"COPY ({sql}) TO {target} (FORMAT csv, HEADER, DELIMITER '\t')")
    unfinished.rename(folder)
    return time.monotonic() - start


def open_tsv(folder: Path) -> duckdb.DuckDBPyConnection:
    """DuckDB with a view over each table's files of all quarters and every column a text."""
    connection = duckdb.connect()
    for name in SEC_TABLES:
        files = quoted(f"{folder}/*/{name}.tsv")
        options = "delim = '\t', header = true, quote = '\"', all_varchar = true"
        connection.execute(f"CREATE VIEW {name} AS FROM read_csv({files}, {options})")
    return connection


_SORTED = ("filings", "reporting_owners", "non_derivative_transactions", "derivative_transactions", "footnotes")
_ORDER = "issuer_cik, filing_date, accession_number"


def build_duckdb(lake: Path, path: Path) -> float:
    """One DuckDB database file, its tables sorted by issuer; the seconds it took, 0 if it was there."""
    return _build_sorted(lake, path, lambda name, rows: f"CREATE TABLE kept.{name} AS {rows}")


def build_parquet(lake: Path, folder: Path) -> float:
    """One plain Parquet file a table, sorted by issuer; the seconds it took, 0 if it was there."""

    def copy(name: str, rows: str) -> str:
        return f"COPY ({rows}) TO {quoted(f'{_unfinished(folder)}/{name}.parquet')} (FORMAT parquet, COMPRESSION zstd)"

    return _build_sorted(lake, folder, copy)


def open_sorted(path: Path) -> duckdb.DuckDBPyConnection:
    """A connection to what `build_duckdb` or `build_parquet` made."""
    if not path.is_dir():
        return duckdb.connect(path, read_only=True)
    connection = duckdb.connect()
    for each in path.glob("*.parquet"):
        connection.execute(f"CREATE VIEW {each.stem} AS FROM read_parquet({quoted(str(each))})")
    return connection


def _build_sorted(lake: Path, path: Path, statement: Callable[[str, str], str]) -> float:
    if path.exists():
        return 0
    start = time.monotonic()
    unfinished = _unfinished(path)
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.unlink(missing_ok=True)
    snapshot = Lake.open(lake).snapshot()
    with duckdb.connect(config={"memory_limit": "2GB"}) as connection:
        if path.suffix == ".db":
            connection.execute(f"ATTACH {quoted(str(unfinished))} AS kept")
        else:
            unfinished.mkdir()
        for name in _SORTED:
            columns = ", ".join(TABLES[name].column_names())
            rows = f"SELECT {columns} FROM ({snapshot.relation(name, gathered=False)}) ORDER BY {_ORDER}"
            connection.execute(statement(name, rows))
    unfinished.rename(path)
    return time.monotonic() - start


def _unfinished(path: Path) -> Path:
    return path.with_name(f"{path.name}.unfinished")


def build_sqlite(lake: Path, path: Path) -> float:
    """An indexed SQLite database; the seconds it took, 0 if it was there."""
    if path.exists():
        return 0
    start = time.monotonic()
    unfinished = path.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    database = sqlite3.connect(unfinished)
    database.execute("PRAGMA journal_mode = OFF")
    database.execute("PRAGMA synchronous = OFF")
    with Lake.open(lake).connect() as source:
        for table, columns in _SQLITE.items():
            names = columns.split(", ")
            # SQLite has no decimals: amounts become binary floating point there.
            amounts = [each for each in names if "shares" in each or "price" in each]
            select = ", ".join(f"{each}::DOUBLE" if each in amounts else f"{each}::VARCHAR" for each in names)
            database.execute(f"CREATE TABLE {table} ({columns})")
            rows = source.execute(f"SELECT {select} FROM {table}")
            while batch := rows.fetchmany(50_000):
                database.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(names))})", batch)
        for number, index in enumerate(_INDEXES):
            database.execute(f"CREATE INDEX index_{number} ON {index}")
    database.commit()
    database.close()
    unfinished.rename(path)
    return time.monotonic() - start

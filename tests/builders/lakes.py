"""Small records for the tests of the lake."""

import os
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from form4lake.storage import Commit, Lake, RawSubmission
from form4lake.tables import (
    TABLES,
    DerivativeHolding,
    DerivativeTransaction,
    Filing,
    Footnote,
    IndexDay,
    IndexEntry,
    NonDerivativeHolding,
    NonDerivativeTransaction,
    ParseIssue,
    QuarantinedFiling,
    ReportingOwner,
    Signature,
)

MONDAY = date(2024, 1, 8)
TUESDAY = date(2024, 1, 9)
NOON = datetime(2024, 1, 9, 12, tzinfo=UTC)
FORMS = "3,3/A,4,4/A,5,5/A"


def bought(row: int = 1, **values: Any) -> NonDerivativeTransaction:
    """A purchase of 100 shares at 12.3456."""
    usual = {
        "security_title": "Common Stock",
        "transaction_date": MONDAY,
        "transaction_code": "P",
        "transaction_shares": Decimal("100"),
        "transaction_price_per_share": Decimal("12.3456"),
        "transaction_acquired_disposed_code": "A",
    }
    return NonDerivativeTransaction(row_number=row, **(usual | values))


def filing(accession: str, filed: date = MONDAY, *, owners: Sequence[int] = (11,), **values: Any) -> Filing:
    """A Form 4 of issuer 5 with one purchase."""
    usual = {
        "form_type": "4",
        "filing_date": filed,
        "issuer_cik": 5,
        "issuer_name": "Issuer",
        "ticker": "ISS",
        "period_of_report": filed,
        "owner_count": len(owners),
        "source_path": f"edgar/data/5/{accession}.txt",
        "reporting_owners": [
            ReportingOwner(owner_number=place, owner_cik=cik, owner_name=f"Owner {cik}", is_director=True)
            for place, cik in enumerate(owners, start=1)
        ],
        "non_derivative_transactions": [bought()],
    }
    return Filing(accession_number=accession, **(usual | values))


def full_filing(accession: str, filed: date = MONDAY) -> Filing:
    """A filing with a row in every table."""
    return replace(
        filing(accession, filed),
        accepted_at=datetime(2024, 1, 8, 21, 30, 1, tzinfo=UTC),
        derivative_transactions=[
            DerivativeTransaction(row_number=1, transaction_code="M", underlying_security_shares=Decimal("0.0001"))
        ],
        non_derivative_holdings=[NonDerivativeHolding(row_number=2, shares_owned_following_transaction=Decimal("7"))],
        derivative_holdings=[DerivativeHolding(row_number=2, exercise_date=MONDAY)],
        footnotes=[Footnote(footnote_id="F1", footnote_text='It\'s a "quoted" text;\nwith a line.')],
        signatures=[Signature(signature_number=1, signature_name="/s/ Né", signature_date=MONDAY)],
        parse_issues=[ParseIssue(table_name="filings", raw_value="0022-01-01", reason="implausible date")],
    )


def quarantined(accession: str, filed: date = MONDAY, **values: Any) -> QuarantinedFiling:
    """A filing that could not be parsed."""
    usual = {
        "filing_date": filed,
        "form_type": "4",
        "source_path": f"edgar/data/5/{accession}.txt",
        "stage": "parse",
        "reason": "no XML",
        "attempts": 1,
        "first_seen": NOON,
        "last_tried": NOON,
    }
    return QuarantinedFiling(accession_number=accession, **(usual | values))


def entry(accession: str, day: date = MONDAY, form_type: str = "4") -> IndexEntry:
    """A line of the index of `day`."""
    return IndexEntry(
        accession_number=accession, filing_date=day, index_date=day, form_type=form_type, source_path=f"{accession}.txt"
    )


def index_day(day: date = MONDAY, **values: Any) -> IndexDay:
    """A day whose index was read whole."""
    return IndexDay(**({"index_date": day, "state": "whole", "forms": FORMS, "read_at": NOON} | values))


def store(lake: Lake, *filings: Filing, day: date = MONDAY, period: str | None = None) -> Commit | None:
    """Commit filings as those that the index of `day` lists."""
    ingest = lake.begin(period or day.isoformat())
    for each in filings:
        ingest.add_filing(each, day)
    ingest.add_day(index_day(day), [entry(each.accession_number, day, each.form_type) for each in filings])
    return lake.commit(ingest, writer="test")


def read(lake: Lake, sql: str) -> list[tuple[Any, ...]]:
    """The rows of a query on the newest snapshot."""
    with lake.connect() as connection:
        return connection.sql(sql).fetchall()


def everything(connection: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables as the files have them, in one order, without when the lake had them."""
    found = {}
    for name, table in TABLES.items():
        besides = [*(each.name for each in table.kept), *(["read_at"] if name == "index_days" else [])]
        left = f"EXCLUDE ({', '.join(besides)})" if besides else ""
        found[name] = connection.sql(f"SELECT * {left} FROM lake_files.{name} ORDER BY ALL").fetchall()
    return found


def contents(lake: Lake) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables of the newest snapshot."""
    with lake.connect() as connection:
        return everything(connection)


def globbed(root: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables as plain globs over `data/` see them."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'America/New_York'; CREATE SCHEMA lake_files")
        for name in TABLES:
            pattern = f"{root}/data/{name}/*/*.parquet"
            if list(root.glob(f"data/{name}/*/*.parquet")):
                source = f"FROM read_parquet('{pattern}', hive_partitioning = false)"
            else:
                columns = ", ".join(f"NULL::{each.sql_type} AS {each.name}" for each in TABLES[name].stored)
                source = f"FROM (SELECT {columns} WHERE false)"
            connection.execute(f"CREATE VIEW lake_files.{name} AS SELECT * {source}")
        return everything(connection)


def on_disk(root: Path) -> dict[str, tuple[int, int]]:
    """Every file of the lake with its size and time of change."""
    return {
        path.relative_to(root).as_posix(): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in root.rglob("*")
        if path.is_file() and path.suffix != ".lock"
    }


def copied_apart(source: Path, target: Path) -> Lake:
    """A copy of a lake in which nothing is linked to the original, and the names of one file are linked again."""
    shutil.copytree(source, target)
    for path in (target / "data").rglob("*.parquet"):
        path.unlink()
    return Lake.open(target, create=True)


def copy_of(source: Path, target: Path) -> None:
    """A copy of a lake; the files that never change are linked."""
    for path in source.rglob("*"):
        place = target / path.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            place.mkdir(exist_ok=True)
        else:
            os.link(path, place)


def submission(accession: str, content: bytes = b"<SEC-DOCUMENT>\xff\x00", **values: Any) -> RawSubmission:
    usual = {"index_date": MONDAY, "source_path": f"edgar/data/5/{accession}.txt", "fetched_at": NOON}
    return RawSubmission(accession_number=accession, content=content, **(usual | values))

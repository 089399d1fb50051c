"""What must hold for any bytes: a filing that the lake can hold, or NotAnOwnershipFiling; in bounded time."""

import time
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from parsers import Filing, NotAnOwnershipFiling, parse_submission
from tables import FILING_CHILDREN, TABLES, Table

CORPUS = Path(__file__).parent / "corpus"
TYPES = {"VARCHAR": str, "DATE": date, "TIMESTAMPTZ": datetime, "BOOLEAN": bool}


def check(record: object, table: Table) -> None:
    """Every value is of its column's type and fits it."""
    for column in table.columns:
        value = getattr(record, column.name, None)
        if value is None:
            continue
        if column.sql_type.startswith("DECIMAL"):
            assert isinstance(value, Decimal)
            assert abs(value) < 10**16
            assert value == round(value, 4)
        else:
            assert isinstance(value, TYPES.get(column.sql_type, int))
        if isinstance(value, str):
            value.encode()


def parse(raw: bytes) -> Filing | None:
    """The filing, checked; None where the bytes are refused. Any other exception is a finding."""
    try:
        filing = parse_submission(raw, source_path="edgar/data/1/0000000001-24-000001.txt")
    except NotAnOwnershipFiling:
        return None
    check(filing, TABLES["filings"])
    for name in FILING_CHILDREN:
        for record in getattr(filing, name):
            check(record, TABLES[name])
    assert (filing.parse_mode == "strict") or any("not well formed" in each.reason for each in filing.parse_issues)
    return filing


def parse_in_time(raw: bytes) -> Filing | None:
    """The same, within a second of processor time a megabyte."""
    start = time.process_time()
    filing = parse(raw)
    taken = time.process_time() - start
    assert taken < max(1.0, len(raw) / 1_000_000), f"{taken:.1f} s for {len(raw):,} bytes"
    return filing

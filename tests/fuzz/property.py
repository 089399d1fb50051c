"""What must hold for any bytes: a filing that the lake can hold, or NotAnOwnershipFiling; in bounded time."""

import contextlib
import resource
import subprocess
import sys
import time
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from form4lake.parsers import Filing, NotAnOwnershipFiling, parse_submission
from form4lake.tables import FILING_CHILDREN, TABLES, Table

TYPES = {"VARCHAR": str, "DATE": date, "TIMESTAMPTZ": datetime, "BOOLEAN": bool}

REPAIRED = ("the XML is not well formed: ", "the XML is hard-wrapped: ")


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
    if filing.source_format == "xml" and filing.parse_mode != "strict":
        assert any(each.reason.startswith(REPAIRED) for each in filing.parse_issues)
    return filing


def seconds_allowed(raw: bytes) -> float:
    """Of processor time: one a megabyte, at least one."""
    return max(1.0, len(raw) / 1_000_000)


def bytes_allowed(raw: bytes) -> int:
    """Of memory."""
    return 20 * len(raw) + 50_000_000


def parse_in_time(raw: bytes, seconds: float | None = None) -> Filing | None:
    """The same, in `seconds` of processor time or one a megabyte; tried again if slow: other work slows it."""
    allowed = seconds or seconds_allowed(raw)
    for left in (2, 1, 0):
        start = time.process_time()
        filing = parse(raw)
        taken = time.process_time() - start
        if taken < allowed:
            return filing
        assert left, f"{taken:.1f} s for {len(raw):,} bytes"
    return None


def taken_alone(raw: bytes) -> tuple[float, int]:
    """Seconds and bytes that a new process takes for an input: one that has parsed many has holes in its heap."""
    told = subprocess.run(
        [sys.executable, "-m", "form4lake.tests.fuzz.property"], input=raw, stdout=subprocess.PIPE, check=True
    )
    seconds, size = told.stdout.split()
    return float(seconds), int(size)


class Memory:
    """What memory this process takes from here on, at its height; where /proc does not tell, its height of all time."""

    def __init__(self) -> None:
        with contextlib.suppress(OSError):
            Path("/proc/self/clear_refs").write_text("5")  # the peak is counted from here
        self._before = _height()

    def taken(self) -> int:
        """Bytes."""
        return max(0, _height() - self._before)


def _height() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _timed(raw: bytes) -> float:
    start = time.process_time()
    parse(raw)
    return time.process_time() - start


if __name__ == "__main__":
    asked = sys.stdin.buffer.read()
    parse(asked[:2_000])
    counted = Memory()
    times = [_timed(asked) for _ in range(3)]
    sys.stdout.write(f"{min(times)} {counted.taken()}")

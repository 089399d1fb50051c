"""A writer in a process of its own: `python -m benchmarks.lake_writer LAKE ingest LABEL SPOOL | compact LABEL`.

Prints a line of JSON: seconds of the commit alone, of the whole, filings, and the peak of resident memory in MB.
"""

import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from ..storage import Lake
from ..tables import FILING_CHILDREN, FILING_KEY, TABLES, Filing, IndexDay, IndexEntry
from .lake_synthetic import FORMS

_KEY = {each.name for each in FILING_KEY}


def filings(spool: Path, day: date) -> Iterator[Filing]:
    """The filings of a day as the parser would give them, from the files that the generator wrote."""
    children: dict[str, dict[str, list[object]]] = {}
    for name in FILING_CHILDREN:
        children[name] = defaultdict(list)
        for row in _rows(spool / name, "filing_date", day):
            own = {column: value for column, value in row.items() if column not in _KEY}
            children[name][row["accession_number"]].append(TABLES[name].record(**own))
    for row in _rows(spool / "filings", "filing_date", day):
        row |= {name: children[name][row["accession_number"]] for name in FILING_CHILDREN}
        yield Filing(**row)


def ingest(lake: Lake, period: str, spool: Path) -> tuple[float, int]:
    """Commit the filings of a period, record by record; the commit's seconds, and how many filings."""
    with lake.begin(period) as rows:
        count = 0
        for row in _rows(spool / "index_days", "index_date", None):
            day = row["index_date"]
            if day.isoformat().startswith(period):
                for filing in filings(spool, day):
                    rows.add_filing(filing, day)
                    count += 1
                entries = [IndexEntry(**each) for each in _rows(spool / "index_entries", "index_date", day)]
                rows.add_day(IndexDay(index_date=day, state="whole", forms=FORMS, read_at=datetime.now(UTC)), entries)
        start = time.perf_counter()
        lake.commit(rows, writer="bench")
        return time.perf_counter() - start, count


def _rows(path: Path, column: str, day: date | None) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    rows: list[dict[str, Any]] = pq.read_table(path, filters=[(column, "=", day)] if day else None).to_pylist()
    return rows


def main() -> None:
    """Do what the arguments say."""
    root, what, period, *rest = sys.argv[1:]
    lake = Lake.open(root, create=True)
    start = time.perf_counter()
    seconds, count = ingest(lake, period, Path(rest[0])) if what == "ingest" else (0.0, 0)
    if what == "compact":
        lake.compact_period(period)
    whole = time.perf_counter() - start
    # Not getrusage: what it says of a process begins with the memory of the one that started it.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    peak = int(status.partition("VmHWM:")[2].split()[0]) / 1024
    print(json.dumps({"commit": seconds, "whole": whole, "filings": count, "peak_mb": peak}))


if __name__ == "__main__":
    main()

"""`make bench-history`: a full quarter of the SEC's data sets into a lake, and what twenty years take by either way.

The quarter is synthetic, of FILINGS (36000) submissions with all eight tables; its zip is kept in BENCH_HISTORY
(bench-history). Everything runs on one core, the crawl against the replica.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Event

import duckdb

from ..parsers import parse_dataset_batch, read_dataset
from ..replica import Archive, Replica, business_days, generate_archive
from ..replica.datasets import dataset
from ..storage import Lake
from .parse import cpu

FORM4 = Path(sys.executable).with_name("form4")
DAYS = business_days(date(2024, 1, 2), 61, {date(2024, 1, 15), date(2024, 2, 19), date(2024, 3, 29)})
"""A quarter."""
YEARS = range(2006, 2026)
A_QUARTER = 36_075
"""Submissions in the real 2024q3."""
RATE = 8
"""Requests a second, as the settings have it."""
CRAWLED = 160


@dataclass(frozen=True)
class Taken:
    """What a command and the processes it started took: seconds of the clock and of one core, megabytes at the peak."""

    wall: float
    cpu: float
    peak: float


def quarter(folder: Path, filings: int) -> tuple[Path, Path]:
    """The zip of the synthetic quarter and a lake of its filings, exact; made once."""
    kept = folder / str(filings)
    if not kept.exists():
        print(f"Making {kept} ...", file=sys.stderr)
        making = folder / "unfinished"
        shutil.rmtree(making, ignore_errors=True)
        archive = generate_archive(4, DAYS, filings)
        lake = Lake.open(making / "lake", create=True)
        with lake.begin("2024") as ingest:
            for filing in archive.truth.values():
                ingest.add_filing(filing, filing.filing_date or DAYS[0])
            lake.commit(ingest, writer="benchmark")
        body = dataset(archive, "2024q1")
        assert body is not None
        (making / "2024q1_form345.zip").write_bytes(body)
        making.rename(kept)
    return kept / "2024q1_form345.zip", kept / "lake"


@contextmanager
def edgar(archive: Archive, folder: Path, latency: float = 0) -> Iterator[tuple[Replica, dict[str, str]]]:
    """A replica, and the environment of a user who reads from it."""
    with Replica(archive, latency_seconds=latency) as replica:
        settings = {
            "FORM4_LAKE": str(folder / "lake"),
            "FORM4_EDGAR__IDENTITY": "Jane Doe jane@example.com",
            "FORM4_EDGAR__BASE_URL": replica.url,
            "FORM4_EDGAR__RATE_LIMITER_FOLDER": str(folder / "limiter"),
            "PREFECT_HOME": str(folder / "prefect"),
        }
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("FORM4_", "PREFECT_"))}
        yield replica, kept | settings


def run(command: Sequence[str | Path], environment: dict[str, str]) -> Taken:
    """Run a command on one core and wait for it."""
    start = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    os.sched_setaffinity(process.pid, {0})
    with ThreadPoolExecutor(1) as pool:
        ended = Event()
        peak = pool.submit(peak_of, process.pid, ended)
        assert process.stderr is not None
        said = process.stderr.read()
        _, status, used = os.wait4(process.pid, 0)
        ended.set()
        taken = Taken(time.perf_counter() - start, used.ru_utime + used.ru_stime, peak.result())
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command} ended with {process.returncode}:\n{said}")
    return taken


def peak_of(pid: int, ended: Event) -> float:
    """The most megabytes that a process and its descendants have at once, looked at four times a second.

    Shared pages count once (Pss of proc(5)).
    """
    peak = megabytes(pid)
    while not ended.wait(0.25):
        peak = max(peak, megabytes(pid))
    return peak


def megabytes(pid: int) -> float:
    """What a process and its descendants have now; 0 for one that is gone."""
    try:
        said = Path(f"/proc/{pid}/smaps_rollup").read_text()
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
    except (FileNotFoundError, ProcessLookupError):
        return 0
    _, found, pss = said.partition("\nPss:")
    return (int(pss.split()[0]) * 1024 / 1e6 if found else 0) + sum(megabytes(each) for each in children(tasks))


def children(tasks: Sequence[Path]) -> Iterator[int]:
    """The processes that the threads of a process started and that nobody has waited for yet."""
    for task in tasks:
        with suppress(FileNotFoundError, ProcessLookupError):  # a thread that has ended since
            yield from map(int, (task / "children").read_text().split())


def rows_of(body: bytes) -> int:
    """The rows of all members."""
    with zipfile.ZipFile(io.BytesIO(body)) as zipped:
        return sum(zipped.read(name).count(b"\n") - 1 for name in zipped.namelist() if name.endswith(".tsv"))


def read(zip_file: Path, lake: Lake) -> None:
    """What the backfill does with a quarter once it is fetched: all of it, as one commit."""
    with zip_file.open("rb") as file, lake.begin("2024Q1") as ingest:
        reading = read_dataset(file)
        for batch in reading.batches():
            for filing in parse_dataset_batch(batch):
                ingest.add_filing(filing, filing.filing_date or DAYS[0])
        assert not reading.problems, reading.problems
        lake.commit(ingest, writer="benchmark")


def by_datasets(zip_file: Path, folder: Path) -> tuple[float, float]:
    """Read the quarter into empty lakes, bare and by the command; the CPU seconds of the command, and those it takes
    to find that there is nothing to do: it starts Prefect, and asks for the set's edition."""
    body = zip_file.read_bytes()
    rows = rows_of(body)
    bare = run(
        [sys.executable, "-m", "form4lake.benchmarks.history", "read", zip_file, folder / "bare"], dict(os.environ)
    )
    with edgar(Archive({}, {}, datasets={"2024q1": body}), folder) as (_, environment):
        command: list[str | Path] = [FORM4, "backfill", "2024-01-01", "2024-03-31", "--source", "datasets"]
        taken, nothing = run(command, environment), run(command, environment)
        threads = {"FORM4_TASK_RUNNER": "threads", "FORM4_LAKE": str(folder / "threads")}
        by_threads = run(command, environment | threads)
    held = [filings_of(folder / name) for name in ("bare", "lake", "threads")]
    assert len(set(held)) == 1, held
    print(f"{held[0]:,} filings, {rows:,} rows, a zip of {len(body) / 1e6:.1f} MB\n")
    print(f"{'':38}{'clock':>8}{'CPU':>9}{'peak':>10}")
    show("a data set read and committed", bare, f"{rows / bare.cpu:,.0f} rows a second of CPU")
    target = "ok" if taken.cpu <= 30 else "MISSED"
    show("form4 backfill --source datasets", taken, f"{rows / taken.cpu:,.0f} rows a second of CPU; <= 30 s {target}")
    show("the same with task_runner: threads", by_threads, f"{rows / by_threads.cpu:,.0f} rows a second of CPU")
    show("the same again, nothing to do", nothing)
    return taken.cpu, nothing.cpu


def filings_of(lake: Path) -> int:
    """How many filings a lake holds."""
    lake_read = Lake.open(lake)
    try:
        return int(lake_read.connect().sql("SELECT count(*) FROM filings").fetchall()[0][0])
    finally:
        lake_read.close()


def compare(zip_file: Path, lake: Path) -> None:
    """Compare the exact filings of the quarter with its data set."""
    environment = os.environ | {"FORM4_LAKE": str(lake)}
    show("form4 compare-datasets", run([FORM4, "compare-datasets", "2024Q1", "--zip", zip_file], environment))


def by_index(folder: Path) -> float:
    """The requests a second that the rate limiter lets a crawl of filings make, at the settings' own rate."""
    archive = generate_archive(5, DAYS[:1], CRAWLED)
    day = DAYS[0].isoformat()
    with edgar(archive, folder, latency=0.05) as (replica, environment):
        taken = run([FORM4, "backfill", day, day, "--source", "index"], environment)
        hits = [hit.at for hit in replica.stats().hits]
    rate = (len(hits) - 1) / (hits[-1] - hits[0])
    said = f"{len(hits)} requests at {rate:.2f} a second, of {RATE} that the settings allow"
    show(f"form4 backfill, {CRAWLED} filings", taken, said)
    return rate


def show(what: str, taken: Taken, more: str = "") -> None:
    """One line of the table."""
    print(f"{what:38}{taken.wall:>6.1f} s{taken.cpu:>7.1f} s{taken.peak:>7,.0f} MB  {more}".rstrip())


def twenty_years(seconds: float, start: float, rate: float) -> None:
    """Requests and hours of 2006 to 2025 by both ways, worked out from what was measured.

    seconds: of one core, for a quarter by the command; start: those of it that are not for the quarter.
    """
    quarters = 4 * len(YEARS)
    days = len([day for day in business_days(date(YEARS[0], 1, 1), 6_000) if day.year in YEARS])
    filings = A_QUARTER * quarters
    requests = filings + days + quarters
    worked = quarters / rate + quarters * (seconds - start) + start
    print(
        f"{YEARS[0]} to {YEARS[-1]}, worked out: {quarters} quarters of {A_QUARTER:,} filings, as the real 2024q3 has"
    )
    print(
        f"  by data sets {quarters:>10,} requests  {worked / 3600:6.2f} hours of one core, and the time of the download"
    )
    hours = requests / rate / 3600
    print(f"  by index     {requests:>10,} requests  {hours:6.1f} hours ({hours / 24:.1f} days)")
    print(f"               {filings:,} filings, an index on each of {days:,} weekdays, {quarters} listings")


def main() -> None:
    """Measure and print."""
    kept = Path(os.environ.get("BENCH_HISTORY", "bench-history"))
    filings = int(os.environ.get("FILINGS") or 36_000)
    zip_file, exact = quarter(kept, filings)
    versions = f"Python {sys.version.split()[0]}, DuckDB {duckdb.__version__}"
    print(f"{datetime.now(UTC):%Y-%m-%d}, {cpu()}, {os.cpu_count()} cores (one used), {versions}\n")
    with tempfile.TemporaryDirectory(prefix="bench-history-") as folder:
        seconds, start = by_datasets(zip_file, Path(folder, "datasets"))
        compare(zip_file, exact)
        rate = by_index(Path(folder, "index"))
        twenty_years(seconds, start, rate)


if __name__ == "__main__":
    if sys.argv[1:2] == ["read"]:
        read(Path(sys.argv[2]), Lake.open(sys.argv[3], create=True))
    else:
        main()

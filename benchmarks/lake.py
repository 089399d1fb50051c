"""`make bench-lake`: a lake of twenty years, what it answers how fast, what a night costs, and what others take.

SCALE=0.02 makes it small; BENCH_LAKE names the folder that keeps the lakes between runs.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import duckdb

from ..storage import Lake
from ..tables import TABLES
from .lake_peers import build_duckdb, build_parquet, build_sqlite, build_tsv, open_tsv
from .lake_questions import HASTY, PATIENT, Patience, Question, Subject, cold, documented, questions, warm
from .lake_synthetic import LAST_YEAR, Generator, build, clone
from .parse import cpu

PEER_SCALE = 0.1
"""The most that SQLite and tab-separated files are asked to hold here."""
SMALL = 0.1
"""Below this scale the benchmark is quick rather than exact."""
NIGHTS = 5
LEAST_NIGHT = 0.1
"""The least scale of what nights and a month bring, which are written filing by filing: 155 filings a night."""


def row(what: str, measured: str, target: str = "", *, ok: bool | None = None, more: str = "") -> None:
    """One line: the figure beside its target."""
    verdict = "" if ok is None else "ok" if ok else "MISSED"
    print(f"{what:36}{measured:>12}{target:>12}  {verdict:8}{more}".rstrip(), flush=True)


def seconds(what: str, measured: float, target: float | None, more: str = "") -> None:
    """One line of a time."""
    wanted = f"<= {target:g} s" if target else ""
    row(what, f"{measured:.3f} s", wanted, ok=measured <= target if target else None, more=more)


def size(lake: Lake) -> None:
    """Rows and bytes."""
    live = lake.snapshot().live.values()
    rows = {name: sum(each.rows for each in live if each.table == name) for name in TABLES}
    total = sum(each.bytes for each in live)
    trades = rows["non_derivative_transactions"] + rows["derivative_transactions"]
    of_filings = sum(count for name, count in rows.items() if TABLES[name].of_filing)
    print(
        f"{rows['filings']:,} filings, {trades:,} transactions, {rows['footnotes']:,} footnotes,\n"
        f"{of_filings:,} rows of filings, {sum(rows.values()):,} rows over all tables, "
        f"{len(live):,} files, {total / 1e6:,.0f} MB"
    )
    row("bytes a transaction", f"{total / trades:.1f}", more="  all tables together")


def ask_lake(root: Path, asked: list[Question], patience: Patience) -> None:
    """Every question, warm and cold, with the memory that a new process takes."""
    print(f"\n{'':36}{'warm':>12}{'target':>12}  {'':8}new process, files not in memory; its peak of memory")
    with Lake.open(root).connect() as connection:
        for each in asked:
            took = warm(lambda sql: connection.execute(sql).fetchall(), each.lake, patience)
            once = cold(root, each.lake, patience)
            beyond = f", MISSED: <= {each.peak:,} MB" if once.peak_mb > each.peak else ""
            seconds(each.name, took, each.target, f"{once.seconds:.3f} s, {once.peak_mb:,.0f} MB{beyond}")


def ask_rivals(folder: Path, root: Path, scale: float, asked: list[Question], patience: Patience) -> None:
    """The questions to tables, beside the strongest simple rivals: both have the same rows, sorted by issuer."""
    database, parquet = folder / f"duckdb-{scale:g}.db", folder / f"parquet-{scale:g}"
    loads = (build_duckdb(root, database), build_parquet(root, parquet))
    print(f"\nNew processes, files not in memory:\n\n{'':36}{'form4lake':>12}{'DuckDB file':>14}{'Parquet':>12}")
    for each in asked:
        if each.sqlite:
            times = [
                cold(root, each.lake, patience),
                *(cold(peer, each.lake, patience) for peer in (database, parquet)),
            ]
            print(f"{each.name:36}" + "".join(f"{each.seconds * 1e3:9,.1f} ms" for each in times))
    lake = sum(each.bytes for each in Lake.open(root).snapshot().live.values())
    sizes = (lake, database.stat().st_size, sum(each.stat().st_size for each in parquet.iterdir()))
    print(f"{'size':36}" + "".join(f"{each / 1e6:9,.0f} MB" for each in sizes))
    if any(loads):
        print(f"{'made from the lake in':36}{'':12}{loads[0]:10.1f} s{loads[1]:10.1f} s")
    print("DuckDB file and Parquet have five of the tables, all their columns; the lake has all tables.")


def ask_peers(folder: Path, scale: float, patience: Patience) -> None:
    """The questions that the others can answer, beside the lake of the same scale."""
    root = build(folder, scale)
    tsv, database = folder / f"tsv-{scale:g}", folder / f"sqlite-{scale:g}.db"
    loads = (build_tsv(root, tsv), build_sqlite(root, database))
    sizes = [
        sum(each.bytes for each in Lake.open(root).snapshot().live.values()),
        sum(path.stat().st_size for path in tsv.rglob("*.tsv")),
        database.stat().st_size,
    ]
    print(f"\nAt scale {scale:g} ({Generator(scale).filings_a_year * 20:,} filings), medians, warm:\n")
    print(f"{'':36}{'form4lake':>12}{'TSV':>12}{'':10}{'SQLite':>12}")
    with Lake.open(root).connect() as lake, open_tsv(tsv) as files, closing(sqlite3.connect(database)) as rows:
        for each in questions(Subject.of(lake)):
            if each.tsv and each.sqlite:
                ours = warm(lambda sql: lake.execute(sql).fetchall(), each.lake, patience)
                theirs = warm(lambda sql: files.execute(sql).fetchall(), each.tsv, patience)
                lite = warm(lambda sql: rows.execute(sql).fetchall(), each.sqlite, patience)
                beside = "".join(f"{took * 1e3:9,.1f} ms{took / ours:8.2g} x" for took in (theirs, lite))
                print(f"{each.name:36}{ours * 1e3:9,.1f} ms{beside}")
    print(f"{'size':36}{sizes[0] / 1e6:9,.0f} MB{sizes[1] / 1e6:9,.0f} MB{'':10}{sizes[2] / 1e6:9,.0f} MB")
    if any(loads):
        print(f"{'made from the lake in':36}{'':12}{loads[0]:10.1f} s{'':10}{loads[1]:10.1f} s")
    print(
        "TSV and SQLite have four of the tables, with the columns that the questions need and some; the lake has all."
    )


def open_times(root: Path) -> None:
    """`form4 sql` over DuckDB alone, both whole processes, in turns."""
    settings = os.environ | {"FORM4_LAKE": str(root)}
    commands = (
        ["-c", "from form4lake.cli import main; main()", "sql", "select 1"],
        ["-c", "import duckdb; duckdb.connect().sql('select 1').show()"],
    )
    times: list[list[float]] = [[], []]
    for _ in range(7):
        for several, command in zip(times, commands, strict=True):
            start = time.perf_counter()
            subprocess.run([sys.executable, *command], check=True, capture_output=True, env=settings)
            several.append(time.perf_counter() - start)
    ours, bare = median(times[0]), median(times[1])
    seconds("form4 sql opens, over DuckDB alone", ours - bare, 0.15, f"{ours:.3f} s and {bare:.3f} s")


def write(root: Path, folder: Path, scale: float, count: int) -> None:
    """Nights, a month and a fold in a copy of the lake, each in a process of its own."""
    copy = clone(root, "written")
    spool = folder / "spool"
    shutil.rmtree(spool, ignore_errors=True)
    spool.mkdir()
    year = Generator(scale).year(LAST_YEAR + 1)
    for name in TABLES:
        year.write(name, f"{LAST_YEAR + 1}-0[12]", spool / name)
    nights = [each.isoformat() for each in year.days()[:count]]
    year.engine.close()
    try:
        done = [_writer(copy, "ingest", night, str(spool)) for night in nights]
        filings = median(each["filings"] for each in done)
        each_night = ", ".join(f"{each['commit']:.2f}" for each in done)
        seconds(f"commit of a night, {filings:,.0f} filings", median(each["commit"] for each in done), 1, each_night)
        month = _writer(copy, "ingest", f"{LAST_YEAR + 1}-02", str(spool))
        more = f"{month['filings']:,} filings in {month['whole']:.1f} s, {month['commit']:.1f} s of it the commit"
        peak = max(month["peak_mb"], *(each["peak_mb"] for each in done))
        row("peak memory of ingest, a month", f"{peak:,.0f} MB", "<= 1,000 MB", ok=peak <= 1000, more=more)
        year_made = _writer(copy, "compact", str(LAST_YEAR))
        seconds("compaction of a year, all tables", year_made["whole"], None, f"peak {year_made['peak_mb']:,.0f} MB")
    finally:
        shutil.rmtree(copy)
        shutil.rmtree(spool)


def _writer(root: Path, *arguments: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "form4lake.benchmarks.lake_writer", str(root), *arguments]
    done: dict[str, Any] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return done


def main() -> None:
    """Build what is not there, ask, write, print."""
    scale = float(os.environ.get("SCALE") or 1)
    folder = Path(os.environ.get("BENCH_LAKE") or "bench-lake").absolute()
    folder.mkdir(parents=True, exist_ok=True)
    print(f"The lakes are kept in {folder}; what is missing is built first.", file=sys.stderr)
    start = time.monotonic()
    root = build(folder, scale)
    print(f"Built or found in {time.monotonic() - start:,.0f} s.", file=sys.stderr)
    versions = f"Python {platform.python_version()}, DuckDB {duckdb.__version__}"
    print(f"{datetime.now(UTC):%Y-%m-%d}, {cpu()}, {os.cpu_count()} cores, {versions}, scale {scale:g}")
    lake = Lake.open(root, create=True)
    size(lake)
    with lake.connect() as connection:
        asked = [*questions(Subject.of(connection)), *documented()]
    small = scale < SMALL
    patience = HASTY if small else PATIENT
    ask_lake(root, asked, patience)
    print()
    open_times(root)
    write(root, folder, max(scale, LEAST_NIGHT), 3 if small else NIGHTS)
    ask_rivals(folder, root, scale, asked, patience)
    ask_peers(folder, min(scale, PEER_SCALE), patience)


if __name__ == "__main__":
    main()

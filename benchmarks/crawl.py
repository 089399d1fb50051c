"""`make bench-crawl`: how polite and how complete a crawl is, one process and four, beside two peers.

A replica of EDGAR answers after 80 ms. Every client is told 10 requests a second; what it does is told by the replica's
own times of arrival, never by the client.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path

from .. import flows as _  # noqa: F401 - it keeps Prefect quiet, and its server from sending anything anywhere
from ..crawler.options import ClientOptions
from ..crawler.rate_limiter import RateLimiter
from ..replica import Archive, Replica, Stats, business_days, generate_archive
from .crawl_clients import IDENTITY, RATE, THREADS
from .parse import cpu

LATENCY_SECONDS = 0.08
DAYS = business_days(date(2024, 1, 8), 4)
OURS, PEERS = 480, 160
"""Filings that are fetched: fewer by the peers, who take longer for each."""
LIMITER_COST_MS = 0.2
ACHIEVED, GAP, ASKED = 0.97, 0.9, 1.02
FORM4 = Path(sys.executable).with_name("form4")


@dataclass(frozen=True)
class Run:
    """One client's work, as the replica saw it; CPU seconds are user and system of all its processes."""

    name: str
    stats: Stats
    cpu_seconds: float
    processes: int
    failed: str = ""

    @property
    def filings(self) -> int:
        """How many filings it got, each counted once."""
        found = (hit for hit in self.stats.hits if hit.kind == "filing" and hit.status == 200)
        return len({hit.path.rsplit("/", 1)[1] for hit in found})

    def cells(self) -> str:
        """Its line of the table."""
        times = self.stats.times
        if self.failed or len(times) < 2 or not self.filings:
            return f"{self.name:24}{self.processes:>5}  {self.failed or 'asked for nothing'}"
        per_second = (len(times) - 1) / (times[-1] - times[0])
        gap = (self.stats.smallest_gap() or 0) * RATE
        worst = self.stats.worst_second()
        asked = self.stats.total / self.filings
        cells = (
            _judged(f"{per_second / RATE:.3f}", ok=ACHIEVED <= per_second / RATE <= 1),
            _judged(f"{gap:.3f}", ok=gap >= GAP),
            _judged(str(worst), ok=worst <= RATE),
            _judged(f"{asked:.3f}", ok=asked <= ASKED),
        )
        return f"{self.name:24}{self.processes:>5}{''.join(cells)}{self.cpu_seconds / self.filings * 1e3:>9.1f} ms"


def _judged(figure: str, *, ok: bool) -> str:
    return f"{figure:>8} {'ok' if ok else 'MISSED':6}"


def header() -> str:
    """The table's head, with the targets."""
    names = ("rate/allowed", "gap/nominal", "most in 1 s", "asked/filing")
    targets = (f">= {ACHIEVED}", f">= {GAP}", f"<= {RATE}", f"<= {ASKED}")
    head = f"{'':24}{'':>5}{''.join(f'{name:>15}' for name in names)}{'CPU/filing':>12}"
    return f"{head}\n{'':24}{'':>5}{''.join(f'{target:>15}' for target in targets)}"


def form4(archive: Archive, processes: int, prefect: str) -> Run:
    """`form4 backfill` in several processes on one lake and one rate limiter, each with days of its own."""
    name = "form4 backfill"
    with tempfile.TemporaryDirectory() as folder, Replica(archive, latency_seconds=LATENCY_SECONDS) as edgar:
        settings = {
            "LAKE": f"{folder}/lake",
            "EDGAR__IDENTITY": IDENTITY,
            "EDGAR__BASE_URL": edgar.url,
            "EDGAR__REQUESTS_PER_SECOND": str(RATE),
            "EDGAR__RATE_LIMITER_FOLDER": f"{folder}/limiter",
            "EDGAR__THREADS": str(THREADS),
        }
        environment = {name: value for name, value in os.environ.items() if not name.startswith("FORM4_")}
        environment |= {f"FORM4_{name}": value for name, value in settings.items()} | {"PREFECT_API_URL": prefect}
        commands = [
            [str(FORM4), "backfill", str(days[0]), str(days[-1]), "--as-of", "2024-02-20"]
            for days in _shares(archive.days, processes)
        ]
        spent, failed = _run(commands, environment)
        stats = edgar.stats()
        # Once more, with nothing left to do: the cost of starting, which is not counted for the filings.
        started = _run(commands, environment)[0]
    return Run(name, stats, spent - started, processes, failed)


def client(name: str, archive: Archive, processes: int) -> Run:
    """One of `crawl_clients` in several processes, each with days of its own."""
    with tempfile.TemporaryDirectory() as folder, Replica(archive, latency_seconds=LATENCY_SECONDS) as edgar:
        commands = [
            [sys.executable, "-m", "form4lake.benchmarks.crawl_clients", name, edgar.url, folder, *map(str, days)]
            for days in _shares(archive.days, processes)
        ]
        spent, failed = _run(commands, dict(os.environ), imports=True)
        return Run(_named(name), edgar.stats(), spent, processes, failed)


def _named(name: str) -> str:
    return "crawler alone" if name == "crawler" else f"{name} {version(name)}"


def _shares(days: Sequence[date], processes: int) -> list[list[date]]:
    each = len(days) // processes
    return [list(days[place : place + each]) for place in range(0, len(days), each)]


def _run(commands: list[list[str]], environment: dict[str, str], *, imports: bool = False) -> tuple[float, str]:
    """Run commands at once; their CPU seconds, less those of the imports that they print, and what went wrong."""
    before = os.times()
    running = [
        subprocess.Popen(each, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for each in commands
    ]
    told: list[tuple[str, str]] = [("", "")] * len(running)

    def listen(place: int) -> None:
        told[place] = running[place].communicate()

    threads = [threading.Thread(target=listen, args=(place,)) for place in range(len(running))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    after = os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    if imports:
        spent -= sum(float(out.split()[0]) for out, _ in told if out)
    wrong = [told[place][1].strip().rpartition("\n")[2] for place, each in enumerate(running) if each.returncode]
    return spent, "; ".join(wrong)


def limiter_cost() -> str:
    """What passing an open rate limiter costs a request, without the wait that is its purpose."""
    passes = 5_000
    with tempfile.TemporaryDirectory() as folder:
        limiter = RateLimiter(ClientOptions(IDENTITY, "http://127.0.0.1:9", 1e6, rate_limiter_folder=Path(folder)))
        never = threading.Event()
        start = time.process_time()
        for _ in range(passes):
            limiter.wait(never)
        cost = (time.process_time() - start) / passes * 1e3
    verdict = _verdict(ok=cost < LIMITER_COST_MS)
    return f"the rate limiter, a request: {cost:.3f} ms of CPU, target < {LIMITER_COST_MS} ms: {verdict}"


def _verdict(*, ok: bool) -> str:
    return "ok" if ok else "MISSED"


def rows_a_filing(archive: Archive) -> str:
    """How many index rows a filing has."""
    rows = Counter(
        row.accession_number
        for day in archive.days
        for row in archive.rows[day]
        if row.accession_number in archive.submissions
    )
    mean = sum(rows.values()) / len(rows)
    return f"{len(rows)} filings, {min(rows.values())} to {max(rows.values())} index rows each, {mean:.2f} on average"


def main() -> None:
    """Run one after the other, and print."""
    from prefect.settings import PREFECT_API_URL
    from prefect.testing.utilities import prefect_test_harness

    ours, theirs = generate_archive(3, DAYS, OURS), generate_archive(3, DAYS, PEERS)
    print(f"{datetime.now(UTC):%Y-%m-%d}, {cpu()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(f"answers after {LATENCY_SECONDS * 1e3:.0f} ms, {RATE} requests a second allowed")
    print(f"form4lake: {rows_a_filing(ours)}\npeers: {rows_a_filing(theirs)}")
    print(f"{limiter_cost()}\n\n{header()}", flush=True)
    with prefect_test_harness(server_startup_timeout=120):
        prefect = str(PREFECT_API_URL.value())
        for processes in (1, 4):
            print(form4(ours, processes, prefect).cells(), flush=True)
    for name in ("crawler", "edgartools", "secedgar"):
        if name != "crawler" and importlib.util.find_spec(name.replace("edgartools", "edgar")) is None:
            print(f"{name}: not measured, it is not installed")
            continue
        for processes in (1, 4):
            print(client(name, ours if name == "crawler" else theirs, processes).cells(), flush=True)


if __name__ == "__main__":
    main()

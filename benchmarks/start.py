"""`make bench-start`: how long people wait for what does little: `--help`, `status`, `sql`, an idle `nightly`, `serve`.

Every command is a process of its own, with the lake and the replica of EDGAR on this machine. CPU is user and system
of the command and all that it starts; medians of several runs. The load of the machine is told: clock times mean
little where other work is running.
"""

import os
import platform
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median

from ..replica import Replica, business_days, generate_archive
from .parse import cpu

FORM4 = Path(sys.executable).with_name("form4")
FIRST, DAYS, FILINGS = date(2024, 1, 10), 13, 1300
TURNS, FIRST_TURNS = 5, 2
BUSY = 0.5
"""A higher load says that the machine does something else."""
READY = "Ctrl-C stops it"
IDLE_CPU = 1.5
"""Seconds of CPU that a run of `nightly` with nothing to do may take."""


@dataclass(frozen=True)
class Took:
    """What a command took, in seconds."""

    clock: float
    cpu: float


def settings(folder: Path, url: str) -> dict[str, str]:
    """The environment of a user whose lake, and all that form4 writes, is in a folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("FORM4_", "PREFECT_"))}
    return kept | {
        "FORM4_LAKE": str(folder / "lake"),
        "FORM4_EDGAR__IDENTITY": "Bench Mark bench@example.com",
        "FORM4_EDGAR__BASE_URL": url,
        "FORM4_EDGAR__REQUESTS_PER_SECOND": "2000",
        "FORM4_EDGAR__GATE_FOLDER": str(folder / "gate"),
        "FORM4_STATE_FOLDER": str(folder / "state"),
        "FORM4_DATASET_FOLDER": str(folder / "sets"),
        "FORM4_NIGHTLY__SINCE": FIRST.isoformat(),
        "FORM4_SERVE__PORT": str(free_port()),
    }


def of_children() -> float:
    """The CPU time of all processes that this one has started and waited for, and of theirs."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def command(arguments: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Took:
    """Run form4 to its end."""
    start, before = time.perf_counter(), of_children()
    subprocess.run([FORM4, *arguments], cwd=folder, env=environment, capture_output=True, check=True)
    return Took(time.perf_counter() - start, of_children() - before)


def serve(folder: Path, environment: Mapping[str, str]) -> Took:
    """`form4 serve` until it says that it is ready; its CPU has that of ending at once in it.

    Raises RuntimeError where it ends before.
    """
    start, before = time.perf_counter(), of_children()
    ready = None
    with subprocess.Popen([FORM4, "serve"], cwd=folder, env=environment, stderr=subprocess.PIPE, text=True) as process:
        for line in process.stderr or ():
            if READY in line:
                ready = time.perf_counter()
                process.send_signal(signal.SIGINT)
    if ready is None:
        raise RuntimeError("form4 serve ended before it was ready")
    return Took(ready - start, of_children() - before)


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def measure(folder: Path, environment: Mapping[str, str], today: date) -> Iterator[tuple[str, list[Took]]]:
    """What is measured, one after the other, with what each run of it took."""

    def turns(*arguments: str) -> list[Took]:
        return [command(arguments, folder, environment) for _ in range(TURNS)]

    yield "form4 --help", turns("--help")
    first = []
    for _ in range(FIRST_TURNS):
        shutil.rmtree(folder / "lake", ignore_errors=True)
        first.append(command(("nightly", "--as-of", today.isoformat()), folder, environment))
    yield f"form4 nightly, the first: {FILINGS:,} filings of {DAYS} days", first
    yield "form4 nightly, nothing to do", turns("nightly", "--as-of", today.isoformat())
    yield "form4 status", turns("status", "--as-of", today.isoformat())
    yield "form4 sql", turns("sql", "SELECT count(*) FROM trades")
    yield "form4 serve, to ready, the first", [serve(folder, environment)]
    yield "form4 serve, to ready", [serve(folder, environment) for _ in range(FIRST_TURNS)]


def main() -> None:
    """Measure and print."""
    load = os.getloadavg()[0]
    print(
        f"{datetime.now(UTC):%Y-%m-%d}, {cpu()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"load {load:.1f} at the start{': other work is running' * (load > BUSY)}\n"
    )
    days = business_days(FIRST, DAYS)
    with tempfile.TemporaryDirectory() as made, Replica(generate_archive(4, days, FILINGS)) as replica:
        environment = settings(Path(made), replica.url)
        print(f"{'':55}{'clock':>9}{'CPU':>9}")
        for name, took in measure(Path(made), environment, days[-1]):
            clock, used = median(each.clock for each in took), median(each.cpu for each in took)
            goal = f"  <= {IDLE_CPU} s {'ok' if used <= IDLE_CPU else 'MISSED'}" * ("nothing" in name)
            print(f"{name:55}{clock:7.2f} s{used:7.2f} s{goal}", flush=True)


if __name__ == "__main__":
    main()

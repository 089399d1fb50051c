"""A crawl under every fault at once: `python -m tests.chaos.crawl --days 30 --filings 300 --kills 10`.

`make chaos-crawl` does it. Three processes of the real command read from a replica that answers one request of ten
wrongly, refuses twice, publishes one index late and changes another twice, gives empty and cut indexes, and lists of
them that lack days; some processes are killed. In the end the lake must equal the replica's truth row by row. The same
seed makes the same archive, faults and points of the kills.
"""

import argparse
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import form4lake.flows  # noqa: F401 - it keeps Prefect quiet, and its server from sending anything anywhere
from form4lake.crawler import ClientOptions, read_rate_limiter
from form4lake.replica import Archive, Fault, FaultKind, Faults, Replica, business_days, generate_archive
from form4lake.storage import Lake
from form4lake.tests.chaos.form4_commands import FORM4
from form4lake.tests.chaos.world import differences, lost_and_doubled, wrongs

HOLIDAYS = (date(2023, 12, 25), date(2024, 1, 1), date(2024, 1, 15))
ALL_DAYS = business_days(date(2023, 12, 4), 30, HOLIDAYS)
FAULTY = 0.1
"""The share of all answers that are wrong."""
KINDS = ("ACCESS_DENIED", "DOWN", "RESET", "SLOW", "CUT", "SHORT", "HTML")
PAUSE_SECONDS = 3.0
UNDER_WAY_SECONDS = 0.5
"""A request that had left when the rate limiter closed arrives within this, on a machine that is busy."""
IDENTITY = "Chaos chaos@example.com"
NEVER = 10**9
MOST_TRIES = 40
AGAIN = 8
"""So often at most the day's commands are given again until nothing is left to do."""
DONE, INCOMPLETE, EDGAR = 0, 1, 3

Command = tuple[str, ...]


@dataclass
class Crawled:
    """What came of it."""

    kills: int = 0
    runs: int = 0
    requests: int = 0
    faulty: int = 0
    pauses: int = 0
    early: int = 0
    """Requests that arrived while the rate limiter was closed."""
    missing: int = 0
    doubled: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether all is as it should be."""
        return not (self.wrong or self.missing or self.doubled or self.early)


class Plan:
    """The archive of a seed, the day whose index changes twice, and the one whose index is late.

    `quick`: no process more than it takes.
    """

    def __init__(self, seed: int, days: int, filings: int, *, quick: bool = False) -> None:
        self.seed = seed
        self.quick = quick
        self.chance = random.Random(seed)
        self.archive: Archive = generate_archive(seed, _days(days), days * filings, HOLIDAYS)
        old = [day for day in self.archive.days if day.year == 2023]
        self.since = next(day for day in self.archive.days if day.year == 2024)
        self.late = self.archive.days[-1]
        self.changing = self.archive.days[-2]
        one, two, three, four = self.chance.sample(sorted(self.archive.accessions(self.changing)), 4)
        self.changes = ((frozenset([one]), frozenset([two])), (frozenset([three]), frozenset([four])))
        middle = len(old) // 2
        self.as_of = ("--as-of", str(self.late))
        self.commands: tuple[Command, ...] = (
            ("nightly", *self.as_of),
            ("backfill", str(old[0]), str(old[middle - 1]), *self.as_of),
            ("backfill", str(old[middle]), str(old[-1]), *self.as_of),
        )

    def faults(self, evening: int) -> Faults:
        """What is wrong with EDGAR on an evening from 0 on; the index has changed so often before, twice at most."""
        per_kind = 1 - (1 - FAULTY) ** (1 / len(KINDS))
        indexes = re.compile(rf"\.{self.changing:%Y%m%d}\.idx|full-index/2024")
        found = [
            Fault(FaultKind.CHANGED, indexes, after=0 if number < evening else NEVER, added=added, removed=removed)
            for number, (added, removed) in enumerate(self.changes)
        ]
        if evening == 0:
            found.append(Fault(FaultKind.UNPUBLISHED, f"*.{self.late:%Y%m%d}.idx"))
            filings = len(self.archive.submissions)
            kinds = (FaultKind.THROTTLED, FaultKind.TOO_MANY_REQUESTS)
            found += [
                Fault(kind, "*.txt", after=filings * (number + 1) // 4, times=1, seconds=PAUSE_SECONDS + 1)
                for number, kind in enumerate(kinds)
            ]
        found += [Fault(kind, "*/index.json", FAULTY) for kind in (FaultKind.EMPTY, FaultKind.CUT_LINES)]
        found.append(Fault(FaultKind.EMPTY, "*.idx", FAULTY / 2))
        if not self.quick:  # a cut of less than 2 KB is within what EDGAR's sizes, in KB, leave open
            found.append(Fault(FaultKind.CUT_LINES, "*/daily-index/*.idx", FAULTY / 2))
        found += [Fault(FaultKind[name], probability=per_kind, seconds=0.3) for name in KINDS]
        return Faults(found, self.seed * 10 + evening)


def _days(count: int) -> list[date]:
    """So many business days around the new year, two thirds of them before it."""
    old = [day for day in ALL_DAYS if day.year == 2023]
    before = round(count * len(old) / len(ALL_DAYS))
    return [*old[-before:], *[day for day in ALL_DAYS if day.year == 2024][: count - before]]


class Machine:
    """A user's machine: commands that are started, sometimes killed, and given again until they have ended by
    themselves."""

    def __init__(self, lake: Path, environment: dict[str, str], done: Crawled) -> None:
        self._lake = lake
        self._environment = environment
        self._done = done
        self._lock = threading.Lock()
        self._running: list[subprocess.Popen[str]] = []

    def run_together(self, commands: Sequence[Command]) -> list[int]:
        """Run commands at once, each until it is done; their exit codes."""
        with ThreadPoolExecutor(len(commands)) as pool:
            return list(pool.map(self._until_done, commands))

    def kill_one(self, chance: random.Random) -> bool:
        """Kill one of the processes that are running; False if none is."""
        with self._lock:
            alive = [each for each in self._running if each.poll() is None]
            if not alive:
                return False
            os.killpg(chance.choice(alive).pid, signal.SIGKILL)
            self._done.kills += 1
        return True

    def _until_done(self, command: Command) -> int:
        for _ in range(MOST_TRIES):
            with subprocess.Popen(
                [FORM4, *command],
                cwd=self._lake.parent,
                env=self._environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                start_new_session=True,
            ) as run:
                with self._lock:
                    self._running.append(run)
                    self._done.runs += 1
                said = run.communicate()[1]
                with self._lock:
                    self._running.remove(run)
            if run.returncode in (DONE, INCOMPLETE):
                return run.returncode
            if run.returncode not in (EDGAR, -signal.SIGKILL):
                self._done.wrong.append(f"{command} ended with {run.returncode}: {said}")
                return run.returncode
        self._done.wrong.append(f"{command} was not done after {MOST_TRIES} tries")
        return EDGAR


@contextmanager
def killing(machine: Machine, edgar: Replica, points: Sequence[int], chance: random.Random) -> Iterator[None]:
    """Kill one process each time that the number of requests to EDGAR reaches one of `points`."""
    over = threading.Event()

    def kill() -> None:
        for point in sorted(points):
            while edgar.stats().total < point or not machine.kill_one(chance):
                if over.wait(0.02):
                    return

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        yield
    finally:
        over.set()
        killer.join()


@contextmanager
def watching_the_rate_limiter(options: ClientOptions, closed: list[tuple[float, float]]) -> Iterator[None]:
    """Note from when to when the rate limiter is closed, in seconds of the replica's clock."""
    over = threading.Event()

    def watch() -> None:
        known = 0.0
        while not over.wait(0.01):
            until = read_rate_limiter(options).closed_until
            if until and until.timestamp() > known + 1:
                known = until.timestamp()
                now = time.monotonic()
                closed.append((now, now + known - time.time()))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def crawl(folder: Path, plan: Plan, kills: int, *, rate: int) -> Crawled:
    """Three evenings of three processes, then whatever is needed until nothing is missing; and what came of it."""
    done, closed = Crawled(), list[tuple[float, float]]()
    lake = folder / "lake"
    with Replica(plan.archive, faults=plan.faults(0)) as edgar:
        settings = {
            "LAKE": str(lake),
            "EDGAR__IDENTITY": IDENTITY,
            "EDGAR__BASE_URL": edgar.url,
            "EDGAR__REQUESTS_PER_SECOND": str(rate),
            "EDGAR__THROTTLE_PAUSE_SECONDS": str(PAUSE_SECONDS),
            "EDGAR__RATE_LIMITER_FOLDER": str(folder / "limiter"),
            "NIGHTLY__SINCE": str(plan.since),
            "PREFECT": "never",
        }
        environment = {name: value for name, value in os.environ.items() if not name.startswith("FORM4_")}
        environment |= {f"FORM4_{name}": value for name, value in settings.items()}
        machine = Machine(lake, environment, done)
        filings = len(plan.archive.submissions)
        points = [plan.chance.randint(filings // 50, filings * 9 // 10) for _ in range(kills)]
        with watching_the_rate_limiter(
            ClientOptions(IDENTITY, edgar.url, rate_limiter_folder=folder / "limiter"), closed
        ):
            with killing(machine, edgar, points, plan.chance):
                machine.run_together(plan.commands)
            for evening in (2,) if plan.quick else (1, 2):
                edgar.faults = plan.faults(evening)
                machine.run_together(plan.commands[: 1 if plan.quick else None])
            edgar.faults = plan.faults(3)
            _to_the_end(machine, plan, lake)
        stats = edgar.stats()
    done.requests = stats.total
    done.faulty = sum(stats.by_fault.values())
    done.pauses = len(closed)
    done.early = sum(start + UNDER_WAY_SECONDS < at < end for at in stats.times for start, end in closed)
    _judge(Lake.open(lake), plan, done)
    return done


def _to_the_end(machine: Machine, plan: Plan, lake: Path) -> None:
    """What the schedule does in the weeks after: the nights, the quarters, the quarantine, until all is there."""
    if not plan.quick:
        for quarter in ("2023Q4", "2024Q1"):
            machine.run_together([("reconcile", quarter, *plan.as_of), plan.commands[0]])
    for _ in range(AGAIN):
        left = _left(Lake.open(lake), plan)
        if not left:
            return
        machine.run_together(left)


def _left(lake: Lake, plan: Plan) -> list[Command]:
    """The commands that have something to do still."""
    read = {day.index_date for day in lake.coverage() if day.state == "whole" and not day.missing}
    missing = sorted(set(plan.archive.days) - read)
    nightly, *backfills = plan.commands
    left = [("retry",)] * bool(lake.all_quarantined()) + [nightly] * bool(missing and missing[-1] >= plan.since)
    return left + backfills * bool(missing and missing[0] < plan.since)


def _judge(lake: Lake, plan: Plan, done: Crawled) -> None:
    """Compare the lake with the truth."""
    # Of a filing's paths, one a CIK, each index lists another one first.
    differing = differences(lake, plan.archive, apart_from=frozenset(["source_path"]))
    done.wrong += wrongs(lake, swept=True) + [f"{name} differs" for name in differing]
    lost, done.doubled = lost_and_doubled(lake, plan.archive)
    coverage = lake.coverage()
    done.missing = max(lost, sum(day.missing for day in coverage))
    listed = {day.index_date for day in coverage if day.state == "whole"}
    done.wrong += [f"{day} is not read whole" for day in sorted(set(plan.archive.days) - listed)]
    done.wrong += [f"{row.accession_number} is in quarantine: {row.reason}" for _, row in lake.all_quarantined()]
    with lake.connect() as connection:
        sql = "SELECT accession_number FROM index_entries WHERE delisted_at IS NOT NULL"
        marked = {row[0] for row in connection.execute(sql).fetchall()}
    withdrawn = {number for _, removed in plan.changes for number in removed}
    if marked != withdrawn:
        done.wrong.append(f"marked as delisted: {sorted(marked)}, withdrawn were {sorted(withdrawn)}")
    if done.pauses < 2:
        done.wrong.append(f"the rate limiter closed {done.pauses} times, not twice")


def main() -> int:
    """Run it; 1 if anything was wrong."""
    options = argparse.ArgumentParser(description="Chaos in a crawl.")
    options.add_argument("--days", type=int, default=30)
    options.add_argument("--filings", type=int, default=300, help="a day, on average")
    options.add_argument("--kills", type=int, default=10)
    options.add_argument("--rate", type=int, default=150, help="requests a second")
    options.add_argument("--seed", type=int, default=int(time.time()))
    asked = options.parse_args()
    sys.stderr.write(f"seed {asked.seed}\n")
    start = time.monotonic()
    plan = Plan(asked.seed, asked.days, asked.filings)
    with tempfile.TemporaryDirectory() as folder:
        done = crawl(Path(folder), plan, asked.kills, rate=asked.rate)
    for each in done.wrong:
        sys.stderr.write(each + "\n")
    sys.stdout.write(
        f"chaos-crawl: seed {asked.seed}, {len(plan.archive.submissions):,} filings of {asked.days} days, {done.kills} "
        f"kills in {done.runs} runs, {done.requests:,} requests, {done.faulty:,} answered wrongly, {done.pauses} "
        f"pauses; {done.missing} missing, {done.doubled} duplicated, {done.early} requests during a pause, "
        f"{len(done.wrong)} violations; {time.monotonic() - start:.0f} s\n"
    )
    return 0 if done.sound else 1


if __name__ == "__main__":
    sys.exit(main())

"""Kills of the real commands, `form4 nightly` and the others that write, against a replica of EDGAR."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from form4lake.replica import Fault, FaultKind, Faults, Replica
from form4lake.storage import Lake
from form4lake.tests.chaos.forked import Killing
from form4lake.tests.chaos.truth import Damage, committed, untrue
from form4lake.tests.chaos.world import World, differences, lost_and_doubled, torn, wrongs

FORM4 = Path(sys.executable).with_name("form4")
COMMANDS_KILLED = "command killed"
TODAY, LATER = "2024-01-19", "2024-02-29"
COMMANDS = (
    ("nightly", "--as-of", TODAY),
    ("backfill", "2023-11-01", "2023-12-31", "--as-of", TODAY),
    ("compact", "--as-of", TODAY),
    ("retry",),
    ("reparse",),
    ("compact", "--as-of", LATER),
)


@dataclass
class Workspace:
    """A user's machine: a lake, an EDGAR, and the environment of the commands."""

    lake: Path
    environment: dict[str, str]
    seconds: dict[str, float] = field(default_factory=dict)

    def start(self, command: tuple[str, ...]) -> "subprocess.Popen[str]":
        """Start a command, in a process group of its own."""
        program = [sys.executable, "-m", "form4lake.tests.chaos.newer_form4"] if command[0] == "reparse" else [FORM4]
        return subprocess.Popen(
            [*program, *command],
            cwd=self.lake.parent,
            env=self.environment,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def finish(self, command: tuple[str, ...]) -> str | None:
        """Run a command to its end; what it said if it failed."""
        started = time.monotonic()
        with self.start(command) as run:
            said = run.communicate()[1]
        self.seconds[command[0]] = time.monotonic() - started
        return None if run.returncode in (0, 1) else f"{command} ended with {run.returncode}: {said}"

    def kill(self, command: tuple[str, ...], chance: random.Random) -> bool:
        """Kill a command at a random instant, mostly while it works on the lake; False if it was faster."""
        with self.start(command) as run:
            if chance.random() < 0.7:
                before = self._traces()
                while run.poll() is None and self._traces() == before:
                    time.sleep(0.001)
                time.sleep(chance.uniform(0, 0.3 * self.seconds.get(command[0], 3)))
            else:
                time.sleep(chance.uniform(0, self.seconds.get(command[0], 5)))
            killed = run.poll() is None
            if killed:
                os.killpg(run.pid, signal.SIGKILL)
            run.communicate()
        return killed and run.returncode == -signal.SIGKILL

    def _traces(self) -> list[str]:
        """What changes when a writer is at work."""
        return [path.name for each in ("staging", "log") for path in (self.lake / each).glob("*")]


@contextmanager
def workspace(world: World, folder: Path) -> Iterator[tuple[Workspace, Replica]]:
    """A machine whose EDGAR refuses the filings of the world that fail at first."""
    with Replica(world.archive, faults=refusals(world)) as edgar:
        settings = {
            "LAKE": str(folder / "lake"),
            "EDGAR__IDENTITY": "Chaos chaos@example.com",
            "EDGAR__BASE_URL": edgar.url,
            "EDGAR__REQUESTS_PER_SECOND": "2000",
            "EDGAR__ATTEMPTS": "1",
            "EDGAR__RATE_LIMITER_FOLDER": str(folder / "limiter"),
            "NIGHTLY__SINCE": "2024-01-08",
            "PREFECT": "never",
        }
        environment = {name: value for name, value in os.environ.items() if not name.startswith("FORM4_")}
        environment |= {f"FORM4_{name}": value for name, value in settings.items()}
        yield Workspace(folder / "lake", environment), edgar


def refusals(world: World) -> Faults:
    """The faults of an EDGAR that does not have some filings yet."""
    return Faults([Fault(FaultKind.ACCESS_DENIED, f"*{each}.txt") for each in sorted(world.failing)])


def kill_commands(world: World, folder: Path, chance: random.Random, kills: int, each: int) -> Killing:
    """Kill every command about `each` times, up to `kills` in all, then let it finish; at the end all is there."""
    done, stored = Killing(), set[str]()
    with workspace(world, folder) as (machine, edgar):
        for command in COMMANDS:
            if command[0] == "retry":
                edgar.faults = Faults([])
            for _ in range(chance.randint(1, 2 * each - 1)):
                if done.kills >= kills:
                    break
                if machine.kill(command, chance):
                    wrong = _wrong_now(machine.lake, world, stored)
                    done.found((COMMANDS_KILLED,), wrong, str(command))
            if failed := machine.finish(command):
                done.wrong.append(failed)
        lake = Lake.open(machine.lake)
        done.wrong += wrongs(lake, swept=True) + [f"{each} differs" for each in differences(lake, world.archive)]
        done.lost, done.doubled = lost_and_doubled(lake, world.archive)
    return done


def _wrong_now(root: Path, world: World, stored: set[str]) -> list[str]:
    """What is wrong with a lake whose writer was killed: each day and month is in it whole, or not at all.

    `stored` are the filings that were there after earlier kills: they stay, and those that are there now are added.
    """
    if not (root / "log").is_dir():
        return []  # killed before there was a lake
    try:
        wrong, found = untrue(world, committed(root))
    except Damage as damage:
        return [str(damage)]
    wrong += [f"{number} is lost" for number in sorted(stored - found)]
    stored |= found
    lake = Lake.open(root)
    with lake.connect() as connection:
        wrong += torn(connection)
    return wrong + wrongs(lake, swept=False)

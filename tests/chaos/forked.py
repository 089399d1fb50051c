"""Kills in storage alone: a process that never opens a lake forks one that does, and kills it at a chosen instant.

`python -m tests.chaos.forked SEED` reads orders from standard input, one JSON object a line, and answers each: an
action, a lake, and the call that changes a file of the lake, or the time, before which the child dies.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from form4lake.storage import Lake
from form4lake.tests.chaos.world import Held, World, held_by, wrongs

ROOT = Path(__file__).parents[2]
CHANGES = ("os.link", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "open")
KILLED, DONE = "killed", "done"

ACTIONS = (
    ("ingest", "2024-01-08", 1),
    ("ingest", "2023-11", 1),
    ("ingest", "2024-01-09", 1),
    ("retry", "2024-01-08", 1),
    ("ingest", "2023-12", 1),
    ("compact", "2024-01-19", 1),
    ("ingest", "2024-01-10", 1),
    ("retry", "2023-12", 1),
    ("reparse", "2023-11-20", 2),
    ("ingest", "2024-01-11", 1),
    ("ingest", "2023-12", 1),
    ("compact", "2024-02-09", 1),
    ("retry", "2024-01", 1),
    ("retry", "2023-11", 1),
    ("reparse", "2024-01", 2),
)
"""Nights, backfills, retries, re-parsings and compactions, in an order in which each has something to do."""

QUICK = (
    ("ingest", "2024-01-08", 1),
    ("ingest", "2023-11", 1),
    ("ingest", "2023-12", 1),
    ("compact", "2024-01-19", 1),
    ("retry", "2023", 1),
    ("retry", "2024-01-08", 1),
    ("reparse", "2023-11-20", 2),
)


@dataclass
class Killing:
    """What came of it."""

    kills: int = 0
    lost: int = 0
    doubled: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, other: "Killing") -> None:
        """Count in what came of others."""
        self.kills += other.kills
        self.lost += other.lost
        self.doubled += other.doubled
        self.wrong += other.wrong


class Forker:
    """Orders actions from the forking process, and knows how long each took when it was left alone."""

    def __init__(self, process: "subprocess.Popen[str]", *, quick: bool) -> None:
        self.quick = quick
        self._process = process
        self._calls: dict[str, int] = {}
        self._seconds: dict[str, float] = {}

    def run(self, action: tuple[str, str, int], lake: Path, grace: float, **kill: float) -> str:
        """Run one action to its end, or until it is killed; RuntimeError with its traceback if it failed."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        order = {"action": action, "lake": str(lake), "grace": grace, **kill}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        if answer["outcome"] == DONE:
            self._calls[action[0]] = answer["calls"]
            self._seconds[action[0]] = answer["seconds"]
        elif answer["outcome"] != KILLED:
            raise RuntimeError(f"{action}: {answer['outcome']}")
        return str(answer["outcome"])

    def instant(self, action: tuple[str, str, int], chance: random.Random) -> dict[str, float]:
        """A random instant of an action: three times of four before a change of a file, else whenever."""
        if chance.random() < 0.75:
            return {"call": chance.randint(1, self._calls.get(action[0], 60))}
        return {"after": chance.uniform(0, self._seconds.get(action[0], 0.3))}


@contextmanager
def forker(seed: int, *, quick: bool = False) -> Iterator[Forker]:
    """The forking process, for the world of a seed; `quick` does less."""
    command = [sys.executable, "-m", "form4lake.tests.chaos.forked", str(seed), *["quick"] * quick]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Forker(process, quick=quick)
        finally:
            process.kill()


def kill_round(forks: Forker, world: World, root: Path, chance: random.Random, kills: int, each: int) -> Killing:
    """Kill every action about `each` times, up to `kills` in all, then let it finish; the lake is always whole."""
    done = Killing()
    held = Held()
    for action in QUICK if forks.quick else ACTIONS:
        after = world.after(*action, held)
        for _ in range(chance.randint(1, 2 * each - 1)):
            if done.kills >= kills:
                break
            grace = chance.choice((0.0, 86_400.0))
            if forks.run(action, root, grace, **forks.instant(action, chance)) == DONE:
                break
            done.kills += 1
            if not (root / "log").is_dir():
                continue  # killed before there was a lake
            lake = Lake.open(root)
            found = held_by(lake)
            if found not in (held, after):
                done.wrong.append(f"{action}: torn by a kill")
            if not forks.quick:
                done.wrong += wrongs(lake, swept=False)
        forks.run(action, root, 0.0)
        held = after
        lake = Lake.open(root)
        if held_by(lake) != held:
            done.wrong.append(f"{action}: not what it should have done")
        kept = {each.relative_to(root / "snapshots").as_posix() for each in (root / "snapshots").rglob("*.parquet")}
        if list((root / "staging").iterdir()) or kept != set(lake.snapshot().live):
            done.wrong.append(f"{action}: left-overs of a killed writer were not swept")
    return done


def main() -> None:
    """Obey orders until there are no more."""
    world = World(int(sys.argv[1]), quick=bool(sys.argv[2:]))
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_obey(world, json.loads(line))) + "\n")
        sys.stdout.flush()


def _obey(world: World, order: dict[str, Any]) -> dict[str, Any]:
    reading, writing = os.pipe()
    started = time.monotonic()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _act(world, order, writing)
    os.close(writing)
    if "after" in order:
        time.sleep(order["after"])
        os.kill(child, signal.SIGKILL)
    with os.fdopen(reading) as pipe:
        told = pipe.read()
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL and not told:
        return {"outcome": KILLED}
    if status == 0 or told.isdigit():
        return {"outcome": DONE, "calls": int(told), "seconds": time.monotonic() - started}
    return {"outcome": told or f"died with status {status}"}


def _act(world: World, order: dict[str, Any], pipe: int) -> None:
    """In the child: do it, tell how many changes of files it took, or what went wrong, and end."""
    count = 0

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        # Before each call that changes a file of the lake; a file opened to be read changes nothing.
        nonlocal count
        if (
            event in CHANGES
            and order["lake"] in str(arguments[0])
            and not (event == "open" and arguments[1] in ("r", "rb"))
        ):
            count += 1
            if count == order.get("call"):
                os.kill(os.getpid(), signal.SIGKILL)

    try:
        sys.addaudithook(hook)
        name, period, parser_version = order["action"]
        lake = Lake.open(order["lake"], create=True, grace_seconds=order["grace"])
        getattr(world, name)(lake, period, parser_version)
        os.write(pipe, str(count).encode())
        os._exit(0)
    except BaseException:  # noqa: BLE001 - whatever it is, it is what is looked for
        os.write(pipe, traceback.format_exc().encode())
        os._exit(1)


if __name__ == "__main__":
    main()

"""Faults in storage alone: a process that never opens a lake forks one that does, and has it meet a fault.

`python -m tests.chaos.forked SEED` reads orders from standard input, one JSON object a line, and answers each: an
action, a lake, and the fault: what, and before which change of a file, sync, write or time.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, NamedTuple

from form4lake.storage import Lake, LakeFull
from form4lake.tests.chaos.injected import CLOCK, FULL, KILL, Injected, injecting
from form4lake.tests.chaos.world import World

KILLED, DONE, NO_ROOM = "killed", "done", "no room"
USUAL = {"changes": 60, "syncs": 30, "writes": 30}
"""How many there are about, of an action that never ended by itself yet."""
LOADED = (
    "pyarrow.parquet",
    "filelock",
    *(f"form4lake.storage.{each}" for each in ("write.commit", "write.compaction", "write.ingest", "raw.archive")),
)
"""What a writer loads when it needs it: once for all children."""


class Action(NamedTuple):
    """What a writer does: a method of the world, its period, and a parser version or the number of a copy."""

    name: str
    period: str
    version: int


@dataclass
class Killing:
    """What came of it."""

    kills: int = 0
    lost: int = 0
    doubled: int = 0
    wrong: list[str] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    """How often each kind of fault was met, or of work was interrupted."""
    blamed: Counter[str] = field(default_factory=Counter)
    """How many violations followed each kind."""

    def add(self, other: "Killing") -> None:
        """Count in what came of others."""
        self.kills += other.kills
        self.lost += other.lost
        self.doubled += other.doubled
        self.wrong += other.wrong
        self.faults += other.faults
        self.blamed += other.blamed

    def found(self, kinds: tuple[str, ...], wrong: list[str], where: str) -> None:
        """A fault was met, and what was wrong after it."""
        self.kills += 1
        self.faults.update(kinds)
        self.blamed.update(kind for kind in kinds for _ in wrong)
        self.wrong += [f"{'; '.join(kinds)}: {where}: {each}" for each in wrong]


class Answer(NamedTuple):
    """How an action ended, and what its writer told until then."""

    outcome: str
    told: list[str]


class Forker:
    """Orders actions from the forking process, and knows how long each took when it was left alone."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self._counts: dict[str, dict[str, int]] = {}
        self._seconds: dict[str, float] = {}

    def run(self, action: Action, lake: str, grace: float, **fault: float | str) -> Answer:
        """Run one action to its end or its fault; where it failed otherwise the outcome is its traceback."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        order = {"action": action, "lake": lake, "grace": grace, **fault}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        if answer["outcome"] == DONE and "kind" not in fault:
            self._counts[action.name] = answer["counts"]
            self._seconds[action.name] = answer["seconds"]
        return Answer(answer["outcome"], answer["told"])

    def instant(self, kind: str, action: Action, chance: random.Random) -> dict[str, float | str]:
        """A random moment of an action for a fault; a kill comes at any time too, or at a sync as power cuts do."""
        known = self._counts.get(action.name, USUAL)
        fault: dict[str, float | str] = {"kind": kind, "seed": chance.randrange(10**9)}
        if kind == KILL:
            way = chance.random()
            if way < 0.5:
                return fault | {"at": chance.randint(1, known["changes"])}
            if way < 0.75:
                return fault | {"at": -chance.randint(1, max(known["syncs"], 1))}
            return fault | {"after": chance.uniform(0, self._seconds.get(action.name, 0.3))}
        if kind == CLOCK:
            return fault | {"at": chance.choice((0, chance.randint(1, known["changes"])))}
        return fault | {"at": chance.randint(1, max(known["writes" if kind == FULL else "syncs"], 1))}


@contextmanager
def forker(seed: int, *, quick: bool = False, environment: Mapping[str, str] = os.environ) -> Iterator[Forker]:
    """The forking process, for the world of a seed; `quick` does less."""
    command = [sys.executable, "-m", "form4lake.tests.chaos.forked", str(seed), *["quick"] * quick]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, **pipes, text=True, env=dict(environment)) as process:  # type: ignore[call-overload]
        try:
            yield Forker(process)
        finally:
            process.kill()


def main() -> None:
    """Obey orders until there are no more."""
    for each in LOADED:
        import_module(each)
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
        text = pipe.read()
    status = os.waitpid(child, 0)[1]
    told, _, end = text.partition("\x00")
    answer = {"told": told.splitlines(), "seconds": time.monotonic() - started}
    if not end and os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return answer | {"outcome": KILLED}
    if end.startswith("{"):
        return answer | {"outcome": DONE, "counts": json.loads(end)}
    return answer | {"outcome": end or f"died with status {status}"}


def _act(world: World, order: dict[str, Any], pipe: int) -> None:
    """In the child: do it, tell how many changes of files it took, or what went wrong, and end."""
    write = os.write
    kind = order.get("kind", "")
    fault = Injected(
        kind, order["lake"], order.get("at", 0), order.get("seed", 0), order.get("image", ""), order.get("disk", "")
    )

    def tell(line: str) -> None:
        write(pipe, f"{line}\n".encode())

    world.tell = tell
    try:
        with injecting(fault) as counts:
            lake = Lake.open(order["lake"], create=True, grace_seconds=order["grace"])
            getattr(world, order["action"][0])(lake, *order["action"][1:])
            lake.raw.close()
        write(pipe, b"\x00" + json.dumps(vars(counts)).encode())
        os._exit(0)
    except LakeFull if kind == FULL else () as error:  # noqa: B030 - what a full disk must end with
        write(pipe, b"\x00" + NO_ROOM.encode()) if str(error) else None
        os._exit(0)
    except BaseException:  # noqa: BLE001 - whatever it is, it is what is looked for
        write(pipe, b"\x00" + traceback.format_exc().encode())
        os._exit(1)


if __name__ == "__main__":
    main()

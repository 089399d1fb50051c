"""What happens to a writer: put into its process, so that it dies, or its disk or clock fails, at a chosen moment."""

import errno
import os
import pickle
import random
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from types import ModuleType
from typing import Any

from form4lake.tests.builders.power_loss import Disk, Loss, watched

CHANGES = ("os.link", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "open")
GROWING = ("os.link", "os.mkdir", "open")
"""Those of them that need room."""
KILL, POWER, TORN, FULL, CLOCK = "kill", "power loss", "torn write", "full disk", "clock step"
FAULTS = (KILL, POWER, TORN, FULL, CLOCK)
LOSSES: dict[str, tuple[Loss, ...]] = {POWER: ("names", "contents"), TORN: ("torn",)}
STEPS = (
    timedelta(days=-400),
    timedelta(days=-2),
    timedelta(hours=-1),
    timedelta(),
    timedelta(hours=1),
    timedelta(days=2),
)


@dataclass(frozen=True)
class Injected:
    """One fault: its kind, and the change of a file, the sync or the write at which it comes; 0: it does not."""

    kind: str
    lake: str
    at: int
    seed: int
    image: str = ""
    """Where a power cut leaves what is left of the lake."""
    disk: str = ""
    """Where it is kept what was synced, for the next writer's power cut."""


class Counts:
    """How many of each there were so far."""

    def __init__(self) -> None:
        self.changes = 0
        self.syncs = 0
        self.writes = 0


@contextmanager
def injecting(fault: Injected) -> Iterator[Counts]:
    """Have this process meet the fault; it is a child of its own, and nothing is put back."""
    counts, chance = Counts(), random.Random(fault.seed)
    if fault.kind == CLOCK:
        _step_the_clock(chance)
    sys.addaudithook(_hook(fault, counts))
    if fault.kind == FULL:
        _fill_the_disk(fault, counts, lasting=chance.random() < 0.5)
    if fault.lake.startswith("s3://"):
        _count_puts(fault, counts)
        yield counts
        return
    root = Path(fault.lake)

    def at_each_sync(disk: Disk) -> None:
        counts.syncs += 1
        if fault.kind in LOSSES and counts.syncs == fault.at:
            disk.after_a_power_cut(chance.choice(LOSSES[fault.kind]), Path(fault.image), chance)
            _die()
        if fault.kind == KILL and counts.syncs == -fault.at:
            Path(fault.disk).write_bytes(pickle.dumps(disk))
            _die()

    known = Path(fault.disk)
    if fault.kind in LOSSES or fault.at < 0:
        with watched(root, at_each_sync, pickle.loads(known.read_bytes()) if known.exists() else None):
            known.unlink(missing_ok=True)
            yield counts
    else:
        known.unlink(missing_ok=True)
        with _counting_syncs(counts):
            yield counts


@contextmanager
def _counting_syncs(counts: Counts) -> Iterator[None]:
    fsync = os.fsync

    def counted(descriptor: int) -> None:
        counts.syncs += 1
        fsync(descriptor)

    os.fsync = counted
    yield


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _hook(fault: Injected, counts: Counts) -> Any:
    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        # Before each call that changes a file of the lake; a file opened to be read changes nothing.
        if (
            event in CHANGES
            and fault.lake in str(arguments[0])
            and not (event == "open" and arguments[1] in ("r", "rb"))
        ):
            counts.changes += 1
            if counts.changes == fault.at and fault.kind in (KILL, CLOCK):
                _die()

    return hook


def _count_puts(fault: Injected, counts: Counts) -> None:
    import obstore

    def dying(real: Any) -> Any:
        def call(*given: Any, **named: Any) -> Any:
            counts.changes += 1
            if counts.changes == fault.at:
                _die()
            return real(*given, **named)

        return call

    for name in ("put", "delete"):
        setattr(obstore, name, dying(getattr(obstore, name)))


def _fill_the_disk(fault: Injected, counts: Counts, *, lasting: bool) -> None:
    """Let the write at the fault's place fail, or all from it on, as a full disk does; what removes works."""
    import pyarrow.parquet as pq

    def need_room(where: object) -> None:
        counts.writes += 1
        if counts.writes == fault.at or (lasting and 0 < fault.at < counts.writes):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(where))

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        writes = event != "open" or (arguments[1] not in ("r", "rb") and (arguments[1] or arguments[2] & os.O_CREAT))
        if event in GROWING and fault.lake in str(arguments[0]) and writes and ".lock" not in str(arguments[0]):
            need_room(arguments[0])

    write, write_table = os.write, pq.ParquetWriter.write_table

    def limited(descriptor: int, content: Any) -> int:
        if fault.lake in (path := str(Path(f"/proc/self/fd/{descriptor}").readlink())):
            try:
                need_room(path)
            except OSError:
                write(descriptor, bytes(content)[: len(content) // 2])  # what there was room for
                raise
        return write(descriptor, content)

    def limited_table(self: Any, *given: Any, **named: Any) -> Any:
        need_room(fault.lake)
        return write_table(self, *given, **named)

    os.write = limited
    pq.ParquetWriter.write_table = limited_table
    sys.addaudithook(hook)


def _step_the_clock(chance: random.Random) -> None:
    """The wall clock of all that is loaded of the product jumps, to and fro, each time that it is looked at."""

    class OfClass(type(datetime)):  # type: ignore[misc]
        def __instancecheck__(cls, instance: object) -> bool:
            return isinstance(instance, datetime)

    class Stepped(datetime, metaclass=OfClass):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            return datetime.now(tz) + chance.choice(STEPS)

        fromisoformat = datetime.fromisoformat  # type: ignore[assignment]

    clock = time.time
    time.time = lambda: clock() + chance.choice(STEPS).total_seconds()
    for name, module in list(sys.modules.items()):
        ours = name.startswith("form4lake.storage") and isinstance(module, ModuleType)
        if ours and vars(module).get("datetime") is datetime:
            module.datetime = Stepped  # type: ignore[attr-defined]

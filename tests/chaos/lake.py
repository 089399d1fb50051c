"""Kill what writes a lake, and let it be written and read at once: `python -m tests.chaos.lake --kills 300`.

`make chaos-lake` does it. Two of three kills are of storage alone, at a chosen call that changes a file or at a random
time, the others of the real commands. After each the lake must be whole; at the end, equal to the replica's truth row
by row. Then four writers and two readers work on one lake. The same seed kills at the same calls.
"""

import argparse
import random
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import form4lake.flows  # noqa: F401 - it keeps Prefect quiet, and its server from sending anything anywhere
from form4lake.storage import Lake
from form4lake.tests.chaos.forked import Killing, forker, kill_round
from form4lake.tests.chaos.form4_commands import kill_commands
from form4lake.tests.chaos.together import run_together
from form4lake.tests.chaos.world import World, differences, lost_and_doubled, wrongs

LANES = 2


def kill_storage(folder: Path, seed: int, kills: int, *, quick: bool = False) -> Killing:
    """Kill storage alone: lake after lake, each of them compared with the truth at its end.

    With `quick`, the archive is small, there are fewer actions, and less is verified between the kills.
    """
    done, chance, world = Killing(), random.Random(seed), World(seed, quick=quick)
    with forker(seed, quick=quick) as forks:
        while done.kills < kills:
            root = folder / f"lake-{done.kills}"
            done.add(kill_round(forks, world, root, chance, kills - done.kills, each=3))
            lake = Lake.open(root)
            done.wrong += wrongs(lake, swept=True) + [f"{name} differs" for name in differences(lake, world.archive)]
            lost, doubled = lost_and_doubled(lake, world.archive)
            done.lost, done.doubled = done.lost + lost, done.doubled + doubled
    return done


def kill_real(folder: Path, seed: int, kills: int) -> Killing:
    """Kill the real commands: lake after lake."""
    done, chance = Killing(), random.Random(seed)
    while done.kills < kills:
        place = folder / f"machine-{done.kills}"
        place.mkdir()
        world = World(seed + done.kills)
        done.add(kill_commands(world, place, chance, kills - done.kills, each=5))
    return done


def kill_all(folder: Path, seed: int, kills: int) -> Killing:
    """All the kills, in as many lanes as the machine has cores to spare."""
    real = kills // 3
    done = Killing()

    def lane(number: int) -> Killing:
        place = folder / f"lane-{number}"
        place.mkdir()
        share = [count // LANES + (number < count % LANES) for count in (kills - real, real)]
        found = kill_storage(place, seed + number, share[0])
        _say(f"lane {number}: storage killed {found.kills} times, {len(found.wrong)} violations")
        found.add(kill_real(place, seed + number, share[1]))
        _say(f"lane {number}: killed {found.kills} times in all, {len(found.wrong)} violations")
        return found

    with ThreadPoolExecutor(LANES) as pool:
        for found in pool.map(lane, range(LANES)):
            done.add(found)
    return done


def main() -> int:
    """Run both parts; 1 if anything was wrong."""
    options = argparse.ArgumentParser(description="Chaos in a lake.")
    options.add_argument("--kills", type=int, default=300)
    options.add_argument("--seconds", type=float, default=120)
    options.add_argument("--seed", type=int, default=int(time.time()))
    asked = options.parse_args()
    _say(f"seed {asked.seed}")
    with tempfile.TemporaryDirectory() as folder:
        killed = kill_all(Path(folder), asked.seed, asked.kills)
        together = run_together(Path(folder, "together"), asked.seed, asked.seconds)
    for each in [*killed.wrong, *together.wrong]:
        _say(each)
    sys.stdout.write(
        f"chaos-lake: {killed.kills} kills, {len(killed.wrong)} violations, {killed.lost} lost, {killed.doubled} "
        f"duplicated; 4 writers and 2 readers for {asked.seconds:.0f} s: {together.commits} commits, {together.lost} "
        f"lost, {together.reads} reads, {together.torn} torn\n"
    )
    return 1 if killed.wrong or killed.lost or killed.doubled or together.wrong or together.lost else 0


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())

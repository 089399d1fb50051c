"""Every fault for what writes a lake, then a lake that is written and read at once: `python -m tests.chaos.lake`.

`make chaos-lake` does it. Most faults meet storage alone (`storm`), the others the real commands, and two machines that
share a lake in a bucket (`bucket`). After each, the lake is judged by the harness's own ledger (`truth`) before
anything repairs it; at the end it must equal the replica's truth row by row. The same seed chooses the same faults.
"""

import argparse
import random
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import form4lake.flows  # noqa: F401 - it keeps Prefect quiet, and its server from sending anything anywhere
from form4lake.tests.chaos.bucket import NoServer, storm_in_a_bucket
from form4lake.tests.chaos.forked import Killing
from form4lake.tests.chaos.form4_commands import kill_commands
from form4lake.tests.chaos.storm import storm
from form4lake.tests.chaos.together import Together, run_together
from form4lake.tests.chaos.world import World

LANES = 2
BUCKET_KILLS = 20


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
    """All the faults, in as many lanes as the machine has cores to spare; then those in a bucket."""
    in_bucket = min(BUCKET_KILLS, kills // 4)
    real = kills // 4
    done = Killing()

    def lane(number: int) -> Killing:
        place = folder / f"lane-{number}"
        place.mkdir()
        share = [count // LANES + (number < count % LANES) for count in (kills - real - in_bucket, real)]
        found = storm(place, seed + number, share[0])
        _say("\n".join([f"lane {number}: {found.kills} faults in storage", *found.wrong]))
        found.add(kill_real(place, seed + number, share[1]))
        _say(f"lane {number}: {found.kills} faults in all, {len(found.wrong)} violations")
        return found

    with ThreadPoolExecutor(LANES) as pool:
        for found in pool.map(lane, range(LANES)):
            done.add(found)
    done.add(_in_a_bucket(folder, seed, in_bucket))
    return done


def _in_a_bucket(folder: Path, seed: int, kills: int) -> Killing:
    try:
        return storm_in_a_bucket(folder / "bucket", seed, kills)
    except NoServer as missing:
        _say(str(missing))
        return Killing()


def main() -> int:
    """Run both parts; 1 if anything was wrong."""
    options = argparse.ArgumentParser(description="Chaos in a lake.")
    options.add_argument("--kills", type=int, default=300)
    options.add_argument("--seconds", type=float, default=120)
    options.add_argument("--seed", type=int, default=int(time.time()))
    options.add_argument("--store", choices=("all", "s3"), default="all")
    asked = options.parse_args()
    _say(f"seed {asked.seed}")
    together = Together()
    with tempfile.TemporaryDirectory() as folder:
        if asked.store == "s3":
            killed = storm_in_a_bucket(Path(folder, "bucket"), asked.seed, asked.kills)
        else:
            killed = kill_all(Path(folder), asked.seed, asked.kills)
            together = run_together(Path(folder, "together"), asked.seed, asked.seconds)
    for each in [*killed.wrong, *together.wrong]:
        _say(each)
    for kind, count in sorted(killed.faults.items()):
        sys.stdout.write(f"{kind:18} {count:4} times, {killed.blamed[kind]} violations\n")
    sys.stdout.write(
        f"chaos-lake: {killed.kills} faults, {len(killed.wrong)} violations, {killed.lost} lost, {killed.doubled} "
        f"duplicated; 4 writers and 2 readers: {together.commits} commits, {together.lost} lost, {together.reads} "
        f"reads, {together.torn} torn\n"
    )
    return 1 if killed.wrong or killed.lost or killed.doubled or together.wrong or together.lost else 0


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())

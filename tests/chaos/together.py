"""Four writers and two readers on one lake: a nightly run, two backfills that overlap, a compaction loop; all at once.

`python -m tests.chaos.together ROLE LAKE SEED SECONDS` is one of them, and prints what it did as a JSON object.
"""

import json
import random
import subprocess
import sys
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

import duckdb

from form4lake.replica import business_days, generate_archive
from form4lake.storage import Lake
from form4lake.tests.chaos.world import World, held_by, torn, wrongs

ROLES = ("nightly", "backfill-0", "backfill-1", "compact", "reader-0", "reader-1")
GRACE_SECONDS = 30.0
MONTHS = [f"2023-{number:02}" for number in range(7, 13)]
NIGHTS = business_days(date(2024, 1, 8), 8)


@dataclass
class Together:
    """What came of it."""

    commits: int = 0
    reads: int = 0
    torn: int = 0
    lost: int = 0
    wrong: list[str] = field(default_factory=list)


class Stage(World):
    """Six closed months and eight nights."""

    def __init__(self, seed: int) -> None:
        days = [day for month in MONTHS for day in business_days(date.fromisoformat(f"{month}-03"), 2)]
        self.archive = generate_archive(seed, [*days, *NIGHTS], 160)
        # Of a day's only filing none fails: there would be nothing left that changes from round to round.
        self.failing = {min(found) for day in self.archive.days if len(found := self.archive.accessions(day)) > 1}
        self.tell = lambda _: None


def run_together(root: Path, seed: int, seconds: float) -> Together:
    """Have all of them at a lake for some seconds, then compare it with what the writers say they committed."""
    Lake.open(root, create=True)
    command = [sys.executable, "-m", "form4lake.tests.chaos.together"]
    running = {
        role: subprocess.Popen([*command, role, str(root), str(seed), str(seconds)], stdout=subprocess.PIPE, text=True)
        for role in ROLES
    }
    told = {
        role: json.loads(process.communicate()[0] or '{"failed": "no answer"}') for role, process in running.items()
    }
    wrong = [f"{role}: {each['failed']}" for role, each in told.items() if "failed" in each]
    reads = [each for role, each in told.items() if role.startswith("reader") and "failed" not in each]
    commits = [each for role in ROLES[:3] for each in told[role].get("commits", [])]
    lake = Lake.open(root, create=True)
    wrong += wrongs(lake, swept=True)
    return Together(
        commits=len(commits),
        reads=sum(each["reads"] for each in reads),
        torn=sum(len(each["torn"]) for each in reads),
        lost=_lost(lake, Stage(seed), commits),
        wrong=wrong + [text for each in reads for text in each["torn"]],
    )


def _lost(lake: Lake, stage: Stage, commits: list[dict[str, Any]]) -> int:
    """How many filings are not as the last of the commits that wrote them has them."""
    expected: dict[str, int] = {}
    for each in sorted(commits, key=lambda commit: commit["version"]):
        for day in stage.days(each["period"]):
            expected |= dict.fromkeys(set(stage.archive.accessions(day)) - stage.failing, each["parser_version"])
    doubled = len(commits) - len({each["version"] for each in commits})
    held = held_by(lake).filings
    return doubled + sum(held.get(number) != version for number, version in expected.items())


def write(role: str, root: str, seed: int, until: float) -> dict[str, Any]:
    """One writer: its periods again and again, each time as another version of the parser."""
    stage, lake = Stage(seed), Lake.open(root, create=True, grace_seconds=GRACE_SECONDS)
    periods = {
        "nightly": [day.isoformat() for day in NIGHTS],
        "backfill-0": MONTHS[:4],
        "backfill-1": MONTHS[:1:-1],
    }[role]
    commits = []
    for parser_version in count(1):
        for period in periods:
            if time.time() >= until:
                return {"commits": commits}
            # Versions differ between writers, so that the last one tells.
            version = parser_version * len(ROLES) + ROLES.index(role)
            done = stage.ingest(lake, period, version)
            if done is None:
                raise AssertionError(f"{period} was there already as version {version}")
            commits.append({"version": done.version, "period": period, "parser_version": version})
    raise AssertionError


def compact_period(root: str, until: float) -> dict[str, Any]:
    """The compaction loop."""
    lake = Lake.open(root, create=True, grace_seconds=GRACE_SECONDS)
    compactions = 0
    while time.time() < until:
        compactions += len(lake.compact(date(2024, 1, 1)))
        time.sleep(0.2)
    return {"compacts": compactions}


def read(root: str, chance: random.Random, until: float) -> dict[str, Any]:
    """One reader: every snapshot agrees with itself, and stays as it is for as long as it is open."""
    reads, found = 0, []
    while time.time() < until:
        catalog = Path(root, "catalog.duckdb")
        direct = chance.random() < 0.5 and catalog.exists()
        with duckdb.connect(catalog, read_only=True) if direct else Lake.open(root).connect() as connection:
            before = _counts(connection)
            found += torn(connection)
            time.sleep(chance.uniform(0, 0.5))
            if _counts(connection) != before:
                found.append("a snapshot changed")
        reads += 1
    return {"reads": reads, "torn": found}


def _counts(connection: duckdb.DuckDBPyConnection) -> Counter[Any]:
    sql = "SELECT parser_version FROM filings JOIN reporting_owners USING (accession_number)"
    return Counter(connection.execute(sql).fetchall())


def main() -> None:
    """Play one role."""
    role, root, seed, seconds = sys.argv[1:]
    until = time.time() + float(seconds)
    try:
        if role.startswith("reader"):
            told = read(root, random.Random(f"{seed} {role}"), until)
        else:
            told = compact_period(root, until) if role == "compact" else write(role, root, int(seed), until)
    except Exception:  # noqa: BLE001 - whatever it is, it is what is looked for
        told = {"failed": traceback.format_exc()}
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()

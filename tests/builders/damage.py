"""A small lake with something of everything, and what can happen to its files."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from form4lake.storage import Lake, RawSubmission, Verification
from form4lake.tests.builders.lakes import (
    MONDAY,
    TUESDAY,
    entry,
    filing,
    full_filing,
    index_day,
    quarantined,
    store,
)

DECEMBER = date(2023, 12, 4)


def make_lake(root: Path) -> None:
    """A lake of a compacted month and two days, with an amendment, a quarantined filing and a raw archive."""
    lake = Lake.open(root, create=True)
    lake.raw.append([RawSubmission(each, MONDAY, f"{each}.txt", index_day().read_at, b"<x>") for each in "cd"])
    for period in ("2023-12", "2024-01-08", "2024-01-09"):
        fill(lake, period)
    lake.raw.compact_period(MONDAY)


def fill(lake: Lake, period: str) -> None:
    """Commit a period of the lake of `make_lake`, as its indexes have it: what a backfill does."""
    if period == "2023-12":
        store(lake, full_filing("a", DECEMBER), filing("b", DECEMBER), day=DECEMBER, period=period)
        return
    if period == "2024-01-08":
        store(lake, filing("c"), filing("d", owners=(11, 12)))
        return
    amendment = filing("e", TUESDAY, form_type="4/A", period_of_report=MONDAY, date_of_original_submission=MONDAY)
    ingest = lake.begin(TUESDAY.isoformat())
    ingest.add_filing(amendment, TUESDAY)
    ingest.add_quarantined(quarantined("q", TUESDAY), TUESDAY)
    ingest.add_day(index_day(TUESDAY), [entry("e", TUESDAY, "4/A"), entry("q", TUESDAY), entry("m", TUESDAY)])
    lake.commit(ingest, writer="test")


def one(root: Path, pattern: str) -> Path:
    """The first file that a pattern finds in a lake."""
    return min(root.glob(pattern))


def told(found: Verification) -> list[str]:
    """What a verification found, a line each."""
    return [f"{each.where} {each.what}: {each.todo}" for each in found.violations]


def unlink(*patterns: str) -> Callable[[Path], None]:
    """Remove the first file of each pattern."""
    return lambda root: [one(root, each).unlink() for each in patterns] and None


def cut(*patterns: str) -> Callable[[Path], None]:
    """Take the end off a file."""

    def damage(root: Path) -> None:
        for each in patterns:
            path = one(root, each)
            rewrite(path, path.read_bytes()[:-100])

    return damage


def flip(*patterns: str) -> Callable[[Path], None]:
    """Change a byte in the middle, which no footer and no size shows."""

    def damage(root: Path) -> None:
        for each in patterns:
            content = bytearray(one(root, each).read_bytes())
            content[len(content) // 3] ^= 1
            rewrite(one(root, each), bytes(content))

    return damage


def rewrite(path: Path, content: bytes) -> None:
    """As another program would: a new file under the name, the other name keeps its content."""
    path.unlink()
    path.write_bytes(content)

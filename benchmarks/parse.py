"""`make bench-parse`: how fast `parse_submission` is, beside bare lxml and edgartools, on the XML of whole files.

Real filings are read where they are at hand, and those of the replica. The readers take turns over the same bytes in
one process on one core; what is printed are medians over the turns, and ratios within a turn, which other load
disturbs less than the times. `parse_submission` has two turns: with its memory of texts emptied before, as in a run
over files that are all new, and with the memory that this first turn leaves.
"""

import importlib
import os
import platform
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median

from lxml import etree

from ..parsers import parse_submission
from ..parsers.xml.pattern import forget
from ..replica import business_days, generate_archive

REAL = Path("../shared/real-edgar/xml")
TURNS = 15
PEER_EVERY = 3
"""edgartools is slow: it has only every n-th turn."""

LXML, PEER = "bare lxml.etree.fromstring", "edgartools Ownership.from_xml"
EMPTIED, WARM = "parse_submission, memory emptied", "parse_submission"

Reader = Callable[[bytes], object]


def real_filings() -> list[bytes]:
    """The real XML documents, none where they are not at hand."""
    return [path.read_bytes() for path in sorted(REAL.iterdir())] if REAL.is_dir() else []


def replica_filings() -> list[bytes]:
    """The XML documents of the replica's filings."""
    archive = generate_archive(1, business_days(date(2024, 1, 2), 5), 500)
    raws = [archive.read(archive.path_of(number)) or b"" for day in archive.days for number in archive.accessions(day)]
    return [raw[raw.index(b"<?xml") : raw.index(b"</XML>")] for raw in raws if b"<ownershipDocument" in raw]


def edgartools() -> Reader | str:
    """`Ownership.from_xml`, or why it cannot be timed.

    It asks EDGAR over the network whether each owner is a company; that is left out, so that only reading is timed.
    """
    try:
        owners = importlib.import_module("edgar.ownership.owners")
        ownership = importlib.import_module("edgar.ownership").Ownership
    except ImportError as error:
        return f"it cannot be imported: {error}"
    vars(owners)["Entity"] = lambda _cik: None
    return lambda raw: ownership.from_xml(raw.decode())


def is_read(raw: bytes, peer: Reader) -> bool:
    """Whether edgartools can read a filing; it cannot where a block is missing."""
    try:
        peer(raw)
    except (AttributeError, KeyError):
        return False
    return True


def seconds(read: Reader, raws: list[bytes]) -> float:
    """CPU time of one turn."""
    start = time.process_time()
    for raw in raws:
        read(raw)
    return time.process_time() - start


def turns(raws: list[bytes], peer: Reader | None) -> list[dict[str, float]]:
    """The seconds that each reader took, turn by turn."""
    taken = []
    for turn in range(TURNS):
        took = {LXML: seconds(etree.fromstring, raws)}
        forget()
        took[EMPTIED] = seconds(parse_submission, raws)
        took[WARM] = seconds(parse_submission, raws)
        if peer is not None and turn % PEER_EVERY == 0:
            took[PEER] = seconds(peer, raws)
        taken.append(took)
    return taken


def report(raws: list[bytes], taken: list[dict[str, float]]) -> None:
    """Print the medians."""
    print(f"{'':34}{'filings/s':>10}{'µs/filing':>11}{'x bare lxml':>13}{'x edgartools':>14}")
    for name in (LXML, PEER, EMPTIED, WARM):
        each = [took[name] / len(raws) for took in taken if name in took]
        if not each:
            continue
        line = f"{name:34}{1 / median(each):10,.0f}{median(each) * 1e6:11,.0f}"
        for other, width in ((LXML, 13), (PEER, 14)):
            ratios = [took[other] / took[name] for took in taken if other in took and name in took]
            line += f"{median(ratios):{width}.2f}" if ratios else f"{'-':>{width}}"
        print(line)


def cpu() -> str:
    """The processor's name."""
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def main() -> None:
    """Take turns and print."""
    print(
        f"{datetime.now(UTC):%Y-%m-%d}, {cpu()}, {os.cpu_count()} cores (one used), Python {platform.python_version()}"
    )
    found = edgartools()
    peer = found if callable(found) else None
    for kind, raws in (("real", real_filings()), ("replica", replica_filings())):
        if not raws:
            print(f"\nno {kind} filings at {REAL}")
            continue
        read = [raw for raw in raws if peer is None or is_read(raw, peer)]
        size = sum(map(len, read)) / len(read) / 1000
        left_out = f" ({len(raws) - len(read)} more, which edgartools cannot read, left out)" * (read != raws)
        print(f"\n{len(read)} {kind} filings of {size:.1f} kB on average{left_out}, medians of {TURNS} turns")
        report(read, turns(read, peer))
    print(f"\nedgartools {'without its question to EDGAR about each owner' if peer else f'skipped: {found}'}")


if __name__ == "__main__":
    main()

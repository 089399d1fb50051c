"""`make bench-parse`: how fast `parse_submission` is, beside bare lxml, edgartools and a naive ElementTree walk.

Real ownership XML is read where it is at hand, else that of replica filings. The readers take turns over the same bytes
in one process on one core; what is printed are medians over the turns, and ratios within a turn, which the rest of the
machine disturbs less than the times. A turn of parse_submission goes before, so that its memory of texts met before is
full: in a run over files that are all new, it is slower.
"""

import importlib
import os
import platform
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median

from lxml import etree

from parsers import parse_submission
from replica import business_days, generate_archive

REAL = Path("../shared/real-edgar/xml")
TURNS = 15
PEER_EVERY = 3
"""edgartools, which takes long, has a turn in so many."""

Reader = Callable[[bytes], object]


def documents() -> tuple[str, list[bytes]]:
    """What is read, in words, and the XML documents."""
    if REAL.is_dir():
        found = [path.read_bytes() for path in sorted(REAL.iterdir())]
        return f"{len(found)} real filings", found
    archive = generate_archive(1, business_days(date(2024, 1, 2), 5), 500)
    raws = [archive.read(archive.path_of(number)) or b"" for day in archive.days for number in archive.accessions(day)]
    found = [raw[raw.index(b"<?xml") : raw.index(b"</XML>")] for raw in raws if b"<ownershipDocument" in raw]
    return f"{len(found)} replica filings", found


def naive(raw: bytes) -> list[tuple[str, str | None]]:
    """Names and texts of all elements."""
    return [(each.tag, each.text) for each in ET.fromstring(raw).iter()]  # noqa: S314


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


def seconds(read: Reader, raws: list[bytes]) -> float:
    """CPU time of one turn."""
    start = time.process_time()
    for raw in raws:
        read(raw)
    return time.process_time() - start


def cpu() -> str:
    """The processor's name."""
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def main() -> None:
    """Take turns and print."""
    what, raws = documents()
    readers: dict[str, Reader] = {
        "bare lxml.etree.fromstring": etree.fromstring,
        "parse_submission": parse_submission,
        "naive ElementTree walk": naive,
    }
    peer = edgartools()
    if callable(peer):
        readers["edgartools Ownership.from_xml"] = peer
    times: dict[str, list[float]] = {name: [] for name in readers}
    ratios: dict[str, list[float]] = {name: [] for name in readers}
    seconds(parse_submission, raws)
    for turn in range(TURNS):
        took = {
            name: seconds(read, raws) for name, read in readers.items() if read is not peer or turn % PEER_EVERY == 0
        }
        for name, each in took.items():
            times[name].append(each)
            ratios[name].append(each / took["parse_submission"])
    print(
        f"{datetime.now(UTC):%Y-%m-%d}, {cpu()}, {os.cpu_count()} cores (one used), Python {platform.python_version()}"
    )
    print(f"{what}, {sum(map(len, raws)) / len(raws) / 1000:.1f} kB on average, medians of {TURNS} turns\n")
    print(f"{'':32}{'filings/s':>12}{'µs/filing':>12}{'parse_submission is':>24}")
    for name, several in times.items():
        each_filing = median(several) / len(raws)
        speed = median(ratios[name])
        print(f"{name:32}{1 / each_filing:12,.0f}{each_filing * 1e6:12,.0f}{speed:16.2f} x as fast")
    if callable(peer):
        print("\nedgartools without its question to EDGAR about each owner")
    else:
        print(f"\nedgartools skipped: {peer}")


if __name__ == "__main__":
    main()

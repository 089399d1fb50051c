"""`make bench-parse`: how fast `parse_submission` is, beside bare lxml and edgartools, on XML and on whole submissions.

Real filings are read where they are at hand, and those of the replica, as they are and grown to the size of real
ones. A whole submission is what a run reads, header and all; lxml and edgartools are given its XML only. The readers
take turns over the same bytes in one process on one core; what is printed are medians over the turns, and ratios within
a turn, which other load disturbs less than the times. `parse_submission` has two turns: with its memory of texts
emptied before, as in a run over files that are all new, and with the memory that this first turn leaves.
"""

import importlib
import os
import platform
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import compress
from pathlib import Path
from statistics import median

from lxml import etree

from ..parsers import parse_submission
from ..parsers.xml.pattern import forget
from ..replica import business_days, generate_archive
from ..replica.render import XmlStyle, ownership_xml
from ..tables import Filing, Footnote

REAL, REAL_SUBMISSIONS = Path("../shared/real-edgar/xml"), Path("../shared/real-edgar/submissions")
TURNS = 15
PEER_EVERY = 3
"""edgartools is slow: it has only every n-th turn."""

LXML, PEER = "bare lxml.etree.fromstring", "edgartools Ownership.from_xml"
EMPTIED, WARM = "parse_submission, memory emptied", "parse_submission"
WHOLE_EMPTIED, WHOLE = "the same of the whole, emptied", "the same of the whole submission"
ROWS, NOTES, NOTE_CHARACTERS = 8, 6, 350
"""What a real filing of 16 kB has."""

Reader = Callable[[bytes], object]


@dataclass
class Sample:
    """Filings to be read: their XML and, where there are any, the submissions that it stands in, one for one."""

    kind: str
    xml: list[bytes]
    whole: list[bytes]

    def readable(self, peer: Reader | None) -> "Sample":
        """Those that edgartools, if it takes part, can read."""
        kept = [peer is None or is_read(raw, peer) for raw in self.xml]
        return Sample(self.kind, list(compress(self.xml, kept)), list(compress(self.whole, kept)))


def samples() -> Iterator[Sample]:
    """What is timed."""
    if REAL.is_dir():
        yield Sample("real filings", [path.read_bytes() for path in sorted(REAL.iterdir())], [])
    if REAL_SUBMISSIONS.is_dir():
        yield of_submissions("real submissions", [path.read_bytes() for path in sorted(REAL_SUBMISSIONS.iterdir())])
    archive = generate_archive(1, business_days(date(2024, 1, 2), 5), 500)
    numbers = [number for day in archive.days for number in archive.accessions(day)]
    raws = {number: archive.read(archive.path_of(number)) or b"" for number in numbers}
    yield of_submissions("replica submissions", raws.values())
    grown = (with_xml(raws[number], grow(archive.truth[number])) for number in numbers if is_xml(raws[number]))
    yield of_submissions("replica submissions, the size of real ones", grown)


def is_xml(raw: bytes) -> bool:
    """Whether a submission has ownership XML as EDGAR wraps it."""
    return b"<ownershipDocument" in raw and b"<?xml" in raw and b"</XML>" in raw


def xml_of(raw: bytes) -> slice:
    """Where the XML of a submission stands."""
    return slice(raw.index(b"<?xml"), raw.index(b"</XML>"))


def of_submissions(kind: str, raws: Iterable[bytes]) -> Sample:
    """Those of the submissions that have XML."""
    whole = [raw for raw in raws if is_xml(raw)]
    return Sample(kind, [raw[xml_of(raw)] for raw in whole], whole)


def with_xml(raw: bytes, xml: bytes) -> bytes:
    """A submission with other XML."""
    place = xml_of(raw)
    return raw[: place.start] + xml + raw[place.stop :]


def grow(filing: Filing) -> bytes:
    """The XML of a filing with as many rows and as much in its footnotes as a real one has."""
    rows = filing.non_derivative_transactions
    many = [replace(rows[n % len(rows)], row_number=n + 1) for n in range(ROWS)] if rows else []
    notes = [each.footnote_text or "" for each in filing.footnotes] or ["Held by a trust of which she is the trustee."]
    names = [*(each.footnote_id for each in filing.footnotes), *(f"F9{n}" for n in range(NOTES))][:NOTES]
    texts = (f"{n} {notes[n % len(notes)]} " * NOTE_CHARACTERS for n in range(NOTES))
    footnotes = [
        Footnote(footnote_id=name, footnote_text=text[:NOTE_CHARACTERS].strip())
        for name, text in zip(names, texts, strict=True)
    ]
    left = filing.footnotes[NOTES:]
    return ownership_xml(replace(filing, non_derivative_transactions=many, footnotes=[*footnotes, *left]), XmlStyle())


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


def turns(sample: Sample, peer: Reader | None) -> list[dict[str, float]]:
    """The seconds that each reader took, turn by turn."""
    taken = []
    for turn in range(TURNS):
        took = {LXML: seconds(etree.fromstring, sample.xml)}
        for emptied, warm, raws in ((EMPTIED, WARM, sample.xml), (WHOLE_EMPTIED, WHOLE, sample.whole)):
            if raws:
                forget()
                took[emptied] = seconds(parse_submission, raws)
                took[warm] = seconds(parse_submission, raws)
        if peer is not None and turn % PEER_EVERY == 0:
            took[PEER] = seconds(peer, sample.xml)
        taken.append(took)
    return taken


def report(filings: int, taken: list[dict[str, float]]) -> None:
    """Print the medians."""
    print(f"{'':34}{'filings/s':>10}{'µs/filing':>11}{'x bare lxml':>13}{'x edgartools':>14}")
    for name in (LXML, PEER, EMPTIED, WARM, WHOLE_EMPTIED, WHOLE):
        each = [took[name] / filings for took in taken if name in took]
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
        f"{datetime.now(UTC):%Y-%m-%d}, {cpu()}, {os.cpu_count()} cores (one used), "
        f"Python {platform.python_version()}, load {os.getloadavg()[0]:.1f} at the start"
    )
    found = edgartools()
    peer = found if callable(found) else None
    for sample in samples():
        read = sample.readable(peer)
        sizes = " and ".join(
            f"{sum(map(len, raws)) / len(raws) / 1000:.1f} kB" for raws in (read.xml, read.whole) if raws
        )
        unread = len(sample.xml) - len(read.xml)
        left_out = f" ({unread} more, which edgartools cannot read, left out)" * bool(unread)
        print(f"\n{len(read.xml)} {sample.kind}, {sizes} on average{left_out}, medians of {TURNS} turns")
        report(len(read.xml), turns(read, peer))
    print(f"\nedgartools {'without its question to EDGAR about each owner' if peer else f'skipped: {found}'}")


if __name__ == "__main__":
    main()

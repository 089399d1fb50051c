"""How a quarter's index and the index entries of the lake differ; pure."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime

from ...tables import IndexEntry
from ..reports.run_report import Difference


def differences(
    listed: Collection[IndexEntry],
    held: Iterable[IndexEntry],
    *,
    removed_before: date,
    forms: Collection[str],
    now: datetime,
) -> list[Difference]:
    """In the order of index dates, then accessions.

    listed: the quarter's filings, each with its date filed as its index date. held: the lake's entries of those
    accessions and of that time, delisted ones too. A held entry of `forms`, filed before `removed_before`, that is not
    listed gets `delisted_at` = `now`, UTC. An accession may be held under several index dates.
    """
    of_lake: dict[str, list[IndexEntry]] = defaultdict(list)
    for entry in held:
        of_lake[entry.accession_number].append(entry)
    found: list[Difference] = []
    for entry in listed:
        found += _of_listed(entry, of_lake.pop(entry.accession_number, []))
    for entries in of_lake.values():
        found += [
            Difference("removed", replace(entry, delisted_at=now), "the quarter's index does not list it")
            for entry in entries
            if entry.delisted_at is None and entry.form_type in forms and entry.filing_date < removed_before
        ]
    return sorted(found, key=lambda each: (each.entry.index_date, each.entry.accession_number))


def _of_listed(listed: IndexEntry, held: list[IndexEntry]) -> Iterator[Difference]:
    if not held:
        yield Difference("added", listed, f"form {listed.form_type}, which no daily index listed")
        return
    live = [entry for entry in held if entry.delisted_at is None]
    if not live:
        yield Difference("added", _as_listed(held[0], listed), "listed again")
    for entry in live:
        if (entry.form_type, entry.filing_date) != (listed.form_type, listed.filing_date):
            was = f"form {listed.form_type} filed {listed.filing_date}, not {entry.form_type} filed {entry.filing_date}"
            yield Difference("changed", _as_listed(entry, listed), was)


def _as_listed(entry: IndexEntry, listed: IndexEntry) -> IndexEntry:
    return replace(entry, form_type=listed.form_type, filing_date=listed.filing_date, delisted_at=None)

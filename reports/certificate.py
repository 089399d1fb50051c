"""A quarter's statement: what EDGAR lists and what the lake holds; anyone with the same indexes can check it. Pure."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

FORMAT = 1
"""Raised whenever the statement's fields change."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file that the statement rests on: where it is below the SEC's address, and the SHA-256 of its bytes."""

    path: str | None
    sha256: str | None
    state: str
    """whole, damaged, … as in `coverage`; of a quarter's index or data set: whole, damaged or absent."""
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A filing as an index or a data set lists it."""

    form_type: str
    filing_date: date


@dataclass(frozen=True, slots=True)
class Held:
    """What the lake has of a filing."""

    exact: bool
    from_dataset: bool
    quarantined: bool
    withdrawn: bool
    form_type: str
    filing_date: date


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that a statement is made from. The filings of each source by accession number."""

    quarter: str
    first: date
    last: date
    forms: tuple[str, ...]
    version: int
    daily_indexes: tuple[Source, ...]
    quarterly_index: Source
    data_set: Source
    daily: Mapping[str, Listed]
    quarterly: Mapping[str, Listed]
    in_set: Mapping[str, Listed]
    held: Mapping[str, Held]
    late_day: date
    """The quarter's last business day: what was filed after 17:30 of it is in the next quarter's set."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One filing on which the sources and the lake do not agree."""

    accession_number: str
    what: str


def differences(evidence: Evidence) -> Iterator[Difference]:
    """Every filing that is not listed everywhere and held exactly, by accession number, with each reason."""
    numbers = evidence.daily.keys() | evidence.quarterly.keys() | evidence.in_set.keys() | evidence.held.keys()
    for number in sorted(numbers):
        for what in _reasons(evidence, number):
            yield Difference(number, what)


def _reasons(evidence: Evidence, number: str) -> Iterator[str]:
    daily, quarterly = evidence.daily.get(number), evidence.quarterly.get(number)
    held = evidence.held.get(number)
    listed = daily or quarterly
    if evidence.quarterly_index.state == "whole":
        if daily and not quarterly:
            yield "the quarter's index does not list it; a daily index does"
        if quarterly and not daily:
            yield "no daily index that the lake has read lists it; the quarter's index does"
    if daily and quarterly and daily != quarterly:
        yield (
            f"daily index: form {daily.form_type} filed {daily.filing_date}; quarter's index: form "
            f"{quarterly.form_type} filed {quarterly.filing_date}"
        )
    if evidence.data_set.state == "whole":
        if number in evidence.in_set and not listed:
            yield "only the SEC's data set has it"
        if listed and number not in evidence.in_set and listed.filing_date != evidence.late_day:
            yield "the SEC's data set lacks it"
    if held and held.withdrawn:
        yield "withdrawn: listed once, and no longer"
    if held and held.quarantined and not held.exact:
        yield "in quarantine"
    if held and held.from_dataset and not held.exact:
        yield "known from the data set only, rounded"
    if listed and not (held and (held.exact or held.from_dataset or held.quarantined)):
        yield "missing: not in the lake"
    stored = held is not None and (held.exact or held.from_dataset) and not held.withdrawn
    if stored and not listed and number not in evidence.in_set:
        yield "the lake holds it; nothing lists it"


def certificate(evidence: Evidence, troubles: Collection[str], made_at: str) -> dict[str, Any]:
    """The statement as JSON has it; `sha256` is that of all the rest of it, as `checksum` makes it.

    `troubles`: the days that are not complete, in words. `made_at`: an ISO instant.
    """
    found = list(differences(evidence))
    held = evidence.held.values()
    exact = sorted(number for number, each in evidence.held.items() if each.exact and not each.withdrawn)
    listed = evidence.daily.keys() | evidence.quarterly.keys()
    unresolved = [number for number in listed if number not in evidence.held or not evidence.held[number].exact]
    statement: dict[str, Any] = {
        "statement": "form4lake certificate",
        "format": FORMAT,
        "quarter": evidence.quarter,
        "first": evidence.first.isoformat(),
        "last": evidence.last.isoformat(),
        "forms": list(evidence.forms),
        "made_at": made_at,
        "lake_version": evidence.version,
        "complete": not unresolved and not troubles and evidence.quarterly_index.state == "whole",
        "sources": {
            "daily_indexes": [_source(each) for each in evidence.daily_indexes],
            "quarterly_index": _source(evidence.quarterly_index),
            "data_set": _source(evidence.data_set),
        },
        "listed": {
            "by_daily_indexes": len(evidence.daily),
            "by_quarterly_index": len(evidence.quarterly),
            "by_data_set": len(evidence.in_set),
            "by_any_index": len(listed),
        },
        "lake": {
            "exact": len(exact),
            "from_data_set_only": sum(each.from_dataset and not each.exact for each in held),
            "quarantined": sum(each.quarantined and not each.exact for each in held),
            "withdrawn": sum(each.withdrawn for each in held),
            "exact_accessions_sha256": hashlib.sha256("".join(f"{each}\n" for each in exact).encode()).hexdigest(),
        },
        "days_not_complete": list(troubles),
        "difference_counts": dict(sorted(Counter(each.what.partition(":")[0] for each in found).items())),
        "differences": [asdict(each) for each in found],
    }
    return statement | {"sha256": checksum(statement)}


def checksum(statement: Mapping[str, Any]) -> str:
    """The SHA-256 of a statement without its own: of its JSON with sorted keys, no blanks, UTF-8."""
    rest = {name: value for name, value in statement.items() if name != "sha256"}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _source(source: Source) -> dict[str, str | None]:
    found = {"path": source.path, "sha256": source.sha256, "state": source.state}
    return {"date": source.day.isoformat(), **found} if source.day else found

"""Which filing an amendment amends, decided from a few facts of each filing and from their rows; no lake.

Candidates are earlier filings of the same issuer and form family whose owners overlap: an amendment may add an omitted
owner or drop one. Rows in common weigh most, then the period of report; the date of the original submission is typed by
hand and often wrong (of 520 Forms 4/A of the third quarter of 2024, 36 give their period and 38 their own date).
A filing of another period without a row in common is never meant. Where two fit alike, none is taken: it is better to
count both, visibly, than to drop the wrong one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from .filed import FiledReport, FiledRow
from .likeness import agreeing_amounts, alike

TOLERANCE = timedelta(days=4)
"""How far a typed date of original submission may be off: a weekend, a holiday, filing after hours."""

NO_OWNER = "the amendment names no owner"
NO_ISSUER = "the amendment names no issuer"
NO_CANDIDATE = "the lake has no earlier filing of its issuer, form and owners that has its period or a row in common"


@dataclass(frozen=True, slots=True)
class Match:
    """One original of an amendment; or, without an original, why there is none."""

    amendment: FiledReport
    original: str | None
    """The accession number of the filing that it goes back to, itself or by earlier amendments."""
    rows_in_common: int = 0
    same_period: bool | None = None
    same_date: bool | None = None
    unmatched: str | None = None


Evidence = tuple[int, bool, int, bool, bool, bool]
"""Rows in common, the same period, amounts that agree in them, the typed date, equal owners, nearly the typed date."""


def match_amendments(
    reports: Iterable[FiledReport], settled: Mapping[str, Iterable[str]] | None = None
) -> Iterator[Match]:
    """What each amendment amends, by order of filing.

    `settled` says of amendments that are not to be matched again which originals they go back to; none for themselves.
    """
    groups: dict[tuple[int | None, str], list[FiledReport]] = defaultdict(list)
    for each in reports:
        groups[each.issuer_cik, each.family].append(each)
    for members in groups.values():
        yield from _match_group(sorted(members, key=lambda each: each.order), settled or {})


def _match_group(members: list[FiledReport], settled: Mapping[str, Iterable[str]]) -> Iterator[Match]:
    chains: dict[str, list[FiledReport]] = {}
    """Originals, or amendments of filings that are not here, each with its amendments so far."""
    for each in members:
        own = each.accession_number
        if own in settled or not each.amends:
            originals = [*settled.get(own, ())]
        else:
            matches = list(_originals(each, chains))
            yield from matches
            originals = [match.original for match in matches if match.original is not None]
        for original in originals:
            chains.setdefault(original, []).append(each)
        if not originals:
            chains.setdefault(own, []).append(each)


def _originals(amendment: FiledReport, chains: Mapping[str, list[FiledReport]]) -> Iterator[Match]:
    if not amendment.owners or amendment.issuer_cik is None:
        yield Match(amendment, None, unmatched=NO_OWNER if amendment.issuer_cik is not None else NO_ISSUER)
        return
    found = {root: evidence for root, chain in chains.items() if (evidence := _best(amendment, chain, amendment.rows))}
    if not found:
        yield Match(amendment, None, unmatched=NO_CANDIDATE)
        return
    best = max(found.values())
    fitting = sorted(root for root, evidence in found.items() if evidence == best)
    if len(fitting) > 1:
        yield Match(amendment, None, unmatched=f"it fits {' and '.join(fitting)} alike")
        return
    yield _match(amendment, fitting[0], best)
    # Rows that belong to another report: one amendment may amend two.
    left = _without(amendment.rows, chains[fitting[0]])
    while left:
        others = {
            root: evidence
            for root, chain in chains.items()
            if root not in fitting and (evidence := _best(amendment, chain, left)) and evidence[0] and evidence[2]
        }
        best = max(others.values(), default=(0, False, 0, False, False, False))
        more = [root for root, evidence in others.items() if evidence == best]
        if len(more) != 1:
            return
        yield _match(amendment, more[0], best)
        fitting += more
        left = _without(left, chains[more[0]])


def _match(amendment: FiledReport, original: str, evidence: Evidence) -> Match:
    return Match(amendment, original, evidence[0], evidence[1], evidence[3])


def _best(amendment: FiledReport, chain: list[FiledReport], rows: list[FiledRow]) -> Evidence | None:
    """The evidence for the filing of a chain that fits best; None if none is a candidate."""
    found = [evidence for each in chain if (evidence := _evidence(amendment, each, rows))]
    return max(found, default=None)


def _evidence(amendment: FiledReport, earlier: FiledReport, rows: list[FiledRow]) -> Evidence | None:
    if amendment.owners.isdisjoint(earlier.owners):
        return None
    dated = [each for each in rows if each.is_transaction or amendment.family == "3"]
    common, amounts = _common(dated, earlier.rows)
    same_period = amendment.period_of_report is not None and amendment.period_of_report == earlier.period_of_report
    if not common and not same_period:
        return None
    if same_period and amendment.family != "3":
        amounts += _common([each for each in rows if not each.is_transaction], earlier.rows)[0]
    typed = amendment.date_of_original_submission
    away = abs(earlier.filing_date - typed) if typed is not None else timedelta.max
    return (common, same_period, amounts, away == timedelta(0), amendment.owners == earlier.owners, away <= TOLERANCE)


def _common(rows: list[FiledRow], others: list[FiledRow]) -> tuple[int, int]:
    """How many rows two filings share, each row once, and how many amounts agree in them."""
    pairs = sorted(
        (-agreeing_amounts(one, other), place, where)
        for place, one in enumerate(rows)
        for where, other in enumerate(others)
        if alike(one, other)
    )
    taken: set[int] = set()
    used: set[int] = set()
    amounts = 0
    for negative, place, where in pairs:
        if place not in taken and where not in used:
            taken.add(place)
            used.add(where)
            amounts -= negative
    return len(taken), amounts


def _without(rows: list[FiledRow], chain: list[FiledReport]) -> list[FiledRow]:
    """The transactions that no filing of a chain has."""
    return [
        row
        for row in rows
        if row.is_transaction and not any(alike(row, other) for report in chain for other in report.rows)
    ]

"""Which filing an amendment replaces, decided from a few facts of each filing; no lake.

An amendment names the date of the original submission, as the filer typed it, and nothing else. It is matched to
earlier filings of the same form family, issuer and set of owners; where that leaves two it is better to count both,
visibly, than to drop the wrong one, so that a tie makes no row.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

TOLERANCE = timedelta(days=4)
"""How far a typed date of original submission may be off: a weekend, a holiday, filing after hours."""

FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Candidate:
    """What matching needs of a filing."""

    accession_number: str
    form_type: str
    filing_date: date
    accepted_at: datetime | None
    period_of_report: date | None
    date_of_original_submission: date | None
    issuer_cik: int
    owner_ciks: frozenset[int | None]
    period: str | None = None
    """Of the files that hold it; None where the commit brings it."""

    @property
    def amends(self) -> bool:
        """Whether the filing is an amendment."""
        return self.form_type.endswith("/A")

    @property
    def order(self) -> tuple[date, datetime, str]:
        """Its place among filings in time; where the hour is not known, an amendment comes last on its day."""
        unknown = LAST if self.amends else FIRST
        return (self.filing_date, self.accepted_at or unknown, self.accession_number)


Shared = Callable[[Candidate, Candidate], int]
"""How many rows (security, date, code) two filings have in common."""


def match_amendments(
    filings: Iterable[Candidate], shared: Shared, settled: Mapping[str, str] | None = None
) -> Iterator[tuple[Candidate, Candidate]]:
    """Pairs of a filing and a later amendment that replaces it.

    All earlier amendments of one original are replaced with it, so a filing may be in several pairs. `settled` says of
    amendments that are not to be matched again the accession of the original that each goes back to, or its own.
    """
    groups: dict[tuple[int, str, frozenset[int | None]], list[Candidate]] = defaultdict(list)
    for each in filings:
        groups[each.issuer_cik, each.form_type[0], each.owner_ciks].append(each)
    for (_, _, owners), members in groups.items():
        if not owners:
            continue  # a data set can lack them: whose filings these are is not known
        members.sort(key=lambda each: each.order)
        yield from _match_group(members, shared, settled or {})


def _match_group(
    members: list[Candidate], shared: Shared, settled: Mapping[str, str]
) -> Iterator[tuple[Candidate, Candidate]]:
    roots: dict[str, str] = {}
    for place, filing in enumerate(members):
        own = filing.accession_number
        if own in settled:
            roots[own] = settled[own]
            continue
        root = _root_of(filing, members[:place], roots, shared) if filing.amends else None
        roots[own] = root or own
        if root is not None:
            yield from ((each, filing) for each in members[:place] if roots[each.accession_number] == root)


def _root_of(amendment: Candidate, earlier: list[Candidate], roots: dict[str, str], shared: Shared) -> str | None:
    """The original that an amendment goes back to, itself or by earlier amendments; None if that is unclear."""
    if amendment.date_of_original_submission is None:
        same = {
            roots[each.accession_number]
            for each in earlier
            if each.period_of_report is not None and each.period_of_report == amendment.period_of_report
        }
        return same.pop() if len(same) == 1 else None
    ranked = [(rank, each) for each in earlier if (rank := _rank(amendment, each)) is not None]
    if not ranked:
        return None
    best = min(rank for rank, _ in ranked)
    tied = [each for rank, each in ranked if rank == best]
    tied = [each for each in tied if not each.amends] or tied
    if len({roots[each.accession_number] for each in tied}) == 1:
        return roots[tied[0].accession_number]
    likeness = {each.accession_number: shared(amendment, each) for each in tied}
    most = max(likeness.values())
    likest = {roots[accession] for accession, count in likeness.items() if count == most}
    return likest.pop() if len(likest) == 1 else None


def _rank(amendment: Candidate, earlier: Candidate) -> int | None:
    """How well an earlier filing fits the amendment's date of original submission, 1 best; None not at all."""
    original = amendment.date_of_original_submission
    if original is None:
        return None
    same_period = earlier.period_of_report is not None and earlier.period_of_report == amendment.period_of_report
    if earlier.filing_date == original:
        return 1 if same_period else 2
    if abs(earlier.filing_date - original) <= TOLERANCE:
        return 3 if same_period else 4
    if earlier.period_of_report is not None and abs(earlier.period_of_report - original) <= TOLERANCE:
        return 5
    if earlier.amends and same_period and earlier.date_of_original_submission == original:
        return 6  # both amend a filing that the lake has not
    return None

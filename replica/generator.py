"""A synthetic archive with known truth: the same bytes for the same seed, days and number of filings."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date
from random import Random

from ..tables import Filing
from . import generator_filing, people
from .archive import Archive, index_order, rows_of
from .generator_filing import VERSIONS, Slot
from .indexes import IndexRow
from .people import Company, Insider

_ORIGINAL_FORMS = {"4": 84, "3": 10, "5": 4}
_AMENDED_SHARE = 0.05
_OTHER_FORMS = ("8-K", "424B2", "497", "497K", "13F-HR", "485BPOS", "D", "FWP", "40-17G", "SC 13G/A", "10-Q", "425")
_ODD_NAMES = (
    "Protagenic Therapeutics, Inc.\\new",
    "180 DEGREES OF HARBORLIGHT CORP. /NY/",
    '"Quoted" Holdings, LLC',
    "&VEST-LIKE DOMESTIC FUND II LP",
    "Compañía Sintética S.A.",
    "ALDER  DOUBLE  SPACED FUND 3",
)
_Parties = tuple[Company, tuple[Insider, ...]]
_Key = tuple[str, int, frozenset[int]]


def generate_archive(seed: int, days: Sequence[date], filings: int, holidays: Collection[date] = ()) -> Archive:
    """An archive of `filings` ownership filings over `days`, the New York dates that have an index.

    `holidays` are weekdays without one. All six form types and, from about a hundred filings on, all schema versions
    occur. ValueError where there is no day, or a day is a holiday.
    """
    if not days:
        raise ValueError("an archive needs at least one day")
    rng = Random(seed)
    firms = people.companies(rng, min(3_000, max(20, filings // 6)))
    making = _Making(rng, firms)
    for slot in _slots(rng, sorted(set(days)), filings):
        making.add(slot)
    rows = {
        day: sorted([*making.rows.get(day, []), *_other_rows(rng, day, filings, len(days))], key=index_order)
        for day in days
    }
    archive = Archive(rows, making.submissions, frozenset(holidays), making.truth, making.amends)
    for accession_number, filing in archive.truth.items():
        filing.source_path = archive.path_of(accession_number)
    return archive


class _Making:
    """The filings made so far; an amendment needs to know them."""

    def __init__(self, rng: Random, firms: Sequence[Company]) -> None:
        self.rng = rng
        self.firms = firms
        self.rows: dict[date, list[IndexRow]] = {}
        self.submissions: dict[str, bytes] = {}
        self.truth: dict[str, Filing] = {}
        self.amends: dict[str, str] = {}
        self._parties: dict[str, _Parties] = {}
        self._originals: dict[str, list[Filing]] = {}
        self._times_filed: Counter[_Key] = Counter()
        self._amended: set[_Key] = set()

    def add(self, slot: Slot) -> None:
        """Make one filing. An amendment without anything to amend becomes an original."""
        amended = self._to_amend(slot.form_type[0]) if slot.form_type.endswith("/A") else None
        if amended is None:
            slot = replace(slot, form_type=slot.form_type[0])
            company, owners = self._new_parties(slot.form_type)
            filing = generator_filing.original(self.rng, slot, company, owners)
            self._times_filed[_key(filing)] += 1
            self._originals.setdefault(slot.form_type, []).append(filing)
        else:
            company, owners = self._parties[amended.accession_number]
            filing = generator_filing.amendment(self.rng, slot, amended, company.price)
            self.amends[slot.accession_number] = amended.accession_number
            self._amended.add(_key(amended))
        body = generator_filing.written(self.rng, filing, company, owners)
        filing.content_sha256 = hashlib.sha256(body).hexdigest()
        self.submissions[slot.accession_number] = body
        self.truth[slot.accession_number] = filing
        self._parties[slot.accession_number] = company, owners
        parties = [(company.cik, company.name), *((owner.cik, owner.name) for owner in owners)]
        self.rows.setdefault(slot.day, []).extend(rows_of(slot.accession_number, slot.form_type, slot.day, parties))

    def _to_amend(self, form: str) -> Filing | None:
        """An earlier filing that no other could be taken for: alone of its form, issuer and owners."""
        earlier = self._originals.get(form, [])
        for filing in self.rng.sample(earlier, min(50, len(earlier))):
            if self._times_filed[_key(filing)] == 1 and _key(filing) not in self._amended:
                return filing
        return None

    def _new_parties(self, form: str) -> _Parties:
        while True:
            company = self.rng.choice(self.firms)
            owners = _owners(self.rng, company)
            if (form, company.cik, frozenset(owner.cik for owner in owners)) not in self._amended:
                return company, owners


def _owners(rng: Random, company: Company) -> tuple[Insider, ...]:
    chance = rng.random()
    if chance < 0.94:
        return (rng.choice(company.insiders),)
    if chance < 0.95:
        return tuple({each.cik: each for each in rng.sample(company.insiders, 2)}.values())
    return (*rng.sample(company.funds, min(rng.choice((1, 1, 2, 3, 5, 9)), len(company.funds))), company.insiders[0])


def _key(filing: Filing) -> _Key:
    return filing.form_type, filing.issuer_cik or 0, frozenset(o.owner_cik or 0 for o in filing.reporting_owners)


def _slots(rng: Random, days: Sequence[date], filings: int) -> list[Slot]:
    """Every filing's number, form, day and schema version, in the order of filing."""
    forms = rng.choices(list(_ORIGINAL_FORMS), list(_ORIGINAL_FORMS.values()), k=filings)
    forms[:3] = ["4", "3", "5"][:filings]
    later = range(min(filings, 40), filings)
    for place in rng.sample(later, round(len(later) * _AMENDED_SHARE)):
        forms[place] = f"{forms[place]}/A"
    if filings >= 6:
        forms[-3:] = ["3/A", "4/A", "5/A"]
    versions = rng.choices(list(VERSIONS), list(VERSIONS.values()), k=filings)
    originals = [place for place, form in enumerate(forms) if not form.endswith("/A")]
    for place, version in zip(rng.sample(originals, min(len(VERSIONS), len(originals))), VERSIONS, strict=False):
        versions[place] = version
    filed = sorted(rng.choices(days, [rng.uniform(0.5, 1.8) for _ in days], k=filings))
    agents = [f"{number:010}" for number in rng.sample(range(9_100_000, 9_200_000), 25)]
    sequences: Counter[str] = Counter()
    slots = []
    for form, version, day in zip(forms, versions, filed, strict=True):
        agent = rng.choice(agents)
        sequences[agent] += rng.randint(1, 4)
        slots.append(Slot(f"{agent}-{day:%y}-{sequences[agent]:06}", form, day, version))
    return slots


def _other_rows(rng: Random, day: date, filings: int, days: int) -> list[IndexRow]:
    """Rows of other forms, which the archive lists and does not hold."""
    rows = []
    for number in range(max(len(_ODD_NAMES), filings // days // 2)):
        name = _ODD_NAMES[number] if number < len(_ODD_NAMES) else f"Unrelated Registrant {rng.randint(1, 9999)} Inc"
        cik = rng.randint(1_000, 999_999)
        accession_number = f"{cik:010}-{day:%y}-{rng.randint(1, 999_999):06}"
        rows += rows_of(accession_number, rng.choice(_OTHER_FORMS), day, [(cik, name)])
    return rows

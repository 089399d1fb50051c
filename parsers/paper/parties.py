"""Issuer, owners and period from the header of a submission: before 2003 the header alone says them without doubt."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from ...tables import ReportingOwner
from ..values import cik, day, fold

MOST_OWNERS = 1_000
"""Blocks read of one header; the largest joint filings name a few dozen."""

_LINE = re.compile(r"[ \t]*(?:<(?P<tag>/?[A-Z0-9-]+)>|(?P<label>[A-Z][A-Z0-9 -]{0,60}):)[ \t]*(?P<text>[^\r\n]*)")
_ISSUER_BLOCKS = frozenset({"SUBJECT COMPANY", "SUBJECT-COMPANY", "ISSUER"})
_OWNER_BLOCKS = frozenset({"REPORTING-OWNER", "REPORTING OWNER"})
_OTHER_BLOCKS = frozenset({"FILER", "FILED BY", "FILED-BY", "FILED FOR", "FILED-FOR"})
_NAMES = frozenset({"COMPANY CONFORMED NAME", "CONFORMED NAME", "CONFORMED-NAME"})
_CIKS = frozenset({"CENTRAL INDEX KEY", "CIK"})
_PERIODS = frozenset({"CONFORMED PERIOD OF REPORT", "PERIOD"})
_GROUPS = {
    "BUSINESS ADDRESS": "business",
    "BUSINESS-ADDRESS": "business",
    "MAIL ADDRESS": "mail",
    "MAIL-ADDRESS": "mail",
    "FORMER COMPANY": "former",
    "FORMER-COMPANY": "former",
    "FORMER NAME": "former",
    "FORMER-NAME": "former",
}
_ADDRESS = {
    "STREET 1": "street1",
    "STREET1": "street1",
    "STREET 2": "street2",
    "STREET2": "street2",
    "CITY": "city",
    "STATE": "state",
    "ZIP": "zip_code",
}
RELATIONSHIPS = {
    "DIRECTOR": "is_director",
    "OFFICER": "is_officer",
    "10% OWNER": "is_ten_percent_owner",
    "OTHER": "is_other",
}
"""The texts of the `<RELATIONSHIP>` lines of old headers (0001094891-00-000193), and the columns they are true of."""


@dataclass(slots=True)
class Party:
    """One block of a header: an issuer or an owner, with the addresses by their kind."""

    name: str | None = None
    cik_text: str | None = None
    relationships: list[str] = field(default_factory=list)
    addresses: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def cik(self) -> int | None:
        """The Central Index Key, None where there is none or its text is not one."""
        return cik(self.cik_text or "")[0]

    def owner(self, number: int) -> tuple[ReportingOwner, list[str]]:
        """The row of this owner, with the mail address before the business one, and relationships without a column."""
        address = self.addresses.get("mail") or self.addresses.get("business") or {}
        row = ReportingOwner(owner_number=number, owner_cik=self.cik, owner_name=self.name)
        for column, part in address.items():
            setattr(row, column, part)
        unknown: list[str] = []
        for text in self.relationships:
            flag = RELATIONSHIPS.get(text.upper())
            if flag is None:
                unknown.append(text)
            else:
                setattr(row, flag, True)
        return row, unknown


@dataclass(slots=True)
class Parties:
    """Who a header names: the issuers (one, if all is well), the owners in order, and the period as its text."""

    issuers: list[Party] = field(default_factory=list)
    owners: list[Party] = field(default_factory=list)
    period_text: str | None = None

    @property
    def period(self) -> date | None:
        """CONFORMED PERIOD OF REPORT, `YYYYMMDD`; None where it is absent or no date."""
        text = self.period_text or ""
        return day(f"{text[:4]}-{text[4:6]}-{text[6:]}")[0] if len(text) == 8 else None


def read_parties(header: bytes) -> Parties:
    """Read the blocks of a header, tab style or feed style."""
    result = Parties()
    party: Party | None = None
    group = ""
    for line in header.decode("latin-1").splitlines():
        match = _LINE.match(line)
        if match is None:
            continue
        name, text = match["tag"] or match["label"], fold(match["text"])
        if name in _ISSUER_BLOCKS or name in _OWNER_BLOCKS or name in _OTHER_BLOCKS:
            party, group = Party(), ""
            if name in _ISSUER_BLOCKS:
                result.issuers.append(party)
            elif name in _OWNER_BLOCKS and len(result.owners) < MOST_OWNERS:
                result.owners.append(party)
        elif name.startswith("/"):
            group = ""
        elif name in _GROUPS:
            group = _GROUPS[name]
        elif text and name in _PERIODS:
            result.period_text = result.period_text or text
        elif text and party is not None:
            _fill(party, group, name, text)
    return result


def _fill(party: Party, group: str, name: str, text: str) -> None:
    if group in ("business", "mail"):
        if name in _ADDRESS:
            party.addresses.setdefault(group, {}).setdefault(_ADDRESS[name], text)
    elif group == "former":
        return
    elif name in _NAMES:
        party.name = party.name or text
    elif name in _CIKS:
        party.cik_text = party.cik_text or text
    elif name == "RELATIONSHIP":
        party.relationships.append(text)

"""One synthetic filing: its header facts, owners and signatures around the rows, and how it is written."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from ..tables import (
    DerivativeHolding,
    DerivativeTransaction,
    Filing,
    NonDerivativeHolding,
    NonDerivativeTransaction,
    ReportingOwner,
    Signature,
)
from . import phrases
from .generator_rows import Rows
from .indexes import NEW_YORK
from .people import Company, Insider
from .render import XmlStyle, ownership_xml
from .sgml import Document, Header, Party, feed_submission, power_of_attorney, primary, submission

VERSIONS = {
    "X0508": 62,
    "X0407": 8,
    "X0306": 10,
    "X0607": 4,
    "X0609": 4,
    "X0101": 1,
    "X0201": 1,
    "X0202": 1,
    "X0203": 1,
    "X0204": 1,
    "X0206": 2,
    "X0301": 1,
    "X0302": 1,
    "X0303": 1,
    "X0304": 1,
    "X0305": 1,
}
"""The schema versions of ownership documents, 2003 to 2026, and how many of a hundred filings use each."""


@dataclass(frozen=True, slots=True)
class Slot:
    """What is decided about a filing before it is made. `day` is its filing date."""

    accession_number: str
    form_type: str
    day: date
    version: str


def original(rng: Random, slot: Slot, company: Company, owners: Sequence[Insider]) -> Filing:
    """A filing that amends nothing."""
    late = rng.randint(4, 60) if rng.random() < 0.03 else rng.randint(0, 2)
    rows = Rows(rng, slot.form_type, slot.version, company.price, slot.day - timedelta(days=late), slot.day)
    owns_nothing = slot.form_type == "3" and rng.random() < 0.12
    leaves = slot.form_type != "3" and rng.random() < 0.02
    if not owns_nothing and not leaves:
        rows.fill()
    filing = Filing(
        accession_number=slot.accession_number,
        form_type=slot.form_type,
        filing_date=slot.day,
        accepted_at=_accepted(rng, slot.day),
        period_of_report=rows.traded,
        issuer_cik=company.cik,
        issuer_name=company.name,
        issuer_trading_symbol=company.symbol,
        ticker=company.ticker,
        owner_count=len(owners),
        schema_version=slot.version,
        source_format="xml",
        parse_mode="strict",
        reporting_owners=[_owner(rng, slot, number, owner) for number, owner in enumerate(owners, 1)],
    )
    if slot.version >= "X0607" and rng.random() < 0.1:
        filing.issuer_foreign_trading_symbol = f"{company.ticker or 'ABC'}.L"
    _flags(rng, filing, owns_nothing=owns_nothing, leaves=leaves)
    _take_rows(filing, rows)
    _sign(rng, filing)
    if leaves:
        filing.remarks = phrases.EXIT_REMARKS
    elif rng.random() < 0.12:
        filing.remarks = rng.choice(phrases.REMARKS)
    return filing


def amendment(rng: Random, slot: Slot, amended: Filing, price: float) -> Filing:
    """An amendment of a filing in the archive: a number corrected, or holdings alone.

    Issuer, owners and schema version are those of the amended filing. `price` is about what a share costs.
    """
    filing = copy.deepcopy(amended)
    filing.accession_number = slot.accession_number
    filing.form_type = slot.form_type
    filing.filing_date = slot.day
    filing.accepted_at = _accepted_after(rng, slot.day, amended)
    filing.date_of_original_submission = amended.filing_date
    filing.no_securities_owned = False if filing.no_securities_owned else filing.no_securities_owned
    if rng.random() < 0.25 or not _correct(rng, filing):
        rows = Rows(rng, slot.form_type[0], filing.schema_version or "", price, slot.day, slot.day)
        rows.add_holdings_only()
        filing.non_derivative_transactions = []
        filing.derivative_transactions = []
        _take_rows(filing, rows)
    filing.remarks = "Amended to correct the number of securities reported, which was misstated."
    _sign(rng, filing)
    return filing


def written(rng: Random, filing: Filing, company: Company, owners: Sequence[Insider]) -> bytes:
    """The submission file of a filing; the dissemination feed's style takes the acceptance time from the truth."""
    pem, feed = rng.random() < 0.04, rng.random() < 0.02
    if feed:
        filing.accepted_at = None
    document = primary(filing.form_type, f"form{filing.form_type[0]}.xml", ownership_xml(filing, _style(rng)))
    header = Header(
        accession_number=filing.accession_number,
        form_type=filing.form_type,
        filing_date=filing.filing_date or date.min,
        period_of_report=filing.period_of_report,
        accepted_at=filing.accepted_at,
        parties=_parties(rng, company, owners),
    )
    documents = _documents(rng, document, owners[0].name)
    return feed_submission(header, documents) if feed else submission(header, documents, pem=pem)


def _documents(rng: Random, document: Document, name: str) -> list[Document]:
    chance = rng.random()
    if chance < 0.08:
        return [document, power_of_attorney(name)]
    if chance < 0.09:
        return [power_of_attorney(name), document]
    return [document]


def _parties(rng: Random, company: Company, owners: Sequence[Insider]) -> tuple[Party, ...]:
    place = company.address
    issuer = Party(
        cik=company.cik,
        name=company.name,
        issuer=True,
        industry=company.industry,
        sic=company.sic,
        phone=company.phone,
        street=place.street,
        city=place.city,
        state=place.state,
        zip_code=place.zip_code,
        fiscal_year_end="1231",
    )
    filers = [
        Party(
            cik=owner.cik,
            name=owner.name,
            issuer=False,
            street=owner.address.street,
            city=owner.address.city,
            state=owner.address.state,
            zip_code=owner.address.zip_code,
        )
        for owner in owners
    ]
    return (issuer, *filers) if rng.random() < 0.6 else (*filers, issuer)


def _style(rng: Random) -> XmlStyle:
    return XmlStyle(
        words=rng.random() < 0.3,
        date_offset=rng.choices(("", "-05:00", "Z"), (94, 5, 1))[0],
        empty_elements=rng.random() < 0.5,
        empty_tables=rng.random() < 0.2,
        timeliness=rng.choices(("absent", "empty", "empty value"), (50, 10, 40))[0],
        character_references=rng.random() < 0.7,
        loose=rng.random() < 0.15,
        markup=rng.random() < 0.02,
        flush=rng.random() < 0.05,
    )


def _owner(rng: Random, slot: Slot, number: int, insider: Insider) -> ReportingOwner:
    owner = ReportingOwner(
        owner_number=number,
        owner_cik=insider.cik,
        owner_name=insider.name,
        is_director=insider.director,
        is_officer=insider.title is not None,
        is_ten_percent_owner=insider.ten_percent,
        is_other=not (insider.director or insider.title or insider.ten_percent),
        officer_title=insider.title,
    )
    if owner.is_other:
        owner.other_text = "Former director"
    if rng.random() < 0.15:
        for flag in ("is_director", "is_officer", "is_ten_percent_owner", "is_other"):
            setattr(owner, flag, getattr(owner, flag) or None)
    if rng.random() < 0.97:
        place = insider.address
        owner.street1, owner.city, owner.state, owner.zip_code = place.street, place.city, place.state, place.zip_code
        owner.state_description = place.description
        if rng.random() < 0.3:
            owner.street2 = "C/O CORPORATE SECRETARY & LEGAL"
        if slot.version >= "X0607":
            owner.non_us_address = place.country is not None
            owner.country, owner.non_us_state_territory = place.country, place.territory
    return owner


def _flags(rng: Random, filing: Filing, *, owns_nothing: bool, leaves: bool) -> None:
    form = filing.form_type[0]
    said = rng.random() < 0.7
    if form == "3":
        filing.no_securities_owned = owns_nothing if owns_nothing or said else None
        return
    filing.not_subject_to_section16 = leaves if leaves or said else None
    if form == "5":
        filing.form3_holdings_reported = rng.random() < 0.3
        filing.form4_transactions_reported = rng.random() < 0.4
    if (filing.schema_version or "") >= "X0407" and rng.random() < 0.97:
        filing.aff10b5_one = rng.random() < 0.12


def _take_rows(filing: Filing, rows: Rows) -> None:
    one, two = rows.table_one, rows.table_two
    filing.non_derivative_transactions = [row for row in one if isinstance(row, NonDerivativeTransaction)]
    filing.non_derivative_holdings = [row for row in one if isinstance(row, NonDerivativeHolding)]
    filing.derivative_transactions = [row for row in two if isinstance(row, DerivativeTransaction)]
    filing.derivative_holdings = [row for row in two if isinstance(row, DerivativeHolding)]
    filing.footnotes = rows.footnotes
    filing.footnote_count = len(rows.footnotes)
    dates = [row.transaction_date for row in _transactions(filing)]
    filing.period_of_report = min((day for day in dates if day), default=filing.period_of_report)


def _transactions(filing: Filing) -> list[NonDerivativeTransaction | DerivativeTransaction]:
    return [*filing.non_derivative_transactions, *filing.derivative_transactions]


def _correct(rng: Random, filing: Filing) -> bool:
    """Put one amount right; whether there was one to put right."""
    for row in _transactions(filing):
        if row.transaction_shares is not None:
            row.transaction_shares += rng.randint(1, 500)
            return True
    for held in filing.non_derivative_holdings:
        if held.shares_owned_following_transaction is not None:
            held.shares_owned_following_transaction += Decimal(rng.randint(1, 500))
            return True
    return False


def _sign(rng: Random, filing: Filing) -> None:
    names = [owner.owner_name for owner in filing.reporting_owners]
    if rng.random() < 0.3:
        names = names[:1]
    day = (filing.filing_date or date.min) - timedelta(days=rng.choice((0, 0, 0, 1)))
    agent = rng.choice(("/s/ {}", "{}", "/s/ Prudence Hollis, Attorney-in-Fact for {}", "/s/ {} & Co, as agent"))
    filing.signatures = [
        Signature(signature_number=number, signature_name=agent.format(name), signature_date=day)
        for number, name in enumerate(names, 1)
    ]


def _accepted(rng: Random, day: date) -> datetime:
    seconds = rng.choice((rng.randint(6 * 3600, 16 * 3600), rng.randint(16 * 3600, 22 * 3600 - 1)))
    clock = time(seconds // 3600, seconds // 60 % 60, seconds % 60, tzinfo=NEW_YORK)
    return datetime.combine(day, clock)


def _accepted_after(rng: Random, day: date, amended: Filing) -> datetime:
    if amended.filing_date != day or amended.accepted_at is None:
        return _accepted(rng, day)
    left = datetime.combine(day, time(21, 59, 59, tzinfo=NEW_YORK)) - amended.accepted_at
    return amended.accepted_at + timedelta(seconds=round(left.total_seconds() * rng.random()))

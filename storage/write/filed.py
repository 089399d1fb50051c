"""What matching amendments needs of a filing and of its rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal

FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)

TRANSACTIONS = ("non_derivative_transactions", "derivative_transactions")
HOLDINGS = ("non_derivative_holdings", "derivative_holdings")


@dataclass(frozen=True, slots=True)
class FiledRow:
    """A row of one of the four tables of transactions and holdings; NULLs are None."""

    table: str
    number: int
    security: str | None
    """The class that its title names, folded as the macro `security_class` does."""
    day: date | None = None
    code: str | None = None
    acquired: str | None = None
    """A or D."""
    shares: Decimal | None = None
    """Shares of the transaction, or its total value."""
    price: Decimal | None = None
    owned: Decimal | None = None
    """Shares owned afterwards, or their value."""
    ownership: str | None = None
    """D or I."""
    nature: str = ""
    """Nature of the indirect ownership, lower case, with the texts of its footnotes."""
    strike: Decimal | None = None
    expiry: date | None = None
    underlying: Decimal | None = None
    notes: str = ""
    """The texts of all its footnotes."""

    @property
    def is_transaction(self) -> bool:
        """Whether it is not a holding."""
        return self.table in TRANSACTIONS


@dataclass(slots=True)
class FiledReport:
    """A filing, with its rows."""

    accession_number: str
    form_type: str
    filing_date: date
    accepted_at: datetime | None
    period_of_report: date | None
    date_of_original_submission: date | None
    issuer_cik: int | None
    owners: frozenset[str]
    """CIKs of the owners as text; where a data set lacks the owners, the names under the filing instead."""
    text: str = ""
    """Its remarks and footnotes."""
    rows: list[FiledRow] = field(default_factory=list)

    @property
    def amends(self) -> bool:
        """Whether the filing is an amendment."""
        return self.form_type.endswith("/A")

    @property
    def family(self) -> str:
        """3, 4 or 5."""
        return self.form_type[0]

    @property
    def order(self) -> tuple[date, datetime, str]:
        """Its place among filings in time; where the hour is not known, an amendment comes last on its day."""
        unknown = LAST if self.amends else FIRST
        return (self.filing_date, self.accepted_at or unknown, self.accession_number)

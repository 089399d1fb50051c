"""The one declaration of the lake's tables: what a row of each holds, column by column, with its SQL type.

Each table is a data class; a field is a column when its type is one of the aliases below (`Text`, `Amount`, …), and the
text given to `doc()` is what the column means. Parser, storage, documentation and tests all read this file.

Source of names and meanings: EDGAR Ownership XML Technical Specification, version 3, section 3.5; elements added by
later schemas (X0407: aff10b5One; X0607: the foreign address and symbol elements) are named where they stand.

Rules that hold in every table: NULL (None) means that the filing does not say, never 0, False or ''. Amounts are exact
decimals of up to 4 places. A column ending in `_fn` holds the ids of the footnotes on the field before it, in document
order, joined by a comma (`F1,F3`).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, get_args, get_origin

OWNERSHIP_FORMS = ("3", "3/A", "4", "4/A", "5", "5/A")
"""The six ownership form types, exactly as EDGAR's indexes spell them (specification, section 3.6.6)."""

OPEN = "open"
"""The state of an index date whose index is not read yet, and whose filings come from the current feed."""

Text = Annotated[str | None, "VARCHAR"]
Amount = Annotated[Decimal | None, "DECIMAL(20,4)"]
Day = Annotated[date | None, "DATE"]
Instant = Annotated[datetime | None, "TIMESTAMPTZ"]
"""A point in time; the Python value always carries its time zone."""
Flag = Annotated[bool | None, "BOOLEAN"]
Cik = Annotated[int | None, "BIGINT"]
Count = Annotated[int | None, "SMALLINT"]
Whole = Annotated[int | None, "INTEGER"]
Accession = Annotated[str, "VARCHAR"]
"""An accession number with its dashes, `0001127602-24-024579`; '' only where no source gave one."""
Name = Annotated[str, "VARCHAR"]
FormType = Annotated[str, "VARCHAR"]
IndexDate = Annotated[date, "DATE"]
Moment = Annotated[datetime, "TIMESTAMPTZ"]
Ordinal = Annotated[int, "SMALLINT"]
Number = Annotated[int, "INTEGER"]
Total = Annotated[int, "BIGINT"]


def doc(text: str) -> Any:
    """A nullable column, NULL unless set, and what it means."""
    return field(default=None, metadata={"doc": text})


def fn(of: str) -> Any:
    """The footnote ids attached to the column `of`."""
    return field(default=None, metadata={"doc": f"Ids of the footnotes on {of}, in document order, joined by a comma."})


def required(text: str) -> Any:
    """A column that is never NULL, and what it means."""
    return field(metadata={"doc": text})


def rows() -> Any:
    """The child rows of a filing: a list, no column."""
    return field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class ReportingOwner:
    """One row for each owner of a filing; joint filings have up to ten, and none of them is the primary one."""

    owner_number: Ordinal = required("Position of the owner in the filing, from 1.")
    owner_cik: Cik = doc("The owner's Central Index Key (rptOwnerCik).")
    owner_name: Text = doc("The owner's name as EDGAR conformed it (rptOwnerName).")
    street1: Text = doc("First line of the address (rptOwnerStreet1).")
    street2: Text = doc("Second line of the address (rptOwnerStreet2).")
    city: Text = doc("City (rptOwnerCity).")
    state: Text = doc("EDGAR's two-character state or country code (rptOwnerState).")
    zip_code: Text = doc("Postal code (rptOwnerZipCode).")
    state_description: Text = doc("The state or country in words (rptOwnerStateDescription).")
    country: Text = doc("Country code (rptOwnerCountry, X0607 and later).")
    non_us_address: Flag = doc("Whether the address is outside the US (rptOwnerNonUSAddressFlag, X0607 and later).")
    non_us_state_territory: Text = doc("State or territory abroad (rptOwnerNonUSStateTerritory, X0607 and later).")
    is_director: Flag = doc("Director of the issuer (isDirector).")
    is_officer: Flag = doc("Officer of the issuer (isOfficer).")
    is_ten_percent_owner: Flag = doc("Holder of more than ten per cent (isTenPercentOwner).")
    is_other: Flag = doc("Some other relationship (isOther); other_text says which.")
    officer_title: Text = doc("Title of the officer (officerTitle).")
    other_text: Text = doc("The other relationship in words (otherText).")


@dataclass(slots=True, kw_only=True)
class NonDerivativeTransaction:
    """One row for each transaction of Table I."""

    row_number: Ordinal = required("Position in Table I, from 1, transactions and holdings counted together.")
    security_title: Text = doc("Title of the security.")
    security_title_fn: Text = fn("security_title")
    transaction_date: Day = doc("Date of the transaction.")
    transaction_date_fn: Text = fn("transaction_date")
    deemed_execution_date: Day = doc("Deemed execution date, where there is one.")
    deemed_execution_date_fn: Text = fn("deemed_execution_date")
    transaction_form_type: Text = doc("The form the transaction is reported on, 4 or 5; may differ from the filing's.")
    transaction_code: Text = doc("Transaction code, one letter: P purchase, S sale, A award, … (section 3.6.9).")
    equity_swap_involved: Flag = doc("Whether an equity swap is involved (code K).")
    transaction_coding_fn: Text = fn("the coding (form type, code, equity swap)")
    transaction_timeliness: Text = doc("E early, L late; NULL on time.")
    transaction_timeliness_fn: Text = fn("transaction_timeliness")
    transaction_shares: Amount = doc("Number of shares acquired or disposed of.")
    transaction_shares_fn: Text = fn("transaction_shares")
    transaction_price_per_share: Amount = doc("Price per share in US dollars; NULL where a footnote alone gives it.")
    transaction_price_per_share_fn: Text = fn("transaction_price_per_share")
    transaction_acquired_disposed_code: Text = doc("A acquired, D disposed of.")
    transaction_acquired_disposed_code_fn: Text = fn("transaction_acquired_disposed_code")
    shares_owned_following_transaction: Amount = doc("Shares beneficially owned after the reported transactions.")
    shares_owned_following_transaction_fn: Text = fn("shares_owned_following_transaction")
    value_owned_following_transaction: Amount = doc("The value owned afterwards, where value is reported, not shares.")
    value_owned_following_transaction_fn: Text = fn("value_owned_following_transaction")
    direct_or_indirect_ownership: Text = doc("D direct, I indirect.")
    direct_or_indirect_ownership_fn: Text = fn("direct_or_indirect_ownership")
    nature_of_ownership: Text = doc("Nature of the indirect ownership, in words.")
    nature_of_ownership_fn: Text = fn("nature_of_ownership")


@dataclass(slots=True, kw_only=True)
class DerivativeTransaction:
    """One row for each transaction of Table II."""

    row_number: Ordinal = required("Position in Table II, from 1, transactions and holdings counted together.")
    security_title: Text = doc("Title of the derivative security.")
    security_title_fn: Text = fn("security_title")
    conversion_or_exercise_price: Amount = doc("Conversion or exercise price in US dollars.")
    conversion_or_exercise_price_fn: Text = fn("conversion_or_exercise_price")
    transaction_date: Day = doc("Date of the transaction.")
    transaction_date_fn: Text = fn("transaction_date")
    deemed_execution_date: Day = doc("Deemed execution date, where there is one.")
    deemed_execution_date_fn: Text = fn("deemed_execution_date")
    transaction_form_type: Text = doc("The form the transaction is reported on, 4 or 5; may differ from the filing's.")
    transaction_code: Text = doc("Transaction code, one letter: M exercise, C conversion, A award, … (section 3.6.9).")
    equity_swap_involved: Flag = doc("Whether an equity swap is involved (code K).")
    transaction_coding_fn: Text = fn("the coding (form type, code, equity swap)")
    transaction_timeliness: Text = doc("E early, L late; NULL on time.")
    transaction_timeliness_fn: Text = fn("transaction_timeliness")
    transaction_shares: Amount = doc("Number of derivative securities acquired or disposed of.")
    transaction_shares_fn: Text = fn("transaction_shares")
    transaction_total_value: Amount = doc("Total value of the transaction, where value is reported, not a number.")
    transaction_total_value_fn: Text = fn("transaction_total_value")
    transaction_price_per_share: Amount = doc(
        "Price of one derivative security in US dollars; NULL if a footnote has it."
    )
    transaction_price_per_share_fn: Text = fn("transaction_price_per_share")
    transaction_acquired_disposed_code: Text = doc("A acquired, D disposed of.")
    transaction_acquired_disposed_code_fn: Text = fn("transaction_acquired_disposed_code")
    exercise_date: Day = doc("Date from which it can be exercised; NULL where a footnote alone gives it.")
    exercise_date_fn: Text = fn("exercise_date")
    expiration_date: Day = doc("Date it expires; NULL where a footnote alone gives it.")
    expiration_date_fn: Text = fn("expiration_date")
    underlying_security_title: Text = doc("Title of the underlying security.")
    underlying_security_title_fn: Text = fn("underlying_security_title")
    underlying_security_shares: Amount = doc("Number of underlying shares.")
    underlying_security_shares_fn: Text = fn("underlying_security_shares")
    underlying_security_value: Amount = doc("Value of the underlying security, where value is reported, not shares.")
    underlying_security_value_fn: Text = fn("underlying_security_value")
    shares_owned_following_transaction: Amount = doc("Derivative securities owned after the reported transactions.")
    shares_owned_following_transaction_fn: Text = fn("shares_owned_following_transaction")
    value_owned_following_transaction: Amount = doc(
        "The value owned afterwards, where value is reported, not a number."
    )
    value_owned_following_transaction_fn: Text = fn("value_owned_following_transaction")
    direct_or_indirect_ownership: Text = doc("D direct, I indirect.")
    direct_or_indirect_ownership_fn: Text = fn("direct_or_indirect_ownership")
    nature_of_ownership: Text = doc("Nature of the indirect ownership, in words.")
    nature_of_ownership_fn: Text = fn("nature_of_ownership")


@dataclass(slots=True, kw_only=True)
class NonDerivativeHolding:
    """One row for each holding of Table I."""

    row_number: Ordinal = required("Position in Table I, from 1, transactions and holdings counted together.")
    security_title: Text = doc("Title of the security.")
    security_title_fn: Text = fn("security_title")
    transaction_form_type: Text = doc("3 for a holding that belongs on a Form 3, reported on a Form 5.")
    transaction_coding_fn: Text = fn("the coding (form type)")
    shares_owned_following_transaction: Amount = doc("Shares beneficially owned.")
    shares_owned_following_transaction_fn: Text = fn("shares_owned_following_transaction")
    value_owned_following_transaction: Amount = doc("The value owned, where value is reported, not shares.")
    value_owned_following_transaction_fn: Text = fn("value_owned_following_transaction")
    direct_or_indirect_ownership: Text = doc("D direct, I indirect.")
    direct_or_indirect_ownership_fn: Text = fn("direct_or_indirect_ownership")
    nature_of_ownership: Text = doc("Nature of the indirect ownership, in words.")
    nature_of_ownership_fn: Text = fn("nature_of_ownership")


@dataclass(slots=True, kw_only=True)
class DerivativeHolding:
    """One row for each holding of Table II."""

    row_number: Ordinal = required("Position in Table II, from 1, transactions and holdings counted together.")
    security_title: Text = doc("Title of the derivative security.")
    security_title_fn: Text = fn("security_title")
    conversion_or_exercise_price: Amount = doc("Conversion or exercise price in US dollars.")
    conversion_or_exercise_price_fn: Text = fn("conversion_or_exercise_price")
    transaction_form_type: Text = doc("3 for a holding that belongs on a Form 3, reported on a Form 5.")
    transaction_coding_fn: Text = fn("the coding (form type)")
    exercise_date: Day = doc("Date from which it can be exercised; NULL where a footnote alone gives it.")
    exercise_date_fn: Text = fn("exercise_date")
    expiration_date: Day = doc("Date it expires; NULL where a footnote alone gives it.")
    expiration_date_fn: Text = fn("expiration_date")
    underlying_security_title: Text = doc("Title of the underlying security.")
    underlying_security_title_fn: Text = fn("underlying_security_title")
    underlying_security_shares: Amount = doc("Number of underlying shares.")
    underlying_security_shares_fn: Text = fn("underlying_security_shares")
    underlying_security_value: Amount = doc("Value of the underlying security, where value is reported, not shares.")
    underlying_security_value_fn: Text = fn("underlying_security_value")
    shares_owned_following_transaction: Amount = doc("Derivative securities owned.")
    shares_owned_following_transaction_fn: Text = fn("shares_owned_following_transaction")
    value_owned_following_transaction: Amount = doc("The value owned, where value is reported, not a number.")
    value_owned_following_transaction_fn: Text = fn("value_owned_following_transaction")
    direct_or_indirect_ownership: Text = doc("D direct, I indirect.")
    direct_or_indirect_ownership_fn: Text = fn("direct_or_indirect_ownership")
    nature_of_ownership: Text = doc("Nature of the indirect ownership, in words.")
    nature_of_ownership_fn: Text = fn("nature_of_ownership")


@dataclass(slots=True, kw_only=True)
class Footnote:
    """One row for each footnote of a filing."""

    footnote_id: Name = required("The id that `_fn` columns name, F1 to F99.")
    footnote_text: Text = doc("The whole text; markup inside it flattened.")


@dataclass(slots=True, kw_only=True)
class Signature:
    """One row for each signature of a filing; the form does not say which owner signed."""

    signature_number: Ordinal = required("Position of the signature in the filing, from 1.")
    signature_name: Text = doc("The signature as typed (signatureName).")
    signature_date: Day = doc("Date of the signature (signatureDate).")


@dataclass(slots=True, kw_only=True)
class ParseIssue:
    """One row for each thing in a filing that could not be typed as filed, or was typed and is doubtful."""

    table_name: Name = required("The table that the field belongs to.")
    row_number: Count = doc("The row's ordinal in that table; NULL for the filing itself.")
    column_name: Text = doc("The column, where one can be named.")
    raw_value: Text = doc("The text as filed.")
    reason: Name = required("What is wrong with it, in words.")


@dataclass(slots=True, kw_only=True)
class Filing:
    """One row for each accession, with its rows in the other tables as lists."""

    accession_number: Accession = required("EDGAR's number of the filing, from its header or else its file name.")
    form_type: FormType = required("documentType: 3, 3/A, 4, 4/A, 5 or 5/A.")
    filing_date: Day = doc("The header's FILED AS OF DATE; in the lake the index's date where the header has none.")
    accepted_at: Instant = doc("The header's ACCEPTANCE-DATETIME, which is New York wall time.")
    period_of_report: Day = doc("Date of the earliest transaction, event or fiscal year end (periodOfReport).")
    date_of_original_submission: Day = doc("Amendments only: when the amended filing was made, as the filer says.")
    no_securities_owned: Flag = doc("Form 3: the owner owns no securities of the issuer (noSecuritiesOwned).")
    not_subject_to_section16: Flag = doc("The exit box: no longer subject to Section 16 (notSubjectToSection16).")
    form3_holdings_reported: Flag = doc("Form 5: holdings that a Form 3 should have had (form3HoldingsReported).")
    form4_transactions_reported: Flag = doc(
        "Form 5: transactions a Form 4 should have had (form4TransactionsReported)."
    )
    aff10b5_one: Flag = doc("Made under a Rule 10b5-1 plan, by the box (aff10b5One, since 2023-04; NULL before).")
    issuer_cik: Cik = doc("The issuer's Central Index Key: what was traded, whatever CIK the file's path has.")
    issuer_name: Text = doc("The issuer's name (issuerName).")
    issuer_trading_symbol: Text = doc("Trading symbol as filed (issuerTradingSymbol).")
    issuer_foreign_trading_symbol: Text = doc("Trading symbol abroad (issuerForeignTradingSymbol, X0607 and later).")
    ticker: Text = doc("The symbol normalised: upper case, exchange prefix and brackets off, the first of several.")
    owner_count: Count = doc("How many reporting owners the filing has.")
    footnote_count: Count = doc("How many footnotes the filing has.")
    remarks: Text = doc("Remarks of the filer.")
    schema_version: Text = doc("Schema of the XML, X0101 to X0609; NULL where there is no XML.")
    source_format: Text = doc("What the rows were read from: xml, html, text or dataset.")
    parse_mode: Text = doc("strict, or recovered where broken markup was repaired.")
    source_path: Text = doc("Path below /Archives/: edgar/data/….txt.")
    content_sha256: Text = doc("SHA-256 of the raw bytes, hexadecimal.")
    parser_version: Whole = doc("Version of the parser that made these rows; raised whenever its output changes.")

    reporting_owners: list[ReportingOwner] = rows()
    non_derivative_transactions: list[NonDerivativeTransaction] = rows()
    derivative_transactions: list[DerivativeTransaction] = rows()
    non_derivative_holdings: list[NonDerivativeHolding] = rows()
    derivative_holdings: list[DerivativeHolding] = rows()
    footnotes: list[Footnote] = rows()
    signatures: list[Signature] = rows()
    parse_issues: list[ParseIssue] = rows()


@dataclass(slots=True, kw_only=True)
class QuarantinedFiling:
    """One row for each filing that could not be fetched or parsed; the row leaves when a later try succeeds."""

    accession_number: Accession = required("EDGAR's number of the filing.")
    filing_date: IndexDate = required("Date Filed of the index.")
    form_type: FormType = required("Form type of the index.")
    source_path: Name = required("Path below /Archives/.")
    stage: Name = required("Where it failed: fetch or parse.")
    reason: Name = required("Why, in words.")
    attempts: Number = required("How many runs have tried.")
    first_seen: Moment = required("When it failed first.")
    last_tried: Moment = required("When it failed last.")


@dataclass(slots=True, kw_only=True)
class Amendment:
    """One row for each amendment and each filing that it amends; one without such a filing where none was found."""

    accession_number: Accession = required("The amendment.")
    filing_date: IndexDate = required("Its filing date.")
    issuer_cik: Cik = doc("Its issuer.")
    amends: Text = doc("The original filing that it amends, itself or by way of earlier amendments; NULL: none found.")
    amends_filing_date: Day = doc("The original's filing date.")
    rows_in_common: Count = doc("Rows of the amendment that the original, or an amendment of it, has too.")
    same_period: Flag = doc("Whether their periods of report are the same.")
    same_date: Flag = doc("Whether the typed date of original submission is the original's, or an amendment's of it.")
    by_text: Flag = doc("Whether only its text says what it changes: it has no rows, or says that the report is void.")
    unmatched: Text = doc("Why no original was found; NULL where one was.")


@dataclass(slots=True, kw_only=True)
class SupersededRow:
    """One row for each row that an amendment replaces, and one for each filing of which no row stands any more."""

    accession_number: Accession = required("The filing whose row is replaced.")
    filing_date: IndexDate = required("Its filing date.")
    issuer_cik: Cik = doc("Its issuer.")
    table_name: Text = doc("The table of the row; NULL: the filing as a whole, no row of it stands.")
    row_number: Count = doc("The row's ordinal in that table; NULL for the filing as a whole.")
    superseded_by: Accession = required("The accession number of the amendment.")
    superseded_by_row: Count = doc("The amendment's row in the same table; NULL where it has none instead.")
    superseded_on: Day = doc("The amendment's filing date.")
    reason: Name = required(
        "corrected: another row stands instead; restated: the same row, repeated; withdrawn: left out of a restated "
        "table. Older lakes say of a filing as a whole: amended; holdings amended, its transactions stand."
    )


@dataclass(slots=True, kw_only=True)
class IndexEntry:
    """One row for each ownership filing that a daily index lists: what the lake must hold to be complete."""

    accession_number: Accession = required("EDGAR's number of the filing.")
    filing_date: IndexDate = required("Date Filed of the index row.")
    index_date: IndexDate = required("Date of the daily index that lists it; Date Filed if only the quarter's does.")
    form_type: FormType = required("Form type of the index row.")
    company_name: Text = doc("Company name of the first row that lists it: the issuer's or an owner's.")
    source_path: Name = required("Path below /Archives/.")
    delisted_at: Instant = doc(
        "When a later reading of the same index, or of the quarter's, no longer listed it; NULL while listed."
    )


@dataclass(slots=True, kw_only=True)
class IndexDay:
    """One row for each day whose daily index was looked for."""

    index_date: IndexDate = required("Date of the daily index.")
    state: Name = required(
        "whole: read to its end; damaged: it could not be read, or not all of it; not published: it was not there yet; "
        "open: not read yet, its filings are those of the current feed; holiday: EDGAR was closed; no index: a "
        "business day of which EDGAR has none."
    )
    forms: Text = doc("The form types taken from it, joined by a comma; NULL where there is no index.")
    read_at: Moment = required("When it was read last.")
    source_path: Text = doc("Path of the index below /Archives/, daily or the quarter's; NULL where there is none.")
    content_sha256: Text = doc("SHA-256 of the index's bytes, hexadecimal; NULL where there is none.")
    etag: Text = doc("The ETag that EDGAR sent with it; the next reading asks only for another edition.")
    last_modified: Instant = doc("The Last-Modified that EDGAR sent with it.")
    problem: Text = doc("What could not be read of a damaged index.")
    readings: Whole = doc("How many readings in a row found this edition of a damaged index; else NULL.")


@dataclass(slots=True, kw_only=True)
class DatasetRead:
    """One row for each quarter whose data set was read: the SEC's own flattening of its filings."""

    quarter: Name = required("The quarter, as 2024Q1.")
    filings: Number = required("Filings that it holds, those among them that the lake has exactly.")
    read_at: Moment = required("When it was read.")
    source_path: Name = required("Where the zip is below the SEC's address.")
    content_sha256: Name = required("SHA-256 of the zip's bytes, hexadecimal.")
    etag: Text = doc("The ETag that the SEC sent with it.")
    last_modified: Instant = doc("The Last-Modified that the SEC sent with it.")
    forms: Text = doc("The form types taken from it, joined by a comma.")
    parser_version: Whole = doc("Version of the data sets' parser that read it.")
    problem: Text = doc("What could not be read of it; NULL where all of it was.")


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCoverage:
    """One row for each day that the lake must answer for: the view `coverage`."""

    index_date: IndexDate = required("Date of the daily index.")
    state: Name = required(
        "whole: the index was read to its end and every filing is stored or in quarantine; partial: filings are "
        "missing, or only a data set knows the day and lacks what was filed after 17:30, or is cut; damaged: the index "
        "could not be read, or not all of it; not published: looked for, and not there yet; open: not read yet, the "
        "filings are those that `form4 watch` found; no index: a business day of which EDGAR has none; "
        "holiday: EDGAR was closed; from a data set: never read, its quarter's data set is in the lake; "
        "never read: nothing is known of it."
    )
    forms: Text = required(
        "The form types taken from the index, or from the data set that has the day, joined by a comma."
    )
    expected: Total = required(
        "Filings that the index lists, of the forms taken, and still listed when it was read last; of a day that was "
        "never read: those of that filing date that the lake knows."
    )
    stored: Total = required("Those that the lake holds exactly, under whatever index date.")
    quarantined: Total = required("Those in quarantine: fetching or parsing failed.")
    missing: Total = required("Those that are neither: expected - stored - quarantined.")
    from_datasets: Total = required(
        "Those quarantined or missing that the lake has from the SEC's data sets, rounded to two decimals."
    )


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, its SQL type, whether it may be NULL, and what it means."""

    name: str
    sql_type: str
    nullable: bool
    doc: str


class Kind(Enum):
    """What the rows of a table belong to, and so what replaces them."""

    FILING = "a stored filing"
    AMENDMENT = "filings of which one amends another"
    INDEX = "a day of EDGAR's index"
    DATASET = "a data set of the SEC's"
    LAKE = "the lake itself"


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its name, the data class of a row, its columns, and how its rows are told apart, kept and found."""

    name: str
    record: type
    kind: Kind
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    """The columns that identify a row."""
    sort: tuple[str, ...]
    """The order of rows in a Parquet file, total but for rows that are equal."""
    doc: str
    gathered: tuple[Column, ...] = ()
    """Columns that its Parquet files have besides, gathered from the filing's rows of other tables: no query has to
    gather them first, however it chooses filings."""
    kept: tuple[Column, ...] = ()
    """Columns that its Parquet files have besides, filled by the commit that first brings a row of that key: later ones
    of the row keep them."""
    bloom: tuple[str, ...] = ()
    """Columns with a Bloom filter: rows are looked up by them in files sorted by issuer, where the statistics of a row
    group would skip nothing."""

    @property
    def stored(self) -> tuple[Column, ...]:
        """The columns of its Parquet files."""
        return self.columns + self.gathered + self.kept

    @property
    def of_filing(self) -> bool:
        """Whether its rows belong to one stored filing and are replaced with it."""
        return self.kind is Kind.FILING

    @property
    def replaced_by(self) -> tuple[str, ...]:
        """The columns whose values say which rows a new row replaces: all of its filing's, or those of its key, without
        columns that may be NULL."""
        if self.of_filing:
            return ("accession_number",)
        given = {each.name for each in self.columns if not each.nullable}
        return tuple(each for each in self.key if each in given)

    def column_names(self) -> Iterator[str]:
        """The names of the columns, in order."""
        return (column.name for column in self.columns)


def columns_of(record: type) -> Iterator[Column]:
    """The columns that a data class declares, in order."""
    for each in fields(record):
        if get_origin(each.type) is not Annotated:
            continue
        python_type, sql_type = get_args(each.type)
        yield Column(each.name, sql_type, type(None) in get_args(python_type), each.metadata["doc"])


FILING_KEY = tuple(c for c in columns_of(Filing) if c.name in ("accession_number", "filing_date", "issuer_cik"))
"""The columns that every row of a filing's other tables carries, taken from its filing."""


GATHERED = (
    Column("owner_ciks", "BIGINT[]", True, "CIKs of the filing's owners, in its order."),
    Column("owner_names", "VARCHAR[]", True, "Names of the filing's owners, in its order."),
    Column("owner_role", "VARCHAR", True, "What the first owner is to the issuer: `Director, Officer: CFO`."),
    Column("owner_roles", "VARCHAR[]", True, "What each owner is to the issuer, in the order of the filing."),
    Column(
        "role_rank",
        "SMALLINT",
        True,
        "The highest of the owners' roles: 1 chief executive officer, 2 chief financial officer, 3 other officer, "
        "4 director, 5 ten per cent owner, 6 other, an entity for example; NULL where no owner has a role.",
    ),
    Column(
        "footnote_ids", "VARCHAR[]", True, "Ids of the filing's footnotes, in the order of their text: F1, F10, F2."
    ),
    Column("footnote_texts", "VARCHAR[]", True, "Texts of the filing's footnotes, in the order of footnote_ids."),
    Column(
        "currency_notes",
        "VARCHAR[]",
        True,
        "Footnotes on prices that name a currency other than US dollars and speak of no conversion: `F1 NOK`.",
    ),
    Column("doubted_rows", "VARCHAR[]", True, "The transactions that the parser doubts: I 3 is row 3 of Table I."),
    Column("doubted_texts", "VARCHAR[]", True, "What it doubts of them, in the order of doubted_rows."),
)
"""What a row of `filings` carries of its owners, footnotes and issues in the lake's files; NULL where there is none."""

KEPT = (
    Column(
        "first_seen_at", "TIMESTAMPTZ", True, "When the lake had the filing first; NULL in lakes of older versions."
    ),
    Column("first_seen_in", "INTEGER", True, "The version of the lake that had the filing first."),
)
"""What a row of `filings` carries of how it came into the lake."""

_OF_FILING = {each.name: each for each in (*columns_of(Filing), *GATHERED)}


def _of_filing(*names: str) -> tuple[Column, ...]:
    """Columns of `filings` as those of another table carry them, where they may be NULL."""
    return tuple(Column(name, _OF_FILING[name].sql_type, True, _OF_FILING[name].doc) for name in names)


_OF_POSITION = (
    Column(
        "holder",
        "BIGINT",
        True,
        "Who owns: the owner's CIK, or a negative key of the CIKs of several; NULL without an owner.",
    ),
    Column("security_class", "VARCHAR", True, "The title folded, so that spellings of one class are one."),
    Column("manner", "BIGINT", True, "Key of direct or indirect, and the nature of the ownership, folded."),
    Column("underlying", "BIGINT", True, "Key of the underlying security's title, folded."),
    Column("terms", "BIGINT", True, "Key of the footnotes' texts, where the price or the expiration date is missing."),
)
"""What tells a position from another: `latest_holdings` goes by it. Keys are equal where their texts are."""

GATHERED_BY_HOLDINGS = (
    *_of_filing("accepted_at", "form_type", "period_of_report", "issuer_name", "ticker", "owner_ciks", "owner_names"),
    *_OF_POSITION,
)
"""What a holding carries of its filing."""

GATHERED_BY_TRANSACTIONS = (
    *GATHERED_BY_HOLDINGS,
    *_of_filing("issuer_trading_symbol", "aff10b5_one", "owner_roles", "role_rank", "remarks", "source_path"),
    Column("price_currency", "VARCHAR", True, "The currency that a footnote of the price names, if not the US dollar."),
    Column("doubts", "VARCHAR[]", True, "What the parser doubts of the row; NULL if nothing."),
    Column("footnote_ids", "VARCHAR[]", True, "Ids of the row's footnotes, in the order of its columns, each once."),
    Column("footnotes", "VARCHAR", True, "Their texts, in the order of their ids, apart by a blank line."),
    Column("plan", "VARCHAR", True, "Whether under a Rule 10b5-1 plan: under a plan, denied, not said."),
    Column("plan_said_by", "VARCHAR", True, "box, footnote, remarks, or box and one of the others; NULL: not said."),
    Column("plan_sentence", "VARCHAR", True, "The sentence that it was decided on; NULL where the box alone says it."),
)
"""What a transaction carries of its filing and of its footnotes."""


def _table(
    name: str,
    record: type,
    kind: Kind,
    *key: str,
    sort: tuple[str, ...] = (),
    gathered: tuple[Column, ...] = (),
    kept: tuple[Column, ...] = (),
    bloom: tuple[str, ...] = (),
) -> Table:
    columns = tuple(columns_of(record))
    if kind is Kind.FILING and record is not Filing:
        columns = (*FILING_KEY, *columns)
        key = ("accession_number", *key)
    leading = [each.name for each in columns if each.name in ("issuer_cik", "filing_date")]
    order = sort or tuple(dict.fromkeys([*sorted(leading, reverse=True), *key]))
    return Table(name, record, kind, columns, key, order, (record.__doc__ or "").strip(), gathered, kept, bloom)


def _row_table(name: str, record: type, gathered: tuple[Column, ...], *bloom: str) -> Table:
    """A table of Table I or II."""
    return _table(name, record, Kind.FILING, "row_number", gathered=gathered, bloom=(*bloom, "ticker"))


_LOOKED_UP = ("accession_number",)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        _table(
            "filings",
            Filing,
            Kind.FILING,
            "accession_number",
            gathered=GATHERED,
            kept=KEPT,
            bloom=(*_LOOKED_UP, "ticker"),
        ),
        _table("reporting_owners", ReportingOwner, Kind.FILING, "owner_number", bloom=(*_LOOKED_UP, "owner_cik")),
        _row_table("non_derivative_transactions", NonDerivativeTransaction, GATHERED_BY_TRANSACTIONS, *_LOOKED_UP),
        _row_table("derivative_transactions", DerivativeTransaction, GATHERED_BY_TRANSACTIONS, *_LOOKED_UP),
        _row_table("non_derivative_holdings", NonDerivativeHolding, GATHERED_BY_HOLDINGS),
        _row_table("derivative_holdings", DerivativeHolding, GATHERED_BY_HOLDINGS),
        _table("footnotes", Footnote, Kind.FILING, "footnote_id", bloom=_LOOKED_UP),
        _table("signatures", Signature, Kind.FILING, "signature_number"),
        _table(
            "parse_issues",
            ParseIssue,
            Kind.FILING,
            sort=("issuer_cik", "filing_date", "accession_number", *(each.name for each in columns_of(ParseIssue))),
        ),
        _table("quarantine", QuarantinedFiling, Kind.LAKE, "accession_number"),
        _table("amendments", Amendment, Kind.AMENDMENT, "accession_number", "amends"),
        _table(
            "superseded", SupersededRow, Kind.AMENDMENT, "accession_number", "superseded_by", "table_name", "row_number"
        ),
        _table(
            "index_entries",
            IndexEntry,
            Kind.INDEX,
            "accession_number",
            "index_date",
            sort=("index_date", "accession_number"),
        ),
        _table("index_days", IndexDay, Kind.INDEX, "index_date"),
        _table("datasets", DatasetRead, Kind.DATASET, "quarter"),
    )
}
"""Every table of the lake by its name, in the order of the documentation."""

FILING_CHILDREN: tuple[str, ...] = tuple(each.name for each in fields(Filing) if get_origin(each.type) is list)
"""The tables of a filing's child rows; each is also the attribute of `Filing` that has them."""

"""The one declaration of the SEC's eight tables of insider transactions: columns, kinds, meanings, and ours they show.

Source: the SEC's FORM_345_metadata.json and readme, and the TSVs of the real 2024q3 data set. Where these spell a
column in two ways, `aliases` has the other: the misspelt EXCERCISE_DATE stands in DERIV_TRANS only,
EQUITY_SWAP_TRANS_CD_FN is called EQUITY_SWAP_INVOLVED_FN in the metadata, FORM3_HOLDINGS_REPORTED lacks an S in the
readme.

The parser of data sets, the views of the schema `sec`, their export and the comparison with a data set follow from it.
"""

from dataclasses import dataclass, field, replace
from enum import Enum

from .tables import TABLES

ACCESSION = "ACCESSION_NUMBER"
FILING_DATE = "FILING_DATE"
DOCUMENT_TYPE = "DOCUMENT_TYPE"
RELATIONSHIP = "RPTOWNER_RELATIONSHIP"

RELATIONSHIPS = {
    "Director": "is_director",
    "Officer": "is_officer",
    "TenPercentOwner": "is_ten_percent_owner",
    "Other": "is_other",
}
"""The words of RPTOWNER_RELATIONSHIP, in its order, each with the column of ours that it makes true."""


class Kind(Enum):
    """How a cell is written."""

    TEXT = "text"
    AMOUNT = "amount"
    """With 2 decimals (the readme's NUMBER(16,2)), where a filing may have 4."""
    DATE = "date"
    """`02-JAN-2024`."""
    BOX = "box"
    """1 or 0; some are also true or false, as filers write them."""
    NOTES = "notes"
    """Ids of footnotes: `F2, F3`."""
    CIK = "cik"
    """10 digits."""
    KEY = "key"
    """The SEC's number of a row; ours is its position in the table of the form."""
    RELATIONSHIP = "relationship"
    """Those of RELATIONSHIPS that apply, joined by a comma."""
    NOT_KEPT = "not kept"
    """The lake does not have it."""


@dataclass(frozen=True, slots=True)
class SecColumn:
    """One column: its name, the column of ours that it shows, how its cells are written, and what it means."""

    name: str
    column: str
    """'' where it is not one of ours."""
    kind: Kind = Kind.TEXT
    doc: str = ""
    optional: bool = False
    """Whether a data set may lack it."""
    tells_apart: bool = False
    """Whether it tells the rows of a filing apart on both sides, as the SEC's keys do not."""


@dataclass(frozen=True, slots=True)
class SecTable:
    """One table: its name (a TSV's without `.tsv`), the table of ours that has its rows, its columns in order."""

    name: str
    table: str
    doc: str
    columns: tuple[SecColumn, ...]
    aliases: dict[str, str] = field(default_factory=dict)
    """Other spellings of columns."""
    unpublished: tuple[str, ...] = ()
    """Columns of the metadata that no set at hand has."""

    @property
    def key(self) -> str | None:
        """The column of the SEC's number of a row, where rows have one."""
        return next((each.name for each in self.columns if each.kind is Kind.KEY), None)


_KINDS = {
    "VARCHAR": Kind.TEXT,
    "DECIMAL(20,4)": Kind.AMOUNT,
    "DATE": Kind.DATE,
    "BOOLEAN": Kind.BOX,
    "BIGINT": Kind.CIK,
    "SMALLINT": Kind.KEY,
}
"""How cells are written of what type our column has."""
_WRITTEN = {
    Kind.BOX: " 1 yes, 0 no.",
    Kind.CIK: " 10 digits.",
    Kind.KEY: " It is the key of the row within its filing; the SEC's own keys are other numbers.",
    Kind.NOTES: " A blank follows the comma: F2, F3.",
}


def _table(
    name: str,
    table: str,
    doc: str,
    *columns: SecColumn,
    aliases: dict[str, str] | None = None,
    unpublished: tuple[str, ...] = (),
) -> SecTable:
    """A table; a column that shows one of ours is written and means what follows from that."""
    ours = {each.name: each for each in TABLES[table].columns}

    def shown(column: SecColumn) -> SecColumn:
        if not column.column:
            return column
        own = ours[column.column]
        kind = Kind.NOTES if own.name.endswith("_fn") else _KINDS[own.sql_type]
        return replace(column, kind=kind, doc=own.doc + _WRITTEN.get(kind, ""))

    columns = (SecColumn(ACCESSION, "accession_number"), *columns)
    said = f"The SEC's table {name}: {doc}"
    return SecTable(name, table, said, tuple(map(shown, columns)), aliases or {}, unpublished)


def _noted(name: str, column: str, notes: str = "") -> tuple[SecColumn, SecColumn]:
    return SecColumn(name, column), SecColumn(f"{name}_FN", notes or f"{column}_fn")


_TITLE = _noted("SECURITY_TITLE", "security_title")
_EXERCISE_PRICE = _noted("CONV_EXERCISE_PRICE", "conversion_or_exercise_price")
_DATES_AND_CODING = (
    *_noted("TRANS_DATE", "transaction_date"),
    *_noted("DEEMED_EXECUTION_DATE", "deemed_execution_date"),
    SecColumn("TRANS_FORM_TYPE", "transaction_form_type"),
    SecColumn("TRANS_CODE", "transaction_code"),
    SecColumn("EQUITY_SWAP_INVOLVED", "equity_swap_involved"),
    SecColumn("EQUITY_SWAP_TRANS_CD_FN", "transaction_coding_fn"),
    *_noted("TRANS_TIMELINESS", "transaction_timeliness"),
    *_noted("TRANS_SHARES", "transaction_shares"),
)
_PRICE_AND_DIRECTION = (
    *_noted("TRANS_PRICEPERSHARE", "transaction_price_per_share"),
    *_noted("TRANS_ACQUIRED_DISP_CD", "transaction_acquired_disposed_code"),
)
_HOLDING_CODING = _noted("TRANS_FORM_TYPE", "transaction_form_type", "transaction_coding_fn")
_UNDERLYING = (
    *_noted("EXPIRATION_DATE", "expiration_date"),
    *_noted("UNDLYNG_SEC_TITLE", "underlying_security_title"),
    *_noted("UNDLYNG_SEC_SHARES", "underlying_security_shares"),
    *_noted("UNDLYNG_SEC_VALUE", "underlying_security_value"),
)
_OWNED = (
    *_noted("SHRS_OWND_FOLWNG_TRANS", "shares_owned_following_transaction"),
    *_noted("VALU_OWND_FOLWNG_TRANS", "value_owned_following_transaction"),
    *_noted("DIRECT_INDIRECT_OWNERSHIP", "direct_or_indirect_ownership"),
    *_noted("NATURE_OF_OWNERSHIP", "nature_of_ownership"),
)
_EQUITY_SWAP = {"EQUITY_SWAP_INVOLVED_FN": "EQUITY_SWAP_TRANS_CD_FN"}
_ROUNDED = "amounts are rounded to 2 decimals, halves away from zero, as the SEC does."

SUBMISSION = _table(
    "SUBMISSION",
    "filings",
    "a filing a row. Made from `filings`: also what the SEC's data sets lack, before 2006 and on paper. The SEC writes "
    "some boxes as true and false; here all are 1 and 0.",
    SecColumn(FILING_DATE, "filing_date"),
    SecColumn("PERIOD_OF_REPORT", "period_of_report"),
    SecColumn("DATE_OF_ORIG_SUB", "date_of_original_submission"),
    SecColumn("NO_SECURITIES_OWNED", "no_securities_owned"),
    SecColumn("NOT_SUBJECT_SEC16", "not_subject_to_section16"),
    SecColumn("FORM3_HOLDINGS_REPORTED", "form3_holdings_reported"),
    SecColumn("FORM4_TRANS_REPORTED", "form4_transactions_reported"),
    SecColumn(DOCUMENT_TYPE, "form_type"),
    SecColumn("ISSUERCIK", "issuer_cik"),
    SecColumn("ISSUERNAME", "issuer_name"),
    SecColumn("ISSUERTRADINGSYMBOL", "issuer_trading_symbol"),
    SecColumn("REMARKS", "remarks"),
    SecColumn("AFF10B5ONE", "aff10b5_one", optional=True),
    aliases={"FORM3_HOLDING_REPORTED": "FORM3_HOLDINGS_REPORTED"},
    unpublished=("CONTACT_NAME", "CONTACT_PHONE_NUMBER", "CONTACT_EMAIL_ADDRESS", "NOTIFICATION_EMAIL_ADDRESS"),
)
REPORTINGOWNER = _table(
    "REPORTINGOWNER",
    "reporting_owners",
    "a reporting owner of a filing a row. Made from `reporting_owners`.",
    SecColumn("RPTOWNERCIK", "owner_cik", tells_apart=True),
    SecColumn("RPTOWNERNAME", "owner_name"),
    SecColumn(
        RELATIONSHIP, "", Kind.RELATIONSHIP, f"Those of {', '.join(RELATIONSHIPS)} that apply, joined by a comma."
    ),
    SecColumn("RPTOWNER_TITLE", "officer_title"),
    SecColumn("RPTOWNER_TXT", "other_text"),
    SecColumn("RPTOWNER_STREET1", "street1"),
    SecColumn("RPTOWNER_STREET2", "street2"),
    SecColumn("RPTOWNER_CITY", "city"),
    SecColumn("RPTOWNER_STATE", "state"),
    SecColumn("RPTOWNER_ZIPCODE", "zip_code"),
    SecColumn("RPTOWNER_STATE_DESC", "state_description"),
    SecColumn(
        "FILE_NUMBER",
        "",
        Kind.NOT_KEPT,
        "The SEC's file number. The lake does not keep it: always NULL.",
        optional=True,
    ),
)
NONDERIV_TRANS = _table(
    "NONDERIV_TRANS",
    "non_derivative_transactions",
    f"a transaction of Table I a row. Made from `non_derivative_transactions`; {_ROUNDED}",
    SecColumn("NONDERIV_TRANS_SK", "row_number"),
    *_TITLE,
    *_DATES_AND_CODING,
    *_PRICE_AND_DIRECTION,
    *_OWNED,
    aliases=_EQUITY_SWAP,
)
NONDERIV_HOLDING = _table(
    "NONDERIV_HOLDING",
    "non_derivative_holdings",
    f"a holding of Table I a row. Made from `non_derivative_holdings`; {_ROUNDED}",
    SecColumn("NONDERIV_HOLDING_SK", "row_number"),
    *_TITLE,
    *_HOLDING_CODING,
    *_OWNED,
)
DERIV_TRANS = _table(
    "DERIV_TRANS",
    "derivative_transactions",
    f"a transaction of Table II a row. Made from `derivative_transactions`; {_ROUNDED} EXCERCISE_DATE is the SEC's "
    "spelling.",
    SecColumn("DERIV_TRANS_SK", "row_number"),
    *_TITLE,
    *_EXERCISE_PRICE,
    *_DATES_AND_CODING,
    *_noted("TRANS_TOTAL_VALUE", "transaction_total_value"),
    *_PRICE_AND_DIRECTION,
    *_noted("EXCERCISE_DATE", "exercise_date"),
    *_UNDERLYING,
    *_OWNED,
    aliases={**_EQUITY_SWAP, "EXERCISE_DATE": "EXCERCISE_DATE", "EXERCISE_DATE_FN": "EXCERCISE_DATE_FN"},
)
DERIV_HOLDING = _table(
    "DERIV_HOLDING",
    "derivative_holdings",
    f"a holding of Table II a row. Made from `derivative_holdings`; {_ROUNDED}",
    SecColumn("DERIV_HOLDING_SK", "row_number"),
    *_TITLE,
    *_EXERCISE_PRICE,
    *_HOLDING_CODING,
    *_noted("EXERCISE_DATE", "exercise_date"),
    *_UNDERLYING,
    *_OWNED,
    aliases={"EXCERCISE_DATE": "EXERCISE_DATE", "EXCERCISE_DATE_FN": "EXERCISE_DATE_FN"},
)
FOOTNOTES = _table(
    "FOOTNOTES",
    "footnotes",
    "a footnote of a filing a row. Made from `footnotes`.",
    SecColumn("FOOTNOTE_ID", "footnote_id", tells_apart=True),
    SecColumn("FOOTNOTE_TXT", "footnote_text"),
)
OWNER_SIGNATURE = _table(
    "OWNER_SIGNATURE",
    "signatures",
    "a signature of a filing a row. Made from `signatures`.",
    SecColumn("OWNERSIGNATURENAME", "signature_name"),
    SecColumn("OWNERSIGNATUREDATE", "signature_date"),
)

SEC_TABLES = {
    each.name: each
    for each in (
        SUBMISSION,
        REPORTINGOWNER,
        NONDERIV_TRANS,
        NONDERIV_HOLDING,
        DERIV_TRANS,
        DERIV_HOLDING,
        FOOTNOTES,
        OWNER_SIGNATURE,
    )
}
"""The tables by name, in the order of the SEC's readme."""

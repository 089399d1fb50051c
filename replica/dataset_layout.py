"""The eight tables of the SEC's data sets: their columns in order, and what of our records each holds.

Source: the real 2024q3 set, its five TSVs and, for the tables that lack there, its FORM_345_metadata.json.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .. import tables


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `of` is the attribute of the record it shows, `key` or a name of DERIVED; '' if nothing we have."""

    name: str
    of: str = ""
    as_filed: bool = False
    """Of a boolean: true and false stand beside 1 and 0, as filers write them."""


def _noted(name: str, of: str, note: str = "") -> tuple[Column, Column]:
    return Column(name, of), Column(f"{name}_FN", note or f"{of}_fn")


_ACCESSION = Column("ACCESSION_NUMBER")
_TITLE = _noted("SECURITY_TITLE", "security_title")
_STRIKE = _noted("CONV_EXERCISE_PRICE", "conversion_or_exercise_price")
_DATES = (
    *_noted("TRANS_DATE", "transaction_date"),
    *_noted("DEEMED_EXECUTION_DATE", "deemed_execution_date"),
)
_CODING = (
    Column("TRANS_FORM_TYPE", "transaction_form_type"),
    Column("TRANS_CODE", "transaction_code"),
    Column("EQUITY_SWAP_INVOLVED", "equity_swap_involved", as_filed=True),
    Column("EQUITY_SWAP_TRANS_CD_FN", "transaction_coding_fn"),
    *_noted("TRANS_TIMELINESS", "transaction_timeliness"),
    *_noted("TRANS_SHARES", "transaction_shares"),
)
_PRICE = (
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
MEMBERS: dict[str, tuple[Column, ...]] = {
    "SUBMISSION": (
        _ACCESSION,
        Column("FILING_DATE", "filing_date"),
        Column("PERIOD_OF_REPORT", "period_of_report"),
        Column("DATE_OF_ORIG_SUB", "date_of_original_submission"),
        Column("NO_SECURITIES_OWNED", "no_securities_owned"),
        Column("NOT_SUBJECT_SEC16", "not_subject_to_section16", as_filed=True),
        Column("FORM3_HOLDINGS_REPORTED", "form3_holdings_reported"),
        Column("FORM4_TRANS_REPORTED", "form4_transactions_reported"),
        Column("DOCUMENT_TYPE", "form_type"),
        Column("ISSUERCIK", "issuer_cik"),
        Column("ISSUERNAME", "issuer_name"),
        Column("ISSUERTRADINGSYMBOL", "issuer_trading_symbol"),
        Column("REMARKS", "remarks"),
        Column("AFF10B5ONE", "aff10b5_one", as_filed=True),
    ),
    "REPORTINGOWNER": (
        _ACCESSION,
        Column("RPTOWNERCIK", "owner_cik"),
        Column("RPTOWNERNAME", "owner_name"),
        Column("RPTOWNER_RELATIONSHIP", "relationship"),
        Column("RPTOWNER_TITLE", "officer_title"),
        Column("RPTOWNER_TXT", "other_text"),
        Column("RPTOWNER_STREET1", "street1"),
        Column("RPTOWNER_STREET2", "street2"),
        Column("RPTOWNER_CITY", "city"),
        Column("RPTOWNER_STATE", "state"),
        Column("RPTOWNER_ZIPCODE", "zip_code"),
        Column("RPTOWNER_STATE_DESC", "state_description"),
        Column("FILE_NUMBER"),
    ),
    "NONDERIV_TRANS": (
        _ACCESSION,
        Column("NONDERIV_TRANS_SK", "key"),
        *_TITLE,
        *_DATES,
        *_CODING,
        *_PRICE,
        *_OWNED,
    ),
    "NONDERIV_HOLDING": (_ACCESSION, Column("NONDERIV_HOLDING_SK", "key"), *_TITLE, *_HOLDING_CODING, *_OWNED),
    "DERIV_TRANS": (
        _ACCESSION,
        Column("DERIV_TRANS_SK", "key"),
        *_TITLE,
        *_STRIKE,
        *_DATES,
        *_CODING,
        *_noted("TRANS_TOTAL_VALUE", "transaction_total_value"),
        *_PRICE,
        # Misspelt in this table, and in this one only.
        *_noted("EXCERCISE_DATE", "exercise_date"),
        *_UNDERLYING,
        *_OWNED,
    ),
    "DERIV_HOLDING": (
        _ACCESSION,
        Column("DERIV_HOLDING_SK", "key"),
        *_TITLE,
        *_STRIKE,
        *_HOLDING_CODING,
        *_noted("EXERCISE_DATE", "exercise_date"),
        *_UNDERLYING,
        *_OWNED,
    ),
    "FOOTNOTES": (_ACCESSION, Column("FOOTNOTE_ID", "footnote_id"), Column("FOOTNOTE_TXT", "footnote_text")),
    "OWNER_SIGNATURE": (
        _ACCESSION,
        Column("OWNERSIGNATURENAME", "signature_name"),
        Column("OWNERSIGNATUREDATE", "signature_date"),
    ),
}
"""Every member of a data set by its name, without `.tsv`."""


def _relationship(owner: tables.ReportingOwner) -> str:
    """`Director,Officer,TenPercentOwner,Other`: those that apply."""
    said = (
        ("Director", owner.is_director),
        ("Officer", owner.is_officer),
        ("TenPercentOwner", owner.is_ten_percent_owner),
        ("Other", owner.is_other),
    )
    return ",".join(name for name, applies in said if applies)


DERIVED: dict[str, Callable[[Any], str]] = {"relationship": _relationship}
"""What the SEC writes in one column of several of ours."""

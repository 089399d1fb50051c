"""Which element of the ownership XML fills which column: the shapes that `reading.fill` and `pattern` follow.

Elements stand in the order of the schema; a document in which all do is read much faster (`xml_quick`).

Source: EDGAR Ownership XML Technical Specification, section 3.5; the elements that X0407 and X0607 added are those of
real files (0001321655-24-000183, 0001140361-26-035636); the rows and the price of X0101 those of 0001233883-03-000002.
"""

from __future__ import annotations

from .. import codes
from ..issues import Converter, Span
from ..values import amount, cik, day, flag
from .elements import Field, Group, Leaf, NoColumn, Reference, Shape


def _field(column: str, convert: Converter | None = None, span: Span = "") -> Field:
    return Field(column, f"{column}_fn", convert, span)


OWNER: Shape = {
    "reportingOwnerId": Group(
        "reportingOwnerId",
        {"rptOwnerCik": Leaf("owner_cik", cik), "rptOwnerName": Leaf("owner_name"), "rptOwnerCcc": NoColumn()},
    ),
    "reportingOwnerAddress": Group(
        "reportingOwnerAddress",
        {
            "rptOwnerNonUSAddressFlag": Leaf("non_us_address", flag),
            "rptOwnerStreet1": Leaf("street1"),
            "rptOwnerStreet2": Leaf("street2"),
            "rptOwnerCity": Leaf("city"),
            "rptOwnerNonUSStateTerritory": Leaf("non_us_state_territory"),
            "rptOwnerState": Leaf("state", codes.state),
            "rptOwnerCountry": Leaf("country"),
            "rptOwnerZipCode": Leaf("zip_code", codes.zip_code),
            "rptOwnerStateDescription": Leaf("state_description"),
            "rptOwnerGoodAddress": NoColumn(),
        },
    ),
    "reportingOwnerRelationship": Group(
        "reportingOwnerRelationship",
        {
            "isDirector": Leaf("is_director", flag),
            "isOfficer": Leaf("is_officer", flag),
            "isTenPercentOwner": Leaf("is_ten_percent_owner", flag),
            "isOther": Leaf("is_other", flag),
            "officerTitle": Leaf("officer_title"),
            "otherText": Leaf("other_text"),
        },
    ),
}

SIGNATURE: Shape = {
    "signatureName": Leaf("signature_name"),
    "signatureDate": Leaf("signature_date", day, "event"),
}

BEFORE_OWNERS: Shape = {
    "schemaVersion": Leaf("schema_version", codes.schema_version),
    "documentType": Leaf("form_type"),
    "periodOfReport": Leaf("period_of_report", day, "event"),
    "dateOfOriginalSubmission": Leaf("date_of_original_submission", day, "event"),
    "noSecuritiesOwned": Leaf("no_securities_owned", flag),
    "notSubjectToSection16": Leaf("not_subject_to_section16", flag),
    "form3HoldingsReported": Leaf("form3_holdings_reported", flag),
    "form4TransactionsReported": Leaf("form4_transactions_reported", flag),
    "issuer": Group(
        "issuer",
        {
            "issuerCik": Leaf("issuer_cik", cik),
            "issuerName": Leaf("issuer_name"),
            "issuerTradingSymbol": Leaf("issuer_trading_symbol"),
            "issuerForeignTradingSymbol": Leaf("issuer_foreign_trading_symbol"),
        },
    ),
}
AFTER_OWNERS: Shape = {"aff10b5One": Leaf("aff10b5_one", flag)}
AFTER_FOOTNOTES: Shape = {"remarks": Leaf("remarks")}
FILING: Shape = {
    **BEFORE_OWNERS,
    **AFTER_OWNERS,
    **AFTER_FOOTNOTES,
    **dict.fromkeys(
        (
            "reportingOwner",
            "nonDerivativeTable",
            "nonDerivativeTransaction",
            "nonDerivativeHolding",
            "nonDerivativeSecurity",
            "derivativeTable",
            "derivativeTransaction",
            "derivativeHolding",
            "derivativeSecurity",
            "footnotes",
            "ownerSignature",
        ),
        NoColumn(),
    ),
}

_TITLE: Shape = {"securityTitle": _field("security_title")}
_OWNED: Shape = {
    "postTransactionAmounts": Group(
        "postTransactionAmounts",
        {
            "sharesOwnedFollowingTransaction": _field("shares_owned_following_transaction", amount),
            "valueOwnedFollowingTransaction": _field("value_owned_following_transaction", amount),
        },
    ),
    "ownershipNature": Group(
        "ownershipNature",
        {
            "directOrIndirectOwnership": _field("direct_or_indirect_ownership", codes.direct_indirect),
            "natureOfOwnership": _field("nature_of_ownership"),
        },
    ),
}
_DEAL: Shape = {
    "transactionDate": _field("transaction_date", day, "event"),
    "deemedExecutionDate": _field("deemed_execution_date", day, "event"),
    "transactionCoding": Group(
        "transactionCoding",
        {
            "transactionFormType": Leaf(
                "transaction_form_type", codes.transaction_form_type, fn_column="transaction_coding_fn"
            ),
            "transactionCode": Leaf("transaction_code", codes.transaction_code, fn_column="transaction_coding_fn"),
            "equitySwapInvolved": Leaf("equity_swap_involved", flag, fn_column="transaction_coding_fn"),
            "footnoteId": Reference("transaction_coding_fn"),
        },
    ),
    "transactionTimeliness": _field("transaction_timeliness", codes.timeliness),
}
_DEAL_AMOUNTS: Shape = {
    "transactionShares": _field("transaction_shares", amount),
    "transactionPricePerShare": _field("transaction_price_per_share", amount),
    "transactionValue": _field("transaction_price_per_share", amount),  # the price per share as X0101 calls it
    "transactionAcquiredDisposedCode": _field("transaction_acquired_disposed_code", codes.acquired_disposed),
}
_DERIVATIVE_DEAL_AMOUNTS: Shape = {
    "transactionShares": _field("transaction_shares", amount),
    "transactionTotalValue": _field("transaction_total_value", amount),
    **_DEAL_AMOUNTS,
}
_HELD: Shape = {
    "transactionCoding": Group(
        "transactionCoding",
        {
            "transactionFormType": Leaf(
                "transaction_form_type", codes.transaction_form_type, fn_column="transaction_coding_fn"
            ),
            "footnoteId": Reference("transaction_coding_fn"),
        },
    )
}
_DERIVATIVE_TITLE: Shape = {**_TITLE, "conversionOrExercisePrice": _field("conversion_or_exercise_price", amount)}
_UNDERLYING: Shape = {
    "exerciseDate": _field("exercise_date", day, "term"),
    "expirationDate": _field("expiration_date", day, "term"),
    "underlyingSecurity": Group(
        "underlyingSecurity",
        {
            "underlyingSecurityTitle": _field("underlying_security_title"),
            "underlyingSecurityShares": _field("underlying_security_shares", amount),
            "underlyingSecurityValue": _field("underlying_security_value", amount),
        },
    ),
}

NON_DERIVATIVE_TRANSACTION: Shape = {
    **_TITLE,
    **_DEAL,
    "transactionAmounts": Group("transactionAmounts", _DEAL_AMOUNTS),
    **_OWNED,
}
DERIVATIVE_TRANSACTION: Shape = {
    **_DERIVATIVE_TITLE,
    **_DEAL,
    "transactionAmounts": Group("transactionAmounts", _DERIVATIVE_DEAL_AMOUNTS),
    **_UNDERLYING,
    **_OWNED,
}
NON_DERIVATIVE_HOLDING: Shape = {**_TITLE, **_HELD, **_OWNED}
DERIVATIVE_HOLDING: Shape = {**_DERIVATIVE_TITLE, **_HELD, **_UNDERLYING, **_OWNED}

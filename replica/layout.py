"""The element names of the ownership schemas, in order, and the columns that hold their values.

Source: EDGAR Ownership XML Technical Specification, version 3, section 3.5, and real files for what came later.
"""

from __future__ import annotations

import re

from .. import tables

_TRANSACTION_HEAD = ("transactionDate", "deemedExecutionDate", "transactionCoding", "transactionTimeliness")
_UNDERLYING = ("underlyingSecurityTitle", "underlyingSecurityShares", "underlyingSecurityValue")
_POST = ("sharesOwnedFollowingTransaction", "valueOwnedFollowingTransaction")
_NATURE = ("directOrIndirectOwnership", "natureOfOwnership")
CODING = "transactionCoding"

Block = tuple[str, tuple[str, ...]]
LAYOUT: dict[type, tuple[str, tuple[str | Block, ...]]] = {
    tables.NonDerivativeTransaction: (
        "nonDerivativeTransaction",
        (
            "securityTitle",
            *_TRANSACTION_HEAD,
            (
                "transactionAmounts",
                ("transactionShares", "transactionPricePerShare", "transactionAcquiredDisposedCode"),
            ),
            ("postTransactionAmounts", _POST),
            ("ownershipNature", _NATURE),
        ),
    ),
    tables.NonDerivativeHolding: (
        "nonDerivativeHolding",
        ("securityTitle", CODING, ("postTransactionAmounts", _POST), ("ownershipNature", _NATURE)),
    ),
    tables.DerivativeTransaction: (
        "derivativeTransaction",
        (
            "securityTitle",
            "conversionOrExercisePrice",
            *_TRANSACTION_HEAD,
            (
                "transactionAmounts",
                (
                    "transactionShares",
                    "transactionTotalValue",
                    "transactionPricePerShare",
                    "transactionAcquiredDisposedCode",
                ),
            ),
            "exerciseDate",
            "expirationDate",
            ("underlyingSecurity", _UNDERLYING),
            ("postTransactionAmounts", _POST),
            ("ownershipNature", _NATURE),
        ),
    ),
    tables.DerivativeHolding: (
        "derivativeHolding",
        (
            "securityTitle",
            "conversionOrExercisePrice",
            CODING,
            "exerciseDate",
            "expirationDate",
            ("underlyingSecurity", _UNDERLYING),
            ("postTransactionAmounts", _POST),
            ("ownershipNature", _NATURE),
        ),
    ),
}


def _snake(element: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", element).lower()


COLUMN = {
    name: _snake(name)
    for _, parts in LAYOUT.values()
    for part in parts
    for name in ((part,) if isinstance(part, str) else part[1])
}
RELATIONSHIP = (
    ("isDirector", "is_director"),
    ("isOfficer", "is_officer"),
    ("isTenPercentOwner", "is_ten_percent_owner"),
    ("isOther", "is_other"),
    ("officerTitle", "officer_title"),
    ("otherText", "other_text"),
)
ADDRESS = (
    ("rptOwnerNonUSAddressFlag", "non_us_address"),
    ("rptOwnerStreet1", "street1"),
    ("rptOwnerStreet2", "street2"),
    ("rptOwnerCity", "city"),
    ("rptOwnerNonUSStateTerritory", "non_us_state_territory"),
    ("rptOwnerState", "state"),
    ("rptOwnerCountry", "country"),
    ("rptOwnerZipCode", "zip_code"),
    ("rptOwnerStateDescription", "state_description"),
)
FOREIGN_ADDRESS = {"rptOwnerNonUSAddressFlag", "rptOwnerNonUSStateTerritory", "rptOwnerCountry"}

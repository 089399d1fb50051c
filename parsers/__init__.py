"""Bytes of one submission to records of one filing: pure functions that know no network, disk, Prefect or Arrow."""

from parsers.errors import NotAnOwnershipFiling
from parsers.reader import PARSER_VERSION, parse_submission
from tables import (
    DerivativeHolding,
    DerivativeTransaction,
    Filing,
    Footnote,
    NonDerivativeHolding,
    NonDerivativeTransaction,
    ParseIssue,
    ReportingOwner,
    Signature,
)

__all__ = [
    "PARSER_VERSION",
    "DerivativeHolding",
    "DerivativeTransaction",
    "Filing",
    "Footnote",
    "NonDerivativeHolding",
    "NonDerivativeTransaction",
    "NotAnOwnershipFiling",
    "ParseIssue",
    "ReportingOwner",
    "Signature",
    "parse_submission",
]

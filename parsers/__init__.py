"""Bytes of one submission to records of one filing: pure functions that know no network, disk, Prefect or Arrow."""

from parsers.dataset import DatasetReading, NotADataset, read_dataset
from parsers.dataset_rows import DATASET_PARSER_VERSION, DatasetBatch, parse_dataset_batch
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
    "DATASET_PARSER_VERSION",
    "PARSER_VERSION",
    "DatasetBatch",
    "DatasetReading",
    "DerivativeHolding",
    "DerivativeTransaction",
    "Filing",
    "Footnote",
    "NonDerivativeHolding",
    "NonDerivativeTransaction",
    "NotADataset",
    "NotAnOwnershipFiling",
    "ParseIssue",
    "ReportingOwner",
    "Signature",
    "parse_dataset_batch",
    "parse_submission",
    "read_dataset",
]

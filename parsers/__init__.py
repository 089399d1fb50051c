"""Bytes of one submission to records of one filing: pure functions that know no network, disk, Prefect or Arrow."""

from ..tables import (
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
from .dataset.rows import DATASET_PARSER_VERSION, DatasetBatch, parse_dataset_batch
from .dataset.zip_file import DatasetReading, NotADataset, read_dataset
from .doubts import DOUBTFUL, DOUBTS
from .errors import NotAnOwnershipFiling
from .reader import PARSER_VERSION, parse_submission

__all__ = [
    "DATASET_PARSER_VERSION",
    "DOUBTFUL",
    "DOUBTS",
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

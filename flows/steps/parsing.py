"""Parsing on all workers, batch by batch; they know no lake and no network."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from ...parsers import PARSER_VERSION, parse_submission
from ...tables import Filing, IndexEntry, QuarantinedFiling
from ..reading import Parse, read_submission
from .workers import Workers

BATCH_FILINGS = 64
BATCH_BYTES = 4 * 2**20
"""A batch ends with either; about a tenth of a second of work."""

Submission = tuple[IndexEntry, bytes]
Outcome = tuple[IndexEntry, Filing | QuarantinedFiling]


@dataclass(frozen=True)
class Parser:
    """A parser and the version that it writes into its filings; other processes import it by its name."""

    parse: Parse
    version: int


CURRENT = Parser(parse_submission, PARSER_VERSION)


def parse_all(workers: Workers, parser: Parser, submissions: Iterator[Submission]) -> Iterator[Outcome]:
    """Each submission's filing, or the quarantine row that says why there is none, in their order."""
    for outcomes in workers.each(partial(_read, parser.parse), _batches(submissions)):
        yield from outcomes


def _batches(submissions: Iterator[Submission]) -> Iterator[list[Submission]]:
    batch: list[Submission] = []
    size = 0
    for each in submissions:
        batch.append(each)
        size += len(each[1])
        if len(batch) >= BATCH_FILINGS or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _read(parse: Parse, batch: list[Submission]) -> list[Outcome]:
    return [(entry, read_submission(entry, content, parse)) for entry, content in batch]

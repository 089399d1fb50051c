"""Parsing on all cores: batches of submissions go to a pool of processes, which know no lake and no network."""

import os
import signal
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from itertools import chain
from multiprocessing import get_context, parent_process
from types import TracebackType

from flows.reading import Parse, read_submission
from parsers import PARSER_VERSION, parse_submission
from tables import Filing, IndexEntry, QuarantinedFiling

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


class Parsers:
    """A process a core, each with one parser."""

    def __init__(self, parser: Parser) -> None:
        self.version = parser.version
        self._parse = parser.parse
        self._workers = os.cpu_count() or 1
        # Spawned, not forked: DuckDB and Prefect have threads, whose locks a fork would copy as they are.
        self._pool = ProcessPoolExecutor(self._workers, mp_context=get_context("spawn"), initializer=_begin)

    def __enter__(self) -> "Parsers":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def read(self, submissions: Iterator[Submission]) -> Iterator[Outcome]:
        """Each submission's filing, or the quarantine row that says why there is none, in their order.

        As many batches as keep the processes busy are in memory at once.
        """
        waiting: deque[Future[list[Outcome]]] = deque()
        for batch in _batches(submissions):
            waiting.append(self._pool.submit(_read, self._parse, batch))
            if len(waiting) > 2 * self._workers:
                yield from waiting.popleft().result()
        yield from chain.from_iterable(each.result() for each in waiting)


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


def _begin() -> None:
    """What a worker does first: leave Ctrl-C to its parent, and end when that is killed, which tells it nothing."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)

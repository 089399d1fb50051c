"""The submissions of index entries: from the raw archive where it has them, else from EDGAR, archived as they come."""

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from queue import Empty, SimpleQueue

from ...crawler import (
    BadOptions,
    BrokenAnswer,
    Content,
    CrawlError,
    EdgarClient,
    EdgarDown,
    PaceLost,
    Refused,
    Throttled,
    TooLarge,
    fetch_submission,
)
from ...storage import RawSubmission
from ...tables import IndexEntry
from .run import Run
from .stopping import StopRequested, check_stop

FAILURES_IN_A_ROW = 3
"""So many filings failing in a row, with none answered between, and it is asked whether EDGAR answers at all."""

STOPS = (StopRequested, Throttled, PaceLost, BadOptions)
"""What is said of all that is still to be asked for; BadOptions: a folder of this machine that cannot be used."""

AHEAD = 2
"""So many filings a thread are asked for ahead of what is done with them; large ones wait on disk."""

TOGETHER_BYTES = 8 * 2**20
"""Filings are archived and parsed together up to this; a larger one comes alone, or last of its group."""


@dataclass(frozen=True)
class Loaded:
    """An index entry with its submission, or with the reason why EDGAR did not give it."""

    entry: IndexEntry
    content: bytes | None
    failure: CrawlError | StopRequested | None = None


def load(
    this: Run, index_date: date, entries: Sequence[IndexEntry], *, again: Collection[str] = ()
) -> Iterator[Loaded]:
    """Each entry once, in no fixed order; when EDGAR is down or refuses: those it gave, then CrawlError.

    Accessions of `again` are asked for though the archive has them.
    """
    by_number = {entry.accession_number: entry for entry in entries}
    archive = this.lake.raw if this.settings.raw_archive else None
    held = (archive.held(index_date) & by_number.keys()) - set(again) if archive else set()
    if archive:
        for submission in archive.read(index_date, held):
            check_stop()
            yield Loaded(by_number[submission.accession_number], submission.content)
    wanted = [entry for entry in entries if entry.accession_number not in held]

    def keep(come: Sequence[Loaded]) -> None:
        if archive:
            archive.append([_raw(loaded, index_date) for loaded in come if loaded.content is not None])

    yield from fetch(this.client, wanted, this.settings.edgar.threads, keep)


def _raw(loaded: Loaded, index_date: date) -> RawSubmission:
    return RawSubmission(
        accession_number=loaded.entry.accession_number,
        index_date=index_date,
        source_path=loaded.entry.source_path,
        fetched_at=datetime.now(UTC),
        content=loaded.content or b"",
    )


def fetch(
    client: EdgarClient, entries: Sequence[IndexEntry], threads: int, keep: Callable[[Sequence[Loaded]], None]
) -> Iterator[Loaded]:
    """Each entry's submission from EDGAR, as they come, with its failure where EDGAR does not give it.

    `keep` gets what has come, together, before it is handed on, and what else has come when something ends the fetching
    early: nothing that EDGAR gave is asked for again. When EDGAR is down or refuses, the last CrawlError is raised once
    all that came is handed on; StopRequested likewise. After a Throttled the client is closed.
    """
    requests, verdicts = _Requests(client, threads), _Verdicts(client)
    requests.ask(entries)
    ended: CrawlError | StopRequested | None = None
    try:
        while requests.left and not ended:
            come = requests.come()
            answered, again, ended = verdicts.of(come, last=not requests.left)
            requests.ask(again)
            keep(answered)
            yield from answered
        if isinstance(ended, Throttled):
            client.close()
        for last in requests.end():
            keep([last])
            yield last
    finally:
        if requests.left:
            client.close()  # something else ends the run: whoever waits for the rate limiter wakes up
        for last in requests.end():
            keep([last])
    if ended:
        raise ended


class _Requests:
    """Requests for submissions, made by threads; what has come is taken in the order in which it came."""

    def __init__(self, client: EdgarClient, threads: int) -> None:
        self._client = client
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="fetch")
        self._most_under_way = threads * AHEAD
        self._to_ask: deque[IndexEntry] = deque()
        self._come: SimpleQueue[tuple[IndexEntry, Future[Content]]] = SimpleQueue()
        self._under_way = 0

    @property
    def left(self) -> int:
        """Filings that are asked for, or are to be."""
        return self._under_way + len(self._to_ask)

    def ask(self, entries: Iterable[IndexEntry]) -> None:
        """Ask for these too, as those before them are done with."""
        self._to_ask.extend(entries)

    def come(self) -> list[Loaded]:
        """What has come, as much as is read into memory together; waits for one if there is none."""
        while self._to_ask and self._under_way < self._most_under_way:
            entry = self._to_ask.popleft()
            future = self._pool.submit(fetch_submission, self._client, entry.source_path)
            future.add_done_callback(partial(self._put, entry))
            self._under_way += 1
        found = [self._come.get()]
        with suppress(Empty):
            while sum(_size(future) for _, future in found) < TOGETHER_BYTES:
                found.append(self._come.get_nowait())
        self._under_way -= len(found)
        return [_outcome(*each) for each in found]

    def end(self) -> Iterator[Loaded]:
        """Ask for nothing more; what EDGAR gave meanwhile, one after another."""
        self._to_ask.clear()
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._under_way = 0
        while not self._come.empty():
            entry, future = self._come.get()
            if not future.exception():
                yield _outcome(entry, future)

    def _put(self, entry: IndexEntry, future: Future[Content]) -> None:
        if not future.cancelled():
            self._come.put((entry, future))


class _Verdicts:
    """Tells a bad filing from an EDGAR that answers nothing.

    A filing is bad once EDGAR said that it is absent, or failed to give it twice and answered for another file after
    each time; else EDGAR is down, not the filing bad, and the filing is left for the next run.
    """

    def __init__(self, client: EdgarClient) -> None:
        self._client = client
        self._failed: list[Loaded] = []
        """Since EDGAR answered last."""
        self._asked_again: set[str] = set()

    def of(
        self, come: Iterable[Loaded], *, last: bool
    ) -> tuple[list[Loaded], list[IndexEntry], CrawlError | StopRequested | None]:
        """What is answered for good, what to ask for once more, and what ends the fetching; `last`: no more comes."""
        answered: list[Loaded] = []
        again: list[IndexEntry] = []
        ended: CrawlError | StopRequested | None = None
        for loaded in come:
            if isinstance(loaded.failure, STOPS):
                ended = loaded.failure
            elif _says_nothing(loaded.failure):
                self._failed.append(loaded)
            else:
                answered.append(loaded)
                self._edgar_answers(answered, again)
        if not ended and (len(self._failed) >= FAILURES_IN_A_ROW or (self._failed and last and not again)):
            ended = self._silence()
            if not ended:
                self._edgar_answers(answered, again)
        return answered, again, ended

    def _edgar_answers(self, answered: list[Loaded], again: list[IndexEntry]) -> None:
        for each in self._failed:
            if each.entry.accession_number in self._asked_again:
                answered.append(each)
            else:
                self._asked_again.add(each.entry.accession_number)
                again.append(each.entry)
        self._failed.clear()

    def _silence(self) -> CrawlError | StopRequested | None:
        """Why EDGAR answers nothing at all; None if it does."""
        try:
            self._client.probe()
        except (CrawlError, StopRequested) as failed:
            return failed
        return None


def _size(future: Future[Content]) -> int:
    return 0 if future.cancelled() or future.exception() else future.result().size


def _says_nothing(failure: CrawlError | StopRequested | None) -> bool:
    """Whether it may be EDGAR that fails, and not the filing."""
    return isinstance(failure, EdgarDown | BrokenAnswer) and not isinstance(failure, Refused | TooLarge)


def _outcome(entry: IndexEntry, future: Future[Content]) -> Loaded:
    try:
        return Loaded(entry, future.result().read())
    except (CrawlError, StopRequested) as failed:
        return Loaded(entry, None, failed)

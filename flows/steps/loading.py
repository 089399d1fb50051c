"""The submissions of index entries: from the raw archive where it has them, else from EDGAR, archived as they come."""

from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from queue import Empty, SimpleQueue

from ...crawler import (
    BadOptions,
    BrokenAnswer,
    ClientClosed,
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
from .stopping import STOPPED, asked_to_stop

FAILURES_IN_A_ROW = 3
"""So many filings failing in a row, with none answered between, and it is asked whether EDGAR answers at all."""

STOPS = (ClientClosed, Throttled, PaceLost, BadOptions)
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
    failure: CrawlError | None = None


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
            if asked_to_stop():
                raise ClientClosed(STOPPED)
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
    """Each entry's submission from EDGAR.

    `keep` gets all that have come by now together, before they are handed on, and what else has come when the run ends
    in the middle: nothing that EDGAR gave is asked for again. A filing comes with its failure once EDGAR said that it
    is absent, or failed to give it twice and answered for another file after each time; else EDGAR is down, not the
    filing bad, and the filing is left for the next run. Raises the last CrawlError when EDGAR is down or refuses. After
    a Throttled the client is closed.
    """
    come: SimpleQueue[Future[Content]] = SimpleQueue()
    futures: dict[Future[Content], IndexEntry] = {}
    unanswered = _Unanswered()
    stopped: CrawlError | None = None
    with ThreadPoolExecutor(threads, thread_name_prefix="fetch") as pool:

        def ask(entry: IndexEntry) -> None:
            future = pool.submit(fetch_submission, client, entry.source_path)
            futures[future] = entry
            future.add_done_callback(come.put)

        to_ask = deque(entries)
        try:
            while (to_ask or futures) and not stopped:
                while to_ask and len(futures) < threads * AHEAD:
                    ask(to_ask.popleft())
                answered: list[Loaded] = []
                for future in _waiting(come):
                    loaded = _outcome(futures.pop(future), future)
                    if isinstance(loaded.failure, STOPS):
                        stopped = loaded.failure
                        break
                    if _says_nothing(loaded.failure):
                        unanswered.add(loaded)
                    else:
                        answered += [*unanswered.settle(ask), loaded]
                if not stopped and (
                    unanswered.count >= FAILURES_IN_A_ROW or (unanswered.count and not futures and not to_ask)
                ):
                    stopped = _silence(client)
                    answered += [] if stopped else unanswered.settle(ask)
                keep(answered)
                yield from answered
        except BaseException:
            client.close()  # whoever waits for the rate limiter wakes up and ends
            for last in _last(pool, futures):
                keep(last)
            raise
        if isinstance(stopped, Throttled):
            client.close()
        for last in _last(pool, futures):
            keep(last)
            yield from last
    if stopped:
        raise stopped


def _last(pool: ThreadPoolExecutor, futures: dict[Future[Content], IndexEntry]) -> Iterator[list[Loaded]]:
    """What came of the requests under way when no more is asked for, one after another."""
    pool.shutdown(wait=True, cancel_futures=True)
    for future, entry in futures.items():
        if not future.cancelled() and not future.exception():
            yield [_outcome(entry, future)]


def _says_nothing(failure: CrawlError | None) -> bool:
    """Whether it may be EDGAR that fails, and not the filing."""
    return isinstance(failure, EdgarDown | BrokenAnswer) and not isinstance(failure, Refused | TooLarge)


class _Unanswered:
    """The filings that failed since EDGAR answered last, and those that did before and are asked for once more."""

    def __init__(self) -> None:
        self._failed: list[Loaded] = []
        self._asked_again: set[str] = set()

    @property
    def count(self) -> int:
        return len(self._failed)

    def add(self, loaded: Loaded) -> None:
        self._failed.append(loaded)

    def settle(self, ask: Callable[[IndexEntry], None]) -> list[Loaded]:
        """EDGAR answers: those that failed a second time are bad, the others are asked for again."""
        bad = [each for each in self._failed if each.entry.accession_number in self._asked_again]
        for each in self._failed:
            if each not in bad:
                self._asked_again.add(each.entry.accession_number)
                ask(each.entry)
        self._failed.clear()
        return bad


def _silence(client: EdgarClient) -> CrawlError | None:
    """Why EDGAR answers nothing at all; None if it does."""
    try:
        client.probe()
    except CrawlError as failed:
        return failed
    return None


def _waiting(come: SimpleQueue[Future[Content]]) -> list[Future[Content]]:
    """What has come, as much as is read into memory together; waits for one if there is none."""
    found = [come.get()]
    with suppress(Empty):
        while sum(map(_size, found)) < TOGETHER_BYTES:
            found.append(come.get_nowait())
    return found


def _size(future: Future[Content]) -> int:
    return 0 if future.cancelled() or future.exception() else future.result().size


def _outcome(entry: IndexEntry, future: Future[Content]) -> Loaded:
    try:
        return Loaded(entry, future.result().read())
    except CrawlError as failed:
        return Loaded(entry, None, failed)

"""The submissions of index entries: from the raw archive where it has them, else from EDGAR, archived as they come."""

from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import UTC, date, datetime

from crawler import CrawlError, EdgarClient, EdgarDown, Throttled, fetch_submission
from flows.run import Run
from storage import RawArchive, RawSubmission
from tables import IndexEntry

ARCHIVE_EVERY = 50
"""So many fetched submissions are written to the raw archive at once; what a kill can lose is less."""
ARCHIVE_BYTES = 32 * 2**20
"""The same for a few huge ones."""
FAILURES_IN_A_ROW = 3
"""So many requests failing in a row, with none answered between, mean that EDGAR is down, not a filing bad."""


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
            yield Loaded(by_number[submission.accession_number], submission.content)
    wanted = [entry for entry in entries if entry.accession_number not in held]
    fetched = fetch(this.client, wanted, this.settings.edgar.threads)
    yield from archiving(archive, index_date, fetched) if archive else fetched


def archiving(archive: RawArchive, index_date: date, fetched: Iterator[Loaded]) -> Iterator[Loaded]:
    """What was fetched, handed on, and kept in the raw archive even when the run ends in the middle."""
    batch: list[RawSubmission] = []

    def flush() -> None:
        if batch:
            archive.append(batch)
            batch.clear()

    try:
        for loaded in fetched:
            if loaded.content is not None:
                entry = loaded.entry
                batch.append(
                    RawSubmission(
                        accession_number=entry.accession_number,
                        index_date=index_date,
                        source_path=entry.source_path,
                        fetched_at=datetime.now(UTC),
                        content=loaded.content,
                    )
                )
                if len(batch) >= ARCHIVE_EVERY or sum(len(each.content) for each in batch) >= ARCHIVE_BYTES:
                    flush()
            yield loaded
    finally:
        flush()


def fetch(client: EdgarClient, entries: Sequence[IndexEntry], threads: int) -> Iterator[Loaded]:
    """Each entry's submission from EDGAR; raises the last CrawlError when EDGAR is down or refuses.

    A single filing that EDGAR does not give comes with its failure; several in a row, with no answer between them, end
    the fetching: those filings are left for the next run. After a Throttled the client is closed.
    """
    unanswered: list[Loaded] = []
    stopped: CrawlError | None = None
    with ThreadPoolExecutor(threads, thread_name_prefix="fetch") as pool:
        futures = {pool.submit(fetch_submission, client, entry.source_path): entry for entry in entries}
        try:
            for future in as_completed(futures):
                loaded = _outcome(futures.pop(future), future)
                if isinstance(loaded.failure, EdgarDown | Throttled):
                    unanswered.append(loaded)
                    if isinstance(loaded.failure, Throttled) or len(unanswered) >= FAILURES_IN_A_ROW:
                        stopped = loaded.failure
                        break
                else:
                    yield from unanswered
                    unanswered.clear()
                    yield loaded
        except BaseException:
            client.close()  # whoever waits for the gate wakes up and ends
            raise
        finally:
            if isinstance(stopped, Throttled):
                client.close()
            pool.shutdown(wait=True, cancel_futures=True)
        for future, entry in futures.items():
            if not future.cancelled() and (loaded := _outcome(entry, future)).content is not None:
                yield loaded
    if stopped:
        raise stopped
    yield from unanswered


def _outcome(entry: IndexEntry, future: Future[bytes]) -> Loaded:
    try:
        return Loaded(entry, future.result())
    except CrawlError as failed:
        return Loaded(entry, None, failed)

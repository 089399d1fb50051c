"""Fetching with threads: one bad filing is its own failure, several in a row are EDGAR's."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import pytest

from form4lake.crawler import ClientOptions, CrawlError, EdgarClient, EdgarDown, Throttled
from form4lake.flows.steps.loading import FAILURES_IN_A_ROW, Loaded, fetch
from form4lake.replica import Archive, Fault, FaultKind, Faults, Replica, generate_archive
from form4lake.tables import IndexEntry

DAY = date(2024, 1, 10)
Fetching = Callable[..., list[Loaded]]


@pytest.fixture(scope="module")
def archive() -> Archive:
    return generate_archive(12, [DAY], 12)


def entries(archive: Archive) -> list[IndexEntry]:
    return [
        IndexEntry(
            accession_number=number,
            filing_date=DAY,
            index_date=DAY,
            form_type=archive.truth[number].form_type,
            source_path=archive.path_of(number),
        )
        for number in archive.accessions(DAY)
    ]


@pytest.fixture
def fetching(tmp_path: Path, archive: Archive) -> Fetching:
    """Fetch every filing of the archive through one thread, so that the order is that of the index."""

    def run(faults: Sequence[Fault], found: list[Loaded], first: int | None = None) -> None:
        kept: list[Loaded] = []
        with Replica(archive, faults=Faults(faults)) as server:
            options = ClientOptions(
                identity="Test User test@example.com",
                base_url=server.url,
                requests_per_second=2000,
                throttle_pause_seconds=0.05,
                rate_limiter_folder=tmp_path,
                attempts=1,
                throttles_before_giving_up=1,
            )
            with EdgarClient(options) as client:
                found.extend(fetch(client, entries(archive)[:first], threads=1, keep=kept.extend))

    return run


def fault(kind: FaultKind, archive: Archive, *positions: int) -> list[Fault]:
    numbers = archive.accessions(DAY)
    return [Fault(kind, f"*{numbers[position]}.txt") for position in positions]


def test_what_edgar_has_comes_whole(fetching: Fetching, archive: Archive) -> None:
    found: list[Loaded] = []
    fetching([], found)
    assert {each.entry.accession_number: each.content for each in found} == archive.submissions


@pytest.mark.parametrize("kind", [FaultKind.ACCESS_DENIED, FaultKind.DOWN, FaultKind.CUT, FaultKind.HTML])
def test_a_bad_filing_comes_with_its_failure(fetching: Fetching, archive: Archive, kind: FaultKind) -> None:
    found: list[Loaded] = []
    fetching(fault(kind, archive, 5), found)
    assert len(found) == 12
    (bad,) = [each for each in found if each.content is None]
    assert bad.entry.accession_number == archive.accessions(DAY)[5]
    assert bad.failure is not None


def test_several_failures_in_a_row_end_the_fetching(fetching: Fetching, archive: Archive) -> None:
    found: list[Loaded] = []
    with pytest.raises(EdgarDown):
        fetching([Fault(FaultKind.DOWN, after=4)], found)
    # extend() keeps what came before the error; a request under way at that moment may still have its answer
    assert {each.entry.accession_number for each in found} >= set(archive.accessions(DAY)[:4])
    assert all(each.content is not None for each in found), "what failed is left for the next run"


@pytest.mark.parametrize("kind", [FaultKind.DOWN, FaultKind.RESET, FaultKind.CUT, FaultKind.HTML])
@pytest.mark.parametrize("last", [1, 2])
def test_the_last_filings_of_a_day_are_not_blamed_for_an_edgar_that_is_down(
    fetching: Fetching, archive: Archive, kind: FaultKind, last: int
) -> None:
    found: list[Loaded] = []
    with pytest.raises(CrawlError):
        fetching([Fault(kind, after=12 - last)], found)
    assert len(found) == 12 - last
    assert all(each.content is not None for each in found), "what failed is left for the next run"


def test_a_lone_filing_is_not_blamed_for_an_edgar_that_gives_nothing(fetching: Fetching, archive: Archive) -> None:
    found: list[Loaded] = []
    with pytest.raises(EdgarDown):
        fetching([Fault(FaultKind.DOWN)], found, 1)
    assert found == []


@pytest.mark.parametrize("count", [1, 2, 3, 12])
def test_bad_filings_are_told_from_an_edgar_that_is_down(fetching: Fetching, archive: Archive, count: int) -> None:
    found: list[Loaded] = []
    fetching(fault(FaultKind.DOWN, archive, *range(12 - count, 12)), found)
    assert len(found) == 12
    assert sum(each.content is None for each in found) == count


def test_filings_that_an_outage_struck_are_asked_for_again_when_it_is_over(
    fetching: Fetching, archive: Archive
) -> None:
    found: list[Loaded] = []
    fetching([Fault(FaultKind.DOWN, "*.txt", after=4, times=FAILURES_IN_A_ROW - 1)], found)
    assert len(found) == 12
    assert all(each.content is not None for each in found)


def test_absent_filings_are_an_answer_however_many(fetching: Fetching, archive: Archive) -> None:
    found: list[Loaded] = []
    fetching(fault(FaultKind.ACCESS_DENIED, archive, *range(2, 9)), found)
    assert sum(each.content is None for each in found) == 7


def test_a_throttle_that_lasts_ends_the_fetching_at_once(fetching: Fetching, archive: Archive) -> None:
    found: list[Loaded] = []
    with pytest.raises(Throttled):
        fetching(fault(FaultKind.THROTTLED, archive, 3), found)
    assert {each.entry.accession_number for each in found} >= set(archive.accessions(DAY)[:3])


def test_what_edgar_gave_is_kept_before_it_is_handed_on_and_whatever_ends_the_run(
    tmp_path: Path, archive: Archive
) -> None:
    kept: list[str] = []

    def keep(come: Sequence[Loaded]) -> None:
        kept.extend(each.entry.accession_number for each in come)

    with Replica(archive) as server:
        options = ClientOptions("Test User test@example.com", server.url, 2000, rate_limiter_folder=tmp_path)
        with EdgarClient(options) as client:
            fetched = fetch(client, entries(archive), 3, keep)
            for _ in range(7):
                assert next(fetched).entry.accession_number in kept
            with pytest.raises(KeyboardInterrupt):
                fetched.throw(KeyboardInterrupt)
        answered = {hit.path.rsplit("/", 1)[1].removesuffix(".txt") for hit in server.stats().hits}
    assert sorted(kept) == sorted(answered), "nothing that EDGAR answered is asked for again"

"""Each kind of fault, as a client meets it, and which requests it strikes."""

import gzip
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

import pytest
import requests

from form4lake.replica import Archive, Fault, FaultKind, Faults, Replica, business_days, generate_archive, parse_fault

DAY = date(2024, 1, 2)
MASTER = "/Archives/edgar/daily-index/2024/QTR1/master.20240102.idx"
LISTING = "/Archives/edgar/daily-index/2024/QTR1/index.json"


@pytest.fixture(scope="module")
def archive() -> Archive:
    return generate_archive(12, [DAY], 40)


@contextmanager
def faulty(archive: Archive, faults: Sequence[Fault], seed: int = 0) -> Iterator[tuple[Replica, requests.Session]]:
    with Replica(archive, faults=Faults(faults, seed)) as edgar, requests.Session() as session:
        session.headers["User-Agent"] = "Jane Doe jane@example.com"
        session.trust_env = False
        yield edgar, session


def first_path(archive: Archive) -> str:
    return f"/Archives/{archive.path_of(next(iter(archive.submissions)))}"


@pytest.mark.parametrize(
    ("kind", "status", "told"),
    [
        (FaultKind.THROTTLED, 403, "Request Rate Threshold Exceeded"),
        (FaultKind.UNDECLARED, 403, "Undeclared Automated Tool"),
        (FaultKind.ACCESS_DENIED, 403, "<Code>AccessDenied</Code>"),
        (FaultKind.TOO_MANY_REQUESTS, 429, "html"),
        (FaultKind.DOWN, 503, "temporarily unavailable"),
        (FaultKind.HTML, 200, "<html"),
    ],
)
def test_answers_in_place_of_the_file(archive: Archive, kind: FaultKind, status: int, told: str) -> None:
    with faulty(archive, [Fault(kind, "*.txt", times=1, seconds=7)]) as (edgar, session):
        assert session.get(edgar.url + MASTER).content.startswith(b"Description:")
        answer = session.get(edgar.url + first_path(archive))
        assert answer.status_code == status
        assert told in answer.text
        assert answer.headers.get("Retry-After") == ("7" if status == 429 else None)
        assert session.get(edgar.url + first_path(archive)).content.rstrip().endswith(b">")
        assert edgar.stats().by_fault == {kind: 1}
        assert [hit.status for hit in edgar.stats().hits] == [200, status, 200]


def test_a_reset_connection(archive: Archive) -> None:
    with faulty(archive, [Fault(FaultKind.RESET, times=1)]) as (edgar, session):
        with pytest.raises(requests.ConnectionError) as caught:
            session.get(edgar.url + MASTER)
        assert "reset" in str(caught.value).lower()
        assert session.get(edgar.url + MASTER).status_code == 200


def test_a_slow_body(archive: Archive) -> None:
    with faulty(archive, [Fault(FaultKind.SLOW, seconds=0.3)]) as (edgar, session):
        begun = time.monotonic()
        assert session.get(edgar.url + MASTER).content == archive.read(MASTER.removeprefix("/Archives/"))
        assert time.monotonic() - begun > 0.25


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_a_body_cut_short_of_its_length(archive: Archive, encoding: str) -> None:
    with (
        faulty(archive, [Fault(FaultKind.CUT)]) as (edgar, session),
        pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"),
    ):
        session.get(edgar.url + MASTER, headers={"Accept-Encoding": encoding})


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_a_body_that_ends_early_with_a_right_length(archive: Archive, encoding: str) -> None:
    with faulty(archive, [Fault(FaultKind.SHORT, times=1)]) as (edgar, session):
        session.headers["Accept-Encoding"] = encoding
        cut = session.get(edgar.url + first_path(archive)).content
        whole = session.get(edgar.url + first_path(archive)).content
        assert cut == whole[: len(whole) // 2]


def test_an_index_that_changes_afterwards(archive: Archive) -> None:
    late, withdrawn = archive.accessions(DAY)[3], archive.accessions(DAY)[5]
    change = Fault(
        FaultKind.CHANGED, "*master.20240102.idx", after=2, added=frozenset([late]), removed=frozenset([withdrawn])
    )
    with faulty(archive, [change]) as (edgar, session):
        answers = [session.get(edgar.url + MASTER) for _ in range(4)]
        assert [late in answer.text for answer in answers] == [False, False, True, True]
        assert [withdrawn in answer.text for answer in answers] == [True, True, False, False]
        assert answers[0].headers["Last-Modified"] == answers[1].headers["Last-Modified"]
        newer = session.get(edgar.url + MASTER, headers={"If-Modified-Since": answers[0].headers["Last-Modified"]})
        assert newer.status_code == 200
        assert session.get(f"{edgar.url}/Archives/{archive.path_of(late)}").status_code == 200
        other = session.get(edgar.url + MASTER, headers={"If-None-Match": answers[0].headers["ETag"]})
        assert other.status_code == 200


def test_an_index_not_published_yet(archive: Archive) -> None:
    with faulty(archive, [Fault(FaultKind.UNPUBLISHED, "*/*.20240102.idx", times=2)]) as (edgar, session):
        listing = session.get(edgar.url + LISTING).json()
        assert listing["directory"]["item"] == []
        absent = session.get(edgar.url + MASTER)
        assert absent.status_code == 403
        assert "AccessDenied" in absent.text
        assert len(session.get(edgar.url + LISTING).json()["directory"]["item"]) == 3
        assert session.get(edgar.url + MASTER).status_code == 200


def test_faults_strike_by_pattern_place_and_number() -> None:
    faults = Faults(
        [
            Fault(FaultKind.DOWN, re.compile(r"data/12/"), after=1, times=2),
            Fault(FaultKind.RESET, "/Archives/edgar/data/*"),
        ]
    )
    met = [faults.strike("/Archives/edgar/data/12/a.txt") for _ in range(4)]
    assert [fault and fault.kind for fault in met] == [FaultKind.RESET, FaultKind.DOWN, FaultKind.DOWN, FaultKind.RESET]
    assert faults.strike("/Archives/edgar/daily-index/x") is None


def test_chance_is_seeded_and_does_not_depend_on_the_order_of_requests() -> None:
    paths = [f"/Archives/edgar/data/{number}/a.txt" for number in range(2_000)]

    def struck(seed: int, asked: Sequence[str]) -> set[str]:
        faults = Faults([Fault(FaultKind.DOWN, probability=0.1)], seed)
        return {path for path in asked if faults.strike(path)}

    assert struck(1, paths) == struck(1, paths[::-1])
    assert struck(1, paths) != struck(2, paths)
    assert 140 < len(struck(1, paths)) < 260


@pytest.mark.parametrize("packed", [False, True])
def test_an_index_is_empty_or_cut_where_a_line_ends(archive: Archive, *, packed: bool) -> None:
    whole = replace(archive, packed=packed)
    path = MASTER + ".gz" * packed

    def lines(kind: FaultKind | None) -> list[str]:
        with faulty(whole, [Fault(kind, path)] if kind else []) as (edgar, session):
            body = session.get(edgar.url + path).content
        return (gzip.decompress(body) if packed else body).decode("latin-1").splitlines(keepends=True)

    full, cut, empty = lines(None), lines(FaultKind.CUT_LINES), lines(FaultKind.EMPTY)
    assert empty == full[: len(empty)]
    assert empty[-1].startswith("-----")
    assert cut == full[: len(empty) + (len(full) - len(empty)) // 2]
    assert cut[-1].endswith("\n")


def test_a_listing_that_lacks_days_or_all_of_them() -> None:
    archive = generate_archive(12, business_days(DAY, 4), 8)
    path = f"{MASTER.rpartition('/')[0]}/index.json"
    with faulty(archive, [Fault(FaultKind.EMPTY, path, times=1)]) as (edgar, session):
        assert session.get(edgar.url + path).json()["directory"]["item"] == []
        all_days = {item["name"].split(".")[1] for item in session.get(edgar.url + path).json()["directory"]["item"]}
    with faulty(archive, [Fault(FaultKind.CUT_LINES, path)]) as (edgar, session):
        days = {item["name"].split(".")[1] for item in session.get(edgar.url + path).json()["directory"]["item"]}
    assert days == set(sorted(all_days)[: len(all_days) // 2])


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("down:*/edgar/data/*:0.25", Fault(FaultKind.DOWN, "*/edgar/data/*", 0.25)),
        ("cut-lines:*/master.20240116.idx", Fault(FaultKind.CUT_LINES, "*/master.20240116.idx")),
        ("Access Denied:*", Fault(FaultKind.ACCESS_DENIED, "*")),
    ],
)
def test_a_fault_is_written_so(text: str, fault: Fault) -> None:
    assert parse_fault(text) == fault


@pytest.mark.parametrize(
    "text", ["", "down", "down:", "nonsense:*", "changed:*", "down:*:2", "down:*:often", "down::1"]
)
def test_what_is_no_fault_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match=r"fault|path"):
        parse_fault(text)

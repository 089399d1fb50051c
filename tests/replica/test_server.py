"""What the server answers, and what it counts."""

import http.client
import json
import threading
from collections.abc import Iterator
from datetime import date

import pytest
import requests

from form4lake.replica import Archive, Hit, Replica, Stats, generate_archive

DAY = date(2024, 1, 2)
AGENT = "Jane Doe jane@example.com"
MASTER = "/Archives/edgar/daily-index/2024/QTR1/master.20240102.idx"
LISTING = "/Archives/edgar/daily-index/2024/QTR1/index.json"


@pytest.fixture(scope="module")
def archive() -> Archive:
    return generate_archive(11, [DAY], 40)


@pytest.fixture
def edgar(archive: Archive) -> Iterator[Replica]:
    with Replica(archive) as replica:
        yield replica


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as made:
        made.headers["User-Agent"] = AGENT
        made.trust_env = False
        yield made


def filing_path(archive: Archive) -> str:
    return f"/Archives/{archive.path_of(next(iter(archive.submissions)))}"


def test_serves_indexes_and_filings(edgar: Replica, archive: Archive, session: requests.Session) -> None:
    index = session.get(edgar.url + MASTER)
    assert index.status_code == 200
    assert index.content == archive.read(MASTER.removeprefix("/Archives/"))
    assert index.headers["Last-Modified"] == "Wed, 03 Jan 2024 03:15:05 GMT"
    assert session.get(edgar.url + LISTING).json()["directory"]["item"]
    for rows in archive.rows.values():
        for row in rows[:30]:
            if row.accession_number in archive.submissions:
                answer = session.get(f"{edgar.url}/Archives/{row.path}")
                assert answer.content == archive.submissions[row.accession_number]
                folder, _, name = row.path.rpartition("/")
                in_folder = f"{folder}/{row.accession_number.replace('-', '')}/{name}"
                assert session.get(f"{edgar.url}/Archives/{in_folder}").content == answer.content


def test_missing_paths(edgar: Replica, session: requests.Session) -> None:
    for path in ("daily-index/2024/QTR1/master.20240101.idx", "full-index/2099/QTR1/master.idx"):
        answer = session.get(f"{edgar.url}/Archives/edgar/{path}")
        assert answer.status_code == 403
        assert "<Code>AccessDenied</Code>" in answer.text
    for path in ("/Archives/edgar/data/1/0000000001-24-000001.txt", "/elsewhere"):
        answer = session.get(edgar.url + path)
        assert answer.status_code == 404
        assert "<Code>NoSuchKey</Code>" in answer.text


def test_refuses_who_does_not_say_who_asks(edgar: Replica, session: requests.Session) -> None:
    answer = session.get(edgar.url + MASTER, headers={"User-Agent": "python-requests"})
    assert answer.status_code == 403
    assert "Undeclared Automated Tool" in answer.text


def test_packs_for_those_who_accept_it(edgar: Replica, archive: Archive, session: requests.Session) -> None:
    path = filing_path(archive)
    packed = session.get(edgar.url + path, headers={"Accept-Encoding": "gzip, deflate"})
    plain = session.get(edgar.url + path, headers={"Accept-Encoding": "identity"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert int(packed.headers["Content-Length"]) < int(plain.headers["Content-Length"])
    assert packed.content == plain.content


def test_tells_an_index_that_has_not_changed(edgar: Replica, session: requests.Session) -> None:
    first = session.get(edgar.url + MASTER)
    again = session.get(edgar.url + MASTER, headers={"If-Modified-Since": first.headers["Last-Modified"]})
    assert (again.status_code, again.content) == (304, b"")
    earlier = session.get(edgar.url + MASTER, headers={"If-Modified-Since": "Tue, 02 Jan 2024 03:15:05 GMT"})
    assert earlier.content == first.content


def test_an_etag_is_held_against_the_edition_before_the_date_is(edgar: Replica, session: requests.Session) -> None:
    first = session.get(edgar.url + MASTER)
    date_header = {"If-Modified-Since": first.headers["Last-Modified"]}
    same = session.get(edgar.url + MASTER, headers={"If-None-Match": first.headers["ETag"]})
    assert (same.status_code, same.content, same.headers["ETag"]) == (304, b"", first.headers["ETag"])
    other = session.get(edgar.url + MASTER, headers={"If-None-Match": '"other"', **date_header})
    assert other.content == first.content


def test_keeps_a_connection_for_many_requests(edgar: Replica, archive: Archive) -> None:
    host = edgar.url.removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=5)
    connection.connect()
    kept = connection.sock
    for path in [filing_path(archive), MASTER, "/elsewhere"] * 10:
        connection.request("GET", path, headers={"User-Agent": AGENT})
        connection.getresponse().read()
        assert connection.sock is kept
    assert edgar.stats().total == 30
    times = edgar.stats().times
    assert times[-1] - times[0] < 1.0, "each small answer waits for an acknowledgement"
    connection.close()


def test_counts_every_request_but_those_for_the_counts(
    edgar: Replica, archive: Archive, session: requests.Session
) -> None:
    for path in (LISTING, MASTER, MASTER, filing_path(archive), "/elsewhere"):
        session.get(edgar.url + path)
    told = requests.get(f"{edgar.url}/replica/stats", timeout=5).json()
    stats = edgar.stats()
    assert stats.by_kind == {"index_json": 1, "index": 2, "filing": 1, "dataset": 0, "other": 1} == told["by_kind"]
    assert stats.by_path[MASTER] == 2 == told["by_path"][MASTER]
    assert stats.user_agents == {AGENT: 5}
    assert told["total"] == 5
    assert told["times"] == stats.times == sorted(stats.times)
    assert told["smallest_gap_seconds"] == stats.smallest_gap()
    assert [hit.status for hit in stats.hits] == [200, 200, 200, 200, 404]
    json.dumps(told)
    edgar.forget()
    assert edgar.stats().total == 0


def test_measures_gaps_and_the_worst_second() -> None:
    def stats(*times: float) -> Stats:
        return Stats([Hit(at, "/", "other", 200, None, AGENT) for at in times])

    assert stats().smallest_gap() is None
    assert stats().worst_second() == 0
    assert stats(5.0).smallest_gap() is None
    assert stats(1.0, 1.25, 2.0, 2.125, 4.0).smallest_gap() == 0.125
    assert stats(1.0, 1.25, 2.0, 2.125, 4.0).worst_second() == 3
    assert stats(1.0, 2.0).worst_second() == 1


def test_answers_many_at_once_each_after_its_latency(archive: Archive) -> None:
    with Replica(archive, latency_seconds=0.1) as edgar:
        answers: list[int] = []

        def ask() -> None:
            answer = requests.get(edgar.url + MASTER, headers={"User-Agent": AGENT}, timeout=5)
            answers.append(answer.status_code)

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert answers == [200] * 8
        times = edgar.stats().times
        assert times[-1] - times[0] < 0.8


def test_nothing_answers_after_the_end(archive: Archive, session: requests.Session) -> None:
    with Replica(archive) as edgar:
        session.get(edgar.url + MASTER)
    with pytest.raises(requests.ConnectionError):
        session.get(edgar.url + MASTER, timeout=2)

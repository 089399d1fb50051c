"""The real client against servers that never end an answer, fill its memory, or want to know who it is."""

import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path

import pytest

from form4lake.crawler import (
    BrokenAnswer,
    ClientClosed,
    EdgarClient,
    EdgarDown,
    Refused,
    TooLarge,
    fetch_submission,
)
from form4lake.replica import Archive, Fault, FaultKind, Faults, Replica, generate_archive

DAY = date(2024, 1, 2)
FOR_EVER = 3600.0
HOLDING = [
    FaultKind.SLOW_HEADERS,
    FaultKind.CONTINUES,
    FaultKind.SLOW_CHUNK_LINE,
    FaultKind.TRAILERS,
    FaultKind.DRIP,
]
Hostile = Callable[..., tuple[Replica, EdgarClient]]


@pytest.fixture(scope="module")
def archive() -> Archive:
    return generate_archive(12, [DAY], 12)


@pytest.fixture
def hostile(archive: Archive, make_client: Callable[..., EdgarClient]) -> Iterator[Hostile]:
    running: list[Replica] = []

    def make(*faults: Fault, **options: object) -> tuple[Replica, EdgarClient]:
        edgar = Replica(archive, faults=Faults(faults))
        running.append(edgar.__enter__())
        return edgar, make_client(base_url=edgar.url, **options)

    yield make
    for edgar in running:
        edgar.__exit__(None, None, None)


def paths(archive: Archive) -> list[str]:
    return [archive.path_of(number) for number in archive.accessions(DAY)]


@pytest.mark.parametrize("kind", HOLDING)
def test_a_server_that_trickles_for_ever_meets_the_deadline(
    hostile: Hostile, archive: Archive, kind: FaultKind
) -> None:
    first, second = paths(archive)[:2]
    _, client = hostile(
        Fault(kind, f"*{first}", seconds=FOR_EVER),
        request_timeout_seconds=0.5,
        connect_timeout_seconds=0.2,
        read_timeout_seconds=0.2,
        attempts=2,
    )
    with pytest.raises(EdgarDown, match=r"in time|did not end within 0.5 s"):
        fetch_submission(client, first)
    assert client.requests_made == 2
    assert fetch_submission(client, second).read() == archive.read(second), "the client is as it was"


@pytest.mark.parametrize("kind", HOLDING)
def test_what_trickles_and_ends_in_time_is_whole(hostile: Hostile, archive: Archive, kind: FaultKind) -> None:
    first = paths(archive)[0]
    _, client = hostile(Fault(kind, f"*{first}", seconds=0.3))
    assert fetch_submission(client, first).read() == archive.read(first)
    assert client.requests_made == 1


@pytest.mark.parametrize("kind", HOLDING)
def test_closing_the_client_ends_what_is_under_way(
    hostile: Hostile, archive: Archive, kind: FaultKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("form4lake.crawler.transport.LAST_SECONDS", 0.3)
    edgar, client = hostile(Fault(kind, seconds=FOR_EVER))
    with ThreadPoolExecutor(4) as pool:
        futures = [pool.submit(fetch_submission, client, path) for path in paths(archive)[:4]]
        while edgar.stats().total < 4:
            time.sleep(0.01)
        client.close()
        assert [type(future.exception(timeout=10)) for future in futures] == [ClientClosed] * 4


def test_what_is_under_way_may_end_after_the_client_was_closed(hostile: Hostile, archive: Archive) -> None:
    first = paths(archive)[0]
    edgar, client = hostile(Fault(FaultKind.DRIP, seconds=0.5))
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(fetch_submission, client, first)
        while not edgar.stats().total:
            time.sleep(0.01)
        client.close()
        assert future.result(timeout=10).read() == archive.read(first)


@contextmanager
def listening(behave: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server whose connections do what `behave` does."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=behave, args=(connection,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield f"https://localhost:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)


IMPATIENT = {
    "request_timeout_seconds": 0.5,
    "connect_timeout_seconds": 0.4,
    "read_timeout_seconds": 0.4,
    "attempts": 1,
}


def test_a_tls_handshake_that_trickles_meets_the_deadline(make_client: Callable[..., EdgarClient]) -> None:
    def trickle(connection: socket.socket) -> None:
        connection.sendall(b"\x16\x03\x03\x3f\xff\x02\x00\x3f\xfb\x03\x03")
        with suppress(OSError):
            for _ in range(4000):
                connection.sendall(b"\0")
                time.sleep(0.05)

    with listening(trickle) as url, pytest.raises(EdgarDown):
        make_client(base_url=url, **IMPATIENT).get("/x")


def test_a_body_under_tls_that_trickles_meets_the_deadline(make_client: Callable[..., EdgarClient]) -> None:
    certificate = Path(__file__).with_name("self_signed_localhost.pem")

    def trickle(connection: socket.socket) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        with context.wrap_socket(connection, server_side=True) as secure:
            secure.recv(4096)
            secure.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
            with suppress(OSError):
                for _ in range(4000):
                    secure.sendall(b"a")
                    time.sleep(0.05)

    with listening(trickle) as url:
        client = make_client(base_url=url, **IMPATIENT)
        client._transport._session.verify = str(certificate)
        with pytest.raises(EdgarDown, match="did not end within"):
            client.get("/x")


def test_a_name_server_that_does_not_answer_meets_the_deadline(
    make_client: Callable[..., EdgarClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    never = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: never.wait(FOR_EVER))
    client = make_client(base_url="http://edgar.test", requests_per_second=10.0, **IMPATIENT)
    with pytest.raises(EdgarDown, match="in time"):
        client.get("/x")
    never.set()


@pytest.mark.parametrize("kind", [FaultKind.BOMB, FaultKind.HUGE])
def test_a_body_without_bounds_is_refused_for_its_size(hostile: Hostile, archive: Archive, kind: FaultKind) -> None:
    first, second = paths(archive)[:2]
    _, client = hostile(Fault(kind, f"*{first}"))
    with pytest.raises(TooLarge, match="the 64 MiB that a submission may have"):
        fetch_submission(client, first)
    assert client.requests_made == 1
    assert fetch_submission(client, second).read() == archive.read(second)


def test_gzip_members_without_end_are_refused(hostile: Hostile, archive: Archive) -> None:
    first = paths(archive)[0]
    _, client = hostile(Fault(FaultKind.MEMBERS), attempts=1)
    with pytest.raises(BrokenAnswer, match="gzip members"):
        fetch_submission(client, first)


EIGHT_THREADS = """
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from form4lake.crawler import ClientOptions, CrawlError, EdgarClient, fetch_submission
def most():  # not getrusage, which counts what the parent process had
    return int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
base = most()
options = ClientOptions("a b@example.com", sys.argv[1], 1000.0, rate_limiter_folder=Path(sys.argv[2]), attempts=1)
def fetch(path):
    try:
        return fetch_submission(client, path).size
    except CrawlError as error:
        return type(error).__name__
with EdgarClient(options) as client, ThreadPoolExecutor(8) as pool:
    print(*pool.map(fetch, sys.argv[3:] * 2))
print((most() - base) // 1024)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="how much memory was used is told by Linux")
def test_eight_threads_take_little_memory_whatever_comes(hostile: Hostile, archive: Archive, tmp_path: Path) -> None:
    kinds = [FaultKind.BOMB, FaultKind.HUGE, FaultKind.BOMB, FaultKind.HUGE, FaultKind.MEMBERS]
    edgar, _ = hostile(*(Fault(kind, f"*{path}") for kind, path in zip(kinds, paths(archive), strict=False)))
    command = [sys.executable, "-c", EIGHT_THREADS, edgar.url, str(tmp_path / "own"), *paths(archive)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    outcomes, megabytes = done.stdout.splitlines()
    assert outcomes.split()[:5] == ["TooLarge", "TooLarge", "TooLarge", "TooLarge", "BrokenAnswer"]
    assert all(each.isdigit() for each in outcomes.split()[5:12])
    assert int(megabytes) < 100


@pytest.mark.parametrize("location", ["http://{evil}\\@{edgar}/x", "//{evil}\\@{edgar}/x", "http://{edgar}@{evil}/x"])
def test_a_redirect_tells_nobody_else_who_asks(hostile: Hostile, archive: Archive, location: str) -> None:
    evil, _ = hostile()
    first, second = paths(archive)[:2]
    edgar, client = hostile()
    where = location.format(evil=evil.url[7:], edgar=edgar.url[7:])
    edgar.faults = Faults([Fault(FaultKind.REDIRECT, f"*{first}", location=where)])
    with pytest.raises(BrokenAnswer, match="refused"):
        fetch_submission(client, first)
    assert evil.stats().total == 0
    assert fetch_submission(client, second).read() == archive.read(second)


def test_one_path_that_always_answers_as_throttled(hostile: Hostile, archive: Archive) -> None:
    bad, *others = paths(archive)
    _, client = hostile(Fault(FaultKind.THROTTLED, f"*{bad}"))
    fetch_submission(client, others[0])
    with pytest.raises(Refused, match="Request Rate Threshold Exceeded"):
        fetch_submission(client, bad)
    for each in others:
        assert fetch_submission(client, each).read() == archive.read(each)

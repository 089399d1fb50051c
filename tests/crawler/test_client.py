"""What the client makes of whatever a server does to it, over a real socket; only the waiting is skipped."""

import gzip
import logging
import pickle
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest

from form4lake.crawler import (
    Absent,
    BrokenAnswer,
    ClientClosed,
    ClientOptions,
    CrawlError,
    EdgarClient,
    EdgarDown,
    Refused,
    Throttled,
    TooLarge,
    Validators,
    read_rate_limiter,
)
from form4lake.crawler.limits import Limit
from form4lake.tests.builders.scripted_server import Scripted, ScriptedServer, zipped
from form4lake.tests.builders.skipping_clock import SkippingClock

PATH = "/Archives/edgar/data/1/0000000001-24-000001.txt"
BODY = b"<SEC-DOCUMENT>" + b"a filing\n" * 4000 + b"</SEC-DOCUMENT>\n"
FINE = Scripted(BODY)
HTML = {"Content-Type": "text/html"}
RATE_PAGE = b"<html><head><title>SEC.gov | Request Rate Threshold Exceeded</title></head></html>"
RATE_ANSWER = Scripted(RATE_PAGE, 403, HTML)
FOLDER = "/Archives/edgar/daily-index/index.json"


def test_it_says_who_asks_and_takes_gzip(server: ScriptedServer, client: EdgarClient) -> None:
    server.script(PATH, zipped(BODY))
    assert client.get(PATH).body == BODY
    headers = server.asked[0].headers
    assert headers["User-Agent"] == "Jane Doe jane@example.com"
    assert headers["Accept-Encoding"] == "gzip, deflate"


def test_an_answer_carries_its_path_and_when_it_changed(server: ScriptedServer, client: EdgarClient) -> None:
    server.script(PATH, Scripted(BODY, headers={"Last-Modified": "Tue, 02 Jan 2024 22:05:00 GMT"}))
    answer = client.get(PATH)
    assert answer.path == PATH
    assert answer.validators == Validators(last_modified=datetime(2024, 1, 2, 22, 5, tzinfo=UTC))


def test_only_another_edition_is_asked_for(server: ScriptedServer, client: EdgarClient) -> None:
    headers = {"Last-Modified": "Tue, 02 Jan 2024 22:05:00 GMT", "ETag": '"5f0-gzip"'}
    server.script(PATH, Scripted(BODY, headers=headers), Scripted(status=304), FINE)
    seen = client.get(PATH).validators
    assert client.get_unless(seen, PATH) is None
    assert server.asked[1].headers["If-None-Match"] == '"5f0-gzip"'
    assert server.asked[1].headers["If-Modified-Since"] == "Tue, 02 Jan 2024 22:05:00 GMT"
    again = client.get_unless(seen, PATH)
    assert again is not None
    assert again.body == BODY
    assert client.requests_made == 3


def test_an_unasked_for_304_is_no_file(server: ScriptedServer, client: EdgarClient) -> None:
    server.script(PATH, Scripted(status=304))
    for ask in (client.get, lambda path: client.get_unless(Validators(), path)):
        with pytest.raises(BrokenAnswer, match="304"):
            ask(PATH)
    assert "If-None-Match" not in server.asked[0].headers


@pytest.mark.parametrize(
    "answer",
    [
        FINE,
        Scripted(BODY, chunked=True),
        Scripted(BODY, announced=None),
        zipped(BODY),
        zipped(BODY, chunked=True),
        Scripted(gzip.compress(BODY[:99]) + gzip.compress(BODY[99:]) + b"\0\0", headers={"Content-Encoding": "x-gzip"}),
        Scripted(zlib.compress(BODY), headers={"Content-Encoding": "deflate"}),
        Scripted(zlib.compress(BODY, wbits=-15), headers={"Content-Encoding": "deflate"}),
    ],
)
def test_every_way_to_send_a_body_is_read(server: ScriptedServer, client: EdgarClient, answer: Scripted) -> None:
    server.script(PATH, answer)
    assert client.get(PATH).body == BODY
    assert client.requests_made == 1


def test_connections_are_kept(server: ScriptedServer, client: EdgarClient) -> None:
    server.script(PATH, FINE, zipped(BODY), Scripted(BODY, chunked=True), Scripted(status=404))
    for _ in range(3):
        client.get(PATH)
    with pytest.raises(Absent):
        client.get(PATH)
    with pytest.raises(Absent):
        client.get(PATH)
    assert len({asked.connection for asked in server.asked}) == 1


def test_eight_threads_share_it(server: ScriptedServer, client: EdgarClient) -> None:
    paths = [f"/Archives/{number}" for number in range(80)]
    for path in paths:
        server.script(path, zipped(BODY + path.encode()))
    with ThreadPoolExecutor(8) as pool:
        bodies = list(pool.map(lambda path: client.get(path).body, paths))
    assert bodies == [BODY + path.encode() for path in paths]
    assert client.requests_made == 80
    assert len({asked.connection for asked in server.asked}) <= 8


def test_absent_is_asked_for_once(server: ScriptedServer, client: EdgarClient) -> None:
    server.script(PATH, Scripted(b"<?xml version='1.0'?>\n<Error><Code>AccessDenied</Code></Error>", 403))
    with pytest.raises(Absent) as caught:
        client.get(PATH)
    assert caught.value.path == PATH
    assert client.requests_made == 1


@pytest.mark.parametrize(
    "fault",
    [
        Scripted(b"<html><title>File Unavailable</title></html>", 503, HTML),
        Scripted(status=500, announced=700),
        Scripted(reset=True),
        Scripted(BODY, send_bytes=500),
        Scripted(BODY, send_bytes=0),
        Scripted(BODY, send_bytes=500, chunked=True),
        zipped(BODY, send_bytes=60),
        zipped(BODY, send_bytes=60, announced=None),
        zipped(BODY, send_bytes=60, announced=60),
        Scripted(BODY, headers={"Content-Encoding": "gzip"}),
        Scripted(BODY, headers={"Content-Encoding": "br"}),
        Scripted(b"<!DOCTYPE html><html><title>Maintenance</title></html>", headers=HTML),
        Scripted(b""),
    ],
)
def test_a_passing_fault_is_got_over(server: ScriptedServer, client: EdgarClient, fault: Scripted) -> None:
    server.script(PATH, fault, fault, FINE)
    assert client.get(PATH).body == BODY
    assert client.requests_made == 3


def test_a_lasting_outage_is_given_up_after_the_attempts_with_growing_pauses(
    server: ScriptedServer, client: EdgarClient, clock: SkippingClock, caplog: pytest.LogCaptureFixture
) -> None:
    server.script(PATH, Scripted(b"<html><title>SEC.gov | File Unavailable</title></html>", 503))
    with caplog.at_level(logging.WARNING, "form4lake.crawler"), pytest.raises(EdgarDown) as caught:
        client.get(PATH)
    assert client.requests_made == 5
    assert "File Unavailable" in str(caught.value)
    assert "5 attempts" in str(caught.value)
    assert caught.value.transient
    pauses = [seconds for seconds in clock.slept if seconds > 0.1]
    assert len(pauses) == 4
    assert pauses == sorted(pauses)
    assert len(caplog.records) == 5


def test_a_lasting_cut_is_never_handed_on(server: ScriptedServer, client: EdgarClient) -> None:
    server.script(PATH, Scripted(BODY, send_bytes=500))
    with pytest.raises(BrokenAnswer, match="cut off after 500 bytes"):
        client.get(PATH)


def test_a_body_that_lacks_something_is_asked_for_again(server: ScriptedServer, client: EdgarClient) -> None:
    server.script(PATH, Scripted(b"half", announced=4), FINE)
    assert client.get(PATH, whole=lambda body: None if body == BODY else "only half").body == BODY


def test_retry_after_of_an_outage_is_obeyed_up_to_the_pause(
    server: ScriptedServer, make_client: Callable[..., EdgarClient], clock: SkippingClock
) -> None:
    in_40_seconds = format_datetime(datetime.fromtimestamp(clock.wall() + 40, UTC), usegmt=True)
    server.script(
        PATH,
        Scripted(status=503, headers={"Retry-After": "25"}),
        Scripted(status=503, headers={"Retry-After": "86400"}),
        FINE,
    )
    make_client(throttle_pause_seconds=60).get(PATH)
    assert [round(seconds) for seconds in clock.slept if seconds > 5] == [25, 60]
    clock.slept.clear()
    clock.skipped = 0.0
    server.script("/dated", Scripted(status=503, headers={"Retry-After": in_40_seconds}), FINE)
    make_client(throttle_pause_seconds=60).get("/dated")
    assert 30 < max(clock.slept) <= 40


@pytest.mark.parametrize(
    "refusal", [Scripted(status=429), Scripted(RATE_PAGE, 403, HTML), Scripted(RATE_PAGE, 200, HTML), zipped(RATE_PAGE)]
)
def test_a_throttle_closes_the_rate_limiter_and_the_request_goes_on_after_the_pause(
    server: ScriptedServer, client: EdgarClient, clock: SkippingClock, refusal: Scripted
) -> None:
    server.script(PATH, refusal, FINE)
    began = clock.wall()
    assert client.get(PATH).body == BODY
    assert clock.wall() - began >= 600


def test_a_throttle_holds_up_every_other_client_and_can_be_seen(
    server: ScriptedServer,
    clock: SkippingClock,
    make_client: Callable[..., EdgarClient],
    make_options: Callable[..., ClientOptions],
) -> None:
    server.script(PATH, Scripted(status=429))
    server.script("/other", FINE)
    with pytest.raises(Throttled):
        make_client(throttles_before_giving_up=1).get(PATH)
    closed_until = read_rate_limiter(make_options(base_url=server.url)).closed_until
    assert closed_until is not None
    assert closed_until.timestamp() - clock.wall() == pytest.approx(600)
    another = SkippingClock()
    with EdgarClient(make_options(base_url=server.url), clock=another) as later:
        later.get("/other")
    assert another.wall() >= closed_until.timestamp()


def test_a_longer_retry_after_lengthens_the_pause(
    server: ScriptedServer, client: EdgarClient, clock: SkippingClock
) -> None:
    server.script(PATH, Scripted(status=429, headers={"Retry-After": "900"}), FINE)
    began = clock.wall()
    client.get(PATH)
    assert 900 <= clock.wall() - began < 910


def test_throttled_again_and_again_it_gives_up(server: ScriptedServer, client: EdgarClient) -> None:
    server.script(PATH, RATE_ANSWER)
    server.script(FOLDER, RATE_ANSWER)
    with pytest.raises(Throttled, match="refused 3 times") as caught:
        client.get(PATH)
    assert [asked.path for asked in server.asked] == [PATH, FOLDER, FOLDER], "after a pause another file is asked for"
    assert caught.value.transient


def test_a_client_refused_again_and_again_does_not_begin_anew_with_each_file(
    server: ScriptedServer, client: EdgarClient
) -> None:
    for path in (PATH, "/second", "/third", FOLDER):
        server.script(path, RATE_ANSWER)
    for path in (PATH, "/second", "/third"):
        with pytest.raises(Throttled):
            client.get(path)
    assert len(server.asked) == 3 + 1 + 1, "once a pause, not three times a file"
    server.script("/fourth", FINE)
    client.get("/fourth")
    server.script("/fifth", RATE_ANSWER, FINE)
    assert client.get("/fifth").body == BODY, "an answer ends the row"


def test_a_file_that_is_always_refused_is_told_from_a_throttle(
    server: ScriptedServer, client: EdgarClient, clock: SkippingClock
) -> None:
    server.script("/given", FINE)
    server.script(PATH, RATE_ANSWER)
    client.get("/given")
    began = clock.wall()
    with pytest.raises(Refused, match="though it gives other files") as caught:
        client.get(PATH)
    assert [asked.path for asked in server.asked] == ["/given", PATH, "/given", PATH]
    assert 600 <= clock.wall() - began < 700, "one pause, not one for each refusal"
    assert caught.value.path == PATH
    assert client.get("/given").body == BODY, "the rate limiter is open for the others"


def test_files_refused_at_once_share_the_pause_and_the_look_at_another(
    server: ScriptedServer, client: EdgarClient, clock: SkippingClock
) -> None:
    paths = [f"/{number}" for number in range(6)]
    for path in paths:
        server.script(path, Scripted(RATE_PAGE, 403, HTML, delay_seconds=0.2))
    with ThreadPoolExecutor(6) as pool:
        failures = list(pool.map(lambda path: client_error(client, path), paths))
    assert [type(each) for each in failures] == [Refused] * 6
    assert [asked.path for asked in server.asked].count(FOLDER) == 1
    assert len(server.asked) == 6 + 1 + 6


def client_error(client: EdgarClient, path: str) -> Exception | None:
    try:
        client.get(path)
    except CrawlError as error:
        return error
    return None


SMALL = Limit("a test", 10_000)


@pytest.mark.parametrize(
    "answer",
    [
        FINE,
        Scripted(BODY, chunked=True),
        Scripted(BODY, chunked=True, trickle_seconds=1e-5),
        zipped(BODY * 9),
        Scripted(gzip.compress(b"\0" * 5_000_000), headers={"Content-Encoding": "gzip"}),
        Scripted(zlib.compress(b"\0" * 5_000_000), headers={"Content-Encoding": "deflate"}),
    ],
)
def test_a_body_over_the_limit_is_refused_at_once(
    server: ScriptedServer, client: EdgarClient, answer: Scripted
) -> None:
    server.script(PATH, answer)
    with pytest.raises(TooLarge, match="more than the 10,000 bytes that a test may have") as caught:
        client.get(PATH, limit=SMALL)
    assert client.requests_made == 1
    assert not caught.value.transient
    with pytest.raises(TooLarge):
        client.fetch(PATH, whole=lambda _: None, limit=SMALL)


def test_a_body_of_just_the_limit_is_fine(server: ScriptedServer, client: EdgarClient) -> None:
    server.script(PATH, FINE, zipped(BODY))
    exact = Limit("a test", len(BODY))
    assert [client.get(PATH, limit=exact).body, client.get(PATH, limit=exact).body] == [BODY, BODY]


def test_a_trickling_body_meets_the_deadline(server: ScriptedServer, make_client: Callable[..., EdgarClient]) -> None:
    server.script(PATH, Scripted(BODY, trickle_seconds=0.02))
    with pytest.raises(EdgarDown, match="did not end within"):
        make_client(request_timeout_seconds=0.2, attempts=1).get(PATH)


def test_a_silent_server_meets_the_read_time_out(
    server: ScriptedServer, make_client: Callable[..., EdgarClient]
) -> None:
    server.script(PATH, Scripted(BODY, delay_seconds=0.5))
    with pytest.raises(EdgarDown, match="in time"):
        make_client(read_timeout_seconds=0.1, attempts=1).get(PATH)


def test_no_cookies_are_kept(server: ScriptedServer, client: EdgarClient) -> None:
    server.script(PATH, Scripted(BODY, headers={"Set-Cookie": "ak_bmsc=1; path=/"}))
    client.get(PATH)
    client.get(PATH)
    assert "Cookie" not in server.asked[1].headers


def test_a_closed_client_asks_for_nothing(server: ScriptedServer, client: EdgarClient) -> None:
    server.script(PATH, FINE)
    client.close()
    with pytest.raises(ClientClosed):
        client.get(PATH)
    assert server.asked == []


@pytest.mark.parametrize("kind", [Absent, BrokenAnswer, EdgarDown, Throttled])
def test_errors_can_be_sent_between_processes(kind: type[CrawlError]) -> None:
    error = pickle.loads(pickle.dumps(kind("what happened", "/there")))
    assert (type(error), str(error), error.path) == (kind, "what happened", "/there")

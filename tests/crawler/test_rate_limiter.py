"""The rate limiter: even spacing over threads and processes, a pause for all, nothing that a crash leaves."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from form4lake.crawler import ClientClosed, ClientOptions, RateLimiterState, read_rate_limiter
from form4lake.crawler.clock import Clock
from form4lake.crawler.rate_limiter import RateLimiter
from form4lake.tests.builders.skipping_clock import SkippingClock

NEVER = threading.Event()

TAKE_TURNS = """
import sys, threading
from pathlib import Path
from form4lake.crawler import ClientOptions
from form4lake.crawler.clock import Clock
from form4lake.crawler.rate_limiter import RateLimiter

class Noting(Clock):
    def monotonic(self):
        self.last = super().monotonic()
        return self.last

clock = Noting()
options = ClientOptions("a b@example.com", requests_per_second=50, rate_limiter_folder=Path(sys.argv[1]),
                        base_url="http://127.0.0.1")
limiter = RateLimiter(options, clock)
for _ in range(20):
    limiter.wait(threading.Event())
    print(clock.last)
"""

HOLD_THE_LOCK = """
import sys, time
from pathlib import Path
from form4lake.crawler.limiter_file import locked
with locked(Path(sys.argv[1]), own=False):
    print("held", flush=True)
    time.sleep(60)
"""


def run(code: str, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def departures(limiter: RateLimiter, clock: Clock, count: int) -> list[float]:
    times = []
    for _ in range(count):
        limiter.wait(NEVER)
        times.append(clock.monotonic())
    return times


@pytest.fixture
def slow(make_options: Callable[..., ClientOptions]) -> ClientOptions:
    return make_options(base_url="https://www.sec.gov", requests_per_second=8.0)


def test_two_processes_are_never_closer_than_the_gap(tmp_path: Path) -> None:
    processes = [run(TAKE_TURNS, tmp_path) for _ in range(2)]
    outputs = [process.communicate(timeout=30)[0] for process in processes]
    times = sorted(float(line) for output in outputs for line in output.split())
    assert len(times) == 40
    assert min(later - earlier for earlier, later in pairwise(times)) >= 0.8 / 50


def test_slots_are_evenly_spaced_and_no_second_holds_more_than_the_rate(
    slow: ClientOptions, clock: SkippingClock
) -> None:
    times = departures(RateLimiter(slow, clock), clock, 33)
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert min(gaps) >= 1 / 8
    assert all(times[i + 8] - times[i] >= 1 for i in range(len(times) - 8))


def test_a_late_wake_up_is_caught_up_without_crowding_any_second(slow: ClientOptions) -> None:
    class Oversleeping(SkippingClock):
        def monotonic(self) -> float:  # hardly anything but sleep takes time, on a busy machine too
            self.skipped += 2e-6
            return 1000 + self.skipped

        def sleep(self, seconds: float, stop: threading.Event) -> None:
            super().sleep(seconds + (0.02 if len(self.slept) == 8 else 0), stop)

    clock = Oversleeping()
    limiter = RateLimiter(slow, clock)
    times = departures(limiter, clock, 60)
    assert max(later - earlier for earlier, later in pairwise(times)) > 0.14
    assert all(times[i + 8] - times[i] >= 1.007 for i in range(len(times) - 8))
    assert times[-1] - times[0] < 59 * 0.127


def test_threads_share_one_rate_limiter(make_options: Callable[..., ClientOptions]) -> None:
    options = make_options(base_url="http://127.0.0.1", requests_per_second=200.0)
    times: list[float] = []

    class Noting(Clock):
        def monotonic(self) -> float:
            noted.now = super().monotonic()
            return noted.now

    noted = threading.local()
    limiter = RateLimiter(options, Noting())

    def work() -> None:
        for _ in range(5):
            limiter.wait(NEVER)
            times.append(noted.now)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    times.sort()
    assert len(times) == 40
    assert min(later - earlier for earlier, later in pairwise(times)) >= 1 / 200


def test_a_killed_holder_blocks_nobody(slow: ClientOptions, clock: SkippingClock) -> None:
    limiter = RateLimiter(slow, clock)
    assert slow.rate_limiter_folder is not None
    holder = run(HOLD_THE_LOCK, slow.rate_limiter_folder / "sec.gov.gate")
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    holder.send_signal(signal.SIGKILL)
    holder.communicate()
    limiter.wait(NEVER)


@pytest.mark.parametrize("rubbish", [b"", b"\0" * 128, b"form4lake-gate-1 1 2", b"\xff" * 500, b"{}"])
def test_a_damaged_file_heals_to_now_never_to_unlimited(
    slow: ClientOptions, clock: SkippingClock, rubbish: bytes
) -> None:
    limiter = RateLimiter(slow, clock)
    departures(limiter, clock, 3)
    assert slow.rate_limiter_folder is not None
    (slow.rate_limiter_folder / "sec.gov.gate").write_bytes(rubbish)
    before = clock.monotonic()
    times = departures(limiter, clock, 3)
    assert times[0] - before >= 1 / 8
    assert times[-1] - before < 1
    assert min(later - earlier for earlier, later in pairwise(times)) >= 1 / 8


def test_slots_of_before_a_restart_of_the_machine_are_ignored(slow: ClientOptions, clock: SkippingClock) -> None:
    clock.skipped = 1e6
    departures(RateLimiter(slow, clock), clock, 3)
    restarted = SkippingClock()
    departures(RateLimiter(slow, restarted), restarted, 3)
    assert sum(restarted.slept) < 1


def test_a_slot_absurdly_far_ahead_is_ignored(slow: ClientOptions, clock: SkippingClock) -> None:
    limiter = RateLimiter(slow, clock)
    with limiter._record() as record:
        record.next_slot = clock.monotonic() + 1e5
    limiter.wait(NEVER)
    assert sum(clock.slept) < 1


def test_a_pause_holds_for_other_rate_limiters_and_survives_a_restart(
    slow: ClientOptions, clock: SkippingClock
) -> None:
    until = RateLimiter(slow, clock).close(600, "status 429")
    started_later = SkippingClock()
    RateLimiter(slow, started_later).wait(NEVER)
    assert 599 < sum(started_later.slept) < 602
    assert started_later.wall() >= until.timestamp()


def test_a_pause_that_begins_while_a_request_waits_is_kept(slow: ClientOptions, clock: SkippingClock) -> None:
    limiter, other = RateLimiter(slow, clock), RateLimiter(slow, clock)
    departures(limiter, clock, 2)
    opened: list[float] = []

    class Interrupted(SkippingClock):
        def sleep(self, seconds: float, stop: threading.Event) -> None:
            if not opened:
                opened.append(other.close(600, "status 429").timestamp())
            clock.sleep(seconds, stop)

        def wall(self) -> float:
            return clock.wall()

        def monotonic(self) -> float:
            return clock.monotonic()

    RateLimiter(slow, Interrupted()).wait(NEVER)
    assert clock.wall() >= opened[0]


def test_a_longer_pause_is_not_shortened(slow: ClientOptions, clock: SkippingClock) -> None:
    limiter = RateLimiter(slow, clock)
    until = limiter.close(600, "status 429")
    assert limiter.close(1, "status 429") == until
    limiter.wait(NEVER)
    assert sum(clock.slept) > 599


def test_a_clock_set_back_does_not_prolong_a_pause(slow: ClientOptions, clock: SkippingClock) -> None:
    RateLimiter(slow, clock).close(600, "status 429")
    clock.wall_shift = -7200
    RateLimiter(slow, clock).wait(NEVER)
    assert 599 < sum(clock.slept) < 602


def test_a_closed_rate_limiter_can_be_seen_without_waiting(slow: ClientOptions) -> None:
    assert read_rate_limiter(slow).closed_until is None
    assert slow.rate_limiter_folder is not None
    assert not slow.rate_limiter_folder.exists()
    until = RateLimiter(slow).close(600, "status 429 for /x")
    assert read_rate_limiter(slow) == RateLimiterState(until, "status 429 for /x")


def test_the_reason_of_a_pause_that_is_over_is_not_shown(slow: ClientOptions) -> None:
    limiter = RateLimiter(slow)
    limiter.close(0.001, "é" * 1000)
    time.sleep(0.005)
    assert read_rate_limiter(slow) == RateLimiterState(None, None)
    limiter.wait(NEVER)


def test_a_replica_has_a_rate_limiter_of_its_own_and_the_sec_one_for_all_its_hosts(
    make_options: Callable[..., ClientOptions],
) -> None:
    RateLimiter(make_options(base_url="http://127.0.0.1:8000")).close(600, "status 429")
    assert read_rate_limiter(make_options(base_url="http://127.0.0.1:8001")).closed_until is None
    assert read_rate_limiter(make_options(base_url="https://www.sec.gov", requests_per_second=8)).closed_until is None
    RateLimiter(make_options(base_url="https://www.sec.gov", requests_per_second=8)).close(600, "status 429")
    assert (
        read_rate_limiter(make_options(base_url="https://data.sec.gov", requests_per_second=8)).closed_until is not None
    )


def test_a_folder_swept_away_is_made_again(slow: ClientOptions, clock: SkippingClock) -> None:
    limiter = RateLimiter(slow, clock)
    assert slow.rate_limiter_folder is not None
    (slow.rate_limiter_folder / "sec.gov.gate").unlink()
    slow.rate_limiter_folder.rmdir()
    limiter.wait(NEVER)
    assert (slow.rate_limiter_folder / "sec.gov.gate").is_file()


def test_closing_the_client_wakes_who_waits(slow: ClientOptions) -> None:
    limiter = RateLimiter(slow)
    limiter.close(600, "status 429")
    stop = threading.Event()
    threading.Timer(0.05, stop.set).start()
    with pytest.raises(ClientClosed):
        limiter.wait(stop)


def test_a_share_of_the_rate_goes_before_those_that_wait(slow: ClientOptions, clock: SkippingClock) -> None:
    """Others have booked the next hundred slots; a quarter of the rate goes ahead, evenly spaced from everybody."""
    others, first = RateLimiter(slow, clock), RateLimiter(slow, clock, ahead_share=0.25)
    others.wait(NEVER)
    with others._record() as record:
        record.next_slot += 100 * others._spacing
    began = clock.monotonic()
    went = departures(first, clock, 3)
    assert went[0] - began <= 2 / 8, "the first goes at once"
    assert went[1] - went[0] > 90 / 8, "beyond its share it waits like everybody"
    everybody = [began, *went]
    assert all(later - earlier >= 1 / 8 for earlier, later in pairwise(everybody))


def test_a_request_that_goes_ahead_keeps_its_distance_from_one_that_went_meanwhile(
    slow: ClientOptions, clock: SkippingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    others, first = RateLimiter(slow, clock), RateLimiter(slow, clock, ahead_share=0.5)
    others.wait(NEVER)
    went = [clock.monotonic()]
    sleep = clock.sleep

    def oversleep(seconds: float, stop: threading.Event) -> None:
        monkeypatch.setattr(clock, "sleep", sleep)
        went.extend(departures(others, clock, 1))

    monkeypatch.setattr(clock, "sleep", oversleep)
    went += departures(first, clock, 1)
    assert went[1] - went[0] >= 2 / 8, "the place of the one that overslept stays free"
    assert went[2] - went[1] >= 1 / 8

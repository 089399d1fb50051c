"""The gate: even spacing over threads and processes, a pause that everybody keeps, and nothing that a crash leaves."""

import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from form4lake.crawler import ClientClosed, ClientOptions, GateState, read_gate
from form4lake.crawler.clock import Clock
from form4lake.crawler.rate_limiter import Gate
from form4lake.tests.builders.skipping_clock import SkippingClock

NEVER = threading.Event()

TAKE_TURNS = """
import sys, threading
from pathlib import Path
from form4lake.crawler import ClientOptions
from form4lake.crawler.clock import Clock
from form4lake.crawler.rate_limiter import Gate

class Noting(Clock):
    def monotonic(self):
        self.last = super().monotonic()
        return self.last

clock = Noting()
gate = Gate(ClientOptions("a b@example.com", requests_per_second=50, gate_folder=Path(sys.argv[1]),
                          base_url="http://127.0.0.1"), clock)
for _ in range(20):
    gate.wait(threading.Event())
    print(clock.last)
"""

HOLD_THE_LOCK = """
import sys, time
from pathlib import Path
from form4lake.crawler.rate_limiter import _locked
with _locked(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def run(code: str, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def departures(gate: Gate, clock: Clock, count: int) -> list[float]:
    times = []
    for _ in range(count):
        gate.wait(NEVER)
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
    times = departures(Gate(slow, clock), clock, 33)
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert min(gaps) >= 1 / 8
    assert all(times[i + 8] - times[i] >= 1 for i in range(len(times) - 8))


def test_a_late_wake_up_is_caught_up_without_crowding_any_second(slow: ClientOptions) -> None:
    class Oversleeping(SkippingClock):
        def sleep(self, seconds: float, stop: threading.Event) -> None:
            super().sleep(seconds + (0.02 if len(self.slept) == 8 else 0), stop)

    clock = Oversleeping()
    gate = Gate(slow, clock)
    times = departures(gate, clock, 60)
    assert max(later - earlier for earlier, later in pairwise(times)) > 0.14
    assert all(times[i + 8] - times[i] >= 1.007 for i in range(len(times) - 8))
    assert times[-1] - times[0] < 59 * 0.127


def test_threads_share_one_gate(make_options: Callable[..., ClientOptions]) -> None:
    options = make_options(base_url="http://127.0.0.1", requests_per_second=200.0)
    times: list[float] = []

    class Noting(Clock):
        def monotonic(self) -> float:
            noted.now = super().monotonic()
            return noted.now

    noted = threading.local()
    gate = Gate(options, Noting())

    def work() -> None:
        for _ in range(5):
            gate.wait(NEVER)
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
    gate = Gate(slow, clock)
    assert slow.gate_folder is not None
    holder = run(HOLD_THE_LOCK, slow.gate_folder / "sec.gov.gate")
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    holder.send_signal(signal.SIGKILL)
    holder.communicate()
    gate.wait(NEVER)


@pytest.mark.parametrize("rubbish", [b"", b"\0" * 128, b"form4lake-gate-1 1 2", b"\xff" * 500, b"{}"])
def test_a_damaged_file_heals_to_now_never_to_unlimited(
    slow: ClientOptions, clock: SkippingClock, rubbish: bytes
) -> None:
    gate = Gate(slow, clock)
    departures(gate, clock, 3)
    assert slow.gate_folder is not None
    (slow.gate_folder / "sec.gov.gate").write_bytes(rubbish)
    before = clock.monotonic()
    times = departures(gate, clock, 3)
    assert times[0] - before >= 1 / 8
    assert times[-1] - before < 1
    assert min(later - earlier for earlier, later in pairwise(times)) >= 1 / 8


def test_slots_of_before_a_restart_of_the_machine_are_ignored(slow: ClientOptions, clock: SkippingClock) -> None:
    clock.skipped = 1e6
    departures(Gate(slow, clock), clock, 3)
    restarted = SkippingClock()
    departures(Gate(slow, restarted), restarted, 3)
    assert sum(restarted.slept) < 1


def test_a_slot_absurdly_far_ahead_is_ignored(slow: ClientOptions, clock: SkippingClock) -> None:
    gate = Gate(slow, clock)
    with gate._record() as record:
        record.next_slot = clock.monotonic() + 1e5
    gate.wait(NEVER)
    assert sum(clock.slept) < 1


def test_a_pause_holds_for_other_gates_and_survives_a_restart(slow: ClientOptions, clock: SkippingClock) -> None:
    until = Gate(slow, clock).close(600, "status 429")
    started_later = SkippingClock()
    Gate(slow, started_later).wait(NEVER)
    assert 599 < sum(started_later.slept) < 602
    assert started_later.wall() >= until.timestamp()


def test_a_pause_that_begins_while_a_request_waits_is_kept(slow: ClientOptions, clock: SkippingClock) -> None:
    gate, other = Gate(slow, clock), Gate(slow, clock)
    departures(gate, clock, 2)
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

    Gate(slow, Interrupted()).wait(NEVER)
    assert clock.wall() >= opened[0]


def test_a_longer_pause_is_not_shortened(slow: ClientOptions, clock: SkippingClock) -> None:
    gate = Gate(slow, clock)
    until = gate.close(600, "status 429")
    assert gate.close(1, "status 429") == until
    gate.wait(NEVER)
    assert sum(clock.slept) > 599


def test_a_clock_set_back_does_not_prolong_a_pause(slow: ClientOptions, clock: SkippingClock) -> None:
    Gate(slow, clock).close(600, "status 429")
    clock.wall_shift = -7200
    Gate(slow, clock).wait(NEVER)
    assert 599 < sum(clock.slept) < 602


def test_a_closed_gate_can_be_seen_without_waiting(slow: ClientOptions) -> None:
    assert read_gate(slow).closed_until is None
    assert slow.gate_folder is not None
    assert not slow.gate_folder.exists()
    until = Gate(slow).close(600, "status 429 for /x")
    assert read_gate(slow) == GateState(until, "status 429 for /x")


def test_the_reason_of_a_pause_that_is_over_is_not_shown(slow: ClientOptions) -> None:
    gate = Gate(slow)
    gate.close(0.001, "é" * 1000)
    time.sleep(0.005)
    assert read_gate(slow) == GateState(None, None)
    gate.wait(NEVER)


def test_a_replica_has_a_gate_of_its_own_and_the_sec_one_for_all_its_hosts(
    make_options: Callable[..., ClientOptions],
) -> None:
    Gate(make_options(base_url="http://127.0.0.1:8000")).close(600, "status 429")
    assert read_gate(make_options(base_url="http://127.0.0.1:8001")).closed_until is None
    assert read_gate(make_options(base_url="https://www.sec.gov", requests_per_second=8)).closed_until is None
    Gate(make_options(base_url="https://www.sec.gov", requests_per_second=8)).close(600, "status 429")
    assert read_gate(make_options(base_url="https://data.sec.gov", requests_per_second=8)).closed_until is not None


@pytest.mark.skipif(not hasattr(os, "fchmod"), reason="permissions of POSIX")
def test_every_user_of_the_machine_can_use_it_whatever_the_umask(slow: ClientOptions) -> None:
    mask = os.umask(0o077)
    try:
        Gate(slow)
    finally:
        os.umask(mask)
    assert slow.gate_folder is not None
    assert stat.S_IMODE(slow.gate_folder.stat().st_mode) == 0o1777
    assert stat.S_IMODE((slow.gate_folder / "sec.gov.gate").stat().st_mode) == 0o666


def test_a_folder_swept_away_is_made_again(slow: ClientOptions, clock: SkippingClock) -> None:
    gate = Gate(slow, clock)
    assert slow.gate_folder is not None
    (slow.gate_folder / "sec.gov.gate").unlink()
    slow.gate_folder.rmdir()
    gate.wait(NEVER)
    assert (slow.gate_folder / "sec.gov.gate").is_file()


def test_closing_the_client_wakes_who_waits(slow: ClientOptions) -> None:
    gate = Gate(slow)
    gate.close(600, "status 429")
    stop = threading.Event()
    threading.Timer(0.05, stop.set).start()
    with pytest.raises(ClientClosed):
        gate.wait(stop)

"""The rate over machines: parts that never exceed it, a pause that all hear of, nothing that a crash leaves."""

import math
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from form4lake.crawler import ClientOptions, PaceLost
from form4lake.crawler import shared_pace as pace
from form4lake.crawler.rate_limiter import RateLimiter
from form4lake.crawler.shared_pace import Member, Pause, Record, SharedPace, fair_part

NEVER = threading.Event()


class InMemory:
    """A record as a bucket has it; `lost` makes it fail, `slow` seconds pass before each answer."""

    def __init__(self) -> None:
        self.content: tuple[bytes, str] | None = None
        self.lost = False
        self.slow = 0.0
        self.most = 0.0
        self._lock = threading.Lock()
        self._version = 0

    def read(self) -> tuple[bytes, str] | None:
        self._ask()
        return self.content

    def swap(self, content: bytes, version: str | None) -> bool:
        self._ask()
        with self._lock:
            if version != (self.content and self.content[1]):
                return False
            self._version += 1
            self.content = content, str(self._version)
            self.most = max(self.most, sum(self.record.members[each].part for each in self.record.members))
        return True

    def _ask(self) -> None:
        time.sleep(self.slow)
        if self.lost:
            raise PaceLost("the bucket is away")

    @property
    def record(self) -> Record:
        assert self.content is not None
        found = Record.decode(self.content[0])
        assert found is not None
        return found


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """All times a twentieth of what they are."""
    for name in ("LOOK", "SIGN", "LEASE", "GONE", "IDLE"):
        monkeypatch.setattr(pace, f"{name}_SECONDS", getattr(pace, f"{name}_SECONDS") / 20)


@pytest.fixture
def record() -> InMemory:
    return InMemory()


@pytest.fixture
def make(record: InMemory) -> Iterator[Callable[..., SharedPace]]:
    made: list[SharedPace] = []

    def one(rate: float = 8.0, paused: Callable[[float, str], object] = lambda *_: None) -> SharedPace:
        made.append(SharedPace(record, rate, paused))
        return made[-1]

    yield one
    for each in made:
        each.leave()


def become(expected: list[float], *paces: SharedPace) -> None:
    """Wait until the parts are so."""
    deadline = time.monotonic() + 20
    while (parts := [each.part() for each in paces]) != expected:
        assert sum(parts) <= 10.0, parts
        assert time.monotonic() < deadline, parts
        time.sleep(0.005)


def test_one_machine_has_all_of_it_at_once(make: Callable[..., SharedPace]) -> None:
    assert make().part() == 8.0


def test_machines_share_it_in_whole_requests_and_get_back_what_others_leave(
    make: Callable[..., SharedPace], record: InMemory
) -> None:
    first, second, third = make(), make(), make()
    assert first.part() == 8.0
    assert second.part() == 0.0, "the first has all, until it has seen the second"
    become([4.0, 4.0], first, second)
    deadline = time.monotonic() + 20
    while sorted(parts := [each.part() for each in (first, second, third)]) != [2.0, 3.0, 3.0]:
        assert time.monotonic() < deadline, parts
        time.sleep(0.005)
    second.leave()
    become([4.0, 4.0], first, third)
    third.leave()
    become([8.0], first)
    assert record.most <= 8.0, "the record never gave more than the rate"


def test_the_lowest_rate_that_a_machine_is_set_to_holds_for_all(make: Callable[..., SharedPace]) -> None:
    fast, careful = make(10.0), make(4.0)
    fast.part()
    become([2.0, 2.0], fast, careful)


def test_more_machines_than_requests_a_second_have_equal_shares() -> None:
    record = Record({f"{number}": Member(0, 8, 1, "") for number in range(16)})
    assert {fair_part(record, each) for each in record.members} == {0.5}


def test_a_machine_that_went_silent_is_waited_for_until_its_lease_is_over(
    make: Callable[..., SharedPace], record: InMemory
) -> None:
    record.swap(Record({"dead": Member(8.0, 8.0, 7, "elsewhere 1")}).encode(), None)
    began = time.monotonic()
    late = make()
    assert late.part() == 0.0
    become([8.0], late)
    assert time.monotonic() - began >= pace.LEASE_SECONDS
    assert "dead" not in record.record.members


def test_a_process_of_this_machine_that_was_killed_is_not_waited_for(
    make: Callable[..., SharedPace], record: InMemory
) -> None:
    dead = Member(8.0, 8.0, 7, f"{pace._this_machine()} {2**22 + 1}")
    record.swap(Record({"dead": dead}).encode(), None)
    assert make().part() == 8.0


def test_who_cannot_reach_the_record_stops_before_others_take_its_part(
    make: Callable[..., SharedPace], record: InMemory
) -> None:
    cut_off = make()
    assert cut_off.part() == 8.0
    record.lost = True
    began = time.monotonic()
    ended: PaceLost | None = None
    while ended is None:
        try:
            cut_off.part()
        except PaceLost as lost:
            ended = lost
    assert "the bucket is away" in str(ended)
    assert time.monotonic() - began <= pace.GONE_SECONDS
    record.lost = False
    time.sleep(2 * pace.LOOK_SECONDS)
    become([8.0], cut_off)


def test_an_idle_machine_gives_its_part_back(make: Callable[..., SharedPace], record: InMemory) -> None:
    idle, busy = make(), make()
    idle.part()
    become([8.0], busy)
    assert len(record.record.members) == 1
    become([4.0, 4.0], idle, busy)


@pytest.mark.parametrize("rubbish", [b"", b"{}", b"[]", b'{"format": "form4lake-pace-1"}', b"\xff", b"[" * 100_000])
def test_a_record_that_cannot_be_read_is_made_again(
    make: Callable[..., SharedPace], record: InMemory, rubbish: bytes
) -> None:
    record.content = rubbish, "odd"
    assert make().part() == 8.0


@pytest.mark.parametrize("part", [math.nan, math.inf, -1.0])
def test_parts_that_are_no_rate_are_no_record(part: float) -> None:
    assert Record.decode(Record({"x": Member(part, 8.0, 1, "")}).encode()) is None


def test_a_pause_reaches_the_others_and_those_that_begin_during_it(
    make: Callable[..., SharedPace], record: InMemory
) -> None:
    heard: list[tuple[float, str]] = []
    first, second = make(), make(paused=lambda *pause: heard.append(pause))
    first.part()
    become([4.0, 4.0], first, second)
    first.pause(600, "status 429")
    deadline = time.monotonic() + 20
    while not heard:
        assert time.monotonic() < deadline
        time.sleep(0.005)
    assert heard == [(600, "status 429")]
    make(paused=lambda *pause: heard.append(pause)).part()
    assert heard[1:] == [(600, "status 429")]


def test_a_pause_that_is_long_over_is_not_kept_again(make: Callable[..., SharedPace], record: InMemory) -> None:
    heard: list[float] = []
    over = Pause("old", 600, time.time() - pace.SKEW_SECONDS - 1, "status 429")
    record.swap(Record({}, over).encode(), None)
    make(paused=lambda seconds, _: heard.append(seconds)).part()
    assert heard == []


def test_rate_limiters_of_two_machines_keep_the_rate_and_the_pause(
    make_options: Callable[..., ClientOptions], record: InMemory, tmp_path: Path
) -> None:
    def machine(name: str) -> RateLimiter:
        options = make_options(
            base_url="http://127.0.0.1", requests_per_second=40.0, rate_limiter_folder=tmp_path / name
        )
        return RateLimiter(options, shared=record)

    first, second = machine("first"), machine("second")
    times: list[float] = []
    over = threading.Event()

    def work(limiter: RateLimiter) -> None:
        while not over.is_set():
            limiter.wait(NEVER)
            times.append(time.monotonic())

    threads = [threading.Thread(target=work, args=(each,), daemon=True) for each in (first, second) for _ in range(3)]
    for thread in threads:
        thread.start()
    time.sleep(2)
    first.close(1.0, "status 429")
    closed = time.monotonic()
    time.sleep(2)
    over.set()
    for thread in threads:
        thread.join(10)
    first.leave()
    second.leave()
    times.sort()
    assert len(times) > 60
    assert max(sum(start <= each < start + 1 for each in times) for start in times) <= 40
    during = [each for each in times if closed + 2 * pace.LOOK_SECONDS < each < closed + 0.95]
    assert during == []
    assert any(each > closed + 1 for each in times)

"""The rate over machines that share a lake: each process has a lease of a part of it, in a record that all can change.

Guaranteed: whatever the clocks of the machines say and whatever dies when, the leases that are in use together never
exceed the rate. A process uses a part only once the record says so, gives it up for LEASE_SECONDS after it last wrote
itself, by its own monotonic clock, and counts another as gone once it has seen no sign of that one for longer than
that, by its own. No time of one machine is compared with another's.

The parts are whole requests a second while there are no more processes than those; in no second then do the machines
together make more than the rate. A pause is known everywhere within LOOK_SECONDS or two; a process that begins during
one counts what is left of it by the time that it ends, so that there the clocks should agree to a minute.
"""

from __future__ import annotations

import json
import logging
import math
import os
import secrets
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from .errors import CrawlError

log = logging.getLogger("form4lake.crawler")

LOOK_SECONDS = 1.0
"""How often a process at work looks at the record."""
SIGN_SECONDS = 5.0
"""How often it writes that it is still there."""
LEASE_SECONDS = 20.0
"""How long it may go on if it can write no more."""
GONE_SECONDS = 25.0
"""How long a process must have given no sign before its part is another's: longer than the lease."""
IDLE_SECONDS = 10.0
"""A process that asks for nothing for so long gives its part back."""
LEAVING_SECONDS = 3.0
SKEW_SECONDS = 60.0
"""How far clocks may be apart before a pause seems over too soon."""

_MAGIC = "form4lake-pace-1"
_TRIES = 8


class PaceLost(CrawlError):
    """The record in the lake by which machines share the rate cannot be read or written."""

    transient = True


class SharedRecord(Protocol):
    """A few bytes where several machines find them, changed by compare-and-swap. Both raise PaceLost."""

    def read(self) -> tuple[bytes, str] | None:
        """The content and its version; None if there is none."""

    def swap(self, content: bytes, version: str | None) -> bool:
        """Put this content in place of that version (None: of nothing); False if another was faster."""


@dataclass(slots=True)
class Member:
    """A process at work: the part that it may use, its own setting for the whole, and a number that changes."""

    part: float
    rate: float
    sign: int
    who: str


@dataclass(slots=True)
class Pause:
    """A throttle's pause; `seconds` when it began, `until` by the clock of whoever began it."""

    id: str
    seconds: float
    until: float
    reason: str


@dataclass(slots=True)
class Record:
    """What the machines know of each other; all rates in requests a second."""

    members: dict[str, Member] = field(default_factory=dict)
    pause: Pause | None = None

    def encode(self) -> bytes:
        members = {id_: [each.part, each.rate, each.sign, each.who] for id_, each in self.members.items()}
        pause = self.pause and [self.pause.id, self.pause.seconds, self.pause.until, self.pause.reason]
        return json.dumps({"format": _MAGIC, "members": members, "pause": pause}).encode()

    @classmethod
    def decode(cls, raw: bytes) -> Record | None:
        """The record; None if these bytes are none."""
        try:
            found: dict[str, Any] = json.loads(raw)
            if found["format"] != _MAGIC:
                return None
            members = {
                str(id_): Member(float(part), float(rate), int(sign), str(who))
                for id_, (part, rate, sign, who) in found["members"].items()
            }
            pause = None
            if found["pause"] is not None:
                id_, seconds, until, reason = found["pause"]
                pause = Pause(str(id_), float(seconds), float(until), str(reason))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return None
        numbers = [number for each in members.values() for number in (each.part, each.rate)]
        return cls(members, pause) if all(math.isfinite(each) and each >= 0 for each in numbers) else None


def fair_part(record: Record, id_: str) -> float:
    """What a member should have: whole requests a second, or an equal share where there are more members than those."""
    total = min(each.rate for each in record.members.values())
    count, place = len(record.members), sorted(record.members).index(id_)
    if count == 1:
        return total
    whole = math.floor(total)
    if count > whole:
        return total / count
    return whole // count + (place < whole % count)


def _target(record: Record, id_: str) -> float:
    """What a member may have of its fair part, as others still hold theirs."""
    held = sum(each.part for other, each in record.members.items() if other != id_)
    total = min(each.rate for each in record.members.values())
    found = max(0.0, min(fair_part(record, id_), total - held))
    return math.floor(found) if len(record.members) > 1 and found > 1 else found


def _this_machine() -> str:
    """What process numbers are valid in: this run of this machine, this container; "" where that cannot be told."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot}/{Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return ""


def _ended_here(who: str) -> bool:
    """Whether a member was a process of this machine that has ended."""
    machine, _, number = who.rpartition(" ")
    if not machine or machine != _this_machine() or not number.isdigit():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        pass
    return False


class SharedPace:
    """This process's part of the rate; its threads share it, and one more looks at the record while there is work."""

    def __init__(self, record: SharedRecord, rate: float, paused: Callable[[float, str], object]) -> None:
        """`rate`: requests a second over all machines. `paused` is told of a pause that another machine began."""
        self._record = record
        self._rate = rate
        self._paused = paused
        self._id = secrets.token_hex(8)
        self._who = f"{_this_machine()} {os.getpid()}"
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._wanted_at = -math.inf
        self._part = 0.0
        self._lease_until = -math.inf
        self._written_at = -math.inf
        self._sign = 0
        self._lowered_at = -math.inf
        self._seen: dict[str, tuple[int, float]] = {}
        self._known_pause: str | None = None
        self._failure: PaceLost | None = None

    def part(self) -> float:
        """Requests a second that this process may make now; 0 while it has none. Raises PaceLost."""
        self._wanted_at = time.monotonic()
        if self._thread is None:
            self._join()
        if time.monotonic() < self._lease_until:
            return self._part
        if self._failure is not None:
            raise self._failure
        return 0.0

    def pause(self, seconds: float, reason: str) -> None:
        """Tell the other machines of a pause that begins now."""
        begun = Pause(secrets.token_hex(8), seconds, time.time() + seconds, reason[:200])
        self._known_pause = begun.id
        try:
            for _ in range(_TRIES):
                record, version = self._read()
                record.pause = begun
                if self._record.swap(record.encode(), version):
                    return
        except PaceLost as failed:
            log.warning("other machines do not hear of the pause: %s", failed)

    def leave(self) -> None:
        """Give the part back; waits a little for it."""
        self._stop.set()
        thread = self._thread
        if thread is not None:
            thread.join(LEAVING_SECONDS)

    def _join(self) -> None:
        with self._lock:
            if self._thread is None and not self._stop.is_set():
                self._step()
                self._thread = threading.Thread(target=self._watch, name="pace", daemon=True)
                self._thread.start()

    def _watch(self) -> None:
        while not self._stop.wait(LOOK_SECONDS):
            with self._lock:
                if time.monotonic() - self._wanted_at > IDLE_SECONDS:
                    break
                self._step()
        with self._lock:
            self._part, self._lease_until, self._written_at = 0.0, -math.inf, -math.inf
            self._thread = None
            with suppress(PaceLost):  # then the others see no sign any more
                self._give_back()

    def _step(self) -> None:
        """Look at the record, and change in it what is to be changed."""
        try:
            for _ in range(_TRIES):
                if self._looked():
                    break
            self._failure = None
        except PaceLost as failed:
            self._failure = failed

    def _looked(self) -> bool:
        """One try; False if another machine was faster."""
        record, version = self._read()
        now = time.monotonic()
        self._hear(record)
        self._bury(record, now)
        known = record.members.get(self._id)
        mine = Member(known.part if known else 0.0, self._rate, 0, self._who)
        record.members[self._id] = mine
        target = _target(record, self._id)
        written = target
        if known and target < known.part:
            # It is used less from now on, and given to others a look later: no second is to hold both.
            if target < self._part:
                self._part, self._lowered_at = target, now
            if now - self._lowered_at < LOOK_SECONDS / 2:
                written = known.part
        if known and written == known.part and now - self._written_at < SIGN_SECONDS:
            self._part = min(written, target)
            return True
        if not known and not target:
            log.warning("others have all of the rate now; waiting for a part of it")
        self._sign += 1
        mine.part, mine.sign = written, self._sign
        if not self._record.swap(record.encode(), version):
            return False
        self._written_at, self._lease_until = now, now + LEASE_SECONDS
        self._part = min(written, target)
        return True

    def _hear(self, record: Record) -> None:
        """Take note of a pause that another machine began."""
        pause = record.pause
        if pause is None or pause.id == self._known_pause:
            return
        self._known_pause = pause.id
        left = min(pause.seconds, pause.until + SKEW_SECONDS - time.time())
        if left > 0:
            self._paused(left, pause.reason)

    def _bury(self, record: Record, now: float) -> None:
        """Take out who has given no sign for so long that its lease is over."""
        self._seen = {
            id_: seen if (seen := self._seen.get(id_)) and seen[0] == each.sign else (each.sign, now)
            for id_, each in record.members.items()
            if id_ != self._id
        }
        for id_, (_, since) in self._seen.items():
            if now - since > GONE_SECONDS or _ended_here(record.members[id_].who):
                del record.members[id_]

    def _give_back(self) -> None:
        for _ in range(_TRIES):
            record, version = self._read()
            if record.members.pop(self._id, None) is None or self._record.swap(record.encode(), version):
                return

    def _read(self) -> tuple[Record, str | None]:
        """The record and its version; what cannot be read counts as an empty one, of which others make theirs."""
        found = self._record.read()
        if found is None:
            return Record(), None
        content, version = found
        return Record.decode(content) or Record(), version

"""The rate limiter of a machine: every request of every process waits for its turn, and for the end of a pause.

One small file a host holds the next free slot, the last departure and how long the rate limiter is closed; it is its
own lock file. A request takes the next free slot, sleeps until then without holding the lock, and looks again before
it goes. A process that is killed leaves a slot unused and nothing locked.
"""

from __future__ import annotations

import logging
import math
import os
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from datetime import UTC, datetime

from .clock import Clock
from .errors import ClientClosed
from .limiter_file import limiter_file, locked
from .options import ClientOptions
from .shared_pace import SharedPace, SharedRecord

log = logging.getLogger("form4lake.crawler")

SLOT_SHARE = 1.015
"""Slots are this much wider than 1/rate, so that late wake-ups can be caught up without ever going below it."""

CLOSEST_SHARE = 1.008
"""No departure comes sooner after the one before than this share of 1/rate, however late that one was: what is above 1
is how late, in shares of a second, one may arrive at EDGAR without making one too many of the second before it ends."""

ABSURD_SECONDS = 60.0
ABSURD_SLOTS = 1000
"""A next slot farther ahead than both is a leftover, not a queue, and is ignored."""

NO_PART_SECONDS = 0.1
"""How often it is looked whether this process has a part of a rate that machines share."""

RECHECK_SECONDS = 30.0
"""A closed rate limiter is looked at this often at least: the clock may be set, or the machine may have slept."""

SAME_SECONDS = 1e-5
"""Times in the record are rounded to less than this."""

CLAIMED_SECONDS = 5.0
"""A last departure may be as far ahead, where a request goes before others: they see it as gone already."""

_MAGIC = "form4lake-gate-1"
_RECORD_BYTES = 128
_REASON_BYTES = 256
"""Why the rate limiter was closed last, as text, behind the record: no request has to read it."""


@dataclass(frozen=True, slots=True)
class RateLimiterState:
    """Until when a rate limiter is closed (UTC) and why, both None while it is open."""

    closed_until: datetime | None = None
    reason: str | None = None


@dataclass(slots=True)
class _Record:
    """The content of the file: two times of the monotonic clock, two of the wall clock."""

    next_slot: float
    last_departure: float
    closed_at: float = 0.0
    closed_until: float = 0.0

    def encode(self) -> bytes:
        text = " ".join((_MAGIC, *(f"{value:.6f}" for value in astuple(self))))
        return f"{text} {zlib.crc32(text.encode()):08x}".ljust(_RECORD_BYTES - 1).encode() + b"\n"

    @classmethod
    def decode(cls, raw: bytes) -> _Record | None:
        """The record, or None if these bytes are none: a new file, or one that a power loss left half written."""
        text, _, checksum = raw.decode("ascii", "replace").rstrip().rpartition(" ")
        magic, *numbers = text.split(" ")
        if magic != _MAGIC or len(numbers) != 4 or checksum != f"{zlib.crc32(text.encode()):08x}":
            return None
        values = [float(number) for number in numbers]
        return cls(*values) if all(map(math.isfinite, values)) else None


class RateLimiter:
    """One host's rate limiter; threads may share the object, processes share the file."""

    def __init__(
        self,
        options: ClientOptions,
        clock: Clock | None = None,
        *,
        shared: SharedRecord | None = None,
        ahead_share: float = 0.0,
    ) -> None:
        """Make the folder and the file if need be; raises BadOptions if they cannot be used.

        `shared`: where the machines that share the rate agree on it; None: this one has all of it. `ahead_share`: the
        share of the rate, 0 to 1, for which requests of this object go before those that wait already.
        """
        self._path = limiter_file(options)
        self._own = options.rate_limiter_folder is None
        self._clock = clock or Clock()
        self._spacing = SLOT_SHARE / options.requests_per_second
        self._closest = CLOSEST_SHARE / options.requests_per_second
        self._pace = SharedPace(shared, options.requests_per_second, self._close_here) if shared else None
        self._last = -math.inf
        self._ahead_gap = 1 / (ahead_share * options.requests_per_second) if ahead_share else math.inf
        self._last_ahead = -math.inf
        self._threads = threading.Lock()
        self._announced = 0.0
        with self._record():
            pass

    def wait(self, stop: threading.Event) -> None:
        """Return when it is this request's turn, after any pause; raises ClientClosed once `stop` is set."""
        slot = claim = None
        while not stop.is_set():
            own_gap = self._own_gap()
            if own_gap is None:
                slot = claim = None
                self._clock.sleep(NO_PART_SECONDS, stop)
                continue
            with self._record(stop=stop) as record:
                now = self._clock.monotonic()
                closed_for = record.closed_until - self._clock.wall()
                if closed_for > 0:
                    slot = claim = None
                    delay = min(closed_for, RECHECK_SECONDS)
                    self._announce(record.closed_until)
                else:
                    earliest = max(record.last_departure + self._closest, self._last + own_gap)
                    if claim is not None and abs(record.last_departure - claim) < SAME_SECONDS:
                        earliest = claim  # nobody has gone since
                    if slot is None:
                        slot = max(record.next_slot, now)
                        record.next_slot = slot + self._spacing
                        if now - self._last_ahead >= self._ahead_gap:
                            slot = claim = record.last_departure = self._last_ahead = max(now, earliest)
                    delay = max(slot, earliest) - now
                    if delay <= 0:
                        record.last_departure = self._last = now
                        return
            self._clock.sleep(delay, stop)
        raise ClientClosed("the client was closed while a request waited for its turn; run again to carry on")

    def close(self, seconds: float, reason: str) -> datetime:
        """Close the rate limiter to every process for at least `seconds` from now; returns until when (UTC)."""
        until = self._close_here(seconds, reason)
        if self._pace is not None:
            self._pace.pause(seconds, reason)
        return until

    def leave(self) -> None:
        """Give back what this process has of a rate that machines share; waits a few seconds for it at most."""
        if self._pace is not None:
            self._pace.leave()

    def _own_gap(self) -> float | None:
        """Seconds between two requests of this process, beside what the machine has; None while it has to wait."""
        if self._pace is None:
            return 0.0
        part = self._pace.part()
        return CLOSEST_SHARE / part if part else None

    def _close_here(self, seconds: float, reason: str) -> datetime:
        with self._record(reason) as record:
            now = self._clock.wall()
            if now + seconds > record.closed_until:
                record.closed_at, record.closed_until = now, now + seconds
            return datetime.fromtimestamp(record.closed_until, UTC)

    def _announce(self, closed_until: float) -> None:
        if closed_until > self._announced + 1:  # answers under way when it closed push it by milliseconds
            self._announced = closed_until
            log.warning("EDGAR wants a pause: no request before %s", _local_time(closed_until))

    @contextmanager
    def _record(self, reason: str | None = None, stop: threading.Event | None = None) -> Iterator[_Record]:
        """The record, to be changed; with a reason to keep beside it, durable at the end."""
        with self._threads, locked(self._path, own=self._own, stop=stop) as file:
            record = self._healed(_Record.decode(os.read(file, _RECORD_BYTES)))
            yield record
            os.lseek(file, 0, os.SEEK_SET)
            os.write(file, record.encode())
            if reason is not None:
                os.write(file, reason.encode()[:_REASON_BYTES].ljust(_REASON_BYTES))
                os.fsync(file)

    def _healed(self, record: _Record | None) -> _Record:
        """The record with whatever no sane past can have written put to now: never unlimited, never for ever."""
        now, wall = self._clock.monotonic(), self._clock.wall()
        if record is None:
            return _Record(next_slot=now + self._spacing, last_departure=now)
        absurd = max(ABSURD_SECONDS, ABSURD_SLOTS * self._spacing)
        ahead = max(CLAIMED_SECONDS, 2 * self._spacing)
        if record.last_departure > now + ahead or record.next_slot - now > absurd:  # the machine was restarted
            record.next_slot, record.last_departure = now + self._spacing, now
        if record.closed_at > wall:  # the clock was set back: the pause moves with it
            record.closed_until -= record.closed_at - wall
            record.closed_at = wall
        return record


def read_rate_limiter(options: ClientOptions) -> RateLimiterState:
    """Whether the rate limiter of these options is closed; raises BadOptions if it cannot be read."""
    path = limiter_file(options)
    if not os.path.lexists(path):
        return RateLimiterState()
    with locked(path, own=options.rate_limiter_folder is None) as file:
        record = _Record.decode(os.read(file, _RECORD_BYTES))
        reason = os.read(file, _REASON_BYTES).decode("utf-8", "replace").strip()
    if record is None or record.closed_until <= Clock().wall():
        return RateLimiterState()
    return RateLimiterState(datetime.fromtimestamp(record.closed_until, UTC), reason or None)


def _local_time(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).astimezone().strftime("%H:%M:%S %Z")

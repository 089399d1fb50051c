"""One deadline over a whole request, whatever the server does: a watchdog shuts the connection when the time is up.

A socket's own time-out starts again with each byte, so a server that trickles headers, chunk lines or trailers would
hold a thread for ever. Here each connection has a second handle; to shut that wakes whoever reads, TLS or not.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, InvalidStateError
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.poolmanager import PoolManager, ProxyManager


class TimeIsUp(OSError):
    """The deadline passed before there was a connection."""


class Line:
    """A second handle to a connection's socket, which outlives what TLS and HTTP make of the first."""

    def __init__(self, connection: socket.socket) -> None:
        self._handle = connection.dup()
        self._lock = threading.Lock()
        self._in_use = False
        self._left = False

    def use(self) -> None:
        """A request begins on the connection."""
        self._in_use = True

    def release(self) -> None:
        """The request is over."""
        self._in_use = False
        self._close_if_done()

    def leave(self) -> None:
        """The connection is given up; its last answer may still be read, until `release`."""
        self._left = True
        self._close_if_done()

    def shut(self) -> None:
        """End whatever is read or written."""
        with self._lock, suppress(OSError):
            self._handle.shutdown(socket.SHUT_RDWR)

    def _close_if_done(self) -> None:
        if self._left and not self._in_use:
            with self._lock:
                self._handle.close()


class Exchange:
    """A request under way in one thread; `deadline` in seconds of the monotonic clock."""

    def __init__(self, deadline: float) -> None:
        self.began = time.monotonic()
        self.deadline = deadline
        self.shut = False
        """Whether the time was up: then what was read may lack the end of the body."""
        self._line: Line | None = None
        self._dialled: Future[socket.socket] | None = None

    def dial(self, connect: Callable[[], socket.socket]) -> socket.socket:
        """What `connect` brings, or TimeIsUp: looking up a name cannot be interrupted, only left alone."""
        found: Future[socket.socket] = Future()
        self._dialled = found

        def work() -> None:
            try:
                connected = connect()
            except BaseException as error:  # noqa: BLE001 raised again in the thread that waits
                with suppress(InvalidStateError):
                    found.set_exception(error)
                return
            try:
                found.set_result(connected)
            except InvalidStateError:  # nobody waits any more
                connected.close()

        threading.Thread(target=work, name="dial", daemon=True).start()
        if self.shut:
            self.end()
        return found.result()

    def use(self, line: Line | None) -> None:
        """The request goes over this line."""
        if line is not self._line:
            self.release()
            self._line = line
        if line is not None:
            line.use()
            if self.shut:
                line.shut()

    def release(self) -> None:
        """The request is over."""
        if self._line is not None:
            self._line.release()
            self._line = None

    def end(self) -> None:
        """Shut it; called by the watchdog."""
        self.shut = True
        if self._dialled is not None:
            with suppress(InvalidStateError):
                self._dialled.set_exception(TimeIsUp("no connection in time"))
        if (line := self._line) is not None:
            line.shut()


_CURRENT: ContextVar[Exchange] = ContextVar("exchange")


class Watchdog:
    """Ends the requests of a client whose time is up; one thread, which lives while requests are under way."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._under_way: set[Exchange] = set()
        self._last_call: float | None = None
        self._wakes_at = float("inf")
        self._watching = False

    @contextmanager
    def exchange(self, seconds: float) -> Iterator[Exchange]:
        """A request of this thread, which has `seconds` unless `extend` says otherwise."""
        found = Exchange(time.monotonic() + seconds)
        with self._changed:
            self._under_way.add(found)
            self._note(found)
        token = _CURRENT.set(found)
        try:
            yield found
        finally:
            _CURRENT.reset(token)
            with self._changed:
                self._under_way.discard(found)
            found.release()

    def extend(self, exchange: Exchange, seconds: float) -> None:
        """Give a request `seconds` from its beginning."""
        with self._changed:
            exchange.deadline = exchange.began + seconds
            self._note(exchange)

    def last_call(self, seconds: float) -> None:
        """Give every request, those to come too, at most `seconds` from now."""
        with self._changed:
            self._last_call = time.monotonic() + seconds
            for each in self._under_way:
                self._note(each)

    def _note(self, exchange: Exchange) -> None:
        """A deadline is new; wake the thread if that comes before what it waits for."""
        if self._last_call is not None:
            exchange.deadline = min(exchange.deadline, self._last_call)
        if not self._watching:
            self._watching = True
            threading.Thread(target=self._watch, name="watchdog", daemon=True).start()
        elif exchange.deadline < self._wakes_at:
            self._changed.notify()

    def _watch(self) -> None:
        with self._changed:
            while self._under_way or self._wait(IDLE_SECONDS):
                self._wait(self._end_overdue())
            self._watching = False

    def _end_overdue(self) -> float:
        """End the requests whose time is up; how many seconds the next one has.

        Not in `_watch`: its frame lives until the process ends, and would keep a request with its error and its frames.
        """
        now = time.monotonic()
        for each in self._under_way:
            if each.deadline <= now and not each.shut:
                each.end()
        waiting = [each.deadline for each in self._under_way if not each.shut]
        return min(waiting, default=now + IDLE_SECONDS) - now

    def _wait(self, seconds: float) -> bool:
        self._wakes_at = time.monotonic() + seconds
        self._changed.wait(seconds)
        return bool(self._under_way)


IDLE_SECONDS = 10.0
"""The watchdog's thread ends after so long without a request."""


class _Connection(HTTPConnection):
    """A connection that the watchdog of the request on it can shut."""

    _line: Line | None = None

    def _new_conn(self) -> socket.socket:
        exchange = _CURRENT.get()
        connected = exchange.dial(super()._new_conn)
        self._line = Line(connected)
        exchange.use(self._line)
        return connected

    def request(self, *arguments: Any, **named: Any) -> None:
        """Send a request, over the line there is."""
        _CURRENT.get().use(self._line)
        super().request(*arguments, **named)

    def close(self) -> None:
        """Close the connection, whose last answer may still be read."""
        super().close()
        if self._line is not None:
            self._line.leave()
            self._line = None


class _TlsConnection(_Connection, HTTPSConnection):
    """The same under TLS."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class WatchedAdapter(HTTPAdapter):
    """An adapter of requests whose connections belong to the exchange of the thread that uses them."""

    def init_poolmanager(self, *arguments: Any, **named: Any) -> None:
        """Make the pools, of our connections."""
        super().init_poolmanager(*arguments, **named)
        _watched(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **named: Any) -> ProxyManager:
        """The pools behind a proxy, of our connections."""
        manager: ProxyManager = super().proxy_manager_for(proxy, **named)
        _watched(manager)
        return manager


def _watched(manager: PoolManager) -> None:
    if type(manager) in (PoolManager, ProxyManager):  # a SOCKS proxy has connections of its own
        manager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}

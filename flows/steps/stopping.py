"""Ctrl-C and SIGTERM: a run stops after the filings in flight, keeping what is done; the second ends it at once."""

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context

log = logging.getLogger("form4lake.flows")

STOPPED = "stopped when asked to; what is done is kept, and the next run carries on"

_asked: signal.Signals | None = None


class StopRequested(Exception):
    """This process was asked to stop; what is done is kept, and the run ends."""

    def __init__(self, message: str = STOPPED) -> None:
        super().__init__(message)


def asked_to_stop() -> signal.Signals | None:
    """The signal that asked this process to stop; None: none did."""
    return _asked


def check_stop() -> None:
    """Raises StopRequested where this process was asked to stop."""
    if _asked:
        raise StopRequested


@contextmanager
def stoppable(wake: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Have the signals only noted for what runs inside, which looks at `asked_to_stop`; Prefect's cancel is a SIGTERM.

    wake: called from another thread when the first comes, to end what the run waits for. In another thread than the
    main one, which gets no signals, nothing changes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def tell() -> None:
        log.warning("stopping after the filings in flight; a second Ctrl-C ends at once")
        wake()

    def note(number: int, _frame: object) -> None:
        global _asked
        # Who served the run and a service manager may both have told it to stop; a person at the keyboard means it.
        if number == signal.SIGINT and _asked:
            os._exit(128 + number)  # its children end with it
        if _asked:
            return
        _asked = signal.Signals(number)
        # Not here: the main thread may hold the very locks that telling and waking need.
        threading.Thread(target=copy_context().run, args=(tell,), daemon=True).start()

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        if not _asked:  # else the process is about to end: another SIGTERM must not cut off what it still has to say
            for number, handler in before.items():
                signal.signal(number, handler)


def exit_on_sigterm() -> None:
    """Have SIGTERM end this process like an error does, with all that is to be cleaned up, while no run notes it."""
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))

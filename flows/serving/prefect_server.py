"""Prefect's own server, API and UI, in a process beside this one."""

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from threading import Thread

import requests

from ..steps.workers import end_with_parent

HOST = "127.0.0.1"
START_SECONDS = 180.0
"""The first start migrates a new database, which takes half a minute on a slow machine."""
STOP_SECONDS = 20.0


class ServerFailed(Exception):
    """Prefect's server cannot be had; the message says why and what to do."""


def check_port(port: int) -> None:
    """Raises ServerFailed where another program listens on the port of loopback, or this one may not."""
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((HOST, port))
        except OSError as taken:
            raise ServerFailed(
                f"port {port} cannot be had ({taken.strerror}): another form4 serve or Prefect server is at work, "
                "perhaps. Set another, as FORM4_SERVE__PORT=4201, or to use that server: "
                f"PREFECT_API_URL=http://{HOST}:{port}/api"
            ) from None


@contextmanager
def prefect_server(port: int) -> Iterator[None]:
    """Have it answer on a port of loopback; its database is in PREFECT_HOME, as that of runs without a server is.

    Raises:
        ServerFailed: it does not come up.
    """
    check_port(port)
    # Spawned: a fork would copy the locks of this process's threads.
    process = get_context("spawn").Process(target=_serve, args=(port,), name="prefect-server")
    process.start()
    try:
        _await(port, process.is_alive)
        yield
    finally:
        process.terminate()
        process.join(STOP_SECONDS)
        process.kill()
        process.join()


def start_temporary_server() -> None:
    """Have Prefect start the server of a run that is told of none, deaf to the terminal's Ctrl-C: that is the run's.

    The server would end first, and the run wait in vain to tell it how it stopped. Started from a thread that has the
    signal blocked, which a process inherits; what fails is left to Prefect, which tries again as the run begins.
    """
    from prefect.client.base import ServerType, determine_server_type

    if determine_server_type() is not ServerType.EPHEMERAL:
        return
    from prefect.server.api.server import SubprocessASGIServer

    def start() -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        with suppress(RuntimeError):
            SubprocessASGIServer().start()

    # A daemon: Ctrl-C while it starts ends the command at once, and the server with it.
    starting = Thread(target=start, daemon=True)
    starting.start()
    starting.join()


def _await(port: int, alive: Callable[[], bool]) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if not alive():
            raise ServerFailed("Prefect's server ended as it started; what it said is above")
        try:
            if requests.get(f"http://{HOST}:{port}/api/health", timeout=5).ok:
                return
        except requests.RequestException:
            pass
        time.sleep(0.2)
    raise ServerFailed(f"Prefect's server does not answer within {START_SECONDS:.0f} s: start it again")


def _serve(port: int) -> None:
    """The process: away from the terminal's Ctrl-C, which the runs get first, and never without its parent."""
    os.setsid()
    Thread(target=end_with_parent, daemon=True).start()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    import uvicorn

    uvicorn.run(
        "prefect.server.api.server:create_app",
        factory=True,
        host=HOST,
        port=port,
        log_level="error",
        timeout_graceful_shutdown=3,
    )

"""Prefect's own server, API and UI, closed to strangers, in a process beside this one."""

import os
import re
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Thread

from ..steps.processes import end_with_parent
from .find_api import answers
from .state_folder import Announced, StateFolder

HOST = "127.0.0.1"
START_SECONDS = 30.0
FIRST_START_SECONDS = 180.0
"""The first start makes a database, which takes half a minute on a slow machine."""
STOP_SECONDS = 20.0
DAYS_KEPT = 90
"""How long Prefect's database keeps a run, its log lines and artifacts."""

_FOR_SERVER = {
    "PREFECT_SERVER_CSRF_PROTECTION_ENABLED": "true",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs,orphans",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(DAYS_KEPT * 24 * 3600),
    # Without it a slot of a deployment is never freed after a power loss.
    "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
}
_ERROR = re.compile(r"^[\w.]*(?:Error|Exception|Interrupt)\b.*")


class ServerFailed(Exception):
    """Prefect's server cannot be had; the message says why and what to do."""


@contextmanager
def prefect_server(port: int, secret: str, folder: StateFolder) -> Iterator[Announced]:
    """Have it answer on a port of loopback, 0: a free one; it ends with this process, however that ends.

    Raises:
        ServerFailed: it does not come up.
        SettingsError: the folder cannot be used.
    """
    folder.make()
    first = not (Path(os.environ.get("PREFECT_HOME") or folder.prefect_home) / "prefect.db").exists()
    with _listening(port) as listener:
        server = Announced(f"http://{HOST}:{listener.getsockname()[1]}", secret)
        said, says = get_context("spawn").Pipe(duplex=False)
        # Spawned: a fork would copy the locks of this process's threads.
        process = get_context("spawn").Process(
            target=_serve, args=(listener, says, server, folder), name="prefect-server"
        )
        process.start()
    says.close()
    heard = _Heard(said)
    try:
        _await(server, process.is_alive, FIRST_START_SECONDS if first else START_SECONDS, heard, folder)
        yield server
    finally:
        process.terminate()
        process.join(STOP_SECONDS)
        process.kill()
        process.join()


@contextmanager
def _listening(port: int) -> Iterator[socket.socket]:
    """A socket that listens on the port of loopback; ServerFailed where another program does, or this one may not."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
            listener.listen()
        except OSError as taken:
            raise ServerFailed(
                f"port {port} cannot be used ({taken.strerror}): another form4 serve or Prefect server is at work, "
                "perhaps. Set another, as FORM4_SERVE__PORT=4201, or to use that server: "
                f"PREFECT_API_URL=http://{HOST}:{port}/api"
            ) from None
        yield listener


class _Heard:
    """What the server writes to standard error: kept while it starts, then handed on."""

    def __init__(self, said: Connection) -> None:
        self._said = said
        self._lines: list[str] = []
        self._handing_on = False
        self._thread = Thread(target=self._listen, daemon=True)
        self._thread.start()

    def hand_on(self) -> None:
        """From now on, what it says is said on our standard error."""
        self._handing_on = True

    def reason(self) -> str:
        """Why it ended: the last error that it named."""
        self._thread.join(1)
        errors = [line for line in self._lines if _ERROR.match(line)]
        return (errors or self._lines or ["it did not say why"])[-1]

    def _listen(self) -> None:
        with open(self._said.fileno(), encoding="utf-8", errors="replace", closefd=False) as lines:
            for line in lines:
                if self._handing_on:
                    sys.stderr.write(line)
                    sys.stderr.flush()
                elif line.strip():
                    self._lines.append(line.strip())


def _await(server: Announced, alive: Callable[[], bool], seconds: float, heard: _Heard, folder: StateFolder) -> None:
    where = os.environ.get("PREFECT_HOME") or folder.prefect_home
    advice = f"its files are in {where}: move them away, or set PREFECT_HOME to another folder"
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not alive():
            raise ServerFailed(f"Prefect's server cannot start ({heard.reason()}); {advice}")
        if answers(server):
            heard.hand_on()
            return
        time.sleep(0.1)
    raise ServerFailed(f"Prefect's server does not answer within {seconds:.0f} s; run it again, or: {advice}")


def _serve(listener: socket.socket, says: Connection, server: Announced, folder: StateFolder) -> None:
    """The process: away from the terminal's Ctrl-C, which the runs get first, and never without its parent."""
    os.setsid()
    Thread(target=end_with_parent, daemon=True).start()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.dup2(says.fileno(), 2)
    os.dup2(says.fileno(), 1)
    os.environ.update(_FOR_SERVER)
    os.environ.update(_of_address(server, folder))
    os.environ.setdefault("PREFECT_HOME", str(folder.prefect_home))
    os.environ.pop("PREFECT_API_URL", None)
    import uvicorn

    from .closed_app import closed_app

    config = uvicorn.Config(
        closed_app(server.address, server.secret), log_level="error", timeout_graceful_shutdown=3, lifespan="on"
    )
    runs = uvicorn.Server(config)
    runs.run([listener])
    if not runs.started:
        sys.stderr.flush()
        os._exit(1)  # a database that cannot be used leaves a thread behind, which would keep the process


def _of_address(server: Announced, folder: StateFolder) -> dict[str, str]:
    return {
        "PREFECT_SERVER_API_AUTH_STRING": server.secret,
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": server.address,
        "PREFECT_SERVER_API_HOST": HOST,
        "PREFECT_SERVER_API_PORT": server.address.rsplit(":", 1)[1],
        "PREFECT_UI_API_URL": server.api_url,
        "PREFECT_UI_URL": server.address,
        "PREFECT_UI_STATIC_DIRECTORY": str(folder.ui),
    }

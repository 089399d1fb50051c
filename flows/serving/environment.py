"""What Prefect reads from the environment when it is imported; set by the commands that are about to import it."""

import atexit
import os
import sys
from pathlib import Path

_ALWAYS = {
    # Who uses it is told nobody: not by its server, and not by its client, which would on a terminal.
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    # A run tells its story itself; what went wrong is said once, by the run's report.
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
    # No server is started behind our back.
    "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
    # Processes that Prefect starts find our modules by our name, never files of the folder they are started in.
    "PYTHONSAFEPATH": "1",
}
_LOOPBACK = ("127.0.0.1", "localhost")


def prepare_for_prefect(home: Path | None, api_url: str | None = None, secret: str | None = None) -> None:
    """Set what Prefect reads, for this process and its children, where the user has not set it.

    home: the folder that Prefect writes into; None: its own. api_url, secret: the API of a server of ours.
    """
    for name, value in _ALWAYS.items():
        os.environ.setdefault(name, value)
    if home is not None:
        os.environ.setdefault("PREFECT_HOME", str(home))
    if api_url is not None and secret is not None:
        os.environ["PREFECT_API_URL"] = api_url
        os.environ["PREFECT_API_AUTH_STRING"] = secret
    _reach_loopback_past_proxies()


def _reach_loopback_past_proxies() -> None:
    """A proxy cannot reach our loopback for us. Where both spellings are set, some readers heed one, some the other."""
    for name in [each for each in ("no_proxy", "NO_PROXY") if each in os.environ] or ["NO_PROXY"]:
        if (past := os.environ.get(name, "")) != "*":
            os.environ[name] = ",".join(filter(None, (past, *(each for each in _LOOPBACK if each not in past))))


def end_quietly() -> None:
    """Send standard error nowhere once all is done but the interpreter's own end.

    Prefect's daemon threads may then still keep the context of a flow run, thus the flow's modules and theirs, down to
    DuckDB's: nanobind, which that is built with, would name on standard error all that is left.
    """
    atexit.register(_silence)


def _silence() -> None:
    sys.stderr.flush()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)

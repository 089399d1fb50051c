"""Prefect's flows: what runs when. How it is done is the other rooms' knowledge.

Importing this package sets what Prefect reads from the environment at its own import, where the user has not set it,
lets it reach its server on this machine past any proxy, and has its background thread end before the interpreter does.
"""

import atexit
import os
import sys

_FOR_PREFECT = {
    # The first start of Prefect's own server migrates its database, which takes longer than the default of 20 s.
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    # Who uses it is told nobody: not by its server, and not by its client, which would on a terminal.
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    # A run tells its story itself; what went wrong is said once, by the run's report.
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
}
_LOOPBACK = ("127.0.0.1", "localhost")
_LOOP_SECONDS = 5.0

for _name, _value in _FOR_PREFECT.items():
    os.environ.setdefault(_name, _value)
# A proxy cannot reach our loopback for us. Where both spellings are set, some readers heed the one, some the other.
for _name in [each for each in ("no_proxy", "NO_PROXY") if each in os.environ] or ["NO_PROXY"]:
    if (_past := os.environ.get(_name, "")) != "*":
        os.environ[_name] = ",".join(filter(None, (_past, *(each for each in _LOOPBACK if each not in _past))))


@atexit.register
def _end_prefect_loop() -> None:
    """End the thread of Prefect's event loop, a daemon, which would outlive the interpreter.

    Its loop keeps the context of the flow run, thus the flow's modules and theirs, down to DuckDB's: nanobind, which
    that is built with, then names on standard error all that is left. Prefect has sent what it had to send before.
    """
    threads = sys.modules.get("prefect._internal.concurrency.threads")
    loop = threads and threads._global_loop  # get_global_loop() would start one
    if loop:
        loop.shutdown()
        loop.thread.join(_LOOP_SECONDS)

"""`form4 serve`: Prefect's server, its UI and the scheduled runs, in one command."""

import asyncio
import os
from datetime import datetime
from typing import TYPE_CHECKING

from ..edgar_calendar import NEW_YORK
from ..exits import Exit
from ..flows.steps.run import check_run
from ..flows.steps.stopping import exit_on_sigterm
from ..settings import Settings, SettingsError, load_settings
from ..storage import Lake
from .errors import explained
from .output import say

if TYPE_CHECKING:
    from ..flows.serving.deployments import Deployed

FOR_PREFECT = {
    # Without it a slot of a deployment is never freed after a power loss.
    "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    # Our lines go to the UI, and to standard error as `--log-format` says, Prefect's own among them.
    "PREFECT_LOGGING_EXTRA_LOGGERS": "form4lake",
    "PREFECT_LOGGING_LOGGERS_PREFECT_TASK_RUNS_LEVEL": "WARNING",
    "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
    "PREFECT_LOGGING_HANDLERS_CONSOLE_CLASS": "form4lake.log_lines.Lines",
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "INFO",
}
"""What Prefect reads from the environment when it is imported, here and in the processes of the runs."""


@explained
def run_serve() -> int:
    """Serve until Ctrl-C or SIGTERM; what is wrong with settings, lake or port is said before Prefect is loaded."""
    exit_on_sigterm()
    try:
        settings = load_settings()
        check_run("serve")
        with Lake.open(settings.lake).alone("serve"):
            _serve(settings)
    except KeyboardInterrupt:
        return Exit.DONE
    say("stopped; what is done is kept")
    return Exit.DONE


def _serve(settings: Settings) -> None:
    os.environ.update(FOR_PREFECT)
    os.environ["PREFECT_SERVER_API_PORT"] = str(settings.serve.port)  # where the UI looks for the API
    say("starting Prefect; the first time takes half a minute")
    from prefect.settings import PREFECT_API_URL, PREFECT_UI_URL, temporary_settings

    from ..flows.serving.deployments import deployments
    from ..flows.serving.prefect_server import HOST, ServerFailed, prefect_server

    deployed = deployments(settings)
    if PREFECT_API_URL.value():
        say(f"using the Prefect server at {PREFECT_API_URL.value()}, as PREFECT_API_URL says")
        _run(settings, deployed, own_server=False)
        return
    address = f"http://{HOST}:{settings.serve.port}"
    os.environ["PREFECT_UI_URL"] = address  # what the server writes into notifications
    try:
        with (
            prefect_server(settings.serve.port),
            temporary_settings({PREFECT_API_URL: f"{address}/api", PREFECT_UI_URL: address}),
        ):
            _run(settings, deployed, own_server=True)
    except ServerFailed as failed:
        raise SettingsError(str(failed)) from None


def _run(settings: Settings, deployed: "list[Deployed]", *, own_server: bool) -> None:
    from prefect.settings import PREFECT_API_URL, PREFECT_UI_URL

    from ..flows.serving.serve import serve

    def ready(due: dict[str, datetime]) -> None:
        say(
            f"the UI: {PREFECT_UI_URL.value()}   (for commands in another terminal: export "
            f"PREFECT_API_URL={PREFECT_API_URL.value()})"
        )
        for name, instant in due.items():
            say(f"{name}: next at {instant.astimezone(NEW_YORK):%Y-%m-%d %H:%M %Z}")
        say("Ctrl-C stops it")

    asyncio.run(serve(deployed, settings.serve.notify_url, own_server=own_server, ready=ready))

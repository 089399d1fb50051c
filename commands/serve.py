"""`form4 serve`: Prefect's server, its UI and the scheduled runs, in one command."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from ..edgar_calendar import NEW_YORK
from ..exits import Exit
from ..flows.serving.closed_app import LOGIN
from ..flows.serving.environment import prepare_for_prefect
from ..flows.serving.find_api import answers_at_all, configured_api
from ..flows.serving.prefect_server import HOST, ServerFailed, prefect_server
from ..flows.serving.state_folder import Announced, StateFolder, state_folder
from ..flows.steps.run import check_run
from ..flows.steps.stopping import exit_on_sigterm
from ..settings import Settings, SettingsError, load_settings
from ..storage import Lake
from .errors import explained
from .output import interactive, say

if TYPE_CHECKING:
    from ..flows.serving.deployments import Deployed

FOR_RUNS = {
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
    folder = state_folder(settings)
    folder.make()
    os.environ.update(FOR_RUNS)
    if url := configured_api():
        if why := answers_at_all(url):
            raise SettingsError(f"Prefect's API at {url} does not answer ({why}): start it, or unset PREFECT_API_URL")
        prepare_for_prefect(None)
        say(f"using the Prefect server at {url}, as PREFECT_API_URL or your Prefect profile says")
        _run(settings, _deployments(settings), folder, f"the API: {url}", own_server=False)
        return
    server = Announced(f"http://{HOST}:{settings.serve.port}", folder.secret())
    prepare_for_prefect(folder.prefect_home, server.api_url, server.secret)
    os.environ["PREFECT_UI_URL"] = server.address  # what links in notifications begin with
    deployed = _deployments(settings)
    say("starting Prefect; the first time takes half a minute")
    try:
        with prefect_server(settings.serve.port, server.secret, folder), announced(server, folder):
            _run(settings, deployed, folder, _way_in(server, folder), own_server=True)
    except ServerFailed as failed:
        raise SettingsError(str(failed)) from None


@contextmanager
def announced(server: Announced, folder: StateFolder) -> Iterator[None]:
    """Have the commands of this user find the server."""
    folder.announce(server)
    try:
        yield
    finally:
        folder.withdraw()


def _way_in(server: Announced, folder: StateFolder) -> str:
    """How to open the UI: with a click on a terminal; elsewhere the secret stays out of what is logged."""
    if interactive():
        return f"the UI: {server.address}{LOGIN}#{server.secret}"
    return f"the UI: {server.address} (it asks for the password in {folder.secret_file})"


def _deployments(settings: Settings) -> "list[Deployed]":
    from ..flows.serving.deployments import deployments

    return deployments(settings)


def _run(settings: Settings, deployed: "list[Deployed]", folder: StateFolder, way_in: str, *, own_server: bool) -> None:
    from ..flows.serving.serve import serve

    def ready(due: dict[str, datetime]) -> None:
        say(way_in)
        for name, instant in due.items():
            say(f"{name}: next at {instant.astimezone(NEW_YORK):%Y-%m-%d %H:%M %Z}")
        say("Ctrl-C stops it")

    asyncio.run(serve(deployed, settings.serve.notify_url, folder.runs, own_server=own_server, ready=ready))

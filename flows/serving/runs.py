"""Where the run of a command is recorded, as the setting `prefect` says; the work is the same function everywhere."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from secrets import token_urlsafe
from typing import Any

from ...settings import Settings, SettingsError
from ..steps.flow import Flow, Told
from .environment import prepare_for_prefect
from .find_api import answers_at_all, configured_api, running_serve
from .prefect_server import ServerFailed, prefect_server
from .state_folder import state_folder


def run_flow(
    flow: Flow[..., Told], parameters: Mapping[str, Any], settings: Settings, tell: Callable[[str], None]
) -> Told:
    """Run a flow in this process and return its report.

    With `prefect: auto` Prefect records it where an API is configured or a `form4 serve` runs, and whatever is wrong
    with that is told in a line and hinders nothing. `always` needs an API, and starts a server for the run where there
    is none.

    Raises:
        SettingsError: the setting is `always`, and Prefect cannot record the run.
    """
    if settings.prefect == "never":
        return flow(**parameters)
    if settings.prefect == "always":
        with _some_api(settings):
            return _recorded(flow, parameters, tell)
    if not _found_api(settings, tell):
        return flow(**parameters)
    try:
        from .recorded import NotBegun
    except (ImportError, OSError, RuntimeError, ValueError) as failed:  # a home or settings that Prefect cannot use
        tell(f"this run is not recorded: Prefect cannot be loaded ({failed})")
        return flow(**parameters)
    try:
        return _recorded(flow, parameters, tell)
    except NotBegun as failed:
        tell(f"this run is not recorded: Prefect could not begin ({failed})")
        return flow(**parameters)


def _recorded(flow: Flow[..., Told], parameters: Mapping[str, Any], tell: Callable[[str], None]) -> Told:
    from .recorded import record

    report, failure = record(flow, parameters)
    if failure is not None:
        tell(f"the end of this run is not recorded: {failure}")
    return report


def _found_api(settings: Settings, tell: Callable[[str], None]) -> bool:
    """Whether an API is there for this run; if so, this process is prepared to import Prefect."""
    try:
        folder = state_folder(settings)
    except SettingsError:
        folder = None
    if folder and (server := running_serve(folder)) and configured_api() in (None, server.api_url):
        prepare_for_prefect(folder.prefect_home, server.api_url, server.secret)
        return True
    url = configured_api()
    if url and (why := answers_at_all(url)):
        tell(f"this run is not recorded: Prefect's API at {url} does not answer ({why})")
        return False
    if url:
        prepare_for_prefect(None)
    return url is not None


@contextmanager
def _some_api(settings: Settings) -> Iterator[None]:
    """An API for this run, if need be of a server that ends with it."""
    said: list[str] = []
    if _found_api(settings, said.append):
        yield
        return
    if said:
        raise SettingsError(f"{said[0]}: start it, unset PREFECT_API_URL, or set prefect: auto")
    folder = state_folder(settings)
    prepare_for_prefect(folder.prefect_home)
    try:
        with prefect_server(0, token_urlsafe(32), folder) as server:
            prepare_for_prefect(folder.prefect_home, server.api_url, server.secret)
            yield
    except ServerFailed as failed:
        raise SettingsError(f"{failed}. With prefect: auto (FORM4_PREFECT=auto) the run needs no server") from failed

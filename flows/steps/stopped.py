"""How a task ends that a stop cut short: in a state of its own, for Prefect takes an exception for a failure."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from prefect import State
from prefect.states import Completed

from ...crawler import ClientClosed, CrawlError
from .stopping import STOPPED, asked_to_stop

NAME = "Stopped"

P = ParamSpec("P")
R = TypeVar("R")


def stops(work: Callable[P, R]) -> Callable[P, R]:
    """Have a task end as Stopped where EDGAR's client was closed under it; other errors go on to Prefect."""

    @wraps(work)
    def until_stopped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return work(*args, **kwargs)
        except CrawlError:
            if not asked_to_stop():
                raise
            return Completed(name=NAME, message=STOPPED)  # type: ignore[return-value]  # Prefect takes a state for it

    return until_stopped


def result_of(state: State[R]) -> R:
    """What a task brought. Raises what it raised, and ClientClosed where it was stopped: so the run ends."""
    if state.name == NAME:
        raise ClientClosed(STOPPED)
    return state.result()

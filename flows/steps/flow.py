"""The decorators of flows and tasks: plain functions, of which Prefect's objects are made where a run is recorded.

Called outside a recorded run, a flow and its tasks are what they decorate, and Prefect is not imported.
"""

import sys
from collections.abc import Callable, Mapping
from functools import cached_property, update_wrapper
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar

from ..reports.run_report import Report
from .stopping import STOPPED, StopRequested

if TYPE_CHECKING:
    import prefect

RunName = str | Callable[[Mapping[str, Any]], str]
"""How a run is named: a template of the flow's parameters, or what makes a name of them."""

STOPPED_STATE = "Stopped"
"""The name of the final state of a task that a stop cut short; Prefect would take an exception for a failure."""

P = ParamSpec("P")
R = TypeVar("R")
Told = TypeVar("Told", bound=Report)


class Flow(Generic[P, Told]):
    """A flow: called, it runs at once and returns its report, whether or not Prefect knows of it."""

    def __init__(self, function: Callable[P, Told], name: str, run_name: RunName) -> None:
        self.function = function
        self.name = name
        self.run_name = run_name
        update_wrapper(self, function)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Told:
        """Run it."""
        return self.function(*args, **kwargs)


class Task(Generic[P, R]):
    """A step of a flow that Prefect shows as a task; called, it runs at once and returns what it brought."""

    def __init__(self, function: Callable[P, R], run_name: str) -> None:
        self._function = function
        self._run_name = run_name
        update_wrapper(self, function)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run it, as Prefect's task where the run of its flow is recorded."""
        if not recorded():
            return self._function(*args, **kwargs)
        state: Any = self._recorded(*args, return_state=True, **kwargs)
        if state.name == STOPPED_STATE:
            raise StopRequested(STOPPED)
        result: R = state.result()
        return result

    @cached_property
    def _recorded(self) -> "prefect.Task[..., Any]":
        from prefect import Task as PrefectTask
        from prefect.cache_policies import NO_CACHE
        from prefect.states import Completed

        def until_stopped(*args: P.args, **kwargs: P.kwargs) -> Any:
            try:
                return self._function(*args, **kwargs)
            except StopRequested as stopped:
                return Completed(name=STOPPED_STATE, message=str(stopped))

        update_wrapper(until_stopped, self._function)
        return PrefectTask(until_stopped, task_run_name=self._run_name, cache_policy=NO_CACHE)


def flow(name: str, run_name: RunName) -> Callable[[Callable[P, Told]], Flow[P, Told]]:
    """Make a flow of a function."""
    return lambda function: Flow(function, name, run_name)


def task(run_name: str) -> Callable[[Callable[P, R]], Task[P, R]]:
    """Make a task of a function; `run_name` is a template of its parameters."""
    return lambda function: Task(function, run_name)


def recorded() -> bool:
    """Whether Prefect records the run that this code is part of."""
    context = sys.modules.get("prefect.context")
    return context is not None and context.FlowRunContext.get() is not None

"""The flows as Prefect's, whose runs it records: the entry points of deployments and workers."""

from . import working_folder_last  # noqa: F401 before whatever a file of the working folder could hide

# isort: split
from collections.abc import Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec

from prefect import Flow as PrefectFlow
from prefect import State
from prefect.events.worker import EventsWorker
from prefect.logging.handlers import APILogWorker
from prefect.runtime import flow_run
from prefect.states import Failed

from .. import backfill as _backfill
from .. import backfill_datasets as _backfill_datasets
from .. import compact as _compact
from .. import nightly as _nightly
from .. import reconcile as _reconcile
from .. import reparse as _reparse
from .. import retry as _retry
from .. import watch as _watch
from ..reports.run_report import Report
from ..steps.days import WrongRange
from ..steps.flow import Flow, Told
from .artifacts import finish
from .environment import end_quietly

SEND_SECONDS = 10.0

end_quietly()

P = ParamSpec("P")


def prefect_flow(flow: Flow[P, Told]) -> PrefectFlow[P, State[Told]]:
    """Prefect's flow of the same function: its report becomes an artifact and the final state of the run."""

    @wraps(flow.function)
    def told(*args: P.args, **kwargs: P.kwargs) -> State[Told]:
        try:
            return finish(flow.function(*args, **kwargs))
        except WrongRange as wrong:
            return Failed(message=str(wrong))

    told.__module__ = __name__  # where workers look for it
    make_name = flow.run_name
    run_name = make_name if isinstance(make_name, str) else lambda: make_name(flow_run.parameters)
    return PrefectFlow(told, name=flow.name, flow_run_name=run_name)


nightly = prefect_flow(_nightly.nightly)
backfill = prefect_flow(_backfill.backfill)
backfill_datasets = prefect_flow(_backfill_datasets.backfill_datasets)
reconcile = prefect_flow(_reconcile.reconcile)
retry = prefect_flow(_retry.retry)
reparse = prefect_flow(_reparse.reparse)
compact = prefect_flow(_compact.compact)
watch = prefect_flow(_watch.watch)


class NotBegun(Exception):
    """Prefect could not begin to record a run, of which nothing is done yet; the message says why."""


@dataclass
class _Outcome:
    begun: bool = False
    report: Report | None = None


def record(flow: Flow[..., Told], parameters: Mapping[str, Any]) -> tuple[Told, str | None]:
    """Run a flow in this process with its run recorded; its report, and why Prefect could not record its end, if so.

    Raises NotBegun where Prefect fails before the flow begins, and what the flow raises.
    """
    outcome = _Outcome()

    @wraps(flow.function)
    def noted(*args: Any, **kwargs: Any) -> Told:
        outcome.begun = True
        outcome.report = flow.function(*args, **kwargs)
        return outcome.report

    failure: str | None = None
    try:
        state = prefect_flow(Flow(noted, flow.name, flow.run_name))(**parameters, return_state=True)
    except Exception as failed:  # whatever Prefect raises: what our flow raises is in the state
        if not outcome.begun:
            raise NotBegun(str(failed) or type(failed).__name__) from failed
        if outcome.report is None:
            raise
        failure = str(failed) or type(failed).__name__
    finally:
        _send_what_is_left()
    if outcome.report is None:
        error = state.result(raise_on_failure=False)
        raise error if isinstance(error, Exception) else RuntimeError(state.message)
    return outcome.report, failure  # type: ignore[return-value]  # a report of this flow's own


def _send_what_is_left() -> None:
    """Have Prefect send what it still has of the run; its server may end next."""
    APILogWorker.drain_all(timeout=SEND_SECONDS)
    EventsWorker.drain_all(timeout=SEND_SECONDS)

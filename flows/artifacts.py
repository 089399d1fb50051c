"""What a run leaves in Prefect: an artifact with its report, and a final state that says how it went."""

from typing import TypeVar

from prefect import State
from prefect.artifacts import create_markdown_artifact
from prefect.states import Cancelled, Completed, Failed

from flows.report import Report
from flows.stopping import asked_to_stop

Told = TypeVar("Told", bound=Report)


def finish(report: Told) -> State[Told]:
    """Leave the report as an artifact and turn it into the flow's final state, which carries it as its result."""
    create_markdown_artifact(report.markdown(), key=f"{report.flow}-report", description=report.summary())
    if report.failure and asked_to_stop():
        return Cancelled(message=report.failure, data=report)
    if report.failure:
        return Failed(message=report.failure, data=report)
    return Completed(message=report.summary(), data=report)

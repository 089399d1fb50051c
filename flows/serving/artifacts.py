"""What a run leaves in Prefect: an artifact with its report, and a final state that says how it went."""

from typing import TypeVar

from prefect import State
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.states import Cancelled, Completed, Failed

from ...exits import Exit
from ..reports.run_report import Report
from ..steps.stopping import asked_to_stop

INCOMPLETE = "Incomplete"
"""The name of the final state of a run that is done, but left something in quarantine, missing or late."""

LOOKS_SHOWN = 1000

Told = TypeVar("Told", bound=Report)

THE_REPORT = "The whole lake as one page with pictures, on the machine that has it: `form4 report`."
"""No link: a browser follows none from Prefect's pages to a file."""


def finish(report: Told) -> State[Told]:
    """Leave the report as an artifact and turn it into the flow's final state, which carries it as its result."""
    page = f"{report.markdown()}\n\n{THE_REPORT}"
    create_markdown_artifact(page, key=f"{report.flow}-report", description=report.summary())
    if look := report.attention():
        rows = [
            {
                "index date": str(each.index_date or ""),
                "accession number": each.accession_number or "",
                "what": each.text,
            }
            for each in look[:LOOKS_SHOWN]
        ]
        create_table_artifact(rows, key=f"{report.flow}-to-look-at", description=f"{len(look):,} to look at")
    if report.failure and asked_to_stop():
        return Cancelled(message=report.failure, data=report)
    if report.failure:
        return Failed(message=report.failure, data=report)
    if report.exit_code is Exit.INCOMPLETE:
        return Completed(name=INCOMPLETE, message=report.summary(), data=report)
    return Completed(message=report.summary(), data=report)

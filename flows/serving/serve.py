"""The runs of the deployments: started when due, as subprocesses of this process, until it is asked to stop."""

import asyncio
import logging
import signal
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from prefect import get_client
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.runner import Runner
from prefect.states import Crashed, Scheduled

from .deployments import AT_ONCE, Deployed
from .notifications import notify

log = logging.getLogger("form4lake.flows")

UNFINISHED = [StateType.PENDING, StateType.RUNNING, StateType.CANCELLING]


async def serve(
    deployed: list[Deployed],
    notify_url: str | None,
    runs_folder: Path,
    *,
    own_server: bool,
    ready: Callable[[dict[str, datetime]], None],
) -> None:
    """Run the deployments until SIGINT or SIGTERM, which runs under way get too: they stop and keep what is done.

    A run that was due while nothing served starts at once. runs_folder: where Prefect keeps files
    of the runs. own_server: nobody else runs these deployments, so what the server takes for running is not. ready:
    called when runs can be asked for, with the deployments that have a schedule and when each is due next.
    """
    runner = _runner(runs_folder)
    async with get_client() as client:
        await notify(notify_url)
        for each in deployed:
            found = await runner.aadd_deployment(each.deployment)
            if own_server:
                for run in await _runs(client, found, UNFINISHED):
                    await client.set_flow_run_state(run.id, Crashed(message="form4 serve ended before this run did"))
            if await _missed(client, found, each):
                log.info("%s: a run was due while nothing served; it starts now", each.deployment.name)
                await client.create_flow_run_from_deployment(found, state=Scheduled(), tags=["catch-up"])
    running = asyncio.create_task(runner.start())
    while not runner.started and not running.done():
        await asyncio.sleep(0.05)
    stopping: list[asyncio.Task[None]] = []

    def stop() -> None:
        if not stopping:
            log.info("stopping: runs under way end after the filings in flight")
            stopping.append(asyncio.create_task(runner.astop()))

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    now = datetime.now(UTC)
    ready({each.deployment.name: due for each in deployed if (due := await each.next_after(now))})
    await running


def _runner(folder: Path) -> Runner:
    """Prefect's runner; the folder that it would use is one for all users of the machine."""
    before, tempfile.tempdir = tempfile.tempdir, str(folder)
    try:
        return Runner(name="form4-serve", webserver=False)
    finally:
        tempfile.tempdir = before


async def _missed(client: PrefectClient, deployment_id: UUID, deployed: Deployed) -> bool:
    """Whether its schedule was due since the last run that was done; for some also if there was none."""
    if deployed.cron is None:
        return False
    done = await _runs(client, deployment_id, [StateType.COMPLETED])
    if not done:
        return deployed.deployment.name in AT_ONCE
    due = await deployed.next_after(max(run.start_time for run in done if run.start_time))
    return due is not None and due <= datetime.now(UTC)


async def _runs(client: PrefectClient, deployment_id: UUID, states: list[StateType]) -> list[FlowRun]:
    return await client.read_flow_runs(
        flow_run_filter=FlowRunFilter(
            deployment_id=FlowRunFilterDeploymentId(any_=[deployment_id]),
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=states)),
        ),
        sort=FlowRunSort.START_TIME_DESC,
        limit=200,
    )

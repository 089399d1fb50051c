"""The flows as Prefect's deployments, with their schedules: what `form4 serve` runs."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from prefect import Flow
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.deployments.runner import RunnerDeployment
from prefect.schedules import Cron
from prefect.server.schemas.schedules import CronSchedule
from prefect.types.entrypoint import EntrypointType

from ...edgar_calendar import NEW_YORK
from ...settings import Settings, SettingsError
from .recorded import backfill, backfill_datasets, compact, nightly, reconcile, reparse, retry, watch

TAG = "form4lake"
"""Every run of these deployments has it; the notifications look for it."""

SUNDAY_MORNING = "0 6 * * 0"
"""EDGAR rebuilds the quarterly indexes on Saturdays."""

QUARTERS_OF_HOURS = "*/15 6-21 * * 1-5"
"""A run of `watch` lasts until the next one begins, the day's last until EDGAR closes."""

AT_ONCE = ("nightly", "watch")
"""Those that run as soon as they are served for the first time."""

ALONE = ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.ENQUEUE)


@dataclass(frozen=True)
class Deployed:
    """A flow's deployment and when it runs by itself, if it does."""

    deployment: RunnerDeployment
    cron: str | None

    async def next_after(self, instant: datetime) -> datetime | None:
        """When its schedule is due next, after an instant."""
        if self.cron is None:
            return None
        dates = await CronSchedule(cron=self.cron, timezone=str(NEW_YORK)).get_dates(2, start=instant)
        return next(each for each in dates if each > instant)


def deployments(settings: Settings) -> list[Deployed]:
    """All of them; SettingsError where the schedule of the nightly run is none."""
    return [
        _deployed(nightly, settings.serve.nightly_cron),
        _deployed(reconcile, SUNDAY_MORNING),
        *([_deployed(watch, QUARTERS_OF_HOURS)] if settings.watch else []),
        *(_deployed(each, None) for each in (backfill, backfill_datasets, retry, reparse, compact)),
    ]


def _deployed(flow: Flow[..., Any], cron: str | None) -> Deployed:
    try:
        schedule = Cron(cron, timezone=str(NEW_YORK)) if cron else None
    except ValueError as wrong:
        raise SettingsError(f"serve.nightly_cron: {cron!r} is not a schedule such as 30 22 * * 1-5 ({wrong})") from None
    deployment = flow.to_deployment(
        name=flow.name,
        schedule=schedule,
        concurrency_limit=ALONE,
        tags=[TAG],
        # By its module, which is found by our name; a path would put its folder first where modules are looked for.
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    return Deployed(cast(RunnerDeployment, deployment), cron)  # awaitable only where a loop runs

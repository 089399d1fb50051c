"""What every run is made of: settings, the lake, EDGAR's client, and the report it writes."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from typing import TypeVar

from ...crawler import (
    BadOptions,
    CrawlError,
    EdgarClient,
    PaceLost,
    SharedRecord,
    limiter_name,
)
from ...settings import Settings, check_forms, load_settings
from ...storage import Lake, LakeError, shared_record
from ..reports.run_report import Report, RunReport
from .options import client_options
from .publishing import followed_by_delta
from .stopping import StopRequested, stoppable

Told = TypeVar("Told", bound=Report)


class Run:
    """One run: what it works with and what it reports.

    No data class: Prefect looks for futures in those that are given to a task, and would take it apart.
    """

    def __init__(self, settings: Settings, lake: Lake, client: EdgarClient, report: RunReport) -> None:
        self.settings = settings
        self.lake = lake
        self.client = client
        self.report = report


def shared_rate(settings: Settings) -> SharedRecord | None:
    """Where the machines that share the lake agree on the rate; None for a lake in a folder."""
    name = f"pace/{limiter_name(client_options(settings))}.json"
    record = shared_record(settings.lake, name)
    return _OfTheLake(record) if record else None


class _OfTheLake:
    """A record of the lake, its errors said as the crawler's."""

    def __init__(self, record: SharedRecord) -> None:
        self._record = record

    def read(self) -> tuple[bytes, str] | None:
        with _lost():
            return self._record.read()

    def swap(self, content: bytes, version: str | None) -> bool:
        with _lost():
            return self._record.swap(content, version)


@contextmanager
def _lost() -> Iterator[None]:
    try:
        yield
    except LakeError as failed:
        raise PaceLost(f"the rate that machines share cannot be agreed on: {failed}") from failed


TOGETHER = ("backfill",)
"""Runs of which several may be at work on one lake: each has a range of its own."""


AHEAD = ("watch",)
"""Runs that go before others for a share of the rate."""


@contextmanager
def run(
    flow: str, forms: Sequence[str] | None = None, report: RunReport | None = None, *, create: bool = True
) -> Iterator[Run]:
    """A run by the settings of this process; `forms` instead of theirs, and `report` for a plain one, where given.
    `create`: the lake is made where there is none; else that is LakeMissing.

    A CrawlError inside ends the run early, as a stop does: the report says why. CrawlError from the client itself (no
    identity, a wrong rate, a folder that cannot be used), SettingsError and LakeError go on to the caller; WriterAtWork
    where another run of this flow is at work.
    """
    settings = load_settings()
    if forms:
        settings.forms = check_forms(tuple(forms))
    options, shared = client_options(settings), shared_rate(settings)
    ahead = settings.feed.share_of_rate if flow in AHEAD else 0.0
    with (
        EdgarClient(options, shared=shared, ahead_share=ahead) as client,
        Lake.open(settings.lake, create=create) as lake,
    ):
        this = Run(settings, lake, client, report or RunReport(flow))
        try:
            with (
                nullcontext() if flow in TOGETHER else lake.alone(flow),
                followed_by_delta(settings, lake, this.report),
                _told_of_stop(this.report, lambda: client.interrupt(StopRequested)),
            ):
                yield this
        except BadOptions:
            raise
        except CrawlError as failed:
            this.report.failure = str(failed)
        finally:
            this.report.requests = client.requests_made
            this.report.finished_at = datetime.now(UTC)


@contextmanager
def run_on_lake(report: Told) -> Iterator[tuple[Settings, Lake, Told]]:
    """A run that asks EDGAR for nothing, on the lake of this process's settings; if it is stopped, the report says so.

    Raises SettingsError, LakeMissing where there is no lake, LakeDamaged, and WriterAtWork where another run of this
    flow is at work.
    """
    settings, lake = existing_lake()
    with lake, lake.alone(report.flow), followed_by_delta(settings, lake, report), _told_of_stop(report):
        yield settings, lake, report


@contextmanager
def _told_of_stop(report: Report, wake: Callable[[], None] = lambda: None) -> Iterator[None]:
    with stoppable(wake):
        try:
            yield
        except StopRequested as stopped:
            report.failure = str(stopped)


def existing_lake() -> tuple[Settings, Lake]:
    """The settings of this process and their lake, for a run that asks EDGAR for nothing.

    Raises SettingsError, LakeMissing where there is no lake, and LakeDamaged.
    """
    settings = load_settings()
    lake = Lake.open(settings.lake)
    lake.snapshot()
    return settings, lake


def check_run(flow: str, *, create: bool = True) -> None:
    """Raise what a run would raise before its first request, sooner than Prefect takes to start."""
    with run(flow, create=create):
        pass

"""Delta logs that follow the commits of a run, where the settings ask for them."""

from collections.abc import Iterator
from contextlib import contextmanager

from ...settings import Settings
from ...storage import Lake, LakeError, check_delta
from ..reports.run_report import Report


@contextmanager
def followed_by_delta(settings: Settings, lake: Lake, report: Report) -> Iterator[None]:
    """Publish after each commit inside, and at the end what a run that was killed before has left.

    What hinders it is in the report: the commits stay, and the next publication brings them all.

    Raises:
        DeltaMissing: the package that Delta logs are written with is not installed.
    """
    if settings.interop != "delta":
        yield
        return
    check_delta()

    def publish() -> None:
        try:
            lake.publish_delta()
        except LakeError as failed:
            report.unpublished = str(failed)
        else:
            report.unpublished = None

    lake.after_commit = publish
    yield
    publish()

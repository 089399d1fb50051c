"""Two machines that share a lake in a bucket keep EDGAR's rate and its pauses together."""

import os
import subprocess
from pathlib import Path

import pytest

from form4lake.replica import Fault, FaultKind, Faults, Hit, business_days, generate_archive
from form4lake.tests.builders.object_server import ObjectServer
from form4lake.tests.builders.workspace import FIRST, FORM4, TODAY, Workspace

RATE = 10
PAUSE_SECONDS = 8.0
LONG_SECONDS = 4
HEARD_SECONDS = 3.0
"""Two looks at the record, on a machine that is busy."""


@pytest.mark.flow
def test_two_machines_share_the_rate_and_the_pause(
    workspace: Workspace, object_lake: str, object_server: ObjectServer, tmp_path: Path
) -> None:
    archive = generate_archive(13, business_days(FIRST, 4), 160)
    days = [day.isoformat() for day in archive.days]
    refusal = Fault(FaultKind.TOO_MANY_REQUESTS, "*.txt", after=60, times=1, seconds=1)
    workspace.monkeypatch.setenv("FORM4_LAKE", object_lake)
    workspace.monkeypatch.setenv("FORM4_EDGAR__REQUESTS_PER_SECOND", str(RATE))
    workspace.monkeypatch.setenv("FORM4_EDGAR__THROTTLE_PAUSE_SECONDS", str(PAUSE_SECONDS))
    with workspace.edgar(archive, Faults([refusal])) as edgar:
        machines = [
            machine("first", "backfill", days[0], days[1], tmp_path),
            machine("second", "backfill", days[2], days[3], tmp_path),
        ]
        said = [each.communicate()[1] for each in machines]
        assert [each.returncode for each in machines] == [0, 0], said
        stats = edgar.stats()
    assert stats.by_kind["filing"] in (161, 162), "the refused one again, and after the pause another before it"
    assert stats.worst_second() <= RATE + 2, "two may be late on a busy machine; over some seconds that evens out"
    most = max(len(during(stats.hits, hit.at - 1e-6, hit.at + LONG_SECONDS)) for hit in stats.hits)
    assert most <= LONG_SECONDS * RATE
    (refused,) = [hit.at for hit in stats.hits if hit.fault]
    assert during(stats.hits, refused + HEARD_SECONDS, refused + PAUSE_SECONDS - 0.1) == []
    assert len(during(stats.hits, refused + 0.01, refused + HEARD_SECONDS)) <= HEARD_SECONDS * RATE


def machine(name: str, command: str, first: str, last: str, folder: Path) -> "subprocess.Popen[str]":
    """A command on a machine with a rate limiter of its own."""
    environment = os.environ | {"FORM4_EDGAR__RATE_LIMITER_FOLDER": str(folder / name)}
    arguments = [FORM4, command, first, last, "--as-of", TODAY.isoformat()]
    return subprocess.Popen(arguments, env=environment, stderr=subprocess.PIPE, text=True)


def during(hits: list[Hit], start: float, end: float) -> list[Hit]:
    """The requests between two times."""
    return [hit for hit in hits if start < hit.at < end]

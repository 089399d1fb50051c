"""A nightly run killed without warning: the next one finishes, with nothing lost, doubled or asked for in vain."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from form4lake.replica import Replica, business_days, generate_archive
from form4lake.tests.builders.workspace import FIRST, Workspace

FORM4 = Path(sys.executable).with_name("form4")
THREADS = 4


def asked(edgar: Replica) -> int:
    return edgar.stats().by_kind["filing"]


@pytest.mark.flow
def test_a_killed_run_s_successor_asks_for_the_rest_only(workspace: Workspace) -> None:
    archive = generate_archive(13, business_days(FIRST, 3), 400)
    workspace.monkeypatch.setenv("FORM4_EDGAR__REQUESTS_PER_SECOND", "100")
    workspace.monkeypatch.setenv("FORM4_EDGAR__THREADS", str(THREADS))
    command = [FORM4, "nightly", "--as-of", archive.days[-1].isoformat()]
    with workspace.edgar(archive) as edgar:
        kills = 0
        for until in (70, 260):
            with subprocess.Popen(command, env=os.environ, stderr=subprocess.DEVNULL) as run:
                while asked(edgar) < until and run.poll() is None:
                    time.sleep(0.02)
                run.kill()
            kills += 1
        done = subprocess.run(command, env=os.environ, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        # What was under way or being written when the kill came is asked for again, nothing else.
        assert asked(edgar) <= 400 + kills * 3 * THREADS
    assert workspace.query("select sum(expected), sum(stored), sum(missing) from coverage") == [(400, 400, 0)]
    assert workspace.query("select count(*), count(distinct accession_number) from filings") == [(400, 400)]
    globbed = f"read_parquet('{workspace.lake_folder}/data/filings/*/*.parquet')"
    assert workspace.query(f"select count(*) from {globbed}") == [(400,)], (
        "plain globs are right when nothing is under way"
    )

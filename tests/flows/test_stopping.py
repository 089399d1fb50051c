"""Ctrl-C and SIGTERM stop a run after the filings in flight, and lose nothing; two runs of a kind never overlap."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from form4lake.replica import Fault, FaultKind, Faults, Replica, business_days, generate_archive
from form4lake.storage import WriterAtWork
from form4lake.tests.builders.workspace import FIRST, TODAY, Workspace

FORM4 = Path(sys.executable).with_name("form4")
NIGHTLY = [FORM4, "--log-format", "json", "nightly", "--as-of", "2024-01-12"]
"""As of the last day that the tests' EDGAR has."""


def started(edgar: Replica, filings: int) -> subprocess.Popen[str]:
    """A nightly run, once it has asked for `filings` filings more than before."""
    until = edgar.stats().by_kind["filing"] + filings
    run = subprocess.Popen(NIGHTLY, env=os.environ, stderr=subprocess.PIPE, text=True, start_new_session=True)
    while edgar.stats().by_kind["filing"] < until and run.poll() is None:
        time.sleep(0.02)
    assert run.poll() is None, run.communicate()[1]
    return run


@pytest.mark.flow
def test_a_run_over_days_without_an_index_stops_too(workspace: Workspace) -> None:
    with workspace.edgar(generate_archive(13, business_days(FIRST, 1), 3)):
        command = [FORM4, "backfill", "1995-01-01", "2023-12-31", "--as-of", TODAY.isoformat()]
        run = subprocess.Popen(command, env=os.environ, stderr=subprocess.PIPE, text=True, start_new_session=True)
        while not list((workspace.lake_folder / "log").glob("*.json")) and run.poll() is None:
            time.sleep(0.02)
        run.terminate()
        said = run.communicate()[1]
    assert run.returncode == 143, said
    ((months,),) = workspace.query("select count(distinct strftime(index_date, '%Y-%m')) from index_days")
    assert 0 < months < 29 * 12


def test_one_writer_of_a_kind(workspace: Workspace) -> None:
    from form4lake.storage import Lake

    first, second = (Lake.open(workspace.lake_folder, create=True) for _ in range(2))
    with (
        first.alone("nightly"),
        second.alone("backfill"),
        pytest.raises(WriterAtWork, match="nightly"),
        second.alone("nightly"),
    ):
        pass
    with second.alone("nightly"):
        pass


@pytest.mark.flow
@pytest.mark.parametrize("raw_archive", ["true", "false"])
def test_a_stopped_run_keeps_what_it_has_and_the_next_carries_on(workspace: Workspace, raw_archive: str) -> None:
    archive = generate_archive(13, business_days(FIRST, 3), 300)
    workspace.monkeypatch.setenv("FORM4_EDGAR__REQUESTS_PER_SECOND", "40")
    workspace.monkeypatch.setenv("FORM4_RAW_ARCHIVE", raw_archive)
    with workspace.edgar(archive) as edgar:
        run = started(edgar, 50)
        run.send_signal(signal.SIGSTOP)
        second = subprocess.run(NIGHTLY, env=os.environ, capture_output=True, text=True, check=False)
        run.send_signal(signal.SIGCONT)
        assert second.returncode == 2
        assert "another nightly run is at work" in json.loads(second.stderr)["message"]
        run.send_signal(signal.SIGINT)
        said = run.communicate()[1]
        assert run.returncode == 130
        assert "Traceback" not in said
        lines = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
        assert all(line.keys() >= {"time", "level", "message"} for line in lines)
        assert lines[-1]["message"].startswith("interrupted; what is done is kept")
        assert any(line.get("index_date") == str(FIRST) for line in lines), said
        assert workspace.count("filings") == edgar.stats().by_kind["filing"], "what was fetched is committed"

        run = started(edgar, 50)
        run.terminate()
        run.communicate()
        assert run.returncode == 143
        assert workspace.count("filings") == edgar.stats().by_kind["filing"]
        subprocess.run(NIGHTLY, env=os.environ, stderr=subprocess.DEVNULL, check=True)
        assert edgar.stats().by_kind["filing"] == 300, "nothing is asked for twice"
    assert workspace.query("select sum(expected), sum(stored), sum(missing) from coverage") == [(300, 300, 0)]


@pytest.mark.flow
def test_ctrl_c_on_a_terminal_is_the_runs_and_not_its_servers(with_prefect: Workspace) -> None:
    with_prefect.monkeypatch.setenv("FORM4_PREFECT", "always")
    with_prefect.monkeypatch.setenv("FORM4_EDGAR__REQUESTS_PER_SECOND", "20")
    with with_prefect.edgar(generate_archive(13, business_days(FIRST, 1), 100)) as edgar:
        run = started(edgar, 10)
        os.killpg(run.pid, signal.SIGINT)  # a terminal tells all that the command has started
        try:
            said = run.communicate(timeout=120)[1]
        finally:
            run.kill()
    assert run.returncode == 130
    assert [json.loads(line)["level"] for line in said.splitlines()] == ["warning", "info", "error"], said
    assert with_prefect.count("filings") > 0


@pytest.mark.flow
@pytest.mark.parametrize("first", [signal.SIGINT, signal.SIGTERM])
def test_a_second_ctrl_c_ends_at_once(workspace: Workspace, first: signal.Signals) -> None:
    archive = generate_archive(13, business_days(FIRST, 1), 30)
    slow = Fault(FaultKind.SLOW, "/Archives/edgar/data/*")
    with workspace.edgar(archive, Faults([slow])) as edgar:
        run = started(edgar, 8)
        run.send_signal(first)
        with pytest.raises(subprocess.TimeoutExpired):
            run.wait(1.5)
        run.send_signal(signal.SIGINT)
        assert run.wait(10) == 130
        run.communicate()

"""`form4 serve`, driven as users and the clock drive it: schedule, runs, stop and restart, notifications, the UI."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from form4lake.replica import Archive, business_days, generate_archive
from form4lake.tests.builders.workspace import Workspace

FORM4 = Path(sys.executable).with_name("form4")
NEW_YORK = ZoneInfo("America/New_York")
FILINGS = 240


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def told() -> Iterator[tuple[str, list[str]]]:
    """A webhook's address, and what it was told."""
    heard: list[str] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["text"])
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Hook) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/hook", heard
        server.shutdown()


class Served:
    """A `form4 serve` at work, and its API."""

    def __init__(self, port: int, log: Path, started: list[subprocess.Popen[bytes]]) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.log = log
        with log.open("w") as out:
            self.process = subprocess.Popen([FORM4, "--log-format", "json", "serve"], env=os.environ, stderr=out)
        started.append(self.process)
        self.until(lambda: "Ctrl-C stops it" in log.read_text())

    def until(self, true: Callable[[], object], seconds: float = 300) -> Any:
        end = time.monotonic() + seconds
        while not (value := true()):
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < end, self.log.read_text()
            time.sleep(0.5)
        return value

    @cached_property
    def secret(self) -> str:
        return (Path(os.environ["FORM4_STATE_FOLDER"]) / "secret").read_text()

    @cached_property
    def api(self) -> httpx.Client:
        """Its user's way in: the secret, and the token that writing takes."""
        basic = b64encode(self.secret.encode()).decode()
        api = httpx.Client(base_url=f"{self.url}/api/", headers={"Authorization": f"Basic {basic}"}, timeout=30)
        token = api.get("csrf-token", params={"client": "tests"}).json()["token"]
        api.headers.update({"Prefect-Csrf-Token": token, "Prefect-Csrf-Client": "tests"})
        return api

    def post(self, path: str, **body: object) -> Any:
        answer = self.api.post(path, json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def runs(self, deployment: str) -> list[dict[str, Any]]:
        return self.post("flow_runs/filter", deployments={"name": {"any_": [deployment]}}, sort="START_TIME_ASC")

    def states(self, deployment: str) -> list[str]:
        return [run["state"]["name"] for run in self.runs(deployment) if not run["auto_scheduled"]]

    def start(self, deployment: str, **parameters: object) -> httpx.Response:
        found = self.api.get(f"deployments/name/{deployment}/{deployment}").json()
        body = {"parameters": parameters, "state": {"type": "SCHEDULED"}}
        for _ in range(5):
            answer = self.api.post(f"deployments/{found['id']}/create_flow_run", json=body)
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:  # SQLite has one writer at a time
                break
            time.sleep(1)
        return answer

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(300) == 0, self.log.read_text()
        assert "Traceback" not in self.log.read_text()


@pytest.fixture
def started() -> Iterator[list[subprocess.Popen[bytes]]]:
    """The processes of a test, ended with it however it goes."""
    processes: list[subprocess.Popen[bytes]] = []
    yield processes
    for each in processes:
        each.kill()
        each.wait()


@pytest.fixture
def archive() -> Archive:
    """The last week's business days, as today is in New York."""
    today = datetime.now(NEW_YORK).date()
    days = [day for day in business_days(today - timedelta(days=10), 10) if day < today][-4:]
    return generate_archive(17, days, FILINGS)


@pytest.mark.flow
@pytest.mark.parametrize("wrong", ["port", "cron"])
def test_what_cannot_be_served_is_said_in_a_line(workspace: Workspace, wrong: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        workspace.monkeypatch.setenv("FORM4_SERVE__PORT", str(taken.getsockname()[1]))
        if wrong == "cron":
            workspace.monkeypatch.setenv("FORM4_SERVE__NIGHTLY_CRON", "every night")
        done = subprocess.run([FORM4, "serve"], env=os.environ, capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert {"port": "FORM4_SERVE__PORT", "cron": "'every night'"}[wrong] in done.stderr


@pytest.mark.flow
def test_a_served_nightly_runs_stops_catches_up_and_explains_itself(
    workspace: Workspace, archive: Archive, tmp_path: Path, started: list[subprocess.Popen[bytes]]
) -> None:
    port = free_port()
    with told() as (hook, heard), workspace.edgar(archive) as edgar:
        for name, value in {
            "FORM4_SERVE__PORT": str(port),
            "FORM4_SERVE__NOTIFY_URL": hook,
            "FORM4_NIGHTLY__SINCE": str(archive.days[0]),
            "FORM4_EDGAR__REQUESTS_PER_SECOND": "25",
            "PREFECT_RUNNER_POLL_FREQUENCY": "2",
            "PREFECT_DEPLOYMENT_CONCURRENCY_SLOT_WAIT_SECONDS": "3",
        }.items():
            workspace.monkeypatch.setenv(name, value)

        for name in ("flows", "settings", "tables", "prefect", "duckdb", "queue"):
            Path(f"{name}.py").write_text("raise SystemExit('a file of the working folder was imported')")
        first = Served(port, tmp_path / "first.log", started)
        first.until(lambda: edgar.stats().by_kind["filing"] > 40)
        again = subprocess.run([FORM4, "serve"], env=os.environ, capture_output=True, text=True, check=False)
        assert again.returncode == 2, again.stderr
        assert "another serve" in again.stderr
        assert first.start("nightly").is_success
        first.until(lambda: "AwaitingConcurrencySlot" in first.states("nightly"))
        assert first.states("nightly").count("Running") == 1, "one at a time, the second in a queue"
        first.stop()
        assert '"error"' not in first.log.read_text(), "a stop is not an error"
        assert 40 < workspace.count("filings") == edgar.stats().by_kind["filing"] < FILINGS

        workspace.monkeypatch.setenv("FORM4_EDGAR__REQUESTS_PER_SECOND", "1000")
        second = Served(port, tmp_path / "second.log", started)
        second.until(lambda: "Completed" in second.states("nightly"))
        assert "Cancelled" in second.states("nightly"), second.states("nightly")
        assert workspace.query("select sum(expected), sum(stored), sum(missing) from coverage") == [
            (FILINGS, FILINGS, 0)
        ]
        assert edgar.stats().by_kind["filing"] == FILINGS, "nothing is asked for twice"
        lines = [json.loads(line) for line in second.log.read_text().splitlines() if line.startswith("{")]
        assert {line.get("index_date") for line in lines} >= {str(day) for day in archive.days}

        check_schedule(second)
        check_a_command_is_recorded(second)
        check_wrong_backfills(second, archive.days[0])
        assert second.start("backfill", start=str(archive.days[0]), end=str(archive.days[1])).is_success
        second.until(lambda: "Completed" in second.states("backfill"))
        assert edgar.stats().by_kind["filing"] == FILINGS, "a second run has nothing to do"
        keys = {each["key"] for each in second.post("artifacts/filter")}
        assert keys >= {"nightly-report", "backfill-report"}
        assert {each["name"] for each in second.post("deployments/filter")} >= {"backfill-datasets", "reparse"}
        assert second.start("reconcile").is_success
        second.until(lambda: "Completed" in second.states("reconcile"))
        (weekly,) = [run for run in second.runs("reconcile") if not run["auto_scheduled"]]
        assert "the quarter's index lists 0 filings that no daily index did" in weekly["state"]["message"]
        (line,) = second.until(lambda: [line for line in heard if "a run failed: backfill" in line])
        assert f"{second.url}/runs/flow-run/" in line, "it says where to look"
        check_ui(second, tmp_path)
        second.stop()
        assert "nanobind" not in first.log.read_text() + second.log.read_text(), "runs end as cleanly as commands"


def check_schedule(served: Served) -> None:
    """The scheduler has made the runs of the next nights, in New York's time."""
    due = served.until(lambda: [run for run in served.runs("nightly") if run["auto_scheduled"]])
    times = [datetime.fromisoformat(run["expected_start_time"]).astimezone(NEW_YORK) for run in due]
    assert {(each.hour, each.minute) for each in times} == {(22, 30)}
    assert all(each.weekday() < 5 for each in times)
    assert [run for run in served.runs("reconcile") if run["auto_scheduled"]]


def check_a_command_is_recorded(served: Served) -> None:
    """Another command of this user finds the server by itself."""
    done = subprocess.run([FORM4, "compact"], env=os.environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert [run["name"] for run in served.post("flow_runs/filter", flows={"name": {"any_": ["compact"]}})] == [
        "compact"
    ]


def check_wrong_backfills(served: Served, day: date) -> None:
    """What the form of the UI takes is checked: its types at once, the order of the dates as the run begins."""
    wrong = served.start("backfill", start="yesterday", end=str(day))
    assert wrong.status_code in (409, 422)
    wrong = served.start("backfill", start=str(day), end=str(day), forms=["10-K"])
    assert wrong.status_code in (409, 422)
    assert "10-K" in wrong.text
    assert served.start("backfill", start=str(day), end=str(day - timedelta(days=1))).is_success
    served.until(lambda: "Failed" in served.states("backfill"))
    (failed,) = [run for run in served.runs("backfill") if run["state"]["name"] == "Failed"]
    assert "give the earlier date first" in failed["state"]["message"]


def check_ui(served: Served, folder: Path) -> None:
    """Dashboard and flow run page in a browser: they show the run, and the console has no error."""
    browser = shutil.which("chromium")
    if browser is None:
        print("no chromium (apt-get install chromium): the UI was not opened")  # noqa: T201
        return
    done, *_ = [run for run in served.runs("nightly") if run["state"]["name"] == "Completed"]
    pages = {"login": f"/form4/login#{served.secret}", "dashboard": "/dashboard", "run": f"/runs/flow-run/{done['id']}"}
    for name, path in pages.items():
        shot = folder / f"{name}.png"
        seen = subprocess.run(
            [browser, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'browser'}",
             "--enable-logging=stderr", "--window-size=1400,1000", "--virtual-time-budget=15000",
             f"--screenshot={shot}", f"{served.url}{path}"],
            capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        said = [line for line in seen.stderr.splitlines() if "CONSOLE" in line]
        assert not [line for line in said if "error" in line.lower()], said
        assert shot.stat().st_size > 20_000

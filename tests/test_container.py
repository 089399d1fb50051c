"""An operator's first walk: the container, `form4 serve` in it, the UI, a night, its artifact, a report."""

import json
import re
import shutil
import subprocess
import time
import warnings
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from form4lake.edgar_calendar import is_business_day, today_in_new_york
from form4lake.replica import Replica, generate_archive
from form4lake.tests.commands.test_serve import free_port

pytestmark = [pytest.mark.flow, pytest.mark.container]
ROOT = Path(__file__).parents[1]
BASE = re.search(r"^FROM (\S+)", (ROOT / "deploy/Containerfile").read_text(), re.MULTILINE)
FILINGS = 60


def engine(*arguments: str, check: bool = True) -> str:
    """What Podman or Docker says on standard output."""
    program = shutil.which("podman") or shutil.which("docker") or "podman"
    done = subprocess.run([program, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert not check or done.returncode == 0, f"{program} {' '.join(arguments)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def image() -> Iterator[str]:
    """The image, built as its file says; skipped, loudly, where no engine works or its base image cannot be had."""
    assert BASE
    reason = None
    if not (shutil.which("podman") or shutil.which("docker")):
        reason = "no Podman and no Docker"
    elif not engine("images", "-q", BASE[1], check=False) and not engine("pull", BASE[1], check=False):
        reason = f"the image {BASE[1]} cannot be had"
    if reason:
        warnings.warn(f"{reason}: the container was not tried", stacklevel=1)
        pytest.skip(reason)
    name = f"form4lake-test-{uuid4().hex[:8]}"
    engine("build", "--tag", name, "--file", "deploy/Containerfile", ".")
    yield name
    engine("rmi", "--force", name, check=False)


class Container:
    """A `form4 serve` in a container, and its API."""

    def __init__(self, name: str, port: int) -> None:
        self.name = name
        self.url = f"http://127.0.0.1:{port}"

    def inside(self, *arguments: str) -> str:
        return engine("exec", self.name, *arguments)

    def until(self, true: Callable[[], Any], seconds: float = 300) -> Any:
        end = time.monotonic() + seconds
        while not (value := true()):
            assert time.monotonic() < end, engine("logs", self.name, check=False)
            time.sleep(0.5)
        return value

    def api(self) -> httpx.Client:
        basic = b64encode(self.inside("cat", "/lake/state/secret").encode()).decode()
        return httpx.Client(base_url=f"{self.url}/api/", headers={"Authorization": f"Basic {basic}"}, timeout=30)

    def answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/form4/login").status_code == httpx.codes.OK
        except httpx.TransportError:
            return False


@contextmanager
def serving(image: str, settings: dict[str, str], port: int) -> Iterator[Container]:
    """A container that serves, as an unprivileged user, its lake in a volume of its own."""
    name = f"form4lake-test-{uuid4().hex[:8]}"
    given = [word for each, value in settings.items() for word in ("--env", f"FORM4_{each}={value}")]
    try:
        engine("run", "--detach", "--name", name, "--network", "host", "--volume", f"{name}:/lake", *given, image)
        yield Container(name, port)
    finally:
        engine("rm", "--force", name, check=False)
        engine("volume", "rm", "--force", name, check=False)


def test_a_container_serves_runs_a_night_shows_it_and_makes_a_report(image: str) -> None:
    today = today_in_new_york()
    days = [day for n in range(10, 0, -1) if is_business_day(day := today - timedelta(n))][-3:]
    archive = generate_archive(27, days, FILINGS)
    port = free_port()
    with Replica(archive) as edgar:
        settings = {
            "EDGAR__IDENTITY": "Jane Doe jane@example.com",
            "EDGAR__BASE_URL": edgar.url,
            "EDGAR__REQUESTS_PER_SECOND": "500",
            "NIGHTLY__SINCE": str(days[0]),
            "SERVE__PORT": str(port),
        }
        with serving(image, settings, port) as container:
            container.until(container.answers)
            assert container.inside("id", "--user", "--name").strip() == "form4lake"
            assert httpx.get(f"{container.url}/api/deployments/name/nightly/nightly").status_code == 401
            with container.api() as api:
                token = api.get("csrf-token", params={"client": "tests"}).json()["token"]
                api.headers.update({"Prefect-Csrf-Token": token, "Prefect-Csrf-Client": "tests"})

                def night() -> dict[str, Any] | None:
                    """The run that was due and has ended."""
                    runs = api.post("flow_runs/filter", json={"flows": {"name": {"any_": ["nightly"]}}}).json()
                    return next((run for run in runs if run["state"]["type"] == "COMPLETED"), None)

                run = container.until(night)
                assert f"{FILINGS} filings added on 3 days" in run["state"]["message"]
                (report,) = api.post(
                    "artifacts/filter",
                    json={
                        "artifacts": {"key": {"any_": ["nightly-report"]}},
                        "flow_runs": {"id": {"any_": [run["id"]]}},
                    },
                ).json()
                assert str(days[0]) in report["data"]
            said = json.loads(
                container.inside("form4", "sql", "--format", "jsonl", "select count(*) as n from filings")
            )
            assert said == {"n": FILINGS}
            container.inside("form4", "report", "--output", "/lake/report.html")
            assert f"{FILINGS} filings" in container.inside("cat", "/lake/report.html")
            engine("stop", "--time", "90", container.name)
            state = json.loads(engine("inspect", container.name))[0]["State"]
            assert state["ExitCode"] == 0, engine("logs", container.name)

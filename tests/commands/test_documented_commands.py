"""Every command of README.md and docs/ is run as it stands there, against the replica; those that are not, say why."""

import importlib
import os
import pkgutil
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from pathlib import Path
from types import ModuleType

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from form4lake import commands as commands_package
from form4lake import flows, reports
from form4lake.cli import app
from form4lake.edgar_calendar import today_in_new_york
from form4lake.replica import business_days, generate_archive
from form4lake.tests.builders.workspace import FIRST, Workspace

TODAY = date(2024, 4, 2)
"""The quarter of which the documents speak is over; nightly runs read what came since, not three years."""
ROOT = Path(__file__).parents[2]
FIRST_PAGE = ROOT / "docs" / "quickstart.md"
PAGES = [FIRST_PAGE, ROOT / "README.md", *sorted({*(ROOT / "docs").glob("*.md")} - {FIRST_PAGE})]

NOT_RUN = {
    "make ": "sets up an environment, which is the one that runs this",
    "git pull": "changes the code that runs this",
    "aws s3 cp": "AWS's program is not among the dependencies; test_object_lake moves a lake with boto3",
    "FORM4_LAKE=s3://": "the same",
    "form4 serve": "does not end",
    "form4 watch": "the same; tests/flows/test_watch.py does it",
    "form4 compare-datasets 2024Q1 --zip": "FILE stands for a zip that a user has",
    "duckdb ": "the duckdb command line is not among the dependencies",
    "form4lake.open_lake": "Python, not a command; tests/test_python_doc.py does it",
    "jdbc:": "an address, not a command",
    "CRON_TZ=": "a line of a crontab",
    "30 22 ": "a line of a crontab",
    "# config.yaml": "a part of a file",
    "lake: ": "a part of a file",
    "EDGAR ──>": "a picture",
    "└──": "a picture",
}


NEED_ALL_DAYS = ("form4 nightly", "form4 backfill", "form4 reconcile", "form4 status", "form4 certify")
"""They end with 1 where days are missing, and the EDGAR of these tests has a few days only."""


def commands(page: Path) -> Iterator[str]:
    """The lines of a page's blocks marked `sh` and of its indented blocks, a command that goes on joined to one."""
    fence, begun = "", ""
    for line in page.read_text(encoding="utf-8").splitlines():
        if line.startswith("```"):
            fence = "" if fence else line
        elif fence == "```sh" or (not fence and line.startswith("    ")):
            begun += line.strip().removeprefix("$ ").replace(".venv/bin/", "") + " "
            if begun.count('"') % 2 == 0:
                yield begun.strip()
                begun = ""


def modules_that_ask_for_today() -> list[ModuleType]:
    """All of them: one that is imported later would keep the date of this test for those that follow."""
    for package in (commands_package, flows, reports):
        for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            importlib.import_module(found.name)
    return [each for each in sys.modules.values() if each and vars(each).get("today_in_new_york")]


@pytest.fixture
def newcomer(workspace: Workspace) -> Iterator[Workspace]:
    """A user with an empty folder and an EDGAR of three days and a few days up to TODAY and up to now."""
    for name in ("FORM4_LAKE", "FORM4_NIGHTLY__SINCE", "FORM4_EDGAR__IDENTITY"):
        workspace.monkeypatch.delenv(name)
    workspace.monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    recent = [now - timedelta(days=back) for back in range(12) for now in (TODAY, today_in_new_york())]
    days = {*business_days(FIRST, 3), *(day for day in recent if day.weekday() < 5)}
    for module in modules_that_ask_for_today():
        workspace.monkeypatch.setattr(module, "today_in_new_york", lambda: TODAY)
    archive = generate_archive(21, sorted(days), 90)
    with workspace.edgar(archive):
        here = workspace.lake_folder.parent
        (here / "filing.txt").write_bytes(next(iter(archive.submissions.values())))
        pq.write_table(pa.table({"ticker": ["AAPL"], "date": [FIRST], "close": [185.5]}), here / "prices.parquet")
        yield workspace


def test_what_is_not_run_is_still_documented() -> None:
    written = [line for page in PAGES for line in commands(page)]
    for beginning in NOT_RUN:
        assert any(line.startswith(beginning) for line in written), f"{beginning!r} stands nowhere any more"


@pytest.mark.flow
def test_every_documented_command_works(newcomer: Workspace) -> None:
    Path("lake-demo").symlink_to("lake")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        free = str(probe.getsockname()[1])
    lines = dict.fromkeys(line for page in PAGES for line in commands(page))
    with ExitStack() as stack:
        for line in lines:
            if not line.startswith(tuple(NOT_RUN)):
                run(line.replace("8786", free), newcomer, stack)
    assert newcomer.query("select sum(missing), count(*) > 3 from coverage") == [(0, True)]


def run(line: str, newcomer: Workspace, stack: ExitStack) -> None:
    """Run one line as a shell would; AssertionError with what it said where it fails."""
    words = shlex.split(line.replace("FILE…", "filing.txt"), comments=True)
    if words[0] == "export":
        name, _, value = words[1].partition("=")
        newcomer.monkeypatch.setenv(name, os.path.expandvars(value))
    elif words[0] == "form4" and ">" not in words:
        done = CliRunner().invoke(app, words[1:], env={"FORM4_QUIET": None})
        right = (0, 1) if line.startswith(NEED_ALL_DAYS) else (0,)
        assert done.exit_code in right, f"{line}: exit {done.exit_code}\n{done.output}\n{done.exception!r}"
    elif line.endswith("&"):
        stack.enter_context(running(line.removesuffix("&")))
    else:
        shell = subprocess.run(["bash", "-ec", line], capture_output=True, text=True, check=False)
        assert shell.returncode == 0, f"{line}: exit {shell.returncode}\n{shell.stderr}"
        assert "Traceback" not in shell.stderr


@contextmanager
def running(command: str) -> Iterator[None]:
    """A command in the background, and what it starts."""
    quiet = subprocess.DEVNULL
    with subprocess.Popen(["bash", "-c", command], start_new_session=True, stdout=quiet, stderr=quiet) as process:
        try:
            yield
        finally:
            os.killpg(process.pid, signal.SIGTERM)

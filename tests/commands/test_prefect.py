"""A run does not depend on Prefect: without it, with a broken one, and from a folder full of hostile files."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from form4lake.replica import Fault, FaultKind, Faults, business_days, generate_archive
from form4lake.storage import Lake
from form4lake.tests.builders.lakes import copied_apart
from form4lake.tests.builders.workspace import FIRST, FORM4, Workspace, form4, form4_here, says

NIGHTLY = ["nightly", "--as-of", (FIRST + timedelta(days=1)).isoformat()]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the first test that needs it leaves a lake that has all there is."""
    return tmp_path_factory.mktemp("filled") / "lake"


@pytest.fixture
def filled(workspace: Workspace, kept: Path) -> Iterator[Workspace]:
    """A lake that has all there is, and the EDGAR that it is from."""
    with workspace.edgar(generate_archive(9, business_days(FIRST, 1), 20)):
        if not kept.exists():
            assert form4_here(*NIGHTLY).returncode == 0
            shutil.copytree(workspace.lake_folder, kept)
        else:
            copied_apart(kept, workspace.lake_folder).close()
        yield workspace


def modules_of(*arguments: str) -> set[str]:
    """What a command, run in a process of its own, has imported in the end."""
    script = "import sys\nfrom form4lake.cli import app\ntry:\n app()\nexcept SystemExit as end: assert not end.code\n"
    done = subprocess.run(
        [sys.executable, "-c", script + "print(*sys.modules)", *arguments], capture_output=True, text=True, check=True
    )
    return {*done.stdout.splitlines()[-1].split()}


@pytest.mark.flow
def test_a_night_with_nothing_to_do_loads_no_prefect(filled: Workspace) -> None:
    loaded = modules_of(*NIGHTLY)
    assert not loaded & {"prefect", "fastapi", "sqlalchemy", "httpx"}


def test_importing_the_flows_changes_no_environment() -> None:
    script = (
        "import os, sys; before = dict(os.environ)\n"
        "import form4lake.flows.nightly, form4lake.flows.backfill_datasets, form4lake.flows.serving.runs\n"
        "assert before == dict(os.environ) and 'prefect' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


@pytest.mark.flow
def test_an_api_that_does_not_answer_is_said_in_one_line_and_hinders_nothing(filled: Workspace) -> None:
    filled.monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    done = form4("--log-format", "json", *NIGHTLY)
    assert done.returncode == 0, done.stderr
    about = [line for line in done.stderr.splitlines() if "127.0.0.1:9" in line]
    assert len(about) == 1
    assert "not recorded" in about[0]
    filled.monkeypatch.setenv("FORM4_PREFECT", "always")
    says(form4(*NIGHTLY), 2, "127.0.0.1:9", "prefect: auto")
    says(form4("serve"), 2, "127.0.0.1:9", "PREFECT_API_URL")


def newer_database(home: Path) -> None:
    """One that Prefect's next version has migrated."""
    with sqlite3.connect(home / "prefect.db") as database:
        database.execute("create table alembic_version (version_num varchar(32) not null)")
        database.execute("insert into alembic_version values ('ffffffffffff')")


def corrupt_database(home: Path) -> None:
    (home / "prefect.db").write_bytes(b"no database " * 1000)


def unwritable(home: Path) -> None:
    home.rmdir()
    home.write_text("a file where the folder would be")


@pytest.mark.flow
@pytest.mark.parametrize(
    ("broken", "command"), [(newer_database, NIGHTLY), (corrupt_database, ["serve"]), (unwritable, NIGHTLY)]
)
def test_a_broken_home_of_prefect_is_one_line_where_prefect_is_needed_and_nothing_where_not(
    filled: Workspace, tmp_path: Path, broken: object, command: list[str]
) -> None:
    home = tmp_path / "prefect-home"
    home.mkdir()
    assert callable(broken)
    broken(home)
    filled.monkeypatch.setenv("PREFECT_HOME", str(home))
    assert form4(*NIGHTLY).returncode == 0
    filled.monkeypatch.setenv("FORM4_SERVE__PORT", "42999")
    filled.monkeypatch.setenv("FORM4_PREFECT", "always")
    done = form4(*command)
    says(done, 2, str(home))
    assert len([line for line in done.stderr.splitlines() if not line.startswith("starting")]) == 1, done.stderr


@pytest.mark.flow
def test_a_user_without_a_home_gets_his_night(filled: Workspace) -> None:
    for name in ("FORM4_STATE_FOLDER", "XDG_STATE_HOME"):
        filled.monkeypatch.delenv(name, raising=False)
    filled.monkeypatch.setenv("HOME", "/proc/nowhere")
    assert form4(*NIGHTLY).returncode == 0
    filled.monkeypatch.setenv("FORM4_PREFECT", "always")
    says(form4(*NIGHTLY), 2, "FORM4_STATE_FOLDER")


def children(of: int) -> set[int]:
    """The processes below one, as /proc has them."""
    parents = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parts = status.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if parts[0] != "Z":
            parents[int(status.parent.name)] = int(parts[1])
    found: set[int] = set()
    while new := {child for child, parent in parents.items() if parent in {of, *found}} - found:
        found |= new
    return found


@pytest.mark.flow
def test_a_temporary_server_is_gone_with_its_run_even_when_that_is_killed(with_prefect: Workspace) -> None:
    with_prefect.monkeypatch.setenv("FORM4_PREFECT", "always")
    slow = Fault(FaultKind.SLOW, "/Archives/edgar/data/*")
    with with_prefect.edgar(generate_archive(13, business_days(FIRST, 1), 30), Faults([slow])) as edgar:
        run = subprocess.Popen([FORM4, *NIGHTLY], env=os.environ, stderr=subprocess.PIPE, text=True)
        while edgar.stats().by_kind["filing"] < 2 and run.poll() is None:
            time.sleep(0.1)
        assert run.poll() is None, run.communicate()[1]
        below = children(run.pid)
        assert below, "its server"
        run.send_signal(signal.SIGKILL)
        run.communicate()
        end = time.monotonic() + 30
        while left := {pid for pid in below if Path(f"/proc/{pid}/exe").exists()}:
            assert time.monotonic() < end, left
            time.sleep(0.2)


HOSTILE = "raise SystemExit('a file of the working folder was imported')\n"


def hostile_folder() -> None:
    """Fill the working folder with modules named as ours were, and as some that ours import."""
    for name in ("flows", "settings", "tables", "cli", "storage", "exits", "prefect", "duckdb", "queue", "socket"):
        Path(f"{name}.py").write_text(HOSTILE)


@pytest.mark.flow
def test_files_of_the_working_folder_are_never_imported(filled: Workspace, with_prefect: Workspace) -> None:
    Lake.open(filled.lake_folder)
    hostile_folder()
    asked = form4("sql", "select count(*) as n from filings", "--format", "json")
    assert json.loads(asked.stdout) == [{"n": 20}], asked.stderr
    assert form4(*NIGHTLY).returncode == 0
    filled.monkeypatch.setenv("FORM4_PREFECT", "always")
    recorded = form4(*NIGHTLY)
    assert recorded.returncode == 0, recorded.stderr
    reparsed = form4("reparse")
    assert reparsed.returncode == 0, reparsed.stderr

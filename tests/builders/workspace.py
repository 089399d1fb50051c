"""A user's machine for the tests of the whole program: a lake, and an EDGAR to read from."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from form4lake.cli import app
from form4lake.replica import Archive, CurrentFeed, Faults, Replica
from form4lake.storage import Lake

FIRST = date(2024, 1, 10)
TODAY = date(2024, 1, 19)
FORM4 = Path(sys.executable).with_name("form4")


def form4(*arguments: str, typed: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command with this process's environment."""
    return subprocess.run([FORM4, *arguments], input=typed, capture_output=True, text=True, env=os.environ, check=False)


def form4_here(*arguments: str, typed: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command in this process, which has loaded it already; an error that is not for people is raised."""
    on_sigterm = signal.getsignal(signal.SIGTERM)
    try:
        left_over = {"FORM4_LOG_FORMAT": None, "FORM4_QUIET": None}
        done = CliRunner().invoke(app, arguments, input=typed, env=left_over, catch_exceptions=False)
    finally:
        signal.signal(signal.SIGTERM, on_sigterm)
    return subprocess.CompletedProcess(arguments, done.exit_code, done.stdout, done.stderr)


def says(done: subprocess.CompletedProcess[str], code: int, *words: str) -> None:
    """The exit code, the words on standard error, and no traceback."""
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr


@dataclass
class Workspace:
    """One user's machine."""

    lake_folder: Path
    monkeypatch: pytest.MonkeyPatch

    @property
    def lake(self) -> Lake:
        return Lake.open(self.lake_folder)

    def count(self, table: str) -> int:
        return self.query(f"select count(*) from {table}")[0][0]

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        connection = self.lake.connect()
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    @contextmanager
    def edgar(
        self, archive: Archive, faults: Faults | None = None, feed: CurrentFeed | None = None
    ) -> Iterator[Replica]:
        """Have the settings point at a replica that serves `archive`."""
        with Replica(archive, faults=faults, feed=feed) as server:
            self.monkeypatch.setenv("FORM4_EDGAR__BASE_URL", server.url)
            yield server

"""A newcomer's first walk: the wheel in an empty environment, who asks, an EDGAR, a night, a table in Python."""

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from form4lake.tests.builders.wheel import built_wheel, clean, installed_wheel, run

IN_PYTHON = """
import sys
import form4lake
assert form4lake.__file__.startswith(sys.prefix), form4lake.__file__
with form4lake.open_lake(sys.argv[1]) as lake:
    trades = lake.trades().to_arrow_table()
    frame = lake.sql("select count(distinct accession_number) as filings from filings").df()
print(trades.num_rows > 30, "transaction_code" in trades.column_names, frame.filings[0])
"""


@pytest.mark.flow
def test_from_the_wheel_to_a_table_in_python(tmp_path: Path) -> None:
    venv = installed_wheel(built_wheel(tmp_path), tmp_path)
    form4, home, work = venv / "bin/form4", tmp_path / "home", tmp_path / "work"
    home.mkdir()
    work.mkdir()
    user = clean(HOME=str(home))
    assert "form4lake/config.yaml" in run(
        form4, "init", "--name", "Jane Doe", "--email", "jane@example.com", folder=work, environment=user
    )
    with replica(form4, user) as url:
        loopback = {"FORM4_EDGAR__BASE_URL": url, "FORM4_EDGAR__REQUESTS_PER_SECOND": "500"}
        edgar = user | loopback | {"FORM4_NIGHTLY__SINCE": "2024-01-10"}
        run(form4, "nightly", "--as-of", "2024-01-13", folder=home, environment=edgar)
    lake = work / "lake"
    assert run(venv / "bin/python", "-c", IN_PYTHON, lake, folder=home, environment=user) == "True True 60\n"
    assert {path.name for path in work.iterdir()} == {"lake"}


@contextmanager
def replica(form4: Path, environment: Mapping[str, str]) -> Iterator[str]:
    """The address of an EDGAR of three days, by the command."""
    command = (form4, "replica", "--days", "3", "--filings", "60")
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        try:
            yield server.stdout.readline().strip()
        finally:
            server.terminate()

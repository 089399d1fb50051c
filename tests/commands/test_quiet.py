"""`form4 --quiet`, which cron runs: a good run says nothing, what needs a look is said on standard error."""

import json

import pytest

from form4lake.replica import Fault, FaultKind, Faults, generate_archive
from form4lake.tests.builders.workspace import TODAY, Workspace, form4_here, says

DAY = TODAY.isoformat()
AS_OF = ("--as-of", DAY)

pytestmark = pytest.mark.flow


def test_a_good_run_says_nothing(workspace: Workspace) -> None:
    workspace.monkeypatch.setenv("FORM4_NIGHTLY__SINCE", DAY)
    workspace.monkeypatch.setenv("FORM4_EDGAR__ATTEMPTS", "2")
    passing = Faults([Fault(FaultKind.DOWN, "*/edgar/data/*", times=1)])
    with workspace.edgar(generate_archive(9, [TODAY], 5), faults=passing) as edgar:
        for arguments in (
            ("nightly", *AS_OF),
            ("backfill", DAY, DAY, *AS_OF),
            ("reconcile", *AS_OF),
            ("retry",),
            ("reparse",),
            ("compact", "--as-of", "2025-06-02"),
            ("verify", "--raw"),
        ):
            done = form4_here("--quiet", *arguments)
            assert (arguments, done.returncode, done.stdout, done.stderr) == (arguments, 0, "", "")
        assert edgar.stats().by_kind["filing"] == 6, "one was asked for twice, which is no trouble"
    assert workspace.count("filings") == 5
    assert form4_here("-q", "sql", "select count(*) from filings", "--format", "csv").stdout.splitlines()[1] == "5"


def test_what_needs_a_look_is_said_on_standard_error(workspace: Workspace) -> None:
    workspace.monkeypatch.setenv("FORM4_NIGHTLY__SINCE", DAY)
    workspace.monkeypatch.setenv("FORM4_EDGAR__ATTEMPTS", "2")
    archive = generate_archive(9, [TODAY], 5)
    number = archive.accessions(TODAY)[0]
    broken = Faults([Fault(FaultKind.DOWN, f"*/{number}.txt")])
    with workspace.edgar(archive, faults=broken):
        done = form4_here("--quiet", "nightly", *AS_OF)
    assert done.stdout == ""
    says(done, 1, number, "attempt 1", "nightly: 4 filings added")
    next((workspace.lake_folder / "data" / "filings").rglob("*.parquet")).write_bytes(b"")
    found = form4_here("--quiet", "--log-format", "json", "verify")
    assert (found.returncode, found.stdout) == (4, "")
    messages = [json.loads(line)["message"] for line in found.stderr.splitlines()]
    assert any("filings" in each for each in messages)
    assert messages[-1].startswith("what to do next: ")


def test_edgar_down_is_said(workspace: Workspace) -> None:
    says(form4_here("--quiet", "nightly", *AS_OF), 3, "127.0.0.1:9")

"""The command `form4` as a person meets it: what it prints, its exit codes, and that it starts at once."""

import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from form4lake.cli import main
from form4lake.crawler.rate_limiter import RateLimiter
from form4lake.flows.steps.options import client_options
from form4lake.parsers import PARSER_VERSION, parse_submission
from form4lake.replica import generate_archive
from form4lake.settings import load_settings
from form4lake.storage import Lake
from form4lake.tests.builders.workspace import TODAY, Workspace, form4, form4_here, says


@pytest.mark.parametrize("arguments", [["--help"], ["sql", "select 1"], ["parse", "nothing"], ["status"], ["report"]])
def test_quick_commands_on_a_local_lake_load_neither_prefect_nor_an_object_store(
    workspace: Workspace, arguments: list[str]
) -> None:
    script = "import sys\nfrom form4lake.cli import app\ntry:\n app()\nexcept SystemExit: pass\n"
    script += "print({'prefect', 'obstore', 'boto3', 'fsspec'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "set()"


def test_windows_is_refused_as_its_page_says(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(SystemExit) as ended:
        main()
    monkeypatch.undo()
    assert ended.value.code == 2
    page = Path(__file__).parents[2] / "docs" / "windows.md"
    assert capsys.readouterr().err.strip() in page.read_text(encoding="utf-8").splitlines()


def test_it_says_its_version_and_the_parser_s(workspace: Workspace) -> None:
    said = form4_here("--version")
    assert said.returncode == 0
    assert said.stdout == f"form4lake {version('form4lake')}, parser version {PARSER_VERSION}\n"


def test_without_an_identity_it_says_how_to_set_one(workspace: Workspace) -> None:
    workspace.monkeypatch.delenv("FORM4_EDGAR__IDENTITY")
    says(form4("nightly"), 2, "form4 init", "FORM4_EDGAR__IDENTITY", "edgar.identity")


def test_an_unknown_setting_is_named(workspace: Workspace) -> None:
    Path("config.yaml").write_text("edgr: {}\n")
    says(form4_here("nightly"), 2, "edgr", "did you mean edgar")


def test_more_than_the_sec_allows_is_refused(workspace: Workspace) -> None:
    workspace.monkeypatch.setenv("FORM4_EDGAR__BASE_URL", "https://www.sec.gov")
    workspace.monkeypatch.setenv("FORM4_EDGAR__REQUESTS_PER_SECOND", "11")
    says(form4_here("nightly"), 2, "10")


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["backfill", "2024-02-30", "2024-03-01"], "2024-02-30' is not a date: write it as 2024-01-02"),
        (["backfill", "2024-03-31", "2024-01-01"], "earlier date first"),
        (["backfill", "2199-01-01", "2199-02-01"], "2199-01-01"),
        (["backfill", "2024-01-01", "2024-01-02", "--forms", "4,10-K"], "10-K"),
        (["backfill", "2024-01-01", "2024-01-02", "--source", "newspapers"], "newspapers"),
    ],
)
def test_a_wrong_backfill_is_explained(workspace: Workspace, arguments: list[str], word: str) -> None:
    says(form4_here(*arguments), 2, word)


def test_a_lake_that_cannot_be_made_is_exit_4(workspace: Workspace) -> None:
    Path("file").write_text("no folder")
    workspace.monkeypatch.setenv("FORM4_LAKE", "file/lake")
    says(form4_here("nightly"), 4, "file")


@pytest.mark.flow
def test_a_flow_without_a_server_says_its_own_lines_only(workspace: Workspace) -> None:
    Lake.open(workspace.lake_folder, create=True)
    done = form4("--log-format", "json", "compact")
    assert done.returncode == 0, done.stderr
    assert "nanobind" not in done.stderr, "Prefect's thread keeps DuckDB's module until after the interpreter's end"
    assert all(json.loads(line)["message"] for line in done.stderr.splitlines())


def test_asking_a_lake_that_is_not_there_is_explained(workspace: Workspace) -> None:
    for command in (["sql", "select 1"], ["status"]):
        says(form4_here(*command), 2, "lake")


def test_status_of_an_empty_lake_is_not_green(workspace: Workspace) -> None:
    Lake.open(workspace.lake_folder, create=True)
    done = form4_here("status")
    assert (done.returncode, done.stdout) == (1, "the lake is empty; form4 nightly fills it\n")
    assert json.loads(form4_here("status", "--json").stdout)["complete"] is False


def test_status_shows_a_closed_rate_limiter_and_why(workspace: Workspace) -> None:
    Lake.open(workspace.lake_folder, create=True)
    assert "Paused" not in form4_here("status").stdout
    until = RateLimiter(client_options(load_settings())).close(600, 'status 403 ("[Request Rate] Exceeded") for /x')
    done = form4_here("status")
    assert f"Paused: no request to EDGAR before {until.astimezone():%Y-%m-%d %H:%M:%S}" in done.stdout
    assert 'status 403 ("[Request Rate] Exceeded") for /x' in done.stdout


def test_parse_prints_one_object_a_file(workspace: Workspace) -> None:
    archive = generate_archive(8, [TODAY], 3)
    for number in archive.truth:
        Path(f"{number}.txt").write_bytes(archive.submissions[number])
    done = form4_here("parse", "--json", *(f"{number}.txt" for number in archive.truth))
    assert done.returncode == 0, done.stderr
    documents = [json.loads(line) for line in done.stdout.splitlines()]
    assert [d["filings"][0]["accession_number"] for d in documents] == list(archive.truth)
    for document in documents:
        assert None not in [value for rows in document.values() if isinstance(rows, list) for value in rows[0:1]]
        for row in document["non_derivative_transactions"]:
            assert isinstance(row.get("transaction_shares", ""), str), "amounts are strings"


def test_parse_prints_every_well_formed_real_file(workspace: Workspace, real_edgar: Path) -> None:
    files = sorted((real_edgar / "xml").iterdir())
    done = form4_here("parse", "--json", *map(str, files))
    assert done.returncode == 0, done.stderr
    documents = [json.loads(line) for line in done.stdout.splitlines()]
    assert [Path(document["file"]) for document in documents] == files


def test_parse_shows_a_filing_to_a_person(workspace: Workspace) -> None:
    archive = generate_archive(8, [TODAY], 1)
    (number,) = archive.truth
    Path("filing.txt").write_bytes(archive.submissions[number])
    done = form4_here("parse", "filing.txt")
    filing = parse_submission(archive.submissions[number])
    assert done.returncode == 0
    assert number in done.stdout
    assert str(filing.reporting_owners[0].owner_cik) in done.stdout


def test_parse_says_why_a_file_is_no_filing_and_goes_on(workspace: Workspace) -> None:
    Path("page.html").write_text("<html><body>File Unavailable</body></html>")
    archive = generate_archive(8, [TODAY], 1)
    Path("filing.txt").write_bytes(archive.submissions[next(iter(archive.truth))])
    done = form4_here("parse", "--json", "page.html", "filing.txt")
    says(done, 1, "page.html")
    assert len(done.stdout.splitlines()) == 1
    says(form4_here("parse", "absent.txt"), 2, "absent.txt")


@pytest.mark.flow
def test_a_user_s_first_evening(workspace: Workspace) -> None:
    archive = generate_archive(9, [TODAY], 20)
    workspace.monkeypatch.setenv("FORM4_NIGHTLY__SINCE", TODAY.isoformat())
    with workspace.edgar(archive):
        done = form4("nightly", "--as-of", TODAY.isoformat())
        says(done, 0, f"{TODAY}  20 listed, 20 stored (20 new), 0 quarantined, 0 missing", "20 filings added")
        says(
            form4("backfill", TODAY.isoformat(), TODAY.isoformat(), "--as-of", TODAY.isoformat()), 0, "0 filings added"
        )

    asked = form4("sql", "select count(*) as n from filings", "--format", "json")
    assert json.loads(asked.stdout) == [{"n": 20}]
    assert form4("sql", "select 1 as one, 'x' as two", "--format", "csv").stdout == "one,two\n1,x\n"
    assert "20" in form4("sql", "select count(*) from filings").stdout
    says(form4("sql", "select nonsense from filings"), 2, "nonsense")
    says(form4("sql", "create table t as select 1"), 2)
    status = form4("status", "--as-of", TODAY.isoformat())
    assert status.returncode == 0
    assert status.stdout.startswith(f"complete through {TODAY} (Friday), 0 business days behind; exact 100.0 %")
    assert "2024-01" in status.stdout
    says(form4("status"), 1)


@pytest.mark.flow
def test_an_unreachable_edgar_is_exit_3_without_a_prefect_server(workspace: Workspace) -> None:
    says(form4("nightly"), 3, "127.0.0.1:9")

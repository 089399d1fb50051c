"""A lake in a bucket, by the commands: filled, asked, looked at, compacted, read again; what they say without it."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import boto3
import pytest

from form4lake.exits import Exit
from form4lake.flows.reports.run_report import RunReport
from form4lake.replica import Archive, Fault, FaultKind, Faults, business_days, generate_archive
from form4lake.storage import Lake
from form4lake.tests.builders.newer_parsers import NEWER, RAISED
from form4lake.tests.builders.object_server import BUCKET, ObjectServer
from form4lake.tests.builders.workspace import FIRST, TODAY, Workspace, form4_here, says


@pytest.fixture
def bucket_workspace(workspace: Workspace, object_lake: str) -> Workspace:
    """A user whose lake is in a bucket."""
    workspace.monkeypatch.setenv("FORM4_LAKE", object_lake)
    return workspace


def few_days(workspace: Workspace, filings: int) -> Archive:
    """An EDGAR of the last three days, with which the user's lake is to begin: each day is a commit."""
    days = business_days(date(2024, 1, 17), 3)
    workspace.monkeypatch.setenv("FORM4_NIGHTLY__SINCE", days[0].isoformat())
    workspace.monkeypatch.setenv("FORM4_NIGHTLY__LOOKBACK_DAYS", "2")
    return generate_archive(3, days, filings)


@pytest.mark.flow
def test_a_lake_in_a_bucket_lives_by_the_same_commands(
    bucket_workspace: Workspace, object_lake: str, nightly: Callable[[], RunReport]
) -> None:
    archive = few_days(bucket_workspace, 60)
    with bucket_workspace.edgar(archive) as edgar:
        report = nightly()
        assert report.exit_code is Exit.DONE, report.attention()
        assert report.added == 60
        again = form4_here("nightly", "--as-of", TODAY.isoformat())
        assert again.returncode == 0, again.stderr
        assert "0 filings added" in again.stderr
        assert edgar.stats().by_kind["filing"] == 60
    asked = form4_here(
        "sql", "--format", "csv", "select count(*) as filings, count(distinct accession_number) from filings"
    )
    assert asked.stdout.splitlines()[1] == "60,60", asked.stderr
    status = form4_here("status", "--as-of", TODAY.isoformat())
    assert status.returncode == 0, status.stderr
    assert "2024-01" in status.stdout
    compacted = form4_here("compact", "--as-of", "2025-06-01")
    assert compacted.returncode == 0, compacted.stderr
    assert Lake.open(object_lake).snapshot().periods == {"2024"}
    counted = form4_here("sql", "--format", "csv", "select count(*) from trades")
    assert counted.stdout == form4_here("sql", "--format", "csv", "select count(*) from trades").stdout
    assert not Path("s3:").exists()


@pytest.mark.flow
def test_a_lake_can_be_moved_into_a_bucket(
    workspace: Workspace, object_lake: str, nightly: Callable[[], RunReport], object_server: ObjectServer
) -> None:
    """As docs/operations.md says: `data`, `log` and `raw` move, the rest is made from them."""
    with workspace.edgar(few_days(workspace, 40)):
        assert nightly().added == 40
    client = boto3.client("s3", endpoint_url=object_server.endpoint)
    prefix = object_lake.removeprefix(f"s3://{BUCKET}/")
    for path in (each for name in ("data", "log", "raw") for each in (workspace.lake_folder / name).rglob("*.*")):
        client.upload_file(str(path), BUCKET, f"{prefix}/{path.relative_to(workspace.lake_folder)}")
    workspace.monkeypatch.setenv("FORM4_LAKE", object_lake)
    assert form4_here("verify", "--repair").returncode == 0
    asked = form4_here("sql", "--format", "csv", "select sum(stored), sum(missing) from coverage")
    assert asked.stdout.splitlines()[1] == "40,0", asked.stderr


@pytest.mark.flow
def test_history_quarantine_and_repair_in_a_bucket(
    bucket_workspace: Workspace, object_lake: str, nightly: Callable[[], RunReport]
) -> None:
    from form4lake.flows.reparse import reparse

    archive = generate_archive(3, business_days(FIRST, 7), 40)
    lost = archive.accessions(archive.days[2])[0]
    with bucket_workspace.edgar(archive, Faults([Fault(FaultKind.ACCESS_DENIED, f"*{lost}.txt")])):
        start, *_, end = (day.isoformat() for day in archive.days)
        sets = form4_here("backfill", start, "2024-03-31", "--source", "datasets", "--as-of", "2024-04-20")
        assert sets.returncode == 0, sets.stderr
        rows = asked("select count(*), count_if(source_format = 'dataset') from filings")
        assert rows == {f"{len(in_sets(archive))},{len(in_sets(archive))}"}
        history = form4_here("backfill", start, end, "--as-of", TODAY.isoformat())
        says(history, 1, lost)
    with bucket_workspace.edgar(archive) as edgar:
        assert form4_here("retry").returncode == 0
        assert edgar.stats().by_kind["filing"] == 1
    assert asked("select count(*), count_if(source_format = 'dataset') from filings") == {"40,0"}
    assert asked("select count(*) from quarantine") == {"0"}
    bucket_workspace.monkeypatch.setattr("form4lake.flows.reparse.CURRENT", RAISED)
    again = reparse()
    assert (again.exit_code, again.done.read) == (Exit.DONE, 40)
    assert asked("select distinct parser_version from filings") == {str(NEWER)}
    idle = form4_here("reparse")
    assert idle.returncode == 0, idle.stderr

    lake = Lake.open(object_lake)
    bucket, prefix = object_lake.removeprefix("s3://").split("/", 1)
    objects = boto3.resource("s3").Bucket(bucket)
    for name in ("catalog.duckdb", "views.sql"):
        objects.Object(f"{prefix}/{name}").delete()
    repaired = form4_here("verify", "--repair")
    assert repaired.returncode == 0, repaired.stdout
    live = next(path for path, each in lake.snapshot().live.items() if each.table == "filings")
    cut = objects.Object(f"{prefix}/data/{live}")
    cut.put(Body=cut.get()["Body"].read()[:-100])
    hurt = form4_here("verify", "--repair")
    assert (hurt.returncode, "bytes, not the" in hurt.stdout, "--drop-damaged" in hurt.stdout) == (4, True, True)
    says(form4_here("sql", "select count(*) from filings"), 4, live)
    form4_here("verify", "--drop-damaged")
    with bucket_workspace.edgar(archive) as edgar:
        assert nightly().exit_code is Exit.DONE
        assert edgar.stats().by_kind.get("filing", 0) == 0, "the raw archive has the filings"
        again = form4_here("backfill", start, "2024-03-31", "--source", "datasets", "--as-of", "2024-04-20")
        assert again.returncode == 0, again.stderr
    assert asked("select count(*), count_if(source_format = 'dataset') from filings") == {"40,0"}
    assert form4_here("verify", "--raw").returncode == 0


def asked(query: str) -> set[str]:
    """The rows that a query answers by the command."""
    done = form4_here("sql", "--format", "csv", query)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines()[1:])


def in_sets(archive: Archive) -> list[str]:
    """The filings that the SEC's data sets have."""
    return [number for number, filing in archive.truth.items() if filing.source_format == "xml"]


@pytest.mark.flow
def test_without_credentials_it_is_said_in_a_line(bucket_workspace: Workspace) -> None:
    bucket_workspace.monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    says(form4_here("sql", "select 1"), 4, "there are no credentials for s3://", "AWS_ACCESS_KEY_ID")


@pytest.mark.flow
def test_a_store_that_does_not_answer_is_said_in_a_line(bucket_workspace: Workspace) -> None:
    bucket_workspace.monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
    says(form4_here("sql", "select 1"), 4, "cannot be reached")

"""A lake in a bucket, by the commands: filled, asked, looked at, folded, read again; and what they say without it."""

from collections.abc import Callable
from pathlib import Path

import boto3
import pytest
from houses import FIRST, TODAY, House
from object_server import BUCKET, ObjectServer
from test_cli import form4, says

from flows.report import Exit, RunReport
from replica import business_days, generate_archive
from storage import Lake


@pytest.fixture
def bucket_house(house: House, object_lake: str) -> House:
    """A user whose lake is in a bucket."""
    house.monkeypatch.setenv("FORM4_LAKE", object_lake)
    return house


@pytest.mark.flow
def test_a_lake_in_a_bucket_lives_by_the_same_commands(
    bucket_house: House, object_lake: str, nightly: Callable[[], RunReport], prefect_server: str
) -> None:
    archive = generate_archive(3, business_days(FIRST, 7), 60)
    with bucket_house.edgar(archive) as edgar:
        report = nightly()
        assert report.exit_code is Exit.DONE, report.attention()
        assert report.added == 60
        bucket_house.monkeypatch.setenv("PREFECT_API_URL", prefect_server)
        again = form4("nightly", "--as-of", TODAY.isoformat())
        assert again.returncode == 0, again.stderr
        assert "0 filings added" in again.stderr
        assert edgar.stats().by_kind["filing"] == 60
    asked = form4("sql", "--format", "csv", "select count(*) as filings, count(distinct accession_number) from filings")
    assert asked.stdout.splitlines()[1] == "60,60", asked.stderr
    status = form4("status")
    assert status.returncode == 0, status.stderr
    assert "2024-01" in status.stdout
    folded = form4("compact", "--as-of", "2025-06-01")
    assert folded.returncode == 0, folded.stderr
    assert Lake.open(object_lake).snapshot().labels == {"2024"}
    counted = form4("sql", "--format", "csv", "select count(*) from trades")
    assert counted.stdout == form4("sql", "--format", "csv", "select count(*) from trades").stdout
    assert not Path("s3:").exists()


@pytest.mark.flow
def test_a_lake_can_be_moved_into_a_bucket(
    house: House, object_lake: str, nightly: Callable[[], RunReport], object_server: ObjectServer
) -> None:
    """As docs/operations.md has it: `data`, `log` and `raw`, and the rest is made anew."""
    with house.edgar(generate_archive(3, business_days(FIRST, 7), 40)):
        assert nightly().added == 40
    client = boto3.client("s3", endpoint_url=object_server.endpoint)
    prefix = object_lake.removeprefix(f"s3://{BUCKET}/")
    for path in (each for name in ("data", "log", "raw") for each in (house.lake_folder / name).rglob("*.*")):
        client.upload_file(str(path), BUCKET, f"{prefix}/{path.relative_to(house.lake_folder)}")
    house.monkeypatch.setenv("FORM4_LAKE", object_lake)
    assert form4("verify", "--repair").returncode == 0
    asked = form4("sql", "--format", "csv", "select sum(stored), sum(missing) from coverage")
    assert asked.stdout.splitlines()[1] == "40,0", asked.stderr


def test_without_credentials_it_is_said_in_a_line(bucket_house: House) -> None:
    bucket_house.monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    says(form4("sql", "select 1"), 4, "there are no credentials for s3://", "AWS_ACCESS_KEY_ID")


def test_a_store_that_does_not_answer_is_said_in_a_line(bucket_house: House) -> None:
    bucket_house.monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
    says(form4("sql", "select 1"), 4, "cannot be reached")

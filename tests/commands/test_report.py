"""`form4 report` and `form4 status` as a person meets them: files, words, exit codes."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from form4lake.storage import Lake
from form4lake.tables import Filing, IndexDay, IndexEntry, QuarantinedFiling
from form4lake.tests.builders.workspace import Workspace, form4_here

MONDAY, TUESDAY = date(2024, 1, 8), date(2024, 1, 9)
NOON = datetime(2024, 1, 9, 12, tzinfo=UTC)


def commit(lake: Lake, day: date, *, stored: int, quarantined: int = 0) -> None:
    """A day with its filings, stored and in quarantine."""
    ingest = lake.begin(day.isoformat())
    names = [f"0000000001-24-{day.day:03}{n:03}" for n in range(stored + quarantined)]
    for name in names[:stored]:
        ingest.add_filing(
            Filing(
                accession_number=name, form_type="4", filing_date=day, issuer_cik=5, issuer_name="Acme", ticker="ACM"
            ),
            day,
        )
    for name in names[stored:]:
        ingest.add_quarantined(
            QuarantinedFiling(
                accession_number=name,
                filing_date=day,
                form_type="4",
                source_path=f"{name}.txt",
                stage="parse",
                reason="no [XML] in it",
                attempts=1,
                first_seen=NOON,
                last_tried=NOON,
            ),
            day,
        )
    entries = [
        IndexEntry(accession_number=name, filing_date=day, index_date=day, form_type="4", source_path=f"{name}.txt")
        for name in names
    ]
    ingest.add_day(IndexDay(index_date=day, state="whole", forms="4", read_at=NOON), entries)
    lake.commit(ingest, writer="test")


@pytest.fixture
def two_days(workspace: Workspace) -> Lake:
    """Monday complete, of Tuesday one in quarantine."""
    lake = Lake.open(workspace.lake_folder, create=True)
    commit(lake, MONDAY, stored=2)
    commit(lake, TUESDAY, stored=1, quarantined=1)
    return lake


@pytest.mark.flow
def test_the_report_is_written_where_told_and_its_path_printed(two_days: Lake) -> None:
    done = form4_here("report")
    assert (done.returncode, done.stdout, done.stderr) == (0, "report.html\n", "")
    assert "2024-01-09: partial, 1 of 2 stored" in Path("report.html").read_text()
    done = form4_here("report", "--ticker", "acm", "--since", "2024-01-09")
    assert (done.returncode, done.stdout) == (0, "report-ACM.html\n")
    assert "Acme" in Path("report-ACM.html").read_text()
    assert sorted(each.name for each in Path.cwd().glob("*report*")) == ["report-ACM.html", "report.html"]
    done = form4_here("report", "--site", "site")
    assert (done.returncode, done.stdout, done.stderr) == (0, "site/index.html\n", "")


@pytest.mark.flow
@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--ticker", "ACN"], "near it are ACM (Acme)"),
        (["--output", "nowhere/report.html"], "no folder nowhere"),
        (["--output", "."], "it is a folder"),
        (["--since", "yesterday"], "yesterday"),
        (["--site", "nowhere/site"], "no folder nowhere"),
        (["--site", "site", "--ticker", "ACM"], "--site is not for --ticker"),
        (["--prices", "prices.parquet"], "give --ticker or --site too"),
        (["--ticker", "ACM", "--prices", "prices.parquet"], "prices.parquet cannot be read as a Parquet file"),
    ],
)
def test_a_wrong_report_is_explained(two_days: Lake, arguments: list[str], word: str) -> None:
    done = form4_here("report", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert word in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(Path.cwd().glob("*.html"))


@pytest.mark.flow
def test_a_report_of_no_lake_is_wrong_use(workspace: Workspace) -> None:
    assert form4_here("report").returncode == 2


def test_status_draws_each_weekday_and_says_why(two_days: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORM4_FORMS", "4")
    done = form4_here("status", "--as-of", "2024-01-10")
    assert done.returncode == 1
    assert "Version 2: 3 filings" in done.stdout
    assert done.stdout.startswith("complete through 2024-01-09 (Tuesday), 0 business days behind; ")
    assert "1 in quarantine" in done.stdout.splitlines()[0]
    (month,) = [line.split() for line in done.stdout.splitlines() if line.startswith(" 2024-01")]
    assert month == ["2024-01", "#+", "4", "3", "1", "0"]
    assert "no [XML] in it" in done.stdout

"""History in two steps: the SEC's data sets at once, exact filings later, each once in the lake at any moment."""

import io
import os
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from typer.testing import CliRunner

from form4lake.cli import app
from form4lake.edgar_calendar import Quarter
from form4lake.exits import Exit
from form4lake.flows.reports.dataset_report import DatasetReport
from form4lake.flows.reports.run_report import RunReport
from form4lake.flows.steps.days import quarters_of
from form4lake.replica import Archive, business_days, generate_archive
from form4lake.replica.datasets import dataset
from form4lake.storage import Commit, Ingest, Lake
from form4lake.tests.builders.expected import as_set, expected_rows, rows
from form4lake.tests.builders.workspace import Workspace, form4_here
from form4lake.tests.chaos.form4_commands import Workspace as Machine
from form4lake.tests.chaos.world import wrongs

DECEMBER = date(2023, 12, 20)
TODAY = date(2024, 2, 20)
OF_FILINGS = (
    "filings",
    "reporting_owners",
    "non_derivative_transactions",
    "derivative_transactions",
    "non_derivative_holdings",
    "derivative_holdings",
    "footnotes",
    "signatures",
)

Backfill = Callable[..., DatasetReport]


def test_the_quarters_that_a_range_touches_begin_with_the_first_data_set() -> None:
    assert quarters_of(date(1999, 1, 1), date(2006, 4, 1)) == [Quarter(2006, 1), Quarter(2006, 2)]
    assert quarters_of(date(2023, 12, 31), date(2024, 1, 1)) == [Quarter(2023, 4), Quarter(2024, 1)]
    assert quarters_of(date(1999, 1, 1), date(2005, 12, 31)) == []


@pytest.fixture
def from_datasets(workspace: Workspace) -> Backfill:
    """A backfill from data sets, as of TODAY."""
    from form4lake.flows.backfill_datasets import backfill_datasets as flow

    workspace.monkeypatch.setenv("FORM4_TASK_RUNNER", "threads")

    def run(start: date = DECEMBER, end: date = date(2023, 12, 31), forms: list[str] | None = None) -> DatasetReport:
        report = flow(start=start, end=end, forms=forms, today=TODAY)
        assert isinstance(report, DatasetReport), report
        return report

    return run


@pytest.fixture
def from_index() -> Callable[[date, date], RunReport]:
    """A backfill from the indexes, as of TODAY."""
    from form4lake.flows.backfill import backfill as flow

    def run(start: date, end: date) -> RunReport:
        report = flow(start=start, end=end, today=TODAY)
        assert isinstance(report, RunReport), report
        return report

    return run


@pytest.fixture(scope="module")
def archive() -> Archive:
    """Days on both sides of the end of a year."""
    return generate_archive(23, business_days(DECEMBER, 9), 150)


@dataclass
class Version:
    """What a committed version holds, as it should: the filings from data sets, the exact ones."""

    coarse: set[str]
    exact: set[str]


@pytest.fixture
def versions(workspace: Workspace, archive: Archive) -> list[Version]:
    """Every version that is committed, each held against the truth: filings once, exact ones with their exact rows,
    those from data sets with as many rows as they have."""
    found: list[Version] = []
    commit = Lake.commit

    def held(lake: Lake, ingest: Ingest, *, writer: str) -> Commit | None:
        done = commit(lake, ingest, writer=writer)
        if done:
            formats = workspace.query("select accession_number, source_format = 'dataset' from filings")
            version = Version({n for n, coarse in formats if coarse}, {n for n, coarse in formats if not coarse})
            assert len(formats) == len(version.coarse | version.exact)
            for table in OF_FILINGS:
                stored = rows(workspace, table)
                exact = [row for row in stored if row["accession_number"] in version.exact]
                assert as_set(exact) == as_set(expected_rows([archive.truth[n] for n in version.exact], table)), table
                coarse = [archive.truth[n] for n in version.coarse]
                assert len(stored) - len(exact) == len(expected_rows(coarse, table)), table
            found.append(version)
        return done

    workspace.monkeypatch.setattr(Lake, "commit", held)
    return found


@pytest.mark.flow
def test_a_quarter_by_data_set_then_by_index_is_the_truth(
    workspace: Workspace,
    from_datasets: Backfill,
    from_index: Callable[[date, date], RunReport],
    archive: Archive,
    versions: list[Version],
) -> None:
    with workspace.edgar(archive) as edgar:
        report = from_datasets(DECEMBER, date(2024, 1, 31))
        assert report.exit_code is Exit.DONE, report.attention()
        in_sets = {row[0] for row in workspace.query("select accession_number from filings")}
        assert in_sets == {n for n, filing in archive.truth.items() if filing.source_format == "xml"}
        assert report.added == len(in_sets)
        assert workspace.query("select distinct source_format, accepted_at, parse_mode from filings") == [
            ("dataset", None, None)
        ]
        assert edgar.stats().by_kind["filing"] == 0
        first, last = archive.days[0], archive.days[-1]
        middle = archive.days[4]
        half = from_index(first, middle)
        whole = from_index(middle, last)
    assert half.upgraded + whole.upgraded == len(in_sets)
    assert len(versions) > 4, "two quarters, and days of both"
    for before, after in pairwise(versions):
        assert before.exact <= after.exact
        assert before.coarse <= after.coarse | after.exact
    assert versions[1].coarse == in_sets
    assert any(version.coarse and version.exact for version in versions)
    assert (versions[-1].coarse, versions[-1].exact) == (set(), set(archive.truth))
    for table in OF_FILINGS:
        assert as_set(rows(workspace, table)) == as_set(expected_rows(list(archive.truth.values()), table)), table
    assert set(workspace.query("select accession_number, amends from amendments")) == set(archive.amends.items())
    assert workspace.query("select sum(stored), sum(missing), sum(from_datasets) from coverage") == [(150, 0, 0)]
    assert workspace.lake.verify().violations == []


@pytest.mark.flow
def test_a_run_that_is_killed_leaves_whole_quarters_and_the_next_goes_on(
    workspace: Workspace, from_datasets: Backfill, archive: Archive, tmp_path: Path
) -> None:
    command = ("backfill", str(DECEMBER), "2024-01-31", "--source", "datasets", "--as-of", str(TODAY))
    with workspace.edgar(archive):
        counts = [each.filings for each in from_datasets(DECEMBER, date(2024, 1, 31)).quarters]
        again = Workspace(tmp_path / "again" / "lake", workspace.monkeypatch)
        again.lake_folder.parent.mkdir()
        settings = {
            "FORM4_LAKE": str(again.lake_folder),
            "FORM4_DATASET_FOLDER": str(tmp_path / "again" / "sets"),
        }
        machine, chance = Machine(again.lake_folder, os.environ | settings), Random(6)
        machine.seconds[command[0]] = 1.0  # less than it takes: no machine is too fast to be killed in time
        kills = 0
        for _ in range(4):
            kills += machine.kill(command, chance)
            if again.lake_folder.exists():
                assert again.count("filings") in {0, counts[0], sum(counts)}
                assert wrongs(again.lake, swept=False) == []
        assert machine.finish(command) is None
    assert kills > 0
    for table in (*OF_FILINGS, "parse_issues", "amendments", "superseded"):
        assert as_set(rows(again, table)) == as_set(rows(workspace, table)), table
    assert again.query("select quarter, filings from datasets order by 1") == [
        ("2023Q4", counts[0]),
        ("2024Q1", counts[1]),
    ]
    assert again.lake.verify().violations == []


@pytest.mark.flow
def test_a_filing_that_a_new_edition_lacks_stays_and_is_named(
    workspace: Workspace, from_datasets: Backfill, archive: Archive
) -> None:
    with workspace.edgar(archive):
        before = from_datasets(DECEMBER, date(2024, 1, 31))
    held = workspace.count("filings")
    gone, kept = (f"2023-12-2{day}" for day in (1, 9))
    dropped = {n for n, f in archive.truth.items() if f.source_format == "xml" and str(f.filing_date) in (gone, kept)}
    truth = {n: filing for n, filing in archive.truth.items() if n not in dropped}
    last = next(f for n, f in archive.truth.items() if n in dropped and str(f.filing_date) == kept)
    truth[last.accession_number] = last
    with workspace.edgar(Archive(archive.rows, archive.submissions, archive.holidays, truth)):
        report = from_datasets()
    assert before.exit_code is report.exit_code is Exit.DONE
    assert workspace.count("filings") == held
    (said,) = map(str, report.attention())
    named = {n for n in dropped if str(archive.truth[n].filing_date) == gone}
    assert said.startswith(f"2023Q4: {len(named)} filings of an earlier edition are not in this one")
    assert min(named) in said


@pytest.mark.flow
def test_what_is_known_from_data_sets_is_still_missing_and_says_so(
    workspace: Workspace, from_datasets: Backfill, archive: Archive
) -> None:
    with workspace.edgar(archive):
        from_datasets()
    amounts = workspace.query(
        "select accession_number, transaction_price_per_share from non_derivative_transactions "
        "where transaction_price_per_share is not null"
    )
    assert amounts
    cents = Decimal("0.01")
    for number, price in amounts:
        filed = {row.transaction_price_per_share for row in archive.truth[number].non_derivative_transactions}
        assert any(each is not None and abs(each - price) <= cents / 2 for each in filed)
    assert workspace.lake.stored(archive.truth) == set()
    said = CliRunner().invoke(app, ["status", "--as-of", "2023-12-29"])
    assert said.exit_code == 0
    assert said.stdout.startswith(
        "complete through 2023-12-28 (Thursday), 0 business days behind; exact 0.0 %, from data sets 100.0 %"
    )
    told = f"Data sets: 2023Q4; {workspace.count('filings')} filings are from them only"
    assert told in " ".join(said.stdout.split())
    (held,) = workspace.query("select quarter, filings, forms, problem from datasets")
    assert held == ("2023Q4", workspace.count("filings"), "3,3/A,4,4/A,5,5/A", None)


@pytest.mark.flow
def test_a_set_that_is_in_the_lake_is_not_sent_nor_read_again(
    workspace: Workspace, from_datasets: Backfill, archive: Archive
) -> None:
    with workspace.edgar(archive) as edgar:
        first = from_datasets()
        version = workspace.lake.snapshot().version
        again = from_datasets()
        assert [each.state for each in (*first.quarters, *again.quarters)] == ["read", "unchanged"]
        assert again.exit_code is Exit.DONE
        assert edgar.stats().by_kind["dataset"] == 2
    assert workspace.lake.snapshot().version == version


@pytest.mark.flow
def test_forms_can_be_chosen_and_the_others_taken_later(
    workspace: Workspace, from_datasets: Backfill, archive: Archive
) -> None:
    with workspace.edgar(archive):
        from_datasets(forms=["4"])
        fours = workspace.count("filings")
        assert workspace.query("select distinct form_type from filings") == [("4",)]
        everything = from_datasets()
        assert everything.quarters[0].state == "read"
        assert workspace.count("filings") == fours + everything.added
        assert from_datasets(forms=["4"]).quarters[0].state == "unchanged"


@pytest.mark.flow
def test_an_exact_filing_is_not_replaced_by_a_set_that_comes_later(
    workspace: Workspace, from_datasets: Backfill, from_index: Callable[[date, date], RunReport], archive: Archive
) -> None:
    with workspace.edgar(archive):
        from_index(archive.days[0], archive.days[1])
        exact = workspace.lake.stored(archive.truth)
        report = from_datasets()
    assert report.quarters[0].passed_over == len([n for n in exact if archive.truth[n].source_format == "xml"])
    assert workspace.lake.stored(archive.truth) == exact


@pytest.mark.flow
def test_a_damaged_set_goes_in_without_what_it_lacks_which_is_named(
    workspace: Workspace, from_datasets: Backfill, archive: Archive
) -> None:
    with workspace.edgar(archive) as edgar:
        whole = edgar.archive.datasets.get("2023q4") or _served(edgar.url)
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(packed, "w") as new:
        for name in old.namelist():
            if name != "FOOTNOTES.tsv":
                text = old.read(name)
                new.writestr(name, text + b"0000000000-00-000000\tstray\n" if name == "OWNER_SIGNATURE.tsv" else text)
    broken = Archive(
        **{f: getattr(archive, f) for f in ("rows", "submissions", "truth")}, datasets={"2023q4": packed.getvalue()}
    )
    with workspace.edgar(broken):
        first, again = from_datasets(), from_datasets()
    for report in (first, again):
        assert report.exit_code is Exit.INCOMPLETE
        said = "\n".join(map(str, report.attention()))
        assert "2023Q4: FOOTNOTES.tsv is absent" in said
        assert "OWNER_SIGNATURE.tsv has rows of no filing" in said
    assert again.quarters[0].state == "unchanged"
    assert workspace.query("select distinct footnote_count from filings") == [(None,)]


def _served(url: str) -> bytes:
    import requests

    path = "files/structureddata/data/insider-transactions-data-sets/2023q4_form345.zip"
    return requests.get(f"{url}/{path}", headers={"User-Agent": "Test test@example.com"}, timeout=10).content


@pytest.mark.flow
def test_a_quarter_long_over_without_a_set_is_named_and_a_young_one_is_not_published(
    workspace: Workspace, from_datasets: Backfill, archive: Archive
) -> None:
    with workspace.edgar(generate_archive(3, [TODAY], 5)):
        report = from_datasets(date(2023, 7, 1), date(2023, 12, 31))
    assert report.exit_code is Exit.INCOMPLETE
    assert [(each.quarter, each.state, len(each.problems)) for each in report.quarters] == [
        ("2023Q3", "not published", 1),
        ("2023Q4", "not published", 0),
    ]


@pytest.mark.flow
def test_the_real_partial_quarter_goes_in(workspace: Workspace, from_datasets: Backfill, real_edgar: Path) -> None:
    content = (real_edgar / "datasets/2024q3_form345_partial.zip").read_bytes()
    served = Archive(rows={}, submissions={}, datasets={"2024q3": content})
    workspace.monkeypatch.setattr("form4lake.flows.backfill_datasets.today_in_new_york", lambda: date(2024, 11, 1))
    from form4lake.flows.backfill_datasets import backfill_datasets

    with workspace.edgar(served):
        report = backfill_datasets(start=date(2024, 9, 1), end=date(2024, 9, 30))
    assert report.exit_code is Exit.INCOMPLETE
    assert [each.text[:28] for each in report.attention()] == [
        "2024Q3: REPORTINGOWNER.tsv i",
        "2024Q3: NONDERIV_TRANS.tsv i",
        "2024Q3: FOOTNOTES.tsv is abs",
    ]
    counted = [
        ("filings", 36_075),
        ("derivative_transactions", 19_003),
        ("derivative_holdings", 8_136),
        ("non_derivative_holdings", 17_897),
        ("signatures", 39_236),
        ("reporting_owners", 0),
        ("non_derivative_transactions", 0),
        ("parse_issues", 132),
    ]
    assert [(name, workspace.count(name)) for name, _ in counted] == counted
    months = workspace.query("select distinct date_trunc('month', filing_date)::date from filings order by 1")
    assert months == [(date(2024, month, 1),) for month in (7, 8, 9)]
    assert workspace.lake.verify().violations == []


@pytest.mark.flow
def test_a_set_that_is_cut_completes_no_day(workspace: Workspace, archive: Archive, tmp_path: Path) -> None:
    whole = zipfile.ZipFile(io.BytesIO(dataset(archive, "2023q4") or b""))
    cut = tmp_path / "2023q4_form345.zip"
    with zipfile.ZipFile(cut, "w") as copy:
        for name in whole.namelist():
            lines = whole.read(name).splitlines(keepends=True)
            kept = lines[: len(lines) // 2] if name.startswith("SUBMISSION") else lines
            copy.writestr(name, b"".join(kept))
    asked = ["backfill", "2023-10-01", "2023-12-31", "--source", "datasets", "--zip", str(cut), "--as-of", str(TODAY)]
    with workspace.edgar(archive):
        assert form4_here(*asked).returncode == Exit.INCOMPLETE
    done = form4_here("status", "2023-12-20", "2023-12-28", "--as-of", str(TODAY))
    assert (done.returncode, "partial: 2023-12-20" in done.stdout) == (Exit.INCOMPLETE, True), done.stdout

"""The lake held against the SEC's data sets: the replica's, whose truth is known, and the real quarter."""

import io
import shutil
import zipfile
from collections.abc import Callable
from copy import deepcopy
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from form4lake.replica import Archive, archive_of_folder, business_days, generate_archive
from form4lake.replica.datasets import dataset
from form4lake.replica.indexes import NEW_YORK
from form4lake.storage import DatasetComparison, Lake
from form4lake.tables import Filing, Footnote, IndexDay
from form4lake.tests.builders.workspace import Workspace, form4, form4_here

FIRST, LAST = date(2024, 1, 1), date(2024, 3, 31)
REAL = {
    "0001062993-24-014684": date(2024, 8, 8),
    "0001062993-24-016335": date(2024, 9, 9),
    "0001062993-24-016587": date(2024, 9, 13),
    "0001415889-24-019064": date(2024, 7, 2),
    "0001415889-24-020383": date(2024, 7, 30),
    "0001628280-24-031146": date(2024, 7, 3),
    "0001628280-24-034864": date(2024, 8, 5),
    "0001628280-24-038676": date(2024, 8, 28),
}
"""The real filings of the folder that are in the real quarter, with their filing dates: bare XML has none."""


@pytest.fixture(scope="module")
def archive() -> Archive:
    return generate_archive(21, [*business_days(date(2024, 1, 2), 2), date(2024, 3, 29)], 150)


def lake_of(folder: Path, filings: list[Filing], days: list[date]) -> Lake:
    lake = Lake.open(folder / "lake", create=True)
    year = f"{max(filing.filing_date or date.min for filing in filings):%Y}"
    ingest, quarter = lake.begin(year), lake.begin(f"{year}Q1")
    for filing in filings:
        of_set = filing.source_format == "dataset"
        (quarter if of_set else ingest).add_filing(filing, filing.filing_date or date.min)
    for day in days:
        read_at = datetime(2024, 7, 1, tzinfo=NEW_YORK)
        ingest.add_day(IndexDay(index_date=day, state="whole", forms="3,3/A,4,4/A,5,5/A", read_at=read_at), [])
    lake.commit(ingest, writer="test")
    lake.commit(quarter, writer="test")
    return lake


def compared(lake: Lake, body: bytes, folder: Path, first: date = FIRST, last: date = LAST) -> DatasetComparison:
    members = {}
    with zipfile.ZipFile(io.BytesIO(body)) as zipped:
        for name in zipped.namelist():
            if name.endswith(".tsv"):
                zipped.extract(name, folder)
                members[name.removesuffix(".tsv")] = folder / name
    return lake.compare_dataset(members, first, last)


def set_of(archive: Archive) -> bytes:
    body = dataset(archive, "2024q1")
    assert body is not None
    return body


def test_the_truth_and_its_data_set_differ_by_rules_alone(archive: Archive, tmp_path: Path) -> None:
    lake = lake_of(tmp_path, list(archive.truth.values()), archive.days)
    comparison = compared(lake, set_of(archive), tmp_path)
    found = comparison.found
    late = found.filings.pop(("only here", "accepted after 17:30 of the last business day"))
    assert late > 0
    assert found.filings == {}
    assert found.both == len(archive.truth) - late
    assert comparison.examples(5) == []
    assert found.differences == 0
    assert found.rules.keys() == {"rounded to 2 decimals"}
    assert {each.table for each in found.columns} >= {"FOOTNOTES", "REPORTINGOWNER", "NONDERIV_TRANS"}
    assert sum(each.same for each in found.columns if each.column == "TRANS_PRICEPERSHARE") > 0
    assert found.absent_members == found.absent_columns == found.unknown_columns == []
    comparison.close()


@pytest.mark.flow
def test_each_difference_is_found_and_named(archive: Archive, tmp_path: Path) -> None:
    changed = deepcopy(archive.truth)
    traded = [
        each for each in changed.values() if each.non_derivative_transactions and each.filing_date != date(2024, 3, 29)
    ]
    price, gone, note, owner, here, there = traded[:6]
    row = next(
        each
        for f in traded[6:]
        for each in f.non_derivative_transactions
        if each.transaction_price_per_share is not None
    )
    row.transaction_price_per_share = (row.transaction_price_per_share or Decimal(0)) + Decimal("0.02")
    price.non_derivative_transactions[0].transaction_code = "?"
    del gone.non_derivative_transactions[0]
    note.footnotes.append(Footnote(footnote_id="F99", footnote_text="Not there."))
    owner.reporting_owners[0].owner_name = "Another"
    del changed[there.accession_number]
    extra = deepcopy(here)
    extra.accession_number = "0000000001-24-000001"
    changed[extra.accession_number] = extra
    comparison = compared(lake_of(tmp_path, list(changed.values()), archive.days), set_of(archive), tmp_path)
    found = comparison.found
    assert {(each.table, each.column): each.different for each in found.columns if each.different} == {
        ("NONDERIV_TRANS", "TRANS_CODE"): 1,
        ("NONDERIV_TRANS", "TRANS_PRICEPERSHARE"): 1,
        ("REPORTINGOWNER", "RPTOWNERNAME"): 1,
    }
    assert found.unpaired == {("FOOTNOTES", "only here"): 1, ("NONDERIV_TRANS", "only there"): 1}
    assert comparison.filings_without_reason(9) == [
        ("0000000001-24-000001", "only here"),
        (there.accession_number, "only there"),
    ]
    assert found.differences == 7
    comparison.close()


def test_what_is_not_to_be_in_both_is_no_difference(archive: Archive, tmp_path: Path) -> None:
    changed = deepcopy(archive.truth)
    html, coarse, *_, unread = [each for each in changed.values() if each.filing_date == archive.days[0]]
    html.accession_number, html.source_format = "0000000001-24-000002", "html"
    coarse.source_format = "dataset"
    del changed[unread.accession_number]
    lake = lake_of(tmp_path, list(changed.values()), archive.days[1:])
    comparison = compared(lake, set_of(archive), tmp_path)
    assert comparison.found.filings[("only there", "not fetched yet")] == 3
    assert comparison.found.filings[("only here", "not filed as XML")] == 1
    assert comparison.found.differences == 0
    comparison.close()


@pytest.mark.flow
def test_a_data_set_with_odd_members_is_compared_as_far_as_it_goes(archive: Archive, tmp_path: Path) -> None:
    lake = lake_of(tmp_path, list(archive.truth.values()), archive.days)
    odd = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(set_of(archive))) as whole, zipfile.ZipFile(odd, "w") as zipped:
        for name in whole.namelist():
            text = whole.read(name).decode()
            if name == "SUBMISSION.tsv":
                text = text.replace("REMARKS\tAFF10B5ONE", "REMARKS\tNEW", 1)
            if name == "OWNER_SIGNATURE.tsv":
                text += "0000000001-24-000009\tshort\n"
            if name == "DERIV_HOLDING.tsv":
                text = text.replace("ACCESSION_NUMBER", "FILING", 1)
                of_no_filing = text.count("\n") - 1
            if name != "FOOTNOTES.tsv":
                zipped.writestr(name, text)
    comparison = compared(lake, odd.getvalue(), tmp_path)
    assert comparison.found.absent_members == ["FOOTNOTES"]
    assert comparison.found.absent_columns == ["SUBMISSION.AFF10B5ONE", "DERIV_HOLDING.ACCESSION_NUMBER"]
    assert comparison.found.unknown_columns == ["SUBMISSION.NEW", "DERIV_HOLDING.FILING"]
    assert of_no_filing > 0
    assert comparison.found.bad_rows == {"OWNER_SIGNATURE": 1, "DERIV_HOLDING": of_no_filing}
    assert comparison.found.differences == 0
    comparison.close()


def rezipped(archive: Archive, change: Callable[[str, str], tuple[str, str]]) -> bytes:
    """The archive's data set with other names or texts of its members."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(set_of(archive))) as whole, zipfile.ZipFile(packed, "w") as zipped:
        for name in whole.namelist():
            zipped.writestr(*change(name, whole.read(name).decode()))
    return packed.getvalue()


def spelt_otherwise(tsv: str) -> str:
    """The same table with a byte order mark, the line ends of Windows and two columns more, without a name."""
    return "\ufeff" + "".join(f"{line}\t\t\r\n" for line in tsv.splitlines())


def real_archive(real_edgar: Path, folder: Path) -> Archive:
    """An EDGAR of the real filings that are in the real quarter, each on the day that it was filed, and of its set."""
    served = Archive({}, {}, datasets={"2024q3": (real_edgar / "datasets/2024q3_form345_partial.zip").read_bytes()})
    for accession_number, filed in REAL.items():
        (path,) = (real_edgar / "xml").glob(f"{accession_number}*")
        day = folder / accession_number
        day.mkdir()
        shutil.copy(path, day)
        of_day = archive_of_folder([day], filed)
        served.rows |= of_day.rows
        served.submissions |= of_day.submissions
    return Archive(served.rows, served.submissions, datasets=served.datasets)


def test_every_real_filing_of_the_quarter_is_compared(real_edgar: Path) -> None:
    with zipfile.ZipFile(real_edgar / "datasets" / "2024q3_form345_partial.zip") as zipped:
        there = {line.split("\t")[0] for line in zipped.read("SUBMISSION.tsv").decode().split("\n")[1:]}
    manifest = (real_edgar / "MANIFEST.tsv").read_text().splitlines()[1:]
    files = [line.split("\t") for line in manifest if line.startswith(("xml/", "submissions/"))]
    assert {columns[3] for columns in files if columns[3]} & there == REAL.keys()


@pytest.mark.flow
def test_the_real_quarter_differs_by_rules_alone(workspace: Workspace, real_edgar: Path, tmp_path: Path) -> None:
    from form4lake.flows.backfill import backfill

    archive = real_archive(real_edgar, tmp_path)
    with workspace.edgar(archive):
        backfill(start=archive.days[0], end=archive.days[-1])
    assert set(workspace.query("select accession_number, filing_date from filings")) == set(REAL.items())
    comparison = compared(workspace.lake, archive.datasets["2024q3"], tmp_path, date(2024, 7, 1), date(2024, 9, 30))
    found = comparison.found
    assert found.both == 8
    assert sum(each.different for each in found.columns) == 0
    assert found.unpaired == {}
    # The indexes of the eight days list these filings alone, where the SEC's list all that is in its set.
    assert found.filings.keys() == {("only there", "not fetched yet"), ("only there", None)}
    assert sum(found.filings.values()) == 36_075 - 8
    assert found.differences == found.filings["only there", None]
    assert found.rules == {"rounded to 2 decimals": 3, "white space": 2}
    assert found.absent_members == ["REPORTINGOWNER", "NONDERIV_TRANS", "FOOTNOTES"]
    queries = dict(comparison.results())
    comparison.write(queries["differences"], tmp_path / "differences.parquet")
    comparison.close()
    rules = duckdb.sql(
        f"SELECT DISTINCT accession_number, verdict FROM '{tmp_path}/differences.parquet' ORDER BY ALL"
    ).fetchall()
    assert rules == [
        ("0001062993-24-014684", "white space"),
        ("0001062993-24-016335", "rounded to 2 decimals"),
        ("0001062993-24-016587", "rounded to 2 decimals"),
        ("0001628280-24-031146", "white space"),
    ]


@pytest.mark.flow
def test_the_command_fetches_once_and_tells_by_its_exit_code(
    workspace: Workspace, archive: Archive, tmp_path: Path
) -> None:
    workspace.monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    workspace.monkeypatch.setenv("COLUMNS", "200")
    lake_of(tmp_path, list(archive.truth.values()), archive.days)

    with workspace.edgar(archive) as edgar:
        done = form4("compare-datasets", "2024Q1", "--output", "out")
        assert done.returncode == 0, done.stderr
        assert "0 differences without a reason" in done.stdout
        assert form4_here("compare-datasets", "2024Q4").returncode == 2, "not published"
        again = form4_here("compare-datasets", "2024Q1")
        assert again.returncode == 0
        assert [hit.status for hit in edgar.stats().hits] == [200, 404, 404, 304], "both addresses are asked"
    rows = duckdb.sql("SELECT held, count(*) FROM 'out/compare-2024Q1-filings.parquet' GROUP BY ALL").fetchall()
    assert dict(rows).keys() == {"both", "only here"}
    fewer = generate_archive(22, archive.days, 60)
    Path("other.zip").write_bytes(set_of(fewer))
    other = form4_here("compare-datasets", "2024Q1", "--zip", "other.zip")
    assert other.returncode == 1
    assert "only here" in other.stderr
    Path("cut.zip").write_bytes(set_of(fewer)[:1000])
    Path("odd.zip").write_bytes(rezipped(archive, lambda name, text: (f"2024q1/{name.lower()}", spelt_otherwise(text))))
    odd = form4_here("compare-datasets", "2024Q1", "--zip", "odd.zip")
    assert odd.returncode == 0, odd.stderr
    assert "0 differences without a reason" in odd.stdout
    Path("without.zip").write_bytes(rezipped(archive, lambda name, text: (name.replace("SUBMISSION", "README"), text)))
    without = form4_here("compare-datasets", "2024Q1", "--zip", "without.zip")
    assert without.returncode == 2
    assert "no SUBMISSION.tsv with ACCESSION_NUMBER" in without.stderr
    for wrong in (["2024"], ["2005Q4"], ["2024Q1", "--zip", "absent.zip"], ["2024Q1", "--zip", "cut.zip"]):
        refused = form4_here("compare-datasets", *wrong)
        assert refused.returncode == 2

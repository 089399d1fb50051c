"""`form4 export`: files for those without DuckDB, and the SEC's own."""

import io
import zipfile
from datetime import date
from pathlib import Path

import duckdb
import pytest

from form4lake.parsers import parse_dataset_batch, read_dataset
from form4lake.replica import Archive, business_days, generate_archive
from form4lake.replica.datasets import dataset
from form4lake.storage import Lake
from form4lake.storage.read.export import copy
from form4lake.tables import Filing, Footnote
from form4lake.tests.builders.workspace import form4_here


@pytest.fixture(scope="module")
def archive() -> Archive:
    return generate_archive(31, business_days(date(2024, 1, 2), 2), 120)


@pytest.fixture(scope="module")
def lake(archive: Archive, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """A lake of the archive's truth."""
    lake = Lake.open(tmp_path_factory.mktemp("export") / "lake", create=True)
    ingest = lake.begin("2024-01")
    for filing in archive.truth.values():
        ingest.add_filing(filing, filing.filing_date or date.min)
    lake.commit(ingest, writer="test")
    return lake


@pytest.fixture(autouse=True)
def _settings(lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FORM4_LAKE", lake.snapshot().place.location)


def test_views_and_tables_are_files_of_their_names(lake: Lake) -> None:
    assert form4_here("export", "trades", "filings", "--output", "out").returncode == 0
    assert form4_here("export", "SEC.submission", "--format", "tsv", "--output", "out").returncode == 0
    with lake.connect() as connection:
        for name in ("trades", "filings"):
            count = connection.sql(f"SELECT count(*) FROM {name}").fetchall()
            assert duckdb.sql(f"SELECT count(*) FROM 'out/{name}.parquet'").fetchall() == count
    assert Path("out/SEC.submission.tsv").read_text().startswith("ACCESSION_NUMBER\tFILING_DATE\t")
    assert sorted(path.name for path in Path("out").iterdir()) == [
        "SEC.submission.tsv",
        "filings.parquet",
        "trades.parquet",
    ]


@pytest.mark.parametrize("since", [[], ["--since", "2024-01-03"]])
def test_the_rows_of_a_view_are_sorted_by_its_columns(since: list[str]) -> None:
    names = ["trades", "current_filings", "sec.REPORTINGOWNER"]
    assert form4_here("export", *names, *since).returncode == 0
    for name in names:
        rows = duckdb.sql(f"FROM '{name}.parquet'").fetchall()
        assert rows == duckdb.sql(f"FROM '{name}.parquet' ORDER BY ALL").fetchall()
        assert len(rows) > 1


def test_dates_choose_filings(archive: Archive) -> None:
    first, second = archive.days
    names = ["filings", "footnotes", "sec.OWNER_SIGNATURE"]
    assert form4_here("export", *names, "--since", second.isoformat(), "--format", "csv").returncode == 0
    of_second = [each for each in archive.truth.values() if each.filing_date == second]
    assert 0 < len(of_second) < len(archive.truth)
    expected = [len(of_second), sum(len(f.footnotes) for f in of_second), sum(len(f.signatures) for f in of_second)]
    assert [duckdb.sql(f"SELECT count(*) FROM '{name}.csv'").fetchall()[0][0] for name in names] == expected
    assert form4_here("export", "filings", "--until", first.isoformat(), "--format", "csv").returncode == 0
    count = duckdb.sql("SELECT count(*) FROM 'filings.csv'").fetchall()[0][0]
    assert count == len(archive.truth) - len(of_second)


def test_a_quarter_is_as_the_sec_publishes_it(archive: Archive) -> None:
    done = form4_here("export", "--source", "sec", "2024Q1", "--output", "out")
    assert done.returncode == 0, done.stderr
    body = dataset(archive, "2024q1")
    assert body is not None
    with zipfile.ZipFile(io.BytesIO(body)) as zipped:
        for name in zipped.namelist():
            if not name.endswith(".tsv"):
                continue
            ours = Path("out/2024q1_form345", name).read_bytes()
            assert b"\r" not in ours
            theirs = zipped.read(name)
            # Keys are the SEC's own; it writes some boxes in words and some quotes bare.
            assert _rows(ours) == _rows(theirs), name


@pytest.mark.flow
def test_the_real_quarter_comes_back_as_it_went_in(real_edgar: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = _filings((real_edgar / "datasets/2024q3_form345_partial.zip").read_bytes())
    lake = Lake.open("real", create=True)
    with lake.begin("2024Q3") as ingest:
        for filing in given.values():
            ingest.add_filing(filing, filing.filing_date or date.min)
        lake.commit(ingest, writer="test")
    monkeypatch.setenv("FORM4_LAKE", "real")
    assert form4_here("export", "--source", "sec", "2024Q3", "--output", "out").returncode == 0
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as zipped:
        for path in Path("out/2024q3_form345").iterdir():
            zipped.write(path, path.name)
    read = _filings(packed.getvalue())
    assert read.keys() == given.keys()
    assert [number for number, filing in given.items() if read[number] != filing] == []


def _filings(zipped: bytes) -> dict[str, Filing]:
    """The filings of a data set, without the counts of members that the real quarter lacks and an export has, empty."""
    reading = read_dataset(io.BytesIO(zipped))
    found = [filing for batch in reading.batches() for filing in parse_dataset_batch(batch)]
    for filing in found:
        filing.owner_count = filing.footnote_count = None
    return {filing.accession_number: filing for filing in found}


def test_a_cell_is_quoted_where_the_sec_quotes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = Lake.open(tmp_path / "cells", create=True)
    with lake.begin("2024-01") as ingest:
        footnotes = ["See Exhibit #1.", 'Units ("RSUs")', '"', "a\tb", ""]
        day = date(2024, 1, 2)
        filing = Filing(accession_number="0000000001-24-000001", form_type="4", filing_date=day, issuer_cik=5)
        filing.footnotes = [Footnote(footnote_id=f"F{n}", footnote_text=text) for n, text in enumerate(footnotes, 1)]
        ingest.add_filing(filing, day)
        lake.commit(ingest, writer="test")
    monkeypatch.setenv("FORM4_LAKE", str(tmp_path / "cells"))
    assert form4_here("export", "--source", "sec", "2024Q1").returncode == 0
    lines = Path("2024q1_form345/FOOTNOTES.tsv").read_text().splitlines()[1:]
    assert [line.partition("\t")[2] for line in lines] == [
        "F1\tSee Exhibit #1.",
        'F2\t"Units (""RSUs"")"',
        'F3\t""""',
        "F4\ta b",
        "F5\t",
    ]


def _rows(tsv: bytes) -> list[list[str]]:
    heading, *lines = tsv.decode().removesuffix("\n").split("\n")
    names = heading.split("\t")
    boxes = {"NOT_SUBJECT_SEC16", "EQUITY_SWAP_INVOLVED", "AFF10B5ONE"}
    rows = []
    for line in lines:
        cells = dict(zip(names, line.split("\t"), strict=True))
        for name, cell in cells.items():
            if name.endswith("_SK"):
                cells[name] = ""
            elif name in boxes:
                cells[name] = {"true": "1", "false": "0"}.get(cell, cell)
            elif '"' in cell:
                cells[name] = cell.strip('"').replace('""', '"')
        rows.append(list(cells.values()))
    return [names, *sorted(rows)]


def test_wrong_uses_are_explained() -> None:
    unknown = form4_here("export", "trade")
    assert (unknown.returncode, Path("trade.parquet").exists()) == (2, False)
    assert "did you mean trades" in unknown.stderr
    for wrong in (
        ["--source", "sec", "2023Q1"],
        ["--source", "sec", "2023"],
        ["--source", "sec", "2024Q1", "--since", "2024-01-01"],
        ["transaction_codes", "--since", "2024-01-01"],
        ["trades", "--since", "2024-01-02", "--until", "2024-01-01"],
    ):
        assert form4_here("export", *wrong).returncode == 2, wrong


def test_a_folder_that_cannot_be_written_is_named() -> None:
    Path("file").write_text("in the way")
    done = form4_here("export", "filings", "--output", "file")
    assert done.returncode == 2
    assert "cannot write" in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_is_named_as_such() -> None:
    with duckdb.connect() as connection, pytest.raises(OSError, match="No space left") as failed:
        copy(connection, "SELECT 1", "csv", Path("/dev/full"))
    assert failed.value.filename == "/dev/full"


def test_a_query_that_cannot_read_is_no_full_disk(tmp_path: Path) -> None:
    with duckdb.connect() as connection, pytest.raises(duckdb.IOException):
        copy(connection, "FROM 'nowhere.parquet'", "csv", tmp_path / "out.csv")

"""Filings of the SEC's data sets in the lake, and the exact ones that come to replace them."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from form4lake.storage import Commit, Lake
from form4lake.tables import DatasetRead, Filing
from form4lake.tests.builders.lakes import NOON, bought, contents, entry, filing, index_day, quarantined, read, store

pytestmark = pytest.mark.flow

FEBRUARY = date(2024, 2, 6)
DECEMBER = date(2023, 12, 29)
ROUNDED = {"transaction_price_per_share": Decimal("12.35")}


def of_dataset(accession: str, filed: date = FEBRUARY, **values: Any) -> Filing:
    rows = [bought(**ROUNDED)]
    return filing(accession, filed, **({"source_format": "dataset", "non_derivative_transactions": rows} | values))


def exact(accession: str, filed: date = FEBRUARY) -> Filing:
    return filing(accession, filed, source_format="xml")


def put_in(lake: Lake, *filings: Filing, sha256: str = "ab", quarter: str = "2024Q1") -> Commit | None:
    ingest = lake.begin(quarter)
    for each in filings:
        assert each.filing_date is not None
        ingest.add_filing(each, each.filing_date)
    ingest.add_dataset(
        DatasetRead(
            quarter=quarter, filings=len(filings), read_at=NOON, source_path="/files/x.zip", content_sha256=sha256
        )
    )
    return lake.commit(ingest, writer="test")


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake.open(tmp_path / "lake", create=True)


def test_a_quarter_is_one_commit_in_the_files_of_its_months(lake: Lake) -> None:
    done = put_in(lake, of_dataset("1-23-1", DECEMBER), of_dataset("1-24-1"), of_dataset("1-24-2", date(2024, 3, 1)))
    assert done is not None
    assert (done.version, done.filings_added) == (1, 3)
    assert {each.period for each in lake.snapshot().entries("filings")} == {"2023-12", "2024-02", "2024-03"}
    prices = read(lake, "SELECT transaction_price_per_share FROM trades")
    assert prices == [(Decimal("12.35"),)] * 3
    held = lake.dataset("2024Q1")
    assert held is not None
    assert (held.filings, held.content_sha256) == (3, "ab")
    assert lake.dataset("2024Q2") is None
    assert lake.verify().violations == []


def test_the_same_quarter_again_is_no_new_version_and_another_edition_replaces_it(lake: Lake) -> None:
    put_in(lake, of_dataset("1-24-1"), of_dataset("1-24-2", date(2024, 3, 1)))
    assert put_in(lake, of_dataset("1-24-1"), of_dataset("1-24-2", date(2024, 3, 1))) is None
    done = put_in(lake, of_dataset("1-24-1", remarks="corrected"), of_dataset("1-24-2", date(2024, 3, 1)), sha256="cd")
    assert done is not None
    assert read(lake, "SELECT accession_number, remarks FROM filings ORDER BY ALL") == [
        ("1-24-1", "corrected"),
        ("1-24-2", None),
    ]
    assert read(lake, "SELECT content_sha256 FROM datasets") == [("cd",)]


def test_an_exact_filing_replaces_that_of_a_data_set_wherever_it_is(lake: Lake) -> None:
    put_in(lake, of_dataset("1-24-1"), of_dataset("1-24-2"))
    assert lake.stored(["1-24-1", "1-24-2"]) == set()
    done = store(lake, exact("1-24-1"), day=date(2024, 2, 7))
    assert done is not None
    assert (done.filings_replaced, done.upgraded) == (1, 1)
    assert lake.stored(["1-24-1", "1-24-2"]) == {"1-24-1"}
    assert read(lake, "SELECT accession_number, transaction_price_per_share FROM trades ORDER BY ALL") == [
        ("1-24-1", Decimal("12.3456")),
        ("1-24-2", Decimal("12.35")),
    ]
    assert lake.verify().violations == []


def test_a_data_set_never_replaces_an_exact_filing(lake: Lake) -> None:
    store(lake, exact("1-24-1"), day=FEBRUARY)
    before = contents(lake)
    done = put_in(lake, of_dataset("1-24-1"), of_dataset("1-24-2"))
    assert done is not None
    assert (done.filings_added, done.passed_over) == (1, 1)
    put_in(lake, of_dataset("1-24-1"), of_dataset("1-24-2"), sha256="cd")
    after = contents(lake)
    for name in ("filings", "non_derivative_transactions", "reporting_owners"):
        assert [row for row in after[name] if row[0] == "1-24-1"] == before[name]


def test_another_writer_may_store_the_exact_filing_meanwhile(lake: Lake, tmp_path: Path) -> None:
    ingest = lake.begin("2024Q1")
    ingest.add_filing(of_dataset("1-24-1"), FEBRUARY)
    store(Lake.open(tmp_path / "lake"), exact("1-24-1"), day=FEBRUARY)
    assert lake.commit(ingest, writer="test") is None
    assert read(lake, "SELECT source_format FROM filings") == [("xml",)]


def test_a_quarter_goes_where_its_months_are_folded(lake: Lake) -> None:
    store(lake, exact("1-24-1"), day=FEBRUARY)
    lake.compact_period("2024")
    put_in(lake, of_dataset("1-24-2"), of_dataset("1-24-3", date(2024, 3, 1)), of_dataset("1-23-1", DECEMBER))
    assert {each.period for each in lake.snapshot().entries("filings")} == {"2023-12", "2024"}
    lake.compact_period("2023")
    assert len(read(lake, "FROM filings")) == 4
    assert lake.verify().violations == []


def test_coverage_counts_exact_filings_and_says_what_data_sets_have(lake: Lake) -> None:
    ingest = lake.begin(FEBRUARY.isoformat())
    ingest.add_filing(exact("1-24-1"), FEBRUARY)
    ingest.add_quarantined(quarantined("1-24-2", FEBRUARY), FEBRUARY)
    listed = ["1-24-1", "1-24-2", "1-24-3", "1-24-4"]
    ingest.add_day(index_day(FEBRUARY), [entry(each, FEBRUARY) for each in listed])
    lake.commit(ingest, writer="test")
    put_in(lake, *(of_dataset(each) for each in listed[:3]))
    (day,) = lake.coverage(FEBRUARY, FEBRUARY)
    assert (day.expected, day.stored, day.quarantined, day.missing, day.from_datasets) == (4, 1, 1, 2, 2)
    assert day.state == "partial"
    assert [row.accession_number for _, row in lake.all_quarantined()] == ["1-24-2"]
    assert lake.verify().violations == []
    assert lake.verify().missing == 2


def test_a_filing_of_a_data_set_is_nothing_to_parse_again(lake: Lake) -> None:
    put_in(lake, of_dataset("1-24-1", parser_version=1))
    assert lake.count_outdated(9) == {}


def test_an_amendment_replaces_its_original_whichever_of_them_is_exact(lake: Lake) -> None:
    amendment = of_dataset(
        "1-24-2", date(2024, 3, 1), form_type="4/A", date_of_original_submission=FEBRUARY, period_of_report=FEBRUARY
    )
    put_in(lake, of_dataset("1-24-1"), amendment)
    expected = [("1-24-1", 1, "1-24-2", 1)]
    superseded = (
        "SELECT accession_number, row_number, superseded_by, superseded_by_row FROM superseded "
        "WHERE table_name IS NOT NULL"
    )
    assert read(lake, superseded) == expected
    store(lake, exact("1-24-1"), day=FEBRUARY)
    assert read(lake, superseded) == expected
    store(lake, replace(amendment, source_format="xml"), day=date(2024, 3, 1))
    assert read(lake, superseded) == expected


def test_no_amendment_is_matched_where_the_data_set_lacks_the_owners(lake: Lake) -> None:
    amendment = of_dataset("1-24-2", date(2024, 3, 1), form_type="4/A", date_of_original_submission=FEBRUARY)
    unknown = {"reporting_owners": [], "owner_count": None}
    put_in(lake, replace(of_dataset("1-24-1"), **unknown), replace(amendment, **unknown))
    assert read(lake, "FROM superseded") == []
    assert read(lake, "SELECT accession_number, reason FROM unmatched") == [("1-24-2", "the amendment names no owner")]
    assert lake.verify().violations == []


def test_only_a_quarter_takes_filings_of_data_sets(lake: Lake) -> None:
    with lake.begin("2024-02") as ingest, pytest.raises(ValueError, match="by the quarter"):
        ingest.add_filing(of_dataset("1-24-1"), FEBRUARY)
    with lake.begin("2024Q1") as ingest, pytest.raises(ValueError, match="by the quarter"):
        ingest.add_filing(exact("1-24-1"), FEBRUARY)
    with pytest.raises(ValueError, match="is not a period"):
        lake.begin("2024Q5")


def test_a_lost_file_of_a_data_set_is_fetched_again_by_the_data_sets(lake: Lake, tmp_path: Path) -> None:
    original, amendment = of_dataset("original"), of_dataset("amendment", date(2024, 5, 6), form_type="4/A")
    put_in(lake, original)
    put_in(lake, replace(amendment, date_of_original_submission=FEBRUARY), quarter="2024Q2")
    put_in(lake, of_dataset("alone", date(2024, 11, 6)), quarter="2024Q4")
    before = contents(lake)
    (path,) = (tmp_path / "lake" / "snapshots" / "filings").rglob("2024-02.*")
    path.unlink()
    (tmp_path / "lake" / "data" / path.relative_to(tmp_path / "lake" / "snapshots")).unlink()
    advised = (
        "form4 backfill 2024-01-01 2024-06-30 --source datasets and form4 backfill 2024-10-01 2024-12-31 "
        "--source datasets"
    )
    found = lake.verify()
    assert {each.todo for each in found.violations} == {
        f"put it back from a copy of the lake, or: form4 verify --drop-damaged, then {advised}"
    }
    lake.drop_damaged(found.violations)
    left = lake.verify().violations
    assert {each.where for each in left} == {"datasets", "amendments", "superseded"}
    assert {each.todo for each in left} == {advised}
    put_in(lake, original)
    put_in(lake, replace(amendment, date_of_original_submission=FEBRUARY), quarter="2024Q2")
    (todo,) = {each.todo for each in lake.verify().violations}
    assert todo == "form4 backfill 2024-10-01 2024-12-31 --source datasets"
    put_in(lake, of_dataset("alone", date(2024, 11, 6)), quarter="2024Q4")
    assert lake.verify().violations == []
    assert contents(lake) == before

"""`import form4lake`: the names that are public, and what they do for somebody in a notebook."""

import inspect
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

import form4lake
from form4lake.storage import Lake as StoredLake
from form4lake.tests.builders.lakes import TUESDAY, filing, full_filing, store

PUBLIC = [name for name in form4lake.__all__ if name != "__version__"]
CORPUS = Path(__file__).parent / "fuzz" / "corpus"


@pytest.fixture
def stored(tmp_path: Path) -> Iterator[StoredLake]:
    with StoredLake.open(tmp_path / "lake", create=True) as lake:
        store(lake, full_filing("a"))
        yield lake


def test_importing_it_loads_nothing_heavy() -> None:
    code = "import sys, form4lake; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert {"duckdb", "pyarrow", "lxml", "prefect", "pydantic", "boto3", "obstore", "numpy"}.isdisjoint(loaded)
    assert "form4lake.storage" not in loaded
    assert "form4lake.parsers" not in loaded


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_is_there_and_explains_itself(name: str) -> None:
    assert name in dir(form4lake)
    assert inspect.getdoc(getattr(form4lake, name))


def test_the_version_is_that_of_the_distribution() -> None:
    asked = subprocess.run(
        [Path(sys.executable).with_name("form4"), "--version"], capture_output=True, text=True, check=True
    )
    assert f"form4lake {form4lake.__version__}," in asked.stdout
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = form4lake.no_such_name


def test_a_submission_becomes_a_filing() -> None:
    found = form4lake.parse_submission((CORPUS / "form4.txt").read_bytes())
    assert isinstance(found, form4lake.Filing)
    assert found.form_type == "4"
    assert all(isinstance(each, form4lake.ReportingOwner) for each in found.reporting_owners)
    assert all(isinstance(each, form4lake.NonDerivativeTransaction) for each in found.non_derivative_transactions)
    with pytest.raises(form4lake.NotAnOwnershipFiling):
        form4lake.parse_submission(b"<html>")


def test_a_lake_is_asked_with_values_beside_the_query(stored: StoredLake, tmp_path: Path) -> None:
    store(stored, filing("b", TUESDAY, issuer_name="O'Neil \"'; --"), day=TUESDAY)
    with form4lake.open_lake(tmp_path / "lake") as lake:
        named = "SELECT accession_number FROM filings WHERE issuer_name = $name"
        assert lake.sql(named, {"name": "O'Neil \"'; --"}).fetchall() == [("b",)]
        numbered = "SELECT count(*) FROM filings WHERE accession_number IN (?, ?)"
        assert lake.sql(numbered, ["a", "b"]).fetchall() == [(2,)]
        prices = pa.table({"ticker": ["ISS"], "close": [1.5]})
        assert lake.sql("SELECT close FROM trades JOIN prices USING (ticker) LIMIT 1").fetchall() == [(1.5,)], prices
        price = lake.sql("SELECT max(transaction_price_per_share) FROM trades").fetchall()[0][0]
        assert isinstance(price, Decimal)


def test_a_lake_shows_new_york_time_and_one_version(stored: StoredLake, tmp_path: Path) -> None:
    with form4lake.open_lake(str(tmp_path / "lake")) as lake, form4lake.open_lake(tmp_path / "lake") as other:
        other.sql("SET TimeZone = 'UTC'")
        moment = lake.sql("SELECT TIMESTAMPTZ '2024-01-08 12:00:00+00'").fetchall()[0][0]
        assert moment.utcoffset() == timedelta(hours=-5)
        store(stored, filing("b", TUESDAY), day=TUESDAY)
        assert (lake.version, lake.sql("SELECT count(*) FROM filings").fetchall()) == (1, [(1,)])
    with form4lake.open_lake(tmp_path / "lake") as newer:
        assert (newer.version, newer.sql("SELECT count(*) FROM filings").fetchall()) == (2, [(2,)])


def test_a_moved_lake_is_read_where_it_is(stored: StoredLake, tmp_path: Path) -> None:
    moved = (tmp_path / "lake").rename(tmp_path / "elsewhere")
    with form4lake.open_lake(moved) as lake:
        assert lake.sql("SELECT ACCESSION_NUMBER FROM sec.SUBMISSION").fetchall() == [("a",)]


def test_a_lake_changes_nothing_and_is_closed_at_the_end(stored: StoredLake, tmp_path: Path) -> None:
    lake = form4lake.open_lake(tmp_path / "lake")
    with lake, pytest.raises(duckdb.InvalidInputException, match="read-only"):
        lake.sql("CREATE TABLE mine AS FROM trades")
    lake.close()
    with pytest.raises(duckdb.ConnectionException):
        lake.sql("FROM trades")


def test_a_place_without_a_lake_is_named(tmp_path: Path) -> None:
    with pytest.raises(form4lake.LakeMissing, match="no lake at"):
        form4lake.open_lake(tmp_path / "nowhere")

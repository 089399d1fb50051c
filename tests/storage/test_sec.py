"""The schema `sec`: the SEC's eight tables, made from the lake's."""

import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from form4lake.replica.dataset_layout import MEMBERS
from form4lake.sec_tables import SEC_TABLES
from form4lake.storage import Lake
from form4lake.storage.read.views import sec_views
from form4lake.tables import NonDerivativeHolding, ReportingOwner
from form4lake.tests.builders.lakes import MONDAY, bought, filing, full_filing, read, store


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake.open(tmp_path / "lake", create=True)


def test_each_table_has_the_columns_of_the_sec_in_its_order(lake: Lake) -> None:
    with lake.connect() as connection:
        for name in SEC_TABLES:
            assert connection.sql(f"FROM sec.{name}").columns == [column.name for column in MEMBERS[name]]


def test_the_columns_are_those_of_the_real_files(lake: Lake, real_edgar: Path) -> None:
    with (
        zipfile.ZipFile(real_edgar / "datasets" / "2024q3_form345_partial.zip") as zipped,
        lake.connect() as connection,
    ):
        described = {
            each["url"]: [column["name"] for column in each["tableSchema"]["columns"]]
            for each in json.loads(zipped.read("FORM_345_metadata.json"))["tables"]
        }
        for name in SEC_TABLES:
            ours = connection.sql(f"FROM sec.{name}").columns
            if f"{name}.tsv" in zipped.namelist():
                with zipped.open(f"{name}.tsv") as file:
                    theirs = file.readline().decode().rstrip("\n").split("\t")
                assert [column for column in ours if column != "AFF10B5ONE"] == theirs
            else:
                # The metadata calls one column otherwise than the real DERIV_TRANS.tsv does.
                theirs = [
                    column.replace("EQUITY_SWAP_INVOLVED_FN", "EQUITY_SWAP_TRANS_CD_FN")
                    for column in described[f"{name}.tsv"]
                ]
                assert ours == theirs


def test_values_are_written_as_the_sec_writes_them(lake: Lake) -> None:
    whole = replace(
        full_filing("0000000001-24-000001"),
        not_subject_to_section16=False,
        aff10b5_one=True,
        non_derivative_transactions=[
            bought(3, transaction_price_per_share=Decimal("12.345"), transaction_price_per_share_fn="F2,F1"),
            bought(4, transaction_price_per_share=Decimal("-12.345"), transaction_shares=None),
        ],
        reporting_owners=[
            ReportingOwner(owner_number=1, owner_cik=11, is_director=True, is_officer=False, is_ten_percent_owner=True),
            ReportingOwner(owner_number=2, owner_cik=12),
        ],
    )
    store(lake, whole)
    (submission,) = read(
        lake, "SELECT FILING_DATE, NOT_SUBJECT_SEC16, AFF10B5ONE, ISSUERCIK, NO_SECURITIES_OWNED FROM sec.SUBMISSION"
    )
    assert submission == (MONDAY, "0", "1", "0000000005", None)
    assert read(
        lake,
        "SELECT NONDERIV_TRANS_SK, TRANS_PRICEPERSHARE, TRANS_PRICEPERSHARE_FN, TRANS_SHARES "
        "FROM sec.NONDERIV_TRANS ORDER BY 1",
    ) == [
        (3, Decimal("12.35"), "F2, F1", Decimal("100.00")),
        (4, Decimal("-12.35"), None, None),
    ]
    assert read(lake, "SELECT RPTOWNERCIK, RPTOWNER_RELATIONSHIP FROM sec.REPORTINGOWNER ORDER BY 1") == [
        ("0000000011", "Director,TenPercentOwner"),
        ("0000000012", None),
    ]
    assert read(lake, "SELECT count(*) FROM sec.SUBMISSION JOIN sec.FOOTNOTES USING (ACCESSION_NUMBER)") == [(1,)]


def test_sql_written_for_the_data_sets_runs_unchanged(lake: Lake) -> None:
    store(lake, filing("a"), filing("b", non_derivative_transactions=[bought(transaction_code="S")]))
    sql = """
        SELECT s.ISSUERTRADINGSYMBOL, r.RPTOWNERNAME, t.TRANS_DATE, t.TRANS_SHARES * t.TRANS_PRICEPERSHARE AS VALUE
        FROM sec.NONDERIV_TRANS t
        JOIN sec.SUBMISSION s ON s.ACCESSION_NUMBER = t.ACCESSION_NUMBER
        JOIN sec.REPORTINGOWNER r ON r.ACCESSION_NUMBER = s.ACCESSION_NUMBER
        WHERE t.TRANS_CODE = 'P' AND s.FILING_DATE >= DATE '2024-01-01'
          AND r.RPTOWNER_RELATIONSHIP LIKE '%Director%'
    """
    assert read(lake, sql) == [(None, "Owner 11", MONDAY, Decimal("1235.0000"))]
    with lake.connect() as connection:
        connection.execute("SET search_path = 'sec'")
        assert connection.sql(
            "SELECT count(*) FROM NONDERIV_TRANS JOIN SUBMISSION USING (ACCESSION_NUMBER)"
        ).fetchall() == [(2,)]


def test_the_largest_amount_is_no_error(lake: Lake) -> None:
    huge = Decimal("9999999999999999.9999")
    store(
        lake,
        filing(
            "a", non_derivative_holdings=[NonDerivativeHolding(row_number=2, value_owned_following_transaction=huge)]
        ),
    )
    assert read(lake, "SELECT VALU_OWND_FOLWNG_TRANS FROM sec.NONDERIV_HOLDING") == [(Decimal("10000000000000000.00"),)]


def test_every_table_and_column_has_its_comment_in_any_duckdb(lake: Lake, tmp_path: Path) -> None:
    store(lake, full_filing("a"))
    with duckdb.connect(tmp_path / "lake" / "catalog.duckdb", read_only=True) as catalog:
        for each in sec_views():
            assert catalog.sql(f"SELECT count(*) FROM {each.name}").fetchall() == [(1,)]
        said = "SELECT comment FROM {} WHERE schema_name = 'sec'"
        tables = catalog.sql(said.format("duckdb_views()")).fetchall()
        columns = catalog.sql(said.format("duckdb_columns()")).fetchall()
        (about,) = catalog.sql(
            f"{said.format('duckdb_columns()')} AND table_name = 'DERIV_TRANS' AND column_name = 'TRANS_DATE_FN'"
        ).fetchall()
    assert len(tables) == 8
    assert len(columns) == sum(len(each) for each in MEMBERS.values())
    assert all(comment for (comment,) in tables + columns)
    assert "footnotes" in about[0]
    script = tmp_path / "lake" / "views.sql"
    code = (
        f"import duckdb; c = duckdb.connect(); c.execute(open({str(script)!r}).read()); "
        "print(c.sql('SELECT ACCESSION_NUMBER FROM sec.SUBMISSION').fetchall())"
    )
    asked = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert asked.stdout == "[('a',)]\n"

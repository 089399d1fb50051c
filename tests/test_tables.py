"""The declaration of the tables holds what the public contract promises."""

from pathlib import Path

import pytest

from form4lake.storage import Lake
from form4lake.tables import FILING_CHILDREN, TABLES, DayCoverage, Filing, Table, columns_of

OF_A_FILING = ("filings", *FILING_CHILDREN)


@pytest.mark.parametrize("name", OF_A_FILING)
def test_every_table_of_a_filing_can_be_pruned_without_a_join(name: str) -> None:
    assert {"accession_number", "filing_date", "issuer_cik"} <= set(TABLES[name].column_names())


def test_the_rows_of_a_filing_hang_on_it_under_their_tables_names() -> None:
    filing = Filing(accession_number="0001127602-24-024579", form_type="4")
    assert set(FILING_CHILDREN) == {name for name, table in TABLES.items() if table.of_filing} - {"filings"}
    assert all(getattr(filing, name) == [] for name in FILING_CHILDREN)


@pytest.mark.parametrize("name", TABLES)
def test_every_table_and_column_says_what_it_means(name: str) -> None:
    assert TABLES[name].doc
    assert all(column.doc for column in TABLES[name].columns)


def test_every_field_with_a_value_has_its_footnotes_beside_it() -> None:
    names = list(TABLES["derivative_transactions"].column_names())
    for name in names:
        if name.endswith("_fn") and name != "transaction_coding_fn":
            assert names[names.index(name) - 1] == name.removesuffix("_fn")


def test_amounts_are_exact_decimals() -> None:
    amounts = {column.sql_type for column in TABLES["derivative_transactions"].columns if "price" in column.name}
    assert amounts == {"DECIMAL(20,4)", "VARCHAR"}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_rows_are_told_apart_sorted_and_found_by_columns_that_they_have(table: Table) -> None:
    assert {*table.key, *table.sort, *table.bloom} <= {column.name for column in table.stored}
    assert table.name == "parse_issues" or set(table.key) <= set(table.sort)  # files are the same bytes each time
    assert not table.of_filing or table.sort[:2] == ("issuer_cik", "filing_date")


def test_the_view_of_coverage_has_the_columns_of_its_record(tmp_path: Path) -> None:
    with Lake.open(tmp_path / "lake", create=True).connect() as connection:
        described = connection.sql("DESCRIBE coverage").fetchall()
    declared = [(each.name, each.sql_type) for each in columns_of(DayCoverage)]
    assert [(name, sql_type) for name, sql_type, *_ in described] == declared

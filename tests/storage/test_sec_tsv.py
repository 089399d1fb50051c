"""The schema `sec_tsv`: SQL that public programs run over the SEC's TSVs runs in it unchanged.

The queries are written for these tests after what such programs ask, with their idioms: dates parsed from text, amounts
as floats, CIKs as text, joins by accession number alone. `USE sec_tsv` stands for their loading of the files.
"""

import csv
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from form4lake.replica import business_days, generate_archive
from form4lake.sec_tables import SEC_TABLES
from form4lake.storage import Lake
from form4lake.tests.builders.lakes import MONDAY

DAYS = business_days(date(2024, 1, 2), 5, [])

PROGRAMS = {
    # A DuckDB class over read_csv_auto: transactions of tickers since a date (`InsiderTransactionsDatabase`).
    "transactions of a ticker since a date": """
        select s.ISSUERTRADINGSYMBOL as ticker, r.RPTOWNERNAME as insider, r.RPTOWNER_TITLE as title, n.TRANS_DATE,
            n.TRANS_CODE, n.TRANS_SHARES, n.TRANS_PRICEPERSHARE, s.FILING_DATE
        from nonderiv_trans n
        join submission s on n.ACCESSION_NUMBER = s.ACCESSION_NUMBER
        join reportingowner r on n.ACCESSION_NUMBER = r.ACCESSION_NUMBER
        where n.TRANS_CODE in ('P', 'S') and strptime(n.TRANS_DATE, '%d-%b-%Y') >= date '2024-01-01'
        order by n.TRANS_DATE desc, n.TRANS_SHARES desc""",
    # A loader into a database: one wide table of transactions (`build_insider_transactions`).
    "one wide table": """
        select s.accession_number, s.issuercik, upper(trim(s.issuertradingsymbol)) as ticker, n.trans_date,
            r.rptownercik, r.rptowner_relationship, n.trans_shares * n.trans_pricepershare as value_usd,
            n.shrs_ownd_folwng_trans as shares_after
        from nonderiv_trans n
        join submission s on n.accession_number = s.accession_number
        left join reportingowner r on n.accession_number = r.accession_number
        where n.trans_shares > 0 and n.trans_pricepershare > 0""",
    # A ranking by month: the companies with the most value bought (a MySQL report's `query_monthly_ranking`).
    "the ranking of a month": """
        select s.ISSUERCIK, max(s.ISSUERNAME) as issuer, sum(n.TRANS_SHARES * n.TRANS_PRICEPERSHARE) as total_volume,
            count(*) as num_transactions
        from nonderiv_trans n join submission s using (ACCESSION_NUMBER)
        where n.TRANS_CODE in ('P', 'S') and month(strptime(n.TRANS_DATE, '%d-%b-%Y')) in (12, 1)
        group by s.ISSUERCIK order by total_volume desc limit 5""",
    # A signal: buys of officers and directors on Forms 4, by the relationship's words.
    "buys by relationship": """
        select r.RPTOWNER_RELATIONSHIP like '%Officer%' as officer,
            r.RPTOWNER_RELATIONSHIP like '%TenPercent%' as owner, count(distinct s.ACCESSION_NUMBER) as filings,
            sum(try_cast(n.TRANS_SHARES as double)) as shares
        from submission s join nonderiv_trans n using (ACCESSION_NUMBER) join reportingowner r using (ACCESSION_NUMBER)
        where s.DOCUMENT_TYPE in ('4', '4/A') and n.TRANS_ACQUIRED_DISP_CD = 'A' group by all""",
    # The share of filings under a plan, and what footnotes say, by month of filing in text.
    "footnotes of a month": """
        select substr(s.FILING_DATE, 4) as month_filed, count(distinct s.ACCESSION_NUMBER) as filings,
            count(distinct case when s.AFF10B5ONE::varchar in ('1', 'true') then s.ACCESSION_NUMBER end) as planned,
            count(f.FOOTNOTE_ID) as footnotes
        from submission s left join footnotes f using (ACCESSION_NUMBER)
        where s.FILING_DATE like '%-JAN-2024' group by 1""",
}


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    lake = Lake.open(tmp_path_factory.mktemp("lake") / "lake", create=True)
    ingest = lake.begin("2024-01")
    for each in generate_archive(8, DAYS, 120).truth.values():
        ingest.add_filing(each, each.filing_date or MONDAY)
    lake.commit(ingest, writer="test")
    with lake.connect() as connection:
        connection.execute("USE sec_tsv")
        yield connection


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_public_program_s_query_runs_unchanged_and_says_the_same_of_the_files(
    lake: duckdb.DuckDBPyConnection, program: str, tmp_path: Path
) -> None:
    """Of the lake, and of TSVs written from it and read back as those programs read the SEC's."""
    found = lake.execute(PROGRAMS[program]).fetchall()
    assert found
    with duckdb.connect() as files:
        for name in SEC_TABLES:
            rows = lake.execute(f"FROM sec_tsv.{name}")
            with (tmp_path / f"{name}.tsv").open("w", newline="") as file:
                writer = csv.writer(file, delimiter="\t")
                writer.writerow(column[0] for column in rows.description)
                writer.writerows(rows.fetchall())
            files.execute(f"CREATE TABLE {name} AS FROM read_csv('{tmp_path / name}.tsv', delim = '\t', header = true)")
        assert sorted(map(str, files.execute(PROGRAMS[program]).fetchall())) == sorted(map(str, found))


def test_dates_are_text_and_amounts_floats_as_in_the_real_files(
    lake: duckdb.DuckDBPyConnection, real_edgar: Path, tmp_path: Path
) -> None:
    with (
        zipfile.ZipFile(real_edgar / "datasets" / "2024q3_form345_partial.zip") as zipped,
        duckdb.connect() as files,
    ):
        for name in SEC_TABLES:
            if f"{name}.tsv" not in zipped.namelist():
                continue
            path = zipped.extract(f"{name}.tsv", tmp_path)
            theirs = dict(row[:2] for row in files.execute(f"DESCRIBE FROM read_csv('{path}')").fetchall())
            ours = dict(row[:2] for row in lake.execute(f"DESCRIBE FROM sec_tsv.{name}").fetchall())
            ours.pop("AFF10B5ONE", None)  # not in that quarter
            assert ours == theirs, name

"""The quarterly index, and the text of a quarter."""

import gzip
from datetime import date

import pytest

from form4lake.crawler import Absent, EdgarClient, Quarter, read_quarterly_index
from form4lake.tests.builders.scripted_server import Scripted, ScriptedServer

FOLDER = "/Archives/edgar/full-index/2024/QTR1"
HEAD = """Description:           Master Index of EDGAR Dissemination Feed
Last Data Received:    {received}

CIK|Company Name|Form Type|Date Filed|Filename
--------------------------------------------------------------------------------
"""
ROW = "7|ACME INC|4|2024-01-05|edgar/data/7/0000000001-24-000001.txt\n"


@pytest.mark.parametrize("text", ["2024Q1", "2024-Q1", "2024q1", " 2024-q1 "])
def test_a_quarter_is_written_in_these_ways(text: str) -> None:
    quarter = Quarter.parse(text)
    assert (quarter, str(quarter)) == (Quarter(2024, 1), "2024Q1")
    assert (quarter.first, quarter.last) == (date(2024, 1, 1), date(2024, 3, 31))
    assert Quarter(2023, 4).last == date(2023, 12, 31)
    assert Quarter(2023, 3).last == date(2023, 9, 30)


@pytest.mark.parametrize("text", ["", "2024", "2024Q0", "2024Q5", "24Q1", "Q1 2024", "2024Q11"])
def test_what_is_no_quarter_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="2024Q1"):
        Quarter.parse(text)


@pytest.mark.parametrize(
    ("received", "day"), [("March 31, 2024", date(2024, 3, 31)), ("Jan  9, 2024", date(2024, 1, 9)), ("soon", None)]
)
def test_the_packed_master_is_read_first(
    server: ScriptedServer, client: EdgarClient, received: str, day: date | None
) -> None:
    server.script(f"{FOLDER}/master.gz", Scripted(gzip.compress((HEAD.format(received=received) + ROW).encode())))
    index = read_quarterly_index(client, Quarter(2024, 1), {"4"})
    assert index.source_path == "edgar/full-index/2024/QTR1/master.gz"
    assert index.last_data_received == day
    (entry,) = index.entries
    assert (entry.filing_date, entry.index_date) == (date(2024, 1, 5), date(2024, 1, 5))


def test_another_file_stands_in_for_one_that_is_absent_or_broken(server: ScriptedServer, client: EdgarClient) -> None:
    server.script(f"{FOLDER}/master.gz", Scripted(b"\x1f\x8bnonsense"))
    server.script(f"{FOLDER}/master.idx", Scripted((HEAD + ROW).encode()))
    index = read_quarterly_index(client, Quarter(2024, 1), {"4"})
    assert index.source_path == "edgar/full-index/2024/QTR1/master.idx"
    assert index.whole


def test_a_quarter_that_edgar_has_not(client: EdgarClient) -> None:
    with pytest.raises(Absent, match=r"master\.gz"):
        read_quarterly_index(client, Quarter(2024, 1), {"4"})

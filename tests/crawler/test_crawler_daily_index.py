"""Reading master indexes: the real ones, and every way a line can be unreadable."""

import gzip
import hashlib
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from scripted_server import Scripted, ScriptedServer

from crawler import (
    DamagedIndex,
    EdgarClient,
    ListedDay,
    parse_master_index,
    read_daily_index,
)
from tables import OWNERSHIP_FORMS

DAY = date(2024, 1, 2)
HEAD = """Description:           Daily Index of EDGAR Dissemination Feed
Last Data Received:    Jan  2, 2024

CIK|Company Name|Form Type|Date Filed|File Name
--------------------------------------------------------------------------------
"""
FIRST_ROW = 6


def index(*rows: str, newline: bool = True) -> bytes:
    return (HEAD + "\n".join(rows) + ("\n" if newline else "")).encode("latin-1")


def row(number: int, form: str = "4", name: str = "ACME INC", cik: int = 7, filed: str = "20240102") -> str:
    return f"{cik}|{name}|{form}|{filed}|edgar/data/{cik}/0000000001-24-{number:06d}.txt"


def test_a_real_day_lists_3096_ownership_filings_in_6286_rows(real_edgar: Path) -> None:
    body = (real_edgar / "index" / "master.20200103.idx").read_bytes()
    rows = [line.split(b"|") for line in body.splitlines() if line.count(b"|") == 4]
    owned = [cells for cells in rows if cells[2].decode() in OWNERSHIP_FORMS]
    accessions = {cells[4].rsplit(b"/", 1)[1].removesuffix(b".txt").decode() for cells in owned}
    assert (len(owned), len(accessions)) == (6286, 3096)

    began = time.process_time()
    entries, problems = parse_master_index(body, date(2020, 1, 3), OWNERSHIP_FORMS)
    assert time.process_time() - began < 2
    assert problems == []
    assert [entry.accession_number for entry in entries] == sorted(accessions)
    assert {entry.filing_date for entry in entries} == {date(2020, 1, 3)}
    assert {entry.index_date for entry in entries} == {date(2020, 1, 3)}
    first = {}
    for cells in owned:
        first.setdefault(cells[4].rsplit(b"/", 1)[1][:-4].decode(), cells)
    for entry in entries:
        cells = first[entry.accession_number]
        assert entry.form_type.encode() == cells[2]
        assert entry.source_path.encode() == cells[4]
        assert (entry.company_name or "").encode("latin-1") == cells[1]


def test_the_real_index_that_was_cut_says_so_and_keeps_its_rows(real_edgar: Path) -> None:
    body = (real_edgar / "index" / "master.20181231.truncated.idx").read_bytes()
    entries, problems = parse_master_index(body, date(2018, 12, 31), OWNERSHIP_FORMS)
    assert [entry.accession_number for entry in entries] == [
        "0000899681-18-000088",
        "0000899681-18-000091",
        "0001209191-18-064398",
    ]
    assert len(problems) == 1
    assert problems[0].startswith("line 17: the index is cut off here")


@pytest.mark.parametrize("name", ["full-index_1993_QTR1_master.idx", "full-index_master_truncated.idx"])
def test_real_quarterly_indexes_with_dashed_dates(real_edgar: Path, name: str) -> None:
    body = (real_edgar / "index" / name).read_bytes()
    entries, problems = parse_master_index(body, date(1993, 12, 31), {"13F-HR", "10-Q"})
    assert problems == []
    smith = next(entry for entry in entries if entry.company_name == "SMITH THOMAS W")
    assert smith.filing_date in (date(1993, 2, 12), date(1993, 11, 12))
    assert smith.form_type == "13F-HR"


@pytest.mark.parametrize(
    "name", ["form.20200318.idx", "company.20200102.idx", "empty-form.idx", "getcurrent_page01.xml"]
)
def test_what_is_no_master_index_is_refused(real_edgar: Path, name: str) -> None:
    with pytest.raises(DamagedIndex, match="no header"):
        parse_master_index((real_edgar / "index" / name).read_bytes(), DAY, OWNERSHIP_FORMS)


@pytest.mark.parametrize("body", [b"", b"CIK|Company Name|Form Ty", b"\0" * 500])
def test_a_body_without_header_is_refused(body: bytes) -> None:
    with pytest.raises(DamagedIndex):
        parse_master_index(body, DAY, OWNERSHIP_FORMS)


def test_an_index_without_rows_is_whole() -> None:
    assert parse_master_index(HEAD.encode(), DAY, OWNERSHIP_FORMS) == ([], [])


def test_form_types_match_exactly() -> None:
    forms = ["4", "4/A", "424B2", "497", "485BPOS", "40-F", "44", "3", "5/A"]
    body = index(*(row(number, form) for number, form in enumerate(forms)))
    entries, problems = parse_master_index(body, DAY, {"4", "5/A"})
    assert [entry.form_type for entry in entries] == ["4", "5/A"]
    assert problems == []


def test_one_entry_an_accession_from_its_first_row() -> None:
    entries, problems = parse_master_index(
        index(row(9), row(1, cik=8, name="OWNER ONE"), row(1, cik=9, name="OWNER TWO")), DAY, OWNERSHIP_FORMS
    )
    assert [(entry.accession_number, entry.company_name) for entry in entries] == [
        ("0000000001-24-000001", "OWNER ONE"),
        ("0000000001-24-000009", "ACME INC"),
    ]
    assert entries[0].source_path == "edgar/data/8/0000000001-24-000001.txt"
    assert problems == []


@pytest.mark.parametrize(
    "name", ["Protagenic Therapeutics, Inc.\\new", "A|B | HOLDINGS", "CRÉDIT \x85 & FRÈRES", "  X  Y"]
)
def test_company_names_hold_anything(name: str) -> None:
    entries, problems = parse_master_index(index(row(1, name=name), row(2)), DAY, OWNERSHIP_FORMS)
    assert [entry.company_name for entry in entries] == [name.strip(), "ACME INC"]
    assert problems == []


def test_carriage_returns_and_blank_lines_are_no_trouble() -> None:
    body = index(row(1), "", "  ", row(2)).replace(b"\n", b"\r\n")
    entries, problems = parse_master_index(body, DAY, OWNERSHIP_FORMS)
    assert len(entries) == 2
    assert problems == []


def test_the_path_with_a_folder_of_the_accession_is_read() -> None:
    path = "edgar/data/7/000000000124000001/0000000001-24-000001.txt"
    entries, problems = parse_master_index(index(f"7|ACME|4|20240102|{path}"), DAY, OWNERSHIP_FORMS)
    assert [(entry.accession_number, entry.source_path) for entry in entries] == [("0000000001-24-000001", path)]
    assert problems == []


@pytest.mark.parametrize(
    ("line", "trouble"),
    [
        ("7|ACME INC|4|20240102", "4 fields in place of 5"),
        ("rubbish", "1 fields in place of 5"),
        (row(1, filed="20241399"), "no date"),
        (row(1, filed="2024-W01-2"), "no date"),
        (row(1, filed=""), "no date"),
        ("7|ACME INC|4|20240102|edgar/data/7/0000000001-24-00001.txt", "no path of a filing"),
        ("7|ACME INC|4|20240102|edgar/data/../../0000000001-24-000001.txt", "no path of a filing"),
        ("7|ACME INC|4|20240102|edgar/data/7/000000000999000001/0000000001-24-000001.txt", "no path of a filing"),
        (row(1, "8-K")[:-9] + row(2), "two lines run into one"),
        (row(1) + row(2, "8-K"), "two lines run into one"),
        ("7|" + "A" * 5000, "2 fields in place of 5"),
    ],
)
def test_an_unreadable_line_is_named_and_costs_no_other(line: str, trouble: str) -> None:
    entries, problems = parse_master_index(index(row(8), line, row(9)), DAY, OWNERSHIP_FORMS)
    assert [entry.accession_number[-1] for entry in entries] == ["8", "9"]
    assert len(problems) == 1
    assert problems[0].startswith(f"line {FIRST_ROW + 1}: {trouble}: {line[:40]}")
    assert len(problems[0]) < 200


def test_an_unwanted_row_needs_neither_date_nor_path() -> None:
    assert parse_master_index(index("7|ACME|8-K|someday|nowhere"), DAY, OWNERSHIP_FORMS) == ([], [])


def test_one_accession_under_two_forms_keeps_the_first_and_is_named() -> None:
    entries, problems = parse_master_index(index(row(1, "4"), row(1, "3")), DAY, OWNERSHIP_FORMS)
    assert [entry.form_type for entry in entries] == ["4"]
    assert problems == [f"line {FIRST_ROW + 1}: listed as form 4 before: {row(1, '3')}"]


@pytest.mark.parametrize("length", range(1, len(row(2)) + 1))
def test_an_index_cut_anywhere_in_its_last_line_is_never_whole(length: int) -> None:
    entries, problems = parse_master_index(index(row(1), row(2)[:length], newline=False), DAY, OWNERSHIP_FORMS)
    assert len(entries) == (2 if length == len(row(2)) else 1)
    assert len(problems) == 1
    assert problems[0].startswith(f"line {FIRST_ROW + 1}: the index is cut off here")


PATH = "edgar/daily-index/2024/QTR1/master.20240102.idx"
LISTED = ListedDay(DAY, "listed", PATH)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_day_is_fetched_and_read(server: ScriptedServer, client: EdgarClient, pack: Callable[[bytes], bytes]) -> None:
    body = index(row(1), "rubbish")
    server.script(f"/Archives/{PATH}", Scripted(pack(body)))
    read = read_daily_index(client, LISTED, OWNERSHIP_FORMS)
    assert (read.index_date, read.source_path) == (DAY, PATH)
    assert read.content_sha256 == hashlib.sha256(body).hexdigest()
    assert [entry.accession_number for entry in read.entries] == ["0000000001-24-000001"]
    assert not read.whole
    server.script(f"/Archives/{PATH}", Scripted(pack(index(row(1)))))
    assert read_daily_index(client, LISTED, OWNERSHIP_FORMS).whole


@pytest.mark.parametrize("body", [b"\x1f\x9d\x90rest", gzip.compress(index(row(1)))[:-9], b"Description: none"])
def test_an_index_that_cannot_be_unpacked_or_read_is_damaged(
    server: ScriptedServer, client: EdgarClient, body: bytes
) -> None:
    server.script(f"/Archives/{PATH}", Scripted(body))
    with pytest.raises(DamagedIndex) as caught:
        read_daily_index(client, LISTED, OWNERSHIP_FORMS)
    assert caught.value.path == f"/Archives/{PATH}"
    assert PATH in str(caught.value)


def test_a_day_without_index_cannot_be_read(client: EdgarClient) -> None:
    with pytest.raises(ValueError, match="holiday"):
        read_daily_index(client, ListedDay(date(2024, 1, 1), "holiday", None), OWNERSHIP_FORMS)

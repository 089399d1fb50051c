"""The rows of indexes: the real ones, and every way a line can be unreadable."""

import time
from datetime import date
from pathlib import Path

import pytest

from form4lake.crawler import DamagedIndex, parse_index
from form4lake.tables import OWNERSHIP_FORMS
from form4lake.tests.builders.index_texts import DAY, FIRST_ROW, HEAD, index, row


def test_a_real_day_lists_3096_ownership_filings_in_6286_rows(real_edgar: Path) -> None:
    body = (real_edgar / "index" / "master.20200103.idx").read_bytes()
    rows = [line.split(b"|") for line in body.splitlines() if line.count(b"|") == 4]
    owned = [cells for cells in rows if cells[2].decode() in OWNERSHIP_FORMS]
    accessions = {cells[4].rsplit(b"/", 1)[1].removesuffix(b".txt").decode() for cells in owned}
    assert (len(owned), len(accessions)) == (6286, 3096)

    began = time.process_time()
    entries, problems = parse_index(body, date(2020, 1, 3), OWNERSHIP_FORMS)
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
    entries, problems = parse_index(body, date(2018, 12, 31), OWNERSHIP_FORMS)
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
    entries, problems = parse_index(body, date(1993, 12, 31), {"13F-HR", "10-Q"})
    assert problems == []
    smith = next(entry for entry in entries if entry.company_name == "SMITH THOMAS W")
    assert smith.filing_date in (date(1993, 2, 12), date(1993, 11, 12))
    assert smith.form_type == "13F-HR"


@pytest.mark.parametrize("name", ["getcurrent_page01.xml", "sitemap.20201214.xml"])
def test_what_is_no_index_is_refused(real_edgar: Path, name: str) -> None:
    with pytest.raises(DamagedIndex, match="no header"):
        parse_index((real_edgar / "index" / name).read_bytes(), DAY, OWNERSHIP_FORMS)


@pytest.mark.parametrize(
    ("name", "rows", "filings"),
    [("form.20200318.idx", 2165, 1036), ("company.20200102.idx", 2847, 1383), ("company.20140102.idx", 3427, 1683)],
)
def test_real_fixed_width_indexes_are_read_whole(real_edgar: Path, name: str, rows: int, filings: int) -> None:
    body = (real_edgar / "index" / name).read_bytes()
    entries, problems = parse_index(body, DAY, OWNERSHIP_FORMS)
    assert problems == []
    lines = [line for line in body.decode("latin-1").split("\n") if "edgar/data/" in line]
    form, company = ((0, 12), (12, 74)) if name.startswith("form") else ((62, 74), (0, 62))
    owned = [line for line in lines if line[slice(*form)].strip() in OWNERSHIP_FORMS]
    assert (len(owned), len(entries)) == (rows, filings)
    firsts = {line.split()[-1]: line for line in reversed(owned)}
    for entry in entries:
        line = firsts[entry.source_path]
        assert (entry.form_type, entry.company_name) == (line[slice(*form)].strip(), line[slice(*company)].strip())
        assert f" {entry.filing_date:%Y%m%d} " in line


def test_a_quarterly_company_index_that_was_cut_says_so(real_edgar: Path) -> None:
    body = (real_edgar / "index" / "full-index_company_2020_QTR1.idx").read_bytes()
    entries, (problem,) = parse_index(body, None, OWNERSHIP_FORMS)
    assert "cut off here" in problem
    assert {entry.form_type for entry in entries} <= set(OWNERSHIP_FORMS)
    flowers = [entry for entry in entries if entry.company_name == "1 800 FLOWERS COM INC"]
    assert {(e.filing_date, e.index_date) for e in flowers} >= {(date(2020, 2, 28), date(2020, 2, 28))}


def test_quarterly_form_indexes_and_one_without_rows(real_edgar: Path) -> None:
    entries, problems = parse_index((real_edgar / "index" / "badform.idx.txt").read_bytes(), None, {"1-A POS"})
    assert [(e.company_name, e.filing_date) for e in entries] == [("ALFADAN INC.", date(2021, 3, 26))]
    assert len(problems) == 1, "whoever trimmed the file took its last newline"
    assert parse_index((real_edgar / "index" / "empty-form.idx").read_bytes(), None, OWNERSHIP_FORMS) == ([], [])


@pytest.mark.parametrize("body", [b"", b"CIK|Company Name|Form Ty", b"\0" * 500])
def test_a_body_without_header_is_refused(body: bytes) -> None:
    with pytest.raises(DamagedIndex):
        parse_index(body, DAY, OWNERSHIP_FORMS)


def test_an_index_without_rows_is_whole() -> None:
    assert parse_index(HEAD.encode(), DAY, OWNERSHIP_FORMS) == ([], [])


def test_form_types_match_exactly() -> None:
    forms = ["4", "4/A", "424B2", "497", "485BPOS", "40-F", "44", "3", "5/A"]
    body = index(*(row(number, form) for number, form in enumerate(forms)))
    entries, problems = parse_index(body, DAY, {"4", "5/A"})
    assert [entry.form_type for entry in entries] == ["4", "5/A"]
    assert problems == []


def test_one_entry_an_accession_from_its_first_row() -> None:
    entries, problems = parse_index(
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
    entries, problems = parse_index(index(row(1, name=name), row(2)), DAY, OWNERSHIP_FORMS)
    assert [entry.company_name for entry in entries] == [name.strip(), "ACME INC"]
    assert problems == []


def test_carriage_returns_and_blank_lines_are_no_trouble() -> None:
    body = index(row(1), "", "  ", row(2)).replace(b"\n", b"\r\n")
    entries, problems = parse_index(body, DAY, OWNERSHIP_FORMS)
    assert len(entries) == 2
    assert problems == []


def test_the_path_with_a_folder_of_the_accession_is_read() -> None:
    path = "edgar/data/7/000000000124000001/0000000001-24-000001.txt"
    entries, problems = parse_index(index(f"7|ACME|4|20240102|{path}"), DAY, OWNERSHIP_FORMS)
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
    entries, problems = parse_index(index(row(8), line, row(9)), DAY, OWNERSHIP_FORMS)
    assert [entry.accession_number[-1] for entry in entries] == ["8", "9"]
    assert len(problems) == 1
    assert problems[0].startswith(f"line {FIRST_ROW + 1}: {trouble}: {line[:40]}")
    assert len(problems[0]) < 200


def test_an_unwanted_row_needs_neither_date_nor_path() -> None:
    assert parse_index(index("7|ACME|8-K|someday|nowhere"), DAY, OWNERSHIP_FORMS) == ([], [])


def test_one_accession_under_two_forms_keeps_the_first_and_is_named() -> None:
    entries, problems = parse_index(index(row(1, "4"), row(1, "3")), DAY, OWNERSHIP_FORMS)
    assert [entry.form_type for entry in entries] == ["4"]
    assert problems == [f"line {FIRST_ROW + 1}: listed as form 4 before: {row(1, '3')}"]


@pytest.mark.parametrize("length", range(1, len(row(2)) + 1))
def test_an_index_cut_anywhere_in_its_last_line_is_never_whole(length: int) -> None:
    entries, problems = parse_index(index(row(1), row(2)[:length], newline=False), DAY, OWNERSHIP_FORMS)
    assert len(entries) == (2 if length == len(row(2)) else 1)
    assert len(problems) == 1
    assert problems[0].startswith(f"line {FIRST_ROW + 1}: the index is cut off here")


FORM_HEAD = (
    "Form Type   Company Name                                                  CIK         Date Filed  File Name\n"
)
COMPANY_HEAD = (
    "Company Name                                                  Form Type   CIK\n      Date Filed  File Name\n"
)
FILE = "edgar/data/7/0000000001-24-000001.txt"


@pytest.mark.parametrize("name", ["ACME  HOLDINGS 4", "X" * 61, "CRÉDIT \x85", "Fund 2020", "4"])
def test_a_name_of_a_fixed_width_index_holds_anything(name: str) -> None:
    by_form = f"{FORM_HEAD}{'-' * 141}\n{'4':<12}{name:<62}{7:<12}20240102    {FILE:<52}\n"
    by_company = f"{COMPANY_HEAD}{'-' * 145}\n{name:<62}{'4':<12}{7:<12}20240102    {FILE:<52}\n"
    for text in (by_form, by_company):
        (entry,), problems = parse_index(text.encode("latin-1"), DAY, {"4"})
        assert (entry.company_name, entry.form_type, entry.source_path) == (name.strip(), "4", FILE)
        assert problems == []


@pytest.mark.parametrize("head", [FORM_HEAD, COMPANY_HEAD])
@pytest.mark.parametrize("left", ["4           ACME", "ACME                  4"])
def test_an_unreadable_line_of_a_fixed_width_index_is_named(head: str, left: str) -> None:
    lines = [f"{left}   7   20240102", f"{left}   7   20240102   {FILE}{left}   7  20240102  {FILE}", "rubbish"]
    entries, problems = parse_index((head + "\n".join(lines) + "\n").encode(), DAY, {"4"})
    assert entries == []
    assert len(problems) == 3

"""The index of a day or a quarter: fetched, unpacked, and another of its files where the first one fails."""

import gzip
import hashlib
from collections.abc import Callable
from datetime import date

import ncompress
import pytest

from form4lake.crawler import (
    Absent,
    BrokenAnswer,
    DamagedIndex,
    EdgarClient,
    EdgarDown,
    ListedDay,
    Validators,
    read_daily_index,
    read_quarterly_index,
)
from form4lake.edgar_calendar import Quarter
from form4lake.tables import OWNERSHIP_FORMS
from form4lake.tests.builders.index_texts import DAY, index, row
from form4lake.tests.builders.scripted_server import Scripted, ScriptedServer

FOLDER = "edgar/daily-index/2024/QTR1"
PATH = f"{FOLDER}/master.20240102.idx"
FORM = f"{FOLDER}/form.20240102.idx"
COMPANY = f"{FOLDER}/company.20240102.idx"
LISTED = ListedDay(DAY, "listed", PATH)
ALL_LISTED = ListedDay(DAY, "listed", PATH, (FORM, COMPANY))
FORM_INDEX = (
    b"Form Type   Company Name                                                  CIK         Date Filed  File Name\n"
    + b"-" * 141
    + b"\n4           ACME INC                                                      7           20240102    "
    b"edgar/data/7/0000000001-24-000001.txt               \n"
)
QUARTERLY_FOLDER = "/Archives/edgar/full-index/2024/QTR1"
QUARTERLY_HEAD = """Description:           Master Index of EDGAR Dissemination Feed
Last Data Received:    {received}

CIK|Company Name|Form Type|Date Filed|Filename
--------------------------------------------------------------------------------
"""
QUARTERLY_ROW = "7|ACME INC|4|2024-01-05|edgar/data/7/0000000001-24-000001.txt\n"
GONE = Scripted(b"<Error><Code>AccessDenied</Code></Error>", 403)


@pytest.mark.parametrize("pack", [bytes, gzip.compress, ncompress.compress])
def test_a_day_is_fetched_and_read(server: ScriptedServer, client: EdgarClient, pack: Callable[[bytes], bytes]) -> None:
    body = index(row(1), "rubbish")
    server.script(f"/Archives/{PATH}", Scripted(pack(body)))
    read = read_daily_index(client, LISTED, OWNERSHIP_FORMS)
    assert read.source_path == PATH
    assert read.content_sha256 == hashlib.sha256(body).hexdigest()
    assert [(entry.accession_number, entry.index_date) for entry in read.entries] == [("0000000001-24-000001", DAY)]
    assert not read.whole
    server.script(f"/Archives/{PATH}", Scripted(pack(index(row(1)))))
    assert read_daily_index(client, LISTED, OWNERSHIP_FORMS).whole


def test_an_index_of_the_nineties_packed_by_unix_compress(server: ScriptedServer, client: EdgarClient) -> None:
    path = "edgar/daily-index/1995/QTR1/master.950103.idx.Z"
    rows = [row(number, filed="19950103", name=f"COMPANY {number * 7919}") for number in range(9000)]
    packed = ncompress.compress(index(*rows))
    assert packed.startswith(b"\x1f\x9d")
    server.script(f"/Archives/{path}", Scripted(packed))
    read = read_daily_index(client, ListedDay(date(1995, 1, 3), "listed", path), OWNERSHIP_FORMS)
    assert read.whole
    assert len(read.entries) == 9000
    server.script(f"/Archives/{path}", Scripted(packed[: len(packed) // 2]))
    try:
        cut = read_daily_index(client, ListedDay(date(1995, 1, 3), "listed", path), OWNERSHIP_FORMS)
        assert not cut.whole
    except DamagedIndex:
        pass


@pytest.mark.parametrize("body", [b"\x1f\x9d\xffrest", gzip.compress(index(row(1)))[:-9], b"Description: none"])
def test_an_index_that_cannot_be_unpacked_or_read_is_damaged(
    server: ScriptedServer, client: EdgarClient, body: bytes
) -> None:
    server.script(f"/Archives/{PATH}", Scripted(body))
    with pytest.raises(DamagedIndex) as caught:
        read_daily_index(client, LISTED, OWNERSHIP_FORMS)
    assert caught.value.path == f"/Archives/{PATH}"
    assert PATH in str(caught.value)


@pytest.mark.parametrize(
    "master", [GONE, Scripted(b"Description: none"), Scripted(index(row(1))[:-5]), Scripted(index("rubbish"))]
)
def test_the_form_index_stands_in_for_a_master_that_is_absent_or_broken(
    server: ScriptedServer, client: EdgarClient, master: Scripted
) -> None:
    server.script(f"/Archives/{PATH}", master)
    server.script(f"/Archives/{FORM}", Scripted(FORM_INDEX))
    read = read_daily_index(client, ALL_LISTED, OWNERSHIP_FORMS)
    assert read.whole
    assert read.source_path == FORM
    assert [(e.accession_number, e.form_type, e.company_name) for e in read.entries] == [
        ("0000000001-24-000001", "4", "ACME INC")
    ]
    assert [asked.path.rsplit("/")[-1] for asked in server.asked] == ["master.20240102.idx", "form.20240102.idx"]


def test_where_none_is_whole_the_one_that_lists_most_is_taken(server: ScriptedServer, client: EdgarClient) -> None:
    server.script(f"/Archives/{PATH}", Scripted(index(row(1), row(2), "rubbish")))
    server.script(f"/Archives/{FORM}", Scripted(FORM_INDEX[:-1]))
    server.script(f"/Archives/{COMPANY}", GONE)
    read = read_daily_index(client, ALL_LISTED, OWNERSHIP_FORMS)
    assert (read.source_path, len(read.entries), read.whole) == (PATH, 2, False)
    server.script(f"/Archives/{PATH}", GONE)
    server.script(f"/Archives/{FORM}", GONE)
    with pytest.raises(Absent, match="master"):
        read_daily_index(client, ALL_LISTED, OWNERSHIP_FORMS)


DOWN = Scripted(b"<html><title>File Unavailable</title></html>", 503)


def test_an_edgar_that_is_down_is_not_asked_for_all_of_them(server: ScriptedServer, client: EdgarClient) -> None:
    for path in (f"/Archives/{PATH}", f"/Archives/{FORM}", "/Archives/edgar/daily-index/index.json"):
        server.script(path, DOWN)
    with pytest.raises(EdgarDown):
        read_daily_index(client, ALL_LISTED, OWNERSHIP_FORMS)
    assert f"/Archives/{FORM}" not in {asked.path for asked in server.asked}


def test_an_index_that_alone_is_never_given_is_told_from_an_edgar_that_is_down(
    server: ScriptedServer, client: EdgarClient
) -> None:
    server.script(f"/Archives/{PATH}", DOWN)
    server.script(f"/Archives/{FORM}", Scripted(FORM_INDEX))
    read = read_daily_index(client, ALL_LISTED, OWNERSHIP_FORMS)
    assert read is not None
    assert (read.source_path, read.whole) == (FORM, True)
    with pytest.raises(BrokenAnswer, match="for another file EDGAR answers"):
        read_daily_index(client, ListedDay(DAY, "listed", PATH), OWNERSHIP_FORMS)


def test_an_index_that_has_not_changed_is_not_sent_again(server: ScriptedServer, client: EdgarClient) -> None:
    first = Scripted(index(row(1)), headers={"ETag": '"1"'})
    server.script(f"/Archives/{PATH}", first, Scripted(status=304), Scripted(index(row(1), row(2))))
    seen = read_daily_index(client, ALL_LISTED, OWNERSHIP_FORMS).validators
    assert seen == Validators(etag='"1"')
    assert read_daily_index(client, ALL_LISTED, OWNERSHIP_FORMS, seen=seen) is None
    assert len(read_daily_index(client, ALL_LISTED, OWNERSHIP_FORMS, seen=seen).entries) == 2
    assert [asked.headers.get("If-None-Match") for asked in server.asked] == [None, '"1"', '"1"']


def test_a_day_without_index_cannot_be_read(client: EdgarClient) -> None:
    with pytest.raises(ValueError, match="holiday"):
        read_daily_index(client, ListedDay(date(2024, 1, 1), "holiday", None), OWNERSHIP_FORMS)


@pytest.mark.parametrize(
    ("received", "day"), [("March 31, 2024", date(2024, 3, 31)), ("Jan  9, 2024", date(2024, 1, 9)), ("soon", None)]
)
def test_the_packed_master_of_a_quarter_is_read_first(
    server: ScriptedServer, client: EdgarClient, received: str, day: date | None
) -> None:
    server.script(
        f"{QUARTERLY_FOLDER}/master.gz",
        Scripted(gzip.compress((QUARTERLY_HEAD.format(received=received) + QUARTERLY_ROW).encode())),
    )
    index = read_quarterly_index(client, Quarter(2024, 1), {"4"})
    assert index.source_path == "edgar/full-index/2024/QTR1/master.gz"
    assert index.last_data_received == day
    (entry,) = index.entries
    assert (entry.filing_date, entry.index_date) == (date(2024, 1, 5), date(2024, 1, 5))


def test_another_file_of_a_quarter_stands_in_for_a_broken_one(server: ScriptedServer, client: EdgarClient) -> None:
    server.script(f"{QUARTERLY_FOLDER}/master.gz", Scripted(b"\x1f\x8bnonsense"))
    server.script(f"{QUARTERLY_FOLDER}/master.idx", Scripted((QUARTERLY_HEAD + QUARTERLY_ROW).encode()))
    index = read_quarterly_index(client, Quarter(2024, 1), {"4"})
    assert index.source_path == "edgar/full-index/2024/QTR1/master.idx"
    assert index.whole


def test_a_quarter_that_edgar_has_not(client: EdgarClient) -> None:
    with pytest.raises(Absent, match=r"master\.gz"):
        read_quarterly_index(client, Quarter(2024, 1), {"4"})


def test_an_index_shorter_than_the_list_says_is_not_whole(server: ScriptedServer, client: EdgarClient) -> None:
    body = index(*(row(number) for number in range(1, 30)))
    server.script(f"/Archives/{PATH}", Scripted(body))
    for least, whole in ((len(body), True), (len(body) + 1, False)):
        read = read_daily_index(client, ListedDay(DAY, "listed", PATH, (), {PATH: least}), OWNERSHIP_FORMS)
        assert read is not None
        assert read.whole == whole
        assert len(read.entries) == 29
    assert "bytes" in read.problems[0]


def test_another_file_of_the_day_stands_in_for_a_short_one(server: ScriptedServer, client: EdgarClient) -> None:
    server.script(f"/Archives/{PATH}", Scripted(index(row(7))))
    server.script(f"/Archives/{FORM}", Scripted(FORM_INDEX))
    read = read_daily_index(client, ListedDay(DAY, "listed", PATH, (FORM,), {PATH: 9000}), OWNERSHIP_FORMS)
    assert read is not None
    assert (read.source_path, read.whole) == (FORM, True)


@pytest.mark.parametrize("rows", [(), (row(1, form="10-K"),)])
def test_an_index_of_a_business_day_without_an_ownership_filing_is_damaged(
    server: ScriptedServer, client: EdgarClient, rows: tuple[str, ...]
) -> None:
    server.script(f"/Archives/{PATH}", Scripted(index(*rows)))
    read = read_daily_index(client, LISTED, {"4"})
    assert read is not None
    assert read.problems == ["the index lists no ownership filing, and 2024-01-02 is a business day"]


def test_an_index_without_the_wanted_forms_or_of_a_saturday_may_list_nothing(
    server: ScriptedServer, client: EdgarClient
) -> None:
    server.script(f"/Archives/{PATH}", Scripted(index(row(1))))
    read = read_daily_index(client, LISTED, {"5/A"})
    assert read is not None
    assert (read.whole, read.entries) == (True, [])
    saturday = f"{FOLDER}/master.20240106.idx"
    server.script(f"/Archives/{saturday}", Scripted(index()))
    read = read_daily_index(client, ListedDay(date(2024, 1, 6), "listed", saturday), OWNERSHIP_FORMS)
    assert read is not None
    assert read.whole


def test_on_paper_a_day_may_have_no_ownership_filing_but_not_no_row(
    server: ScriptedServer, client: EdgarClient
) -> None:
    path = "edgar/daily-index/1999/QTR1/master.19990105.idx"
    day = ListedDay(date(1999, 1, 5), "listed", path)
    for rows, whole in (((row(1, form="10-K"),), True), ((), False)):
        server.script(f"/Archives/{path}", Scripted(index(*rows)))
        read = read_daily_index(client, day, OWNERSHIP_FORMS)
        assert read is not None
        assert read.whole == whole


def test_a_quarterly_index_that_lists_nothing_is_damaged(server: ScriptedServer, client: EdgarClient) -> None:
    server.script(f"{QUARTERLY_FOLDER}/master.idx", Scripted(QUARTERLY_HEAD.format(received="March 31, 2024").encode()))
    assert not read_quarterly_index(client, Quarter(2024, 1), {"4"}).whole

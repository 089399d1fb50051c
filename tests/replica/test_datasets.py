"""The data sets that the replica makes: their shape is the SEC's, their content the archive's truth."""

from __future__ import annotations

import io
import json
import zipfile
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import pytest
import requests

from form4lake.replica import Archive, Fault, FaultKind, Faults, Replica, business_days, generate_archive
from form4lake.replica.datasets import Quarter, amount, dataset, last_business_day, posted_in
from form4lake.replica.indexes import NEW_YORK
from form4lake.tables import Filing

PATH = "/files/structureddata/data/insider-transactions-data-sets/2024q1_form345.zip"
WHO = {"User-Agent": "Jane Doe jane@example.com"}


@pytest.fixture(scope="module")
def archive() -> Archive:
    return generate_archive(11, business_days(date(2024, 1, 2), 3), 300)


@pytest.fixture(scope="module")
def edgar(archive: Archive) -> Iterator[Replica]:
    with Replica(archive) as replica:
        yield replica


def members(body: bytes) -> dict[str, list[list[str]]]:
    """The cells of every TSV, heading first, by the name of the table."""
    with zipfile.ZipFile(io.BytesIO(body)) as zipped:
        names = [name for name in zipped.namelist() if name.endswith(".tsv")]
        texts = {name.removesuffix(".tsv"): zipped.read(name).decode() for name in names}
    return {name: [line.split("\t") for line in text.removesuffix("\n").split("\n")] for name, text in texts.items()}


def test_every_row_of_the_truth_is_in_the_data_set_once(archive: Archive) -> None:
    rows = members(dataset(archive, "2024q1") or b"")
    truth = archive.truth.values()
    expected = {
        "SUBMISSION": len(truth),
        "REPORTINGOWNER": sum(len(f.reporting_owners) for f in truth),
        "NONDERIV_TRANS": sum(len(f.non_derivative_transactions) for f in truth),
        "NONDERIV_HOLDING": sum(len(f.non_derivative_holdings) for f in truth),
        "DERIV_TRANS": sum(len(f.derivative_transactions) for f in truth),
        "DERIV_HOLDING": sum(len(f.derivative_holdings) for f in truth),
        "FOOTNOTES": sum(len(f.footnotes) for f in truth),
        "OWNER_SIGNATURE": sum(len(f.signatures) for f in truth),
    }
    assert {name: len(lines) - 1 for name, lines in rows.items()} == expected
    assert {line[0] for line in rows["SUBMISSION"][1:]} == set(archive.truth)
    for lines in rows.values():
        assert {len(line) for line in lines} == {len(lines[0])}
    for name in ("NONDERIV_TRANS", "NONDERIV_HOLDING", "DERIV_TRANS", "DERIV_HOLDING"):
        keys = [line[1] for line in rows[name][1:]]
        assert len(set(keys)) == len(keys)
        assert keys != sorted(keys)


def test_cells_are_written_as_the_sec_writes_them(archive: Archive) -> None:
    rows = members(dataset(archive, "2024q1") or b"")
    heading, *lines = rows["DERIV_TRANS"]
    cells = {name: {line[place] for line in lines} for place, name in enumerate(heading)}
    assert "EXCERCISE_DATE" in heading
    assert "EXERCISE_DATE" not in heading
    assert {cell.split("-")[1] for cell in cells["TRANS_DATE"]} <= {"DEC", "JAN", "NOV", "OCT"}
    assert all(len(cell.split(".")[1]) in (1, 2) for cell in cells["TRANS_SHARES"] if cell)
    assert any(", " in cell for cell in cells["EXCERCISE_DATE_FN"])
    assert cells["EQUITY_SWAP_INVOLVED"] >= {"0", "false"}
    submissions = dict(zip(rows["SUBMISSION"][0], zip(*rows["SUBMISSION"][1:], strict=True), strict=True))
    assert all(len(cik) == 10 for cik in submissions["ISSUERCIK"])
    assert rows["SUBMISSION"][0][-1] == "AFF10B5ONE"


@pytest.mark.parametrize(
    ("filed", "written"),
    [("15702", "15702.0"), ("19.82", "19.82"), ("26.80", "26.8"), ("224.045", "224.05"), ("0.0049", "0.0")],
)
def test_amounts_are_rounded_to_two_decimals_and_have_one_at_least(filed: str, written: str) -> None:
    assert amount(Decimal(filed)) == written


def test_the_box_of_trading_plans_is_a_column_since_it_exists() -> None:
    before = generate_archive(3, business_days(date(2022, 5, 2), 1), 20)
    assert members(dataset(before, "2022q2") or b"")["SUBMISSION"][0][-1] == "REMARKS"


def test_a_filing_after_half_past_five_on_the_last_business_day_is_in_the_next_quarter() -> None:
    last = last_business_day(Quarter(2024, 1))
    assert last == date(2024, 3, 29)
    assert last_business_day(Quarter(2024, 1), {last}) == date(2024, 3, 28)

    def filed(day: date, clock: time) -> Filing:
        accepted = datetime.combine(day, clock, NEW_YORK)
        return Filing(accession_number="", form_type="4", filing_date=day, accepted_at=accepted)

    assert posted_in(filed(last, time(17, 30))) == Quarter(2024, 1)
    assert posted_in(filed(last, time(17, 31))) == Quarter(2024, 2)
    assert posted_in(filed(date(2024, 3, 28), time(21, 0))) == Quarter(2024, 1)
    assert posted_in(filed(date(2023, 12, 29), time(21, 0))) == Quarter(2024, 1)


def test_renditions_and_what_is_before_2006_are_in_no_data_set() -> None:
    early = generate_archive(4, [date(2005, 12, 30)], 20)
    assert dataset(early, "2005q4") is None
    html = generate_archive(4, [date(2024, 1, 2)], 20)
    for filing in html.truth.values():
        filing.source_format = "html"
    assert dataset(html, "2024q1") is None
    assert dataset(html, "2024q9") is None


def test_it_is_served_whole_and_described(archive: Archive, edgar: Replica) -> None:
    answer = requests.get(edgar.url + PATH, headers=WHO, timeout=10)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as zipped:
        assert zipped.testzip() is None
        metadata = json.loads(zipped.read("FORM_345_metadata.json"))
        assert "FORM_345_readme.htm" in zipped.namelist()
    described = {each["url"]: [c["name"] for c in each["tableSchema"]["columns"]] for each in metadata["tables"]}
    assert described["FOOTNOTES.tsv"] == ["ACCESSION_NUMBER", "FOOTNOTE_ID", "FOOTNOTE_TXT"]
    assert answer.content == dataset(archive, "2024q1")
    assert requests.get(edgar.url + PATH.replace("2024q1", "2023q1"), headers=WHO, timeout=10).status_code == 404
    assert edgar.stats().by_kind["dataset"] == 2


def test_a_download_goes_on_where_it_broke_off(edgar: Replica) -> None:
    whole = requests.get(edgar.url + PATH, headers=WHO, timeout=10)

    def rest(**headers: str) -> requests.Response:
        asked = {**WHO, "Range": "bytes=1000-", **{name.replace("_", "-"): text for name, text in headers.items()}}
        return requests.get(edgar.url + PATH, headers=asked, timeout=10)

    for edition in ({}, {"If_Range": whole.headers["ETag"]}, {"If_Range": whole.headers["Last-Modified"]}):
        answer = rest(**edition)
        assert answer.status_code == 206
        assert answer.content == whole.content[1000:]
        assert answer.headers["Content-Range"] == f"bytes 1000-{len(whole.content) - 1}/{len(whole.content)}"
    another = rest(If_Range='"another edition"')
    assert another.status_code == 200
    assert another.content == whole.content
    beyond = requests.get(edgar.url + PATH, headers={**WHO, "Range": "bytes=99999999-"}, timeout=10)
    assert beyond.status_code == 416
    few = requests.get(edgar.url + PATH, headers={**WHO, "Range": "bytes=-10"}, timeout=10)
    assert few.content == whole.content[-10:]


def test_faults_strike_it_as_any_path(archive: Archive) -> None:
    faults = Faults([Fault(FaultKind.SHORT, "*_form345.zip", times=1), Fault(FaultKind.ACCESS_DENIED, "*_form345.zip")])
    with Replica(archive, faults=faults) as edgar:
        cut = requests.get(edgar.url + PATH, headers=WHO, timeout=10)
        assert not zipfile.is_zipfile(io.BytesIO(cut.content))
        assert requests.get(edgar.url + PATH, headers=WHO, timeout=10).status_code == 403


def test_a_given_data_set_is_served_as_it_is(archive: Archive) -> None:
    archive.datasets["2024q3"] = b"the zip of another"
    with Replica(archive) as edgar:
        answer = requests.get(edgar.url + PATH.replace("2024q1", "2024q3"), headers=WHO, timeout=10)
    assert answer.content == b"the zip of another"


def test_the_columns_are_those_of_the_real_quarter(real_edgar: Path) -> None:
    body = (real_edgar / "datasets" / "2024q3_form345_partial.zip").read_bytes()
    ours = members(dataset(generate_archive(5, [date(2022, 7, 1)], 200), "2022q3") or b"")
    for name, lines in members(body).items():
        assert ours[name][0] == lines[0]
    assert Counter(len(lines[0]) for lines in ours.values())[28] == 1

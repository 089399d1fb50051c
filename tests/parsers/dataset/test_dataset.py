"""Data sets to filings: as published, in a stated order, and whatever is missing or wrong is named."""

import io
import pickle
import re
import zipfile
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from form4lake.parsers import DATASET_PARSER_VERSION, DOUBTS, NotADataset, parse_dataset_batch, read_dataset
from form4lake.parsers.dataset import rows as dataset_rows
from form4lake.parsers.dataset import zip_file as dataset
from form4lake.tables import FILING_CHILDREN
from form4lake.tests.builders.dataset_zips import OWNERS, SUBMISSION, TRADE_COLUMNS, read, trade, trades, zipped


def one(content: bytes):
    (filing,), reading = read(content)
    return filing, reading.problems


def problems(content: bytes) -> str:
    return "\n".join(one(content)[1])


@pytest.mark.flow  # it takes some seconds
def test_the_real_partial_quarter(real_edgar: Path) -> None:
    counts = Counter[str]()
    numbers = set()
    with (real_edgar / "datasets/2024q3_form345_partial.zip").open("rb") as file:
        reading = read_dataset(file)
        for filing in (each for batch in reading.batches() for each in parse_dataset_batch(batch)):
            numbers.add(filing.accession_number)
            assert (filing.owner_count, filing.footnote_count) == (None, None)
            for name in FILING_CHILDREN:
                counts[name] += len(getattr(filing, name))
            counts["doubts"] += sum(each.reason in DOUBTS for each in filing.parse_issues)

    assert len(numbers) == 36_075
    assert +counts == {
        "derivative_transactions": 19_003,
        "derivative_holdings": 8_136,
        "non_derivative_holdings": 17_897,
        "signatures": 39_236,
        "parse_issues": 4 + 128,
        "doubts": 128,
    }
    assert [each.split(".")[0] for each in reading.problems] == ["REPORTINGOWNER", "NONDERIV_TRANS", "FOOTNOTES"]


def test_a_filing_as_published() -> None:
    filing, _ = one(zipped(REPORTINGOWNER=OWNERS, FOOTNOTES="ACCESSION_NUMBER\tFOOTNOTE_ID\tFOOTNOTE_TXT\n"))

    assert (filing.form_type, filing.filing_date, filing.period_of_report) == (
        "4",
        date(2024, 1, 2),
        date(2023, 12, 29),
    )
    assert (filing.issuer_cik, filing.issuer_trading_symbol, filing.ticker) == (320193, "NASDAQ: AAPL", "AAPL")
    assert filing.remarks == 'See "Remarks"'
    assert filing.not_subject_to_section16 is False
    assert filing.no_securities_owned is None
    assert filing.source_path == "edgar/data/320193/0001127602-24-000001.txt"
    assert (filing.source_format, filing.parser_version) == ("dataset", DATASET_PARSER_VERSION)
    assert (filing.accepted_at, filing.schema_version, filing.parse_mode, filing.content_sha256) == (None,) * 4
    assert (filing.owner_count, filing.footnote_count) == (1, 0)
    (owner,) = filing.reporting_owners
    assert (owner.owner_cik, owner.officer_title) == (1214156, "CEO")
    assert (owner.is_director, owner.is_officer, owner.is_ten_percent_owner, owner.is_other) == (True, True, None, None)


def test_rows_are_numbered_by_their_keys_transactions_before_holdings() -> None:
    holdings = (
        "\t".join(["ACCESSION_NUMBER", "NONDERIV_HOLDING_SK", "SECURITY_TITLE"]) + "\n0001127602-24-000001\t5\tHeld\n"
    )
    filing, _ = one(zipped(NONDERIV_TRANS=trades(trade(100, TRANS_CODE="S"), trade(99)), NONDERIV_HOLDING=holdings))

    assert [(row.row_number, row.transaction_code) for row in filing.non_derivative_transactions] == [
        (1, None),
        (2, "S"),
    ]
    assert [row.row_number for row in filing.non_derivative_holdings] == [3]


def test_values_of_a_row() -> None:
    line = trade(
        1, TRANS_SHARES="15702.0", TRANS_SHARES_FN="F2, F3", EQUITY_SWAP_INVOLVED="true", TRANS_PRICEPERSHARE="19.8"
    )
    (row,) = one(zipped(NONDERIV_TRANS=trades(line)))[0].non_derivative_transactions

    assert (row.transaction_shares, row.transaction_shares_fn) == (Decimal(15702), "F2,F3")
    assert (row.transaction_price_per_share, row.equity_swap_involved) == (Decimal("19.8"), True)
    assert row.transaction_price_per_share_fn is None


@pytest.mark.parametrize(
    ("field", "kept"),
    [
        ('"Common (""Shares"")"', 'Common ("Shares")'),
        ('Common "Shares', 'Common "Shares'),
        ('"Notes"', '"Notes"'),
        ('"a" and "b"', '"a" and "b"'),
    ],
)
def test_quotes_are_undone_only_where_they_were_added(field: str, kept: str) -> None:
    (row,) = one(zipped(NONDERIV_TRANS=trades(trade(1, SECURITY_TITLE=field))))[0].non_derivative_transactions

    assert row.security_title == kept


def test_what_cannot_be_typed_is_an_issue_with_its_text() -> None:
    filing, _ = one(
        zipped(
            NONDERIV_TRANS=trades(trade(1, TRANS_DATE="2023-12-29", TRANS_SHARES="1e5", EQUITY_SWAP_INVOLVED="maybe"))
        )
    )

    (row,) = filing.non_derivative_transactions
    assert (row.transaction_date, row.transaction_shares, row.equity_swap_involved) == (None, None, None)
    assert {(each.row_number, each.column_name, each.raw_value) for each in filing.parse_issues} == {
        (1, "transaction_date", "2023-12-29"),
        (1, "transaction_shares", "1e5"),
        (1, "equity_swap_involved", "maybe"),
    }


def test_a_row_with_other_fields_is_kept_as_text() -> None:
    filing, _ = one(zipped(NONDERIV_TRANS=trades("0001127602-24-000001\t1\tcut\n", trade(2))))

    (issue,) = filing.parse_issues
    assert (issue.table_name, issue.raw_value) == ("non_derivative_transactions", "0001127602-24-000001\t1\tcut")
    assert [row.row_number for row in filing.non_derivative_transactions] == [1]


def test_a_second_row_of_a_key_is_kept_as_text() -> None:
    filing, _ = one(zipped(NONDERIV_TRANS=trades(trade(1), trade(1))))

    assert len(filing.non_derivative_transactions) == len(filing.parse_issues) == 1


def test_rows_of_no_filing_are_counted_and_named() -> None:
    content = zipped(NONDERIV_TRANS=trades(trade(1, "0009999999-24-000001"), trade(2, "nonsense"), trade(3)))

    assert (
        "NONDERIV_TRANS.tsv has rows of no filing in SUBMISSION, which were left out (2, such as line 2)"
        in problems(content)
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("02-JAN-2024", "2024", "FILING_DATE is not a date"),
        ("\t4\t", "\t144\t", "not an ownership form"),
        ("\t4\t", "\t4\t\t", "do not have the 13 fields"),
        ("0001127602-24-000001", "1", "without an accession number"),
    ],
)
def test_a_submission_that_cannot_be_stored_is_named(old: str, new: str, said: str) -> None:
    filings, reading = read(zipped(SUBMISSION=SUBMISSION.replace(old, new)))

    assert filings == []
    assert said in "\n".join(reading.problems)


def test_a_second_row_of_submission_is_left_out_and_named() -> None:
    header, row = SUBMISSION.splitlines(keepends=True)[:2]
    filings, reading = read(zipped(SUBMISSION=header + row + row.replace("02-JAN-2024", "03-JAN-2024")))

    assert [each.filing_date for each in filings] == [date(2024, 1, 2)]
    assert "SUBMISSION.tsv has rows of a filing that it has already" in "\n".join(reading.problems)


def test_columns_that_are_new_or_missing_are_named_and_the_rest_is_read() -> None:
    text = trades(trade(1, TRANS_CODE="P")).replace("TRANS_SHARES\t", "SHARES_OF_TOMORROW\t")
    filing, said = one(zipped(NONDERIV_TRANS=text))

    assert "NONDERIV_TRANS.tsv has a column 'SHARES_OF_TOMORROW' that is not known here and was not kept" in said
    assert "NONDERIV_TRANS.tsv lacks the column TRANS_SHARES" in said
    assert filing.non_derivative_transactions[0].transaction_code == "P"


def test_other_spellings_and_orders_of_columns_are_read() -> None:
    columns = [name.replace("EQUITY_SWAP_TRANS_CD_FN", "EQUITY_SWAP_INVOLVED_FN") for name in reversed(TRADE_COLUMNS)]
    line = trade(1, EQUITY_SWAP_TRANS_CD_FN="F1").rstrip("\n").split("\t")
    filing, said = one(zipped(NONDERIV_TRANS="\t".join(columns) + "\r\n" + "\t".join(reversed(line)) + "\r\n"))

    assert filing.non_derivative_transactions[0].transaction_coding_fn == "F1"
    assert not [each for each in said if "NONDERIV_TRANS" in each]


def test_the_last_line_may_lack_its_end_where_the_others_end_in_crlf() -> None:
    filing, _ = one(zipped(SUBMISSION=SUBMISSION.replace("\n", "\r\n").removesuffix("\n")))

    assert filing.remarks == 'See "Remarks"'


def test_where_issues_are_too_many_the_last_one_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dataset_rows, "MOST_ISSUES", 3)
    filing, _ = one(zipped(NONDERIV_TRANS=trades(*(trade(key, TRANS_SHARES="many") for key in range(9)))))

    *kept, last = filing.parse_issues
    assert [each.raw_value for each in kept] == ["many"] * 3
    assert (last.raw_value, last.reason) == (None, "more than 3 things cannot be read; the others are not kept here")


def test_a_member_with_wrong_bytes_is_left_out_and_named() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("SUBMISSION.tsv", SUBMISSION)
        archive.writestr("REPORTINGOWNER.tsv", OWNERS)
    content = packed.getvalue().replace(b"COOK TIMOTHY", b"C00K TIMOTHY")
    filing, said = one(content)

    assert (filing.reporting_owners, filing.owner_count) == ([], None)
    assert any(each.startswith("REPORTINGOWNER.tsv was left out: its bytes are not") for each in said)


def test_a_member_that_is_cut_is_left_out_and_named() -> None:
    lines = trades(*(trade(key) for key in range(50)))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("REPORTINGOWNER.tsv", OWNERS)
        archive.writestr("SUBMISSION.tsv", SUBMISSION)
        archive.writestr("NONDERIV_TRANS.tsv", lines)
    cut = bytearray(packed.getvalue())
    directory = cut.rindex(b"PK\1\2")
    cut[directory + 20 : directory + 24] = (len(lines) - 10).to_bytes(4, "little")  # its packed size
    filing, said = one(bytes(cut))

    assert len(filing.reporting_owners) == 1
    assert filing.non_derivative_transactions == []
    assert any(each.startswith("NONDERIV_TRANS.tsv was left out") for each in said)


def test_a_set_read_in_parts_has_the_same_filings(monkeypatch: pytest.MonkeyPatch) -> None:
    head, row = SUBMISSION.splitlines(keepends=True)
    numbers = [f"0001127602-24-{number:06}" for number in range(40)]
    content = zipped(
        SUBMISSION=head + "".join(row.replace("0001127602-24-000001", number) for number in numbers),
        NONDERIV_TRANS=trades(*(trade(key, number) for key, number in enumerate(numbers))),
    )
    whole, _ = read(content)
    monkeypatch.setattr(dataset, "PART_BYTES", 2000)
    parted, reading = read(content)

    by_number = {filing.accession_number: filing for filing in parted}
    assert len(parted) == 40
    assert all(by_number[filing.accession_number] == filing for filing in whole)
    assert not [each for each in reading.problems if "rows of no filing" in each]


def test_a_batch_can_be_sent_to_another_process() -> None:
    (batch,) = read_dataset(io.BytesIO(zipped(REPORTINGOWNER=OWNERS))).batches()

    assert parse_dataset_batch(pickle.loads(pickle.dumps(batch))) == parse_dataset_batch(batch)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "not a zip"),
        (zipped()[:-30], "not a zip"),
        (zipped(SUBMISSION=b"\xff\xfe\n"), "no SUBMISSION"),
        (zipped(SUBMISSION=""), "no SUBMISSION"),
    ],
)
def test_what_is_no_data_set_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(NotADataset, match=re.escape(said)):
        read_dataset(io.BytesIO(content))


def test_a_zip_that_would_unpack_to_gigabytes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dataset, "MOST_BYTES", 1000)

    with pytest.raises(NotADataset, match="unpack"):
        read_dataset(io.BytesIO(zipped(FOOTNOTES=b"x" * 2000)))


def test_a_line_without_end_is_left_out_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dataset, "LONGEST_LINE", 1000)
    monkeypatch.setattr(dataset, "_CHUNK", 100)
    filing, said = one(zipped(NONDERIV_TRANS=trades(trade(1, SECURITY_TITLE="x" * 5000), trade(2))))

    assert [row.security_title for row in filing.non_derivative_transactions] == ["Common Stock"]
    assert any("lines of more than" in each for each in said)

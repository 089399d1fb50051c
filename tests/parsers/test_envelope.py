"""Submissions around the XML: headers, several documents, and what is not a submission."""

import pickle
from datetime import UTC, date, datetime

import pytest

from form4lake.parsers import NotAnOwnershipFiling, parse_submission

XML = b"""<?xml version="1.0"?>
<ownershipDocument><documentType>4</documentType><remarks>the form</remarks></ownershipDocument>"""
HEADER = b"""<SEC-DOCUMENT>0000320193-22-000061.txt : 20220506
<SEC-HEADER>0000320193-22-000061.hdr.sgml : 20220506
<ACCEPTANCE-DATETIME>20220506183057
ACCESSION NUMBER:\t\t0000320193-22-000061
CONFORMED SUBMISSION TYPE:\t4
FILED AS OF DATE:\t\t20220506
</SEC-HEADER>
"""
EXHIBIT = b"<DOCUMENT>\n<TYPE>EX-24\n<TEXT>\nbegin 644 poa.pdf\nM)5!$1BTQ\n<PAGE>\nend\n</TEXT>\n</DOCUMENT>\n"


def document(xml: bytes = XML, kind: bytes = b"4") -> bytes:
    return b"<DOCUMENT>\n<TYPE>%s\n<SEQUENCE>1\n<TEXT>\n<XML>\n%s\n</XML>\n</TEXT>\n</DOCUMENT>\n" % (kind, xml)


def reason(raw: bytes) -> str:
    with pytest.raises(NotAnOwnershipFiling) as refusal:
        parse_submission(raw)
    return refusal.value.reason


@pytest.mark.parametrize(
    "before", [b"", b"-----BEGIN PRIVACY-ENHANCED MESSAGE-----\nProc-Type: 2001,MIC-CLEAR\n\n", b"\n"]
)
@pytest.mark.parametrize("crlf", [False, True])
def test_tab_style(before: bytes, crlf: bool) -> None:
    raw = before + HEADER + document() + b"</SEC-DOCUMENT>\n"
    filing = parse_submission(raw.replace(b"\n", b"\r\n") if crlf else raw)
    assert (filing.accession_number, filing.filing_date) == ("0000320193-22-000061", date(2022, 5, 6))
    assert filing.accepted_at is not None
    assert filing.accepted_at.astimezone(UTC) == datetime(2022, 5, 6, 22, 30, 57, tzinfo=UTC)
    assert filing.parse_issues == []


def test_header_without_its_envelope() -> None:
    raw = HEADER[HEADER.index(b"<ACCEPTANCE") :] + document()
    assert parse_submission(raw).accession_number == "0000320193-22-000061"


@pytest.mark.parametrize("end", [b"\n", b""])
def test_feed_style_on_many_lines_and_on_one(end: bytes) -> None:
    tags = [b"<SUBMISSION>", b"<ACCESSION-NUMBER>0001127602-25-004598", b"<TYPE>4/A", b"<PERIOD>20250212"]
    tags += [
        b"<FILING-DATE>20250213",
        b"<REPORTING-OWNER>",
        b"<OWNER-DATA>",
        b"<CONFORMED-NAME>A",
        b"</REPORTING-OWNER>",
    ]
    raw = end.join(tags) + end + document().replace(b"\n", end).replace(b"<documentType>4<", b"<documentType>4/A<")
    filing = parse_submission(raw + b"</SUBMISSION>")
    assert (filing.accession_number, filing.form_type) == ("0001127602-25-004598", "4/A")
    assert (filing.filing_date, filing.accepted_at) == (date(2025, 2, 13), None)
    assert filing.parse_issues == []


def test_the_form_is_found_by_content_among_exhibits() -> None:
    other = document(b"<edgarSubmission>an <b>ownershipDocument</b></edgarSubmission>", b"EX-99")
    quoting = b"<DOCUMENT>\n<TYPE>EX-99\n<TEXT>\nsee <ownershipDocument> in the form\n</TEXT>\n</DOCUMENT>\n"
    filing = parse_submission(HEADER + EXHIBIT + other + quoting + document() + EXHIBIT)
    assert (filing.remarks, filing.parse_issues) == ("the form", [])


def test_a_second_form_is_flagged() -> None:
    filing = parse_submission(HEADER + document() + document(XML.replace(b"the form", b"another")))
    assert filing.remarks == "the form"
    assert [each.reason for each in filing.parse_issues] == [
        "the submission has more than one ownership document; the first was read"
    ]


def test_the_form_type_of_the_header_where_the_xml_has_none() -> None:
    xml = XML.replace(b"<documentType>4</documentType>", b"")
    assert parse_submission(HEADER + document(xml)).form_type == "4"


def test_a_header_that_disagrees_is_flagged() -> None:
    raw = HEADER.replace(b"TYPE:\t4", b"TYPE:\t4/A") + document()
    filing = parse_submission(raw, source_path="edgar/data/1/0000000001-22-000061.txt")
    assert (filing.form_type, filing.accession_number) == ("4", "0000320193-22-000061")
    assert sorted(each.column_name or "" for each in filing.parse_issues) == ["accession_number", "form_type"]


def test_a_header_that_cannot_be_typed_is_flagged() -> None:
    raw = HEADER.replace(b"20220506183057", b"20221306183057").replace(b"DATE:\t\t20220506", b"DATE:\t\t2022-05-06")
    filing = parse_submission(raw + document())
    assert (filing.filing_date, filing.accepted_at) == (None, None)
    assert [each.raw_value for each in filing.parse_issues] == ["2022-05-06", "20221306183057"]


@pytest.mark.parametrize(
    ("path", "accession"),
    [
        ("edgar/data/320193/0000320193-22-000061.txt", "0000320193-22-000061"),
        ("000000248824000005.nc", "0000002488-24-000005"),
        ("edgar/data/2488/000000248824000005/wk-form4_1705525913.xml", "0000002488-24-000005"),
        ("form4.xml", ""),
        ("1234567890123456789.xml", ""),
    ],
)
def test_the_accession_number_of_the_path_where_there_is_no_header(path: str, accession: str) -> None:
    assert parse_submission(XML, source_path=path).accession_number == accession


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        ("20240115163012", datetime(2024, 1, 15, 21, 30, 12, tzinfo=UTC)),
        ("20240715163012", datetime(2024, 7, 15, 20, 30, 12, tzinfo=UTC)),
        ("20241103013000", datetime(2024, 11, 3, 5, 30, tzinfo=UTC)),
    ],
)
def test_acceptance_is_new_york_time_the_first_of_a_repeated_hour(local: str, utc: datetime) -> None:
    filing = parse_submission(HEADER.replace(b"20220506183057", local.encode()) + document())
    assert filing.accepted_at is not None
    assert filing.accepted_at.astimezone(UTC) == utc


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"", "empty: no bytes but white space"),
        (b" \n", "empty: no bytes but white space"),
        (HEADER, "a submission's header without a document"),
        (HEADER.replace(b"TYPE:\t4", b"TYPE:\t8-K") + EXHIBIT, "form type 8-K"),
        (HEADER + EXHIBIT, "no ownership XML: the document is a paper form typed as ASCII"),
        (HEADER + b"<DOCUMENT><TYPE>EX-99<TEXT><html><body>FORM 4",
         "no ownership XML: the document is a paper form typed in HTML"),
        (b"<!DOCTYPE html><html><title>SEC.gov | Request Rate Threshold Exceeded</title>",
         "HTTP error page: SEC.gov | Request Rate Threshold Exceeded"),
        (b"<html><body>x", "HTML page without a title"),
        (b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', "S3 error AccessDenied"),
        (b'<?xml version="1.0"?>', "XML without a root element"),
        (b"\x1f\x8b\x08", "neither a submission nor XML; it starts with '\\x1f\\x8b\\x08'"),
    ],
)  # fmt: skip
def test_what_bytes_are_instead(raw: bytes, expected: str) -> None:
    assert reason(raw) == expected


def test_the_refusal_can_be_pickled() -> None:
    refusal = pickle.loads(pickle.dumps(NotAnOwnershipFiling("form type 8-K", "edgar/data/1/x.txt")))
    assert (refusal.reason, refusal.source_path) == ("form type 8-K", "edgar/data/1/x.txt")
    assert str(refusal) == "edgar/data/1/x.txt: form type 8-K"

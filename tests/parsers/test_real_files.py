"""Every real file: parsed, and equal to what a slow and simple walk of its XML finds, or refused for its reason."""

import re
import xml.etree.ElementTree as ET
from collections import Counter
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from form4lake.parsers import DOUBTFUL, Filing, NotAnOwnershipFiling, parse_submission
from form4lake.tables import TABLES

NEW_YORK = ZoneInfo("America/New_York")

REFUSED = {
    "misc/0001140361-23-028639__secheader.4.evercommerce.txt": "a submission's header without a document",
    "misc/company_tickers.json": "JSON",
    "misc/http403_full-index_2099.xml": "S3 error AccessDenied",
    "misc/http403_full-index_2099~2.xml": "S3 error AccessDenied",
    "misc/http403_full-index_2099~3.xml": "S3 error AccessDenied",
    "misc/http403_full-index_2099~4.xml": "S3 error AccessDenied",
    "misc/http403_full-index_2099~5.xml": "S3 error AccessDenied",
    "misc/http404_CIK-000000001.json": "S3 error NoSuchKey",
    "misc/http503_getcurrent.html": "HTTP error page: SEC.gov | File Unavailable",
    "misc/http503_getcurrent~2.html": "HTTP error page: SEC.gov | File Unavailable",
    "pre2003/0001012325-98-000004__1990sheader.txt": "a submission's header without a document",
    "schema/ownership4Document.xsd.xml": "XML whose root element is xs:schema",
    "schema/ownershipDocumentCommon.xsd.xml": "XML whose root element is xs:schema",
    "renditions/0001562180-17-002633-index.htm.html": "HTML page: EDGAR Filing Documents for 0001562180-17-002633",
    "renditions/0001562180-17-002633-index.htm~2.html": "HTML page: EDGAR Filing Documents for 0001562180-17-002633",
    "renditions/0001062993-24-012217__form4.index-headers.html": "a submission's header without a document",
    "renditions/0001971857-23-000246-index-headers.html": "HTML page: SEC EDGAR Submission 0001971857-23-000246",
    "index/getcurrent_page01.xml": "XML whose root element is feed",
    "index/sitemap.20201214.xml": "XML whose root element is urlset",
}
FOLDERS = ("xml", "submissions", "misc", "pre2003", "schema", "renditions")
DOUBTED = {
    "schema/spec_sample_doc4.xml": ["2002-11-01", "2002-11-02", "1980-12-25"],
    "xml/0001209191-13-014365__doc4.xml": ["A"],  # a sale that acquires
}
WITH_SCRIPT = {"xml_deriv_and_nonderiv.xml", "xml_error.xml"}


def read(real_edgar: Path, name: str) -> Filing:
    return parse_submission((real_edgar / name).read_bytes(), source_path=name)


def every_file(real_edgar: Path) -> list[str]:
    return sorted(f"{folder}/{each.name}" for folder in FOLDERS for each in (real_edgar / folder).iterdir())


def test_every_file_is_parsed_or_refused_for_its_reason(real_edgar: Path) -> None:
    names = every_file(real_edgar) + [name for name in REFUSED if not name.startswith(FOLDERS)]
    names += [f"../seed/{each.name}" for each in (real_edgar / "../seed").iterdir()]
    parsed = 0
    for name in names:
        if name in REFUSED:
            with pytest.raises(NotAnOwnershipFiling) as refusal:
                read(real_edgar, name)
            assert (refusal.value.reason, refusal.value.source_path) == (REFUSED[name], name)
        else:
            filing = read(real_edgar, name)
            parsed += 1
            if name.startswith("pre2003/"):
                continue  # paper/test_paper.py compares it with what the eye reads
            doubted = [each for each in filing.parse_issues if each.reason.startswith(DOUBTFUL)]
            assert [each.raw_value for each in doubted] == DOUBTED.get(name, []), name
            issues = [
                (each.table_name, each.row_number, each.reason) for each in filing.parse_issues if each not in doubted
            ]
            script = [("filings", None, "the element script is not known here and was not kept")]
            assert issues == (script if Path(name).name in WITH_SCRIPT else []), name
    assert parsed == len(names) - len(REFUSED)
    assert parsed >= 250


# The oracle: a column's name is its element's in snake case, so a naive walk can tell what every column must hold.


def snake(tag: str) -> str:
    return re.sub(r"(?<=[a-z])([A-Z])", r"_\1", tag).lower()


OWNER_COLUMNS = {
    "rptOwnerCik": "owner_cik",
    "rptOwnerName": "owner_name",
    "rptOwnerNonUSAddressFlag": "non_us_address",
    "rptOwnerNonUSStateTerritory": "non_us_state_territory",
}
RENAMED = {
    "documentType": "form_type",
    "notSubjectToSection16": "not_subject_to_section16",
    "aff10b5One": "aff10b5_one",
}


def typed(table: str, column: str, text: str | None) -> Any:
    text = " ".join((text or "").split())
    if not text:
        return None
    kind = next(each.sql_type for each in TABLES[table].columns if each.name == column)
    if kind == "DATE":
        return date.fromisoformat(text[:10])
    if kind == "BOOLEAN":
        return {"1": True, "true": True, "0": False, "false": False}[text.lower()]
    if kind == "BIGINT":
        return int(text)
    return Decimal(text) if kind.startswith("DECIMAL") else text


def columns_of(record: Any, table: str) -> dict[str, Any]:
    own = [each.name for each in TABLES[table].columns]
    return {name: getattr(record, name) for name in own if hasattr(record, name)}


def expected_row(row: ET.Element, table: str, number: int) -> dict[str, Any]:
    own = {each.name: None for each in TABLES[table].columns[3:]}
    expected: dict[str, Any] = {**own, "row_number": number}
    for each in row.iter():
        if each.find("value") is not None or each.find("footnoteId") is not None or not len(each):
            column = snake(each.tag)
            ids = ",".join(reference.get("id", "") for reference in each.findall("footnoteId")) or None
            if each.tag == "transactionCoding":
                expected["transaction_coding_fn"] = ids
            elif each.tag in ("transactionFormType", "transactionCode", "equitySwapInvolved"):
                expected[column] = typed(table, column, each.text)
            elif each.tag not in ("value", "footnoteId") and f"{column}_fn" in own:
                expected[column] = typed(table, column, each.findtext("value"))
                expected[f"{column}_fn"] = ids
    return expected


def expected_rows(root: ET.Element) -> dict[str, list[dict[str, Any]]]:
    rows: dict[str, list[dict[str, Any]]] = {}
    for prefix in ("nonDerivative", "derivative"):
        for ending in ("transactions", "holdings"):
            rows[f"{snake(prefix)}_{ending}"] = []
        for number, row in enumerate(root.findall(f"{prefix}Table/*"), start=1):
            table = snake(row.tag) + "s"
            rows[table].append(expected_row(row, table, number))
    return rows


def expected_owner(owner: ET.Element, number: int) -> dict[str, Any]:
    expected: dict[str, Any] = {each.name: None for each in TABLES["reporting_owners"].columns[3:]}
    expected["owner_number"] = number
    for each in owner.iter():
        column = OWNER_COLUMNS.get(each.tag, snake(each.tag.removeprefix("rptOwner")))
        if not len(each) and column in expected:
            expected[column] = typed("reporting_owners", column, each.text)
    return expected


def expected_filing(root: ET.Element) -> dict[str, Any]:
    expected = {}
    for each in [*root, *root.findall("issuer/*")]:
        column = RENAMED.get(each.tag, snake(each.tag))
        if not len(each) and column in {column.name for column in TABLES["filings"].columns}:
            expected[column] = typed("filings", column, each.text)
    return expected


def test_every_value_of_every_real_file_is_what_a_naive_walk_finds(real_edgar: Path) -> None:
    checked: Counter[str] = Counter()
    for name in every_file(real_edgar):
        if name in REFUSED or name.startswith(("renditions/", "pre2003/")):  # no XML; they have tests of their own
            continue
        raw = (real_edgar / name).read_bytes()
        match = re.search(rb"<ownershipDocument>.*</ownershipDocument>", raw, re.DOTALL)
        assert match is not None
        root = ET.fromstring(match[0])
        filing = parse_submission(raw)
        for column, value in expected_filing(root).items():
            assert getattr(filing, column) == value, (name, column)
            checked["filings"] += 1
        owners = [columns_of(each, "reporting_owners") for each in filing.reporting_owners]
        assert owners == [expected_owner(each, n) for n, each in enumerate(root.findall("reportingOwner"), 1)], name
        signatures = [(each.signature_name, each.signature_date) for each in filing.signatures]
        assert signatures == [
            (
                typed("signatures", "signature_name", each.findtext("signatureName")),
                typed("signatures", "signature_date", each.findtext("signatureDate")),
            )
            for each in root.findall("ownerSignature")
        ]
        assert [each.signature_number for each in filing.signatures] == list(range(1, len(signatures) + 1))
        footnotes = [(each.footnote_id, each.footnote_text) for each in filing.footnotes]
        assert footnotes == [
            (each.get("id"), " ".join("".join(each.itertext()).split())) for each in root.findall("footnotes/footnote")
        ]
        assert (filing.owner_count, filing.footnote_count) == (len(owners), len(footnotes))
        for table, rows in expected_rows(root).items():
            assert [columns_of(each, table) for each in getattr(filing, table)] == rows, (name, table)
            checked[table] += len(rows)
        named = re.findall(rb"<footnoteId", match[0])
        kept = [
            len(value.split(","))
            for table in expected_rows(root)
            for record in getattr(filing, table)
            for column, value in columns_of(record, table).items()
            if column.endswith("_fn") and value
        ]
        assert sum(kept) == len(named), name
    assert checked["non_derivative_transactions"] >= 1_100
    assert checked["derivative_transactions"] >= 250
    assert checked["non_derivative_holdings"] >= 350
    assert checked["derivative_holdings"] >= 99


def test_value_instead_of_shares(real_edgar: Path) -> None:
    filing = read(real_edgar, "xml/0001062993-22-021877__form4.xml")
    row = filing.derivative_transactions[0]
    assert (row.transaction_shares, row.transaction_total_value) == (None, Decimal(60_000_000))
    assert (row.shares_owned_following_transaction, row.value_owned_following_transaction) == (
        None,
        Decimal(60_000_000),
    )
    assert filing.accession_number == "0001062993-22-021877"
    assert (filing.ticker, filing.issuer_cik) == ("U", 1810806)


def test_ten_owners(real_edgar: Path) -> None:
    filing = read(real_edgar, "submissions/0001104659-14-057760.txt")
    assert (filing.form_type, filing.owner_count, len(filing.signatures)) == ("3", 10, 10)
    assert [each.owner_number for each in filing.reporting_owners] == list(range(1, 11))
    assert filing.accepted_at == datetime(2014, 8, 6, 21, 32, 34, tzinfo=NEW_YORK)
    assert filing.filing_date == date(2014, 8, 6)
    assert filing.schema_version == "X0206"
    assert filing.derivative_holdings
    assert not filing.derivative_transactions


def test_dates_with_offset_and_a_price_that_is_a_footnote(real_edgar: Path) -> None:
    filing = read(real_edgar, "submissions/0000769993-19-000383.txt")
    assert filing.period_of_report == date(2019, 5, 21)
    assert (filing.issuer_name, filing.ticker, filing.owner_count) == ("Avantor, Inc.", "AVTR", 9)
    assert any(
        row.transaction_price_per_share is None and row.transaction_price_per_share_fn
        for row in filing.non_derivative_transactions
    )
    assert Decimal(1_133_920) in [row.underlying_security_value for row in filing.derivative_transactions]
    assert any((row.nature_of_ownership_fn or "").count(",") >= 2 for row in filing.non_derivative_transactions)


def test_the_schema_of_2026(real_edgar: Path) -> None:
    filing = read(real_edgar, "xml/0001140361-26-035636__form4.xml")
    assert (filing.schema_version, filing.issuer_foreign_trading_symbol) == ("X0609", None)
    owner = filing.reporting_owners[0]
    assert owner.non_us_address is False
    assert None in (owner.is_director, owner.is_officer, owner.is_ten_percent_owner, owner.is_other)
    assert filing.filing_date is None
    assert filing.source_path == "xml/0001140361-26-035636__form4.xml"


def test_pem_wrapped(real_edgar: Path) -> None:
    filing = read(real_edgar, "submissions/0000019446-06-000081__filing18.txt")
    assert (filing.accession_number, filing.schema_version) == ("0000019446-06-000081", "X0202")
    assert (filing.filing_date, filing.issuer_name) == (date(2006, 10, 19), "CANTEL MEDICAL CORP")
    assert [row.underlying_security_shares for row in filing.derivative_transactions][-1] == 1125


@pytest.mark.parametrize(
    ("name", "accession", "filed", "ticker", "codes"),
    [
        ("0000002488-24-000005__000000248824000005.sgml", "0000002488-24-000005", date(2024, 1, 17), "AMD", "MF"),
        ("0001127602-25-004598.nc", "0001127602-25-004598", date(2025, 2, 13), "ARW", "AF"),
    ],
)
def test_feed_style(real_edgar: Path, name: str, accession: str, filed: date, ticker: str, codes: str) -> None:
    filing = parse_submission((real_edgar / "submissions" / name).read_bytes())
    assert (filing.accession_number, filing.filing_date, filing.accepted_at) == (accession, filed, None)
    assert (filing.ticker, filing.aff10b5_one) == (ticker, False)
    assert [row.transaction_code for row in filing.non_derivative_transactions] == list(codes)


@pytest.mark.parametrize("name", ["misc/should_fail.xml", "misc/xml_error.xml", "schema/spec_sample_doc4.xml"])
def test_what_is_commented_out_or_absent_is_none(real_edgar: Path, name: str) -> None:
    filing = read(real_edgar, name)
    if "xml_error" in name:
        assert (filing.reporting_owners[0].owner_cik, filing.issuer_name) == (None, "BioCorRx Inc.")
    else:
        assert filing.issuer_name is None
    assert filing.issuer_cik is not None

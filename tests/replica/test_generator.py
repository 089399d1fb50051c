"""The synthetic archive against a naive reading of its own XML, and its promises about what occurs in it."""

import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Callable
from dataclasses import fields
from datetime import date
from decimal import Decimal

import pytest

from form4lake import tables
from form4lake.replica import Archive, business_days, generate_archive
from form4lake.replica.generator_filing import VERSIONS

NEW_YEAR = date(2024, 1, 1)
DAYS = business_days(date(2024, 1, 1), 6, holidays=[NEW_YEAR])


@pytest.fixture(scope="module")
def archive() -> Archive:
    return generate_archive(20240102, DAYS, 2_000, holidays=[NEW_YEAR])


def document(archive: Archive, accession_number: str) -> ET.Element:
    content = archive.submissions[accession_number]
    start = content.index(b"<XML>\n") + len(b"<XML>\n")
    return ET.fromstring(content[start : content.index(b"</XML>")])


def camel(column: str) -> str:
    head, *rest = column.split("_")
    return head + "".join(part.capitalize() for part in rest)


def text_of(element: ET.Element | None) -> str | None:
    return " ".join("".join(element.itertext()).split()) or None if element is not None else None


def as_flag(text: str | None) -> bool | None:
    return None if text is None else {"1": True, "true": True, "0": False, "false": False}[text]


def typed(value: object, text: str | None) -> object:
    """The text in the type of the expected value."""
    if text is None:
        return None
    if isinstance(value, bool):
        return as_flag(text)
    if isinstance(value, Decimal):
        return Decimal(text)
    if isinstance(value, date):
        return date.fromisoformat(text[:10])
    if isinstance(value, int):
        return int(text)
    return text


def check_row(row: object, element: ET.Element, price: str) -> None:
    for column in (each.name for each in fields(row) if each.name != "row_number"):  # type: ignore[arg-type]
        value = getattr(row, column)
        if column.endswith("_fn"):
            name = camel(column.removesuffix("_fn"))
            owner = element.find(f".//{price if name == 'transactionPricePerShare' else name}")
            ids = [each.get("id") for each in owner.findall("footnoteId")] if owner is not None else []
            assert ",".join(filter(None, ids)) == (value or ""), column
        elif column in ("transaction_form_type", "transaction_code", "equity_swap_involved"):
            assert typed(value, text_of(element.find(f"transactionCoding/{camel(column)}"))) == value, column
        else:
            name = price if column == "transaction_price_per_share" else camel(column)
            assert typed(value, text_of(element.find(f".//{name}/value"))) == value, column


def table_rows(filing: tables.Filing, kind: str) -> list[object]:
    rows = [*getattr(filing, f"{kind}_transactions"), *getattr(filing, f"{kind}_holdings")]
    assert sorted(row.row_number for row in rows) == list(range(1, len(rows) + 1))
    return sorted(rows, key=lambda row: row.row_number)


def test_every_truth_is_what_its_xml_says(archive: Archive) -> None:
    for accession_number, filing in archive.truth.items():
        root = document(archive, accession_number)
        old = filing.schema_version == "X0101"
        for kind in ("non_derivative", "derivative"):
            rows = table_rows(filing, kind)
            table = camel(f"{kind}_table")
            elements = root.findall(camel(f"{kind}_security")) if old else root.findall(f"{table}/*")
            assert len(elements) == len(rows)
            for row, element in zip(rows, elements, strict=True):
                assert old or element.tag.endswith("Transaction") == type(row).__name__.endswith("Transaction")
                check_row(row, element, "transactionValue" if old else "transactionPricePerShare")
        notes = {each.get("id"): text_of(each) for each in root.iterfind("footnotes/footnote")}
        assert notes == {note.footnote_id: note.footnote_text for note in filing.footnotes}
        assert filing.footnote_count == len(notes)
        signed = [
            (text_of(s.find("signatureName")), text_of(s.find("signatureDate"))) for s in root.iter("ownerSignature")
        ]
        assert [(name, (day or "")[:10]) for name, day in signed] == [
            (each.signature_name, str(each.signature_date)) for each in filing.signatures
        ]


def test_every_truth_has_the_owners_and_facts_of_its_xml(archive: Archive) -> None:
    for accession_number, filing in archive.truth.items():
        root = document(archive, accession_number)
        owners = root.findall("reportingOwner")
        assert filing.owner_count == len(owners) == len(filing.reporting_owners)
        for owner, element in zip(filing.reporting_owners, owners, strict=True):
            for column, name in OWNER_ELEMENTS.items():
                value = getattr(owner, column)
                assert typed(value, text_of(element.find(f"*/{name}"))) == value, name
        for column, name in FILING_ELEMENTS.items():
            value = getattr(filing, column)
            assert typed(value, text_of(root.find(name))) == value, name


FILING_ELEMENTS = {
    "schema_version": "schemaVersion",
    "form_type": "documentType",
    "period_of_report": "periodOfReport",
    "date_of_original_submission": "dateOfOriginalSubmission",
    "no_securities_owned": "noSecuritiesOwned",
    "not_subject_to_section16": "notSubjectToSection16",
    "form3_holdings_reported": "form3HoldingsReported",
    "form4_transactions_reported": "form4TransactionsReported",
    "aff10b5_one": "aff10b5One",
    "issuer_cik": "issuer/issuerCik",
    "issuer_name": "issuer/issuerName",
    "issuer_trading_symbol": "issuer/issuerTradingSymbol",
    "issuer_foreign_trading_symbol": "issuer/issuerForeignTradingSymbol",
    "remarks": "remarks",
}
OWNER_ELEMENTS = {
    "owner_cik": "rptOwnerCik",
    "owner_name": "rptOwnerName",
    "street1": "rptOwnerStreet1",
    "street2": "rptOwnerStreet2",
    "city": "rptOwnerCity",
    "state": "rptOwnerState",
    "zip_code": "rptOwnerZipCode",
    "state_description": "rptOwnerStateDescription",
    "country": "rptOwnerCountry",
    "non_us_address": "rptOwnerNonUSAddressFlag",
    "non_us_state_territory": "rptOwnerNonUSStateTerritory",
    "is_director": "isDirector",
    "is_officer": "isOfficer",
    "is_ten_percent_owner": "isTenPercentOwner",
    "is_other": "isOther",
    "officer_title": "officerTitle",
    "other_text": "otherText",
}


def test_every_submission_has_the_header_of_its_truth(archive: Archive) -> None:
    feeds = 0
    for accession_number, filing in archive.truth.items():
        head = archive.submissions[accession_number].partition(b"<DOCUMENT>")[0].decode("ascii")
        filed = re.search(r"(?:FILED AS OF DATE:\s*|<FILING-DATE>)(\d{8})", head)
        assert filed is not None
        assert filed[1] == f"{filing.filing_date:%Y%m%d}"
        accepted = re.search(r"<ACCEPTANCE-DATETIME>(\d{14})", head)
        assert (accepted and accepted[1]) == (filing.accepted_at and f"{filing.accepted_at:%Y%m%d%H%M%S}")
        feeds += head.startswith("<SUBMISSION>")
        assert filing.accepted_at is None or filing.accepted_at.utcoffset() is not None
    assert 0 < feeds < 100


def test_the_same_seed_makes_the_same_bytes(archive: Archive) -> None:
    again = generate_archive(20240102, DAYS, 2_000, holidays=[NEW_YEAR])
    assert again.submissions == archive.submissions
    assert again.rows == archive.rows
    assert again.truth == archive.truth
    assert generate_archive(1, DAYS, 20).submissions.keys() != generate_archive(2, DAYS, 20).submissions.keys()


def test_all_forms_and_schema_versions_occur_with_the_elements_they_have(archive: Archive) -> None:
    truth = archive.truth.values()
    assert {filing.form_type for filing in truth} == set(tables.OWNERSHIP_FORMS)
    assert {filing.schema_version for filing in truth} == set(VERSIONS)
    assert sum(filing.form_type == "4" for filing in truth) > 1_500
    assert all(filing.aff10b5_one is None for filing in truth if (filing.schema_version or "") < "X0407")
    for accession_number, filing in archive.truth.items():
        later = b"rptOwnerNonUSAddressFlag" in archive.submissions[accession_number]
        assert not later or (filing.schema_version or "") >= "X0607"


@pytest.mark.parametrize(
    ("what", "occurs"),
    [
        ("several owners", lambda f: (f.owner_count or 0) > 1),
        ("ten owners", lambda f: f.owner_count == 10),
        ("thirty rows", lambda f: len(f.non_derivative_transactions) == 30),
        ("no rows", lambda f: not (table_rows(f, "derivative") or table_rows(f, "non_derivative"))),
        ("two footnotes on a field", lambda f: any("," in (t.exercise_date_fn or "") for t in f.derivative_holdings)),
        (
            "a price that only a footnote gives",
            lambda f: any(
                t.transaction_price_per_share is None and t.transaction_price_per_share_fn
                for t in f.non_derivative_transactions
            ),
        ),
        ("an exercise date in a footnote", lambda f: any(t.exercise_date_fn for t in f.derivative_holdings)),
        ("a value in place of shares", lambda f: any(t.transaction_total_value for t in f.derivative_transactions)),
        ("a missing block", lambda f: any(t.direct_or_indirect_ownership is None for t in f.non_derivative_holdings)),
        ("an accented name", lambda f: not (f.reporting_owners[0].owner_name or "").isascii()),
        ("an unusual symbol", lambda f: f.issuer_trading_symbol is not None and f.ticker is None),
        ("an amendment of holdings alone", lambda f: f.form_type == "4/A" and not (
            f.non_derivative_transactions or f.derivative_transactions
        )),
    ],
)  # fmt: skip
def test_the_oddities_of_real_filings_occur(
    archive: Archive, what: str, occurs: Callable[[tables.Filing], bool]
) -> None:
    assert any(occurs(filing) for filing in archive.truth.values()), what


@pytest.mark.parametrize(
    "mark",
    [
        b"-----BEGIN PRIVACY-ENHANCED MESSAGE-----",
        b"<TYPE>EX-24\n<SEQUENCE>1",
        b"<TYPE>EX-24\n<SEQUENCE>2",
        b"<derivativeTable>\n    </derivativeTable>",
        b"<isDirector>true<",
        b"<isDirector>1<",
        b"-05:00</value>",
        b"&amp;",
        b"&#8220;",
        "“".encode(),
        b"<i>Rule 10b5-1</i>",
    ],
)
def test_the_spellings_of_real_filings_occur(archive: Archive, mark: bytes) -> None:
    assert any(mark in content for content in archive.submissions.values())


def test_amendments_amend_a_filing_of_the_same_issuer_and_owners(archive: Archive) -> None:
    assert {number for number, f in archive.truth.items() if f.form_type.endswith("/A")} == archive.amends.keys()
    assert len(archive.amends) > 50
    for amending, amended in archive.amends.items():
        later, earlier = archive.truth[amending], archive.truth[amended]
        assert later.date_of_original_submission == earlier.filing_date
        assert (later.issuer_cik, later.form_type) == (earlier.issuer_cik, f"{earlier.form_type}/A")
        assert [o.owner_cik for o in later.reporting_owners] == [o.owner_cik for o in earlier.reporting_owners]
        assert (later.filing_date or NEW_YEAR) >= (earlier.filing_date or NEW_YEAR)


def test_every_filing_is_listed_once_for_each_of_its_ciks(archive: Archive) -> None:
    listed = Counter((row.accession_number, row.cik) for rows in archive.rows.values() for row in rows)
    expected = Counter(
        (number, cik)
        for number, filing in archive.truth.items()
        for cik in {filing.issuer_cik, *(owner.owner_cik for owner in filing.reporting_owners)}
    )
    assert {key: n for key, n in listed.items() if key[0] in archive.truth} == expected
    for number, filing in archive.truth.items():
        assert filing.source_path == archive.path_of(number)
        assert archive.read(archive.path_of(number)) == archive.submissions[number]
    assert sum(len(archive.accessions(day)) for day in archive.days) == 2_000


def test_days_share_the_filings_unevenly_and_holidays_have_none(archive: Archive) -> None:
    counts = [len(archive.accessions(day)) for day in archive.days]
    assert archive.days == DAYS
    assert len(set(counts)) > 3
    assert archive.read("edgar/daily-index/2024/QTR1/master.20240101.idx") is None
    with pytest.raises(ValueError, match="2024-01-02"):
        generate_archive(1, DAYS, 5, holidays=[DAYS[0]])


@pytest.mark.parametrize("filings", [0, 1, 3, 7, 45])
def test_small_archives(filings: int) -> None:
    assert len(generate_archive(3, DAYS[:2], filings).truth) == filings

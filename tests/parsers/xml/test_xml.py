"""Handwritten ownership XML: what real filings do, one thing at a time."""

from datetime import date
from decimal import Decimal

import pytest

from form4lake.parsers import PARSER_VERSION, NotAnOwnershipFiling, ParseIssue, parse_submission
from form4lake.tests.builders.xml_documents import SIGNED, amounts, document, issues, read, trade


def test_an_empty_document_is_a_filing() -> None:
    filing = read("")
    assert (filing.form_type, filing.owner_count, filing.footnote_count, filing.parse_issues) == ("4", 0, 0, [])
    assert (filing.source_format, filing.parse_mode, filing.parser_version) == ("xml", "strict", PARSER_VERSION)
    assert (filing.accession_number, filing.source_path, filing.filing_date) == ("", None, None)


def test_rows_without_their_blocks_are_kept() -> None:
    filing = read(
        "<nonDerivativeTable><nonDerivativeTransaction/><nonDerivativeHolding/><nonDerivativeTransaction/>"
        "</nonDerivativeTable><derivativeTable><derivativeHolding/><derivativeTransaction/></derivativeTable>"
    )
    assert [row.row_number for row in filing.non_derivative_transactions] == [1, 3]
    assert [row.row_number for row in filing.non_derivative_holdings] == [2]
    assert [row.row_number for row in filing.derivative_holdings] == [1]
    assert [row.row_number for row in filing.derivative_transactions] == [2]
    assert filing.non_derivative_transactions[0].transaction_shares is None
    assert filing.parse_issues == []


@pytest.mark.parametrize("tables", ["", "<nonDerivativeTable/><derivativeTable></derivativeTable>"])
def test_no_tables_and_empty_ones(tables: str) -> None:
    filing = read(tables)
    assert filing.non_derivative_transactions == filing.derivative_holdings == filing.parse_issues == []


def test_footnotes_on_a_field_and_on_the_coding() -> None:
    notes = "".join(f'<footnote id="F{n}">Note {n}.</footnote>' for n in range(1, 6))
    row = read(
        trade(
            '<transactionDate><footnoteId id="F3"/><value>2024-01-02</value><footnoteId id="F1"/></transactionDate>'
            '<transactionCoding><transactionCode>P</transactionCode><footnoteId id="F2"/><footnoteId id="F5"/>'
            '</transactionCoding><transactionAmounts><transactionPricePerShare><footnoteId id="F4"/>'
            "</transactionPricePerShare></transactionAmounts>"
        )
        + f"<footnotes>{notes}</footnotes>"
    ).non_derivative_transactions[0]
    assert (row.transaction_date, row.transaction_date_fn) == (date(2024, 1, 2), "F3,F1")
    assert (row.transaction_code, row.transaction_coding_fn) == ("P", "F2,F5")
    assert (row.transaction_price_per_share, row.transaction_price_per_share_fn) == (None, "F4")


def test_rows_of_x0101_are_sorted_by_what_they_hold() -> None:
    """The structure of 0001233883-03-000002: rows under the root, the price called transactionValue."""
    filing = read(
        "<nonDerivativeSecurity><securityTitle><value>Common</value></securityTitle><transactionAmounts>"
        "<transactionShares><value>3100</value></transactionShares><transactionValue><value>3.8</value>"
        "</transactionValue></transactionAmounts></nonDerivativeSecurity>"
        "<nonDerivativeSecurity><securityTitle><value>Held</value></securityTitle></nonDerivativeSecurity>"
        "<derivativeSecurity><transactionDate><value>2003-06-09</value></transactionDate></derivativeSecurity>",
        header="<schemaVersion>X0101</schemaVersion><documentType>4</documentType>",
    )
    (row,) = filing.non_derivative_transactions
    assert (row.row_number, row.transaction_shares, row.transaction_price_per_share) == (1, 3100, Decimal("3.8"))
    assert [(each.row_number, each.security_title) for each in filing.non_derivative_holdings] == [(2, "Held")]
    assert [each.transaction_date for each in filing.derivative_transactions] == [date(2003, 6, 9)]
    assert issues(filing) == []


def test_a_typed_and_doubtful_amount_is_flagged_with_its_text() -> None:
    filing = read(amounts("<value> $1,250 </value>"))
    assert filing.non_derivative_transactions[0].transaction_shares == 1250
    assert issues(filing) == [("non_derivative_transactions", 1, "transaction_shares", " $1,250 ")]


def test_an_amount_that_is_none_is_flagged_with_its_text() -> None:
    filing = read(amounts("<value>1e5</value>"))
    assert filing.non_derivative_transactions[0].transaction_shares is None
    assert issues(filing) == [("non_derivative_transactions", 1, "transaction_shares", "1e5")]


def test_a_flag_that_is_none_is_flagged() -> None:
    filing = read("<aff10b5One>yes</aff10b5One><notSubjectToSection16>TRUE</notSubjectToSection16>")
    assert (filing.aff10b5_one, filing.not_subject_to_section16) == (None, True)
    assert issues(filing) == [("filings", None, "aff10b5_one", "yes")]


@pytest.mark.parametrize(
    ("filed", "flagged"),
    [
        ("0022-01-02", True),
        ("1933-12-31", True),
        ("1934-01-01", False),
        ("2025-01-03", False),
        ("2025-01-04", True),
        ("2035-01-02", True),
        ("9999-12-31", True),
    ],
)
def test_implausible_dates_of_events_are_kept_and_flagged(filed: str, flagged: bool) -> None:
    filing = read(trade(f"<transactionDate><value>{filed}</value></transactionDate>") + SIGNED)
    assert filing.non_derivative_transactions[0].transaction_date == date.fromisoformat(filed)
    assert issues(filing) == [("non_derivative_transactions", 1, "transaction_date", filed)] * flagged


@pytest.mark.parametrize(("expires", "flagged"), [("2064-01-01", False), ("2200-01-01", True), ("0024-01-01", True)])
def test_expiration_may_be_decades_ahead(expires: str, flagged: bool) -> None:
    row = f"<expirationDate><value>{expires}</value></expirationDate>"
    filing = read(f"<derivativeTable><derivativeHolding>{row}</derivativeHolding></derivativeTable>{SIGNED}")
    assert filing.derivative_holdings[0].expiration_date == date.fromisoformat(expires)
    assert len(filing.parse_issues) == flagged


def test_unknown_elements_are_never_silent() -> None:
    filing = read(
        "<script>x()</script><issuer><issuerCik>1</issuerCik><issuerLei>L</issuerLei></issuer>"
        "<nonDerivativeTable><other>a</other><nonDerivativeHolding><exerciseDate><value>2024-01-01</value>"
        "</exerciseDate><securityTitle><value>S</value><extra/></securityTitle></nonDerivativeHolding>"
        "</nonDerivativeTable><footnotes><note>n</note></footnotes>"
    )
    assert issues(filing) == [
        ("filings", None, None, "x()"),
        ("filings", None, None, "L"),
        ("filings", None, None, "a"),
        ("non_derivative_holdings", 1, None, "2024-01-01"),
        ("non_derivative_holdings", 1, None, None),
        ("footnotes", None, None, "n"),
    ]
    assert filing.non_derivative_holdings[0].security_title == "S"


def test_text_outside_of_values_is_never_silent() -> None:
    filing = read(
        trade("<securityTitle>one<value>S</value>two</securityTitle>three<ownershipNature>four</ownershipNature>")
        + "five<issuer>six</issuer>"
    )
    assert sorted(each.raw_value or "" for each in filing.parse_issues) == [
        "five",
        "four",
        "one",
        "six",
        "three",
        "two",
    ]


def test_of_two_elements_for_one_column_the_first_is_kept_and_the_second_flagged() -> None:
    filing = read(
        "<remarks>a</remarks><remarks>b</remarks><issuer><issuerCik>1</issuerCik></issuer>"
        "<issuer><issuerCik>2</issuerCik></issuer>"
        + trade(
            "<securityTitle><value>c</value><value>d</value></securityTitle><securityTitle><value>e</value></securityTitle>"
        )
    )
    assert (filing.remarks, filing.issuer_cik) == ("a", 1)
    assert filing.non_derivative_transactions[0].security_title == "c"
    assert [each.raw_value for each in filing.parse_issues] == ["b", "2", "d", "e"]


def test_groups_of_different_rows_are_not_duplicates() -> None:
    row = "<transactionCoding><transactionCode>P</transactionCode></transactionCoding>"
    rows = f"<nonDerivativeTransaction>{row}</nonDerivativeTransaction>" * 2
    filing = read(f"<nonDerivativeTable>{rows}</nonDerivativeTable>")
    assert [each.transaction_code for each in filing.non_derivative_transactions] == ["P", "P"]
    assert filing.parse_issues == []


def test_two_tables_and_a_row_in_the_wrong_one_lose_nothing() -> None:
    table = "<nonDerivativeTable><nonDerivativeHolding/><derivativeHolding/></nonDerivativeTable>"
    filing = read(table * 2)
    assert [row.row_number for row in filing.non_derivative_holdings] == [1, 2]
    assert [row.row_number for row in filing.derivative_holdings] == [1, 2]
    assert len(filing.parse_issues) == 3


def test_footnote_markup_is_flattened_with_the_blanks_between() -> None:
    filing = read(
        '<footnotes><footnote id="F1"><b>Sold</b> <i>under</i> H<sub>2</sub>O &amp; a<br/>plan\n  of <!-- x -->2023'
        '</footnote><footnote id="F2"> &#8220;A&#8221; <![CDATA[<B>]]> </footnote></footnotes>'
    )
    texts = [each.footnote_text for each in filing.footnotes]
    assert texts == ["Sold under H2O & a plan of 2023", "\u201cA\u201d <B>"]
    assert filing.parse_issues == []


def test_doubtful_footnotes_are_flagged() -> None:
    filing = read(
        amounts('<value>1</value><footnoteId id="F9"/><footnoteId/>')
        + '<footnotes><footnote id="F1">a</footnote><footnote id="F1">b</footnote><footnote>c</footnote></footnotes>'
    )
    assert filing.non_derivative_transactions[0].transaction_shares_fn == "F9"
    assert [(each.footnote_id, each.footnote_text) for each in filing.footnotes] == [("F1", "a"), ("", "c")]
    assert filing.footnote_count == 2
    assert [each.raw_value for each in filing.parse_issues] == [None, "b", "c", "F9"]


def test_markup_inside_a_value_is_flagged_and_its_text_kept() -> None:
    filing = read("<issuer><issuerName>A<b>B</b>C</issuerName></issuer>")
    assert filing.issuer_name == "ABC"
    assert issues(filing) == [("filings", None, None, "B")]


def test_comments_and_processing_instructions_do_not_cut_a_text() -> None:
    filing = read("<issuer><issuerName>One<!-- 1 --> Two<?pi?> Three</issuerName></issuer>")
    assert (filing.issuer_name, filing.parse_issues) == ("One Two Three", [])


def test_known_elements_that_are_not_kept_are_no_issue() -> None:
    filing = read(
        "<reportingOwner><reportingOwnerId><rptOwnerCik>7</rptOwnerCik><rptOwnerCcc>x</rptOwnerCcc></reportingOwnerId>"
        "<reportingOwnerAddress><rptOwnerGoodAddress>1</rptOwnerGoodAddress></reportingOwnerAddress></reportingOwner>"
    )
    assert filing.reporting_owners[0].owner_cik == 7
    assert filing.parse_issues == []


def test_elements_since_x0607() -> None:
    filing = read(
        "<issuer><issuerForeignTradingSymbol>7203</issuerForeignTradingSymbol></issuer><reportingOwner>"
        "<reportingOwnerAddress><rptOwnerNonUSAddressFlag>true</rptOwnerNonUSAddressFlag>"
        "<rptOwnerNonUSStateTerritory>Aichi</rptOwnerNonUSStateTerritory><rptOwnerCountry>M0</rptOwnerCountry>"
        "</reportingOwnerAddress></reportingOwner>"
    )
    owner = filing.reporting_owners[0]
    assert (owner.non_us_address, owner.non_us_state_territory, owner.country) == (True, "Aichi", "M0")
    assert filing.issuer_foreign_trading_symbol == "7203"


@pytest.mark.parametrize(
    ("encoding", "written"),
    [("UTF-8", "utf-8"), ("ISO-8859-1", "latin-1"), ("windows-1252", "cp1252"), ("utf-16", "utf-16")],
)
def test_declared_encodings_are_honoured(encoding: str, written: str) -> None:
    text = document("<remarks>Société £</remarks>", declaration=f'<?xml version="1.0" encoding="{encoding}"?>')
    filing = parse_submission(text.encode(written))
    assert (filing.remarks, filing.parse_issues) == ("Société £", [])


@pytest.mark.parametrize(
    "declaration", ["", '<?xml version="1.0" encoding="us-ascii"?>', '<?xml version="1.0" encoding="x"?>']
)
def test_bytes_that_are_not_utf8_are_read_as_windows_1252_and_flagged(declaration: str) -> None:
    filing = parse_submission(document("<remarks>don\u2019t</remarks>", declaration=declaration).encode("cp1252"))
    assert filing.remarks == "don\u2019t"
    assert [each.table_name for each in filing.parse_issues] == ["filings"]


def test_a_byte_order_mark_is_no_problem() -> None:
    assert parse_submission(b"\xef\xbb\xbf" + document("").encode()).parse_issues == []


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (document("", header="<documentType>8-K</documentType>"), "form type 8-K"),
        (document("", header=""), "neither the XML nor a header says which form type it is"),
        (document("<remarks>a"), "XML is not well formed: Opening and ending tag mismatch: remarks line 2"),
        (document("<remarks>AT&T</remarks>"), "XML is not well formed: "),
        (document("<remarks>&nbsp;</remarks>"), "XML is not well formed: Entity 'nbsp' not defined"),
        (document("<remarks>\0</remarks>"), "XML is not well formed: "),
        (document("<remarks>\x08</remarks>"), "XML is not well formed: "),
        (document("<a>" * 300 + "</a>" * 300), "XML is not well formed: Excessive depth"),
        ('<?xml version="1.0"?><a><ownershipDocument/></a>', "XML whose root element is a"),
        ("<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]>" + document("<remarks>&b;</remarks>", declaration=""),
         "XML with a document type declaration, which no ownership form has"),
        (document("<remarks>" + "x" * 9_000_000 + "</remarks>"), "XML of 9,0"),
        (document("<nonDerivativeHolding/>" * 32_768), "more than 32,767 rows in nonDerivativeTable"),
    ],
    ids=range(12),
)  # fmt: skip
def test_refused_with_the_reason(raw: str, reason: str) -> None:
    with pytest.raises(NotAnOwnershipFiling) as refusal:
        parse_submission(raw.encode(), source_path="edgar/data/1/x.txt")
    assert refusal.value.reason.startswith(reason)
    assert str(refusal.value).startswith("edgar/data/1/x.txt: ")


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(NotAnOwnershipFiling, match=r"neither in UTF-8 nor in windows-1252"):
        parse_submission(document("<remarks>\x81</remarks>").encode("latin-1"))


def test_issues_are_records_of_the_lake() -> None:
    assert all(isinstance(each, ParseIssue) and each.reason for each in read("<x/>").parse_issues)

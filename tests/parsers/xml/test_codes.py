"""Handwritten ownership XML: codes that the specification lists, and footnote ids in odd places."""

import pytest

from form4lake.parsers import parse_submission
from form4lake.tests.builders.xml_documents import amounts, issues, read, trade

CODED = (
    "<transactionCoding><transactionFormType>{form}</transactionFormType><transactionCode>{code}</transactionCode>"
    "</transactionCoding><transactionTimeliness><value>{timely}</value></transactionTimeliness><transactionAmounts>"
    "<transactionAcquiredDisposedCode><value>{side}</value></transactionAcquiredDisposedCode></transactionAmounts>"
    "<ownershipNature><directOrIndirectOwnership><value>{held}</value></directOrIndirectOwnership></ownershipNature>"
)
USUAL = {"form": "4", "code": "P", "timely": "L", "side": "A", "held": "D"}
CODE_COLUMNS = {
    "form": "transaction_form_type",
    "code": "transaction_code",
    "timely": "transaction_timeliness",
    "side": "transaction_acquired_disposed_code",
    "held": "direct_or_indirect_ownership",
}


@pytest.mark.parametrize(
    ("which", "filed", "kept"),
    [
        ("form", "5", True), ("form", "3", True), ("form", "4 S 0", False), ("form", "6", False),
        ("code", "W", True), ("code", "p", True), ("code", "P/K", True), ("code", "K", True), ("code", "A 0", False),
        ("code", "B", False), ("code", "PS", False), ("code", "S 2024-01-02", False),
        ("timely", "E", True), ("timely", "on time", False), ("timely", "e", False),
        ("side", "D", True), ("side", "A D", False), ("side", "X", False),
        ("held", "I", True), ("held", "D I", False), ("held", "Direct", False),
    ],
)  # fmt: skip
def test_codes_that_no_list_has_are_null_with_their_text(which: str, filed: str, kept: bool) -> None:
    filing = read(trade(CODED.format(**{**USUAL, which: filed})))
    column = CODE_COLUMNS[which]
    row = filing.non_derivative_transactions[0]
    assert getattr(row, column) == (filed if kept else None)
    assert [CODE_COLUMNS[name] for name in USUAL if getattr(row, CODE_COLUMNS[name]) is None] == [column] * (not kept)
    unread = [each for each in issues(filing) if not kept or each[2] != column]
    assert unread == [("non_derivative_transactions", 1, column, filed)] * (not kept)


@pytest.mark.parametrize(
    ("element", "filed", "column", "kept"),
    [
        ("State", "CA", "state", True), ("State", "1A", "state", True), ("State", "WA 98052-6399", "state", False),
        ("State", "California", "state", False), ("ZipCode", "M5J 2T3", "zip_code", True),
        ("ZipCode", "98052-6399", "zip_code", True), ("ZipCode", "98052-6399 WASHINGTON", "zip_code", False),
        ("ZipCode", "10001<", "zip_code", False),
    ],
)  # fmt: skip
def test_states_and_postal_codes(element: str, filed: str, column: str, kept: bool) -> None:
    text = filed.replace("<", "&lt;")
    filing = read(
        f"<reportingOwner><reportingOwnerAddress><rptOwner{element}>{text}</rptOwner{element}></reportingOwnerAddress>"
        "</reportingOwner>"
    )
    assert getattr(filing.reporting_owners[0], column) == (filed if kept else None)
    assert issues(filing) == [("reporting_owners", 1, column, filed)] * (not kept)


def test_a_version_and_a_form_type_that_are_none() -> None:
    filing = parse_submission(
        b"<SEC-DOCUMENT>x\nCONFORMED SUBMISSION TYPE:\t4/A\n<DOCUMENT><TYPE>4/A<TEXT><XML><ownershipDocument>"
        b"<schemaVersion>X0508 4</schemaVersion><documentType>4 2024-01-02</documentType></ownershipDocument></XML>"
    )
    assert (filing.schema_version, filing.form_type) == (None, "4/A")
    assert [each[2:] for each in issues(filing)] == [("schema_version", "X0508 4"), ("form_type", "4 2024-01-02")]


def test_elements_of_the_form_inside_a_text_are_never_merged_with_it() -> None:
    code = "<transactionCode>A<equitySwapInvolved>0</equitySwapInvolved></transactionCode>"
    filing = read(trade(f"<transactionCoding>{code}</transactionCoding>"))
    row = filing.non_derivative_transactions[0]
    assert (row.transaction_code, row.equity_swap_involved) == (None, None)
    assert issues(filing) == [("non_derivative_transactions", 1, None, "A0")]


NOTES = "<footnotes>" + "".join(f'<footnote id="F{n}">Note.</footnote>' for n in range(1, 4)) + "</footnotes>"
SHARES = "<transactionShares><value>5</value></transactionShares>"
PRICE = '<transactionPricePerShare><value>1</value><footnoteId id="F2"/></transactionPricePerShare>'


@pytest.mark.parametrize(
    ("row", "column", "ids"),
    [
        (f'<transactionAmounts>{SHARES}<footnoteId id="F1"/>{PRICE}</transactionAmounts>',
         "transaction_shares_fn", "F1"),
        (f'<transactionAmounts>{SHARES}{PRICE}<footnoteId id="F1"/></transactionAmounts>',
         "transaction_price_per_share_fn", "F2,F1"),
        (f'<transactionAmounts><footnoteId id="F1"/>{PRICE}</transactionAmounts>',
         "transaction_price_per_share_fn", "F1,F2"),
        ('<ownershipNature><footnoteId id="F1"/></ownershipNature>', "direct_or_indirect_ownership_fn", "F1"),
        ('<securityTitle><value>S<footnoteId id="F1"/></value></securityTitle>', "security_title_fn", "F1"),
        ('<transactionCoding><transactionCode>P<footnoteId id="F1"/></transactionCode></transactionCoding>',
         "transaction_coding_fn", "F1"),
        (f'<transactionAmounts>{SHARES}</transactionAmounts><footnoteId id="F1"/>',
         "transaction_acquired_disposed_code_fn", "F1"),
        ('<footnoteId id="F1"/><securityTitle><value>S</value></securityTitle>', "security_title_fn", "F1"),
    ],
)  # fmt: skip
def test_a_misplaced_footnote_id_goes_to_the_nearest_field(row: str, column: str, ids: str) -> None:
    filing = read(trade(row) + NOTES)
    [kept] = filing.non_derivative_transactions
    assert getattr(kept, column) == ids
    assert issues(filing) == [("non_derivative_transactions", 1, column, "F1")]
    assert kept.security_title in ("S", None)
    assert kept.transaction_code in ("P", None)


def test_a_misplaced_footnote_id_without_a_field_is_in_the_issue() -> None:
    filing = read(
        '<issuer><issuerName>One<footnoteId id="F1"/></issuerName></issuer><nonDerivativeTable><nonDerivativeHolding>'
        '<exerciseDate><value>2024-01-01</value><footnoteId id="F2"/></exerciseDate></nonDerivativeHolding>'
        f'<footnoteId id="F3"/></nonDerivativeTable>{NOTES}'
    )
    assert filing.issuer_name == "One"
    assert [each.raw_value for each in filing.parse_issues] == ["F1", "2024-01-01 F2", "F3"]


def test_a_line_break_inside_the_id_of_a_footnote_is_removed() -> None:
    notes = '<footnotes><footnote id="F\r\n1">A</footnote></footnotes>'
    filing = read(amounts('<value>1</value><footnoteId id="F\n1"/>') + notes)
    assert filing.non_derivative_transactions[0].transaction_shares_fn == "F1"
    assert [(each.footnote_id, each.footnote_text) for each in filing.footnotes] == [("F1", "A")]
    assert [each.raw_value for each in filing.parse_issues] == ["F 1", "F 1"]

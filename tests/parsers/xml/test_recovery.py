"""XML that is not well formed: repaired and said so, or refused; never a wrong number."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from form4lake.parsers import Filing, NotAnOwnershipFiling, parse_submission

ISSUER = "<issuer><issuerCik>0000320193</issuerCik><issuerName>One</issuerName></issuer>"
OWNER = "<reportingOwner><reportingOwnerId><rptOwnerCik>7</rptOwnerCik></reportingOwnerId></reportingOwner>"
SIGNED = "<ownerSignature><signatureName>/s/ A</signatureName></ownerSignature>"
SAID = "the XML is not well formed: "


def row(shares: str = "5", price: str = "4.48") -> str:
    return (
        "<nonDerivativeTransaction><securityTitle><value>Common</value></securityTitle><transactionAmounts>"
        f"<transactionShares><value>{shares}</value></transactionShares><transactionPricePerShare><value>{price}</value>"
        "</transactionPricePerShare></transactionAmounts></nonDerivativeTransaction>"
    )


def document(*rows: str, notes: str = "", remarks: str = "") -> str:
    return (
        f'<?xml version="1.0"?>\n<ownershipDocument><documentType>4</documentType>{ISSUER}{OWNER}<nonDerivativeTable>'
        f"{''.join(rows)}</nonDerivativeTable><footnotes>{notes}</footnotes><remarks>{remarks}</remarks>{SIGNED}"
        "</ownershipDocument>"
    )


def recovered(text: str) -> Filing:
    filing = parse_submission(text.encode())
    assert filing.parse_mode == "recovered"
    assert (filing.issuer_cik, filing.owner_count, len(filing.signatures)) == (320193, 1, 1)
    return filing


def said(filing: Filing) -> list[tuple[str, str | None]]:
    return [
        (each.reason.removeprefix(SAID), each.raw_value) for each in filing.parse_issues if each.reason.startswith(SAID)
    ]


def wrap(text: str, at: int = 1_023, newline: str = "\n") -> str:
    return "\n".join(
        newline.join(line[start : start + at] for start in range(0, len(line), at)) or line for line in text.split("\n")
    )


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("letter", ["x", "é"])
def test_lines_wrapped_at_1023_characters_lose_nothing(newline: str, letter: str) -> None:
    tags_split = 0
    for shift in range(0, 60, 3):
        notes = "".join(f'<footnote id="F{n}">Note {n}{letter * 30}.</footnote>' for n in range(1, 60))
        text = document(row(), row("14278"), notes="\n" + " " * shift + notes)
        filing = parse_submission(wrap(text, newline=newline).encode())
        if filing.parse_mode == "strict":
            continue
        tags_split += 1
        whole = parse_submission(text.encode())
        assert filing.footnotes == whole.footnotes
        assert filing.non_derivative_transactions == whole.non_derivative_transactions
        [issue] = filing.parse_issues
        what = "the XML is hard-wrapped: a line broken at 1,023 characters was joined to the next"
        assert (issue.reason.split(" (")[0], issue.raw_value) == (what, None)
    assert tags_split > 5


def test_lines_wrapped_at_1023_bytes() -> None:
    notes = '<footnote id="F1">' + "é" * 500 + '</footnote><footnote id="F2">x</footnote>'
    start = (data := document(notes="\n" + notes).encode()).index(b'<footnote id="F1"')
    filing = parse_submission(data[: start + 1_023] + b"\n" + data[start + 1_023 :])
    assert (filing.parse_mode, filing.footnotes) == ("recovered", parse_submission(data).footnotes)


@pytest.mark.parametrize(
    ("filed", "read", "what"),
    [
        ("AT&T and P&L; R&D", "AT&T and P&L; R&D", "a bare & was read as text (3 times)"),
        ("a < b", "a < b", "a < that begins no tag was read as text"),
        ("<5% of x", "<5% of x", "a < that begins no tag was read as text"),
        ("if price <Trigger then", "if price <Trigger then", "a < that begins no tag was read as text"),
        ("x <= y < z>", "x <= y < z>", "a < that begins no tag was read as text (2 times)"),
        ("a\0b\x19", "a b", "a control character was read as a blank (2 times)"),
        ("a&#0;b", "a b", "a reference to no character was read as a blank"),
        ("a&#xFFFF;b", "a b", "a reference to no character was read as a blank"),
        ("a&#99999999;b", "a b", "a reference to no character was read as a blank"),
        ("a&nbsp;b", "a b", "an undeclared &nbsp; was read as HTML has it"),
        ("&eacute;", "é", "an undeclared &eacute; was read as HTML has it"),
        ("&LT;b&GT;", "<b>", None),
        ("]]>", "]]>", "a ]]> was read as text"),
        ("a<br>b", "a b", "an unclosed br was read as empty"),
        ("<![CDATA[a & b]]> & c", "a & b & c", "a bare & was read as text"),
        ("<!-- & --> & c", "& c", "a bare & was read as text"),
        ("&amp; &lt; &#233; &", "& < é &", "a bare & was read as text"),
        ("\ufffe", None, "a control character was read as a blank"),
    ],
)  # fmt: skip
def test_text_is_kept_as_meant(filed: str, read: str | None, what: str | None) -> None:
    filing = recovered(document(row(), remarks=filed))
    assert filing.remarks == read
    assert filing.non_derivative_transactions[0].transaction_shares == 5
    if what is not None:
        assert (what, None) in said(filing)


def test_bytes_that_are_no_text_in_utf8() -> None:
    data = document(row(), remarks="\u201dcut").encode().replace(b"cut", b"\x81")
    filing = parse_submission(data)
    assert (filing.parse_mode, filing.remarks) == ("recovered", "\u201d\ufffd")
    assert said(filing) == [("bytes that are not text were read as U+FFFD", None)]


@pytest.mark.parametrize(
    ("broken", "sound", "lost"),
    [
        ("<footnote id=F1>", '<footnote id="F1">', "<footnote id=F1>"),
        ("<footnote id='F1>", '<footnote id="F1">', "<footnote id='F1>"),
        ("</footnote", "</footnote>", "</footnote"),
        ("</ footnote>", "</footnote>", "</ footnote>"),
        ('<footnote id="F1" id="F1">', '<footnote id="F1">', None),
        ('<footnote xsi:nil="0" id="F1">', '<footnote id="F1">', None),
    ],
)  # fmt: skip
def test_broken_tags(broken: str, sound: str, lost: str | None) -> None:
    text = document(row(), notes='<footnote id="F1">A note.</footnote>')
    filing = recovered(text.replace(sound, broken))
    assert [(each.footnote_id, each.footnote_text) for each in filing.footnotes] == [("F1", "A note.")]
    if lost is not None:
        assert said(filing)[0] == ("a broken tag was repaired", lost)


def test_the_text_in_a_tag_that_does_not_end_is_named() -> None:
    filing = recovered(document(row(), notes='<footnote id="F1" A note.</footnote>'))
    assert [(each.footnote_id, each.footnote_text) for each in filing.footnotes] == [("F1", None)]
    assert said(filing) == [("a broken tag was repaired", '<footnote id="F1" A note.')]


def test_an_unclosed_footnote_ends_where_the_next_begins() -> None:
    notes = '<footnote id="F1">One<footnote id="F2">Two</footnote>'
    filing = recovered(document(row(), notes=notes))
    assert [each.footnote_text for each in filing.footnotes] == ["One", "Two"]
    assert said(filing) == [("the element footnote is not closed; it was read to where it must end", None)]


def test_a_number_whose_end_is_lost_is_no_number() -> None:
    filing = recovered(document(row().replace("5</value>", "5"), row()))
    assert [each.transaction_shares for each in filing.non_derivative_transactions] == [None, 5]
    assert [each.transaction_price_per_share for each in filing.non_derivative_transactions] == [Decimal("4.48")] * 2
    assert said(filing) == [("the element value is not closed; its text may be cut and was not kept", "5")]


@pytest.mark.parametrize("inside", ["14\0278", "14<278", "14&278", "14&#1;278", "14<278>", "14&nbsp;278", "1\ufffe4"])
def test_a_damaged_number_is_no_number(inside: str) -> None:
    filing = recovered(document(row(inside)))
    assert filing.non_derivative_transactions[0].transaction_shares is None
    assert [each.column_name for each in filing.parse_issues if each.column_name] == ["transaction_shares"]


def test_a_hole_ends_a_row_and_joins_no_two() -> None:
    text = document(row("14278", "6.01"), row("500", "7.5"), row("9", "8"))
    start, end = text.index("278</value>"), text.index("<nonDerivativeTransaction>", text.index("278</value>"))
    filing = recovered(text[:start] + text[end:])
    shares = [each.transaction_shares for each in filing.non_derivative_transactions]
    assert shares == [None, 500, 9]
    assert ("the element value is not closed; its text may be cut and was not kept", "14") in said(filing)


def test_what_is_around_the_document_is_named() -> None:
    filing = recovered("form4.xml " + document(row()).replace("?>\n", "?>") + " -- end & --")
    assert ("what stands after the document was dropped", "-- end & --") in said(filing)
    assert ("what stands before the document was dropped", "form4.xml") in said(filing)


def test_an_end_tag_without_its_start_is_named() -> None:
    filing = recovered(document(row(), remarks="a</b>c"))
    assert filing.remarks == "ac"
    assert said(filing) == [("an end tag without its start tag was dropped", "</b>")]


@pytest.mark.parametrize(
    ("sound", "broken", "message"),
    [
        ("<remarks>", '<remarks xsi:nil="0">', "Namespace prefix xsi for nil on remarks is not defined"),
        ("<remarks>", "<a:b/><remarks>", "Namespace prefix a on b is not defined"),
        ('version="1.0"', 'vers="1.0"', "Malformed declaration expecting version"),
        ("<remarks>", "<!-- a -- b --><remarks>", "Double hyphen within comment"),
    ],
)
def test_damage_that_loses_nothing_is_named_all_the_same(sound: str, broken: str, message: str) -> None:
    """Found by fuzzing: a filing was recovered and nothing said why."""
    [first, *_] = said(recovered(document(row(), remarks="r").replace(sound, broken)))
    assert first[0].startswith(message)
    assert first[0].endswith("; nothing that a form says was lost by it")


def test_sound_xml_is_never_recovered() -> None:
    filing = parse_submission(document(row(), remarks="x" * 3_000 + "\n" + "y" * 1_023 + "\nz").encode())
    assert (filing.parse_mode, filing.parse_issues) == ("strict", [])


def test_a_cut_document_is_refused_wherever_it_is_cut() -> None:
    text = document(row(), row("14278"), notes='<footnote id="F1">A</footnote>', remarks="r")
    start = text.index("<documentType>")
    for cut in range(start, text.index("</ownershipDocument>") + len("</ownershipDocument") - 1):
        with pytest.raises(NotAnOwnershipFiling, match=r"the XML is cut: it has no </ownershipDocument>"):
            parse_submission(text[:cut].encode())


def test_a_document_that_says_nothing_is_refused_as_before() -> None:
    with pytest.raises(NotAnOwnershipFiling, match=r"^XML is not well formed: "):
        parse_submission(b"<ownershipDocument><documentType>4</documentType><remarks>&</remarks></ownershipDocument>")


def test_real_files_with_an_ampersand_more_lose_nothing(real_edgar: Path) -> None:
    """Damage that touches no value leaves every table as it was."""
    for path in sorted((real_edgar / "xml").iterdir())[:60]:
        raw = path.read_bytes()
        whole = parse_submission(raw)
        if b"</ownershipDocument>" not in raw or whole.parse_issues:
            continue
        filing = parse_submission(raw.replace(b"</ownershipDocument>", b"<foo>AT&T</foo></ownershipDocument>"))
        assert filing.parse_mode == "recovered"
        for name in ("reporting_owners", "footnotes", "signatures", "non_derivative_transactions"):
            assert getattr(filing, name) == getattr(whole, name)
        assert filing.derivative_transactions == whole.derivative_transactions
        assert filing.derivative_holdings == whole.derivative_holdings


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="<&"), max_size=40).filter(str.strip))
def test_bare_text_comes_back_from_a_recovered_document(text: str) -> None:
    filing = parse_submission(document(row(), remarks=f"{text} & {text}").encode())
    kept = "".join(" " if each < " " or each in "\ufffe\uffff" else each for each in text)
    assert filing.remarks == (" ".join(f"{kept} & {kept}".split()))


HEADER = (
    "<SEC-DOCUMENT>x\nACCESSION NUMBER:\t\t0000320193-22-000061\nCONFORMED SUBMISSION TYPE:\t4\n"
    "CONFORMED PERIOD OF REPORT:\t20220504\nFILED AS OF DATE:\t\t20220506\n\nREPORTING-OWNER:\t\n\n"
    "\tOWNER DATA:\t\n\t\tCENTRAL INDEX KEY:\t\t\t0000000007\n\nISSUER:\t\t\n\n\tCOMPANY DATA:\t\n"
    "\t\tCENTRAL INDEX KEY:\t\t\t0000320193\n"
)
FEED = (
    "<SUBMISSION><ACCESSION-NUMBER>0000320193-22-000061<TYPE>4<PERIOD>20220504<FILING-DATE>20220506<ISSUER><CIK>0000320193"
    "</ISSUER><REPORTING-OWNER><CIK>0000000007</REPORTING-OWNER>"
)


@pytest.mark.parametrize("header", [HEADER, FEED])
@pytest.mark.parametrize("broken", [False, True])
def test_a_header_that_disagrees_is_flagged(header: str, broken: bool) -> None:
    def read(issuer: str, period: str) -> list[tuple[str | None, str | None, str]]:
        xml = document(row(), remarks="&" if broken else "").replace("0000320193", issuer)
        xml = xml.replace("<issuer>", f"<periodOfReport>{period}</periodOfReport><issuer>")
        raw = f"{header}<DOCUMENT>\n<TYPE>4\n<TEXT>\n<XML>\n{xml}\n</XML></TEXT></DOCUMENT>"
        filing = parse_submission(raw.encode())
        assert (filing.issuer_cik, filing.period_of_report) == (int(issuer), date.fromisoformat(period))
        return [(each.column_name, each.raw_value, each.reason) for each in filing.parse_issues if each.column_name]

    assert read("320193", "2022-05-04") == []
    assert read("7", "2022-05-04") == [("issuer_cik", "7", "the header's issuer is 320193")]
    assert read("320193", "2022-05-03") == [
        ("period_of_report", "2022-05-03", "the header's period of report is 2022-05-04")
    ]


FULL = (
    '<?xml version="1.0"?>\n<ownershipDocument><schemaVersion>X0508</schemaVersion><documentType>4</documentType>'
    "<issuer><issuerCik>0000320193</issuerCik><issuerName>MICROSOFT CORP</issuerName>"
    "<issuerTradingSymbol>MSFT</issuerTradingSymbol></issuer><reportingOwner><reportingOwnerId>"
    "<rptOwnerCik>7</rptOwnerCik></reportingOwnerId><reportingOwnerAddress><rptOwnerCity>REDMOND</rptOwnerCity>"
    "<rptOwnerState>WA</rptOwnerState><rptOwnerZipCode>98052-6399</rptOwnerZipCode></reportingOwnerAddress>"
    "</reportingOwner><nonDerivativeTable>"
    + "".join(
        "<nonDerivativeTransaction><securityTitle><value>Common</value></securityTitle><transactionCoding>"
        f"<transactionFormType>4</transactionFormType><transactionCode>{code}</transactionCode><equitySwapInvolved>0"
        "</equitySwapInvolved></transactionCoding><transactionAmounts><transactionShares><value>500</value>"
        '<footnoteId id="F1"/></transactionShares><transactionPricePerShare><value>17.25</value>'
        "</transactionPricePerShare></transactionAmounts></nonDerivativeTransaction>"
        for code in "AS"
    )
    + '</nonDerivativeTable><footnotes><footnote id="F1">One.</footnote><footnote id="F2">Two.</footnote></footnotes>'
    "<remarks>Exhibit 24</remarks><ownerSignature><signatureName>/s/ A</signatureName>"
    "<signatureDate>2024-01-03</signatureDate></ownerSignature></ownershipDocument>"
)


def repaired(text: str) -> Filing:
    filing = parse_submission(text.encode())
    assert filing.parse_mode == "recovered"
    return filing


@pytest.mark.parametrize(
    ("lost", "table", "row", "texts"),
    [
        ("</transactionCode>", "non_derivative_transactions", {"transaction_code": None, "equity_swap_involved": False},
         ["A"]),
        ("</transactionCode><equitySwapInvolved>", "non_derivative_transactions",
         {"transaction_code": None, "equity_swap_involved": None}, ["A0"]),
        ("</transactionFormType>", "non_derivative_transactions",
         {"transaction_form_type": None, "transaction_code": "A"}, ["4"]),
        ('</value><footnoteId id="F1"/></transactionShares><transactionPricePerShare><value>',
         "non_derivative_transactions", {"transaction_shares": None, "transaction_price_per_share": None},
         ["50017.25"]),
        ("</equitySwapInvolved></transactionCoding><transactionAmounts><transactionShares><value>",
         "non_derivative_transactions",
         {"equity_swap_involved": None, "transaction_coding_fn": None, "transaction_shares": None}, ["0500"]),
        ("</rptOwnerState>", "reporting_owners", {"state": None, "zip_code": "98052-6399"}, ["WA"]),
        ("</rptOwnerState><rptOwnerZipCode>", "reporting_owners", {"state": None, "zip_code": None}, ["WA98052-6399"]),
        ("</signatureName>", "signatures", {"signature_name": None, "signature_date": date(2024, 1, 3)}, ["/s/ A"]),
        ("</signatureName><signatureDate>", "signatures", {"signature_name": None}, ["/s/ A2024-01-03"]),
    ],
)  # fmt: skip
def test_texts_of_lost_tags_are_never_merged(lost: str, table: str, row: dict[str, object], texts: list[str]) -> None:
    assert lost in FULL
    filing = repaired(FULL.replace(lost, "", 1))
    assert {column: getattr(getattr(filing, table)[0], column) for column in row} == row
    assert [text for what, text in said(filing) if "text" in what] == texts
    assert len(filing.non_derivative_transactions) == 2


@pytest.mark.parametrize(("lost", "name", "remarks", "text"), [
    ("</issuerName>", None, "Exhibit 24", "MICROSOFT CORP"),
    ("</issuerName><issuerTradingSymbol>", None, "Exhibit 24", "MICROSOFT CORPMSFT"),
    ("</remarks><ownerSignature>", "MICROSOFT CORP", "Exhibit 24", None),
    ("</remarks><ownerSignature><signatureName>", "MICROSOFT CORP", None, "Exhibit 24/s/ A"),
])  # fmt: skip
def test_a_filings_own_texts_are_never_merged(
    lost: str, name: str | None, remarks: str | None, text: str | None
) -> None:
    filing = repaired(FULL.replace(lost, "", 1))
    assert (filing.issuer_name, filing.remarks) == (name, remarks)
    assert text is None or text in [lost for _, lost in said(filing)]


def test_a_second_title_is_of_a_row_whose_start_is_lost() -> None:
    filing = repaired(FULL.replace("</nonDerivativeTransaction><nonDerivativeTransaction>", "</x>", 1))
    assert [each.transaction_code for each in filing.non_derivative_transactions] == ["A", "S"]
    assert [each.transaction_shares for each in filing.non_derivative_transactions] == [500, 500]


def test_a_footnote_in_which_another_may_begin_is_not_kept() -> None:
    filing = repaired(FULL.replace('</footnote><footnote id="F2">', "", 1).replace("</footnote>", "", 1))
    assert [each.footnote_id for each in filing.footnotes if each.footnote_text] == []
    assert "One.Two." in [text for _, text in said(filing)]


def test_the_start_of_an_element_that_is_misspelt_ends_a_text_too() -> None:
    filing = repaired(FULL.replace("</rptOwnerState><rptOwnerZipCode>", "<rptOwnerZxpCode>", 1))
    [owner] = filing.reporting_owners
    assert (owner.city, owner.state, owner.zip_code) == ("REDMOND", None, None)


@pytest.mark.parametrize("header", [HEADER, FEED])
@pytest.mark.parametrize("broken", [False, True])
def test_the_headers_issuer_is_taken_where_the_xml_has_none(header: str, broken: bool) -> None:
    for cik in ("", "<issuerCik></issuerCik>", "<issuerCik>n/a</issuerCik>"):
        xml = document(row(), remarks="&" if broken else "").replace("<issuerCik>0000320193</issuerCik>", cik)
        filing = parse_submission(
            f"{header}<DOCUMENT>\n<TYPE>4\n<TEXT>\n<XML>\n{xml}\n</XML></TEXT></DOCUMENT>".encode()
        )
        assert filing.issuer_cik == 320193
        assert ("320193", "the XML has no CIK of an issuer; the header's was taken") in [
            (each.raw_value, each.reason) for each in filing.parse_issues if each.column_name == "issuer_cik"
        ]


@pytest.mark.parametrize("header", [HEADER, FEED])
@pytest.mark.parametrize(("cik", "said"), [("0000000007", []), ("8", [("8", "the header's reporting owners are 7")])])
def test_owners_that_are_not_the_headers_are_flagged(header: str, cik: str, said: list[tuple[str, str]]) -> None:
    xml = document(row()).replace("<rptOwnerCik>7<", f"<rptOwnerCik>{cik}<")
    filing = parse_submission(f"{header}<DOCUMENT>\n<TYPE>4\n<TEXT>\n<XML>\n{xml}\n</XML></TEXT></DOCUMENT>".encode())
    assert [each.owner_cik for each in filing.reporting_owners] == [int(cik)]
    assert [(each.raw_value, each.reason) for each in filing.parse_issues] == said


def test_every_owner_of_the_header_is_compared() -> None:
    second = HEADER.replace("ISSUER:", "REPORTING-OWNER:\t\n\t\tCENTRAL INDEX KEY:\t\t\t0000000009\n\nISSUER:")
    filing = parse_submission(f"{second}<DOCUMENT><TYPE>4<TEXT><XML>{document(row())}</XML></TEXT></DOCUMENT>".encode())
    assert [each.reason for each in filing.parse_issues] == ["the header's reporting owners are 7, 9"]

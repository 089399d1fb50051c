"""The quick way through a document gives what the slow one gives, or leaves the document to it."""

import random
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from form4lake.parsers import NotAnOwnershipFiling, parse_submission
from form4lake.parsers.header import Header
from form4lake.parsers.xml import quick as xml_quick
from form4lake.parsers.xml import recovery
from form4lake.replica import business_days, generate_archive

XML = re.compile(rb"<\?xml.*</ownershipDocument>", re.DOTALL)
TOKEN = re.compile(rb"<[^<>]*>|[^<>]+")
PATH = "edgar/data/1/0000000001-24-000001.txt"
DOCUMENT = b"""<?xml version="1.0"?>
<ownershipDocument>

    <schemaVersion>X0508</schemaVersion>
    <documentType>4</documentType>
    <periodOfReport>2024-01-02</periodOfReport>
    <issuer>
        <issuerCik>0000000002</issuerCik>
        <issuerName>A &amp; B</issuerName>
        <issuerTradingSymbol>AB</issuerTradingSymbol>
    </issuer>
    <reportingOwner>
        <reportingOwnerId><rptOwnerCik>3</rptOwnerCik><rptOwnerName>Roe J</rptOwnerName></reportingOwnerId>
        <reportingOwnerAddress><rptOwnerStreet2></rptOwnerStreet2><rptOwnerState>NY</rptOwnerState>
        </reportingOwnerAddress>
        <reportingOwnerRelationship><isDirector>true</isDirector></reportingOwnerRelationship>
    </reportingOwner>
    <aff10b5One>0</aff10b5One>
    <nonDerivativeTable>
        <nonDerivativeTransaction>
            <securityTitle><value>Common</value></securityTitle>
            <transactionDate><value>2024-01-02</value><footnoteId id="F2"/></transactionDate>
            <transactionCoding>
                <transactionFormType>4</transactionFormType><transactionCode>P</transactionCode>
                <equitySwapInvolved>0</equitySwapInvolved><footnoteId id="F1"/><footnoteId id="F2" />
            </transactionCoding>
            <transactionAmounts>
                <transactionShares><value>1250.5</value></transactionShares>
                <transactionPricePerShare><footnoteId id="F1"/></transactionPricePerShare>
                <transactionAcquiredDisposedCode><value>A</value></transactionAcquiredDisposedCode>
            </transactionAmounts>
            <ownershipNature><directOrIndirectOwnership><value>D</value></directOrIndirectOwnership></ownershipNature>
        </nonDerivativeTransaction>
        <nonDerivativeHolding><securityTitle><value>Other</value></securityTitle></nonDerivativeHolding>
    </nonDerivativeTable>
    <derivativeTable>
        <derivativeHolding>
            <securityTitle><value>Option</value></securityTitle>
            <conversionOrExercisePrice><value>4.48</value></conversionOrExercisePrice>
            <exerciseDate><footnoteId id="F1"/></exerciseDate>
            <expirationDate><value>2034-01-02</value></expirationDate>
        </derivativeHolding>
    </derivativeTable>
    <footnotes>
        <footnote id="F1">One "quoted" and &quot;escaped&quot; note
            with a ]] and a &gt;, of more than sixty-four letters.</footnote>
        <footnote id="F2">Two
            lines</footnote>
    </footnotes>
    <remarks>None</remarks>
    <ownerSignature><signatureName>/s/ J</signatureName><signatureDate>2024-01-03</signatureDate></ownerSignature>
</ownershipDocument>
"""


def result(raw: bytes) -> str:
    try:
        return repr(parse_submission(raw, source_path=PATH))
    except NotAnOwnershipFiling as refusal:
        return f"refused: {refusal.reason}"


def slow_result(raw: bytes) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recovery, "read_text", lambda _text, _header: None)
        return result(raw)


def is_quick(xml: bytes) -> bool:
    return xml_quick.read_text(xml.decode(), Header()) is not None


@pytest.fixture(scope="module")
def replica_filings() -> list[bytes]:
    archive = generate_archive(5, business_days(date(2024, 1, 2), 3), 150)
    raws = [archive.read(archive.path_of(number)) or b"" for day in archive.days for number in archive.accessions(day)]
    return [raw for raw in raws if XML.search(raw)]


def test_nearly_all_filings_take_it_and_come_out_the_same(replica_filings: list[bytes]) -> None:
    quick = 0
    for raw in replica_filings:
        assert result(raw) == slow_result(raw)
        match = XML.search(raw)
        quick += match is not None and is_quick(match[0])
    assert quick > 0.9 * len(replica_filings) > 50


def test_nearly_all_real_filings_take_it_and_come_out_the_same(real_edgar: Path) -> None:
    paths = [path for folder in ("xml", "submissions", "misc") for path in sorted((real_edgar / folder).iterdir())]
    quick = []
    for path in paths:
        raw = path.read_bytes()
        assert result(raw) == slow_result(raw), path.name
        if path.parent.name == "xml":
            quick.append(is_quick(raw))
    assert sum(quick) > 0.95 * len(quick)


TITLE = "<securityTitle><value>Common</value></securityTitle>"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", ""),
        ('<?xml version="1.0"?>\n', ""),
        ('"1.0"', '"1.0" encoding="UTF-8" standalone="yes" '),
        ("\n", "\r\n"),
        ("\n", "\t\n"),
        ("<remarks>None</remarks>", ""),
        ("<remarks>None</remarks>", "<remarks/>"),
        ("<remarks>None</remarks>", "<remarks />"),
        ("<value>Option</value>", "<value></value>"),
        ("<value>Option</value>", "<value/>"),
        ("<value>Option</value>", ""),
        ("<value>Option</value>", "<value> \t</value>"),
        ("Roe J", "Ro\u00e9\u00a0 J\u2028 "),
        ("Roe J", "&lt;&apos;&amp;lt;&gt;"),
        ("Roe J", "&#8217;&#x2019;&#13;&#160;"),
        ("<securityTitle><value>Option</value></securityTitle>", "<securityTitle/>"),
        ("<securityTitle><value>Option</value></securityTitle>", ""),
        ("<nonDerivativeHolding>", "<nonDerivativeHolding/><nonDerivativeTransaction/><nonDerivativeHolding>"),
        ("</derivativeTable>", "<derivativeTransaction></derivativeTransaction></derivativeTable>"),
        (re.search("<derivativeTable>.*</derivativeTable>", DOCUMENT.decode(), re.DOTALL)[0], "<derivativeTable/>"),
    ],
)
def test_documents_that_take_it(old: str, new: str) -> None:
    raw = DOCUMENT.decode().replace(old, new).encode()
    assert is_quick(raw)
    assert result(raw) == slow_result(raw)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"1.0"', '"1.1"'),
        ('"1.0"', '"1.0" encoding="utf-16"'),
        ('"1.0"', '"1.0" standalone="maybe"'),
        ("<?xml", "\ufeff<?xml"),
        ("<ownershipDocument>", '<ownershipDocument xmlns="urn:x">'),
        ("<ownershipDocument>", "<!DOCTYPE a><ownershipDocument>"),
        ("<derivativeTable>", '<derivativeTable xmlns:x="urn:x">'),
        ("<securityTitle>", "<!-- comment --><securityTitle>"),
        ("Common", "<![CDATA[Common]]>"),
        ("Common", "<b>Common</b>"),
        ("Common", "a ]]> b"),
        ("Common", "a & b"),
        ("Common", "&nbsp;"),
        ("Common", "&#xd800;"),
        ("Common", "&#9999999;"),
        ("Common", "a\x0bb"),
        ("Common", "a\ufffeb"),
        ("Common", "a\x00b"),
        ("Two", "\x1f"),
        ("Two", "&#0;"),
        ("Two", "<br/>"),
        ("1250.5", "1,250"),
        ("1250.5", "$1.5"),
        ("1250.5", "1e5"),
        ("1250.5", "1.23456"),
        ("1250.5", "9" * 70),
        ("2024-01-02</value>", "2023-02-29</value>"),
        ("2024-01-02</value>", "1933-12-31</value>"),
        ("2024-01-02</value>", "2025-01-04</value>"),
        ("2034-01-02", "2234-01-02"),
        ("true", "yes"),
        (TITLE, TITLE + TITLE),
        (TITLE, TITLE + "stray"),
        (TITLE, TITLE + "<unknown/>"),
        (TITLE, "<securityTitle ><value>Common</value></securityTitle>\u00a0"),
        ("<value>Common</value>", "<value>Common</value><value>x</value>"),
        ('<footnoteId id="F2" />', '<footnoteId id="F9"/>'),
        ('<footnoteId id="F2" />', '<footnoteId id="F1,F2"/>'),
        ('<footnoteId id="F2" />', '<footnoteId id="F2">x</footnoteId>'),
        ('<footnoteId id="F2" />', "<footnoteId/>"),
        ('<footnote id="F2">', '<footnote id="F1">'),
        ("<footnote id=", "<footnote name="),
        ("</footnotes>", "</footnotes><footnotes/>"),
        ("</derivativeTable>", "<nonDerivativeHolding/></derivativeTable>"),
        ("</derivativeTable>", "<derivativeSecurity/></derivativeTable>"),
        ("</derivativeTable>", "</nonDerivativeTable>"),
        ("</ownershipDocument>", ""),
        ("</ownershipDocument>", "</ownershipDocument><x/>"),
    ],
)
def test_documents_that_are_left_to_the_slow_way(old: str, new: str) -> None:
    raw = DOCUMENT.decode().replace(old, new).encode()
    assert raw != DOCUMENT
    assert not is_quick(raw)
    assert result(raw) == slow_result(raw)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<documentType>4", "<documentType>8-K"),
        ("<documentType>4</documentType>", ""),
        ('<?xml version="1.0"?>', '<?xml version="1.0" encoding="windows-1252"?>'),
        ('<?xml version="1.0"?>', '<?xml version="1.0" encoding="us-ascii"?>'),
        ("Roe J", "Ro\u00e9"),
        ("2024-01-03", ""),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_form_types_encodings_and_missing_dates(old: str, new: str, encoding: str) -> None:
    raw = DOCUMENT.decode().replace(old, new).encode(encoding)
    assert result(raw) == slow_result(raw)


def test_no_filing_too_long_for_it_is_lost() -> None:
    row = "<nonDerivativeHolding/>"
    raw = DOCUMENT.decode().replace("</nonDerivativeTable>", row * 12_000 + "</nonDerivativeTable>").encode()
    assert not is_quick(raw)
    assert len(parse_submission(raw).non_derivative_holdings) == 12_001


MARKUP = """& < > " ' / ]]> <!--x--> <![CDATA[x]]> <?x?> <x/> <b>x</b> <value> </value> <value/> <value>2</value>
&lt; &amp;lt; &nbsp; &#0; &#x2019; &#xD800; &#160; <footnoteId/> <footnoteId_id="F1"/> <footnoteId_id="_F1"/>
<footnoteId_id="F7"/> <remarks>x</remarks> <remarks/> <nonDerivativeTable/> <derivativeHolding/> <ownerSignature/>
2024-01-0&#52; <footnotes/> _id='F1' _xmlns="x" 1,250 $1.5 -1 NaN 0022-01-01 2024-01-02Z TRUE ,"""
BITS = [bit.replace("_", " ") for bit in MARKUP.split()] + list("\0\x0b\x1c\x85\xa0\u2028\ufeff\uffff\t\r\n_ ")


ESCAPED = DOCUMENT.replace(b"2024-01-03", b"2024-01-0&#51;").replace(b"2024-01-02<", b"2025-01-04<")
"""The day it was made is escaped, and a transaction is dated a year and a day later, which has to be reported."""


def test_an_escaped_signature_date_says_when_the_filing_was_made() -> None:
    assert not is_quick(ESCAPED)
    assert result(ESCAPED) == slow_result(ESCAPED)
    assert result(ESCAPED).count("is an implausible date") == 2


@st.composite
def mutants(draw: st.DrawFn) -> bytes:
    """The document with tags and texts dropped, doubled, moved or replaced, blanks left out, and bits put in."""
    tokens = TOKEN.findall(draw(st.sampled_from((DOCUMENT, ESCAPED))))
    if draw(st.booleans()):
        tokens = [token for token in tokens if token.strip()]
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(tokens) - 1))
        part = slice(at, at + draw(st.sampled_from((1, 1, 2, 3, 5))))
        match draw(st.sampled_from(("drop", "double", "move", "replace", "bit"))):
            case "drop":
                del tokens[part]
            case "double":
                tokens[at:at] = tokens[part]
            case "move":
                moved, to = tokens[part], draw(st.integers(0, len(tokens)))
                del tokens[part]
                tokens[to:to] = moved
            case "replace":
                tokens[part] = [draw(st.sampled_from(BITS)).encode()]
            case "bit":
                inside = draw(st.integers(0, len(tokens[at])))
                bit = draw(st.sampled_from(BITS)).encode()
                tokens[at] = tokens[at][:inside] + bit + tokens[at][inside:]
    return b"".join(tokens)


@settings(max_examples=300, deadline=None)
@given(mutants())
def test_mutated_documents_come_out_the_same(raw: bytes) -> None:
    assert result(raw) == slow_result(raw)


def test_mutated_replica_filings_come_out_the_same(replica_filings: list[bytes]) -> None:
    chance = random.Random(11)
    quick = 0
    for raw in replica_filings[:40]:
        tokens = TOKEN.findall(raw)
        for _ in range(4):
            changed = list(tokens)
            at = chance.randrange(len(changed))
            changed[at] = chance.choice((b"", changed[at] * 2, b" " + changed[at], chance.choice(BITS).encode()))
            mutant = b"".join(changed)
            assert result(mutant) == slow_result(mutant)
            match = XML.search(mutant)
            try:
                quick += match is not None and is_quick(match[0])
            except NotAnOwnershipFiling:
                quick += 1
    assert quick > 20


def test_a_field_may_name_any_number_of_footnotes() -> None:
    """Were the ids so far copied for each further one, as they were, this took minutes."""
    names = [f"F{number:035}" for number in range(135_000)]
    notes = "".join(f'<footnoteId id="{name}"/>' for name in names)
    row = f"<nonDerivativeTransaction><transactionCoding>{notes}</transactionCoding></nonDerivativeTransaction>"
    raw = f"<ownershipDocument><documentType>4</documentType><nonDerivativeTable>{row}</nonDerivativeTable>"
    with pytest.raises(NotAnOwnershipFiling, match="more than 10,000 things in it cannot be read"):
        parse_submission(f"{raw}</ownershipDocument>".encode())

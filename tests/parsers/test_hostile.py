"""Bytes that were made to do harm: bounded time, bounded memory, the declared error or a filing."""

import subprocess
import sys
from pathlib import Path

import pytest

from form4lake.parsers import NotAnOwnershipFiling, parse_submission
from form4lake.tests.fuzz.property import parse_in_time

ISSUER = b"<documentType>4</documentType><issuer><issuerCik>1</issuerCik></issuer>"
MEGABYTE = 1_000_000


def document(inside: bytes) -> bytes:
    return b"<ownershipDocument>" + ISSUER + inside + b"</ownershipDocument>"


def fill(unit: bytes, before: bytes = b"", after: bytes = b"") -> bytes:
    """A document of just under a megabyte."""
    room = MEGABYTE - len(document(before + after)) - 1
    return document(before + unit * (room // len(unit)) + after)


HOSTILE = {
    "misplaced footnote ids": fill(b'<footnoteId id="F1"/>'),
    "misplaced footnote ids after fields": fill(
        b'<footnoteId id="F1"/>',
        b"<nonDerivativeTable><nonDerivativeHolding>",
        b"</nonDerivativeHolding></nonDerivativeTable>",
    ),
    "line breaks inside a text": fill(b"a\n", b"<remarks>", b"</remarks>"),
    "line breaks inside a text, lines of one width": fill(b"a" * 60 + b"\n", b"<remarks>", b"</remarks>"),
    "line breaks inside a tag": fill(b"a\n", b"<remarks "),
    "line breaks inside tags": fill(b"<issu\ner/>"),
    "line breaks after <": fill(b"<\n"),
    "bare &": fill(b"&"),
    "bare & in remarks": fill(b"& ", b"<remarks>", b"</remarks>"),
    "bare <": fill(b"<"),
    "references": fill(b"&amp;", b"<remarks>&", b"</remarks>"),
    "HTML references": fill(b"&nbsp;", b"<remarks>", b"</remarks>"),
    "NULs": fill(b"\0"),
    "NULs apart": fill(b"\0a"),
    "elements": fill(b"<a/>"),
    "elements and an &": fill(b"<a/>", b"&"),
    "rows and an &": fill(b"<nonDerivativeHolding/>", b"&<nonDerivativeTable>", b"</nonDerivativeTable>"),
    "values and an &": fill(b"<value>1</value>", b"&<nonDerivativeTable>"),
    "unclosed": fill(b"<b>"),
    "unclosed values": fill(b"<value>"),
    "unclosed values with text": fill(b"<value>&#1;", b"<remarks>"),
    "unclosed footnotes": fill(b"<footnote>", b"<footnotes>"),
    "unclosed issuers": fill(b"<issuer><issuerName>"),
    "end tags": fill(b"</b>"),
    "known end tags": fill(b"</value>", b"<value>" * 150),
    "comments never closed": fill(b"<!--"),
    "sections never closed": fill(b"<![CDATA["),
    "instructions never closed": fill(b"<?"),
    "comments": fill(b"<!---->", b"&"),
    "tag never closed": fill(b" a", b"<remarks"),
    "attributes": fill(b" a='1'", b"<remarks", b">&</remarks>"),
    "attributes by number": document(b"<remarks " + b" ".join(b"a%d=''" % n for n in range(90_000)) + b">x</remarks>"),
    "quotes": fill(b"'\"", b"<remarks id="),
    "blanks in a tag": fill(b" ", b"<remarks", b"&"),
    "blanks after an id": fill(b" ", b"<remarks id", b"&"),
    "ids": fill(b" id=", b"<remarks", b">"),
    "brackets": fill(b"]]>"),
    "long lines": fill(b"x" * 1_023 + b"\n", b"&\n"),
    "newlines": fill(b"\n", b"&"),
    "text between": fill(b"<a/>x"),
    "issues": fill(b"<script>x</script>"),
    "bytes that are not text": fill(b"\x81\xe2"),
    "before": b"<ownershipDocument" * 50_000,
    "newlines before": b"<!--" + b"\r\n" * 490_000 + document(b""),
    "declarations before": b"<?xml " * 160_000 + document(b""),
    "roots": document(b"&") * 8_000,
    "periods": b"<SEC-DOCUMENT>" + b"ISSUER:\n" * 100_000 + b"<DOCUMENT>" + document(b""),
    "owners": b"<SEC-DOCUMENT>" + b"REPORTING-OWNER:\n<CIK>1<PERIOD>" * 25_000 + b"<DOCUMENT>" + document(b""),
    "keys": b"<SEC-DOCUMENT>ISSUER:\n" + b"CENTRAL INDEX KEY: " * 45_000 + b"<DOCUMENT>" + document(b""),
    "documents": b"<SEC-DOCUMENT>" + (b"<DOCUMENT>" + document(b"&")) * 6_000,
    "pages like renditions": b"<SEC-DOCUMENT>"
    + (
        b"<DOCUMENT><TYPE>4<TEXT><html>Name and Address of Reporting Person"
        + b'<table><tr><td class="FormData">x</td></tr></table>' * 3_700
    )
    * 5,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_megabyte_takes_a_second_at_most(name: str) -> None:
    raw = HOSTILE[name]
    assert len(raw) < 1.2 * MEGABYTE
    parse_in_time(raw, seconds=1)


needs_proc = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")

MEASURE = """
import sys
from pathlib import Path
from form4lake.parsers import NotAnOwnershipFiling, parse_submission
def height():
    # Not ru_maxrss, which a new process has from the one that started it.
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) * 1024
raw = sys.stdin.buffer.read()
try:
    parse_submission(b"<ownershipDocument>&</ownershipDocument>")
except NotAnOwnershipFiling:
    pass
before = height()
try:
    parse_submission(raw)
except NotAnOwnershipFiling:
    pass
print(height() - before)
"""


def memory(raw: bytes) -> int:
    """Bytes that parsing takes at its height, in a process of its own."""
    run = subprocess.run([sys.executable, "-c", MEASURE], input=raw, capture_output=True, check=True)
    return int(run.stdout)


@needs_proc
@pytest.mark.parametrize(
    "name",
    [
        "elements",
        "elements and an &",
        "values and an &",
        "attributes by number",
        "issues",
        "references",
        "text between",
    ],
)
def test_memory_is_twenty_times_the_input_and_fifty_megabytes_at_most(name: str) -> None:
    raw = HOSTILE[name]
    assert memory(raw) < 20 * len(raw) + 50 * MEGABYTE


def beside_an_exhibit(size: int) -> bytes:
    form = (
        b"<DOCUMENT>\n<TYPE>4\n<TEXT>\n<XML>\n" + document(b"<remarks>AT&T</remarks>") + b"\n</XML></TEXT></DOCUMENT>"
    )
    line = b"M" + b'<#&"' * 15 + b"\n"
    exhibit = b"<DOCUMENT>\n<TYPE>EX-24\n<TEXT>\n" + line * (size // len(line)) + b"</TEXT></DOCUMENT>\n"
    return b"<SEC-DOCUMENT>\n" + exhibit + form + b"</SEC-DOCUMENT>\n"


@pytest.mark.flow
def test_an_exhibit_of_200_megabytes_beside_a_small_form() -> None:
    raw = beside_an_exhibit(200 * MEGABYTE)
    filing = parse_in_time(raw, seconds=3)
    assert filing is not None
    assert (filing.issuer_cik, filing.remarks, filing.parse_mode) == (1, "AT&T", "recovered")


@needs_proc
def test_an_exhibit_takes_less_than_five_times_its_size() -> None:
    raw = beside_an_exhibit(40 * MEGABYTE)
    assert memory(raw) < 5 * len(raw)


DECLARED = [
    b"<!DOCTYPE a [<!ENTITY b 'c'>]>",
    b"<!DOCTYPE a SYSTEM 'file:///etc/passwd'>",
    b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>",
    b"<!DOCTYPE a [<!ENTITY % b SYSTEM 'http://127.0.0.1:9/x'> %b;]>",
    b"<!DOCTYPE a [<!ENTITY b0 'haha'>"
    + b"".join(b"<!ENTITY b%d '%s'>" % (n, b"&b%d;" % (n - 1) * 10) for n in range(1, 12))
    + b"]>",
]


@pytest.mark.parametrize("declaration", DECLARED, ids=range(len(DECLARED)))
@pytest.mark.parametrize("damage", [b"", b" & <br>", b"\x8f", b"\x8f & <br>"])
def test_document_type_declarations_are_refused_broken_or_not(declaration: bytes, damage: bytes) -> None:
    form = document(b"<remarks>&b;&b11;" + damage + b"</remarks>")
    with pytest.raises(NotAnOwnershipFiling, match="document type declaration"):
        parse_submission(b"<?xml version='1.0'?>" + declaration + form)


@pytest.mark.parametrize("declaration", DECLARED, ids=range(len(DECLARED)))
def test_declarations_inside_the_document_declare_nothing(declaration: bytes) -> None:
    filing = parse_submission(document(declaration + b"<remarks>&b;&b11;</remarks>"))
    assert (filing.parse_mode, filing.remarks) == ("recovered", "&b;&b11;")
    assert b"root:" not in repr(filing).encode()


def test_depth_is_refused_sound_or_broken() -> None:
    for inside in (b"<a>" * 300 + b"</a>" * 300, b"<a>" * 300 + b"&" + b"</a>" * 300, b"<transactionCoding>" * 300):
        with pytest.raises(NotAnOwnershipFiling, match="Excessive depth"):
            parse_submission(document(inside))


def test_too_many_repairs_are_refused() -> None:
    with pytest.raises(NotAnOwnershipFiling, match="not well formed in more than 1,000 places"):
        parse_submission(document(b"<remarks>" + b"& " * 1_001 + b"</remarks>"))
    filing = parse_submission(document(b"<remarks>" + b"& " * 1_000 + b"</remarks>"))
    assert [each.reason for each in filing.parse_issues] == [
        "the XML is not well formed: a bare & was read as text (1,000 times)"
    ]


def test_too_many_issues_are_refused() -> None:
    with pytest.raises(NotAnOwnershipFiling, match="more than 10,000 things in it cannot be read"):
        parse_submission(document(b"<script/>" * 10_001))

"""The quick way through a header says what the search for each of its lines says, or leaves the header to it."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from form4lake.parsers.header import search
from form4lake.parsers.usual_header import read_usual

HEADER = """<SEC-DOCUMENT>0000320193-22-000061.txt : 20220506
<SEC-HEADER>0000320193-22-000061.hdr.sgml : 20220506
<ACCEPTANCE-DATETIME>20220506183057
ACCESSION NUMBER:\t\t0000320193-22-000061
CONFORMED SUBMISSION TYPE:\t4
PUBLIC DOCUMENT COUNT:\t\t1
CONFORMED PERIOD OF REPORT:\t20220504
FILED AS OF DATE:\t\t20220506
DATE AS OF CHANGE:\t\t20220506

REPORTING-OWNER:\t

\tOWNER DATA:\t
\t\tCOMPANY CONFORMED NAME:\t\t\tAdams
\t\tCENTRAL INDEX KEY:\t\t\t0001462356

ISSUER:\t\t

\tCOMPANY DATA:\t
\t\tCENTRAL INDEX KEY:\t\t\t0000320193

REPORTING-OWNER:\t

\tOWNER DATA:\t
\t\tCENTRAL INDEX KEY:\t\t\t0000000017
</SEC-HEADER>
"""
PEM = "-----BEGIN PRIVACY-ENHANCED MESSAGE-----\nProc-Type: 2001,MIC-CLEAR\nMIC-Info: RSA-MD5,RSA,\n cmVw\n\n"
BITS = ["", "\n", "\r\n", " ", "\t", "<", ">", "7", "x", "\x0b", "\x85", "\xa0", "<TYPE>3", "<CIK>12",
        "<PERIOD>20220101",
        "\nISSUER:", "\nSUBJECT COMPANY:", "<ISSUER>", "<REPORTING-OWNER>", "12345678901", "CENTRAL INDEX KEY: 9",
        "\nACCESSION NUMBER: 1", "CONFORMED PERIOD OF REPORT:\t20210101\n", "ISSUER:", "</SEC-HEADER>"]  # fmt: skip
TOKENS = re.compile(r"\n|\t+|<[A-Z/-]+>|[A-Z][A-Z -]*:|\d+|.", re.DOTALL).findall(HEADER)


@st.composite
def mutants(draw: st.DrawFn) -> str:
    """The header with lines and words dropped, doubled or moved, and bits put in."""
    by_lines = draw(st.booleans())
    tokens = HEADER.splitlines(keepends=True) if by_lines else list(TOKENS)
    if draw(st.booleans()):
        tokens[:0] = PEM.splitlines(keepends=True)
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(tokens) - 1))
        part = slice(at, at + draw(st.sampled_from((1, 1, 2, 6))))
        match draw(st.sampled_from(("drop", "double", "move", "bit"))):
            case "drop":
                del tokens[part]
            case "double":
                tokens[at:at] = tokens[part]
            case "move":
                moved, to = tokens[part], draw(st.integers(0, len(tokens)))
                del tokens[part]
                tokens[to:to] = moved
            case "bit":
                tokens[at] = draw(st.sampled_from((f"{tokens[at]}{{}}", f"{{}}{tokens[at]}", "{}"))).format(
                    draw(st.sampled_from(BITS))
                )
    return "".join(tokens)


def same(text: str) -> bool:
    """Whether the quick way was taken; it must say what the search says."""
    usual = read_usual(text)
    if usual is not None:
        found = search(text)
        names = usual.texts.keys() | found.texts.keys()
        assert [usual.texts.get(each, "") for each in names] == [found.texts.get(each, "") for each in names]
        assert usual[1:] == found[1:]
    return usual is not None


@settings(max_examples=600, deadline=None)
@given(mutants())
def test_mutated_headers_say_the_same(text: str) -> None:
    same(text)


def test_usual_headers_are_read_quickly() -> None:
    assert same(HEADER)
    assert read_usual(HEADER) == (
        {"accepted": "20220506183057", "accession": "0000320193-22-000061", "form": "4", "period": "20220504",
         "filed": "20220506"}, 320193, (1462356, 17),
    )  # fmt: skip
    assert same(PEM + HEADER)
    assert same(HEADER.replace("<ACCEPTANCE-DATETIME>20220506183057\n", ""))
    assert same(HEADER.replace("CONFORMED PERIOD OF REPORT:\t20220504\n", ""))
    for line in ("REPORTING-OWNER:", "ISSUER:"):
        assert same(HEADER.replace(line, "FILER:"))


def test_other_headers_are_searched() -> None:
    for old, new in (("\n", "\r\n"), ("Adams", "A<CIK>3"), ("ISSUER:", "<ISSUER>"), ("ISSUER:", "SUBJECT COMPANY:"),
                     ("0001462356", "00014623561"), ("FILED", "filed")):  # fmt: skip
        assert not same(HEADER.replace(old, new)), (old, new)
    for line in ("FILED AS OF DATE: 1\n", "ISSUER:\n", "x"):
        assert not same(f"{PEM}{line}{HEADER}"), line

"""No bytes make the parser raise anything but NotAnOwnershipFiling, nor give a record that the lake could not hold."""

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from form4lake.tests.fuzz.property import parse, parse_in_time
from form4lake.tests.fuzz.seeds import CORPUS

SEEDS = ["xml/0001062993-22-021877__form4.xml", "submissions/0001127602-25-004598.nc", "misc/xml_error.xml"]
SEEDS += ["submissions/0000019446-06-000081__filing18.txt", "submissions/0000769993-14-000090.txt"]
BITS = [
    b"<value>",
    b"</value>",
    b"<footnoteId/>",
    b"NaN",
    b"-1",
    b"9" * 40,
    b"\xff",
    b"\0",
    b"&#0;",
    b"]]>",
    b"<!--",
    b"<b/>",
]
BITS += [
    b"<DOCUMENT>",
    b"<XML>",
    b"</XML>",
    b"<ownershipDocument>",
    b"0000-00-00",
    b"9999-12-31",
    b"\xef\xbb\xbf",
    b"<?x?>",
]


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes(raw: bytes) -> None:
    parse(raw)
    parse(b"<SEC-DOCUMENT>" + raw + b"<DOCUMENT><XML><ownershipDocument>" + raw)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
def test_any_text_as_every_kind_of_value(text: str) -> None:
    safe = text.replace("&", "&amp;").replace("<", "&lt;")
    row = "".join(
        f"<{tag}><value>{safe}</value></{tag}>"
        for tag in ("transactionDate", "securityTitle", "conversionOrExercisePrice")
    )
    parse(
        f"<ownershipDocument><documentType>4</documentType><aff10b5One>{safe}</aff10b5One><issuer><issuerCik>{safe}"
        f"</issuerCik><issuerTradingSymbol>{safe}</issuerTradingSymbol></issuer><derivativeTable><derivativeTransaction>"
        f"{row}</derivativeTransaction></derivativeTable></ownershipDocument>".encode()
    )


def test_mutated_real_files(real_edgar: Path) -> None:
    chance = random.Random(345)
    parsed = 0
    for name in SEEDS:
        raw = (real_edgar / name).read_bytes()
        for _ in range(200):
            mutated = bytearray(raw)
            for _ in range(chance.randint(1, 4)):
                at = chance.randrange(len(mutated))
                until = at + chance.choice([0, 0, 1, 8, 200])
                mutated[at:until] = chance.choice([*BITS, bytes([chance.randrange(256)]), b""])
            parsed += parse(bytes(mutated)) is not None
    assert parsed > 50


BOMB = b"<!DOCTYPE a [<!ENTITY a 'ha'>" + b"".join(
    b"<!ENTITY a%d '%s'>" % (n, b"&a%s;" % (str(n - 1).encode() if n > 1 else b"") * 10) for n in range(1, 12)
)


@pytest.mark.parametrize(
    "raw",
    [
        BOMB + b"]><ownershipDocument><documentType>4</documentType><remarks>&a11;</remarks></ownershipDocument>",
        b"<!DOCTYPE a SYSTEM 'file:///etc/passwd'><ownershipDocument/>",
        b"<ownershipDocument>" + b"<a>" * 1_000_000,
        b"<ownershipDocument>" + b"<a/>" * 100_000 + b"<documentType>4</documentType></ownershipDocument>",
        b"<SEC-DOCUMENT>" + b"<DOCUMENT>" * 300_000,
        b"<SEC-DOCUMENT>" + b"<TYPE>" * 500_000 + b"<DOCUMENT>",
        b"<html>" + b"<title " * 500_000,
        b"<?xml " + b"encoding " * 500_000,
        b"<ownershipDocument><documentType>4</documentType><footnotes><footnote>" + b" \n" * 2_000_000,
        b"<?xml?>" + b"<!--" * 500_000,
    ],
    ids=range(10),
)
def test_hostile_input_takes_bounded_time(raw: bytes) -> None:
    parse_in_time(raw, seconds=3)


@pytest.mark.parametrize("path", sorted(CORPUS.iterdir()), ids=lambda path: path.name)
def test_the_corpus_of_the_fuzzer(path: Path) -> None:
    raw = path.read_bytes()
    parse_in_time(raw)
    for cut in range(0, len(raw), max(1, len(raw) // 100)):
        parse_in_time(raw[:cut])
        parse_in_time(raw[cut:])

"""Texts to values, with what is the matter with them; symbols to tickers."""

from datetime import date
from decimal import Decimal

import pytest

from form4lake.parsers.ticker import ticker
from form4lake.parsers.values import amount, cik, day, flag, fold


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", "5"),
        (" 5\n", "5"),
        (".5", "0.5"),
        ("5.", "5"),
        ("007", "7"),
        ("0", "0"),
        ("12.3456", "12.3456"),
        ("999999999999.9999", "999999999999.9999"),
    ],
)
def test_plain_amounts(text: str, value: str) -> None:
    assert amount(text) == (Decimal(value), None)


@pytest.mark.parametrize(
    ("text", "value"),
    [("1,250", "1250"), ("$1.5", "1.5"), ("$ 1,234,567.89", "1234567.89"), ("-5", "-5"), ("+5", "5"), ("-$.5", "-0.5")],
)
def test_decorated_amounts_are_typed_and_flagged(text: str, value: str) -> None:
    number, problem = amount(text)
    assert number == Decimal(value)
    assert problem


@pytest.mark.parametrize(
    ("text", "value"),
    [("0.00005", "0"), ("0.00015", "0.0002"), ("0.00025", "0.0002"), ("1.23456", "1.2346"), ("1.50000", "1.5")],
)
def test_more_than_four_decimals_are_rounded_half_even_and_flagged(text: str, value: str) -> None:
    number, problem = amount(text)
    assert number == Decimal(value)
    assert number.as_tuple().exponent == -4
    assert problem
    assert "4 decimals" in problem


@pytest.mark.parametrize(
    "text",
    [
        "NaN",
        "sNaN",
        "Infinity",
        "-inf",
        "1e5",
        "1E-2",
        "\u0661\u0662",
        "\uff15",
        "1,25",
        "12,50.00",
        ",5",
        "$",
        "-",
        ".",
        "(5)",
        "5 5",
        "5%",
        "1_000",
        "0x10",
        "1.2.3",
        "1.2,300",
        "--5",
        "n/a",
        "See footnote",
        "9" * 10_000,
        "10000000000000000",
        "9999999999999999.99999",
        "+-5",
        "$$5",
        "\u22125",
    ],
)
def test_what_is_no_amount_is_none_and_flagged(text: str) -> None:
    number, problem = amount(text)
    assert number is None
    assert problem


@pytest.mark.parametrize("convert", [amount, day, flag, cik])
@pytest.mark.parametrize("text", ["", " ", "\n\t "])
def test_blank_is_absent(convert: object, text: str) -> None:
    assert convert(text) == (None, None)  # type: ignore[operator]


@pytest.mark.parametrize("text", ["2014-02-03", " 2014-02-03 ", "2014-02-03-05:00", "2014-02-03Z", "2014-02-03+14:00"])
def test_days(text: str) -> None:
    assert day(text) == (date(2014, 2, 3), None)


@pytest.mark.parametrize(
    "text",
    [
        "02/03/2014",
        "20140203",
        "2014-2-3",
        "2014-02-30",
        "0000-01-01",
        "2014-02-03T00:00:00",
        "12014-02-03",
        "soon",
        "\u0662\u0660\u0661\u0664-02-03",
        "2014-02-03 -05:00",
        "2014-W01-1",
        "9" * 10_000,
    ],
)
def test_what_is_no_day_is_none_and_flagged(text: str) -> None:
    value, problem = day(text)
    assert value is None
    assert problem


@pytest.mark.parametrize(
    ("text", "value"), [("1", True), ("TRUE", True), (" true ", True), ("0", False), ("False", False)]
)
def test_flags(text: str, value: bool) -> None:
    assert flag(text) == (value, None)


@pytest.mark.parametrize("text", ["Y", "yes", "2", "on", "01", "X"])
def test_other_flags_are_none_and_flagged(text: str) -> None:
    assert flag(text) == (None, "is neither true nor false")


def test_ciks() -> None:
    assert cik("0000320193") == (320193, None)
    assert cik("12345678901")[0] is None
    assert cik("\u0661")[0] is None
    assert cik("320-193") == (None, "is not a Central Index Key")


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("a  b", "a b"),
        (" a\n\tb ", "a b"),
        ("a\u00a0b", "a b"),
        ("  ", None),
        ("x" * 100, "x" * 100),
        ("word " * 30, ("word " * 30).strip()),
        ("w" * 99 + "  v", "w" * 99 + " v"),
        ("\n" + "w" * 99, "w" * 99),
        ("é" * 80 + "\n", "é" * 80),
        ("w" * 80 + "\ty", "w" * 80 + " y"),
        (" " * 100, None),
    ],
)
def test_folding(text: str, folded: str | None) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("symbol", "expected"),
    [
        ("AAPL", "AAPL"), ("aapl", "AAPL"), ("(SIRI)", "SIRI"), ("[SONS]", "SONS"), ("NYSE: KRC", "KRC"),
        ("NASDAQ:AAPL", "AAPL"), ("NYSE American: XYZ", "XYZ"), ("(NASDAQ: SIRI)", "SIRI"), ("ASX:CRN", "CRN"),
        ("BFA, BFB", "BFA"), ("HEI, HEI.A", "HEI"), ("WSO; WSOB", "WSO"), ("BIO BIOB", "BIO"), ("Z AND ZG", "Z"),
        ("CBOE", "CBOE"), ("cboe", "CBOE"), ("(TSE)", "TSE"), ("NYSE: TSE", "TSE"), ("NYSE/CSE", "CSE"), ("TSX", None),
        ("NYSE: ASX", "ASX"), ("BATS:BATS", "BATS"), ("CBOE: CBOE", "CBOE"), ("CBOE BZX", "BZX"),
        ("ABC (TSE)", "ABC"), ("TSE: ABC", "ABC"),
        ("CBOE,", "CBOE"), ("NYSE ARCA", None), ("NYSE, TSX", None), ("N/A (TSE)", None),
        ("MOGA/MOGB", "MOGA"), ("UONE/UONEK", "UONE"), ("BFRG,BFRGW", "BFRG"), ("GTII/GTBIF", "GTII"),
        ("MFAC.U", "MFAC.U"), ("BRK.A", "BRK.A"), ("ACRG.A.U", "ACRG.A.U"), ("GEF, GEF-B", "GEF"), ("Z/ZG", "Z"),
        ("N O G", "NOG"), ("NYSE/TRN", "TRN"), ("NTIP-NYSE", "NTIP"), ('"ABC"', "ABC"), ("'LTRX", "LTRX"),
        ("(LASAX", "LASAX"), ("1314152", "1314152"), ("M-6697", "M-6697"), ("SCIA.OB", "SCIA.OB"), ("$ABC", "ABC"),
        ("V, A", "V"), ("SEE", "SEE"), ("SEE, ABC", "SEE"), ("NYSE: V", "V"), ("NYSE-V", "V"), ("7203.T", "7203.T"),
        ("OTC Pink ABCD", "ABCD"), ("TSX-V: ABC", "ABC"), ("TSX-V ABC", "ABC"), ("OTC Bulletin Board: ABCD", "ABCD"),
        ("OTCQB ABCD", "ABCD"), ("Nasdaq Capital Market ABC", "ABC"), ("NYSE MKT: AB-U", "AB.U"), ("ABC:NYSE", "ABC"),
        ("AAPL (NASDAQ)", "AAPL"), ("ABC (OTC Pink)", "ABC"), ("Symbol: ABC", "ABC"), ("Pink Sheets: ABCD", "ABCD"),
        ("TSX: ABC; NYSE: DEF", "ABC"), ("NYSE:ABC/NASDAQ:DEF", "ABC"), ("ABC Common Stock", "ABC"),
        ("BRK.B", "BRK.B"), ("BRK/B", "BRK.B"), ("BRK-B", "BRK.B"), ("BRK B", "BRK.B"), ("GEF-B", "GEF.B"),
        ("ABC-WT", "ABC.WT"), ("MACI U", "MACI.U"), ("NA", "NA"), ("NASDAQ: NA", "NA"),
        ("n/a", None), ("N/A", None), ("NONE", None), ("[None]", None), ("none", None), ("N.A.", None), ("na", None),
        ("-", None), ("NASDAQ", None), ("", None), ("  ", None), ("()", None), (None, None), ("0", None),
        ("NASDAQ: N/A", None), ("OTC Pink", None), ("SEE REMARK", None), ("See footnote 1", None), ("No Symbol", None),
        ("NONE YET", None), ("Not Traded", None), ("TBD", None), ("To be determined", None), ("Common", None),
        ("Common Stock", None), ("Class A", None), ("NONE (private)", None), ("N/A (see remarks)", None),
        ("Private", None), ("Unlisted", None), ("MICROSOFT CORP", None), ("ctb$news20", None),
    ],
)  # fmt: skip
def test_tickers(symbol: str | None, expected: str | None) -> None:
    assert ticker(symbol) == expected

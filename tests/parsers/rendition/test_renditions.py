"""Renditions of ownership forms: golden values of every real one, and what a changed one leaves certain."""

import contextlib
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from form4lake.parsers import Filing, NotAnOwnershipFiling, parse_submission
from form4lake.tables import TABLES
from form4lake.tests.fuzz.property import parse_in_time

WATER = "renditions/374WaterForm4.html"
SEED = "../seed/000_bc326234758fde37.txt"


@pytest.fixture(scope="session")
def html(real_edgar: Path) -> str:
    return (real_edgar / WATER).read_text()


@pytest.fixture(scope="session")
def text(real_edgar: Path) -> str:
    return (real_edgar / SEED).read_text()


def read(real_edgar: Path, name: str) -> Filing:
    return parse_submission((real_edgar / name).read_bytes(), source_path=Path(name).name)


def parse(page: str) -> Filing:
    return parse_submission(page.encode())


def kept(record: Any, table: str) -> dict[str, Any]:
    """The columns of a record that are not None."""
    names = [each.name for each in TABLES[table].columns if hasattr(record, each.name)]
    return {name: value for name in names if (value := getattr(record, name)) is not None}


def rows(filing: Filing, table: str) -> list[dict[str, Any]]:
    return [kept(each, table) for each in getattr(filing, table)]


def trade(number: int, shares: int, price: str, code: str, letter: str, left: int, day: date) -> dict[str, Any]:
    return {
        "row_number": number,
        "transaction_date": day,
        "transaction_form_type": "4",
        "transaction_code": code,
        "equity_swap_involved": False,
        "transaction_shares": Decimal(shares),
        "transaction_price_per_share": Decimal(price),
        "transaction_acquired_disposed_code": letter,
        "shares_owned_following_transaction": Decimal(left),
        "direct_or_indirect_ownership": "D",
    }


def test_the_seed(real_edgar: Path) -> None:
    filing = read(real_edgar, SEED)
    assert (filing.form_type, filing.source_format, filing.parse_mode) == ("4", "text", "strict")
    assert (filing.issuer_name, filing.issuer_trading_symbol, filing.ticker) == ("SONUS NETWORKS INC", "SONS", "SONS")
    assert (filing.period_of_report, filing.date_of_original_submission) == (date(2007, 12, 5), None)
    assert (filing.not_subject_to_section16, filing.aff10b5_one, filing.issuer_cik) == (False, None, None)
    assert rows(filing, "reporting_owners") == [
        {
            "owner_number": 1,
            "owner_name": "Dillon Matthew S.",
            "street1": "C/O SONUS NETWORKS, INC.",
            "street2": "7 TECHNOLOGY PARK DRIVE",
            "city": "WESTFORD",
            "state": "MA",
            "zip_code": "01886",
            "is_director": False,
            "is_officer": True,
            "is_ten_percent_owner": False,
            "is_other": False,
            "officer_title": "VP, Global Services",
        }
    ]
    day = date(2007, 12, 5)
    assert rows(filing, "non_derivative_transactions") == [
        {"security_title": "Common Stock", **trade(1, 14_278, "4.48", "M", "A", 39_778, day)},
        {"security_title": "Common Stock", **trade(2, 14_278, "6.01", "S", "D", 25_500, day)},
    ]
    assert rows(filing, "derivative_transactions") == [
        {
            "security_title": "Employee Stock Option (right to buy)",
            **trade(1, 14_278, "0", "M", "D", 1_660, day),
            "conversion_or_exercise_price": Decimal("4.48"),
            "exercise_date": date(2005, 12, 21),
            "expiration_date": date(2010, 5, 27),
            "underlying_security_title": "Common Stock",
            "underlying_security_shares": Decimal(14_278),
        }
    ]
    assert rows(filing, "signatures") == [
        {
            "signature_number": 1,
            "signature_name": "Charles J. Gray as attorney-in-fact for Matthew S. Dillon",
            "signature_date": date(2007, 12, 6),
        }
    ]
    assert (filing.footnotes, filing.remarks, filing.parse_issues) == ([], None, [])


def test_a_form_4_of_2025(real_edgar: Path) -> None:
    filing = read(real_edgar, WATER)
    assert (filing.form_type, filing.source_format, filing.issuer_cik, filing.ticker) == ("4", "html", 933972, "SCWO")
    assert (filing.aff10b5_one, filing.not_subject_to_section16) == (False, False)
    owner = filing.reporting_owners[0]
    assert (owner.owner_cik, owner.owner_name) == (2064133, "Melkote Rajesh Ramaswamy")
    assert (owner.officer_title, owner.other_text) == ("Chief Technology Officer", None)
    day = date(2025, 4, 30)
    assert rows(filing, "non_derivative_transactions") == [
        {
            "security_title": "Common Stock (restricted stock units)",
            **trade(1, 757_756, "0", "A", "A", 757_756, day),
            "transaction_shares_fn": "F1",
        }
    ]
    assert rows(filing, "derivative_transactions") == [
        {
            "security_title": "Stock options (right to buy)",
            **trade(1, 757_576, "0", "A", "A", 757_756, day),
            "transaction_shares_fn": "F1",
            "conversion_or_exercise_price": Decimal("0.33"),
            "exercise_date_fn": "F1",
            "expiration_date": date(2035, 4, 29),
            "underlying_security_title": "Common Stock",
            "underlying_security_shares": Decimal(757_576),
        }
    ]
    assert filing.footnotes[0].footnote_text.startswith("Vesting commencement date is March 31, 2025. 25% of")
    assert [each.signature_date for each in filing.signatures] == [date(2025, 5, 2)]
    assert (filing.remarks, filing.parse_issues) == (None, [])


def test_a_form_4_saved_by_a_browser(real_edgar: Path) -> None:
    filing = read(real_edgar, "renditions/0001127602-15-028697__SEC_FORM_4.html")
    assert (filing.accession_number, filing.ticker) == ("0001127602-15-028697", "GOOG")
    owner = filing.reporting_owners[0]
    boxes = (owner.is_director, owner.is_officer, owner.is_ten_percent_owner, owner.is_other)
    assert (boxes, owner.officer_title) == ((True, True, True, False), "Co-Founder")
    assert [each.row_number for each in filing.non_derivative_transactions] == list(range(1, 19))
    sold = sum(each.transaction_shares for each in filing.non_derivative_transactions[1:])
    assert sold == filing.non_derivative_transactions[0].transaction_shares == 16_670
    assert filing.non_derivative_transactions[1].transaction_price_per_share == Decimal("634.4608")
    assert filing.non_derivative_transactions[1].transaction_price_per_share_fn == "F2"
    held = filing.non_derivative_holdings[0]
    assert (held.row_number, held.shares_owned_following_transaction) == (19, 21_169_379)
    option = filing.derivative_transactions[0]
    assert (option.exercise_date_fn, option.expiration_date_fn) == ("F19", "F20")
    assert filing.remarks is not None
    assert filing.remarks.endswith("parent holding company of, Google.")
    assert (filing.footnote_count, filing.parse_issues) == (20, [])


def test_a_form_3_with_ten_owners(real_edgar: Path) -> None:
    filing = read(real_edgar, "renditions/form3.BAMPartners.html")
    assert (filing.form_type, filing.period_of_report, filing.ticker) == ("3", date(2023, 9, 28), "TRTN")
    ciks = [1001085, 1861643, 1996787, 1996785, 1406234, 1996567, 1788348, 1996577, 1996608, 1996610]
    assert [each.owner_cik for each in filing.reporting_owners] == ciks
    assert [each.is_ten_percent_owner for each in filing.reporting_owners] == [True] + [None] * 9
    assert {each.zip_code for each in filing.reporting_owners} == {"M5J2T3"}
    assert rows(filing, "non_derivative_holdings") == [
        {
            "row_number": 1,
            "security_title": "Common Shares, par value $0.01 per share",
            "shares_owned_following_transaction": Decimal(101_158_891),
            "shares_owned_following_transaction_fn": "F1",
            "direct_or_indirect_ownership": "I",
            "nature_of_ownership": "See Footnotes",
            "nature_of_ownership_fn": "F2,F3",
        }
    ]
    assert (filing.derivative_holdings, filing.footnote_count, filing.parse_issues) == ([], 3, [])


def test_a_form_3_with_derivatives(real_edgar: Path) -> None:
    filing = read(real_edgar, "renditions/form3.snow.html")
    assert [each.row_number for each in filing.derivative_holdings] == list(range(1, 7))
    assert rows(filing, "derivative_holdings")[0] == {
        "row_number": 1,
        "security_title": "Series E Preferred Stock",
        "conversion_or_exercise_price_fn": "F1",
        "exercise_date_fn": "F1",
        "expiration_date_fn": "F1",
        "underlying_security_title": "Class B Common Stock",
        "underlying_security_title_fn": "F2,F3",
        "underlying_security_shares": Decimal(134_018),
        "direct_or_indirect_ownership": "I",
        "nature_of_ownership": "Limited Partnership",
        "nature_of_ownership_fn": "F4",
    }
    assert [each.nature_of_ownership_fn for each in filing.derivative_holdings[2:]] == ["F6", "F7", "F8", "F9"]
    assert (filing.remarks, filing.no_securities_owned) == ("Exhibit 24 - Power of Attorney", None)
    assert (filing.footnote_count, filing.parse_issues) == (9, [])


def test_a_form_5(real_edgar: Path) -> None:
    filing = read(real_edgar, "renditions/form5.snow.html")
    assert (filing.form_type, filing.period_of_report) == ("5", date(2022, 1, 31))
    assert (filing.form3_holdings_reported, filing.form4_transactions_reported) == (False, False)
    gift = filing.non_derivative_transactions[0]
    assert (gift.transaction_code, gift.transaction_form_type, gift.transaction_coding_fn) == ("G", "5", "F1")
    assert gift.shares_owned_following_transaction_fn == "F2"
    assert [
        (each.row_number, each.shares_owned_following_transaction, each.nature_of_ownership_fn)
        for each in filing.non_derivative_holdings
    ] == [(2, 151_188, "F3"), (3, 125_737, "F4")]
    assert filing.parse_issues == []


def test_boxes_codes_and_values_of_a_changed_page(html: str) -> None:
    page = html.replace("<td>  </td>", "<td>X</td>").replace("<td>\u00a0\u00a0</td>", "<td>X</td>")
    page = page.replace('"SmallFormData">A</span>', '"SmallFormData">J/K</span>', 1)
    page = page.replace('"FormData">757,576', '"FormText">$</span><span class="FormData">757,576')
    page = page.replace("FORM 4</td>", "FORM 4/A</td>").replace("<br>\n</td>", "<br><span>05/01/2025</span></td>", 1)
    filing = parse(page)
    assert (filing.aff10b5_one, filing.not_subject_to_section16, filing.form_type) == (True, True, "4/A")
    row, option = filing.non_derivative_transactions[0], filing.derivative_transactions[0]
    assert (row.transaction_code, row.equity_swap_involved) == ("J", True)
    assert (option.underlying_security_shares, option.underlying_security_value) == (None, Decimal(757_576))
    assert filing.parse_issues == []


@pytest.mark.parametrize(
    ("old", "new", "column", "reason"),
    [
        ("757,756</span><span", "75,7756</span><span", "transaction_shares", "is not a number"),
        ("757,756</span><span", "(757)</span><span", "transaction_shares", "is not a number"),
        ("04/29/2035", "29/04/2035", "expiration_date", "is not a date of the calendar"),
        ('"FormData">D</span>', '"FormData">X</span>', "direct_or_indirect_ownership", "is not D or I"),
        ("<sup>(1)</sup>", "<sup>(7)</sup>", "footnote_id", "a footnote is named that the filing does not have"),
    ],
)
def test_what_is_uncertain_is_an_issue(html: str, old: str, new: str, column: str, reason: str) -> None:
    filing = parse(html.replace(old, new, 1))
    assert [(each.column_name, each.reason) for each in filing.parse_issues] == [(column, reason)]


def test_a_row_with_a_cell_too_few_is_not_guessed(text: str) -> None:
    filing = parse(text.replace("12/05/2007\t\tS\t\t14,278", "12/05/2007\t\tS\t14,278"))
    assert [each.row_number for each in filing.non_derivative_transactions] == [1]
    assert [each.row_number for each in filing.parse_issues] == [2]
    assert "25,500" in (filing.parse_issues[0].raw_value or "")


def test_footnotes_remarks_and_owners_of_a_text(text: str) -> None:
    further = (
        "1. Name and Address of Reporting Person * <u>Other Fund LP</u> (Last) (First) (Middle) <u>1 MAIN ST</u>"
        " (Street) <u>SAN JOSE CA 95110</u> (City) (State) (Zip)\n\n"
    )
    page = text.replace("14,278\tA", "14,278(1)(2)\tA").replace("05/27/2010", "(2)").replace("\\$0\t", "(2)\t")
    notes = "Explanation of Responses:\n\n1. One &amp; only\ngoes on.\n\n2. Two.\n"
    page = page.replace("Explanation of Responses:\n", further + notes).replace("Remarks:\n", "Remarks:\n\nSee \\#1.\n")
    page = page.replace("12/06/2007\n", "12/06/2007\n\n/s/ A. Other 12/07/2007\n")
    filing = parse(page)
    assert [(each.footnote_id, each.footnote_text) for each in filing.footnotes] == [
        ("F1", "One & only goes on."),
        ("F2", "Two."),
    ]
    assert filing.non_derivative_transactions[0].transaction_shares_fn == "F1,F2"
    option = filing.derivative_transactions[0]
    assert (option.expiration_date, option.expiration_date_fn) == (None, "F2")
    assert (option.transaction_price_per_share, option.transaction_price_per_share_fn) == (None, "F2")
    assert filing.remarks == "See #1."
    assert [(each.owner_name, each.city, each.is_officer) for each in filing.reporting_owners] == [
        ("Dillon Matthew S.", "WESTFORD", True),
        ("Other Fund LP", "SAN JOSE", None),
    ]
    assert [each.signature_name for each in filing.signatures][1] == "/s/ A. Other"
    assert filing.parse_issues == []


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_cut_and_patched_rendition_has_an_answer(data: st.DataObject, html: str, text: str) -> None:
    page = data.draw(st.sampled_from([html, text]))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(page)))
        end = data.draw(st.integers(start, min(len(page), start + 400)))
        page = page[:start] + data.draw(st.text(max_size=30)) + page[end:]
    with contextlib.suppress(NotAnOwnershipFiling):
        parse_submission(page.encode(errors="surrogatepass"))


@pytest.mark.parametrize("what", ["1. a\n", "1. a\nb\n", "(1)", "<u>", "\t", "a\t\n"])
def test_a_hostile_text_costs_little(text: str, what: str) -> None:
    page = text.replace("Remarks:", what * (200_000 // len(what)) + "Remarks:", 1).replace("M\t", what * 10 + "M\t")
    parse_in_time(page.encode(), seconds=3)


BARE = {
    "without classes": (r' class="[^"]*"', ""),
    "captions in cells of rows": (r"(</?)th\b", r"\1td"),
    "without parts of tables": (r"</?t(?:head|body)\b[^>]*>", ""),
    "without raised marks": (r"</?sup\b[^>]*>", ""),
    "without spans": (r"</?(?:span|u|b)\b[^>]*>", ""),
}


@pytest.mark.parametrize("bare", [*BARE, "all of these"])
@pytest.mark.parametrize(
    "name", [WATER, *(f"renditions/{each}.html" for each in ("form3.snow", "form3.BAMPartners", "form5.snow"))]
)
def test_the_bare_output_of_a_stylesheet_says_the_same(real_edgar: Path, name: str, bare: str) -> None:
    page = (real_edgar / name).read_text()
    said = parse(page)
    for pattern, replacement in [BARE["without classes"], *([BARE[bare]] if bare in BARE else BARE.values())]:
        page = re.sub(pattern, replacement, page)
    found = parse(page.replace("FormData", "Data"))
    assert replace(found, content_sha256=said.content_sha256) == said


def test_a_form_of_before_2003_is_no_bare_output(html: str) -> None:
    page = re.sub(BARE["without classes"][0], "", html).replace("FormData", "Data")
    header = "<SEC-HEADER>\nCONFORMED SUBMISSION TYPE:\t4\nFILED AS OF DATE:\t\t{day}\n</SEC-HEADER>\n"
    header += "<DOCUMENT>\n<TYPE>4\n<TEXT>\n"
    assert parse(f"<SEC-DOCUMENT>\n{header.format(day='20250501')}{page}").owner_count == 1
    assert parse(f"<SEC-DOCUMENT>\n{header.format(day='19990501')}{page}").owner_count == 0

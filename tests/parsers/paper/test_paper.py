"""Paper forms of 1993 to 2003: what is certain is typed, and what is not is kept as it was filed."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from form4lake.parsers import NotAnOwnershipFiling, parse_submission
from form4lake.tests.builders.paper_forms import BACK, FRONT, OWNER, RULED_1, RULED_2, SPELT, kept, parse, shown


def test_the_real_form(real_edgar: Path) -> None:
    filing = parse_submission((real_edgar / "pre2003" / "0001094891-00-000193.txt").read_bytes())
    assert (filing.accession_number, filing.form_type) == ("0001094891-00-000193", "4")
    assert (filing.filing_date, filing.period_of_report) == (date(2000, 3, 14), date(2000, 2, 29))
    assert (filing.issuer_cik, filing.issuer_name) == (911787, "PRODUCTIVITY TECHNOLOGIES CORP /")
    assert (filing.ticker, filing.not_subject_to_section16) == ("PRAC", False)
    assert (filing.source_format, filing.parse_mode, filing.schema_version) == ("text", "strict", None)
    [owner] = filing.reporting_owners
    assert shown(owner) == {
        "owner_number": 1,
        "owner_cik": 1050609,
        "owner_name": "FOSTER ALAN H",
        "street1": "PRODUCTIVITY TECHNOLOGIES CORP",
        "street2": "509 MADISON AVE",
        "city": "NEW YORK",
        "state": "NY",
        "zip_code": "10022",
        "is_director": True,
        "is_officer": False,
        "is_ten_percent_owner": False,
        "is_other": False,
    }
    [option] = filing.derivative_transactions
    assert shown(option) == {
        "row_number": 1,
        "security_title": "Options to Purchase Common Stock",
        "conversion_or_exercise_price": Decimal("1.375"),
        "transaction_date": date(2000, 2, 7),
        "transaction_code": "A",
        "transaction_timeliness": "E",
        "transaction_shares": Decimal(12000),
        "transaction_acquired_disposed_code": "A",
        "exercise_date": date(2000, 2, 7),
        "expiration_date": date(2005, 2, 7),
        "underlying_security_title": "Common Stock",
        "underlying_security_shares": Decimal(12000),
        "shares_owned_following_transaction": Decimal(12000),
        "direct_or_indirect_ownership": "D",
    }
    assert not filing.non_derivative_transactions
    assert not filing.non_derivative_holdings
    [signature] = filing.signatures
    assert (signature.signature_name, signature.signature_date) == ("/s/ Alan H. Foster", date(2000, 3, 13))
    # The box of the amount has two entries, and so has that of (A) or (D).
    assert [(each.column_name, each.raw_value) for each in filing.parse_issues] == [
        ("transaction_shares", "12,000 -"),
        ("transaction_acquired_disposed_code", "A,D"),
        # The header has another address.
        (
            "owner_name",
            "Foster, Alan H.\nc/o Productivity Technologies Corp.\n520 Madison Avenue\nNew York, NY  10022\nUSA",
        ),
    ]


def test_a_header_without_a_document(real_edgar: Path) -> None:
    with pytest.raises(NotAnOwnershipFiling, match="header without a document"):
        parse_submission((real_edgar / "pre2003" / "0001012325-98-000004__1990sheader.txt").read_bytes())


def test_front_and_back() -> None:
    filing = parse(FRONT + RULED_1 + BACK)
    assert (filing.issuer_cik, filing.issuer_name, filing.ticker) == (123456, "EXAMPLE WIDGETS INC", "EXW")
    assert (filing.period_of_report, filing.not_subject_to_section16) == (date(1999, 10, 31), True)
    [owner] = filing.reporting_owners
    assert (owner.owner_cik, owner.owner_name, owner.city) == (654321, "DOE JANE", "SHELBYVILLE")
    assert (owner.is_officer, owner.is_director, owner.officer_title) == (True, False, "Vice President, Finance")
    assert {each.footnote_id: each.footnote_text for each in filing.footnotes} == {
        "F1": "Held by a trust for her children.",
        "F2": "Average price.",
    }
    assert [shown(each) for each in filing.signatures] == [
        {"signature_number": 1, "signature_name": "/s/ Jane Doe", "signature_date": date(1999, 11, 8)}
    ]


def test_several_owners_take_their_roles_from_the_header_alone() -> None:
    second = OWNER.replace("DOE JANE", "DOE FAMILY TRUST").replace("OFFICER", "10% OWNER")
    filing = parse(FRONT + RULED_1 + BACK, owners=OWNER + second)
    assert [(each.owner_name, each.is_officer, each.is_ten_percent_owner) for each in filing.reporting_owners] == [
        ("DOE JANE", True, None),
        ("DOE FAMILY TRUST", None, True),
    ]


def test_ruled_rows() -> None:
    rows = """\
Common Stock         |10/15/99 |S      | |1,000     |D  |$12.50(2)|          |   |         |
Common Stock         |10/18/99 |P      |V|  200     |A  |12 3/8   |25,000    |D  |         |
__________________________________________________________________________________________|
Class B Common       |         |       | |          |   |         |3,500     |I  |By trust |
Stock, $.01 par value|         |       | |          |   |         |          |   |(1)      |
__________________________________________________________________________________________|
"""
    filing = parse(FRONT + RULED_1 + rows + BACK)
    sale, purchase = filing.non_derivative_transactions
    assert shown(sale) == {
        "row_number": 1,
        "security_title": "Common Stock",
        "transaction_date": date(1999, 10, 15),
        "transaction_code": "S",
        "transaction_shares": Decimal(1000),
        "transaction_acquired_disposed_code": "D",
        "transaction_price_per_share": Decimal("12.5"),
        "transaction_price_per_share_fn": "F2",
    }
    assert (purchase.transaction_price_per_share, purchase.transaction_timeliness) == (Decimal("12.375"), "E")
    assert purchase.shares_owned_following_transaction == Decimal(25000)
    [holding] = filing.non_derivative_holdings
    assert shown(holding) == {
        "row_number": 3,
        "security_title": "Class B Common Stock, $.01 par value",
        "shares_owned_following_transaction": Decimal(3500),
        "direct_or_indirect_ownership": "I",
        "nature_of_ownership": "By trust",
        "nature_of_ownership_fn": "F1",
    }
    assert filing.parse_mode == "strict"
    assert filing.parse_issues == []


def test_uncertain_boxes_stay_text() -> None:
    rows = """\
Common Stock         |10/99    |S      | |1,000     |D  |various  |25,000    |D  |         |
__________________________________________________________________________________________|
Common Stock         |10/15/99 |S      | |1,000     |D  |various  |25,000    |D  |         |
__________________________________________________________________________________________|
Common Stock | an odd line
"""
    filing = parse(FRONT + RULED_1 + rows + BACK)
    [row] = filing.non_derivative_transactions
    assert (row.transaction_price_per_share, row.transaction_shares) == (None, Decimal(1000))
    issues = [(each.row_number, each.column_name, each.raw_value) for each in filing.parse_issues]
    assert (1, "transaction_price_per_share", "various") in issues
    assert any(raw and raw.startswith("Common Stock         |10/99") and at is None for at, _, raw in issues)
    assert any(raw and "an odd line" in raw for _, _, raw in issues)


def test_columns_below_tags() -> None:
    filing = parse(FRONT + SPELT + BACK)
    sale, gift = filing.non_derivative_transactions
    assert (sale.transaction_price_per_share, sale.shares_owned_following_transaction) == (Decimal("12.5"), 25000)
    assert (gift.transaction_price_per_share, gift.shares_owned_following_transaction) == (None, 24500)
    assert (gift.transaction_code, gift.nature_of_ownership) == ("G", "By spouse and trust")
    [holding] = filing.non_derivative_holdings
    assert (holding.row_number, holding.shares_owned_following_transaction) == (3, 300)
    assert (holding.nature_of_ownership, holding.nature_of_ownership_fn) == ("By trust", "F1")
    assert "10/17/99" in kept(filing)
    assert filing.parse_mode == "recovered"


def test_a_row_that_can_be_read_in_one_way_only() -> None:
    text = """Table I - Non-Derivative Securities Acquired, Disposed of, or Beneficially Owned
Title of Security   Date   Code  Amount  (A) or (D)  Price  Amount Owned  (D) or (I)
Common Stock, par value $.01 10/15/99 M V 14,278 A $4.48 39,778 D
Common Stock 10/15/99 S 14,278 (D) 6.01 25,500 I By Trust
Common Stock 10/18/99 S 100 D $6 1/4
Common Stock 10/15/99 S 14,278 D 25,500 D
Table II - Derivative Securities Acquired, Disposed of, or Beneficially Owned
Option (right to buy) $4.48 10/15/99 M 14,278 D 12/21/95 5/27/10 Common Stock 14,278 -- 1,660 D
Option (right to buy) $4.48 10/15/99 M 14,278 D 12/21/95 5/27/10 Common Stock 14,278 1,660 D
"""
    filing = parse(FRONT + text + BACK)
    exercise, sale, priced = filing.non_derivative_transactions
    assert shown(exercise) == {
        "row_number": 1,
        "security_title": "Common Stock, par value $.01",
        "transaction_date": date(1999, 10, 15),
        "transaction_code": "M",
        "transaction_timeliness": "E",
        "transaction_shares": Decimal(14278),
        "transaction_acquired_disposed_code": "A",
        "transaction_price_per_share": Decimal("4.48"),
        "shares_owned_following_transaction": Decimal(39778),
        "direct_or_indirect_ownership": "D",
    }
    assert (sale.transaction_acquired_disposed_code, sale.nature_of_ownership) == ("D", "By Trust")
    # Whether 25,500 is a price or what is owned cannot be known.
    assert kept(filing).splitlines() == [
        "Common Stock 10/15/99 S 14,278 D 25,500 D",
        "Option (right to buy) $4.48 10/15/99 M 14,278 D 12/21/95 5/27/10 Common Stock 14,278 1,660 D",
    ]
    assert priced.transaction_price_per_share == Decimal("6.25")
    [option] = filing.derivative_transactions
    assert (option.security_title, option.conversion_or_exercise_price) == ("Option (right to buy)", Decimal("4.48"))
    assert (option.exercise_date, option.expiration_date) == (date(1995, 12, 21), date(2010, 5, 27))
    assert (option.underlying_security_shares, option.transaction_price_per_share) == (14278, None)
    assert option.shares_owned_following_transaction == 1660
    assert filing.parse_mode == "strict"


def test_numbered_boxes_below_each_other() -> None:
    text = """Table I - Non-Derivative Securities Acquired, Disposed of, or Beneficially Owned
1. Title of Security: Common Stock
2. Transaction Date: October 15, 1999
3. Transaction Code: S
4. Securities Acquired (A) or Disposed of (D):
   Amount: 1,000
   (A) or (D): D
   Price: $12.50
5. Amount of Securities Beneficially Owned at End of Month: 25,000
6. Ownership Form: Direct (D) or Indirect (I): D
7. Nature of Indirect Beneficial Ownership: N/A
   see above
"""
    filing = parse(FRONT + text + BACK)
    [row] = filing.non_derivative_transactions
    assert (row.transaction_date, row.transaction_code, row.transaction_shares) == (date(1999, 10, 15), "S", 1000)
    assert (row.transaction_price_per_share, row.shares_owned_following_transaction) == (Decimal("12.5"), 25000)
    assert (row.direct_or_indirect_ownership, row.nature_of_ownership) == ("D", None)
    assert "see above" in kept(filing)


def test_html() -> None:
    cells = ["Common Stock", "10/15/1999", "S", "", "1,000", "D", "$12.50", "25,000", "I", "By trust<BR>(1)"]
    row = "".join(f"<TD><FONT SIZE=1>{each}&nbsp;</FONT></TD>" for each in cells)
    text = f"""<HTML><BODY><P>FORM 4</P><P>STATEMENT OF CHANGES IN BENEFICIAL OWNERSHIP</P>
<TABLE><TR><TD COLSPAN=10>Table I - Non-Derivative Securities Acquired, Disposed of, or Beneficially Owned</TD></TR>
<TR><TD>1. Title of Security</TD><TD>2. Transaction Date</TD><TD COLSPAN=2>3. Transaction Code</TD></TR>
<TR>{row}</TR></TABLE><P>Explanation of Responses:</P><P>(1) Her father's.</P>
<TABLE><TR><TD>/s/ Jane Doe</TD><TD>11/8/1999</TD></TR></TABLE></BODY></HTML>"""
    filing = parse(text)
    [sale] = filing.non_derivative_transactions
    assert (sale.transaction_shares, sale.transaction_price_per_share) == (1000, Decimal("12.5"))
    assert (sale.nature_of_ownership, sale.nature_of_ownership_fn) == ("By trust", "F1")
    assert [(each.signature_name, each.signature_date) for each in filing.signatures] == [
        ("/s/ Jane Doe", date(1999, 11, 8))
    ]
    assert (filing.source_format, filing.parse_issues) == ("html", [])


def test_form_3() -> None:
    text = """FORM 3
INITIAL STATEMENT OF BENEFICIAL OWNERSHIP OF SECURITIES
Table I -- Non-Derivative Securities Beneficially Owned
1. Title of Security      |2. Amount   |3. D/I |4. Nature of Indirect |
--------------------------|------------|-------|----------------------|
Common Stock              |1,500       |D      |                      |
--------------------------|------------|-------|----------------------|
Table II -- Derivative Securities Beneficially Owned
1. Title of Derivative |2. Date   |Expir-  |3. Title     |Amount |4. Price |5. D/I |6. Nature |
-----------------------|----------|--------|-------------|-------|---------|-------|----------|
Option (right to buy)  |Immed.    |3/1/09  |Common Stock |2,000  |$7.25    |D      |--        |
"""
    filing = parse(text + BACK, "3")
    [stock] = filing.non_derivative_holdings
    assert (stock.security_title, stock.shares_owned_following_transaction) == ("Common Stock", 1500)
    [option] = filing.derivative_holdings
    assert shown(option) == {
        "row_number": 1,
        "security_title": "Option (right to buy)",
        "conversion_or_exercise_price": Decimal("7.25"),
        "expiration_date": date(2009, 3, 1),
        "underlying_security_title": "Common Stock",
        "underlying_security_shares": Decimal(2000),
        "direct_or_indirect_ownership": "D",
    }
    assert [(each.column_name, each.raw_value) for each in filing.parse_issues] == [("exercise_date", "Immed.")]


def test_nothing_owned() -> None:
    text = FRONT + "Table I -- Non-Derivative Securities Beneficially Owned\nNo securities are beneficially owned.\n"
    filing = parse(text + BACK, "3")
    assert filing.no_securities_owned is True
    assert "No securities are beneficially owned." in kept(filing)


@pytest.mark.parametrize(
    ("acquired", "disposed", "shares", "side"),
    [("500", "", 500, "A"), ("", "500", 500, "D"), ("--", "500", 500, "D"), ("500", "300", None, None)],
)
def test_amounts_in_two_columns(acquired: str, disposed: str, shares: int | None, side: str | None) -> None:
    text = f"""Table II -- Derivative Securities Acquired, Disposed of, or Beneficially Owned
1. Title |2. Price |3. Date |4. Code |V |5. Number| |6. Date |Expir |7. Title |Number |8. Price |9. Number |10. |11. |
         |         |        |        |  |(A) |(D) |    |
Option   |$5       |10/1/99 |A       |  |{acquired}|{disposed}|10/1/00 |10/1/09 |Common |500 | |500 |D | |
"""
    filing = parse(FRONT + text + BACK)
    found = [(r.transaction_shares, r.transaction_acquired_disposed_code) for r in filing.derivative_transactions]
    assert found == ([(shares, side)] if side else [])
    if side is None:
        assert "|500|300|" in kept(filing)


def test_no_tables_at_all() -> None:
    filing = parse("FORM 4\nSee the attached letter: 500 shares were sold.")
    assert (filing.issuer_cik, filing.owner_count) == (123456, 1)
    assert "500 shares were sold" in kept(filing)


@pytest.mark.parametrize("form", ["10-K", "SC 13D", "8-K"])
def test_other_forms_are_refused(form: str) -> None:
    with pytest.raises(NotAnOwnershipFiling, match=re.escape(form)):
        parse(FRONT + BACK, form)


BESIDE = """FORM 4
STATEMENT OF CHANGES IN BENEFICIAL OWNERSHIP
1. Name and Address of Reporting Person   2. Issuer Name and Ticker or     6. Relationship of Reporting
   Doe, Jane                                 Trading Symbol                   Person(s) to Issuer
   2 Office Road                             Example Widgets, Inc.            (X) Director ( ) 10% Owner
   Shelbyville IL 60606                      EXW                              ( ) Officer ( ) Other
"""


@pytest.mark.parametrize(
    ("front", "symbol"),
    [
        (BESIDE, "EXW"),
        (BESIDE.replace("Example Widgets, Inc. ", "Example Widgets, Inc. and all its subsidiaries"), None),
        (BESIDE.replace("EXW", "INC"), None),
        (BESIDE.replace("   2. ", " | 2. ").replace("   6. ", " | 6. "), None),
        ("|1. Name of Reporting Person|2. Issuer Name and Ticker or|6. Relationship|\n|Doe, Jane|Trading Symbol|x|\n"
         "||Example Widgets (EXW)|x|\n", "EXW"),
    ],
)  # fmt: skip
def test_items_side_by_side(front: str, symbol: str | None) -> None:
    assert parse(front + RULED_1 + BACK).issuer_trading_symbol == symbol


def test_a_title_in_columns_is_not_what_stands_beside_or_below_it() -> None:
    front = BESIDE.replace("( ) Officer ( ) Other", "(X) Officer (title below) ( ) Other (specify below)")
    front += " " * 77 + "7. Individual or Joint/Group Filing\n" + " " * 77 + "Form filed by One Reporting Person\n"
    [owner] = parse(front + RULED_1 + BACK).reporting_owners
    assert (owner.is_officer, owner.officer_title) == (True, None)


@pytest.mark.parametrize("table", [RULED_1, RULED_2, SPELT.partition("Common Stock")[0]])
def test_a_printed_word_alone_below_the_heading_is_kept(table: str) -> None:
    assert "Options" in kept(parse(FRONT + table + "Options\n" + BACK))

"""Table II of paper forms, whose amounts stand in two columns, acquired and disposed of."""

from datetime import date
from decimal import Decimal

from form4lake.tests.builders.paper_forms import BACK, FRONT, kept, parse, shown

NUMBERED_2 = """Table II - Derivative Securities Acquired, Disposed of, or Beneficially Owned
1. Title of Derivative Security: Option (right to buy)
2. Conversion or Exercise Price of Derivative Security: $4.48
3. Transaction Date: October 15, 1999
4. Transaction Code: M
5. Number of Derivative Securities Acquired (A) or Disposed of (D):
   (A):
   (D): 14,278
6. Date Exercisable and Expiration Date:
   Date Exercisable: 12/21/95
   Expiration Date: 5/27/2010
7. Title and Amount of Underlying Securities:
   Title: Common Stock
   Amount or Number of Shares: 14,278
8. Price of Derivative Security: $0
9. Number of Derivative Securities Beneficially Owned at End of Month: 1,660
10. Ownership Form: Direct (D) or Indirect (I): D
11. Nature of Indirect Beneficial Ownership: N/A
"""
BELOW_TAGS_2 = """<TABLE>
<CAPTION>
TABLE II - Derivative Securities Acquired, Disposed of, or Beneficially Owned
1. Title     2. Price  3. Date   4. Code  5. Number       6. Date    Expira-    7. Title      Number    8. Price  9.        10.
                                          (A)     (D)     Exercis-   tion                     of Shares
<S>          <C>       <C>       <C>      <C>     <C>     <C>        <C>        <C>           <C>       <C>       <C>       <C>  <C>
Option       $4.48     10/15/99  M                14,278  12/21/95   5/27/10    Common Stock  14,278    $0        1,660     D
Warrant      $5.00     10/16/99  A        500             12/21/99   5/27/10    Common Stock  500       $0        500       D
Unit         $6.00     10/16/99  A            700         12/21/99   5/27/10    Common Stock  700       $0        700       D
</TABLE>
"""  # noqa: E501
EXERCISE = {
    "row_number": 1,
    "conversion_or_exercise_price": Decimal("4.48"),
    "transaction_date": date(1999, 10, 15),
    "transaction_code": "M",
    "transaction_shares": Decimal(14278),
    "transaction_price_per_share": Decimal(0),
    "transaction_acquired_disposed_code": "D",
    "exercise_date": date(1995, 12, 21),
    "expiration_date": date(2010, 5, 27),
    "underlying_security_title": "Common Stock",
    "underlying_security_shares": Decimal(14278),
    "shares_owned_following_transaction": Decimal(1660),
    "direct_or_indirect_ownership": "D",
}


def test_numbered_boxes_of_table_ii() -> None:
    filing = parse(FRONT + NUMBERED_2 + BACK)
    [option] = filing.derivative_transactions
    assert shown(option) == EXERCISE | {"security_title": "Option (right to buy)"}
    assert (filing.parse_mode, filing.parse_issues) == ("strict", [])
    both = parse(FRONT + NUMBERED_2.replace("(A):", "(A): 7") + BACK)
    assert both.derivative_transactions == []
    assert "(A): 7" in kept(both)


def test_two_columns_of_amounts_below_tags() -> None:
    filing = parse(FRONT + BELOW_TAGS_2 + BACK)
    option, warrant = filing.derivative_transactions
    assert shown(option) == EXERCISE | {"security_title": "Option"}
    assert (warrant.transaction_acquired_disposed_code, warrant.transaction_shares) == ("A", 500)
    # 700 is as near to the one column as to the other.
    assert [each.raw_value.split()[0] for each in filing.parse_issues if each.raw_value] == ["Unit"]
    assert filing.parse_mode == "recovered"

"""Histories of names, and the views of research papers."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from form4lake.storage import Lake
from form4lake.tables import Filing, ReportingOwner
from form4lake.tests.builders.lakes import MONDAY, bought, filing, read


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake.open(tmp_path / "lake", create=True)


def keep(lake: Lake, *filings: Filing) -> None:
    """Filings of any date, in one commit."""
    ingest = lake.begin("2024")
    for each in filings:
        ingest.add_filing(each, MONDAY)
    lake.commit(ingest, writer="test")


def test_an_issuer_s_names_and_tickers_follow_each_other(lake: Lake) -> None:
    given = [("Old", "OLD"), ("Old", "OLD"), ("Old", "TYPO"), ("Old", "OLD"), ("Old", None), ("New", "NEW")]
    days = [MONDAY + timedelta(days=each) for each in range(len(given))]
    keep(
        lake,
        *(
            filing(f"a{place}", day, issuer_name=name, ticker=symbol)
            for place, (day, (name, symbol)) in enumerate(zip(days, given, strict=True))
        ),
    )
    assert read(
        lake, "SELECT issuer_name, ticker, valid_from, valid_before, filings FROM issuer_history ORDER BY valid_from"
    ) == [("Old", "OLD", days[0], days[5], 5), ("New", "NEW", days[5], None, 1)]


def test_an_owner_s_names_follow_each_other(lake: Lake) -> None:
    def named(accession: str, day: date, name: str) -> Filing:
        owner = ReportingOwner(owner_number=1, owner_cik=11, owner_name=name)
        return filing(accession, day, reporting_owners=[owner])

    married = MONDAY + timedelta(days=9)
    keep(lake, named("a", MONDAY, "Doe Jane"), named("b", married, "Roe Jane"))
    assert read(lake, "SELECT owner_name, valid_from, valid_before FROM owner_history ORDER BY valid_from") == [
        ("Doe Jane", MONDAY, married),
        ("Roe Jane", married, None),
    ]


def sold(day: date, owner: int = 11, **values: Any) -> Filing:
    row = bought(1, transaction_date=day, transaction_code="S", transaction_acquired_disposed_code="D", **values)
    return filing(f"{owner}-{day}", day, owners=[owner], non_derivative_transactions=[row])


def test_who_trades_in_the_same_month_year_after_year_is_routine(lake: Lake) -> None:
    routine = [sold(date(year, 3, 10)) for year in (2020, 2021, 2022)]
    other = [sold(date(year, month, 10), owner=12) for year, month in ((2020, 3), (2021, 4), (2022, 2), (2023, 7))]
    keep(lake, *routine, sold(date(2023, 8, 1)), *other, sold(date(2022, 5, 5), owner=13))
    found = read(
        lake,
        "SELECT owner_ciks[1], transaction_date, trader, by_years_before FROM classified_trades ORDER BY ALL",
    )
    assert found == [
        (11, date(2022, 3, 10), "routine", False),
        (11, date(2023, 8, 1), "routine", True),
        (12, date(2022, 2, 10), "opportunistic", False),
        (12, date(2023, 7, 10), "opportunistic", True),
    ]
    assert read(lake, "SELECT count(*) FROM routine_trades") == [(2,)]
    assert read(lake, "SELECT count(*) FROM opportunistic_trades") == [(2,)]


def test_net_purchases_are_of_an_issuer_and_a_month(lake: Lake) -> None:
    keep(lake, filing("a", owners=[1]), filing("b", owners=[2]), filing("c", owners=[3]), sold(MONDAY, owner=4))
    assert read(
        lake, "SELECT month, purchases, sales, net_purchase_ratio, shares_bought, shares_sold FROM net_purchases"
    ) == [(date(2024, 1, 1), 3, 1, 0.5, Decimal(300), Decimal(100))]


def balanced(accession: str, day: date, after: int, **values: Any) -> Filing:
    row = bought(
        1,
        transaction_date=day,
        shares_owned_following_transaction=Decimal(after),
        direct_or_indirect_ownership="D",
        **values,
    )
    return filing(accession, day, non_derivative_transactions=[row])


def test_a_trade_changes_a_holding_by_a_share_of_it(lake: Lake) -> None:
    keep(lake, balanced("a", MONDAY, 500), balanced("b", MONDAY + timedelta(days=1), 100))
    assert read(lake, "SELECT shares_owned_before, change_of_holding FROM holding_changes ORDER BY 1") == [
        (Decimal(0), None),
        (Decimal(400), 0.25),
    ]


def test_a_balance_that_does_not_follow_is_a_break(lake: Lake) -> None:
    days = [MONDAY + timedelta(days=each) for each in range(3)]
    keep(lake, balanced("a", days[0], 500), balanced("b", days[1], 600), balanced("c", days[2], 300))
    assert read(
        lake, "SELECT accession_number, previous_accession_number, previous_balance, difference FROM balance_breaks"
    ) == [("c", "b", Decimal(600), Decimal(-400))]

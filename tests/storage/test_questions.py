"""What the views that answer a question count, and what they leave out."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from form4lake.storage import Lake
from form4lake.tables import (
    DerivativeHolding,
    DerivativeTransaction,
    Filing,
    Footnote,
    NonDerivativeHolding,
    ReportingOwner,
)
from form4lake.tests.builders.lakes import MONDAY, NOON, TUESDAY, bought, filing, index_day, read, store

WEDNESDAY, FRIDAY = date(2024, 1, 10), date(2024, 1, 12)
LATER = date(2024, 2, 20)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake.open(tmp_path / "lake", create=True)


def buying(accession: str, day: date, *owners: int, **values: Any) -> Filing:
    rows = [bought(1, transaction_date=day, **values)]
    return filing(accession, date(2024, 6, 3), owners=owners, non_derivative_transactions=rows)


def clusters(lake: Lake, days: int = 10, insiders: int = 3, value: int = 0) -> list[Any]:
    return read(
        lake,
        "SELECT issuer_cik, first_purchase, last_purchase, insiders, purchases, value "
        f"FROM cluster_buys({days}, {insiders}, {value}) ORDER BY ALL",
    )


def test_a_cluster_needs_insiders_days_and_value(lake: Lake) -> None:
    store(lake, buying("a", MONDAY, 1), buying("b", TUESDAY, 2), buying("c", MONDAY + timedelta(days=9), 3))
    last = MONDAY + timedelta(days=9)
    assert clusters(lake) == [(5, MONDAY, last, 3, 3, Decimal("3703.6800"))]
    assert clusters(lake, days=9) == []
    assert clusters(lake, days=2, insiders=2) == [(5, MONDAY, TUESDAY, 2, 2, Decimal("2469.1200"))]
    assert clusters(lake, insiders=4) == []
    assert clusters(lake, value=3703) != []
    assert clusters(lake, value=3704) == []


def test_windows_that_overlap_are_one_cluster_and_others_another(lake: Lake) -> None:
    days = [0, 5, 10, 60, 61]
    store(lake, *(buying(f"a{day}", MONDAY + timedelta(days=day), 100 + day) for day in days))
    spans = [(row[1] - MONDAY, row[2] - MONDAY, row[3]) for row in clusters(lake, days=6, insiders=2)]
    assert spans == [(timedelta(0), timedelta(10), 3), (timedelta(60), timedelta(61), 2)]


def test_owners_who_file_together_are_one_insider(lake: Lake) -> None:
    store(lake, buying("fund", MONDAY, 7, 8, 9), buying("manager", TUESDAY, 9), buying("other", TUESDAY, 3))
    assert clusters(lake, insiders=3) == []
    assert clusters(lake, insiders=2)[0][3:] == (2, 3, Decimal("3703.6800"))


def test_a_purchase_without_price_is_an_insider_but_no_value(lake: Lake) -> None:
    store(lake, buying("a", MONDAY, 1, transaction_price_per_share=None), buying("b", MONDAY, 2))
    assert clusters(lake, insiders=2) == [(5, MONDAY, MONDAY, 2, 2, Decimal("1234.5600"))]
    store(lake, buying("c", TUESDAY, 1, transaction_price_per_share=None), day=TUESDAY)
    assert clusters(lake, insiders=2, value=1235) == []


def test_a_cluster_may_leave_kinds_of_purchases_out(lake: Lake) -> None:
    def role(**values: Any) -> list[ReportingOwner]:
        return [ReportingOwner(owner_number=1, **values)]

    note = [Footnote(footnote_id="F1", footnote_text="Bought under a Rule 10b5-1 plan.")]
    drip = [Footnote(footnote_id="F1", footnote_text="Acquired in a dividend reinvestment plan.")]
    rows = [bought(1, transaction_shares_fn="F1")]
    store(
        lake,
        filing("director", reporting_owners=role(owner_cik=1, is_director=True)),
        filing("holder", reporting_owners=role(owner_cik=2, is_ten_percent_owner=True)),
        filing("fund", reporting_owners=role(owner_cik=3, is_other=True)),
        filing("planned", owners=[4], footnotes=note, non_derivative_transactions=rows),
        filing("reinvested", owners=[5], footnotes=drip, non_derivative_transactions=rows),
    )

    def insiders(option: str = "") -> int:
        query = f"SELECT insiders FROM cluster_buys(min_insiders := 1, min_value := 0{option and f', {option}'})"
        ((count,),) = read(lake, query)
        return int(count)

    assert insiders() == 2
    assert insiders("without_ten_percent_owners := false") == 3
    assert insiders("without_plan_trades := false") == 3
    assert insiders("without_purchase_plans := false") == 3
    assert insiders("officers_and_directors_only := true") == 1
    assert read(lake, "SELECT count(*) FROM cluster_buys()") == [(0,)], "5 purchases are worth less than 100,000"


def test_amended_purchases_are_no_cluster(lake: Lake) -> None:
    store(lake, filing("a", owners=[1]), filing("b", owners=[2]))
    assert len(clusters(lake, insiders=2)) == 1
    sold = [bought(1, transaction_code="S")]
    fix = filing(
        "x", TUESDAY, form_type="4/A", date_of_original_submission=MONDAY, owners=[2], non_derivative_transactions=sold
    )
    store(lake, fix, day=TUESDAY)
    assert clusters(lake, insiders=2) == []


def late(lake: Lake) -> list[Any]:
    return read(
        lake,
        "SELECT accession_number, due_date, business_days_late, late_transactions, transactions "
        "FROM late_filings ORDER BY 1",
    )


def test_late_is_more_than_two_business_days(lake: Lake) -> None:
    cases = [
        (MONDAY, WEDNESDAY, None, 0),
        (MONDAY, date(2024, 1, 11), WEDNESDAY, 1),
        # A weekend and Martin Luther King Jr. Day are between.
        (FRIDAY, date(2024, 1, 17), None, 0),
        (FRIDAY, date(2024, 1, 18), date(2024, 1, 17), 1),
        (date(2024, 1, 13), date(2024, 1, 18), date(2024, 1, 17), 1),
        # Independence Day of 2020 was observed on a Friday, Christmas of 2022 on a Monday.
        (date(2020, 7, 2), date(2020, 7, 7), None, 0),
        (date(2022, 12, 23), date(2022, 12, 28), None, 0),
        (date(2022, 12, 23), date(2022, 12, 29), date(2022, 12, 28), 1),
        # Before 2002-08-29 the rule was another; on 2018-12-05 EDGAR was closed.
        (date(2002, 8, 28), date(2002, 9, 10), None, 0),
        (date(2018, 12, 4), date(2018, 12, 7), None, 0),
    ]
    store(
        lake,
        *(
            filing(str(case), filed, issuer_cik=case, non_derivative_transactions=[bought(1, transaction_date=traded)])
            for case, (traded, filed, *_) in enumerate(cases)
        ),
    )
    assert late(lake) == [(str(case), due, days, 1, 1) for case, (*_, due, days) in enumerate(cases) if due]


def test_the_lake_s_own_indexes_decide_which_days_count(lake: Lake) -> None:
    traded, filed = date(2024, 12, 23), date(2024, 12, 27)
    store(lake, filing("a", filed, non_derivative_transactions=[bought(1, transaction_date=traded)]), day=filed)
    assert [row[0] for row in late(lake)] == ["a"]
    closed = lake.begin("2024-12-24")
    closed.add_day(index_day(date(2024, 12, 24), state="no index", forms=None, read_at=NOON), [])
    lake.commit(closed, writer="test")
    assert late(lake) == []


def test_only_what_is_due_in_two_days_is_late(lake: Lake) -> None:
    rows = [
        bought(1, transaction_date=MONDAY),
        bought(2, transaction_date=MONDAY, deemed_execution_date=LATER),
        bought(3, transaction_date=MONDAY, transaction_form_type="5"),
        bought(4, transaction_date=None),
        bought(5, transaction_date=LATER),
    ]
    store(
        lake,
        filing("four", LATER, non_derivative_transactions=rows),
        filing("five", LATER, form_type="5", non_derivative_transactions=rows),
        filing("fix", LATER, form_type="4/A", owners=[99], non_derivative_transactions=rows),
        day=LATER,
    )
    assert [(row[0], *row[3:]) for row in late(lake)] == [("four", 2, 5)]


def due(lake: Lake, filed: date, cases: list[dict[str, Any]]) -> list[tuple[Any, ...] | None]:
    """When the one trade of each of some filings was due, and how many days late it is; None if it is not."""
    store(
        lake,
        *(
            filing(str(case), filed, issuer_cik=case, non_derivative_transactions=[bought(1, **values)])
            for case, values in enumerate(cases)
        ),
        day=filed,
    )
    found = {row[0]: row[1:3] for row in late(lake)}
    return [found.get(str(case)) for case in range(len(cases))]


def test_what_may_wait_for_form_5_is_not_late(lake: Lake) -> None:
    cases: list[tuple[date, dict[str, Any], bool]] = [
        (date(2023, 2, 24), {"transaction_code": "G"}, False),
        (date(2023, 2, 27), {"transaction_code": "G"}, True),
        (date(2023, 3, 1), {"transaction_code": "L"}, False),
        (date(2023, 3, 1), {"transaction_code": "W"}, False),
        (date(2023, 3, 1), {"transaction_code": "Z"}, False),
        (date(2023, 3, 1), {"transaction_timeliness": "E"}, False),
        (date(2023, 3, 1), {"transaction_timeliness": "L"}, True),
        (date(2023, 3, 1), {"transaction_form_type": "5"}, False),
        (date(2023, 3, 1), {"transaction_code": "J"}, True),
    ]
    found = due(lake, date(2023, 3, 20), [{"transaction_date": traded, **values} for traded, values, _ in cases])
    assert [bool(each) for each in found] == [is_late for *_, is_late in cases]


def test_a_deemed_execution_date_counts_for_three_business_days(lake: Lake) -> None:
    cases = {
        "in time": (date(2024, 1, 10), (date(2024, 1, 12), 3)),
        "later than the third business day": (date(2024, 1, 31), (date(2024, 1, 16), 2)),
        "before the trade": (date(2023, 12, 1), (date(2024, 1, 10), 5)),
    }
    trades = [{"transaction_date": MONDAY, "deemed_execution_date": deemed} for deemed, _ in cases.values()]
    found = due(lake, date(2024, 1, 18), trades)
    assert dict(zip(cases, found, strict=True)) == {case: expected for case, (_, expected) in cases.items()}


def test_trades_of_the_six_months_before_the_form_3_are_due_with_the_first_form_4(lake: Lake) -> None:
    store(lake, filing("three", LATER, form_type="3", non_derivative_transactions=[]), day=LATER)
    rows = [bought(1, transaction_date=day) for day in (LATER - timedelta(days=100), LATER - timedelta(days=200))]
    filed = LATER + timedelta(days=1)
    store(lake, filing("early", filed, non_derivative_transactions=rows[:1]), day=filed)
    store(
        lake,
        filing("too early", filed, non_derivative_transactions=rows[1:]),
        filing("early", filed, non_derivative_transactions=rows[:1]),
        day=filed,
    )
    assert [row[0] for row in late(lake)] == ["too early"]


def plan(lake: Lake, *texts: str, box: bool | None = None) -> list[str]:
    rows = [
        bought(place, transaction_code="S", transaction_shares_fn=f"F{place}") for place in range(1, len(texts) + 1)
    ]
    notes = [Footnote(footnote_id=f"F{place}", footnote_text=text) for place, text in enumerate(texts, 1)]
    store(lake, filing("a", aff10b5_one=box, non_derivative_transactions=rows, footnotes=notes))
    return [
        row[0] for row in read(lake, "SELECT row_number || ' ' || plan_said_by FROM plan_trades ORDER BY row_number")
    ]


def test_a_plan_is_said_by_the_box_or_a_footnote_of_the_row(lake: Lake) -> None:
    texts = ["Sold under a Rule 10b5-1 plan.", "By gift."]
    assert plan(lake, *texts, box=True) == ["1 box and footnote", "2 box"]
    assert plan(lake, *texts, box=False) == ["1 footnote"]
    assert plan(lake, *texts, box=None) == ["1 footnote"]


def held(row: int, shares: int | None, **values: Any) -> NonDerivativeHolding:
    usual: dict[str, Any] = {"security_title": "Common Stock", "direct_or_indirect_ownership": "D"}
    amount = None if shares is None else Decimal(shares)
    return NonDerivativeHolding(row_number=row, shares_owned_following_transaction=amount, **(usual | values))


def traded(row: int, after: int | None, **values: Any) -> Any:
    amount = None if after is None else Decimal(after)
    return bought(row, direct_or_indirect_ownership="D", shares_owned_following_transaction=amount, **values)


def holding(lake: Lake) -> list[Any]:
    return read(
        lake,
        "SELECT owner_ciks, nature_of_ownership, shares_owned, as_of, accession_number "
        "FROM latest_holdings ORDER BY ALL",
    )


def test_the_last_report_of_a_class_is_the_position(lake: Lake) -> None:
    indirect = {"direct_or_indirect_ownership": "I", "nature_of_ownership": "By Trust"}
    first = {"form_type": "3", "non_derivative_transactions": []}
    store(lake, filing("three", MONDAY, non_derivative_holdings=[held(1, 10), held(2, 50, **indirect)], **first))
    rows = [traded(1, 110), traded(2, 0, transaction_date=TUESDAY), traded(3, None, transaction_date=WEDNESDAY)]
    store(lake, filing("four", WEDNESDAY, non_derivative_transactions=rows), day=WEDNESDAY)
    assert holding(lake) == [([11], None, 0, WEDNESDAY, "four")], "the whole class is reported, the trust's share too"


def test_joint_owners_hold_once_and_apart_from_each_alone(lake: Lake) -> None:
    store(
        lake,
        filing("joint", owners=[12, 11], non_derivative_transactions=[traded(1, 5)]),
        filing("alone", non_derivative_transactions=[traded(1, 7)]),
    )
    assert [row[:3] for row in holding(lake)] == [([11], None, 7), ([11, 12], None, 5)]


def test_what_an_amendment_replaced_is_no_holding(lake: Lake) -> None:
    original = filing(
        "o", non_derivative_transactions=[traded(1, 5)], non_derivative_holdings=[held(2, 9, security_title="Units")]
    )
    store(lake, original)
    fix = {"form_type": "4/A", "date_of_original_submission": MONDAY, "period_of_report": MONDAY}
    store(
        lake,
        filing(
            "h",
            TUESDAY,
            **fix,
            non_derivative_transactions=[],
            non_derivative_holdings=[held(2, 8, security_title="Units")],
        ),
        day=TUESDAY,
    )
    assert [row[2::2] for row in holding(lake)] == [(5, "o"), (8, "h")]
    store(lake, filing("t", WEDNESDAY, **fix, non_derivative_transactions=[traded(1, 6)]), day=WEDNESDAY)
    assert [row[2::2] for row in holding(lake)] == [(6, "t"), (8, "h")]


def test_a_date_beyond_the_filing_does_not_stand_for_ever(lake: Lake) -> None:
    store(lake, filing("typo", non_derivative_transactions=[traded(1, 5, transaction_date=date(2035, 1, 1))]))
    store(
        lake, filing("next", TUESDAY, non_derivative_transactions=[traded(1, 6, transaction_date=TUESDAY)]), day=TUESDAY
    )
    assert [row[2:] for row in holding(lake)] == [(6, TUESDAY, "next")]


def test_options_of_other_terms_are_other_holdings(lake: Lake) -> None:
    def option(row: int, strike: int) -> DerivativeHolding:
        return DerivativeHolding(
            row_number=row,
            security_title="Option",
            conversion_or_exercise_price=Decimal(strike),
            underlying_security_shares=Decimal(100),
        )

    exercised = DerivativeTransaction(
        row_number=1,
        security_title="option",
        conversion_or_exercise_price=Decimal(2),
        shares_owned_following_transaction=Decimal(0),
        underlying_security_shares=Decimal(30),
        transaction_date=TUESDAY,
    )
    store(
        lake,
        filing("a", form_type="3", non_derivative_transactions=[], derivative_holdings=[option(1, 1), option(2, 2)]),
    )
    store(lake, filing("b", TUESDAY, non_derivative_transactions=[], derivative_transactions=[exercised]), day=TUESDAY)
    assert read(
        lake,
        "SELECT conversion_or_exercise_price, shares_owned, underlying_security_shares FROM latest_holdings ORDER BY 1",
    ) == [(1, None, 100), (2, 0, None)]


def test_a_filing_names_the_amendment_that_replaces_it_whole(lake: Lake) -> None:
    store(lake, filing("o"))
    fix = {"form_type": "4/A", "date_of_original_submission": MONDAY, "period_of_report": MONDAY}
    store(lake, filing("whole", TUESDAY, **fix), day=TUESDAY)
    store(
        lake,
        filing("held", WEDNESDAY, **fix, non_derivative_transactions=[], non_derivative_holdings=[held(1, 3)]),
        day=WEDNESDAY,
    )
    found = read(
        lake,
        "SELECT accession_number, superseded_by, superseded_reason, is_current FROM current_filings "
        "ORDER BY filing_date",
    )
    assert found == [
        ("o", "held", "amended", False),
        ("whole", None, None, True),
        ("held", None, None, True),
    ]

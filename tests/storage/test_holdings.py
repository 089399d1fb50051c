"""What insiders own, position by position: real filings add up, and made-up ones show each rule."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from form4lake.parsers import parse_submission
from form4lake.storage import Lake
from form4lake.tables import DerivativeHolding, DerivativeTransaction, Filing, Footnote, NonDerivativeHolding
from form4lake.tests.builders.lakes import MONDAY, TUESDAY, bought, filing, read, store

LATER = date(2024, 2, 20)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake.open(tmp_path / "lake", create=True)


def shares_filed(report: Filing) -> dict[bool, Decimal]:
    """Shares that a filing says are owned after it, in Table I and in Table II: every holding, and the last balance of
    the transactions of each line."""
    found: dict[bool, Decimal] = defaultdict(Decimal)
    for derivative, transactions, holdings in (
        (False, report.non_derivative_transactions, report.non_derivative_holdings),
        (True, report.derivative_transactions, report.derivative_holdings),
    ):
        lines: dict[tuple[Any, ...], tuple[date, int, Decimal]] = {}
        for each in transactions:
            if each.shares_owned_following_transaction is None or each.transaction_date is None:
                continue
            line = [each.security_title, each.direct_or_indirect_ownership, each.nature_of_ownership]
            line += [each.nature_of_ownership_fn]
            if isinstance(each, DerivativeTransaction):
                line += [str(each.conversion_or_exercise_price), str(each.expiration_date), each.security_title_fn]
                line += [each.exercise_date_fn, each.expiration_date_fn]
            balance = (each.transaction_date, each.row_number, each.shares_owned_following_transaction)
            lines[tuple(line)] = max(lines.get(tuple(line), balance), balance)
        found[derivative] += sum(balance for *_, balance in lines.values())
        found[derivative] += sum(each.shares_owned_following_transaction or 0 for each in holdings)
    return found


def real_filings(folder: Path) -> Iterator[Filing]:
    """The real ownership documents; one that came without its header is filed on the day it was signed."""
    seen = set()
    for path in sorted(folder.joinpath("xml").iterdir()):
        found = parse_submission(path.read_bytes(), source_path=path.name)
        found.accession_number = path.name.split("__")[0]
        found.filing_date = max(
            each for each in (found.period_of_report, *(one.signature_date for one in found.signatures)) if each
        )
        if found.accession_number not in seen:
            seen.add(found.accession_number)
            yield found


def test_the_last_filing_of_each_real_owner_set_is_shown_share_by_share(lake: Lake, real_edgar: Path) -> None:
    filings = list(real_filings(real_edgar))
    ingest = lake.begin("2024")
    for each in filings:
        ingest.add_filing(each, MONDAY)
    lake.commit(ingest, writer="test")
    last: dict[Any, Filing] = {}
    for each in sorted(filings, key=lambda one: (one.filing_date or MONDAY, one.accession_number)):
        last[each.issuer_cik, frozenset(owner.owner_cik for owner in each.reporting_owners)] = each
    shown: dict[str, dict[bool, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    query = "SELECT accession_number, is_derivative, sum(shares_owned) FROM latest_holdings GROUP BY ALL"
    for accession, derivative, shares in read(lake, query):
        shown[accession][derivative] = shares or Decimal(0)
    assert len(last) > 30
    for each in last.values():
        for derivative, shares in shares_filed(each).items():
            assert shown[each.accession_number][derivative] == shares, (each.accession_number, derivative)


def held(row: int, shares: int, **values: Any) -> NonDerivativeHolding:
    usual: dict[str, Any] = {"security_title": "Common Stock", "direct_or_indirect_ownership": "D"}
    return NonDerivativeHolding(row_number=row, shares_owned_following_transaction=Decimal(shares), **(usual | values))


def traded(row: int, after: int, **values: Any) -> Any:
    return bought(row, direct_or_indirect_ownership="D", shares_owned_following_transaction=Decimal(after), **values)


def holding(lake: Lake) -> list[Any]:
    return read(lake, "SELECT shares_owned, accession_number, identity FROM latest_holdings ORDER BY ALL")


FORM_3: dict[str, Any] = {"form_type": "3", "non_derivative_transactions": []}
SEEN = {"direct_or_indirect_ownership": "I", "nature_of_ownership": "See footnote"}


def test_lines_that_only_footnotes_tell_apart_are_lines(lake: Lake) -> None:
    notes = [Footnote(footnote_id=f"F{each}", footnote_text=f"Trust {each}.") for each in (1, 2)]
    lines = [
        held(1, 5),
        held(2, 70, **SEEN, nature_of_ownership_fn="F1"),
        held(3, 80, **SEEN, nature_of_ownership_fn="F2"),
    ]
    store(lake, filing("a", **FORM_3, non_derivative_holdings=lines, footnotes=notes))
    assert holding(lake) == [(5, "a", "sure"), (70, "a", "by footnote"), (80, "a", "by footnote")]


SPELLINGS = [
    "Common Stock.",
    "COMMON STOCK",
    "Common Stock, par value $0.01 per share",
    "Common Stock, $.001 par value",
    "Common Shares",
    "Common stock (1)",
    "Common",
]


def store_titles(lake: Lake, titles: list[str]) -> None:
    """Of one issuer each, a holding of `Common Stock` and, the day after, a trade in a class of another title."""
    store(
        lake,
        *(
            filing(f"a{issuer}", issuer_cik=issuer, **FORM_3, non_derivative_holdings=[held(1, 5)])
            for issuer in range(len(titles))
        ),
    )
    rows = [traded(1, 6, security_title=title, transaction_date=TUESDAY) for title in titles]
    store(
        lake,
        *(
            filing(f"b{issuer}", TUESDAY, issuer_cik=issuer, non_derivative_transactions=[row])
            for issuer, row in enumerate(rows)
        ),
        day=TUESDAY,
    )


def test_one_class_spelt_in_several_ways_is_one_position(lake: Lake) -> None:
    store_titles(lake, SPELLINGS)
    query = "SELECT shares_owned, security_title, title_as_filed FROM latest_holdings ORDER BY issuer_cik"
    assert read(lake, query) == [(6, "Common Stock", title) for title in SPELLINGS]


def test_another_class_is_another_position(lake: Lake) -> None:
    store_titles(lake, titles := ["Class A Common Stock", "American Depositary Shares", "Preferred Stock"])
    query = "SELECT issuer_cik, shares_owned FROM latest_holdings ORDER BY ALL"
    assert read(lake, query) == [(issuer, shares) for issuer in range(len(titles)) for shares in (5, 6)]


def test_a_group_that_gains_an_owner_is_one(lake: Lake) -> None:
    store(lake, filing("a", owners=[11, 12], **FORM_3, non_derivative_holdings=[held(1, 5)]))
    rows = [traded(1, 4, transaction_date=TUESDAY)]
    store(lake, filing("b", TUESDAY, owners=[11, 12, 13], non_derivative_transactions=rows), day=TUESDAY)
    assert holding(lake) == [(4, "b", "sure")]


def test_the_balance_of_a_form_5_is_that_of_the_fiscal_year_s_end(lake: Lake) -> None:
    store(lake, filing("four", non_derivative_transactions=[traded(1, 4)]))
    rows = [traded(1, 5, transaction_date=MONDAY - timedelta(days=90))]
    year = {"form_type": "5", "period_of_report": TUESDAY}
    store(lake, filing("five", LATER, **year, non_derivative_transactions=rows), day=LATER)
    assert read(lake, "SELECT shares_owned, as_of FROM latest_holdings") == [(5, TUESDAY)]


def test_a_date_that_cannot_be_true_beats_no_sound_one_and_hides_no_later_report(lake: Lake) -> None:
    typo = [traded(1, 9, transaction_date=MONDAY), traded(2, 8, transaction_date=date(2034, 1, 8)), traded(3, 7)]
    store(lake, filing("typo", non_derivative_transactions=typo))
    assert [row[0] for row in holding(lake)] == [7]
    store(
        lake, filing("next", TUESDAY, non_derivative_transactions=[traded(1, 6, transaction_date=TUESDAY)]), day=TUESDAY
    )
    assert holding(lake) == [(6, "next", "sure")]


def option(row: int, shares: int, expires: date | None, **values: Any) -> DerivativeTransaction:
    usual: dict[str, Any] = {
        "security_title": "Stock Option",
        "conversion_or_exercise_price": Decimal("12.5"),
        "underlying_security_title": "Common Stock",
        "transaction_date": MONDAY,
        "direct_or_indirect_ownership": "D",
    }
    return DerivativeTransaction(
        row_number=row, shares_owned_following_transaction=Decimal(shares), expiration_date=expires, **(usual | values)
    )


def test_an_option_is_its_terms_and_one_without_all_of_them_the_only_one_that_fits(lake: Lake) -> None:
    bare: dict[str, Any] = {"non_derivative_transactions": []}
    store(lake, filing("a", **bare, derivative_transactions=[option(1, 500, date(2034, 1, 8))]))
    exercised = option(1, 300, None, security_title="Employee stock option (right to buy)", transaction_date=TUESDAY)
    store(lake, filing("b", TUESDAY, **bare, derivative_transactions=[exercised]), day=TUESDAY)
    assert holding(lake) == [(300, "b", "sure")]
    other = option(1, 50, date(2035, 1, 8), transaction_date=LATER)
    store(lake, filing("c", LATER, **bare, derivative_transactions=[other]), day=LATER)
    assert (50, "c", "sure") in holding(lake)


def test_grants_without_terms_are_told_apart_by_their_footnotes(lake: Lake) -> None:
    notes = [Footnote(footnote_id=f"F{each}", footnote_text=f"Vests in 202{each}.") for each in (1, 2)]

    def unit(row: int, shares: int) -> DerivativeHolding:
        return DerivativeHolding(
            row_number=row,
            security_title="Restricted Stock Units",
            security_title_fn=f"F{row}",
            shares_owned_following_transaction=Decimal(shares),
            direct_or_indirect_ownership="D",
        )

    store(lake, filing("a", **FORM_3, derivative_holdings=[unit(1, 10), unit(2, 20)], footnotes=notes))
    vested = option(
        1, 0, None, conversion_or_exercise_price=None, security_title="Restricted Stock Units", security_title_fn="F1",
        transaction_date=TUESDAY,
    )  # fmt: skip
    report = {"non_derivative_transactions": [], "derivative_transactions": [vested], "footnotes": notes}
    store(lake, filing("b", TUESDAY, **report), day=TUESDAY)
    assert holding(lake) == [(0, "b", "by footnote"), (20, "a", "by footnote")]

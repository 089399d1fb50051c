"""Which filing an amendment replaces."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from lake_builders import MONDAY, TUESDAY, bought, filing, read, store

from storage import Lake
from storage.amendments import Candidate, match_amendments
from tables import NonDerivativeHolding

FRIDAY = date(2024, 1, 12)
LATER = date(2024, 2, 20)


def made(accession: str, filed: date, form_type: str = "4", **values: Any) -> Candidate:
    usual: dict[str, Any] = {
        "accepted_at": None,
        "period_of_report": filed - timedelta(days=1),
        "date_of_original_submission": None,
        "issuer_cik": 5,
        "owner_ciks": frozenset({11}),
    }
    return Candidate(accession_number=accession, filing_date=filed, form_type=form_type, **(usual | values))


def pairs(*filings: Candidate, shared: dict[str, int] | None = None) -> set[tuple[str, str]]:
    found = match_amendments(filings, lambda _, other: (shared or {}).get(other.accession_number, 0))
    return {(earlier.accession_number, later.accession_number) for earlier, later in found}


def amendment(original: date | None, accession: str = "x", filed: date = LATER, **values: Any) -> Candidate:
    form_type = values.pop("form_type", "4/A")
    return made(accession, filed, form_type, date_of_original_submission=original, **values)


PERIOD = date(2024, 1, 5)


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (made("better", FRIDAY, period_of_report=PERIOD), made("worse", FRIDAY)),
        (made("better", FRIDAY), made("worse", FRIDAY - timedelta(days=2), period_of_report=PERIOD)),
        (
            made("better", FRIDAY - timedelta(days=4), period_of_report=PERIOD),
            made("worse", FRIDAY - timedelta(days=1)),
        ),
        (made("better", FRIDAY + timedelta(days=4)), made("worse", LATER - timedelta(days=5), period_of_report=FRIDAY)),
        (made("better", LATER - timedelta(days=5), period_of_report=FRIDAY), made("worse", FRIDAY - timedelta(days=5))),
    ],
    ids=["date and period", "date", "near and period", "near", "period near"],
)
def test_the_better_fit_is_taken(better: Candidate, worse: Candidate) -> None:
    later = amendment(FRIDAY, period_of_report=PERIOD)
    assert pairs(better, worse, later) == {("better", "x")}
    assert pairs(worse, later, better) == {("better", "x")}


def test_other_families_issuers_and_owner_sets_are_no_fit() -> None:
    later = amendment(MONDAY)
    strangers = [
        made("form", MONDAY, "3"),
        made("issuer", MONDAY, issuer_cik=6),
        made("owner", MONDAY, owner_ciks=frozenset({12})),
        made("joint", MONDAY, owner_ciks=frozenset({11, 12})),
        made("after", LATER + timedelta(days=1), period_of_report=MONDAY),
        made("far", MONDAY - timedelta(days=5), period_of_report=MONDAY - timedelta(days=5)),
    ]
    assert pairs(later, *strangers) == set()


def test_a_tie_goes_to_the_one_with_the_same_rows_or_to_none() -> None:
    one, other, later = made("one", MONDAY), made("other", MONDAY), amendment(MONDAY)
    assert pairs(one, other, later) == set()
    assert pairs(one, other, later, shared={"one": 1, "other": 1}) == set()
    assert pairs(one, other, later, shared={"one": 1, "other": 2}) == {("other", "x")}


def test_a_later_amendment_replaces_the_earlier_ones_too() -> None:
    first = amendment(MONDAY, "first", FRIDAY)
    by_original = amendment(MONDAY, "second", LATER)
    by_amendment = amendment(FRIDAY, "third", LATER)
    original = made("o", MONDAY)
    assert pairs(original, first, by_original) == {("o", "first"), ("o", "second"), ("first", "second")}
    assert pairs(original, first, by_amendment) == {("o", "first"), ("o", "third"), ("first", "third")}


def test_two_originals_of_one_day_keep_their_own_amendments() -> None:
    one, other = made("one", MONDAY), made("other", MONDAY)
    first, second = amendment(MONDAY, "first", FRIDAY), amendment(MONDAY, "second", LATER)
    likeness = {("first", "one"): 3, ("second", "other"): 3}
    found = match_amendments(
        [one, other, first, second], lambda one, other: likeness.get((one.accession_number, other.accession_number), 0)
    )
    assert {(a.accession_number, b.accession_number) for a, b in found} == {("one", "first"), ("other", "second")}


def test_amendments_of_a_filing_that_the_lake_has_not_replace_each_other() -> None:
    first = amendment(MONDAY, "first", FRIDAY + timedelta(days=10), period_of_report=PERIOD - timedelta(days=60))
    second = amendment(MONDAY, "second", LATER, period_of_report=PERIOD - timedelta(days=60))
    assert pairs(first, second) == {("first", "second")}


def test_without_a_date_only_a_single_filing_of_the_period_fits() -> None:
    later = amendment(None, period_of_report=PERIOD)
    one, other = made("one", MONDAY, period_of_report=PERIOD), made("other", TUESDAY, period_of_report=PERIOD)
    assert pairs(one, later) == {("one", "x")}
    assert pairs(one, other, later) == set()
    assert pairs(made("none", MONDAY, period_of_report=None), amendment(None, period_of_report=None)) == set()


def test_on_one_day_acceptance_decides_which_is_earlier() -> None:
    morning = datetime(2024, 1, 8, 14, tzinfo=UTC)
    original = made("z", MONDAY, accepted_at=morning)
    later = amendment(MONDAY, "a", MONDAY, accepted_at=morning + timedelta(hours=1))
    assert pairs(original, later) == {("z", "a")}


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake.open(tmp_path / "lake", create=True)


SUPERSEDED = "SELECT accession_number, superseded_by, reason FROM superseded ORDER BY ALL"


def amending(accession: str, filed: date, original: date = MONDAY, **values: Any) -> Any:
    usual = {"form_type": "4/A", "date_of_original_submission": original, "period_of_report": MONDAY}
    return filing(accession, filed, **(usual | values))


def test_the_order_of_arrival_does_not_matter(lake: Lake) -> None:
    store(lake, amending("second", LATER), day=LATER)
    store(lake, amending("first", TUESDAY), day=TUESDAY)
    assert read(lake, SUPERSEDED) == [("first", "second", "amended")]
    store(lake, filing("o"))
    expected = [("first", "second", "amended"), ("o", "first", "amended"), ("o", "second", "amended")]
    assert read(lake, SUPERSEDED) == expected
    assert read(
        lake, "SELECT superseded_by, superseded_count, is_current FROM current_filings ORDER BY filing_date"
    ) == [
        ("second", 2, False),
        ("second", 1, False),
        (None, 0, True),
    ]
    assert read(lake, "SELECT accession_number FROM trades WHERE NOT is_amended") == [("second",)]
    # Nothing of it changes when a filing comes again.
    assert store(lake, filing("o")) is None


def test_rows_that_are_no_longer_true_go(lake: Lake) -> None:
    store(lake, filing("o"))
    store(lake, amending("x", LATER), day=LATER)
    assert read(lake, SUPERSEDED) == [("o", "x", "amended")]
    store(lake, filing("o", owners=[11, 12]))
    assert read(lake, SUPERSEDED) == []
    store(lake, filing("o"))
    assert read(lake, SUPERSEDED) == [("o", "x", "amended")]
    store(lake, filing("x", LATER), day=LATER)
    assert read(lake, SUPERSEDED) == []


def test_an_amendment_without_transactions_lets_them_stand(lake: Lake) -> None:
    holdings = [NonDerivativeHolding(row_number=1, security_title="Common Stock")]
    held = filing("h", issuer_cik=6, non_derivative_transactions=[], non_derivative_holdings=holdings)
    store(lake, filing("o"), held)
    corrected = {"non_derivative_transactions": [], "non_derivative_holdings": holdings}
    store(lake, amending("x", LATER, **corrected), amending("y", LATER, issuer_cik=6, **corrected), day=LATER)
    assert read(lake, SUPERSEDED) == [("h", "y", "amended"), ("o", "x", "holdings amended")]
    assert read(lake, "SELECT accession_number, is_amended FROM trades") == [("o", False)]
    assert read(lake, "SELECT superseded_by, is_current FROM current_filings WHERE accession_number = 'o'") == [
        ("x", True)
    ]


def test_rows_in_the_lake_settle_a_tie(lake: Lake) -> None:
    sold = [bought(1, transaction_code="S"), bought(2, transaction_code="S")]
    store(lake, filing("one"), filing("other", non_derivative_transactions=sold))
    store(lake, amending("x", LATER, non_derivative_transactions=sold), day=LATER)
    assert read(lake, SUPERSEDED) == [("other", "x", "amended")]

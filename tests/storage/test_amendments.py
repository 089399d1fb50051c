"""Which filing an amendment replaces."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from form4lake.storage import Lake
from form4lake.storage.write.matching import Candidate, match_amendments
from form4lake.tables import Filing, NonDerivativeHolding
from form4lake.tests.builders.lakes import MONDAY, TUESDAY, bought, filing, read, store

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


@pytest.mark.parametrize("known", ["original", "amendment", "neither"])
def test_on_one_day_an_amendment_comes_last_where_an_hour_is_not_known(known: str) -> None:
    morning = datetime(2024, 1, 8, 14, tzinfo=UTC)
    original = made("z", MONDAY, accepted_at=morning if known == "original" else None)
    later = amendment(MONDAY, "a", MONDAY, accepted_at=morning if known == "amendment" else None)
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


def test_each_amendment_finds_what_earlier_commits_brought(lake: Lake) -> None:
    far = LATER + timedelta(days=60)
    lacking = date(2019, 5, 6)
    store(lake, filing("o", period_of_report=PERIOD), filing("p", issuer_cik=6, period_of_report=PERIOD))
    store(lake, amending("first", LATER), amending("a", LATER, lacking, issuer_cik=7), day=LATER)
    by_amendment = amending("second", far, LATER)
    by_period = amending("b", far, date_of_original_submission=None, issuer_cik=6, period_of_report=PERIOD)
    of_one_that_is_not_here = amending("c", far, lacking, issuer_cik=7)
    store(lake, by_amendment, by_period, of_one_that_is_not_here, day=far)
    expected = {("o", "first"), ("o", "second"), ("first", "second"), ("p", "b"), ("a", "c")}
    assert {row[:2] for row in read(lake, SUPERSEDED)} == expected
    store(lake, amending("third", far + timedelta(days=60)), day=far + timedelta(days=60))
    expected |= {("o", "third"), ("first", "third"), ("second", "third")}
    assert {row[:2] for row in read(lake, SUPERSEDED)} == expected


DAYS = [date(2022, 3, 4), *(date(2023, 12, 28) + timedelta(days=each) for each in range(0, 40, 5))]


def any_filing(random: Random, day: date, accession: str) -> Filing:
    """A filing of few issuers and owners, often an amendment, often of a day on which others were filed."""
    amends = random.random() < 0.6
    original = random.choice(DAYS) + timedelta(days=random.choice((0, 0, 4, 5)))
    return filing(
        accession,
        day,
        owners=random.choice(((11,), (11,), (11,), (11, 12), ())),
        form_type="4/A" if amends else "4",
        issuer_cik=random.choice((5, 5, 5, 5, 6, None)),
        period_of_report=random.choice((None, day - timedelta(days=1), random.choice(DAYS))),
        date_of_original_submission=original if amends and random.random() < 0.6 else None,
        non_derivative_transactions=[bought(1, transaction_code=random.choice("PS"))] * random.choice((0, 1, 1)),
    )


def rows_wanted(filings: dict[str, Filing]) -> set[tuple[str, str, str]]:
    """What `superseded` must say of filings, all of them matched at once."""
    trades = {
        accession: Counter(each.transaction_code for each in one.non_derivative_transactions)
        for accession, one in filings.items()
    }
    candidates = [
        made(
            accession,
            one.filing_date or MONDAY,
            one.form_type,
            period_of_report=one.period_of_report,
            date_of_original_submission=one.date_of_original_submission,
            issuer_cik=one.issuer_cik,
            owner_ciks=frozenset(each.owner_cik for each in one.reporting_owners),
        )
        for accession, one in filings.items()
        if one.issuer_cik
    ]
    found = match_amendments(
        candidates, lambda one, other: (trades[one.accession_number] & trades[other.accession_number]).total()
    )
    pairs = [(earlier.accession_number, later.accession_number) for earlier, later in found]
    return {
        (earlier, later, "holdings amended" if trades[earlier] and not trades[later] else "amended")
        for earlier, later in pairs
    }


@pytest.mark.flow
@pytest.mark.parametrize("seed", [4, 17])
def test_commits_in_any_order_keep_what_matching_everything_would_say(lake: Lake, seed: int) -> None:
    random = Random(seed)
    filings: dict[str, Filing] = {}
    for day in [*DAYS[1:7], *random.sample(DAYS, 2)]:
        held = random.sample(sorted(filings), min(3, len(filings)))
        new = [f"0000000005-{day:%y}-{random.randrange(10**6):06d}" for _ in range(10)]
        coming = [any_filing(random, day, accession) for accession in held + new]
        filings.update((each.accession_number, each) for each in coming)
        store(lake, *coming, day=day)
    wanted = rows_wanted(filings)
    assert len(wanted) > 10
    assert set(read(lake, SUPERSEDED)) == wanted

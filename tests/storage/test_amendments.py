"""Which filing an amendment amends, and which rows of it."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest

from form4lake.parsers.dataset.rows import parse_dataset_batch
from form4lake.parsers.dataset.zip_file import read_dataset
from form4lake.storage import Lake
from form4lake.storage.write.filed import FiledReport, FiledRow
from form4lake.storage.write.matching import NO_CANDIDATE, NO_ISSUER, NO_OWNER, match_amendments
from form4lake.storage.write.replacing import says_void
from form4lake.tables import (
    DerivativeTransaction,
    Filing,
    Footnote,
    NonDerivativeHolding,
    NonDerivativeTransaction,
)
from form4lake.tests.builders.lakes import MONDAY, TUESDAY, bought, filing, read, store

FRIDAY = date(2024, 1, 12)
LATER = date(2024, 2, 20)
PERIOD = date(2024, 1, 5)


def row(number: int = 1, **values: Any) -> FiledRow:
    usual: dict[str, Any] = {
        "table": "non_derivative_transactions",
        "security": "common",
        "day": PERIOD,
        "code": "P",
        "acquired": "A",
        "shares": Decimal(100),
        "price": Decimal(10),
        "owned": Decimal(1000),
        "ownership": "D",
    }
    return FiledRow(number=number, **(usual | values))


def made(accession: str, filed: date, form_type: str = "4", *rows: FiledRow, **values: Any) -> FiledReport:
    usual: dict[str, Any] = {
        "accepted_at": None,
        "period_of_report": PERIOD,
        "date_of_original_submission": None,
        "issuer_cik": 5,
        "owners": frozenset({"11"}),
    }
    return FiledReport(
        accession_number=accession, filing_date=filed, form_type=form_type, rows=[*rows] or [row()], **(usual | values)
    )


def amendment(*rows: FiledRow, typed: date | None = MONDAY, filed: date = LATER, **values: Any) -> FiledReport:
    accession = values.pop("accession", "x")
    return made(accession, filed, "4/A", *rows, date_of_original_submission=typed, **values)


def amended(*filings: FiledReport) -> dict[str, list[str | None]]:
    """The originals of each amendment."""
    found: dict[str, list[str | None]] = {}
    for match in match_amendments(filings):
        found.setdefault(match.amendment.accession_number, []).append(match.original)
    return found


OTHER_DAY = row(day=PERIOD - timedelta(days=30), shares=Decimal(7), owned=Decimal(7), price=Decimal(7))


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (made("better", FRIDAY, "4", row(), row(2)), made("worse", MONDAY, "4", row())),
        (made("better", FRIDAY), made("worse", MONDAY, period_of_report=MONDAY)),
        (made("better", FRIDAY), made("worse", MONDAY, "4", row(shares=Decimal(9), owned=Decimal(9)))),
        (made("better", MONDAY), made("worse", FRIDAY)),
        (made("better", FRIDAY), made("worse", FRIDAY, owners=frozenset({"11", "12"}))),
        (made("better", TUESDAY), made("worse", FRIDAY + timedelta(days=3))),
    ],
    ids=["more rows in common", "period", "amounts", "typed date", "the same owners", "near the typed date"],
)
def test_the_better_evidence_decides(better: FiledReport, worse: FiledReport) -> None:
    later = amendment(row(), row(2))
    assert amended(better, worse, later) == {"x": ["better"]}
    assert amended(worse, later, better) == {"x": ["better"]}


def test_a_filing_of_the_typed_date_with_another_period_and_other_rows_is_never_meant() -> None:
    decoy = made("decoy", MONDAY, "4", OTHER_DAY, period_of_report=PERIOD - timedelta(days=30))
    later = amendment(row())
    assert amended(decoy, later) == {"x": [None]}
    assert amended(decoy, made("o", FRIDAY), later) == {"x": ["o"]}


@pytest.mark.parametrize("typed", [None, PERIOD, LATER, MONDAY - timedelta(days=365)])
def test_the_typed_date_may_be_missing_or_wrong(typed: date | None) -> None:
    assert amended(made("o", MONDAY), amendment(row(price=Decimal("10.5")), typed=typed)) == {"x": ["o"]}


@pytest.mark.parametrize("owners", [{"11"}, {"11", "12"}, {"12", "13", "11"}])
def test_owners_may_be_added_and_dropped(owners: set[str]) -> None:
    original = made("o", MONDAY, owners=frozenset({"11", "12"}))
    assert amended(original, amendment(owners=frozenset(owners))) == {"x": ["o"]}


def test_other_families_issuers_owners_and_later_filings_are_no_candidates() -> None:
    strangers = [
        made("form", MONDAY, "3"),
        made("issuer", MONDAY, issuer_cik=6),
        made("owner", MONDAY, owners=frozenset({"12"})),
        made("after", LATER + timedelta(days=1)),
    ]
    (match,) = match_amendments([amendment(), *strangers])
    assert (match.original, match.unmatched) == (None, NO_CANDIDATE)


def test_without_owners_or_issuer_there_is_no_match_and_it_says_so() -> None:
    (one,) = match_amendments([made("o", MONDAY), amendment(owners=frozenset())])
    (other,) = match_amendments([made("o", MONDAY, issuer_cik=None), amendment(issuer_cik=None)])
    assert (one.unmatched, other.unmatched) == (NO_OWNER, NO_ISSUER)


def test_of_two_that_fit_alike_none_is_taken() -> None:
    (match,) = match_amendments([made("one", MONDAY), made("other", MONDAY), amendment()])
    assert (match.original, match.unmatched) == (None, "it fits one and other alike")


def test_an_amendment_may_amend_two_filings() -> None:
    first = made("first", MONDAY, "4", row())
    sold = row(day=TUESDAY, code="S", acquired="D", owned=Decimal(900))
    second = made("second", FRIDAY, "4", sold, period_of_report=TUESDAY)
    recoded = row(2, day=TUESDAY, code="F", acquired="D", owned=Decimal(900))
    assert amended(first, second, amendment(row(code="M"), recoded)) == {"x": ["first", "second"]}


def test_an_amendment_of_an_amendment_amends_the_original() -> None:
    first = amendment(row(price=Decimal(11)), accession="first", filed=FRIDAY)
    second = amendment(row(price=Decimal(12)), accession="second", typed=FRIDAY)
    assert amended(made("o", MONDAY), first, second) == {"first": ["o"], "second": ["o"]}
    assert amended(first, second) == {"first": [None], "second": ["first"]}


def test_on_one_day_acceptance_decides_which_is_earlier() -> None:
    morning = datetime(2024, 1, 8, 14, tzinfo=UTC)
    original = made("z", MONDAY, accepted_at=morning)
    assert amended(original, amendment(filed=MONDAY, accepted_at=morning + timedelta(hours=1))) == {"x": ["z"]}
    assert amended(original, amendment(filed=MONDAY, accepted_at=morning - timedelta(hours=1))) == {"x": [None]}


@pytest.mark.parametrize("known", ["original", "amendment", "neither"])
def test_on_one_day_an_amendment_comes_last_where_an_hour_is_not_known(known: str) -> None:
    morning = datetime(2024, 1, 8, 14, tzinfo=UTC)
    original = made("z", MONDAY, accepted_at=morning if known == "original" else None)
    later = amendment(filed=MONDAY, accepted_at=morning if known == "amendment" else None)
    assert amended(original, later) == {"x": ["z"]}


@pytest.mark.parametrize(
    ("text", "void"),
    [
        ("The Form 4 was filed in error and should be disregarded.", True),
        ("Filed solely to delete the transaction that was included inadvertently.", True),
        ("Please disregard the filing submitted earlier. It was a test.", True),
        ("3,180 shares were reported in error; the correct entry is 3,810 shares.", False),
        ("This amendment corrects the price.", False),
    ],
)
def test_words_that_say_a_report_is_void(text: str, void: bool) -> None:
    assert says_void(text) == void


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake.open(tmp_path / "lake", create=True)


ROWS = (
    "SELECT accession_number, table_name, row_number, superseded_by, superseded_by_row, reason FROM superseded "
    "WHERE table_name IS NOT NULL ORDER BY ALL"
)
PAIRS = "SELECT amends, accession_number FROM amendments ORDER BY ALL"
TABLE_I = "non_derivative_transactions"


def amending(accession: str, filed: date = LATER, original: date = MONDAY, **values: Any) -> Filing:
    usual = {"form_type": "4/A", "date_of_original_submission": original, "period_of_report": MONDAY}
    return filing(accession, filed, **(usual | values))


def sold(number: int, shares: int, owned: int, **values: Any) -> NonDerivativeTransaction:
    return bought(
        number,
        transaction_shares=Decimal(shares),
        shares_owned_following_transaction=Decimal(owned),
        direct_or_indirect_ownership="D",
        **values,
    )


def held(number: int, shares: int, nature: str | None = None) -> NonDerivativeHolding:
    return NonDerivativeHolding(
        row_number=number,
        security_title="Common Stock",
        shares_owned_following_transaction=Decimal(shares),
        direct_or_indirect_ownership="I" if nature else "D",
        nature_of_ownership=nature,
    )


def test_a_section_that_the_amendment_does_not_have_stands(lake: Lake) -> None:
    option = DerivativeTransaction(row_number=1, security_title="Option", transaction_date=MONDAY, transaction_code="A")
    store(lake, filing("o", derivative_transactions=[option], non_derivative_holdings=[held(2, 70, "By Trust")]))
    corrected = bought(1, transaction_price_per_share=Decimal(13))
    store(lake, amending("x", non_derivative_transactions=[corrected]), day=LATER)
    assert read(lake, ROWS) == [("o", TABLE_I, 1, "x", 1, "corrected")]
    standing = "SELECT accession_number, is_derivative FROM trades WHERE NOT is_amended ORDER BY ALL"
    assert read(lake, standing) == [("o", True), ("x", False)]
    filings = "SELECT superseded_reason, is_current FROM current_filings WHERE accession_number = 'o'"
    assert read(lake, filings) == [("amended in part", True)]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([sold(1, 100, 1200)], [(1, 1, "corrected")]),
        (
            [sold(1, 150, 1050), sold(2, 200, 1250), sold(3, 300, 1550)],
            [(1, 1, "corrected"), (2, 2, "corrected"), (3, 3, "corrected")],
        ),
        ([sold(1, 100, 1100), sold(2, 300, 1600)], [(1, 1, "restated"), (2, None, "withdrawn"), (3, 2, "restated")]),
        ([sold(1, 400, 1700, transaction_date=TUESDAY, transaction_code="S")], []),
    ],
    ids=["one line corrected", "all lines corrected", "one left out of a restated table", "one added"],
)
def test_rows_are_replaced_by_likeness(lake: Lake, rows: list[Any], expected: list[Any]) -> None:
    store(lake, filing("o", non_derivative_transactions=[sold(1, 100, 1100), sold(2, 200, 1300), sold(3, 300, 1600)]))
    store(lake, amending("x", non_derivative_transactions=rows), day=LATER)
    assert read(lake, ROWS) == [("o", TABLE_I, number, "x", by, reason) for number, by, reason in expected]


def test_an_omitted_sale_of_the_same_day_corrects_nothing(lake: Lake) -> None:
    store(lake, filing("o", non_derivative_transactions=[sold(1, 100, 900)]))
    omitted = [sold(1, 50, 850, transaction_price_per_share=Decimal(13))]
    text = "This amendment reports a transaction that was omitted from the original report."
    store(lake, amending("x", non_derivative_transactions=omitted, remarks=text), day=LATER)
    assert read(lake, ROWS) == []
    assert read(lake, PAIRS) == [("o", "x")]


def test_an_omitted_holding_is_added_and_one_that_reads_alike_corrected(lake: Lake) -> None:
    notes = [Footnote(footnote_id="F1", footnote_text="Trust one."), Footnote(footnote_id="F2", footnote_text="Two.")]

    def seen(number: int, shares: int, note: str) -> NonDerivativeHolding:
        found = held(number, shares, "See footnote")
        found.nature_of_ownership_fn = note
        return found

    report = {"form_type": "3", "non_derivative_transactions": [], "footnotes": notes}
    store(lake, filing("o", **report, non_derivative_holdings=[held(1, 5), seen(2, 70, "F1")]))
    store(lake, amending("x", **report | {"form_type": "3/A"}, non_derivative_holdings=[seen(1, 80, "F2")]), day=LATER)
    assert read(lake, ROWS) == []
    again = date(2024, 3, 1)
    store(
        lake,
        amending("y", again, **report | {"form_type": "3/A"}, non_derivative_holdings=[seen(1, 71, "F1")]),
        day=again,
    )
    assert read(lake, ROWS) == [("o", "non_derivative_holdings", 2, "y", 1, "corrected")]


def test_a_later_amendment_replaces_what_stands_after_the_earlier_one(lake: Lake) -> None:
    store(lake, filing("o", non_derivative_transactions=[sold(1, 100, 1100), sold(2, 200, 1300)]))
    store(lake, amending("first", FRIDAY, non_derivative_transactions=[sold(1, 100, 1150)]), day=FRIDAY)
    store(
        lake, amending("second", LATER, non_derivative_transactions=[sold(1, 100, 1160), sold(2, 200, 1300)]), day=LATER
    )
    assert read(lake, ROWS) == [
        ("first", TABLE_I, 1, "second", 1, "corrected"),
        ("o", TABLE_I, 1, "first", 1, "corrected"),
        ("o", TABLE_I, 2, "second", 2, "restated"),
    ]
    assert read(
        lake, "SELECT accession_number, superseded_by, is_current FROM current_filings ORDER BY filing_date"
    ) == [
        ("o", "second", False),
        ("first", "second", False),
        ("second", None, True),
    ]


def test_an_amendment_without_rows_replaces_nothing_and_is_for_a_person_to_read(lake: Lake) -> None:
    store(lake, filing("o"), filing("p", issuer_cik=6))
    remarks = "Filed solely to delete the transaction that was included inadvertently."
    deleting = amending(
        "y", issuer_cik=6, non_derivative_transactions=[], non_derivative_holdings=[held(1, 5)], remarks=remarks
    )
    store(lake, amending("x", non_derivative_transactions=[], remarks="Filed in error."), deleting, day=LATER)
    assert read(lake, ROWS) == []
    marked = "SELECT accession_number FROM current_filings WHERE amended_by_text AND is_current ORDER BY ALL"
    assert read(lake, marked) == [("o",), ("p",)]


def test_the_order_of_arrival_does_not_matter(lake: Lake) -> None:
    store(lake, amending("second", LATER), day=LATER)
    store(lake, amending("first", TUESDAY), day=TUESDAY)
    assert read(lake, PAIRS) == [("first", "second"), (None, "first")]
    assert [each[:2] for each in read(lake, "SELECT accession_number, reason FROM unmatched")] == [
        ("first", NO_CANDIDATE)
    ]
    store(lake, filing("o"))
    assert read(lake, PAIRS) == [("o", "first"), ("o", "second")]
    assert read(lake, ROWS) == [
        ("first", TABLE_I, 1, "second", 1, "restated"),
        ("o", TABLE_I, 1, "first", 1, "restated"),
    ]
    assert read(lake, "SELECT accession_number FROM trades WHERE NOT is_amended") == [("second",)]
    # Nothing of it changes when a filing comes again.
    assert store(lake, filing("o")) is None


def test_rows_that_are_no_longer_true_go(lake: Lake) -> None:
    store(lake, filing("o"))
    store(lake, amending("x", LATER), day=LATER)
    expected = [("o", TABLE_I, 1, "x", 1, "restated")]
    assert read(lake, ROWS) == expected
    store(lake, filing("o", owners=[12]))
    assert read(lake, ROWS) == []
    store(lake, filing("o"))
    assert read(lake, ROWS) == expected
    store(lake, filing("x", LATER), day=LATER)
    assert (read(lake, ROWS), read(lake, PAIRS)) == ([], [])


def test_each_amendment_finds_what_earlier_commits_brought(lake: Lake) -> None:
    far = LATER + timedelta(days=60)
    store(lake, filing("o"), filing("p", issuer_cik=6))
    lacking = {"issuer_cik": 7, "original": date(2019, 5, 6)}
    store(lake, amending("first"), amending("a", **lacking), day=LATER)
    by_amendment = amending("second", far, LATER)
    store(lake, by_amendment, amending("b", far, issuer_cik=6), amending("c", far, **lacking), day=far)
    expected = [("a", "c"), ("o", "first"), ("o", "second"), ("p", "b"), (None, "a")]
    assert read(lake, PAIRS) == expected
    store(lake, amending("third", far + timedelta(days=60)), day=far + timedelta(days=60))
    assert read(lake, PAIRS) == sorted([*expected[:-1], ("o", "third")]) + expected[-1:]
    # One of the middle goes: what follows it replaces what stands without it.
    store(lake, filing("first", LATER, issuer_cik=8), day=LATER)
    assert ("o", TABLE_I, 1, "second", 1, "restated") in read(lake, ROWS)


DAYS = [date(2022, 3, 4), *(date(2023, 12, 28) + timedelta(days=each) for each in range(0, 40, 5))]


def any_filing(random: Random, day: date, accession: str) -> Filing:
    """A filing of few issuers and owners, often an amendment, often of a period of which others are."""
    amends = random.random() < 0.6
    trades = [
        sold(place, random.choice((100, 100, 200)), 1000, transaction_code=random.choice("PS"))
        for place in range(1, random.choice((1, 2, 3)))
    ]
    return filing(
        accession,
        day,
        owners=random.choice(((11,), (11,), (11, 12), (12, 13), ())),
        form_type="4/A" if amends else "4",
        issuer_cik=random.choice((5, 5, 5, 5, 6, None)),
        period_of_report=random.choice((None, *DAYS[:4])),
        date_of_original_submission=random.choice(DAYS) if amends and random.random() < 0.6 else None,
        non_derivative_transactions=trades,
    )


@pytest.mark.flow
@pytest.mark.parametrize("seed", range(4))
def test_commits_in_any_order_keep_what_one_commit_of_everything_would_say(tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    lake = Lake.open(tmp_path / "lake", create=True)
    filings: dict[str, tuple[date, Filing]] = {}
    for day in [*DAYS[1:7], *random.sample(DAYS, 2)]:
        again = random.sample(sorted(filings), min(3, len(filings)))
        new = [f"0000000005-{day:%y}-{random.randrange(10**6):06d}" for _ in range(10)]
        coming = [any_filing(random, day, accession) for accession in again + new]
        filings.update((each.accession_number, (day, each)) for each in coming)
        store(lake, *coming, day=day)
    whole = Lake.open(tmp_path / "whole", create=True)
    ingest = whole.begin("2024")
    for _, each in filings.values():
        ingest.add_filing(each, date(2024, 1, 1))
    whole.commit(ingest, writer="test")
    for table in ("amendments", "superseded"):
        wanted = read(whole, f"FROM {table} ORDER BY ALL")
        assert len(wanted) > 5
        assert read(lake, f"FROM {table} ORDER BY ALL") == wanted, table


@pytest.mark.flow
def test_every_amendment_of_a_real_quarter_is_matched_or_named_with_the_reason(lake: Lake, real_edgar: Path) -> None:
    """The set lacks owners: signatures stand for them. What it amends is often of the quarter before."""
    ingest = lake.begin("2024Q3")
    with (real_edgar / "datasets" / "2024q3_form345_partial.zip").open("rb") as file:
        for batch in read_dataset(file).batches():
            for each in parse_dataset_batch(batch):
                ingest.add_filing(each, each.filing_date or MONDAY)
    lake.commit(ingest, writer="test")
    ((amendments, matched, unmatched, both),) = read(
        lake,
        "SELECT count(DISTINCT accession_number), count(amends), count(unmatched), count_if(amends IS NULL = "
        "(unmatched IS NULL)) FROM amendments",
    )
    assert (amendments, both) == (617, 0)
    assert matched + unmatched == 617
    assert matched > 250
    # Never one of another period without a row in common.
    wrong = "SELECT count(*) FROM amendments WHERE amends IS NOT NULL AND NOT same_period AND rows_in_common = 0"
    assert read(lake, wrong) == [(0,)]

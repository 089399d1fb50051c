"""What `trades` says of a row beyond the form: roles, currency, doubts, withdrawal."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from form4lake.storage import Lake
from form4lake.tables import Footnote, ParseIssue, ReportingOwner
from form4lake.tests.builders.lakes import MONDAY, TUESDAY, bought, entry, filing, index_day, read, store


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake.open(tmp_path / "lake", create=True)


ROLES: list[tuple[dict[str, Any], int]] = [
    ({"is_officer": True, "officer_title": "President & CEO"}, 1),
    ({"is_officer": True, "officer_title": "Chief Executive Officer", "is_director": True}, 1),
    ({"is_officer": True, "officer_title": "EVP, Chief Financial Officer"}, 2),
    ({"is_officer": True, "officer_title": "Former CEO"}, 3),
    ({"is_officer": True, "officer_title": "General Counsel"}, 3),
    ({"is_officer": True}, 3),
    ({"is_director": True, "is_ten_percent_owner": True}, 4),
    ({"is_ten_percent_owner": True}, 5),
    ({"is_other": True, "other_text": "Trustee"}, 6),
]


@pytest.fixture(scope="module")
def ranked(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """A lake with a filing of each role, named by its place."""
    lake = Lake.open(tmp_path_factory.mktemp("ranked") / "lake", create=True)
    other = ReportingOwner(owner_number=1, owner_cik=1, is_other=True)
    store(
        lake,
        *(
            filing(str(place), reporting_owners=[other, ReportingOwner(owner_number=2, owner_cik=2, **role)])
            for place, (role, _) in enumerate(ROLES)
        ),
    )
    return lake


@pytest.mark.parametrize(("place", "rank"), [(place, rank) for place, (_, rank) in enumerate(ROLES)])
def test_the_highest_role_has_a_rank(ranked: Lake, place: int, rank: int) -> None:
    found = read(ranked, f"SELECT role_rank, len(owner_roles) FROM trades WHERE accession_number = '{place}'")
    assert found == [(rank, 2)]


def test_remarks_give_the_title_that_points_to_them(lake: Lake) -> None:
    owners = [ReportingOwner(owner_number=1, owner_cik=1, is_officer=True, officer_title="See Remarks")]
    remarks = "Executive Vice President and Chief Financial Officer"
    store(lake, filing("a", reporting_owners=owners, remarks=remarks))
    assert read(lake, "SELECT role_rank, remarks FROM trades") == [(2, remarks)]


@pytest.mark.parametrize(
    ("note", "currency"),
    [
        ("The price is in Norwegian kroner (NOK).", "NOK"),
        ("Price per share in Canadian dollars.", "CAD"),
        ("The price in NOK was converted into U.S. dollars at the day's exchange rate.", None),
        ("The price is a weighted average.", None),
    ],
)
def test_a_price_in_another_currency_makes_no_value_in_dollars(lake: Lake, note: str, currency: str | None) -> None:
    rows = [bought(1, transaction_price_per_share_fn="F1"), bought(2, transaction_shares_fn="F1")]
    store(
        lake,
        filing("a", non_derivative_transactions=rows, footnotes=[Footnote(footnote_id="F1", footnote_text=note)]),
    )
    value = Decimal("1234.56")
    assert read(lake, "SELECT price_currency, value FROM trades ORDER BY row_number") == [
        (currency, None if currency else value),
        (None, value),
    ]


def test_doubts_are_of_the_row(lake: Lake) -> None:
    doubt = ParseIssue(
        table_name="non_derivative_transactions",
        row_number=2,
        column_name="transaction_date",
        raw_value="2035-01-01",
        reason="doubtful: the transaction is dated after the filing date",
    )
    unread = ParseIssue(table_name="non_derivative_transactions", row_number=1, reason="no number")
    store(lake, filing("a", non_derivative_transactions=[bought(1), bought(2)], parse_issues=[doubt, unread]))
    assert read(lake, "SELECT doubts FROM trades ORDER BY row_number") == [
        (None,),
        (["the transaction is dated after the filing date"],),
    ]


def test_a_filing_that_no_index_lists_any_more_is_withdrawn(lake: Lake) -> None:
    store(lake, filing("a"), filing("b", owners=[12]))
    ingest = lake.begin(MONDAY.isoformat())
    ingest.add_day(index_day(read_at=datetime(2024, 1, 10, tzinfo=UTC)), [entry("b")])
    lake.commit(ingest, writer="test")
    withdrawn = "SELECT accession_number, is_withdrawn FROM trades ORDER BY 1"
    assert read(lake, withdrawn) == [("a", True), ("b", False)]
    assert read(lake, "SELECT accession_number FROM insider_buys") == [("b",)]
    assert read(lake, "SELECT accession_number FROM withdrawn_filings") == [("a",)]
    # Another day's index that lists it keeps it.
    again = lake.begin(TUESDAY.isoformat())
    again.add_day(index_day(TUESDAY), [entry("a", TUESDAY)])
    lake.commit(again, writer="test")
    assert read(lake, withdrawn) == [("a", False), ("b", False)]


def test_the_wall_time_of_the_stamp_is_the_same_in_every_time_zone(lake: Lake) -> None:
    store(lake, filing("a", accepted_at=datetime(2024, 7, 8, 20, 30, tzinfo=UTC)))
    with lake.connect() as connection:
        for zone in ("UTC", "Asia/Tokyo", "America/New_York"):
            connection.execute(f"SET TimeZone = '{zone}'")
            assert connection.sql("SELECT accepted_at_new_york FROM trades").fetchall() == [
                (datetime(2024, 7, 8, 16, 30),)  # noqa: DTZ001 wall time
            ]


def test_equity_swaps_are_no_purchases(lake: Lake) -> None:
    rows = [bought(1, equity_swap_involved=True), bought(2, equity_swap_involved=False), bought(3)]
    store(lake, filing("a", date(2024, 1, 8), non_derivative_transactions=rows))
    assert read(lake, "SELECT row_number FROM insider_buys ORDER BY 1") == [(2,), (3,)]

"""The views as methods of an opened lake: filters, moments, floats, one filing."""

import inspect
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import form4lake
from form4lake.scripts.tables_doc import HELPERS
from form4lake.storage import Lake as StoredLake
from form4lake.storage.read.views import HIDDEN, ORDER
from form4lake.tests.builders.lakes import MONDAY, TUESDAY, bought, filing, full_filing, quarantined, store

NO_METHOD = {*HELPERS, *HIDDEN, "unmatched"}
"""What other views are made of; `lake.sql` reaches it."""


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[form4lake.Lake]:
    """Two issuers, a joint filing, a sale, one filing in quarantine."""
    folder = tmp_path_factory.mktemp("views") / "lake"
    with StoredLake.open(folder, create=True) as stored:
        store(stored, full_filing("0000000005-24-000001"))
        sale = bought(transaction_code="S", transaction_acquired_disposed_code="D")
        other = {"ticker": "XYZ", "issuer_cik": 6, "non_derivative_transactions": [sale]}
        store(stored, filing("0000000006-24-000001", TUESDAY, owners=(12, 13), **other), day=TUESDAY)
        ingest = stored.begin("2024-01-10")
        ingest.add_quarantined(quarantined("0000000007-24-000001", date(2024, 1, 10)), date(2024, 1, 10))
        stored.commit(ingest, writer="test")
    with form4lake.open_lake(folder) as opened:
        yield opened


@pytest.mark.parametrize("name", [name for name in ORDER if name not in NO_METHOD])
def test_every_view_is_a_method_that_explains_its_parameters(lake: form4lake.Lake, name: str) -> None:
    method = getattr(lake, name)
    assert method().columns
    for parameter in inspect.signature(method).parameters:
        assert f"    {parameter}: " in method.__doc__, parameter


@pytest.mark.parametrize(
    ("filters", "accessions"),
    [
        ({}, {5, 6}),
        ({"ticker": "iss"}, {5}),
        ({"ticker": ["ISS", "XYZ"]}, {5, 6}),
        ({"ticker": []}, set()),
        ({"issuer_cik": 6}, {6}),
        ({"issuer_cik": np.int64(6)}, {6}),
        ({"owner_cik": 13}, {6}),
        ({"owner_cik": [11, 13]}, {5, 6}),
        ({"codes": "S"}, {6}),
        ({"codes": ["P", "M"]}, {5}),
        ({"since": TUESDAY}, {6}),
        ({"until": "2024-01-08"}, {5}),
        ({"ticker": "ISS", "since": TUESDAY}, set()),
        ({"as_of": "2024-01-08"}, {5}),
        ({"as_of": datetime(2024, 1, 8, 12, tzinfo=UTC)}, set()),
    ],
)
def test_filters_narrow_trades(lake: form4lake.Lake, filters: dict[str, Any], accessions: set[int]) -> None:
    found = lake.trades(**filters).select("issuer_cik").fetchall()
    assert {cik for (cik,) in found} == accessions


def test_other_views_filter_by_their_own_dates(lake: form4lake.Lake) -> None:
    assert lake.coverage(since=TUESDAY, until="2024-01-09").select("index_date").fetchall() == [(TUESDAY,)]
    clusters = {"min_insiders": 1, "min_value": 1}
    assert lake.cluster_buys(**clusters, until=MONDAY).select("ticker").fetchall() == [("ISS",)]
    assert lake.cluster_buys(**clusters, since=TUESDAY).fetchall() == []
    assert lake.net_purchases(ticker="XYZ", since=date(2024, 1, 1)).select("sales").fetchall() == [(1,)]
    assert lake.owner_history(owner_cik=13).select("owner_name").fetchall() == [("Owner 13",)]


@pytest.mark.parametrize(
    ("method", "filters"),
    [
        ("trades", {"as_of": datetime(2024, 1, 8)}),  # noqa: DTZ001 that it has no zone is the point
        ("trades", {"as_of": "yesterday"}),
        ("trades", {"since": datetime(2024, 1, 8, tzinfo=UTC)}),
        ("trades", {"ticker": 5}),
        ("trades", {"issuer_cik": "5"}),
    ],
)
def test_a_filter_of_the_wrong_kind_is_refused(lake: form4lake.Lake, method: str, filters: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        getattr(lake, method)(**filters)


def test_amounts_are_exact_unless_floats_are_asked_for(lake: form4lake.Lake) -> None:
    price = "transaction_price_per_share"
    assert lake.insider_buys().select(price).fetchall() == [(Decimal("12.3456"),)]
    floats = lake.insider_buys(floats=True)
    assert floats.columns == lake.insider_buys().columns
    assert floats.select(price).fetchall() == [(12.3456,)]
    assert str(lake.sql("select [1.50::decimal(9,2)] as listed", floats=True).types[0]) == "DOUBLE[]"


def test_a_lake_opened_as_of_a_moment_answers_so_unless_told_otherwise(lake: form4lake.Lake) -> None:
    folder = Path(lake.sql("select lake from lake_snapshot").fetchall()[0][0])
    with form4lake.open_lake(folder, as_of="2024-01-08", floats=True) as then:
        count = "select count(*), max(transaction_price_per_share) from trades"
        assert then.sql(count).fetchall() == [(2, 12.3456)]
        assert then.sql(count, as_of=TUESDAY, floats=False).fetchall() == [(3, Decimal("12.3456"))]
        instant = then.sql("select accepted_at from filings").fetchall()[0][0]
        assert str(instant.utcoffset()) == "-1 day, 19:00:00"


def test_a_filing_comes_back_as_it_was_parsed(lake: form4lake.Lake) -> None:
    assert lake.filing("0000000005-24-000001") == full_filing("0000000005-24-000001")
    assert lake.filing("000000000624000001").reporting_owners[1].owner_cik == 13


def test_a_filing_that_is_not_there_is_named_with_what_is_known(lake: form4lake.Lake) -> None:
    with pytest.raises(LookupError, match="0000000007-24-000001: it is in quarantine, no XML"):
        lake.filing("0000000007-24-000001")
    with pytest.raises(LookupError, match=r"does not hold the filing nonsense$"):
        lake.filing("nonsense")

"""`form4 report --prices`: the price after each trade, as the file of prices says, and never more than it says."""

import math
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from lxml import html

from form4lake.reports.page import write_report, write_site
from form4lake.reports.prices import PricesUnusable, read_prices
from form4lake.storage import Lake
from form4lake.tests.builders.lakes import MONDAY, bought, filing, store

BUSINESS_DAYS = [day for n in range(140) if (day := MONDAY + timedelta(n)).weekday() < 5]
DASH = "\N{EN DASH}"


def written(path: Path, rows: Sequence[tuple[Any, Any, Any]], **types: pa.DataType) -> Path:
    columns = {
        name: pa.array([row[at] for row in rows], types.get(name))
        for at, name in enumerate(("ticker", "date", "close"))
    }
    pq.write_table(pa.table(columns), path)
    return path


def rising(symbol: str, days: Sequence[date] = BUSINESS_DAYS) -> list[tuple[str, date, float]]:
    """A dollar more each business day, from 100 on."""
    return [(symbol, day, 100.0 + place) for place, day in enumerate(days)]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """A purchase on the first Monday, a sale on the Saturday after it, and one purchase with another symbol."""
    lake = Lake.open(tmp_path / "lake", create=True)
    saturday = MONDAY + timedelta(5)
    sale = bought(transaction_code="S", transaction_date=saturday)
    store(
        lake,
        filing("0000000001-24-000001", owners=(11,), non_derivative_transactions=[bought(transaction_date=MONDAY)]),
        filing("0000000001-24-000002", MONDAY + timedelta(7), owners=(12,), non_derivative_transactions=[sale]),
        filing("0000000001-24-000003", owners=(13,), ticker="OLD", non_derivative_transactions=[bought()]),
    )
    return lake


def rows_of(page: Path) -> list[list[str]]:
    document = html.fromstring(page.read_text(encoding="utf-8"))
    cells = document.xpath("//section[@id='prices']//tbody/tr")
    return [[" ".join(cell.text_content().split()) for cell in row] for row in cells]


def test_returns_run_from_the_first_close_on_the_day_or_after_it(lake: Lake, tmp_path: Path) -> None:
    prices = written(tmp_path / "prices.parquet", rising("ISS")[:40])
    page = tmp_path / "page.html"
    with lake.connect() as connection:
        write_report(connection, page, ticker="ISS", prices=prices)
    purchases, sales, sale, purchase = rows_of(page)
    # The Saturday's sale starts on the Monday after it, the sixth close of 105 dollars.
    assert sale[3:] == ["105.00 2024-01-15", "+1.0 %", "+4.8 %", "+20.0 %", DASH]
    assert purchase[3:] == ["100.00", "+1.0 %", "+5.0 %", "+21.0 %", DASH]
    assert purchases[0] == "Median of all purchases"
    assert purchases[4:] == ["+1.0 % of 1", "+5.0 % of 1", "+21.0 % of 1", f"{DASH} of 0"]
    assert sales[4] == "+1.0 % of 1"
    said = " ".join(html.fromstring(page.read_text()).xpath("//section[@id='prices']/p")[0].text_content().split())
    assert "1 more trades have no close" in said
    marks = html.fromstring(page.read_text()).xpath(
        "//section[@id='prices']//div[@class='wide']//*[local-name()='title']/text()"
    )
    assert [each for each in marks if "purchase" in each] == ["2024-01-08: 1 purchase, $1,235, ISS closed at 100.00"]


def test_every_page_of_a_site_has_them(lake: Lake, tmp_path: Path) -> None:
    prices = written(tmp_path / "prices.parquet", rising("ISS"))
    with lake.connect() as connection:
        write_site(connection, tmp_path / "site", prices=prices)
    assert rows_of(tmp_path / "site" / "issuer-0000000005.html")[-1][3] == "100.00"


def test_a_close_more_than_a_week_later_is_not_the_trades(lake: Lake, tmp_path: Path) -> None:
    prices = written(tmp_path / "prices.parquet", rising("ISS", BUSINESS_DAYS[20:]))
    with lake.connect() as connection:
        write_report(connection, tmp_path / "page.html", ticker="ISS", prices=prices)
    text = html.fromstring((tmp_path / "page.html").read_text()).xpath("string(//section[@id='prices'])")
    assert "no close for any of the 3 open-market trades" in text


@pytest.mark.parametrize(
    ("name", "type_"),
    [("BRK-B", pa.string()), ("brk/b", pa.large_string()), (" BRK.B ", pa.dictionary(pa.int32(), pa.string()))],
)
def test_a_symbol_is_found_in_any_spelling(tmp_path: Path, name: str, type_: pa.DataType) -> None:
    path = written(tmp_path / "p.parquet", [(name, MONDAY, 1.5), ("BRKB", MONDAY, 9.0)], ticker=type_)
    assert read_prices(path, ["BRK.B"])["BRK.B"].closes == (1.5,)


@pytest.mark.parametrize(
    "stored",
    [
        (MONDAY, pa.date32()),
        (datetime(2024, 1, 8), pa.timestamp("ns")),  # noqa: DTZ001 as pandas writes a date
        (datetime(2024, 1, 8, tzinfo=UTC), pa.timestamp("us", "UTC")),
        (datetime(2024, 1, 8, 5, tzinfo=UTC), pa.timestamp("us", "America/New_York")),
        ("2024-01-08", pa.string()),
    ],
)
def test_a_date_is_the_same_however_it_is_stored(tmp_path: Path, stored: tuple[object, pa.DataType]) -> None:
    value, type_ = stored
    path = written(tmp_path / "p.parquet", [("ISS", value, Decimal("1.25"))], date=type_)
    closes = read_prices(path, ["ISS"])["ISS"]
    assert (closes.days, closes.closes) == ((MONDAY,), (1.25,))


def test_closes_that_are_none_are_left_out(tmp_path: Path) -> None:
    some = [None, math.nan, math.inf, 0.0, -1.0, 2.0]
    rows = [("ISS", day, close) for day, close in zip(BUSINESS_DAYS, some, strict=False)]
    assert read_prices(written(tmp_path / "p.parquet", rows), ["ISS"])["ISS"].closes == (2.0,)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("ISS", MONDAY, 1.0), ("iss", MONDAY, 2.0)], "two closes for ISS on 2024-01-08: 1 and 2"),
        ([("ISS", "Monday", 1.0)], "cannot be read as a Parquet file of prices"),
        ([("ISS", MONDAY, "dear")], "cannot be read as a Parquet file of prices"),
    ],
)
def test_what_cannot_be_used_is_said(tmp_path: Path, rows: list[tuple[Any, Any, Any]], said: str) -> None:
    with pytest.raises(PricesUnusable, match=said):
        read_prices(written(tmp_path / "p.parquet", rows), ["ISS"])


def test_a_file_that_is_none_or_lacks_a_column_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a?[1]*.parquet"
    with pytest.raises(PricesUnusable, match="cannot be read"):
        read_prices(path, ["ISS"])
    path.write_text("ticker,date,close\n")
    with pytest.raises(PricesUnusable, match="cannot be read"):
        read_prices(path, ["ISS"])
    pq.write_table(pa.table({"ticker": ["ISS"], "Date": [MONDAY]}), path)
    with pytest.raises(PricesUnusable, match="no column date and no column close; it needs ticker, date and close"):
        read_prices(path, ["ISS"])

"""The pages of `form4 report` in headless Chromium: nothing is complained of, nothing asked for, nothing too wide."""

import warnings
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from form4lake.reports.page import write_report
from form4lake.storage import Lake
from form4lake.tests.builders.browser import Tab, browsing, chromium
from form4lake.tests.builders.lakes import MONDAY, bought, filing, store

LONG = "AGAINST-ALL-ODDS-INTERNATIONAL-HOLDINGS-OF-THE-WORLD" * 3


@pytest.fixture(scope="module")
def tab() -> Iterator[Tab]:
    program = chromium()
    if program is None:
        reason = "no Chromium (apt-get install chromium): the tests that open the report in a browser did not run"
        warnings.warn(reason, stacklevel=1)
        pytest.skip(reason)
    with browsing(program) as tab:
        yield tab


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The page of an empty lake, and of one with the longest of names, and of its issuer with prices."""
    folder = tmp_path_factory.mktemp("pages")
    lake = Lake.open(folder / "lake", create=True)
    found = {name: folder / f"{name}.html" for name in ("empty", "lake", "issuer")}
    with lake.connect() as connection:
        write_report(connection, found["empty"])
    names = [
        filing(f"0000000001-24-00000{n}", owners=(n,), issuer_name=LONG, non_derivative_transactions=[bought()])
        for n in range(1, 5)
    ]
    for each in names:
        each.reporting_owners[0].owner_name = each.reporting_owners[0].officer_title = LONG
    store(lake, *names)
    prices = folder / "prices.parquet"
    pq.write_table(
        pa.table({"ticker": ["ISS"] * 5, "date": [MONDAY + timedelta(n) for n in range(5)], "close": [9.5] * 5}), prices
    )
    with lake.connect() as connection:
        write_report(connection, found["lake"])
        write_report(connection, found["issuer"], ticker="ISS", prices=prices)
    return found


@pytest.mark.flow
@pytest.mark.parametrize("name", ["empty", "lake", "issuer"])
def test_a_page_is_quiet_whole_and_fits_a_phone(tab: Tab, pages: dict[str, Path], name: str) -> None:
    address = pages[name].as_uri()
    for width, dark in ((390, False), (390, True), (1200, False)):
        tab.open(address, width, dark=dark)
        tab.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        assert tab.evaluate("document.documentElement.scrollWidth") == width
        assert tab.evaluate("document.querySelectorAll('h1').length") == 1
        background = tab.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (background == "rgb(251, 250, 247)") is not dark
        assert [each for each in tab.requests() if each != address and not each.startswith("data:")] == []
        assert tab.complaints() == []

"""Pages: one self-contained HTML file each, without scripts, fonts or pictures from anywhere else."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any
from uuid import uuid4

import duckdb
from jinja2 import Environment, PackageLoader, StrictUndefined

from ..edgar_calendar import today_in_new_york
from . import numbers
from .calendar import Gap, Standing, calendar
from .charts import Picture, filings_chart, timeline, trading_chart
from .issuer import FILINGS_SHOWN, HOLDINGS_SHOWN, TRADES_SHOWN, Issuer, issuer_of, read_issuer
from .outcomes import HORIZONS, outcomes
from .overview import CLUSTER, Overview, read_overview
from .price_chart import price_chart
from .prices import Closes, read_prices
from .trading import Period

DIFFERENCES_SHOWN = 1000
"""A certificate's page names as many; its JSON names all."""

INDEX = "index.html"
"""The lake's page in a site."""

ARCHIVES = "https://www.sec.gov/Archives/"


def write_report(
    connection: duckdb.DuckDBPyConnection,
    path: str | Path,
    *,
    since: date | None = None,
    ticker: str | None = None,
    arrivals: Mapping[date, datetime] = MappingProxyType({}),
    forms: Collection[str] = (),
    today: date | None = None,
    prices: Path | None = None,
) -> None:
    """Write the page of the lake, or of the issuer with a ticker, from its views; an older file is replaced at the end.

    `since` leaves out index dates and filing dates before it; `arrivals` says when index dates were committed first, as
    far as that is known. A day is complete if it was read for all of `forms`; `today` is New York's date, of the clock
    if it is None. `prices` is a Parquet file of daily closes (`reports/prices.py`), for the page of an issuer.

    Raises:
        UnknownTicker: no filing of the lake has it.
        PricesUnusable: the file of prices cannot be used.
        duckdb.Error: the lake's files cannot be read.
        OSError: the file cannot be written.
    """
    connection.execute("SET enable_progress_bar = false")
    now = datetime.now(UTC)
    if ticker is None:
        page = render_overview(read_overview(connection, since, arrivals, forms, today or today_in_new_york()), now)
    else:
        issuer = issuer_of(connection, ticker, since)
        page = render_issuer(issuer, now, prices=_prices(connection, prices, [issuer.issuer_cik]))
    _put(Path(path), page)


def write_site(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    *,
    since: date | None = None,
    arrivals: Mapping[date, datetime] = MappingProxyType({}),
    forms: Collection[str] = (),
    today: date | None = None,
    prices: Path | None = None,
) -> Path:
    """Write the lake's page and those of all issuers that it names, linked; the path of the first, `index.html`.

    It is written last, and each page replaces an older one at once: so a link never leads nowhere. Other files of the
    folder stay. The arguments are those of `write_report`, and so are the errors.
    """
    connection.execute("SET enable_progress_bar = false")
    now = datetime.now(UTC)
    overview = read_overview(connection, since, arrivals, forms, today or today_in_new_york())
    closes = _prices(connection, prices, overview.issuers)
    folder.mkdir(exist_ok=True)
    for cik in overview.issuers:
        page = render_issuer(read_issuer(connection, cik, since), now, home=INDEX, prices=closes)
        _put(folder / page_name(cik), page)
    _put(folder / INDEX, render_overview(overview, now, linked=True))
    return folder / INDEX


def page_name(issuer_cik: int) -> str:
    """The file name of an issuer's page in a site: of digits, never of texts of filings."""
    return f"issuer-{issuer_cik:010}.html"


def write_certificate(statement: Mapping[str, Any], path: Path) -> None:
    """Write the page of a quarter's certificate; OSError where it cannot be written."""
    _put(path, _render("certificate.html", datetime.now(UTC), it=statement, shown=DIFFERENCES_SHOWN))


def write_release_page(
    path: Path,
    *,
    version: int,
    first: date | None,
    last: date | None,
    filings: int,
    tables: Mapping[str, tuple[int, int, int]],
    size: int,
    raw: bool,
    certificates: Sequence[str],
) -> None:
    """Write the page of a release; OSError where it cannot be written.

    `first` and `last` are filing dates; `tables` has rows, files and bytes of each; `size` is that of all, in bytes.
    """
    it = {
        "version": version,
        "first": first,
        "last": last,
        "filings": filings,
        "tables": tables,
        "bytes": size,
        "raw": raw,
        "certificates": certificates,
    }
    _put(path, _render("release.html", datetime.now(UTC), it=it))


def _put(target: Path, page: str) -> None:
    """Write a page beside the older one, and then in its place."""
    staged = target.with_name(f".{target.name}.{uuid4().hex[:8]}")
    try:
        staged.write_text(page, encoding="utf-8")
        staged.replace(target)
    finally:
        staged.unlink(missing_ok=True)


def render_overview(overview: Overview, now: datetime, *, linked: bool = False) -> str:
    """The page of the whole lake; `linked` if those of its issuers are beside it."""
    return _render(
        "overview.html",
        now,
        lake=overview,
        years=calendar(overview.days),
        counts={each: sum(day.standing == each for day in overview.days) for each in Standing},
        filings_chart=filings_chart(overview.periods),
        trading_charts=_trading_charts(overview.periods),
        linked=linked,
        cluster=CLUSTER,
    )


def _prices(
    connection: duckdb.DuckDBPyConnection, path: Path | None, issuers: Collection[int]
) -> Mapping[str, Closes] | None:
    """The closes of all symbols that filings of some issuers give; None without a file."""
    if path is None:
        return None
    asked = (
        "SELECT DISTINCT ticker FROM filings WHERE issuer_cik IN (SELECT unnest($1::BIGINT[])) AND ticker IS NOT NULL"
    )
    return read_prices(path, [symbol for (symbol,) in connection.execute(asked, [list(issuers)]).fetchall()])


def render_issuer(
    issuer: Issuer, now: datetime, *, home: str | None = None, prices: Mapping[str, Closes] | None = None
) -> str:
    """The page of one issuer; `home` is the address of the lake's page, `prices` are by symbol, if any were given."""
    priced = None if prices is None else outcomes(issuer.purchases, issuer.sales, prices)
    return _render(
        "issuer.html",
        now,
        issuer=issuer,
        timeline=timeline(issuer.purchases, issuer.sales),
        trading_charts=_trading_charts(issuer.periods),
        home=home,
        priced=priced,
        horizons=HORIZONS,
        price_chart=price_chart(priced.trades, prices) if priced and prices else None,
        trades_shown=TRADES_SHOWN,
        filings_shown=FILINGS_SHOWN,
        holdings_shown=HOLDINGS_SHOWN,
    )


def _trading_charts(periods: Sequence[Period]) -> list[tuple[str, Picture]]:
    """What was bought, and what was sold, where there is any."""
    both = [("bought", trading_chart(periods, "bought")), ("sold", trading_chart(periods, "sold"))]
    return [(kind, chart) for kind, chart in both if chart]


def _render(template: str, now: datetime, **values: Any) -> str:
    environment = Environment(
        loader=PackageLoader(__package__),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "count": numbers.count,
        "dollars": numbers.dollars,
        "exact": numbers.exact_dollars,
        "change": numbers.change,
        "size": numbers.size,
        "day": numbers.day,
        "quarters": numbers.quarters,
        "said": numbers.text,
        "page_name": page_name,
    }
    environment.tests |= {
        "gap": lambda each: isinstance(each, Gap),
        "of_the_sec": lambda url: isinstance(url, str) and url.startswith(ARCHIVES),
    }
    return environment.get_template(template).render(now=now, Standing=Standing, **values)

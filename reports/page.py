"""Pages: one self-contained HTML file each, without scripts, fonts or pictures from anywhere else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any
from uuid import uuid4

import duckdb
from jinja2 import Environment, PackageLoader, StrictUndefined

from . import numbers
from .calendar import Gap, Standing, calendar
from .charts import filings_chart, timeline, trading_chart
from .issuer import FILINGS_SHOWN, HOLDINGS_SHOWN, TRADES_SHOWN, Issuer, read_issuer
from .overview import CLUSTER, Overview, read_overview

DIFFERENCES_SHOWN = 1000
"""A certificate's page names as many; its JSON names all."""

ARCHIVES = "https://www.sec.gov/Archives/"


def write_report(
    connection: duckdb.DuckDBPyConnection,
    path: str | Path,
    *,
    since: date | None = None,
    ticker: str | None = None,
    arrivals: Mapping[date, datetime] = MappingProxyType({}),
) -> None:
    """Write the page of the lake, or of the issuer with a ticker, from its views; an older file is replaced at the end.

    `since` leaves out index dates and filing dates before it; `arrivals` says when index dates were committed first, as
    far as that is known.

    Raises:
        UnknownTicker: no filing of the lake has it.
        duckdb.Error: the lake's files cannot be read.
        OSError: the file cannot be written.
    """
    connection.execute("SET enable_progress_bar = false")
    now = datetime.now(UTC)
    if ticker is None:
        page = render_overview(read_overview(connection, since, arrivals), now)
    else:
        page = render_issuer(read_issuer(connection, ticker, since), now)
    _put(Path(path), page)


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


def render_overview(overview: Overview, now: datetime) -> str:
    """The page of the whole lake."""
    return _render(
        "overview.html",
        now,
        lake=overview,
        years=calendar(overview.days),
        counts={each: sum(day.standing == each for day in overview.days) for each in Standing},
        filings_chart=filings_chart(overview.periods),
        trading_chart=trading_chart(overview.periods),
        cluster=CLUSTER,
    )


def render_issuer(issuer: Issuer, now: datetime) -> str:
    """The page of one issuer."""
    return _render(
        "issuer.html",
        now,
        issuer=issuer,
        timeline=timeline(issuer.purchases, issuer.sales),
        trading_chart=trading_chart(issuer.periods),
        trades_shown=TRADES_SHOWN,
        filings_shown=FILINGS_SHOWN,
        holdings_shown=HOLDINGS_SHOWN,
    )


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
        "size": numbers.size,
        "day": numbers.day,
        "quarters": numbers.quarters,
        "said": numbers.text,
    }
    environment.tests |= {
        "gap": lambda each: isinstance(each, Gap),
        "of_the_sec": lambda url: isinstance(url, str) and url.startswith(ARCHIVES),
    }
    return environment.get_template(template).render(now=now, Standing=Standing, **values)

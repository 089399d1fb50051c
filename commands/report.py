"""`form4 report`: one HTML page with pictures, of the lake or of one issuer."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import duckdb

from ..exits import Exit
from ..settings import load_settings
from ..storage import Lake
from .answering import interruptibly
from .errors import CommandFailed, explained, wrong_use

ARRIVED_LATELY = timedelta(days=45)
"""Index dates so young say how soon filings are in the lake; older ones may be a backfill's."""


@explained
def run_report(
    since: date | None, ticker: str | None, output: Path | None, site: Path | None, prices: Path | None
) -> int:
    """Write the page, or the pages of a site, and print where it is."""
    from ..reports.issuer import UnknownTicker
    from ..reports.page import INDEX, write_report, write_site
    from ..reports.prices import PricesUnusable

    if site and (ticker or output):
        raise CommandFailed(
            "--site is not for --ticker or --output: it writes the pages of all issuers, into its folder"
        )
    if prices and not (ticker or site):
        raise CommandFailed("--prices is for the pages of issuers: give --ticker or --site too")
    path = site / INDEX if site else output or Path(_default_name(ticker))
    _check(path, site)
    try:
        settings = load_settings()
        with wrong_use(UnknownTicker, PricesUnusable), Lake.open(settings.lake) as lake, lake.connect() as connection:
            arrivals = lake.arrivals(date.today() - ARRIVED_LATELY)  # noqa: DTZ011 a day more or less does not matter

            write: Callable[..., object] = (
                partial(write_site, connection, site)
                if site
                else partial(write_report, connection, path, ticker=ticker)
            )
            given = partial(write, since=since, arrivals=arrivals, forms=settings.forms, prices=prices)
            interruptibly(connection, given)
    except duckdb.Error as failed:
        raise CommandFailed(
            f"the lake could not be read: {str(failed).splitlines()[0]}; `form4 verify` says what to do", Exit.LAKE
        ) from failed
    except OSError as failed:
        other = "--site" if site else "--output"
        raise CommandFailed(
            f"{site or path} cannot be written: {failed.strerror}; name another with {other}"
        ) from failed
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    print(path)
    return Exit.DONE


def _check(path: Path, site: Path | None) -> None:
    """Fail where the page, or the folder of the site, cannot be."""
    target = site or path
    if site and site.exists() and not site.is_dir():
        raise CommandFailed(f"{site} cannot be written: it is a file, and --site needs a folder")
    if path.is_dir():
        raise CommandFailed(f"{path} cannot be written: it is a folder")
    if not target.parent.is_dir():
        raise CommandFailed(f"{target} cannot be written: no folder {target.parent}")


def _default_name(ticker: str | None) -> str:
    return f"report-{re.sub(r'[^A-Z0-9.]', '-', ticker.strip().upper())}.html" if ticker else "report.html"

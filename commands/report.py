"""`form4 report`: one HTML page with pictures, of the lake or of one issuer."""

import re
from datetime import date, timedelta
from pathlib import Path

import duckdb

from ..exits import Exit
from ..settings import load_settings
from ..storage import Lake
from .errors import CommandFailed, explained, wrong_use
from .query import interruptibly

ARRIVED_LATELY = timedelta(days=45)
"""Index dates so young say how soon filings are in the lake; older ones may be a backfill's."""


@explained
def run_report(since: date | None, ticker: str | None, output: Path | None) -> int:
    """Write the page and print where it is."""
    from ..reports.issuer import UnknownTicker
    from ..reports.page import write_report

    path = output or Path(_default_name(ticker))
    if path.is_dir() or not path.parent.is_dir():
        why = "it is a folder" if path.is_dir() else f"no folder {path.parent}"
        raise CommandFailed(f"{path} cannot be written: {why}")
    try:
        with wrong_use(UnknownTicker), Lake.open(load_settings().lake) as lake, lake.connect() as connection:
            arrivals = lake.arrivals(date.today() - ARRIVED_LATELY)  # noqa: DTZ011 a day more or less does not matter

            def write() -> None:
                write_report(connection, path, since=since, ticker=ticker, arrivals=arrivals)

            interruptibly(connection, write)
    except duckdb.Error as failed:
        raise CommandFailed(
            f"the lake could not be read: {str(failed).splitlines()[0]}; `form4 verify` says what to do", Exit.LAKE
        ) from failed
    except OSError as failed:
        raise CommandFailed(f"{path} cannot be written: {failed.strerror}; name another with --output") from failed
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    print(path)
    return Exit.DONE


def _default_name(ticker: str | None) -> str:
    return f"report-{re.sub(r'[^A-Z0-9.]', '-', ticker.strip().upper())}.html" if ticker else "report.html"

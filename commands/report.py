"""`form4 report`: one HTML page with pictures, of the lake or of one issuer."""

import re
from datetime import date, timedelta
from pathlib import Path

import duckdb

from commands.output import complain
from commands.query import interruptibly
from settings import SettingsError, load_settings
from storage import Lake, LakeError, LakeMissing

ARRIVED_LATELY = timedelta(days=45)
"""Index dates so young say how soon filings are in the lake; older ones may be a backfill's."""
DONE, WRONG_USE, LAKE, INTERRUPTED = 0, 2, 4, 130


def run_report(since: date | None, ticker: str | None, output: Path | None) -> int:
    """Write the page and print where it is."""
    from reports import UnknownTicker, write_report

    path = output or Path(_default_name(ticker))
    try:
        if path.is_dir() or not path.parent.is_dir():
            complain(f"{path} cannot be written: {'it is a folder' if path.is_dir() else f'no folder {path.parent}'}")
            return WRONG_USE
        with Lake.open(load_settings().lake) as lake, lake.connect() as connection:
            arrivals = lake.arrivals(date.today() - ARRIVED_LATELY)  # noqa: DTZ011 a day more or less is no matter

            def write() -> None:
                write_report(connection, path, since=since, ticker=ticker, arrivals=arrivals)

            interruptibly(connection, write)
    except (SettingsError, LakeMissing, UnknownTicker) as wrong:
        complain(wrong)
        return WRONG_USE
    except LakeError as damaged:
        complain(damaged)
        return LAKE
    except duckdb.Error as failed:
        complain(f"the lake could not be read: {str(failed).splitlines()[0]}; `form4 verify` says what to do")
        return LAKE
    except OSError as failed:
        complain(f"{path} cannot be written: {failed.strerror}; name another with --output")
        return WRONG_USE
    except KeyboardInterrupt:
        return INTERRUPTED
    print(path)
    return DONE


def _default_name(ticker: str | None) -> str:
    return f"report-{re.sub(r'[^A-Z0-9.]', '-', ticker.strip().upper())}.html" if ticker else "report.html"

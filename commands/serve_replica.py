"""`form4 replica`: an EDGAR on loopback, until it is interrupted."""

import signal
import threading
from datetime import date
from pathlib import Path

import holidays

from ..exits import Exit
from ..replica import Replica, archive_of_folder, business_days, generate_archive
from .errors import CommandFailed, explained


@explained
def serve(folders: list[Path], *, port: int, first: date, days: int, filings: int, seed: int) -> int:
    """Serve synthetic filings, or those of `folders` as the one day `first`; print the address and wait."""
    if missing := [folder for folder in folders if not folder.is_dir()]:
        raise CommandFailed(f"there is no folder {missing[0]}")
    if folders:
        archive = archive_of_folder(folders, first)
    else:
        closed = sorted(holidays.country_holidays("US", years=[first.year, first.year + 1]))
        archive = generate_archive(seed, business_days(first, days, closed), filings, closed)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        with Replica(archive, port=port) as server:
            print(server.url, flush=True)
            stop.wait()
    except OSError as failed:
        raise CommandFailed(f"port {port} cannot be served: {failed.strerror}") from failed
    return Exit.DONE

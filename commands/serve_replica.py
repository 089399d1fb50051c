"""`form4 replica`: an EDGAR on loopback, until it is interrupted."""

import signal
import threading
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from ..edgar_calendar import days_between, is_holiday
from ..exits import Exit
from ..replica import Faults, Replica, archive_of_folder, business_days, generate_archive, parse_fault
from .errors import CommandFailed, explained, wrong_use


@explained
def serve(
    folders: list[Path], *, port: int, first: date, days: int, filings: int, seed: int, faults: Sequence[str] = ()
) -> int:
    """Serve synthetic filings, or those of `folders` as the one day `first`; print the address and wait.

    faults: each `KIND:PATH[:PROBABILITY]`, drawn from the seed.
    """
    with wrong_use(ValueError):
        shown = Faults([parse_fault(text) for text in faults], seed)
    if missing := [folder for folder in folders if not folder.is_dir()]:
        raise CommandFailed(f"there is no folder {missing[0]}")
    if folders:
        archive = archive_of_folder(folders, first)
    else:
        closed = [day for day in days_between(first, date(first.year + 1, 12, 31)) if is_holiday(day)]
        archive = generate_archive(seed, business_days(first, days, closed), filings, closed)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        with Replica(archive, port=port, faults=shown) as server:
            print(server.url, flush=True)
            stop.wait()
    except OSError as failed:
        raise CommandFailed(f"port {port} cannot be served: {failed.strerror}") from failed
    return Exit.DONE

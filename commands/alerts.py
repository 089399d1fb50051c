"""`form4 alerts test NAME`: what an alert would say, sent where it would go."""

import duckdb

from ..exits import Exit
from ..flows.steps.alerts import ask, check_queries, over_new_trades
from ..flows.steps.outbox import AddressUnknown, messages, send
from ..settings import load_settings
from ..storage import Lake, declare_new_trades
from .errors import CommandFailed, explained
from .output import print_line, say

SHOWN = 3


@explained
def test_alert(name: str) -> int:
    """Print how many rows it finds now and send a message with the first of them; 1 if it could not be sent."""
    settings = load_settings()
    alert = next((each for each in settings.alerts if each.name == name), None)
    if alert is None:
        there = ", ".join(each.name for each in settings.alerts) or "none"
        raise CommandFailed(f"there is no alert {name!r} in the settings; there are: {there}")
    with Lake.open(settings.lake) as lake:
        check_queries(lake, [alert])
        version = lake.snapshot().version
        with lake.connect() as connection:
            filings = declare_new_trades(connection, version)
            try:
                names, rows = ask(connection, alert.query)
            except duckdb.Error as failed:
                raise CommandFailed(f"the query of {name} failed: {str(failed).splitlines()[0]}") from None
        new = over_new_trades(alert.query)
        where = f"the {filings:,} filings that version {version} brought first" if new else "the lake"
        print_line(f"{name}: {len(rows):,} rows in {where}")
    shown = messages(name, version, names, rows[:SHOWN])
    body = shown[0].body if shown else f"{name} finds nothing in version {version} of the lake"
    try:
        told = send(alert.address, f"{name}: a test", body)
    except AddressUnknown as unknown:
        raise CommandFailed(f"alert {name}: {unknown}") from None
    if not told:
        raise CommandFailed(f"the address of {name} did not take the message", Exit.INCOMPLETE)
    say("sent")
    return Exit.DONE

"""Alerts: what the configured queries find new in the lake, told once each.

What is to be told is written down in the lake, together with how far the lake was looked through, before anything is
told. So no kill loses a match or finds it twice. A message that was sent and not crossed out, as the process died
between the two, is sent again: it names the version and the part, by which a receiver knows it.
"""

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import duckdb

from ...settings import AlertSettings, SettingsError
from ...storage import NEW_TRADES, Lake, WriterAtWork, declare_new_trades
from ..reports.run_report import RunReport
from .outbox import Message, Outbox, messages

NOTE = "alerts"
TELLING = ("watch", "nightly", "retry")
"""Runs whose filings are news; those of a backfill are history."""
MOST_ROWS = 100_000
"""An alert over a view that finds more is refused: which of them were told has to be remembered."""

Row = tuple[Any, ...]


class Alerts:
    """The alerts of one lake, looked through and told by one process at a time."""

    def __init__(self, lake: Lake, alerts: Sequence[AlertSettings]) -> None:
        """Begin alerts that are new with what comes from now on."""
        self._lake = lake
        self._alerts = alerts
        self._looked_at = -1
        self._waiting = True
        if alerts:
            self._alone(self._begin)

    def tell(self, report: RunReport) -> None:
        """Find what is new since the last time, and tell it and what could not be told before.

        Where another process is about it, it will find the rest. What goes wrong is in the report.
        """
        if self._alerts and (self._waiting or self._looked_at != self._lake.snapshot().version):
            self._alone(lambda: self._tell(report))

    def _alone(self, work: Callable[[], None]) -> None:
        try:
            with self._lake.alone("alerts"):
                work()
        except WriterAtWork:
            return

    def _begin(self) -> None:
        note = self._lake.notes.read(NOTE)
        known = note.setdefault("alerts", {})
        version = self._lake.snapshot().version
        new = [each for each in self._alerts if known.get(each.name, {}).get("query") != each.query]
        for each in new:
            since = known.get(each.name, {}).get("version", version)
            known[each.name] = {"query": each.query, "version": since, "told": None}
        for name in known.keys() - {each.name for each in self._alerts}:
            del known[name]
        if new:
            self._lake.notes.write(NOTE, note)

    def _tell(self, report: RunReport) -> None:
        note = self._lake.notes.read(NOTE)
        outbox = Outbox(note.get("outbox", []))
        version = self._lake.snapshot().version
        if self._looked_at != version:
            found = self._look(note.get("alerts", {}), version, report)
            outbox.add(found)
            self._keep(note, outbox)
            self._looked_at = version
        addresses = {each.name: each.address for each in self._alerts}
        for message in outbox.due(addresses):
            report.told += message.rows * outbox.send(message, addresses[message.alert], report)
            self._keep(note, outbox)
        self._waiting = bool(outbox.messages)

    def _keep(self, note: dict[str, Any], outbox: Outbox) -> None:
        note["outbox"] = [asdict(each) for each in outbox.messages]
        self._lake.notes.write(NOTE, note)

    def _look(self, known: dict[str, Any], newest: int, report: RunReport) -> list[Message]:
        """What each alert finds in the versions that it has not looked through; `known` is brought up to them."""
        found: list[Message] = []
        with self._lake.connect() as connection:
            for alert in self._alerts:
                state = known.setdefault(alert.name, {"query": alert.query, "version": newest, "told": None})
                try:
                    if over_new_trades(alert.query):
                        found += self._of_versions(connection, alert, state["version"], newest)
                    else:
                        found += _of_view(connection, alert, state, newest)
                except (duckdb.Error, SettingsError) as failed:
                    report.problems.append(f"alert {alert.name}: {_first_line(failed)}")
                else:
                    state["version"] = newest
        return found

    def _of_versions(
        self, connection: duckdb.DuckDBPyConnection, alert: AlertSettings, since: int, newest: int
    ) -> list[Message]:
        found: list[Message] = []
        for version in range(since + 1, newest + 1):
            if self._lake.writer_of(version) in TELLING and declare_new_trades(connection, version):
                names, rows = ask(connection, alert.query)
                found += messages(alert.name, version, names, rows)
        return found


def check_queries(lake: Lake, alerts: Sequence[AlertSettings]) -> None:
    """Raises SettingsError where a query cannot be asked."""
    with lake.connect() as connection:
        declare_new_trades(connection, 0)
        for each in alerts:
            try:
                connection.execute(f"EXPLAIN {each.query}")
            except duckdb.Error as wrong:
                raise SettingsError(f"alerts: the query of {each.name} cannot be asked: {_first_line(wrong)}") from None


def over_new_trades(query: str) -> bool:
    """Whether a query asks what a commit brings; else it asks what the lake holds."""
    return re.search(rf"\b{NEW_TRADES}\b", query, re.IGNORECASE) is not None


def ask(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[list[str], list[Row]]:
    """The names of the columns and the rows that a query finds."""
    found = connection.execute(query)
    return [each[0] for each in found.description or ()], found.fetchall()


def _of_view(
    connection: duckdb.DuckDBPyConnection, alert: AlertSettings, state: dict[str, Any], newest: int
) -> list[Message]:
    """The rows that it did not find before; at first, what it finds is what was there before."""
    names, rows = ask(connection, f"FROM ({alert.query.rstrip().rstrip(';')}) LIMIT {MOST_ROWS + 1}")
    if len(rows) > MOST_ROWS:
        raise SettingsError(f"it finds more than {MOST_ROWS:,} rows: add a condition, on filing_date for one")
    by_key = {_key(row): row for row in rows}
    before, state["told"] = state["told"], sorted(by_key)
    if before is None:
        return []
    known = set(before)
    return messages(alert.name, newest, names, [row for key, row in by_key.items() if key not in known])


def _key(row: Row) -> str:
    return hashlib.sha256(json.dumps(row, default=str).encode()).hexdigest()[:24]


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]

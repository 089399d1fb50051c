"""Messages of alerts on their way: kept until they are told, tried again with growing gaps."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from ..reports.run_report import RunReport

ROWS_A_MESSAGE = 20
FIRST_GAP = timedelta(minutes=1)
"""How long a message that could not be told waits; doubled by each further attempt."""
MOST_DOUBLINGS = 6
MOST_AT_ONCE = 50
"""So many messages are sent before the feed is looked at again."""

_VARIABLE = re.compile(r"\$\{(\w+)\}")


@dataclass(frozen=True)
class Message:
    """Some rows that an alert found."""

    alert: str
    title: str
    body: str
    rows: int
    attempts: int = 0
    due: str = ""
    """When it is tried next, ISO; at once where empty."""


class AddressUnknown(Exception):
    """An address names a variable that the environment lacks, or is none that apprise knows."""


def messages(alert: str, version: int, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[Message]:
    """The messages that tell rows, some rows each."""
    parts = range(0, len(rows), ROWS_A_MESSAGE)
    found = []
    for number, start in enumerate(parts, 1):
        shown = rows[start : start + ROWS_A_MESSAGE]
        lines = [
            ", ".join(f"{name}: {value}" for name, value in zip(names, row, strict=True) if value is not None)
            for row in shown
        ]
        last = f"{alert}, version {version} of the lake, part {number} of {len(parts)}"
        found.append(Message(alert, f"{alert}: {len(rows):,} new", "\n".join([*lines, last]), len(shown)))
    return found


class Outbox:
    """The messages that are not told yet, oldest first."""

    def __init__(self, kept: Sequence[dict[str, Any]]) -> None:
        self.messages = [Message(**each) for each in kept]

    def add(self, found: Sequence[Message]) -> None:
        """These are to be told too."""
        self.messages += found

    def due(self, alerts: Mapping[str, str]) -> Iterator[Message]:
        """Those to try now, of these alerts; messages of others are dropped."""
        self.messages = [each for each in self.messages if each.alert in alerts]
        now = datetime.now(UTC)
        yield from [each for each in self.messages if not each.due or datetime.fromisoformat(each.due) <= now][
            :MOST_AT_ONCE
        ]

    def send(self, message: Message, address: str, report: RunReport) -> bool:
        """Try one: told, it is gone from here; else it waits, and the report says so."""
        try:
            told = send(address, message.title, message.body)
            why = "its address did not take it"
        except AddressUnknown as unknown:
            told, why = False, str(unknown)
        place = self.messages.index(message)
        if told:
            del self.messages[place]
            return True
        report.problems.append(f"alert {message.alert} could not be told, and is tried again: {why}")
        gap = FIRST_GAP * 2 ** min(message.attempts, MOST_DOUBLINGS)
        due = (datetime.now(UTC) + gap).isoformat()
        self.messages[place] = replace(message, attempts=message.attempts + 1, due=due)
        return False


def send(address: str, title: str, body: str) -> bool:
    """Send a message; whether its address took it.

    Raises:
        AddressUnknown: it cannot be sent anywhere.
    """
    import apprise  # takes a while to import, and few runs have anything to tell

    service = apprise.Apprise()
    if not service.add(_filled_in(address)):
        raise AddressUnknown("apprise knows no such address: https://appriseit.com/services/ lists them")
    return bool(service.notify(title=title, body=body))


def _filled_in(address: str) -> str:
    """The address with the variables that it names."""

    def value(found: re.Match[str]) -> str:
        if found[1] not in os.environ:
            raise AddressUnknown(f"its address names the variable {found[1]}, which the environment lacks")
        return os.environ[found[1]]

    return _VARIABLE.sub(value, address)

"""A user's machine for the tests of the whole house: a lake, and an EDGAR to read from."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from replica import Archive, Faults, Replica
from storage import Lake

FIRST = date(2024, 1, 10)
TODAY = date(2024, 1, 19)


@dataclass
class House:
    """One user's machine."""

    lake_folder: Path
    monkeypatch: pytest.MonkeyPatch

    @property
    def lake(self) -> Lake:
        return Lake.open(self.lake_folder)

    def count(self, table: str) -> int:
        return self.query(f"select count(*) from {table}")[0][0]

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        connection = self.lake.connect()
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    @contextmanager
    def edgar(self, archive: Archive, faults: Faults | None = None) -> Iterator[Replica]:
        """Have the settings point at a replica that serves `archive`."""
        with Replica(archive, faults=faults) as server:
            self.monkeypatch.setenv("FORM4_EDGAR__BASE_URL", server.url)
            yield server

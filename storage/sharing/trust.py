"""What an entry of another's log has to be before anything is done with it: whoever wrote it may mean harm."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from ...tables import TABLES
from ..files.manifest import SERVED
from ..periods import check_period
from ..versions.log import DataFile, Entry

_SHA256 = re.compile(r"[0-9a-f]{64}")


def fault_of(entry: Entry, version: int) -> str | None:
    """What is wrong with an entry that should be that of a version; None if it can be used."""
    if entry.version != version:
        return f"it says that it is entry {entry.version!r}"
    if entry.written_at.tzinfo is None:
        return "its time has no time zone"
    if not all(isinstance(each, str) for each in entry.removed):
        return "what it removes are no files"
    summary = entry.summary
    try:
        for each in (*summary.index_dates, *summary.archived):
            date.fromisoformat(each)
    except (TypeError, ValueError):
        return "its dates are no dates"
    if not all(_is_count(each) for each in summary.archived.values()):
        return "its counts are no counts"
    return next((fault for fault in map(_fault_of_file, entry.added) if fault), None)


def _fault_of_file(file: DataFile) -> str | None:
    if not isinstance(file.path, str) or not SERVED.fullmatch(f"data/{file.path}"):
        return f"{str(file.path)[:200]!r} is no file of a lake"
    if file.path.partition("/")[0] != file.table:
        return f"{file.path} is not of the table that it is said to be of"
    if file.table not in TABLES:
        return f"there is a table {file.table}, which a newer form4lake knows: update this one"
    try:
        check_period(file.period)
    except (TypeError, ValueError):
        return f"{file.path} has no period"
    if not (_is_count(file.bytes) and _is_count(file.rows) and isinstance(file.columns, str)):
        return f"{file.path} has no size"
    if not (isinstance(file.sha256, str) and _SHA256.fullmatch(file.sha256)):
        return f"{file.path} has no SHA-256"
    years = file.years
    if years is not None and not (isinstance(years, list) and all(isinstance(each, str) for each in years)):
        return f"{file.path} has no years"
    return None


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0

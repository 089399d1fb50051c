"""Whether the published catalog is what the newest snapshot's should be."""

from __future__ import annotations

import re

import duckdb

from ..files.place import Files
from ..versions.snapshot import Snapshot
from .catalog import (
    CATALOG,
    SCRIPT,
    STATE,
    fresh_catalog,
    is_what_was_written,
    open_published,
    other_place,
    published,
    read_state,
    script_of,
    script_of_files,
    shown,
)
from .views import definition

_AGAIN = "the next run that writes makes it again, or `form4 verify --repair` now"
_CHANGED = "is not what was written"
_MADE_AT = re.compile(r"TIMESTAMPTZ '[^']*' AS published_at")
_EXCLUDED = re.compile(r"EXCLUDE \(([^()]*)\)")
_DECLARED = """
    SELECT schema_name, view_name, sql, comment FROM duckdb_views() WHERE NOT internal AND view_name <> 'lake_snapshot'
    UNION ALL
    SELECT schema_name, function_name, macro_definition, comment FROM duckdb_functions() WHERE NOT internal
    ORDER BY ALL
"""


def catalog_faults(files: Files, snapshot: Snapshot) -> dict[str, str]:
    """What is wrong with each file of the published catalog, in words; one of another program may show other views."""
    if not snapshot.version:
        return {}
    found = {CATALOG: _catalog_fault(files, snapshot), SCRIPT: _script_fault(files, snapshot)}
    if read_state(files) is None and (files.has(STATE) or _is_ours(files)):
        found[STATE] = _CHANGED if files.has(STATE) else "is missing"
    return {name: fault for name, fault in found.items() if fault}


def catalog_notes(files: Files) -> list[str]:
    """Why other programs read something else in a sound catalog than this one, each with what to do."""
    notes = []
    if place := other_place(files):
        notes.append(f"{CATALOG} reads the files of {place}, where the lake was or a copy of it is: {_AGAIN}")
    if (found := published(files)) and found.definition != definition():
        notes.append(f"{CATALOG} was made by another version of form4lake: {_AGAIN}")
    return notes


def _catalog_fault(files: Files, snapshot: Snapshot) -> str | None:
    connection = open_published(files, as_it_is=True)
    if connection is None:
        return "is missing or broken"
    with connection:
        shows = shown(connection)
        if shows is None or shows.version != snapshot.version:
            return f"does not show version {snapshot.version}"
        if is_what_was_written(files, CATALOG, files.read(CATALOG)):
            return None
        # In a bucket, of two writers at once either may have put it.
        with fresh_catalog(files, snapshot) as fresh:
            same = shows.definition == definition() and _declared(connection) == _declared(fresh)
    return None if same else _CHANGED


def _script_fault(files: Files, snapshot: Snapshot) -> str | None:
    try:
        content = files.read(SCRIPT)
    except FileNotFoundError:
        return "is missing"
    if is_what_was_written(files, SCRIPT, content):
        return None
    wanted = script_of(snapshot, script_of_files(snapshot))
    return None if _undated(content.decode("utf-8", "replace")) == _undated(wanted) else _CHANGED


def _is_ours(files: Files) -> bool:
    state = published(files)
    return state is not None and state.definition == definition()


def _declared(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, ...]]:
    found = connection.sql(_DECLARED).fetchall()
    return [(*name, _EXCLUDED.sub(_in_order, sql), comment) for *name, sql, comment in found]


def _in_order(excluded: re.Match[str]) -> str:
    """DuckDB writes down what EXCLUDE names in any order."""
    return f"EXCLUDE ({', '.join(sorted(excluded[1].split(', ')))})"


def _undated(script: str) -> str:
    return _MADE_AT.sub("", script)

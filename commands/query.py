"""`form4 sql`: questions to the lake's newest snapshot, answered on standard output. They can change nothing."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from ..exits import Exit
from ..settings import load_settings
from ..storage import Lake
from .answering import Asking
from .dot_words import Session
from .errors import CommandFailed, explained
from .files import put


@explained
def run_query(
    query: str | None, file: Path | None, output: str, into: Path | None, given: Sequence[str], *, spreadsheet: bool
) -> int:
    """Print the answers to the statements of one text, or of a file; into: write them to a file instead."""
    text = query or _text_of(file)
    asking = Asking(output, _parameters(given), spreadsheet=spreadsheet)
    if into is None:
        refuse_bytes(output)
    connection = open_lake()
    try:
        if into is None:
            return Session(connection, asking).run_script(text)
        return _answer_into(connection, text, asking, into)
    except KeyboardInterrupt:
        return Exit.INTERRUPTED


class _NotAnswered(Exception):
    """A query was wrong, which has been said: nothing is to be written."""


def _answer_into(connection: duckdb.DuckDBPyConnection, text: str, asking: Asking, into: Path) -> int:
    def write(part: Path) -> None:
        with part.open("wb") as sink:
            if Session(connection, replace(asking, sink=sink)).run_script(text):
                raise _NotAnswered

    try:
        put(into, write)
    except _NotAnswered:
        return Exit.WRONG_USE
    except OSError as failed:
        raise CommandFailed(f"cannot write {into}: {failed.strerror or failed}") from failed
    return Exit.DONE


def _text_of(file: Path | None) -> str:
    try:
        return file.read_text(encoding="utf-8") if file else ""
    except OSError as failed:
        raise CommandFailed(f"cannot read {file}: {failed.strerror}") from failed
    except UnicodeDecodeError as failed:
        raise CommandFailed(f"{file} is not UTF-8 text") from failed


def _parameters(given: Sequence[str]) -> dict[str, str]:
    for each in given:
        if not each.partition("=")[0].isidentifier() or "=" not in each:
            raise CommandFailed(f"--param {each}: write it as NAME=VALUE, for $NAME in the query")
    return {name: value for name, _, value in (each.partition("=") for each in given)}


def open_lake() -> duckdb.DuckDBPyConnection:
    """A connection on which nothing can be set that writes files.

    Raises:
        SettingsError, LakeError: as the settings and the lake say.
    """
    connection = Lake.open(load_settings().lake).connect()
    connection.execute("SET lock_configuration = true")
    return connection


def refuse_bytes(output: str) -> None:
    """Raises CommandFailed where Parquet would go to a terminal."""
    if output == "parquet" and sys.stdout.isatty():
        raise CommandFailed("Parquet is nothing to look at: write it to a file with -o FILE or > FILE")

"""`form4 sql`: questions to the lake's newest snapshot, answered on standard output. They can change nothing."""

import contextlib
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import duckdb

from ..exits import Exit
from ..settings import load_settings
from ..storage import Lake
from .errors import explained
from .output import complain

ROWS_SHOWN, ROWS_PAGED = 100, 10_000
"""Where a table ends that is piped, and one on a terminal; csv, json and parquet hold every row."""

_READING = {
    duckdb.StatementType.SELECT,  # SHOW, DESCRIBE and SUMMARIZE too
    duckdb.StatementType.EXPLAIN,
    duckdb.StatementType.SET,
    duckdb.StatementType.MULTI,  # PIVOT
}
_EXPLAINED = re.compile(r"\s*explain\s+(analyze\b|\([^)]*\))?", re.IGNORECASE)


@explained
def run_query(query: str, output: str) -> int:
    """Print the answers to the statements of one text."""
    connection = open_lake()
    try:
        return answer(connection, query, output)
    except KeyboardInterrupt:
        return Exit.INTERRUPTED


def open_lake() -> duckdb.DuckDBPyConnection:
    """A connection on which nothing can be set that writes files.

    Raises:
        SettingsError, LakeError: as the settings and the lake say.
    """
    connection = Lake.open(load_settings().lake).connect()
    connection.execute("SET lock_configuration = true")
    return connection


def answer(connection: duckdb.DuckDBPyConnection, text: str, output: str) -> int:
    """Print the answer to each statement of a text; a wrong one is explained, not raised, and ends it.

    Raises:
        KeyboardInterrupt: the person pressed Ctrl-C; the query has stopped.
    """
    try:
        for statement in _checked(connection, text):
            interruptibly(connection, partial(_print, connection, statement, output))
    except duckdb.Error as wrong:
        # Where a lake's file could not be fetched, DuckDB gives the error with its traceback, as text.
        _, trace, said = str(wrong).rpartition("Traceback (most recent call last):")
        complain(f"the query failed: {said.strip().splitlines()[-1].partition(': ')[2] if trace else wrong}")
        return Exit.WRONG_USE
    except BrokenPipeError:
        # Who reads has enough; what is still buffered has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return Exit.DONE


def _checked(connection: duckdb.DuckDBPyConnection, text: str) -> list[duckdb.Statement]:
    """The statements of a text, all of which only read."""
    statements = connection.extract_statements(text)
    for each in statements:
        asked = each
        while asked.type == duckdb.StatementType.EXPLAIN:
            (asked,) = connection.extract_statements(_EXPLAINED.sub("", asked.query, count=1))
        if asked.type not in _READING:
            raise duckdb.InvalidInputException(
                f"{asked.type.name} is not allowed: form4 sql only reads. For a file of an answer: "
                'form4 sql --format parquet "SELECT …" > FILE'
            )
    return statements


def interruptibly(connection: duckdb.DuckDBPyConnection, work: Callable[[], None]) -> None:
    """Do `work` in a thread, so that Ctrl-C arrives here while DuckDB computes."""
    with ThreadPoolExecutor(1) as pool:
        doing = pool.submit(work)
        try:
            doing.result()
        except KeyboardInterrupt:
            connection.interrupt()
            doing.exception()
            raise


def _print(connection: duckdb.DuckDBPyConnection, statement: duckdb.Statement, output: str) -> None:
    if statement.type == duckdb.StatementType.SET:
        connection.execute(statement.query)
        return
    relation = connection.sql(statement.query)
    if output != "table":
        _export(connection, relation, output)
        return
    text = io.StringIO()
    terminal = sys.stdout.isatty()
    width = shutil.get_terminal_size((200, 24)).columns
    with contextlib.redirect_stdout(text):
        relation.show(max_width=width, max_rows=ROWS_PAGED if terminal else ROWS_SHOWN)
    show = _page if terminal else sys.stdout.write
    show(text.getvalue())
    sys.stdout.flush()


def _page(text: str) -> None:
    """Print, through $PAGER or less where the text is longer than the screen."""
    pager = shlex.split(os.environ.get("PAGER", "less"))
    if text.count("\n") < shutil.get_terminal_size().lines or not pager or not shutil.which(pager[0]):
        sys.stdout.write(text)
        return
    environment = {"LESS": "FRSX"} | os.environ
    with contextlib.suppress(BrokenPipeError):  # left before the end
        subprocess.run(pager, input=text, text=True, env=environment, check=False)  # noqa: S603 the user's own choice


def _export(connection: duckdb.DuckDBPyConnection, relation: duckdb.DuckDBPyRelation, output: str) -> None:
    options = {"csv": "FORMAT csv, HEADER", "json": "FORMAT json, ARRAY true", "parquet": "FORMAT parquet"}[output]
    connection.register("answer", relation)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"answer.{output}")
        connection.execute(f"COPY (FROM answer) TO '{path}' ({options})")
        sys.stdout.flush()
        with path.open("rb") as file:
            shutil.copyfileobj(file, sys.stdout.buffer)
        sys.stdout.buffer.flush()

"""Statements answered: as a table, a line a column or a file's format, on standard output or into a file."""

import contextlib
import io
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import BinaryIO

import duckdb

from ..exits import Exit
from ..printable import printable
from ..storage.read.export import spreadsheet_safe
from .layouts import LAYOUTS
from .only_reading import has_answer, reading_statements
from .output import complain

ROWS_SHOWN, ROWS_PAGED = 100, 10_000
"""Where a table ends that is piped, and one on a terminal; csv, json and parquet hold every row."""

COPIED = {
    "csv": "FORMAT csv, HEADER",
    "json": "FORMAT json, ARRAY true",
    "jsonl": "FORMAT json, ARRAY false",
    "parquet": "FORMAT parquet",
}
"""The formats that DuckDB writes itself."""
_ANSWER = "form4lake_answer"
"""The name of what is written, no table's of a person's own."""


@dataclass(frozen=True, slots=True)
class Asking:
    """How answers are given, and the values of the parameters in queries."""

    output: str
    values: Mapping[str, str] = field(default_factory=dict)
    sink: BinaryIO | None = None
    """Where answers go; None: standard output."""
    spreadsheet: bool = False
    timed: bool = False
    """Whether each answer is followed by how long it took, on standard error."""


def answer(connection: duckdb.DuckDBPyConnection, text: str, asking: Asking) -> int:
    """Print the answer to each statement of a text; a wrong one is explained, not raised, and ends it.

    Raises:
        KeyboardInterrupt: the person pressed Ctrl-C; the query has stopped.
    """
    try:
        for statement in reading_statements(connection, text):
            interruptibly(connection, partial(_print, connection, statement, asking))
    except duckdb.Error as wrong:
        # Where a lake's file could not be fetched, DuckDB gives the error with its traceback, as text.
        _, trace, said = str(wrong).rpartition("Traceback (most recent call last):")
        complain(f"the query failed: {said.strip().splitlines()[-1].partition(': ')[2] if trace else wrong}")
        return Exit.WRONG_USE
    except BrokenPipeError:
        # Who reads has enough; what is still buffered has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return Exit.DONE


def interruptibly(connection: duckdb.DuckDBPyConnection, work: Callable[[], object]) -> None:
    """Do `work` in a thread, so that Ctrl-C arrives here while DuckDB computes."""
    with ThreadPoolExecutor(1) as pool:
        doing = pool.submit(work)
        try:
            doing.result()
        except KeyboardInterrupt:
            connection.interrupt()
            doing.exception()
            raise


def _print(connection: duckdb.DuckDBPyConnection, statement: duckdb.Statement, asking: Asking) -> None:
    begun = time.perf_counter()
    values = {name: value for name, value in asking.values.items() if name in statement.named_parameters}
    show: Callable[[], object] | None = None
    if not has_answer(statement):
        connection.execute(statement.query, values or None)
    elif asking.output in COPIED:
        _export(connection, connection.sql(statement.query, params=values or None), asking)
    else:
        text = printable(_laid_out(connection.sql(statement.query, params=values or None), asking))
        show = partial(_show, text, asking.sink)
    took = time.perf_counter() - begun
    if show:
        show()
    if asking.timed:
        print(f"{took:.3f} s", file=sys.stderr, flush=True)


def _laid_out(relation: duckdb.DuckDBPyRelation, asking: Asking) -> str:
    if asking.output != "table":
        return LAYOUTS[asking.output](relation.columns, relation.fetchall())
    text = io.StringIO()
    wide = sys.stdout.isatty() and asking.sink is None
    width = shutil.get_terminal_size((200, 24)).columns
    with contextlib.redirect_stdout(text):
        relation.show(max_width=width, max_rows=ROWS_PAGED if wide else ROWS_SHOWN)
    return text.getvalue()


def _show(text: str, sink: BinaryIO | None) -> None:
    if sink:
        sink.write(text.encode())
        return
    show = _page if sys.stdout.isatty() else sys.stdout.write
    show(text)
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


def _export(connection: duckdb.DuckDBPyConnection, relation: duckdb.DuckDBPyRelation, asking: Asking) -> None:
    connection.register(_ANSWER, relation)
    safe = asking.spreadsheet and asking.output == "csv"
    rows = spreadsheet_safe(connection, f"FROM {_ANSWER}") if safe else f"FROM {_ANSWER}"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"answer.{asking.output}")
        connection.execute(f"COPY ({rows}) TO '{path}' ({COPIED[asking.output]})")
        sys.stdout.flush()
        if asking.sink is None and sys.stdout.isatty():
            _write_safely(path)
            return
        sink = asking.sink or sys.stdout.buffer
        with path.open("rb") as file:
            shutil.copyfileobj(file, sink)
        sink.flush()


def _write_safely(path: Path) -> None:
    """A file's lines on the terminal, which would obey what a program gets as it is."""
    with path.open(encoding="utf-8", newline="\n") as file:
        for line in file:
            sys.stdout.write(printable(line))
    sys.stdout.flush()

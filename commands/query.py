"""`form4 sql`: questions to the lake's newest snapshot, answered on standard output. They can change nothing."""

import contextlib
import io
import os
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
from ..printable import printable
from ..settings import load_settings
from ..storage import Lake
from ..storage.read.export import spreadsheet_safe
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
_SELECTING = frozenset(
    {"select", "with", "from", "values", "table", "(", "show", "describe", "desc", "summarize"}
    | {"pivot", "pivot_wider", "pivot_longer", "unpivot"}
)
"""How a statement begins that selects; DuckDB gives every statement with a PIVOT in it one type, a COPY too."""


@explained
def run_query(query: str, output: str, *, spreadsheet: bool) -> int:
    """Print the answers to the statements of one text."""
    connection = open_lake()
    try:
        return answer(connection, query, output, spreadsheet=spreadsheet)
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


def answer(connection: duckdb.DuckDBPyConnection, text: str, output: str, *, spreadsheet: bool) -> int:
    """Print the answer to each statement of a text; a wrong one is explained, not raised, and ends it.

    Raises:
        KeyboardInterrupt: the person pressed Ctrl-C; the query has stopped.
    """
    try:
        for statement in _checked(connection, text):
            interruptibly(connection, partial(_print, connection, statement, output, spreadsheet=spreadsheet))
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
        kind, tokens = each.type, _tokens(each.query)
        if tokens and tokens[0][1] == "explain":
            explained_query = _after_explain(each.query, tokens)
            (asked,) = connection.extract_statements(explained_query)
            kind, tokens = asked.type, _tokens(explained_query)
        multiple = kind == duckdb.StatementType.MULTI
        if kind not in _READING or (multiple and tokens[0][1] not in _SELECTING):
            what = tokens[0][1].upper() if multiple else kind.name
            raise duckdb.InvalidInputException(
                f"{what} is not allowed: form4 sql only reads. For a file of an answer: "
                'form4 sql --format parquet "SELECT …" > FILE'
            )
    return statements


def _tokens(query: str) -> list[tuple[int, str]]:
    """DuckDB's own tokens of a statement, without comments: where each begins, in bytes, and its text in lower case."""
    raw = query.encode()
    found = duckdb.tokenize(query)
    ends = [*(offset for offset, _ in found[1:]), len(raw)]
    return [
        (offset, raw[offset:end].decode().strip().lower())
        for (offset, kind), end in zip(found, ends, strict=True)
        if kind != duckdb.token_type.comment
    ]


def _after_explain(query: str, tokens: list[tuple[int, str]]) -> str:
    """What an EXPLAIN explains: the statement behind its options, which are ANALYZE or stand in parentheses."""
    place = 1
    words = [word for _, word in tokens]
    if words[1] == "(" and words[2] not in _SELECTING:
        depth = 0
        while place < len(tokens):
            depth += {"(": 1, ")": -1}.get(words[place], 0)
            place += 1
            if not depth:
                break
    elif words[1] == "analyze":
        place += 1
    return query.encode()[tokens[place][0] :].decode()


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


def _print(
    connection: duckdb.DuckDBPyConnection, statement: duckdb.Statement, output: str, *, spreadsheet: bool
) -> None:
    if statement.type == duckdb.StatementType.SET:
        connection.execute(statement.query)
        return
    relation = connection.sql(statement.query)
    if output != "table":
        _export(connection, relation, output, safe=spreadsheet and output == "csv")
        return
    text = io.StringIO()
    terminal = sys.stdout.isatty()
    width = shutil.get_terminal_size((200, 24)).columns
    with contextlib.redirect_stdout(text):
        relation.show(max_width=width, max_rows=ROWS_PAGED if terminal else ROWS_SHOWN)
    show = _page if terminal else sys.stdout.write
    show(printable(text.getvalue()))
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


def _export(
    connection: duckdb.DuckDBPyConnection, relation: duckdb.DuckDBPyRelation, output: str, *, safe: bool
) -> None:
    options = {"csv": "FORMAT csv, HEADER", "json": "FORMAT json, ARRAY true", "parquet": "FORMAT parquet"}[output]
    connection.register("answer", relation)
    rows = spreadsheet_safe(connection, "FROM answer") if safe else "FROM answer"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"answer.{output}")
        connection.execute(f"COPY ({rows}) TO '{path}' ({options})")
        sys.stdout.flush()
        with path.open("rb") as file:
            shutil.copyfileobj(file, sys.stdout.buffer)
        sys.stdout.buffer.flush()

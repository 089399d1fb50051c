"""`form4 sql`: questions to the lake's newest snapshot, answered on standard output. They can change nothing."""

import contextlib
import io
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import BinaryIO

import duckdb

from ..exits import Exit
from ..printable import printable
from ..settings import load_settings
from ..storage import Lake
from ..storage.read.export import spreadsheet_safe
from .errors import CommandFailed, explained
from .files import put
from .layouts import LAYOUTS
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
def run_query(
    query: str | None, file: Path | None, output: str, into: Path | None, given: Sequence[str], *, spreadsheet: bool
) -> int:
    """Print the answers to the statements of one text, or of a file; into: write them to a file instead."""
    text = query or _text_of(file)
    asking = Asking(output, _parameters(given), spreadsheet=spreadsheet)
    connection = open_lake()
    try:
        if into is None:
            return answer(connection, text, asking)
        return _answer_into(connection, text, asking, into)
    except KeyboardInterrupt:
        return Exit.INTERRUPTED


@dataclass(frozen=True, slots=True)
class Asking:
    """How answers are given, and the values of the parameters in queries."""

    output: str
    values: Mapping[str, str] = field(default_factory=dict)
    sink: BinaryIO | None = None
    """Where answers go; None: standard output."""
    spreadsheet: bool = False


class _NotAnswered(Exception):
    """A query was wrong, which has been said: nothing is to be written."""


def _answer_into(connection: duckdb.DuckDBPyConnection, text: str, asking: Asking, into: Path) -> int:
    def write(part: Path) -> None:
        with part.open("wb") as sink:
            if answer(connection, text, replace(asking, sink=sink)):
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


def answer(connection: duckdb.DuckDBPyConnection, text: str, asking: Asking) -> int:
    """Print the answer to each statement of a text; a wrong one is explained, not raised, and ends it.

    Raises:
        KeyboardInterrupt: the person pressed Ctrl-C; the query has stopped.
    """
    try:
        for statement in _checked(connection, text):
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
    if statement.type == duckdb.StatementType.SET:
        connection.execute(statement.query)
        return
    values = {name: value for name, value in asking.values.items() if name in statement.named_parameters}
    relation = connection.sql(statement.query, params=values or None)
    if asking.output in COPIED:
        _export(connection, relation, asking)
        return
    if asking.output != "table":
        shown = LAYOUTS[asking.output](relation.columns, relation.fetchall())
    else:
        text = io.StringIO()
        wide = sys.stdout.isatty() and asking.sink is None
        width = shutil.get_terminal_size((200, 24)).columns
        with contextlib.redirect_stdout(text):
            relation.show(max_width=width, max_rows=ROWS_PAGED if wide else ROWS_SHOWN)
        shown = text.getvalue()
    if asking.sink:
        asking.sink.write(printable(shown).encode())
        return
    show = _page if sys.stdout.isatty() else sys.stdout.write
    show(printable(shown))
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
    connection.register("answer", relation)
    safe = asking.spreadsheet and asking.output == "csv"
    rows = spreadsheet_safe(connection, "FROM answer") if safe else "FROM answer"
    sink = asking.sink or sys.stdout.buffer
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"answer.{asking.output}")
        connection.execute(f"COPY ({rows}) TO '{path}' ({COPIED[asking.output]})")
        sys.stdout.flush()
        with path.open("rb") as file:
            shutil.copyfileobj(file, sink)
        sink.flush()

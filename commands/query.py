"""`form4 sql`: a question to the lake's newest snapshot, or a prompt for several."""

import contextlib
import shutil
import sys
import tempfile
from pathlib import Path

import duckdb

from commands.output import complain
from settings import SettingsError, load_settings
from storage import Lake, LakeError

DONE, WRONG_USE, LAKE = 0, 2, 4
ROWS_SHOWN = 100
"""A table on the terminal ends here; csv, json and parquet hold every row."""


def run_query(query: str, output: str) -> int:
    """Print the answer to one query."""
    connection = _open()
    return connection if isinstance(connection, int) else answer(connection, query, output)


def prompt(output: str) -> int:
    """Read queries, each ended by a semicolon, until the end of input; a script's exit code says if one was wrong."""
    connection = _open()
    if isinstance(connection, int):
        return connection
    if sys.stdin.isatty():
        with contextlib.suppress(ImportError):
            import readline  # noqa: F401 input() edits lines with it
        print("End a query with ; and the prompt with Ctrl-D. `show tables;` lists the views.")
    pending, code = "", DONE
    while True:
        try:
            pending += input(("form4> " if not pending else "   ...> ") if sys.stdin.isatty() else "") + "\n"
        except EOFError:
            last = answer(connection, pending, output) if pending.strip() else DONE
            return max(code, last)
        except KeyboardInterrupt:
            pending = ""
            continue
        if pending.rstrip().endswith(";"):
            asked = answer(connection, pending, output)
            pending, code = "", DONE if sys.stdin.isatty() else max(code, asked)


def _open() -> duckdb.DuckDBPyConnection | int:
    try:
        return Lake.open(load_settings().lake).connect()
    except SettingsError as wrong:
        complain(wrong)
        return WRONG_USE
    except LakeError as damaged:
        complain(damaged)
        return LAKE


def answer(connection: duckdb.DuckDBPyConnection, query: str, output: str) -> int:
    """Print one query's answer; a wrong query is explained, not raised."""
    try:
        relation = connection.sql(query)
        if relation is None:
            return DONE
        if output == "table":
            relation.show(max_width=shutil.get_terminal_size((200, 24)).columns, max_rows=ROWS_SHOWN)
        else:
            _export(connection, relation, output)
    except duckdb.Error as wrong:
        complain(f"the query failed: {wrong}")
        return WRONG_USE
    return DONE


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

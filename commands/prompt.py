"""The prompt of `form4 sql`: statements over several lines, a history that outlives it, Ctrl-C that stops a query."""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb

from ..exits import Exit
from .errors import explained
from .output import complain
from .query import Asking, answer, open_lake

HELP = """\
End a statement with ; and the prompt with Ctrl-D. Ctrl-C stops a query.
  show tables;                     the views and tables
  describe trades;                 the columns of one
  select column_name, comment from duckdb_columns() where table_name = 'trades';    what they mean
  .tables  .help  .quit            the same for the duckdb command line's habits
"""
_WORDS = {".help": HELP, "help": HELP}
_LEAVING = {".quit", ".exit", "quit", "exit"}
HISTORY_LINES = 2_000


@explained
def prompt(output: str, *, spreadsheet: bool) -> int:
    """Read statements until the end of input; of a script, the exit code says whether one was wrong."""
    connection = open_lake()
    asking = Asking(output, spreadsheet=spreadsheet)
    if not sys.stdin.isatty():
        try:
            return answer(connection, sys.stdin.read(), asking)
        except KeyboardInterrupt:
            return Exit.INTERRUPTED
    print("form4lake. `help` helps; end a statement with ; and the prompt with Ctrl-D.")
    with _history():
        for statement in _statements(connection):
            try:
                answer(connection, statement, asking)
            except KeyboardInterrupt:
                print("stopped")
    return Exit.DONE


def _statements(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """What is typed, statement by statement; Ctrl-C drops the one begun."""
    pending = ""
    while True:
        try:
            line = input("   ...> " if pending else "form4> ")
        except EOFError:
            print()
            return
        except KeyboardInterrupt:
            print()
            pending = ""
            continue
        word = line.strip().rstrip(";").lower()
        if not pending and word in _LEAVING:
            return
        if not pending and word in _WORDS:
            print(_WORDS[word], end="")
        elif not pending and word == ".tables":
            yield "show tables;"
        elif not pending and word.startswith("."):
            complain(f"there is no {word.split()[0]} here; .help says what there is")
        elif pending or word:
            pending += line + "\n"
            if _is_whole(connection, pending):
                yield pending
                pending = ""


def _is_whole(connection: duckdb.DuckDBPyConnection, text: str) -> bool:
    """Whether a text ends with a semicolon that is in no quotes and no comment."""
    if not text.rstrip().endswith(";"):
        return False
    try:
        connection.extract_statements(text)
    except duckdb.ParserException as wrong:
        return "unterminated" not in str(wrong)
    return True


@contextlib.contextmanager
def _history() -> Iterator[None]:
    """Line editing with the history of earlier prompts, where Python has readline and the file can be kept."""
    try:
        import readline
    except ImportError:
        yield
        return
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    path = Path(state, "form4lake", "sql_history")
    with contextlib.suppress(OSError):
        readline.read_history_file(path)
    readline.set_history_length(HISTORY_LINES)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            readline.write_history_file(path)

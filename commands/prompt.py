"""`form4 sql` without a query: a prompt on a terminal, else a script that comes through a pipe."""

import contextlib
import sys

from ..exits import Exit
from .answering import Asking
from .dot_words import Left, Session
from .errors import CommandFailed, explained
from .query import open_lake, refuse_bytes


@explained
def prompt(output: str, *, spreadsheet: bool) -> int:
    """Answer statements until the end of input; of a script, the exit code says whether one was wrong."""
    refuse_bytes(output)
    connection = open_lake()
    session = Session(connection, Asking(output, spreadsheet=spreadsheet))
    if not sys.stdin.isatty():
        try:
            return session.run_script(sys.stdin.read())
        except KeyboardInterrupt:
            return Exit.INTERRUPTED
        except UnicodeDecodeError as wrong:
            raise CommandFailed("what comes through the pipe is not UTF-8 text") from wrong
    from .terminal import Terminal  # takes as long to load as DuckDB

    print("form4lake. `help` helps; end a statement with ; and the prompt with Ctrl-D.", file=sys.stderr)
    terminal = Terminal(connection)
    with contextlib.suppress(Left, EOFError):
        while True:
            try:
                session.run(terminal.text())
            except KeyboardInterrupt:
                print("stopped", file=sys.stderr)
    return Exit.DONE

"""The line editor of `form4 sql`: statements over several lines, completion, a history that outlives it."""

import contextlib
import os
from itertools import islice
from pathlib import Path

import duckdb
from prompt_toolkit import PromptSession
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.enums import DEFAULT_BUFFER
from prompt_toolkit.filters import has_focus
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.output import create_output

from ..flows.serving.state_folder import state_folder
from ..settings import SettingsError, load_settings
from .completion import SqlCompleter
from .only_reading import is_whole

_BARE = {"help": ".help", "quit": ".quit", "exit": ".exit"}
"""What people type at a prompt without the dot."""
KEPT_STATEMENTS, MOST_BYTES = 2_000, 2_000_000
"""How many statements a history file has left when it has grown larger than that."""


class Terminal:
    """A person who types statements."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._completer = SqlCompleter(connection)
        self._session: PromptSession[str] = PromptSession(
            "form4> ",
            multiline=True,
            prompt_continuation="   ...> ",
            completer=self._completer,
            complete_while_typing=False,
            history=history(),
            key_bindings=_keys(connection),
            output=create_output(always_prefer_tty=True),  # answers may go to a file
        )

    def text(self) -> str:
        """What is typed next, up to where a statement ends; empty where Ctrl-C drops it.

        Raises:
            EOFError: Ctrl-D ends it.
        """
        self._completer.forget()
        try:
            typed = self._session.prompt()
        except KeyboardInterrupt:
            return ""
        return _BARE.get(typed.strip().rstrip(";").lower(), typed)


def _keys(connection: duckdb.DuckDBPyConnection) -> KeyBindings:
    """Enter ends a whole text, and goes on with any other."""
    keys = KeyBindings()

    @keys.add("enter", filter=has_focus(DEFAULT_BUFFER))  # not while Ctrl-R looks
    def _(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if buffer.complete_state and buffer.complete_state.current_completion:
            buffer.complete_state = None  # it takes what is chosen
        elif _is_done(connection, buffer):
            buffer.validate_and_handle()
        else:
            buffer.insert_text("\n")

    return keys


def _is_done(connection: duckdb.DuckDBPyConnection, buffer: Buffer) -> bool:
    typed = buffer.text.strip()
    before, _, last = typed.rpartition("\n")
    dotted = last.startswith(".") and is_whole(connection, before)
    return dotted or typed.rstrip(";").lower() in _BARE or is_whole(connection, typed)


class _Kept(FileHistory):
    """A history whose file may become impossible to write: what is typed counts, not its record."""

    def store_string(self, string: str) -> None:
        with contextlib.suppress(OSError):
            super().store_string(string)


def history() -> History:
    """The statements of earlier prompts, in a file that is the person's alone; where it cannot be, of this one."""
    try:
        path = state_folder(load_settings()).path / "sql_history"
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
        path.chmod(0o600)
        if path.stat().st_size > MOST_BYTES:
            _shorten(path)
    except (OSError, SettingsError):
        return InMemoryHistory()
    return _Kept(path)


def _shorten(path: Path) -> None:
    history = FileHistory(path)
    newest = list(islice(history.load_history_strings(), KEPT_STATEMENTS))
    path.write_bytes(b"")
    for each in reversed(newest):
        history.store_string(each)

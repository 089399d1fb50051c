"""Statements and dot words, such as `.mode line`, as they come from the prompt, a pipe or a file."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import duckdb

from ..exits import Exit
from .answering import Asking, answer
from .only_reading import is_whole
from .output import complain

HELP = """\
End a statement with ; and the prompt with Ctrl-D. Ctrl-C stops a query, Tab completes, Ctrl-R looks for what was typed.
  show tables;                the views and tables; also .tables
  describe trades;            the columns of one
  select column_name, comment from duckdb_columns() where table_name = 'trades';    what they mean
  create temp table t as …;   your own, until you leave; temp view and temp macro too
  from 'prices.csv';          a file of yours, to look at or to join; Parquet too
  .mode line                  a column a line, for wide rows; or table, csv, md, json, jsonl
  .timer on                   say how long each answer took; .timer off
  .help  .quit
"""
MODES = ("table", "line", "csv", "md", "json", "jsonl")
SWITCH = {"on": True, "off": False}


class Left(Exception):
    """The person, or the script, wants to end it."""


class Session:
    """Answers one text after the other; what a dot word sets holds until the next one changes it."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, asking: Asking) -> None:
        self._connection = connection
        self._asking = asking
        self._words: dict[str, Callable[[list[str]], int]] = {
            ".help": self._help,
            ".mode": self._mode,
            ".timer": self._timer,
            ".tables": self._tables,
            ".quit": self._quit,
            ".exit": self._quit,
        }

    def run_script(self, text: str) -> int:
        """The same as `run`; a dot word that leaves ends it well."""
        try:
            return self.run(text)
        except Left:
            return Exit.DONE

    def run(self, text: str) -> int:
        """Answer the statements of a text and obey its dot words; what is wrong is said and ends it.

        Raises:
            Left: a dot word leaves.
            KeyboardInterrupt: the person pressed Ctrl-C; the query has stopped.
        """
        try:
            text.encode()
        except UnicodeEncodeError:
            return _wrong("the query is not UTF-8 text")
        for part in _parts(self._connection, text):
            dotted = part.startswith(".")
            code = self._obey(part) if dotted else answer(self._connection, part, self._asking)
            if code:
                return code
        return Exit.DONE

    def _obey(self, line: str) -> int:
        word, *rest = line.rstrip("; \t").lower().split()
        known = self._words.get(word)
        return known(rest) if known else _wrong(f"there is no {word} here; .help says what there is")

    def _help(self, _: list[str]) -> int:
        print(HELP, end="")
        return Exit.DONE

    def _mode(self, given: list[str]) -> int:
        if len(given) != 1 or given[0] not in MODES:
            return _wrong(f"write .mode and one of {', '.join(MODES)}")
        self._asking = replace(self._asking, output=given[0])
        return Exit.DONE

    def _timer(self, given: list[str]) -> int:
        if len(given) != 1 or given[0] not in SWITCH:
            return _wrong("write .timer on or .timer off")
        self._asking = replace(self._asking, timed=SWITCH[given[0]])
        return Exit.DONE

    def _tables(self, _: list[str]) -> int:
        return answer(self._connection, "show tables", self._asking)

    def _quit(self, _: list[str]) -> int:
        raise Left


def _wrong(why: str) -> int:
    complain(why)
    return Exit.WRONG_USE


def _parts(connection: duckdb.DuckDBPyConnection, text: str) -> Iterator[str]:
    """Each dot word, which is a line where no statement is begun, and the statements before, between and after them."""
    begun = ""
    for line in text.splitlines(keepends=True):
        if line.lstrip().startswith(".") and is_whole(connection, begun):
            yield from (begun,) * bool(begun.strip())
            yield line.strip()
            begun = ""
        else:
            begun += line
    yield from (begun,) * bool(begun.strip())

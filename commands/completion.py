"""What Tab offers at the prompt of `form4 sql`: keywords, the lake's views and macros, columns, tables of one's own."""

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

import duckdb
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from .dot_words import MODES, SWITCH

_FRAGMENT = re.compile(r'(?:(?P<of>\w+|"[^"]*")\.)?(?P<begun>\w*)$')
_USED = re.compile(r'\b(?:from|join)\s+(?P<name>[\w."]+)(?:\s+(?:as\s+)?(?P<alias>\w+))?', re.IGNORECASE)
_BEFORE_VIEWS = re.compile(r"\b(?:from|join|describe|desc|summarize)\s+$", re.IGNORECASE)
_PLAIN = re.compile(r"[a-z_]\w*", re.IGNORECASE | re.ASCII)
_WORDS = {
    ".help": (),
    ".mode": MODES,
    ".timer": tuple(SWITCH),
    ".tables": (),
    ".quit": (),
}
_COLUMNS = """
SELECT if(schema_name = 'main', '', schema_name || '.') || table_name, column_name, data_type FROM duckdb_columns()
WHERE NOT internal AND schema_name NOT IN ('lake_files', 'sec_tsv') ORDER BY ALL
"""
_MACROS = "SELECT DISTINCT function_name FROM duckdb_functions() WHERE function_type = 'table_macro' AND NOT internal"
_FUNCTIONS = "SELECT DISTINCT function_name FROM duckdb_functions() WHERE function_type <> 'table_macro' ORDER BY ALL"
_KEYWORDS = "SELECT keyword_name, keyword_category = 'reserved' FROM duckdb_keywords() ORDER BY ALL"


class Catalog:
    """The names that a connection knows, asked for when the first of them is wanted."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    @cached_property
    def columns(self) -> dict[str, dict[str, str]]:
        """By view or table, in quotes where it needs them: its columns, each with its type."""
        found: dict[str, dict[str, str]] = {}
        for table, column, kind in self._rows(_COLUMNS):
            name = ".".join(map(self._quoted, table.split(".", 1)))
            found.setdefault(name, {})[self._quoted(column)] = kind
        return found

    @cached_property
    def macros(self) -> list[str]:
        """What stands behind FROM with parameters."""
        return [name for (name,) in self._rows(_MACROS)]

    @cached_property
    def functions(self) -> list[str]:
        """All that give a value."""
        return [name for (name,) in self._rows(_FUNCTIONS) if _PLAIN.fullmatch(name)]

    @cached_property
    def keywords(self) -> dict[str, bool]:
        """Each with whether it has to be quoted as a name."""
        return dict(self._rows(_KEYWORDS))

    def _rows(self, sql: str) -> list[Any]:
        return self._connection.execute(sql).fetchall()  # a cursor of it knows no temporary table

    def _quoted(self, name: str) -> str:
        if _PLAIN.fullmatch(name) and not self.keywords.get(name.lower()):
            return name
        return '"' + name.replace('"', '""') + '"'


class SqlCompleter(Completer):
    """Offers what may follow; nothing inside of quotes."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._catalog = Catalog(connection)

    def forget(self) -> None:
        """Ask the connection anew: it may have made a table."""
        self._catalog = Catalog(self._connection)

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:  # noqa: ARG002
        """What begins like the word before the cursor."""
        before = document.text_before_cursor
        if before.lstrip().startswith("."):
            yield from _dot_words(before.lstrip())
            return
        found = _FRAGMENT.search(before)
        if not found or _in_quotes(before[: found.start()]):
            return
        begun = found["begun"]
        seen = set()
        for name, meaning in self._candidates(document.text, before[: found.start()], found["of"]):
            if name.strip('"').lower().startswith(begun.lower()) and name not in seen:
                seen.add(name)
                shown = name.upper() if meaning == "keyword" and begun.isupper() else name
                yield Completion(shown, -len(begun), display_meta=meaning)

    def _candidates(self, statement: str, before: str, of: str | None) -> Iterable[tuple[str, str]]:
        names = self._catalog
        used = {(each["alias"] or each["name"]).lower(): each["name"].lower() for each in _USED.finditer(statement)}
        by_name = {name.lower(): columns for name, columns in names.columns.items()}
        if of:
            schema = f"{of.lower()}."
            inside = [(name[len(schema) :], "table") for name in names.columns if name.lower().startswith(schema)]
            return inside or by_name.get(used.get(of.lower(), of.lower()), {}).items()
        views = [*((name, "view") for name in names.columns), *((f"{name}(", "macro") for name in names.macros)]
        if _BEFORE_VIEWS.search(before):
            return views
        chosen = [by_name[name] for name in used.values() if name in by_name] or by_name.values()
        columns = [each for table in chosen for each in table.items()]
        keywords = [(name, "keyword") for name in names.keywords]
        return [*columns, *keywords, *views, *((f"{name}(", "function") for name in names.functions)]


def _dot_words(line: str) -> Iterator[Completion]:
    word, blank, begun = line.partition(" ")
    for each in _WORDS.get(word, ()) if blank else _WORDS:
        if each.startswith(begun if blank else word):
            yield Completion(each, -len(begun if blank else word))


def _in_quotes(text: str) -> bool:
    """Whether a string or a quoted name is open where the text ends."""
    return text.count("'") % 2 == 1 or text.count('"') % 2 == 1

"""The prompt of `form4 sql` on a terminal: statements over several lines, Tab, Ctrl-C, the history."""

import stat
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

from form4lake.commands import terminal as line_editor
from form4lake.commands.completion import SqlCompleter
from form4lake.storage import Lake
from form4lake.tests.builders.prompt import ENDLESS, at_work, terminal
from form4lake.tests.builders.workspace import Workspace


@pytest.mark.flow
@pytest.mark.parametrize("kind", ["xterm", "dumb"])
def test_the_prompt_stops_a_query_goes_on_and_remembers(asked: Workspace, kind: str) -> None:
    kept = Path("state", "sql_history")
    kept.parent.mkdir()
    kept.write_text("")
    kept.chmod(0o644)
    with terminal(kind) as person:
        person.types("select 40 +\r")
        person.sees("...>")
        person.types("2 as answer;\r")
        person.sees("42")
        person.sees("form4>")
        person.types(f"{ENDLESS};\r")
        at_work(person.pid, 1)
        person.types("\x03")
        person.sees("stopped")
        person.sees("form4>")
        person.types(".nonsense\r")
        person.sees("there is no .nonsense here")
        person.sees("form4>")
        person.types("half a statement\r")
        person.sees("...>")
        person.types("\x03")
        person.sees("form4>")
        person.types("help\r")
        person.sees("describe trades")
        person.sees("form4>")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    with terminal(kind) as person:
        person.types("\x10" * 4 + "\r")  # four statements back: help, .nonsense, the endless one, the first
        person.sees("42")
        person.sees("form4>")


@pytest.mark.flow
def test_tab_completes_and_dot_words_change_what_is_shown(asked: Workspace) -> None:
    with terminal(end="quit\r") as person:
        person.types(".mode line\r")
        person.sees("form4>")
        person.types("select 1 as a, chr(27) || ']0;owned' as b;\r")
        person.sees("a = 1\r\nb = ␛]0;owned")
        person.sees("form4>")
        person.types(".mode csv\r")
        person.sees("form4>")
        person.types("select chr(155) || 'x' as c;\r")
        person.sees("c\r\n\\u009bx\r\n")
        person.sees("form4>")
        person.types("\x121 as a\r\r")  # Ctrl-R
        person.sees("a,b\r\n")
        person.sees("form4>")
        person.types("select tick\t")
        person.sees("er")
        person.types("\x03")
        person.sees("form4>")
        person.types(".timer on\rcreate temp table mine as select 5 as unmistakable;\r")
        person.sees(" s\r\n")
        person.sees("form4>")
        person.types("select unmis\t")
        person.sees("takable")
        person.types(" from min\t")
        person.sees("e")
        person.types(";\r")
        person.sees("unmistakable\r\n5\r\n")


@pytest.fixture
def connection(empty: Path) -> duckdb.DuckDBPyConnection:
    return Lake.open(empty).connect()


def offered(connection: duckdb.DuckDBPyConnection, typed: str, after: str = "") -> list[str]:
    """What Tab offers where `typed` ends, in order."""
    document = Document(typed + after, len(typed))
    return [each.text for each in SqlCompleter(connection).get_completions(document, CompleteEvent())]


@pytest.mark.parametrize(
    ("typed", "after", "first"),
    [
        ("from insider_", "", ["insider_buys", "insider_sells"]),
        ("describe tra", "", ["trade_plans", "trades", "transaction_codes"]),
        ("from clus", "", ["cluster_buys("]),
        ("from sec.sub", "", ["SUBMISSION"]),
        ("select plan_sen", " from trade_plans", ["plan_sentence"]),
        ("select T.tic", " FROM Trades AS t", ["ticker"]),
        ("select o.owner_n", " from trades t join reporting_owners o", ["owner_number", "owner_name"]),
        ("sel", "", ["select"]),
        ("SEL", "", ["SELECT"]),
        ("select date_tru", "", ["date_trunc("]),
        ("select 'from insider_", "", []),
        (".mo", "", [".mode"]),
        (".mode l", "", ["line"]),
        (".timer ", "", ["on", "off"]),
        (".help ", "", []),
    ],
)
def test_what_tab_offers(connection: duckdb.DuckDBPyConnection, typed: str, after: str, first: list[str]) -> None:
    found = offered(connection, typed, after)
    assert sorted(found[: len(first)]) == sorted(first)
    assert bool(found) == bool(first)


def test_names_that_need_quotes_are_offered_in_quotes(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("""create temp table "own ""prices" as select 1 as "the close", 2 as "select", 3 as plain""")
    assert offered(connection, "from own") == ['"own ""prices"', "owner_history"]
    assert offered(connection, "select the", ' from "own ""prices"')[0] == '"the close"'
    assert '"select"' in offered(connection, "select sel")
    assert "plain" in offered(connection, "select pla")


def test_a_history_that_has_grown_is_shortened(asked: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line_editor, "MOST_BYTES", 300)
    monkeypatch.setattr(line_editor, "KEPT_STATEMENTS", 2)
    for number in range(9):
        line_editor.history().append_string(f"select {number}\nfrom trades;")
    assert Path("state", "sql_history").stat().st_size < 500
    newest = next(iter(line_editor.history().load_history_strings()))
    assert newest == "select 8\nfrom trades;"


def test_a_history_that_cannot_be_kept_is_of_this_prompt_alone(asked: Workspace) -> None:
    Path("file").write_text("no folder")
    asked.monkeypatch.setenv("FORM4_STATE_FOLDER", "file/state")
    line_editor.history().append_string("select 1;")
    assert list(line_editor.history().load_history_strings()) == []


def test_the_line_editor_is_loaded_on_a_terminal_only(asked: Workspace) -> None:
    script = "import sys\nfrom form4lake.cli import app\ntry:\n app()\nexcept SystemExit: pass\n"
    script += "print('prompt_toolkit' in sys.modules)"
    for arguments in (["sql"], ["sql", "select 1 as a"], ["sql", ".mode line"]):
        command = [sys.executable, "-c", script, *arguments]
        done = subprocess.run(command, input="select 1 as a;", capture_output=True, text=True, check=True)
        assert done.stdout.splitlines()[-1] == "False"

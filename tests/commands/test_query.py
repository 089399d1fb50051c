"""`form4 sql` as a person meets it: it only reads, stops when asked to, and keeps what was typed."""

import os
import pty
import select
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from form4lake.storage import Lake
from form4lake.tests.builders.workspace import FORM4, Workspace, form4, form4_here, says

ENDLESS = "select count(*) from range(100000000000) a, range(1000) b where a.range + b.range = 7"


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake of version 0; no test writes to it."""
    root = tmp_path_factory.mktemp("empty") / "lake"
    Lake.open(root, create=True)
    return root


@pytest.fixture
def asked(workspace: Workspace, empty: Path) -> Workspace:
    """A user with that lake."""
    workspace.monkeypatch.setenv("FORM4_LAKE", str(empty))
    return workspace


@pytest.mark.parametrize(
    "statement",
    [
        "create table t as select 1",
        "copy (select 1) to 'stolen.csv'",
        "explain analyze copy (select 1) to 'stolen.csv'",
        "attach 'stolen.duckdb'",
        "set profiling_output = 'stolen.json'",
        "export database 'stolen'",
        "prepare p as copy (select 1) to 'stolen.csv'",
        "explain (analyze /* ) select 1 -- */ ) copy (select 1) to 'stolen.csv'",
        "explain /* ( */ (analyze, format json) copy (select 1) to 'stolen.csv'",
        "copy (pivot trades on ticker using count(*)) to 'stolen.csv'",
        "/* pivot */ copy (pivot trades on ticker using count(*)) to 'stolen.csv'",
        "explain analyze copy (pivot trades on ticker using count(*)) to 'stolen.csv'",
        "create table t as pivot trades on ticker using count(*)",
    ],
)
def test_nothing_but_reading_is_allowed(asked: Workspace, statement: str) -> None:
    done = form4_here("sql", f"select 1; {statement}")
    assert done.returncode == 2
    assert not list(Path.cwd().glob("stolen*"))


def test_what_reads_is_allowed(asked: Workspace) -> None:
    query = "set variable n = 3; select getvariable('n') + 1 as n; explain analyze select 1"
    done = form4("sql", "--format", "csv", query)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("n\n4\n")
    assert "cluster_buys" in form4_here("sql", "select function_name from duckdb_functions() where not internal").stdout
    assert "plan_trades" in form4_here("sql", "show tables").stdout


@pytest.mark.parametrize(
    "query",
    [
        "explain (select 'ü€' as a)",
        "explain (analyze, format json) select 1",
        "pivot (select 1 as a, 'x' as b) on b using sum(a)",
        "explain analyze pivot (select 1 as a, 'x' as b) on b using sum(a)",
        "with q as (select 1 as a, 'x' as b) pivot q on b using sum(a)",
        "from (pivot (select 1 as a, 'x' as b) on b using sum(a))",
    ],
)
def test_explanations_and_pivots_are_answered(asked: Workspace, query: str) -> None:
    done = form4_here("sql", query)
    assert (done.returncode, done.stderr) == (0, "")


def test_texts_that_a_spreadsheet_would_run_are_quoted_where_asked(asked: Workspace) -> None:
    query = "select '=1+1' as \"a b\", '-2' as c, -2 as d, '@x' as e, 'x=' as f, null as g"
    plain = form4("sql", "--format", "csv", query)
    safe = form4("sql", "--format", "csv", "--safe-for-spreadsheets", query)
    assert plain.stdout.splitlines()[1] == "=1+1,-2,-2,@x,x=,"
    assert safe.stdout.splitlines()[1] == "'=1+1,'-2,-2,'@x,x=,"


def test_a_stream_that_takes_no_unicode_gets_an_answer_all_the_same(asked: Workspace) -> None:
    asked.monkeypatch.setenv("PYTHONIOENCODING", "latin-1")
    done = form4("sql", "select 'ž' as name")
    assert done.returncode == 0
    assert "\\u017e" in done.stdout
    assert "Traceback" not in done.stderr


def test_control_characters_are_shown_and_not_obeyed(asked: Workspace) -> None:
    done = form4_here("sql", "select 'a' || chr(27) || ']0;owned' || chr(7) || chr(155) || '31m' || chr(8238) as name")
    assert done.returncode == 0
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(done.stdout)
    assert "]0;owned" in done.stdout


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("jsonl", '{"a":1,"b":"x|y"}\n{"a":2,"b":null}\n'),
        ("md", "| a | b |\n| --- | --- |\n| 1 | x\\|y |\n| 2 |  |\n"),
        ("line", "a = 1\nb = x|y\n\na = 2\nb = NULL\n"),
    ],
)
def test_an_answer_is_written_in_each_format(asked: Workspace, form: str, expected: str) -> None:
    query = "from (values (1, 'x|y'), (2, null)) as t (a, b)"
    done = form4_here("sql", "--format", form, "-o", "answer", query)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert Path("answer").read_text() == expected


def test_a_file_is_asked_with_values_for_its_parameters(asked: Workspace) -> None:
    Path("ask.sql").write_text("select count(*) as n from trades where ticker = $t; select $day::date + 1 as next;")
    given = ("--param", "t=O'Neil", "--param", "day=2024-01-02")
    done = form4_here("sql", "--format", "line", "-f", "ask.sql", *given)
    assert (done.returncode, done.stdout) == (0, "n = 0\nnext = 2024-01-03\n"), done.stderr


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("-f", "nowhere.sql"), "cannot read nowhere.sql"),
        (("--param", "nonsense", "select 1"), "NAME=VALUE"),
        (("-f", "ask.sql", "select 1"), "not both"),
        (("-o", "nowhere"), "go with a query"),
        (("-o", "file/answer", "select 1"), "cannot write file/answer"),
    ],
)
def test_wrong_use_of_files_and_parameters_is_explained(
    asked: Workspace, arguments: tuple[str, ...], word: str
) -> None:
    Path("file").write_text("no folder")
    says(form4_here("sql", *arguments), 2, word)


def test_a_wrong_query_leaves_the_file_as_it_was(asked: Workspace) -> None:
    Path("answer").write_text("before")
    assert form4_here("sql", "-o", "answer", "select nonsense").returncode == 2
    assert Path("answer").read_text() == "before"
    assert sorted(path.name for path in Path.cwd().glob("*answer*")) == ["answer"]


def test_a_script_is_answered_statement_by_statement(asked: Workspace) -> None:
    done = form4("sql", "--format", "csv", typed="select 1 as a; -- it's fine;\nselect 2\n as b;")
    assert (done.returncode, done.stdout) == (0, "a\n1\nb\n2\n")
    assert form4_here("sql", typed="select nonsense;").returncode == 2


def test_who_reads_no_further_gets_no_traceback(asked: Workspace) -> None:
    done = subprocess.run(
        f"{FORM4} sql --format csv 'from range(1000000)' | head -1",
        shell=True,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("range\n", "")


def at_work(pid: int, seconds: float) -> None:
    """Return when a process has used `seconds` more of the processor: what it was asked has begun."""
    ticks = os.sysconf("SC_CLK_TCK")

    def used() -> float:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / ticks

    until = used() + seconds
    while used() < until:
        time.sleep(0.05)


@pytest.mark.flow
def test_ctrl_c_ends_a_single_query(asked: Workspace) -> None:
    with subprocess.Popen([FORM4, "sql", ENDLESS], stderr=subprocess.PIPE, text=True) as process:
        at_work(process.pid, 4)
        process.send_signal(signal.SIGINT)
        try:
            assert process.wait(120) == 130
        finally:
            process.kill()
        assert process.stderr is not None
        assert process.stderr.read() == ""


class Terminal:
    """A person at a prompt: types, and waits for what appears."""

    def __init__(self, screen: int, pid: int) -> None:
        self._screen = screen
        self.pid = pid
        self._shown = ""

    def types(self, text: str) -> None:
        os.write(self._screen, text.encode())

    def sees(self, text: str) -> None:
        """Read until `text` appears after what was seen before; AssertionError after two minutes."""
        while text not in self._shown:
            ready, _, _ = select.select([self._screen], [], [], 120)
            assert ready, f"{text!r} does not appear, only {self._shown!r}"
            self._shown += os.read(self._screen, 4096).decode(errors="replace")
        self._shown = self._shown.partition(text)[2]

    def stops(self) -> None:
        """Press Ctrl-C until there is a prompt: Python is deaf to one in the moment in which it begins to wait."""
        for _ in range(60):
            self.types("\x03")
            while "form4>" not in self._shown and select.select([self._screen], [], [], 2)[0]:
                self._shown += os.read(self._screen, 4096).decode(errors="replace")
            if "form4>" in self._shown:
                break
        self.sees("form4>")


@contextmanager
def terminal() -> Iterator[Terminal]:
    """`form4 sql` on a terminal of its own; ended with Ctrl-D."""
    pid, screen = pty.fork()
    if pid == 0:
        os.environ |= {"TERM": "dumb", "PAGER": "cat"}
        os.execv(FORM4, [str(FORM4), "sql"])
    person = Terminal(screen, pid)
    try:
        person.sees("form4>")
        yield person
        code = None
        for _ in range(30):
            person.types("\x04")
            time.sleep(0.5)
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                code = os.waitstatus_to_exitcode(status)
                break
        assert code == 0, "Ctrl-D does not end the prompt"
    finally:
        os.close(screen)


@pytest.mark.flow
def test_the_prompt_stops_a_query_goes_on_and_remembers(asked: Workspace) -> None:
    asked.monkeypatch.setenv("XDG_STATE_HOME", str(Path.cwd() / "state"))
    with terminal() as person:
        person.types("select 40 +\n")
        person.sees("...>")
        person.types("2 as answer;\n")
        person.sees("42")
        person.sees("form4>")
        person.types(f"{ENDLESS};\n")
        at_work(person.pid, 1)
        person.types("\x03")
        person.sees("stopped")
        person.sees("form4>")
        person.types(".nonsense\n")
        person.sees("there is no .nonsense here")
        person.sees("form4>")
        person.types("half a statement\n")
        person.sees("...>")
        person.stops()
        person.types("help\n")
        person.sees("describe trades")
        person.sees("form4>")
    with terminal() as person:
        person.types("\x10\x10\x10\x10\x10\n")  # five lines up: the endless one is the third
        person.sees("2 as answer;")
        person.sees("form4>")

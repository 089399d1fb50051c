"""`form4 sql` as a person meets it: it only reads, answers in each format, and stops when asked to."""

import re
import signal
import subprocess
from pathlib import Path

import pytest

from form4lake.tests.builders.prompt import ENDLESS, at_work
from form4lake.tests.builders.workspace import FORM4, Workspace, form4, form4_here, says


@pytest.mark.parametrize(
    "statement",
    [
        "create table t as select 1",
        "copy (select 1) to 'stolen.csv'",
        "explain analyze copy (select 1) to 'stolen.csv'",
        "attach 'stolen.duckdb'",
        "export database 'stolen'",
        "prepare p as copy (select 1) to 'stolen.csv'",
        "explain (analyze /* ) select 1 -- */ ) copy (select 1) to 'stolen.csv'",
        "explain /* ( */ (analyze, format json) copy (select 1) to 'stolen.csv'",
        "copy (pivot trades on ticker using count(*)) to 'stolen.csv'",
        "/* pivot */ copy (pivot trades on ticker using count(*)) to 'stolen.csv'",
        "explain analyze copy (pivot trades on ticker using count(*)) to 'stolen.csv'",
        "create table t as pivot trades on ticker using count(*)",
        "create macro m(x) as x",
        "create or replace view trades as select 1",
        "create temp secret s (type s3)",
        "create persistent secret s (type s3)",
        "create temp sequence temp",
        "drop secret s",
        "load 'stolen.duckdb_extension'",
    ],
)
def test_nothing_but_reading_is_allowed(asked: Workspace, statement: str) -> None:
    says(form4_here("sql", f"select 1; {statement}"), 2, "is not allowed: form4 sql only reads")
    assert not list(Path.cwd().glob("stolen*"))


@pytest.mark.parametrize(
    "statement",
    ["drop view trades", "set profiling_output = 'x.json'", "insert into trades select 1", "delete from filings"],
)
def test_the_lake_itself_cannot_be_changed(asked: Workspace, statement: str) -> None:
    assert form4_here("sql", statement).returncode == 2


def test_what_reads_is_allowed(asked: Workspace) -> None:
    query = "set variable n = 3; select getvariable('n') + 1 as n; explain analyze select 1"
    done = form4("sql", "--format", "csv", query)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("n\n4\n")
    assert "cluster_buys" in form4_here("sql", "select function_name from duckdb_functions() where not internal").stdout
    assert "plan_trades" in form4_here("sql", "show tables").stdout


def test_tables_views_and_macros_of_ones_own_last_until_the_end(asked: Workspace) -> None:
    Path("own.csv").write_text("ticker,weight\nISS,2\n")
    made = """
        create temp table own as from 'own.csv'; insert into own values ('X', 1); update own set weight = weight + 1;
        create or replace temporary view heavy as from own where weight > 2;
        create temp macro twice(x) as 2 * x; create temp table p as pivot own on ticker using sum(weight);
        select ticker, twice(weight) as twice from heavy; drop table p; drop view heavy; drop macro twice;
    """
    done = form4_here("sql", "--format", "csv", "-o", "answer", made)
    assert (done.returncode, done.stderr) == (0, "")
    assert Path("answer").read_text() == "ticker,twice\nISS,6\n"
    assert form4_here("sql", "from own").returncode == 2


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


SCRIPT = """\
/* a comment
.nonsense in a comment
*/
.mode line
select 1 as a,
.5 as b; -- a number is no dot word
.mode jsonl;
select '
.nonsense in a text
' as c;
"""


def test_dot_words_in_a_script_change_what_follows(asked: Workspace) -> None:
    Path("ask.sql").write_text(SCRIPT)
    expected = 'a = 1\nb = 0.5\n{"c":"\\n.nonsense in a text\\n"}\n'
    assert form4_here("sql", "-f", "ask.sql", "-o", "answer").returncode == 0
    assert Path("answer").read_text() == expected
    piped = form4("sql", typed=f"{SCRIPT}.quit\nnonsense")
    assert (piped.returncode, piped.stdout, piped.stderr) == (0, expected, "")


@pytest.mark.parametrize(
    ("line", "word"),
    [
        (".nonsense", "there is no .nonsense here"),
        (".mode", "write .mode and one of table"),
        (".mode parquet", "write .mode and one of table"),
        (".timer", "write .timer on"),
    ],
)
def test_a_dot_word_that_there_is_not_ends_a_script(asked: Workspace, line: str, word: str) -> None:
    script = f"select 1 as a;\n{line}\nselect 2 as b;"
    piped = form4_here("sql", "--format", "line", typed=script)
    says(piped, 2, word)
    assert piped.stdout == "a = 1\n"
    Path("ask.sql").write_text(script)
    says(form4_here("sql", "-f", "ask.sql", "-o", "answer"), 2, word)
    assert not Path("answer").exists()


def test_each_answer_is_timed_on_standard_error(asked: Workspace) -> None:
    script = ".timer on\nselect 1 as a; select 2 as b;\n.timer off\nselect 3 as c;"
    done = form4("sql", "--format", "line", typed=script)
    assert (done.returncode, done.stdout) == (0, "a = 1\nb = 2\nc = 3\n")
    assert re.fullmatch(r"(\d+\.\d{3} s\n){2}", done.stderr)


def test_a_query_that_is_no_text_is_said(asked: Workspace) -> None:
    for arguments, piped in (([b"select '\xff'"], b""), ([], b"select '\xff'")):
        done = subprocess.run([FORM4, "sql", *arguments], input=piped, capture_output=True, check=False)
        assert (done.returncode, done.stdout) == (2, b"")
        assert b"not UTF-8 text" in done.stderr
        assert b"Traceback" not in done.stderr


def test_who_reads_no_further_gets_no_traceback(asked: Workspace) -> None:
    done = subprocess.run(
        f"{FORM4} sql --format csv 'from range(1000000)' | head -1",
        shell=True,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("range\n", "")


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

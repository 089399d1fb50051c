"""The help: commands in groups, examples that are true, and what the shell completes."""

import shlex
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from form4lake.cli import app
from form4lake.tests.builders.workspace import form4_here

FORM4: Any = typer.main.get_command(app)
GROUPS = ["Fetch:", "Ask:", "Look:", "Repair:", "Try:"]


def commands(group: Any = FORM4, path: str = "form4") -> Iterator[tuple[str, Any]]:
    """Every command by its full name."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


COMMANDS = dict(commands())


def parsed(words: list[str]) -> str:
    """The full name of the command that would run with these words; typer's usage error where they do not fit."""
    context = FORM4.make_context("form4", words[1:])
    while hasattr(context.command, "commands"):
        name, command, rest = context.command.resolve_command(context, [*context._protected_args, *context.args])
        context = command.make_context(name, rest, parent=context)
    return str(context.command_path)


def test_the_commands_are_listed_in_groups() -> None:
    said = form4_here("--help").stdout
    assert [line for line in said.splitlines() if line in GROUPS] == GROUPS
    assert "..." not in said.partition("Fetch:")[2], "what a command does is said whole"
    assert {name.split()[1] for name in COMMANDS} <= {*said.partition("Fetch:")[2].split()}


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_s_help_has_two_examples_that_parse(name: str) -> None:
    said = form4_here(*name.split()[1:], "--help").stdout
    examples = [line.strip() for line in said.partition("Examples:\n")[2].splitlines() if line.strip()]
    assert len(examples) >= 2
    assert {parsed(shlex.split(line)) for line in examples} == {name}


def test_an_option_that_is_not_there_does_not_parse() -> None:
    with pytest.raises(Exception, match="--nonsense"):
        parsed(["form4", "nightly", "--nonsense"])


def test_the_shell_completes_commands_and_views(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("_FORM4_COMPLETE", "complete_bash")
    for typed, offered in (("form4 ni", ["nightly"]), ("form4 describe insider_", ["insider_buys", "insider_sells"])):
        monkeypatch.setenv("COMP_WORDS", typed)
        monkeypatch.setenv("COMP_CWORD", str(len(typed.split()) - 1))
        with pytest.raises(SystemExit):
            app(prog_name="form4")
        assert capsys.readouterr().out.split() == offered

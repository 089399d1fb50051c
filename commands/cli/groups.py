"""The groups in which `form4 --help` lists the commands, and the examples in each command's help."""

from collections.abc import Callable
from typing import Any, TypeVar

import typer
from typer.core import TyperGroup

Function = TypeVar("Function", bound=Callable[..., Any])


class CommandGroup:
    """Commands that `form4 --help` lists together."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.app = typer.Typer()

    def command(self, *lines: str, name: str | None = None) -> Callable[[Function], Function]:
        """A decorator that makes a function a command of this group; the lines are examples of its use."""
        return self.app.command(name, rich_help_panel=self.title, epilog=examples(*lines))


def examples(*lines: str) -> str:
    """The end of a command's help: lines that work as they stand."""
    return "\n".join(["\b", "Examples:", *(f"  {line}" for line in lines)])


class GroupedHelp(TyperGroup):
    """The command `form4`, whose help lists the commands in their groups."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 the signature is Typer's
        """Write a section a group, the columns of all aligned."""
        groups: dict[str, list[Any]] = {}
        for command in self.commands.values():
            groups.setdefault(str(getattr(command, "rich_help_panel", "")), []).append(command)
        width = max(map(len, self.commands))
        for title, commands in groups.items():
            with formatter.section(title):
                formatter.write_dl([(f"{each.name:<{width}}", each.get_short_help_str(limit=200)) for each in commands])

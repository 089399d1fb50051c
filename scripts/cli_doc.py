"""`make docs`: writes docs/cli.md, the help of every command, as `form4 --help` and its commands have it."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from form4lake.cli import app

PAGE = Path(__file__).parents[1] / "docs" / "cli.md"
WIDTH = 100


def page() -> str:
    """The page, made from the commands."""
    form4: Any = typer.main.get_command(app)
    context = _context(form4, "form4", None)
    parts = [
        "# The command line\n\n<!-- Written by `make docs` from commands/cli/. -->\n\n"
        "`form4 --install-completion` has your shell complete commands, options and the names of views.\n",
        _section("##", "form4", form4, context),
    ]
    title = ""
    for name, command in form4.commands.items():
        if command.rich_help_panel != title:
            title = command.rich_help_panel
            parts.append(f"## {title}\n")
        parts += [_section("###", path, each, inner) for path, each, inner in _commands(name, command, context)]
    return "\n".join(parts)


def _commands(name: str, command: Any, parent: Any) -> Iterator[tuple[str, Any, Any]]:
    """A command, or those of a group, each with its full name and context."""
    context = _context(command, name, parent)
    if not hasattr(command, "commands"):
        yield context.command_path, command, context
        return
    for below, each in command.commands.items():
        yield from _commands(below, each, context)


def _context(command: Any, name: str, parent: Any) -> Any:
    return command.context_class(
        command, info_name=name, parent=parent, terminal_width=WIDTH, help_option_names=["-h", "--help"]
    )


def _section(level: str, path: str, command: Any, context: Any) -> str:
    return f"{level} `{path}`\n```text\n{command.get_help(context)}\n```\n"


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")
    sys.stderr.write(f"wrote {PAGE}\n")


if __name__ == "__main__":
    main()

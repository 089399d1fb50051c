"""The command `form4`. A subcommand's code is imported when it is called, so that `--help` and `sql` start at once."""

import io
import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from .commands.cli.ask import ask
from .commands.cli.fetch import fetch
from .commands.cli.groups import GroupedHelp
from .commands.cli.look import look
from .commands.cli.repair import repair
from .commands.cli.try_out import try_out

app = typer.Typer(
    name="form4",
    cls=GroupedHelp,
    help="Every Form 3, 4 and 5 on EDGAR, exact, in a lake of Parquet that DuckDB queries.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    epilog="Exit codes: 0 done; 1 done, but something is in quarantine, missing or late (named); 2 wrong use or "
    "configuration; 3 EDGAR refused or is down; 4 the lake is damaged or cannot be written.",
)
for group in (fetch, ask, look, repair, try_out):
    app.add_typer(group.app)


class LogFormat(StrEnum):
    """How lines on standard error look."""

    TEXT = "text"
    JSON = "json"


def main() -> None:
    """The entry point of the command: streams that take every character, and a word to whom it does not run for."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if sys.platform == "win32":
        print("form4: Windows is not supported; run it in WSL (Windows Subsystem for Linux)", file=sys.stderr)
        sys.exit(2)
    app()


def _say_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        from .parsers import PARSER_VERSION

        typer.echo(f"form4lake {version('form4lake')}, parser version {PARSER_VERSION}")
        raise typer.Exit


@app.callback()
def _settings(
    config: Annotated[
        Path | None,
        typer.Option(help="The configuration file; else FORM4_CONFIG, ./config.yaml, ~/.config/form4lake/config.yaml."),
    ] = None,
    log_format: Annotated[
        LogFormat, typer.Option(envvar="FORM4_LOG_FORMAT", help="json: one object a line on standard error.")
    ] = LogFormat.TEXT,
    quiet: Annotated[
        bool,
        typer.Option(
            "--quiet",
            "-q",
            envvar="FORM4_QUIET",
            help="For cron: of runs and verify, say nothing unless the exit code is not 0; no progress bar.",
        ),
    ] = False,
    _version: Annotated[
        bool,
        typer.Option(
            "--version", is_eager=True, callback=_say_version, help="Print the versions of program and parser."
        ),
    ] = False,
) -> None:
    if config:
        os.environ["FORM4_CONFIG"] = str(config.absolute())
    os.environ["FORM4_LOG_FORMAT"] = log_format.value
    os.environ["FORM4_QUIET"] = str(int(quiet))

"""Arguments and options that several commands take."""

from datetime import date
from typing import Annotated

import typer


def iso_date(text: str) -> date:
    """A day as the command line has it, 2024-01-02; BadParameter otherwise."""
    try:
        return date.fromisoformat(str(text))  # a default comes as the date that it is
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a date: write it as 2024-01-02.") from None


OptionalStart = Annotated[
    date | None, typer.Argument(parser=iso_date, metavar="START", help="First index date; without it, all.")
]
OptionalEnd = Annotated[
    date | None, typer.Argument(parser=iso_date, metavar="END", help="Last index date; else to the end.")
]
AsOf = Annotated[
    date | None,
    typer.Option("--as-of", parser=iso_date, metavar="DATE", help="Run as if EDGAR's date were DATE, not today."),
]
ForSpreadsheets = Annotated[
    bool,
    typer.Option(
        "--safe-for-spreadsheets", help="csv, tsv: a ' before texts that a spreadsheet would run as formulas."
    ),
]


def view_names(incomplete: str) -> list[str]:
    """What the shell offers where a view or table is to be named."""
    from ...storage.read.views import views
    from ...tables import TABLES

    names = {*(each.name for each in views() if "." not in each.name), *TABLES}
    return sorted(name for name in names if name.startswith(incomplete))

"""Commands that ask the lake, and have other programs ask it."""

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from .groups import CommandGroup
from .parameters import ForSpreadsheets, iso_date, view_names


class Format(StrEnum):
    """How `form4 sql` prints."""

    TABLE = "table"
    LINE = "line"
    CSV = "csv"
    JSON = "json"
    JSONL = "jsonl"
    MD = "md"
    PARQUET = "parquet"


class ExportFormat(StrEnum):
    """What `form4 export` writes views and tables as."""

    PARQUET = "parquet"
    CSV = "csv"
    TSV = "tsv"


class ExportSource(StrEnum):
    """What `form4 export` writes: the lake's own views, or quarters as the SEC's data sets have them."""

    LAKE = "lake"
    SEC = "sec"


ask = CommandGroup("Ask")


@ask.command('form4 sql "from insider_buys limit 5"', "form4 sql --file query.sql --output answer.csv --format csv")
def sql(
    query: Annotated[
        str | None, typer.Argument(help="What to ask; without it, an interactive prompt, or statements from a pipe.")
    ] = None,
    output: Annotated[
        Format, typer.Option("--format", help="How to print; line: a column a line, for wide rows.")
    ] = Format.TABLE,
    file: Annotated[
        Path | None, typer.Option("--file", "-f", metavar="FILE", help="Ask what stands in a file.")
    ] = None,
    into: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write the answer to a file, whole or not.")
    ] = None,
    param: Annotated[
        list[str] | None, typer.Option("--param", metavar="NAME=VALUE", help="The value of $NAME; may be given again.")
    ] = None,
    spreadsheet: ForSpreadsheets = False,
) -> None:
    """Ask the lake in SQL, or open a prompt.

    In DuckDB's dialect: form4 sql "select * from trades limit 5". It only reads; temporary tables are yours.
    """
    if query and file:
        raise typer.BadParameter("give a query or a file, not both", param_hint="--file")
    if query or file:
        from ..query import run_query

        raise typer.Exit(run_query(query, file, output.value, into, param or [], spreadsheet=spreadsheet))
    if into or param:
        raise typer.BadParameter("they go with a query or with --file", param_hint="--output, --param")
    from ..prompt import prompt

    raise typer.Exit(prompt(output.value, spreadsheet=spreadsheet))


@ask.command("form4 describe", "form4 describe trades")
def describe(
    view: Annotated[
        str | None,
        typer.Argument(metavar="[VIEW]", autocompletion=view_names, help="Its columns; without it, all views."),
    ] = None,
) -> None:
    """Say what the views and tables are, and what their columns mean.

    Types, meanings, units and where a column comes from; needs no lake.
    """
    from ..describe import describe as describe_view

    raise typer.Exit(describe_view(view))


@ask.command("form4 export trades --format csv --since 2024-01-01", "form4 export --source sec 2024Q1")
def export(
    names: Annotated[
        list[str],
        typer.Argument(metavar="NAME", autocompletion=view_names, help="Views or tables; with --source sec quarters."),
    ],
    source: Annotated[
        ExportSource, typer.Option(help="sec: the eight TSVs of each quarter, as the SEC's data sets have them.")
    ] = ExportSource.LAKE,
    output_format: Annotated[ExportFormat, typer.Option("--format", help="Of views and tables.")] = (
        ExportFormat.PARQUET
    ),
    output: Annotated[Path, typer.Option(metavar="FOLDER", help="Where the files go.")] = Path(),
    since: Annotated[date | None, typer.Option(parser=iso_date, metavar="DATE", help="First filing date.")] = None,
    until: Annotated[date | None, typer.Option(parser=iso_date, metavar="DATE", help="Last filing date.")] = None,
    spreadsheet: ForSpreadsheets = False,
) -> None:
    """Write views or tables to files.

    form4 export trades --format csv; form4 export --source sec 2024Q1.
    """
    from ..export import export as export_views
    from ..export import export_quarters

    if source is ExportSource.SEC:
        if since or until:
            raise typer.BadParameter(
                "they are for views and tables; a quarter is named, as 2024Q1", param_hint="--since, --until"
            )
        raise typer.Exit(export_quarters(names, output))
    done = export_views(names, output_format.value, output, since, until, spreadsheet=spreadsheet)
    raise typer.Exit(done)


@ask.command("form4 publish", "form4 publish --release release")
def publish(
    release: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Write what a web server can serve into this new folder instead."),
    ] = None,
    certificates: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="With --release: add the certificates of this folder.")
    ] = None,
    without_raw: Annotated[
        bool, typer.Option("--without-raw", help="With --release: leave the submissions as fetched out.")
    ] = False,
) -> None:
    """Let other engines, or other people, read the lake.

    Writes Delta logs beside its tables, for Spark, Trino, polars and others; no row is copied. docs/interop.md.
    """
    from ..publish import publish_delta, publish_release

    if release:
        raise typer.Exit(publish_release(release, certificates, raw=not without_raw))
    if certificates or without_raw:
        raise typer.BadParameter("they go with --release", param_hint="--certificates, --without-raw")
    raise typer.Exit(publish_delta())

"""Commands that show how far the lake is complete, and what it holds."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from .groups import CommandGroup, examples
from .parameters import AsOf, iso_date

look = CommandGroup("Look")


@look.command("form4 status", "form4 status 2024-01-01 2024-03-31 --json")
def status(
    first: Annotated[
        date | None, typer.Argument(parser=iso_date, metavar="[FROM]", help="Judge the days from FROM on; else all.")
    ] = None,
    last: Annotated[
        date | None, typer.Argument(parser=iso_date, metavar="[TO]", help="To TO; else to the newest.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for machines.")] = False,
    as_of: AsOf = None,
) -> None:
    """Show how far the lake is complete, and what is not.

    The exit code is 0 if every business day, or every one of FROM to TO, is complete; 1 if not.
    """
    from ..status import show_status

    raise typer.Exit(show_status(first, last, as_of, as_json=as_json))


@look.command(
    "form4 report",
    "form4 report --ticker AAPL --output apple.html",
    "form4 report --site pages --prices prices.parquet",
)
def report(
    since: Annotated[
        date | None, typer.Option(parser=iso_date, metavar="DATE", help="Leave out what is older.")
    ] = None,
    ticker: Annotated[str | None, typer.Option(metavar="SYMBOL", help="The page of one issuer, by its symbol.")] = None,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to; else report.html, or report-SYMBOL.html.")
    ] = None,
    site: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Write index.html and the pages of all issuers that it names to FOLDER."),
    ] = None,
    prices: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="A Parquet file of ticker, date and close: shows the price after each trade on the pages of issuers.",
        ),
    ] = None,
) -> None:
    """Write an HTML page with pictures of what the lake holds.

    How far it is complete, clusters and the largest trades, buying and selling, quality; no page needs the network.
    """
    from ..report import run_report

    raise typer.Exit(run_report(since, ticker, output, site, prices))


@look.command("form4 certify 2024Q1", "form4 certify 2024Q1 --output certificates")
def certify(
    quarter: Annotated[str, typer.Argument(metavar="QUARTER", help="As 2024Q1.")],
    output: Annotated[Path, typer.Option(metavar="FOLDER", help="Where the two files go.")] = Path(),
    as_of: AsOf = None,
) -> None:
    """State what EDGAR lists of a QUARTER and what the lake holds of it.

    As JSON and as a page, with every difference named and the checksums of the indexes, so that others can check it.
    """
    from ..certify import certify as certify_quarter

    raise typer.Exit(certify_quarter(quarter, output, as_of))


@look.command(
    "form4 compare-datasets 2024Q1", "form4 compare-datasets 2024Q1 --zip 2024q1_form345.zip", name="compare-datasets"
)
def compare_datasets(
    quarter: Annotated[str, typer.Argument(metavar="QUARTER", help="As 2024Q1.")],
    zip_file: Annotated[
        Path | None, typer.Option("--zip", metavar="FILE", help="The SEC's zip, where it is at hand: no request.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Write all of it there too, as Parquet.")
    ] = None,
) -> None:
    """Compare the lake with the SEC's data set of a QUARTER.

    The lake's exact filings against the SEC's rows, field by field.
    """
    from ..compare_datasets import compare_datasets as compare

    raise typer.Exit(compare(quarter, zip_file, output))


alerts = typer.Typer(help="What the lake tells of by itself (config.yaml: alerts).", no_args_is_help=True)
look.app.add_typer(alerts, name="alerts", rich_help_panel=look.title)


@alerts.command(
    "test",
    epilog=examples("form4 alerts test large-purchases", "form4 --config other.yaml alerts test large-purchases"),
)
def test_alert(name: Annotated[str, typer.Argument(metavar="NAME", help="An alert's name in config.yaml.")]) -> None:
    """Ask an alert's query, and send a message to its address.

    With the rows that the newest commit, or the lake as it is, would give; they are told again when they come.
    """
    from ..alerts import test_alert as test

    raise typer.Exit(test(name))

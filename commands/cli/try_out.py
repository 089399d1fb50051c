"""Commands that need no lake."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from .groups import CommandGroup
from .parameters import iso_date

try_out = CommandGroup("Try")


@try_out.command("form4 parse filing.txt", "form4 parse filing.txt --json")
def parse(
    files: Annotated[list[Path], typer.Argument(metavar="FILE")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a file.")] = False,
) -> None:
    """Show what the parser makes of local files.

    Needs no lake and no network.
    """
    from ..parse_files import parse_files

    raise typer.Exit(parse_files(files, as_json=as_json))


@try_out.command("form4 replica --port 8786", "form4 replica --days 3 --filings 200 --fault down:*/edgar/data/*:0.1")
def replica(
    folders: Annotated[
        list[Path] | None, typer.Argument(metavar="FOLDER", help="Serve the filings of these folders as one day.")
    ] = None,
    port: Annotated[int, typer.Option(help="Port to listen on; 0: a free one.")] = 0,
    first: Annotated[date, typer.Option(parser=iso_date, metavar="DATE", help="First index date.")] = date(2024, 1, 10),
    days: Annotated[int, typer.Option(min=1, help="Business days with an index.")] = 7,
    filings: Annotated[int, typer.Option(min=1, help="Synthetic filings over all days.")] = 2000,
    seed: Annotated[int, typer.Option(help="The same seed makes the same filings, and the same faults.")] = 4,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KIND:PATH[:PROBABILITY]",
            help="What goes wrong, as cut-lines:*/master.20240116.idx or down:*/edgar/data/*:0.1; may be given again.",
        ),
    ] = None,
) -> None:
    """Serve an EDGAR on loopback, for trying things out.

    Of synthetic filings, or of files.
    """
    from ..serve_replica import serve

    raise typer.Exit(
        serve(folders or [], port=port, first=first, days=days, filings=filings, seed=seed, faults=fault or [])
    )

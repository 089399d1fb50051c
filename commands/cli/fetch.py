"""Commands that fetch filings."""

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from .groups import CommandGroup
from .parameters import AsOf, iso_date


class Source(StrEnum):
    """Where a backfill takes filings from."""

    INDEX = "index"
    DATASETS = "datasets"


fetch = CommandGroup("Fetch")


@fetch.command(
    "form4 init",
    'form4 init --name "Jane Doe" --email jane@example.com --folder lake',
)
def init(
    name: Annotated[str | None, typer.Option(help="Your name, which EDGAR is told; else it is asked for.")] = None,
    email: Annotated[str | None, typer.Option(help="Your e-mail address, likewise.")] = None,
    folder: Annotated[
        str | None, typer.Option(metavar="FOLDER", help="Where the lake goes, or s3://bucket/prefix; else ./lake.")
    ] = None,
    here: Annotated[
        bool, typer.Option("--here", help="Write ./config.yaml, for this folder only, not the user's own file.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a configuration file that is there.")] = False,
) -> None:
    """Say who you are and where the lake is to be.

    Writes ~/.config/form4lake/config.yaml, or the file that --config names, with every setting; all commands read it.
    """
    from ..init import run_init

    raise typer.Exit(run_init(name, email, folder, here=here, ask=not yes, overwrite=force))


@fetch.command("form4 nightly", "form4 --quiet nightly")
def nightly(as_of: AsOf = None) -> None:
    """Bring the lake up to date.

    Reads every business day that is not complete yet, and the last few again, since an index can change.
    """
    from ..flow_runs import run_nightly

    raise typer.Exit(run_nightly(as_of))


@fetch.command(
    "form4 backfill 2024-01-01 2024-03-31 --dry-run", "form4 backfill 2024-01-01 2024-03-31 --source datasets"
)
def backfill(
    start: Annotated[
        date | None, typer.Argument(parser=iso_date, metavar="START", help="First date, as 2024-01-02.")
    ] = None,
    end: Annotated[date | None, typer.Argument(parser=iso_date, metavar="END", help="Last date.")] = None,
    source: Annotated[
        Source,
        typer.Option(
            help="index: each filing, exact. datasets: the SEC's quarterly data sets since 2006, whole quarters, "
            "amounts rounded to 2 decimals, until exact filings replace them."
        ),
    ] = Source.INDEX,
    forms: Annotated[str | None, typer.Option(help="Form types to take, joined by commas: 4,4/A")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say how many requests it takes, and how long; fetch no filing.")
    ] = False,
    gaps: Annotated[
        bool,
        typer.Option("--gaps", help="Only days that neither an index nor a data set has brought; without START, all."),
    ] = False,
    zip_file: Annotated[
        Path | None, typer.Option("--zip", metavar="FILE", help="A quarter's data set that is at hand: no request.")
    ] = None,
    as_of: AsOf = None,
) -> None:
    """Read history: the days from START to END, or the data sets of its quarters.

    Those that are not complete yet; stop it and start it again as you like.
    """
    from ..backfill import run_backfill

    raise typer.Exit(
        run_backfill(start, end, source.value, forms, as_of, dry_run=dry_run, gaps=gaps, zip_file=zip_file)
    )


@fetch.command("form4 watch", "form4 watch --once")
def watch(
    once: Annotated[bool, typer.Option("--once", help="Look once, whatever the hour, and end.")] = False,
) -> None:
    """Bring the newest filings into the lake, minutes after EDGAR has accepted them.

    Looks at EDGAR's list every half minute while EDGAR accepts filings; Ctrl-C ends it. nightly proves it complete.
    """
    from ..watch_feed import run_watch

    raise typer.Exit(run_watch(once=once))


@fetch.command("form4 serve", "form4 --log-format json serve")
def serve() -> None:
    """Run it all by a schedule, with a web page to watch it.

    Prefect's server and UI on loopback: nightly every night, reconcile every week, the rest on demand. Ctrl-C ends it.
    """
    from ..serve import run_serve

    raise typer.Exit(run_serve())


@fetch.command("form4 clone https://example.com/lake lake", "form4 clone s3://bucket/lake lake --without-raw")
def clone(
    source: Annotated[str, typer.Argument(metavar="URL", help="https://…, s3://bucket/prefix, or a folder.")],
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the lake goes: a new folder.")],
    without_raw: Annotated[
        bool, typer.Option("--without-raw", help="Leave the submissions as fetched out; only reparse needs them.")
    ] = False,
) -> None:
    """Copy a lake from wherever its files are served.

    Each file is checked by its SHA-256. Killed and started again, it fetches the rest. nightly goes on from the copy.
    """
    from ..clone import clone as clone_lake

    raise typer.Exit(clone_lake(source, folder, raw=not without_raw))

"""Commands that check the lake and put it right."""

from typing import Annotated

import typer

from .groups import CommandGroup
from .parameters import AsOf, OptionalEnd, OptionalStart

repair = CommandGroup("Repair")


@repair.command("form4 verify", "form4 verify --raw --repair")
def verify(
    raw: Annotated[bool, typer.Option("--raw", help="Unpack the raw archive too, and compare its contents.")] = False,
    repair: Annotated[bool, typer.Option("--repair", help="Put right what has another copy; no row changes.")] = False,
    drop: Annotated[
        bool,
        typer.Option("--drop-damaged", help="Take out what nothing here can repair; runs then fetch it again."),
    ] = False,
) -> None:
    """Check every file of the lake and all its promises.

    Says what to do about each violation.
    """
    from ..verify import run_verify

    raise typer.Exit(run_verify(raw=raw, repair=repair, drop=drop))


@repair.command("form4 retry", "form4 --quiet retry")
def retry() -> None:
    """Try everything in quarantine again, now."""
    from ..flow_runs import run_retry

    raise typer.Exit(run_retry())


@repair.command("form4 reconcile", "form4 reconcile 2024Q1")
def reconcile(
    quarter: Annotated[
        str | None,
        typer.Argument(metavar="QUARTER", help="As 2024Q1; without it, this one and in its first weeks the last."),
    ] = None,
    as_of: AsOf = None,
) -> None:
    """Compare the lake with EDGAR's index of a QUARTER.

    Fetches what is missing, and again what has changed; marks what is not listed any more.
    """
    from ..flow_runs import run_reconcile

    raise typer.Exit(run_reconcile(quarter, as_of))


@repair.command("form4 reparse --dry-run", "form4 reparse 2024-01-01 2024-03-31")
def reparse(
    start: OptionalStart = None,
    end: OptionalEnd = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change; commit nothing.")] = False,
) -> None:
    """Have a newer parser read the raw archive again.

    Reads what an older parser has read, asks EDGAR for nothing, and shows what changes, column by column.
    """
    from ..flow_runs import run_reparse

    raise typer.Exit(run_reparse(start, end, dry_run=dry_run))


@repair.command("form4 compact", "form4 compact --as-of 2024-04-02")
def compact(as_of: AsOf = None) -> None:
    """Compact months and years that are over into fewer files.

    One sorted file a table each. nightly does it when due.
    """
    from ..flow_runs import run_compact

    raise typer.Exit(run_compact(as_of))

"""The command `form4`. A subcommand's code is imported when it is called, so that `--help` and `sql` start at once."""

import io
import os
import sys
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    name="form4",
    help="Every Form 3, 4 and 5 on EDGAR, exact, in a lake of Parquet that DuckDB queries.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    epilog="Exit codes: 0 done; 1 done, but something is in quarantine, missing or late (named); 2 wrong use or "
    "configuration; 3 EDGAR refused or is down; 4 the lake is damaged or cannot be written.",
)


alerts = typer.Typer(help="What the lake tells of by itself (config.yaml: alerts).", no_args_is_help=True)
app.add_typer(alerts, name="alerts")


def _date(text: str) -> date:
    try:
        return date.fromisoformat(str(text))  # a default comes as the date that it is
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a date: write it as 2024-01-02.") from None


OptionalStart = Annotated[
    date | None, typer.Argument(parser=_date, metavar="START", help="First index date; without it, all.")
]
OptionalEnd = Annotated[
    date | None, typer.Argument(parser=_date, metavar="END", help="Last index date; else to the end.")
]
AsOf = Annotated[
    date | None,
    typer.Option("--as-of", parser=_date, metavar="DATE", help="Run as if EDGAR's date were DATE, not today."),
]


ForSpreadsheets = Annotated[
    bool,
    typer.Option(
        "--safe-for-spreadsheets", help="csv, tsv: a ' before texts that a spreadsheet would run as formulas."
    ),
]


class Source(StrEnum):
    """Where a backfill takes filings from."""

    INDEX = "index"
    DATASETS = "datasets"


class LogFormat(StrEnum):
    """How lines on standard error look."""

    TEXT = "text"
    JSON = "json"


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


@app.command()
def nightly(as_of: AsOf = None) -> None:
    """Bring the lake up to date.

    Reads every business day that is not complete yet, and the last few again, since an index can change.
    """
    from .commands.flow_runs import run_nightly

    raise typer.Exit(run_nightly(as_of))


@app.command()
def watch(
    once: Annotated[bool, typer.Option("--once", help="Look once, whatever the hour, and end.")] = False,
) -> None:
    """Bring the newest filings into the lake, minutes after EDGAR has accepted them.

    Looks at EDGAR's list every half minute while EDGAR accepts filings; Ctrl-C ends it. nightly proves it complete.
    """
    from .commands.watch_feed import run_watch

    raise typer.Exit(run_watch(once=once))


@app.command()
def backfill(
    start: Annotated[
        date | None, typer.Argument(parser=_date, metavar="START", help="First date, as 2024-01-02.")
    ] = None,
    end: Annotated[date | None, typer.Argument(parser=_date, metavar="END", help="Last date.")] = None,
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
    from .commands.backfill import run_backfill

    raise typer.Exit(
        run_backfill(start, end, source.value, forms, as_of, dry_run=dry_run, gaps=gaps, zip_file=zip_file)
    )


@app.command()
def retry() -> None:
    """Try everything in quarantine again, now."""
    from .commands.flow_runs import run_retry

    raise typer.Exit(run_retry())


@app.command()
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
    from .commands.flow_runs import run_reconcile

    raise typer.Exit(run_reconcile(quarter, as_of))


@app.command()
def compact(as_of: AsOf = None) -> None:
    """Compact months and years that are over into fewer files.

    One sorted file a table each. nightly does it when due.
    """
    from .commands.flow_runs import run_compact

    raise typer.Exit(run_compact(as_of))


@app.command()
def reparse(
    start: OptionalStart = None,
    end: OptionalEnd = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change; commit nothing.")] = False,
) -> None:
    """Have a newer parser read the raw archive again.

    Reads what an older parser has read, asks EDGAR for nothing, and shows what changes, column by column.
    """
    from .commands.flow_runs import run_reparse

    raise typer.Exit(run_reparse(start, end, dry_run=dry_run))


@app.command()
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

    In DuckDB's dialect: form4 sql "select * from trades limit 5". It only reads.
    """
    if query and file:
        raise typer.BadParameter("give a query or a file, not both", param_hint="--file")
    if query or file:
        from .commands.query import run_query

        raise typer.Exit(run_query(query, file, output.value, into, param or [], spreadsheet=spreadsheet))
    if into or param:
        raise typer.BadParameter("they go with a query or with --file", param_hint="--output, --param")
    from .commands.prompt import prompt

    raise typer.Exit(prompt(output.value, spreadsheet=spreadsheet))


@app.command()
def describe(
    view: Annotated[str | None, typer.Argument(metavar="[VIEW]", help="Its columns; without it, all views.")] = None,
) -> None:
    """Say what the views and tables are, and what their columns mean.

    Types, meanings, units and where a column comes from; needs no lake.
    """
    from .commands.describe import describe as describe_view

    raise typer.Exit(describe_view(view))


@app.command()
def export(
    names: Annotated[list[str], typer.Argument(metavar="NAME…", help="Views or tables; with --source sec quarters.")],
    source: Annotated[
        ExportSource, typer.Option(help="sec: the eight TSVs of each quarter, as the SEC's data sets have them.")
    ] = ExportSource.LAKE,
    output_format: Annotated[ExportFormat, typer.Option("--format", help="Of views and tables.")] = (
        ExportFormat.PARQUET
    ),
    output: Annotated[Path, typer.Option(metavar="FOLDER", help="Where the files go.")] = Path(),
    since: Annotated[date | None, typer.Option(parser=_date, metavar="DATE", help="First filing date.")] = None,
    until: Annotated[date | None, typer.Option(parser=_date, metavar="DATE", help="Last filing date.")] = None,
    spreadsheet: ForSpreadsheets = False,
) -> None:
    """Write views or tables to files.

    form4 export trades --format csv; form4 export --source sec 2024Q1.
    """
    from .commands.export import export as export_views
    from .commands.export import export_quarters

    if source is ExportSource.SEC:
        if since or until:
            raise typer.BadParameter(
                "they are for views and tables; a quarter is named, as 2024Q1", param_hint="--since, --until"
            )
        raise typer.Exit(export_quarters(names, output))
    done = export_views(names, output_format.value, output, since, until, spreadsheet=spreadsheet)
    raise typer.Exit(done)


@app.command("compare-datasets")
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
    from .commands.compare_datasets import compare_datasets as compare

    raise typer.Exit(compare(quarter, zip_file, output))


@app.command()
def parse(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a file.")] = False,
) -> None:
    """Show what the parser makes of local files.

    Needs no lake and no network.
    """
    from .commands.parse_files import parse_files

    raise typer.Exit(parse_files(files, as_json=as_json))


@app.command()
def status(
    first: Annotated[
        date | None, typer.Argument(parser=_date, metavar="[FROM]", help="Judge the days from FROM on; else all.")
    ] = None,
    last: Annotated[
        date | None, typer.Argument(parser=_date, metavar="[TO]", help="To TO; else to the newest.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for machines.")] = False,
    as_of: AsOf = None,
) -> None:
    """Show how far the lake is complete, and what is not.

    The exit code is 0 if every business day, or every one of FROM to TO, is complete; 1 if not.
    """
    from .commands.status import show_status

    raise typer.Exit(show_status(first, last, as_of, as_json=as_json))


@app.command()
def certify(
    quarter: Annotated[str, typer.Argument(metavar="QUARTER", help="As 2024Q1.")],
    output: Annotated[Path, typer.Option(metavar="FOLDER", help="Where the two files go.")] = Path(),
    as_of: AsOf = None,
) -> None:
    """State what EDGAR lists of a QUARTER and what the lake holds of it.

    As JSON and as a page, with every difference named and the checksums of the indexes, so that others can check it.
    """
    from .commands.certify import certify as certify_quarter

    raise typer.Exit(certify_quarter(quarter, output, as_of))


@app.command()
def report(
    since: Annotated[date | None, typer.Option(parser=_date, metavar="DATE", help="Leave out what is older.")] = None,
    ticker: Annotated[str | None, typer.Option(metavar="SYMBOL", help="The page of one issuer, by its symbol.")] = None,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to; else report.html, or report-SYMBOL.html.")
    ] = None,
) -> None:
    """Write an HTML page with pictures of what the lake holds.

    Coverage, buying and selling, quality; all in one file, which needs no network.
    """
    from .commands.report import run_report

    raise typer.Exit(run_report(since, ticker, output))


@app.command()
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
    from .commands.verify import run_verify

    raise typer.Exit(run_verify(raw=raw, repair=repair, drop=drop))


@app.command()
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
    from .commands.publish import publish_delta, publish_release

    if release:
        raise typer.Exit(publish_release(release, certificates, raw=not without_raw))
    if certificates or without_raw:
        raise typer.BadParameter("they go with --release", param_hint="--certificates, --without-raw")
    raise typer.Exit(publish_delta())


@app.command()
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
    from .commands.clone import clone as clone_lake

    raise typer.Exit(clone_lake(source, folder, raw=not without_raw))


@app.command()
def serve() -> None:
    """Run it all by a schedule, with a web page to watch it.

    Prefect's server and UI on loopback: nightly every night, reconcile every week, the rest on demand. Ctrl-C ends it.
    """
    from .commands.serve import run_serve

    raise typer.Exit(run_serve())


@app.command()
def replica(
    folders: Annotated[
        list[Path] | None, typer.Argument(metavar="[FOLDER…]", help="Serve the filings of these folders as one day.")
    ] = None,
    port: Annotated[int, typer.Option(help="Port to listen on; 0: a free one.")] = 0,
    first: Annotated[date, typer.Option(parser=_date, metavar="DATE", help="First index date.")] = date(2024, 1, 10),
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
    from .commands.serve_replica import serve

    raise typer.Exit(
        serve(folders or [], port=port, first=first, days=days, filings=filings, seed=seed, faults=fault or [])
    )


@alerts.command("test")
def test_alert(name: Annotated[str, typer.Argument(metavar="NAME", help="An alert's name in config.yaml.")]) -> None:
    """Ask an alert's query, and send a message to its address.

    With the rows that the newest commit, or the lake as it is, would give; they are told again when they come.
    """
    from .commands.alerts import test_alert as test

    raise typer.Exit(test(name))

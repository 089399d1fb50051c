"""`form4 export`: views and tables of the lake as files, and quarters as the SEC's own TSVs."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from pathlib import Path

import duckdb

from ..edgar_calendar import Quarter
from ..exits import Exit
from ..settings import load_settings
from ..storage import Lake
from ..storage.read.export import NothingToExport, copy, spreadsheet_safe, view_query
from ..storage.sec.quarter_files import quarter_queries
from .errors import CommandFailed, explained, wrong_use
from .files import put
from .output import print_line


@explained
def export(
    names: Sequence[str], form: str, output: Path, since: date | None, until: date | None, *, spreadsheet: bool
) -> int:
    """Write each view or table to a file of its name in a folder."""
    if since and until and since > until:
        raise CommandFailed(f"the export would begin on {since} and end on {until}: give the earlier date first")

    def plan(connection: duckdb.DuckDBPyConnection) -> dict[Path, str]:
        queries = {output / f"{name}.{form}": view_query(connection, name, since, until) for name in names}
        if spreadsheet and form != "parquet":
            return {path: spreadsheet_safe(connection, query) for path, query in queries.items()}
        return queries

    return _export(plan, form, output)


@explained
def export_quarters(names: Sequence[str], output: Path) -> int:
    """Write each quarter (`2024Q1`) to a folder of the eight TSVs of the SEC's data sets."""
    with wrong_use(ValueError):
        quarters = [Quarter.parse(name) for name in names]

    def plan(connection: duckdb.DuckDBPyConnection) -> dict[Path, str]:
        return {
            output / f"{quarter.year}q{quarter.number}_form345" / f"{name}.tsv": query
            for quarter in quarters
            for name, query in quarter_queries(connection, quarter.first, quarter.last).items()
        }

    return _export(plan, "sec", output)


def _export(plan: Callable[[duckdb.DuckDBPyConnection], dict[Path, str]], form: str, output: Path) -> int:
    try:
        with wrong_use(NothingToExport), Lake.open(load_settings().lake).connect() as connection:
            for path, query in plan(connection).items():
                put(path, partial(copy, connection, query, form))
                print_line(f"wrote {path}")
    except OSError as failed:
        raise CommandFailed(
            f"cannot write {failed.filename or output}: {failed.strerror or failed}. Name another: --output FOLDER"
        ) from failed
    except duckdb.Error as failed:
        raise CommandFailed(f"the export failed, and left no file half written: {failed}", Exit.LAKE) from failed
    return Exit.DONE

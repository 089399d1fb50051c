"""`form4 export`: views and tables of the lake as files, and quarters as the SEC's own TSVs."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from pathlib import Path

import duckdb

from commands.files import put
from commands.output import complain, console
from crawler import Quarter
from settings import SettingsError, load_settings
from storage import Lake, LakeError, LakeMissing
from storage.export import NothingToExport, copy, quarter_queries, view_query

DONE, WRONG_USE, LAKE = 0, 2, 4


def export(names: Sequence[str], form: str, output: Path, since: date | None, until: date | None) -> int:
    """Write each view or table to a file of its name in a folder."""
    if since and until and since > until:
        complain(f"the export would begin on {since} and end on {until}: give the earlier date first")
        return WRONG_USE

    def plan(connection: duckdb.DuckDBPyConnection) -> dict[Path, str]:
        return {output / f"{name}.{form}": view_query(connection, name, since, until) for name in names}

    return _export(plan, form, output)


def export_quarters(names: Sequence[str], output: Path) -> int:
    """Write each quarter (`2024Q1`) to a folder of the eight TSVs of the SEC's data sets."""
    try:
        quarters = [Quarter.parse(name) for name in names]
    except ValueError as wrong:
        complain(wrong)
        return WRONG_USE

    def plan(connection: duckdb.DuckDBPyConnection) -> dict[Path, str]:
        return {
            output / f"{quarter.year}q{quarter.number}_form345" / f"{name}.tsv": query
            for quarter in quarters
            for name, query in quarter_queries(connection, quarter.first, quarter.last).items()
        }

    return _export(plan, "tsv", output)


def _export(plan: Callable[[duckdb.DuckDBPyConnection], dict[Path, str]], form: str, output: Path) -> int:
    try:
        with Lake.open(load_settings().lake).connect() as connection:
            for path, query in plan(connection).items():
                put(path, partial(copy, connection, query, form))
                console.print(f"wrote {path}", markup=False, highlight=False)
    except (NothingToExport, SettingsError, LakeMissing) as wrong:
        complain(wrong)
        return WRONG_USE
    except LakeError as damaged:
        complain(damaged)
        return LAKE
    except OSError as failed:
        complain(
            f"cannot write {failed.filename or output}: {failed.strerror or failed}. Name another: --output FOLDER"
        )
        return WRONG_USE
    except duckdb.Error as failed:
        complain(f"the export failed, and left no file half written: {failed}")
        return LAKE
    return DONE

"""`form4 compare-datasets`: the lake's exact filings held against a quarter of the SEC's data sets."""

import shutil
import tempfile
import zipfile
from functools import partial
from pathlib import Path, PurePosixPath

import duckdb
from rich.table import Table

from ..crawler import FIRST_DATASET, Absent, EdgarClient, fetch_dataset
from ..crawler.datasets import lacks_of_zip, unreadable_members
from ..edgar_calendar import Quarter
from ..exits import Exit
from ..flows.steps.options import client_options
from ..flows.steps.run import shared_rate
from ..sec_tables import SEC_TABLES
from ..settings import dataset_folder, load_settings
from ..storage import DatasetAgreement, DatasetComparison, Lake
from ..storage.sec.tsvs import NothingToCompare
from .errors import CommandFailed, explained, wrong_use
from .files import put
from .output import complain, console, print_line

SHOWN = 20


@explained
def compare_datasets(name: str, zip_file: Path | None, output: Path | None) -> int:
    """Print what agrees and what does not; 1 if something differs without a reason, or could not be read."""
    with wrong_use(ValueError):
        quarter = _quarter(name)
    try:
        settings = load_settings()
        lake = Lake.open(settings.lake)
        if zip_file is None:
            with EdgarClient(client_options(settings), shared=shared_rate(settings)) as client:
                zip_file = fetch_dataset(client, quarter, dataset_folder(settings)).path
        with tempfile.TemporaryDirectory(prefix="form4-") as folder:
            members, unreadable = _unpacked(zip_file, Path(folder))
            comparison = lake.compare_dataset(members, quarter.first, quarter.last)
            try:
                _show(quarter, comparison, unreadable)
                if output is not None:
                    _write(comparison, quarter, output)
                found = comparison.found
                return Exit.INCOMPLETE if found.differences or found.bad_rows or unreadable else Exit.DONE
            finally:
                comparison.close()
    except Absent as absent:
        raise CommandFailed(f"the SEC has not published the data set of {name} ({absent})") from absent
    except NothingToCompare as lacks:
        raise CommandFailed(f"{zip_file} cannot be compared: {lacks}") from lacks
    except duckdb.Error as unreadable_tsv:
        raise CommandFailed(f"{zip_file} cannot be read as the SEC's data set: {unreadable_tsv}") from unreadable_tsv
    except OSError as failed:
        raise CommandFailed(f"cannot use {failed.filename or zip_file}: {failed.strerror or failed}") from failed


def _quarter(name: str) -> Quarter:
    quarter = Quarter.parse(name)
    if quarter.first < FIRST_DATASET.first:
        raise ValueError(f"the SEC has data sets from {FIRST_DATASET} on, none of {quarter}")
    return quarter


def _unpacked(zip_file: Path, folder: Path) -> tuple[dict[str, Path], list[str]]:
    """The TSVs of a zip as files, by the names of their tables, and those that cannot be unpacked."""
    if lacks := lacks_of_zip(zip_file):
        raise CommandFailed(f"{zip_file} is {lacks}")
    members: dict[str, Path] = {}
    unreadable = unreadable_members(zip_file)
    with zipfile.ZipFile(zip_file) as zipped:
        for each in zipped.namelist():
            path = PurePosixPath(each)
            name = path.stem.upper()
            if path.suffix.lower() == ".tsv" and name in SEC_TABLES and name not in members and each not in unreadable:
                members[name] = folder / f"{name}.tsv"
                with zipped.open(each) as packed, members[name].open("wb") as file:
                    shutil.copyfileobj(packed, file)
    return members, unreadable


def _show(quarter: Quarter, comparison: DatasetComparison, unreadable: list[str]) -> None:
    found = comparison.found
    if found.columns:
        console().print(_columns(quarter, found))
    lines = [
        f"{found.both:,} filings are on both sides, exact here",
        *(f"{held}: {count:,} filings{f', {reason}' if reason else ''}" for (held, reason), count in _sorted(found)),
        *(f"{rule}: explains {count:,} cells (docs/datasets.md)" for rule, count in found.rules.items()),
        *(f"{table}: {count:,} rows {held}" for (table, held), count in found.unpaired.items()),
        *(f"{name}.tsv is not in the data set: not compared" for name in found.absent_members),
        *(f"{name} cannot be unpacked" for name in unreadable),
        *(f"{name} is not in the data set: not compared" for name in found.absent_columns),
        *(f"{name} is not known here: not compared" for name in found.unknown_columns),
        *(f"{name}.tsv has {count:,} lines that cannot be read" for name, count in found.bad_rows.items()),
    ]
    for line in lines:
        print_line(line)
    for accession_number, table, column, ours, theirs in comparison.examples(SHOWN):
        complain(f"{accession_number} {table} {column}: {ours!r} here, {theirs!r} there")
    for accession_number, held in comparison.filings_without_reason(SHOWN):
        complain(f"{accession_number}: {held}")
    console().print(f"{found.differences:,} differences without a reason", highlight=False)


def _sorted(found: DatasetAgreement) -> list[tuple[tuple[str, str | None], int]]:
    return sorted(found.filings.items(), key=lambda item: (item[0][0], item[0][1] or ""))


def _columns(quarter: Quarter, found: DatasetAgreement) -> Table:
    title = f"{quarter}: this lake and the SEC's data set"
    table = Table("table", "columns", "cells that agree", "by a rule", "different", title=title, title_justify="left")
    for name in dict.fromkeys(each.table for each in found.columns):
        rows = [each for each in found.columns if each.table == name]
        quiet = [each for each in rows if not each.explained and not each.different]
        table.add_row(name, f"{len(quiet)} columns", f"{sum(each.same for each in quiet):,}", "", "")
        for each in rows:
            if each.explained or each.different:
                table.add_row(name, each.column, f"{each.same:,}", f"{each.explained:,}", f"{each.different:,}")
    return table


def _write(comparison: DatasetComparison, quarter: Quarter, folder: Path) -> None:
    for name, query in comparison.results():
        path = folder / f"compare-{quarter}-{name}.parquet"
        put(path, partial(comparison.write, query))
        print_line(f"wrote {path}")

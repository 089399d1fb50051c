"""`form4 verify`: is every file of the lake as it was written, and every promise about its rows kept."""

from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn
from rich.table import Table

from ..exits import Exit
from ..settings import load_settings
from ..storage import Lake, Verification
from .errors import explained
from .output import complain, console, interactive, messages, print_line, quiet


@explained
def run_verify(*, raw: bool, repair: bool, drop: bool) -> int:
    """Print every violation with what to do next; 4 if there is one, also after repairing what can be."""
    lake = Lake.open(load_settings().lake)
    found = _watched(lake, raw=raw)
    if repair or drop:
        if repair:
            lake.repair(found.violations)
        if drop:
            lake.drop_damaged(found.violations)
        found = _watched(lake, raw=raw)
    (_complain if quiet() else _show)(found)
    return Exit.LAKE if found.violations else Exit.DONE


def _watched(lake: Lake, *, raw: bool) -> Verification:
    columns = TextColumn("verifying"), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn()
    with Progress(*columns, console=messages(), transient=True, disable=not interactive()) as bar:
        task = bar.add_task("", total=None)
        return lake.verify(raw=raw, tell=lambda done, total: bar.update(task, completed=done, total=total))


def _complain(found: Verification) -> None:
    for todo in dict.fromkeys(each.todo for each in found.violations):
        for each in found.violations:
            if each.todo == todo:
                complain(f"{each.where}: {each.what}")
        complain(f"what to do next: {todo}")


def _show(found: Verification) -> None:
    for todo in dict.fromkeys(each.todo for each in found.violations):
        table = Table("file", "what is the matter")
        for each in found.violations:
            if each.todo == todo:
                table.add_row(each.where, each.what)
        console().print(table)
        # Outside the table, whose cells wrap: a command is there to be copied.
        print_line(f"What to do next: {todo}")
    for note in found.notes:
        print_line(note)
    count = len(found.violations)
    said = f"{count:,} violation{'s' * (count != 1)} in {found.files:,} files, {found.rows:,} rows"
    missing = f"; {found.missing:,} filings are missing, the next run fetches them (form4 status)"
    console().print(f"{said}, version {found.version}{missing * bool(found.missing)}")

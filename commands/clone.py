"""`form4 clone`: a lake from wherever its files are served."""

from pathlib import Path

from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

from ..exits import Exit
from ..storage import Lake
from .errors import explained
from .output import complain, interactive, messages, print_line, quiet


@explained
def clone(source: str, folder: Path, *, raw: bool) -> int:
    """Copy a lake and say how to go on from it."""
    columns = TextColumn("cloning"), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn()
    try:
        with Progress(*columns, console=messages(), transient=True, disable=quiet() or not interactive()) as bar:
            task = bar.add_task("", total=None)
            done = Lake.clone(
                source, folder, lambda done, total: bar.update(task, completed=done, total=total), raw=raw
            )
    except KeyboardInterrupt:
        complain("interrupted; what is there is kept: run the same command again to fetch the rest")
        return Exit.INTERRUPTED
    print_line(
        f"{folder} has version {done.version} of the lake: {done.files:,} files, {done.bytes:,} bytes, each as its log "
        f"says; {done.fetched:,} fetched now"
    )
    print_line(f"Ask it: FORM4_LAKE={folder} form4 sql. Go on from it: FORM4_LAKE={folder} form4 nightly")
    return Exit.DONE

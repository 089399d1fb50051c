"""`form4 publish`: Delta logs beside the lake's tables, or a release that a web server can serve."""

import re
import shutil
from importlib.metadata import version
from pathlib import Path

from ..exits import Exit
from ..settings import load_settings
from ..storage import Lake
from .errors import CommandFailed, explained
from .output import print_line

_CERTIFICATE = re.compile(r"certificate-\d{4}Q[1-4]\.(json|html)")


@explained
def publish_delta() -> int:
    """Have the Delta logs name the newest version; print where each table is found."""
    with Lake.open(load_settings().lake) as lake:
        done = lake.publish_delta()
        now = lake.snapshot().version
    for table in done:
        changed = f"{table.added:,} files added, {table.removed:,} removed"
        print_line(f"{table.address}  Delta version {table.delta_version}, {changed}")
    print_line(f"{len(done)} Delta tables show version {now} of the lake")
    return Exit.DONE


@explained
def publish_release(folder: Path, certificates: Path | None, *, raw: bool) -> int:
    """Write a release, with its page and what certificates there are."""
    added = _certificates(certificates) if certificates else []
    with Lake.open(load_settings().lake) as lake:
        made = lake.release(folder, program=version("form4lake"), raw=raw)
        with lake.connect() as connection:
            asked = "SELECT min(filing_date), max(filing_date), count(*) FROM filings"
            ((first, last, filings),) = connection.sql(asked).fetchall()
    try:
        for each in added:
            shutil.copyfile(each, folder / each.name)
        from ..reports.page import write_release_page

        write_release_page(
            folder / "index.html",
            version=made.version,
            first=first,
            last=last,
            filings=filings,
            tables=made.tables,
            size=made.bytes,
            raw=raw,
            certificates=[each.name for each in added],
        )
    except OSError as failed:
        raise CommandFailed(f"cannot write {failed.filename or folder}: {failed.strerror or failed}") from failed
    print_line(f"{folder} has version {made.version} of the lake: {made.bytes:,} bytes to serve from any web server")
    print_line("Others copy it by: form4 clone https://ADDRESS FOLDER" + " --without-raw" * (not raw))
    return Exit.DONE


def _certificates(folder: Path) -> list[Path]:
    """The files of a folder that `form4 certify` writes."""
    found = sorted(each for each in folder.glob("certificate-*") if _CERTIFICATE.fullmatch(each.name))
    if not found:
        raise CommandFailed(f"{folder} has no certificates: form4 certify writes them")
    return found

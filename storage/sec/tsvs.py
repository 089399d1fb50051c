"""The TSVs of one of the SEC's data sets as tables in DuckDB, as far as they can be read."""

from collections.abc import Mapping
from pathlib import Path

import duckdb

from ...sec_tables import ACCESSION, DOCUMENT_TYPE, FILING_DATE, SEC_TABLES, Kind
from ..versions.snapshot import quoted
from .agreement import DatasetAgreement

_NEEDED = {"SUBMISSION": {ACCESSION, FILING_DATE, DOCUMENT_TYPE}}
"""The columns without which a table cannot be compared; of the other tables the first alone."""


class NothingToCompare(Exception):
    """There is no SUBMISSION that says which filings the data set holds; the message says what it lacks."""


def read_tsvs(engine: duckdb.DuckDBPyConnection, members: Mapping[str, Path], found: DatasetAgreement) -> list[str]:
    """Read each of the `members` into a table `read_NAME`, text; the names of those that can be compared.

    What they lack, and columns that are not known, are noted in `found`.

    Raises:
        NothingToCompare: SUBMISSION is not one of them.
        duckdb.Error: a TSV cannot be read.
    """
    found.absent_members = [name for name in SEC_TABLES if name not in members]
    comparable = [name for name in SEC_TABLES if name in members and _read(engine, name, members[name], found)]
    if "SUBMISSION" not in comparable:
        raise NothingToCompare(f"it has no SUBMISSION.tsv with {', '.join(sorted(_NEEDED['SUBMISSION']))}")
    return comparable


def _read(engine: duckdb.DuckDBPyConnection, name: str, path: Path, found: DatasetAgreement) -> bool:
    names, line_end = _heading(path)
    known = {each.name: each.kind for each in SEC_TABLES[name].columns}
    found.absent_columns += sorted(
        f"{name}.{each}" for each, kind in known.items() if each not in names and kind is not Kind.NOT_KEPT
    )
    found.unknown_columns += [f"{name}.{each}" for each in names if each not in known]
    with path.open("rb") as file:
        lines = sum(1 for _ in file) - 1
    if not _NEEDED.get(name, {ACCESSION}) <= set(names):
        found.bad_rows[name] = lines
        return False
    columns = ", ".join(f"{quoted(each)}: 'VARCHAR'" for each in names)
    engine.execute(
        f"CREATE TABLE read_{name} AS FROM read_csv({quoted(str(path))}, delim = '\t', quote = '', "
        f"escape = '', header = true, auto_detect = false, columns = {{{columns}}}, ignore_errors = true, "
        f"new_line = '{line_end}')"
    )
    read = engine.sql(f"SELECT count(*) FROM read_{name}").fetchall()[0][0]
    if lines > read:
        found.bad_rows[name] = lines - read
    return True


def _heading(path: Path) -> tuple[list[str], str]:
    """The names of a TSV's columns, each once, and the end of its lines as `read_csv` names it."""
    with path.open("rb") as file:
        line = file.readline()
    names: list[str] = []
    for place, given in enumerate(line.decode("utf-8-sig", "replace").rstrip("\r\n").split("\t"), 1):
        names.append(given if given and given not in names else f"{given} (column {place})".lstrip())
    return names, "\\r\\n" if line.endswith(b"\r\n") else "\\n"

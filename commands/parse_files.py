"""`form4 parse`: what the parser makes of local files, for a person or as JSON."""

import json
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from ..exits import Exit
from ..parsers import NotAnOwnershipFiling, parse_submission
from ..tables import FILING_CHILDREN, FILING_KEY, TABLES, Filing
from .output import complain, console
from .show_filing import show


def parse_files(files: list[Path], *, as_json: bool) -> int:
    """Parse and show each; 1 if one is not an ownership filing, 2 if one cannot be read."""
    code = Exit.DONE
    for path in files:
        try:
            filing = parse_submission(path.read_bytes(), source_path=path.name)
        except NotAnOwnershipFiling as refused:
            complain(f"{path}: {refused.reason}")
            code = max(code, Exit.INCOMPLETE)
        except OSError as failed:
            complain(f"{path} cannot be read: {failed.strerror}")
            code = Exit.WRONG_USE
        else:
            show_json(path, filing) if as_json else show(filing)
    return code


def rows_by_table(filing: Filing) -> dict[str, list[dict[str, object]]]:
    """The filing as the lake's tables hold it: by table, each row by column, NULL columns left out."""
    key = {column.name: getattr(filing, column.name) for column in FILING_KEY}

    def present(row: object, key: dict[str, object]) -> dict[str, object]:
        columns = {column.name for column in TABLES_BY_RECORD[type(row)].columns}
        own = {each.name: getattr(row, each.name) for each in fields(row) if each.name in columns}  # type: ignore[arg-type]
        return {name: value for name, value in (key | own).items() if value is not None}

    tables: dict[str, list[dict[str, object]]] = {"filings": [present(filing, {})]}
    for name in FILING_CHILDREN:
        tables[name] = [present(row, key) for row in getattr(filing, name)]
    return tables


TABLES_BY_RECORD = {table.record: table for table in TABLES.values()}


def show_json(path: Path, filing: Filing) -> None:
    """One JSON object on one line: amounts as strings, dates ISO."""
    document = {"file": str(path), **rows_by_table(filing)}
    console().file.write(json.dumps(document, default=_plain, ensure_ascii=False) + "\n")


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a filing")

"""What the lake holds, and what it should: rows of either in one form, to be compared."""

from datetime import UTC, datetime
from decimal import Decimal

from form4lake.commands.parse_files import rows_by_table
from form4lake.tables import TABLES, Filing
from form4lake.tests.builders.workspace import Workspace


def rows(workspace: Workspace, table: str) -> list[dict[str, object]]:
    """The rows of a table, NULLs left out, without the columns that only a parser's truth cannot know."""
    connection = workspace.lake.connect()
    names = [name for name in TABLES[table].column_names() if name != "parser_version"]
    found = connection.execute(f"select {', '.join(names)} from {table}").fetchall()
    connection.close()
    return [{n: v for n, v in zip(names, row, strict=True) if v is not None} for row in found]


def expected_rows(filings: list[Filing], table: str) -> list[dict[str, object]]:
    expected = [row for filing in filings for row in rows_by_table(filing)[table]]
    return [{name: value for name, value in row.items() if name != "parser_version"} for row in expected]


def as_set(rows: list[dict[str, object]]) -> list[str]:
    """Rows in an order that does not matter; amounts without trailing zeros, instants in one time zone."""

    def plain(value: object) -> object:
        if isinstance(value, Decimal):
            return value.normalize()
        return value.astimezone(UTC) if isinstance(value, datetime) else value

    return sorted(str({name: plain(value) for name, value in sorted(row.items())}) for row in rows)

"""Two SELECTs give the same rows, or do not, whatever the order: told from hashes."""

import duckdb
import pytest

from form4lake.storage.write.sameness import same_rows
from form4lake.tables import Column

COLUMNS = (
    Column("a", "VARCHAR", True, ""),
    Column("b", "DECIMAL(18, 2)", True, ""),
    Column("c", "VARCHAR[]", True, ""),
)


def values(*rows: str) -> str:
    return f"SELECT * FROM (VALUES {', '.join(f'({each})' for each in rows)}) AS t (a, b, c)"


ONE = ("'x', 1.5, ['p', 'q']", "'y', NULL, []", "NULL, 2, NULL")


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (ONE, True),
        (ONE[::-1], True),
        (("'x', 1.50, ['p', 'q']", *ONE[1:]), True),
        (ONE[:2], False),
        ((*ONE, ONE[0]), False),
        ((ONE[0], ONE[0], ONE[1]), False),
        (("'y', 1.5, ['p', 'q']", "'x', NULL, []", ONE[2]), False),
        (("'x', 1.5, ['q', 'p']", *ONE[1:]), False),
        (("'x', 1.5, ['p', 'q']", "'y', 0, []", ONE[2]), False),
        (("'x', 1.5, ['p', 'q']", "'y', NULL, NULL", ONE[2]), False),
        (("'x', 1.5, ['p', 'q']", "'y', NULL, [NULL]", ONE[2]), False),
        (("'x', 1.5, ['p', 'q', NULL]", *ONE[1:]), False),
        (("'x', 1.5, ['p', 'q']", ONE[1], "2::VARCHAR, NULL, NULL"), False),
    ],
)
def test_rows_are_the_same_in_whatever_order(other: tuple[str, ...], same: bool) -> None:
    with duckdb.connect() as cursor:
        assert same_rows(cursor, COLUMNS, values(*ONE), values(*other)) is same


def test_no_rows_are_the_same_as_none() -> None:
    none = f"{values(*ONE)} WHERE false"
    with duckdb.connect() as cursor:
        assert same_rows(cursor, COLUMNS, none, none)
        assert not same_rows(cursor, COLUMNS, none, values(ONE[0]))

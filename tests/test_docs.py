"""The documentation says what is so."""

from collections.abc import Callable
from pathlib import Path

import pytest

from form4lake.scripts import tables_doc


@pytest.mark.parametrize(
    ("path", "content"),
    [(tables_doc.COLUMNS_OF_VIEWS, tables_doc.view_columns), (tables_doc.PAGE, tables_doc.page)],
)
def test_each_file_is_what_make_docs_writes(path: Path, content: Callable[[], str]) -> None:
    assert content() == path.read_text(encoding="utf-8"), "run: make docs"

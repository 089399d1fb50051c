"""The documentation says what is so."""

import pytest

from form4lake.scripts import tables_doc


@pytest.mark.usefixtures("real_catalog")
def test_the_page_of_tables_is_what_make_docs_writes() -> None:
    assert tables_doc.page() == tables_doc.PAGE.read_text(encoding="utf-8"), "run: make docs"

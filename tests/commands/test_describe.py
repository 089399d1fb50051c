"""`form4 describe`: every view and table, and the columns of one."""

import pytest

from form4lake.storage.read.views import FILES, views
from form4lake.tables import TABLES
from form4lake.tests.builders.workspace import Workspace, form4_here, says


def test_without_a_name_it_lists_all_there_is(workspace: Workspace) -> None:
    done = form4_here("describe")
    assert done.returncode == 0
    assert [line.split()[0] for line in done.stdout.splitlines()] == [
        *(each.name for each in views() if not each.name.startswith(FILES)),
        *TABLES,
    ]


def test_a_view_is_told_with_types_and_meanings(workspace: Workspace) -> None:
    said = form4_here("describe", "trades").stdout
    (value,) = [line for line in said.splitlines() if line.startswith("value ")]
    assert value.split()[1].startswith("DECIMAL")
    assert "US dollars" in value
    table = form4_here("describe", "footnotes").stdout
    assert all(f"\n{column} " in table for column in TABLES["footnotes"].column_names())


def test_a_macro_is_told_with_its_parameters(workspace: Workspace) -> None:
    said = form4_here("describe", "cluster_buys").stdout
    assert "window_days := 30" in said
    assert "\nfirst_purchase " in said


@pytest.mark.parametrize(("name", "word"), [("trade", "did you mean trades?"), ("zzz", "form4 describe lists")])
def test_an_unknown_view_is_named(workspace: Workspace, name: str, word: str) -> None:
    says(form4_here("describe", name), 2, f"there is no view or table {name}", word)

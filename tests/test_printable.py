"""Text from outside is shown, and never obeyed by a terminal."""

import io
import json
import logging

import pytest

from form4lake.commands import output
from form4lake.log_lines import JsonFormatter, TextFormatter
from form4lake.printable import printable

HOSTILE = "A\x1b[2J\x07\x9b31m\u202eB\x7f\r"


@pytest.mark.parametrize("text", ["", "plain", "two\nlines\tand a tab", "Zoë Müller 株式会社"])
def test_what_is_harmless_stays_as_it_is(text: str) -> None:
    assert printable(text) == text


def test_every_control_is_a_visible_sign() -> None:
    assert printable(HOSTILE) == "A␛[2J␇\\u009b31m\\u202eB␡␍"


def test_log_lines_hold_none() -> None:
    record = logging.LogRecord("form4lake", logging.INFO, "", 0, "%s", (HOSTILE,), None)
    for formatter in (TextFormatter(), JsonFormatter()):
        line = formatter.format(record)
        assert not set(HOSTILE) - set("AB[2J31m") & set(line)
    assert json.loads(JsonFormatter().format(record))["message"].startswith("A")


def test_tables_and_messages_hold_none(capsys: pytest.CaptureFixture[str]) -> None:
    from rich.table import Table

    table = Table("reason")
    table.add_row(HOSTILE)
    console = output._safe_console(file=io.StringIO(), width=100)
    console.print(table)
    assert not set(HOSTILE) - set("AB[2J31m") & set(console.file.getvalue())
    output.messages.cache_clear()
    output.complain(HOSTILE)
    assert not set(HOSTILE) - set("AB[2J31m") & set(capsys.readouterr().err)
    output.messages.cache_clear()

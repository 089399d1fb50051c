"""How the commands speak: results on standard output, everything else on standard error."""

import logging
import os
import sys
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from ..log_lines import ROOT, JsonFormatter, wants_json
from ..printable import printable
from ..settings import QUIET_VARIABLE

if TYPE_CHECKING:
    from rich.console import Console


@cache
def console() -> "Console":
    """Standard output; made when spoken to: `form4 sql` answers without rich, which takes a while to load."""
    return _safe_console(soft_wrap=True, width=None if sys.stdout.isatty() else 200)


@cache
def messages() -> "Console":
    """Standard error."""
    return _safe_console(stderr=True, soft_wrap=True, highlight=False, markup=False)


def _safe_console(**options: Any) -> "Console":
    """A console that shows the control characters of what it prints, and obeys only rich's own."""
    from rich.console import Console, ConsoleOptions, RenderableType
    from rich.segment import Segment

    class SafeConsole(Console):
        def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterator[Segment]:
            for segment in super().render(renderable, options):
                yield segment if segment.control else Segment(printable(segment.text), segment.style)

    return SafeConsole(**options)


def print_line(line: object) -> None:
    """Print a line of a result as it is, without markup or colours."""
    console().print(line, markup=False, highlight=False)


def complain(message: object, level: int = logging.ERROR, **fields: object) -> None:
    """Say what is wrong or needs a look, on standard error; fields: what of `log_lines.FIELDS` is known."""
    say(message if wants_json() else f"form4: {message}", level, **fields)


def say(message: object, level: int = logging.INFO, **fields: object) -> None:
    """Say how it goes, on standard error, if the user wants to hear it; fields: what of `log_lines.FIELDS` is known."""
    if quiet() and level < logging.WARNING:
        return
    if not wants_json():
        messages().print(str(message))
        return
    record = logging.LogRecord(ROOT, level, "", 0, str(message), None, None)
    record.__dict__.update(fields)
    print(JsonFormatter().format(record), file=sys.stderr, flush=True)


def quiet() -> bool:
    """Whether only what needs a look is to be said."""
    return os.environ.get(QUIET_VARIABLE) == "1"


def interactive() -> bool:
    """Whether a person looks at standard error."""
    return sys.stderr.isatty() and not wants_json() and not quiet()

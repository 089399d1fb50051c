"""How the commands speak: results on standard output, everything else on standard error."""

import logging
import sys

from rich.console import Console

from flows.log import ROOT, JsonFormatter, wants_json

console = Console(soft_wrap=True, width=None if sys.stdout.isatty() else 200)
messages = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)


def complain(message: object, level: int = logging.ERROR, **fields: object) -> None:
    """Say what is wrong or needs a look, on standard error; fields: what of `flows.log.FIELDS` is known."""
    say(message if wants_json() else f"form4: {message}", level, **fields)


def say(message: object, level: int = logging.INFO, **fields: object) -> None:
    """Say how it goes, on standard error; fields: what of `flows.log.FIELDS` is known."""
    if not wants_json():
        messages.print(str(message))
        return
    record = logging.LogRecord(ROOT, level, "", 0, str(message), None, None)
    record.__dict__.update(fields)
    print(JsonFormatter().format(record), file=sys.stderr, flush=True)


def interactive() -> bool:
    """Whether a person looks at standard error."""
    return sys.stderr.isatty() and not wants_json()

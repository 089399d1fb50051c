"""How the commands speak: results on standard output, everything else on standard error."""

import sys

from rich.console import Console

console = Console(soft_wrap=True, width=None if sys.stdout.isatty() else 200)
messages = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)


def complain(message: object) -> None:
    """Say what is wrong, on standard error."""
    messages.print(f"form4: {message}")


def interactive() -> bool:
    """Whether a person looks at standard error."""
    return sys.stderr.isatty()

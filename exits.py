"""The exit codes of the command `form4`, by which a run's report says how it went."""

from enum import IntEnum


class Exit(IntEnum):
    """What the exit code of the command `form4` says."""

    DONE = 0
    INCOMPLETE = 1
    """Done, but something is in quarantine, missing or late, and named."""
    WRONG_USE = 2
    """Wrong use or configuration."""
    EDGAR = 3
    """EDGAR refused or is down."""
    LAKE = 4
    """The lake is damaged or cannot be written."""
    INTERRUPTED = 130
    """Ctrl-C ended it; what a shell expects: 128 and the number of the signal."""

"""Errors that are for people: said on standard error without a traceback, with the exit code that is theirs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec

from ..exits import Exit
from ..settings import SettingsError
from ..storage import DeltaMissing, LakeError, LakeMissing, WriterAtWork
from .output import complain

P = ParamSpec("P")


class CommandFailed(Exception):
    """A command cannot go on; the message says why and what to do next, the code how it ends."""

    def __init__(self, message: str, code: Exit = Exit.WRONG_USE) -> None:
        super().__init__(message)
        self.code = code


def explained(command: Callable[P, int]) -> Callable[P, int]:
    """The same command, but an error that is for people is said, and becomes the exit code; all others are raised."""

    @wraps(command)
    def run(*arguments: P.args, **named: P.kwargs) -> int:
        try:
            return command(*arguments, **named)
        except Exception as error:
            code = _exit_of(error)
            if code is None:
                raise
            complain(error)
            return code

    return run


@contextmanager
def wrong_use(*errors: type[Exception]) -> Iterator[None]:
    """Make these errors, whose messages are for people, a CommandFailed with the exit code for wrong use."""
    try:
        yield
    except errors as wrong:
        raise CommandFailed(str(wrong)) from wrong


def _exit_of(error: Exception) -> Exit | None:
    if isinstance(error, CommandFailed):
        return error.code
    if isinstance(error, SettingsError | LakeMissing | WriterAtWork | DeltaMissing):
        return Exit.WRONG_USE
    if isinstance(error, LakeError):
        return Exit.LAKE
    # Loaded for errors only: it takes as long as all of `form4 sql`, which asks EDGAR for nothing.
    from ..crawler import BadOptions, CrawlError, MissingIdentity

    if isinstance(error, MissingIdentity | BadOptions):
        return Exit.WRONG_USE
    return Exit.EDGAR if isinstance(error, CrawlError) else None

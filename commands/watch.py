"""The progress of a run: a bar with rate and time left on a terminal, a line a day elsewhere."""

import logging
from collections import deque
from datetime import date
from types import TracebackType

from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from .output import complain, interactive, messages, quiet, say


class Rate(ProgressColumn):
    """Filings a second."""

    def render(self, task: Task) -> Text:
        """The rate, once there is one."""
        return Text(f"{task.speed:.1f}/s" if task.speed else "")


HELD = 20
"""How many of the newest log lines a quiet run keeps, to show them if it ends badly."""


class Said(logging.Handler):
    """Prints what the packages log, such as a pause that EDGAR asked for, above the bar; a quiet run holds it back."""

    def __init__(self, level: int) -> None:
        super().__init__(level)
        self.held: deque[logging.LogRecord] = deque(maxlen=HELD)

    def emit(self, record: logging.LogRecord) -> None:
        """Print one record, or hold it."""
        if quiet():
            self.held.append(record)
        else:
            complain(record.getMessage(), record.levelno)


class Watch:
    """Listens to a run and shows it on standard error."""

    def __init__(self) -> None:
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            Rate(),
            TimeRemainingColumn(),
            console=messages(),
            transient=True,
            disable=not interactive(),
        )
        self._said = Said(logging.WARNING)
        self._task = self._bar.add_task("starting", total=None)

    def __enter__(self) -> "Watch":
        logging.getLogger("form4lake").addHandler(self._said)
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()
        logging.getLogger("form4lake").removeHandler(self._said)
        if error:
            self.say_held()

    def say_held(self) -> None:
        """Say what a quiet run has held back: it needs a look after all."""
        while self._said.held:
            record = self._said.held.popleft()
            complain(record.getMessage(), record.levelno)

    def begin(self, work: date | str, count: int) -> None:
        """A day or other work begins."""
        self._bar.reset(self._task, description=str(work), total=count)

    def advance(self, count: int = 1) -> None:
        """So many filings or parts are done."""
        self._bar.advance(self._task, count)

    def end(self, done: object) -> None:
        """A day or other work is done."""
        say(done, index_date=getattr(done, "index_date", None))

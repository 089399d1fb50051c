"""The progress of a run: a bar with rate and time left on a terminal, a line a day elsewhere."""

import logging
from datetime import date
from types import TracebackType

from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from .output import complain, interactive, messages, say


class Rate(ProgressColumn):
    """Filings a second."""

    def render(self, task: Task) -> Text:
        """The rate, once there is one."""
        return Text(f"{task.speed:.1f}/s" if task.speed else "")


class Said(logging.Handler):
    """Prints what the packages log, such as a pause that EDGAR asked for, above the bar."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print one record."""
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

    def begin(self, work: date | str, count: int) -> None:
        """A day or other work begins."""
        self._bar.reset(self._task, description=str(work), total=count)

    def advance(self, count: int = 1) -> None:
        """So many filings or parts are done."""
        self._bar.advance(self._task, count)

    def end(self, done: object) -> None:
        """A day or other work is done."""
        say(done, index_date=getattr(done, "index_date", None))

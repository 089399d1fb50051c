"""The progress of a run: one bar over all its days with rate and time left on a terminal, a line a day elsewhere."""

import logging
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from types import TracebackType

from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from .output import complain, interactive, messages, quiet, say


class Done(ProgressColumn):
    """How many parts are done, of how many; of a span, days, quarters or periods."""

    def render(self, task: Task) -> Text:
        """As 3/20 days."""
        total = "?" if task.total is None else int(task.total)
        return Text(f"{int(task.completed)}/{total}{task.fields['unit']}")


class Rate(ProgressColumn):
    """Filings a second, also where the bar counts days."""

    counted: Task
    """What is counted instead of the task that is shown."""

    def render(self, task: Task) -> Text:  # noqa: ARG002
        """The rate, once there is one."""
        speed = self.counted.speed
        return Text(f"{speed:.1f}/s" if speed else "")


SPEED_SECONDS = 300
"""Over how long the speed is taken: days differ."""
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


@dataclass
class Span:
    """Days, or what else belongs together, that have one bar, and how far they are."""

    parts: int
    begun: int = 0
    filings: int = 0
    """Of the part that has begun last."""
    done: int = 0

    @property
    def completed(self) -> float:
        """In parts; of the newest, the share of its filings that is done."""
        share = min(1.0, self.done / self.filings) if self.filings else 0.0
        return min(self.parts, max(0, self.begun - 1) + share)


class Watch:
    """Listens to a run and shows it on standard error."""

    def __init__(self) -> None:
        rate = Rate()
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            Done(),
            rate,
            TimeRemainingColumn(),
            console=messages(),
            transient=True,
            disable=not interactive(),
            speed_estimate_period=SPEED_SECONDS,
        )
        self._said = Said(logging.WARNING)
        self._filings = self._bar.add_task("filings", total=None, visible=False)
        rate.counted = self._bar.tasks[0]
        self._task = self._bar.add_task("starting", total=None, unit="")
        self._span: Span | None = None

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

    @property
    def completed(self) -> float:
        """How far the bar is, in its days or parts."""
        return next(task.completed for task in self._bar.tasks if task.id == self._task)

    @contextmanager
    def span(self, parts: int, unit: str = "days") -> Iterator[None]:
        """One bar for these days, full when all are over, whatever came of them; one day alone has its own bar."""
        if parts < 2:
            yield
            return
        self._span = Span(parts)
        self._bar.reset(self._filings)
        self._bar.reset(self._task, total=parts, unit=f" {unit}")
        try:
            yield
            self._bar.update(self._task, completed=parts, refresh=True)
        finally:
            self._span = None

    def begin(self, work: date | str, count: int) -> None:
        """A day or other work begins."""
        if self._span:
            self._span.begun += 1
            self._span.filings, self._span.done = count, 0
            self._bar.update(self._task, description=str(work), completed=self._span.completed)
        else:
            self._bar.reset(self._filings)
            self._bar.reset(self._task, description=str(work), total=count, unit="")

    def fill(self, count: int) -> None:
        """What has begun turns out to have this many filings or parts."""
        if self._span:
            self._span.filings, self._span.done = count, 0
        else:
            self._bar.update(self._task, total=count, completed=0)

    def advance(self, count: int = 1) -> None:
        """So many filings or parts are done."""
        self._bar.advance(self._filings, count)
        if self._span:
            self._span.done += count
            self._bar.update(self._task, completed=self._span.completed)
        else:
            self._bar.advance(self._task, count)

    def end(self, done: object) -> None:
        """A day or other work is done."""
        say(done, index_date=getattr(done, "index_date", None))

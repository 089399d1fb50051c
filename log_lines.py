"""How log lines look on standard error: for a person, or a JSON object each where `--log-format json` says so.

Prefect makes the handler in the processes of served runs; the commands use the same formatter.
"""

import json
import logging
import os
from datetime import UTC, datetime

from .printable import printable
from .settings import LOG_FORMAT_VARIABLE

ROOT = "form4lake"
"""The parent of all loggers of form4lake."""

FIELDS = ("accession_number", "index_date")
"""What a line is about, where it is about one filing or day: attributes of its record, keys of its JSON object."""


def wants_json() -> bool:
    """Whether lines are for machines."""
    return os.environ.get(LOG_FORMAT_VARIABLE) == "json"


class JsonFormatter(logging.Formatter):
    """One object a line: time (UTC), level, message, FIELDS where known, and the name of the flow run it belongs to."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
        }
        for name in (*FIELDS, "flow_run_name"):
            if (value := getattr(record, name, None)) is not None:
                line[name] = str(value)
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return printable(json.dumps(line, ensure_ascii=False))


class TextFormatter(logging.Formatter):
    """A line for a person, with no control character that a terminal would obey."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as a line, with its traceback below where it has one."""
        return printable(super().format(record))


OURS = tuple(f"{__package__}.{name}" for name in ("crawler", "settings", "storage"))
"""The packages whose errors are for people: their message says what happened and what to do."""


def plain(record: logging.LogRecord) -> bool:
    """Whether Prefect's record is worth a line; takes the traceback off those of errors that speak for themselves."""
    error = record.exc_info[1] if record.exc_info else None
    ours = type(error).__module__.startswith(OURS)
    of_state = type(error).__name__ in ("FailedRun", "CancelledRun")
    repeated = (
        ours or of_state or str(error).startswith("Unexpected result for failed state")
    )  # a report, not an exception
    if repeated and record.msg.startswith("Engine execution exited"):
        return False  # "Finished in state …" has said it
    if ours:
        record.exc_info = None
    return True


class Lines(logging.StreamHandler):  # type: ignore[type-arg] # generic in the stubs only
    """Writes records to standard error; Prefect's configuration gives it a stream, a formatter and colours, unused."""

    def __init__(self, **_: object) -> None:
        super().__init__()
        for name in ("prefect.flow_runs", "prefect.task_runs"):
            logging.getLogger(name).addFilter(plain)
        logging.getLogger(ROOT).setLevel(logging.INFO)  # Prefect gives it handlers, but no level

    def setFormatter(self, fmt: logging.Formatter | None) -> None:  # noqa: ARG002, N802 logging's names
        """Take the format that the user asked for, whatever one is given."""
        text = TextFormatter("%(asctime)s %(message)s", "%Y-%m-%d %H:%M:%S")
        super().setFormatter(JsonFormatter() if wants_json() else text)

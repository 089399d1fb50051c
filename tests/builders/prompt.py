"""A person at the prompt of `form4 sql`, on a terminal of its own."""

import fcntl
import os
import pty
import select
import struct
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from form4lake.tests.builders.workspace import FORM4

ENDLESS = "select count(*) from range(100000000000) a, range(1000) b where a.range + b.range = 7"


def at_work(pid: int, seconds: float) -> None:
    """Return when a process has used `seconds` more of the processor: what it was asked has begun."""
    ticks = os.sysconf("SC_CLK_TCK")

    def used() -> float:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / ticks

    until = used() + seconds
    while used() < until:
        time.sleep(0.05)


class Terminal:
    """A person at a prompt: types, and waits for what appears."""

    def __init__(self, screen: int, pid: int) -> None:
        self._screen = screen
        self.pid = pid
        self._shown = ""

    def types(self, text: str) -> None:
        os.write(self._screen, text.encode())

    def sees(self, text: str) -> None:
        """Read until `text` appears after what was seen before; AssertionError after two minutes."""
        while text not in self._shown:
            ready, _, _ = select.select([self._screen], [], [], 120)
            assert ready, f"{text!r} does not appear, only {self._shown!r}"
            self._shown += os.read(self._screen, 4096).decode(errors="replace")
        self._shown = self._shown.partition(text)[2]


@contextmanager
def terminal(kind: str = "xterm", end: str = "\x04") -> Iterator[Terminal]:
    """`form4 sql` on a terminal of its own, 24 lines of 80 columns; ended by typing `end`."""
    pid, screen = pty.fork()
    if pid == 0:
        os.environ |= {"TERM": kind, "PAGER": "cat", "LINES": "24", "COLUMNS": "80", "PROMPT_TOOLKIT_NO_CPR": "1"}
        os.execv(FORM4, [str(FORM4), "sql"])
    fcntl.ioctl(screen, termios.TIOCSWINSZ, struct.pack("4H", 24, 80, 0, 0))
    person = Terminal(screen, pid)
    try:
        person.sees("form4>")
        yield person
        code = None
        for _ in range(30):
            person.types(end)
            time.sleep(0.5)
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                code = os.waitstatus_to_exitcode(status)
                break
        assert code == 0, f"{end!r} does not end the prompt"
    finally:
        os.close(screen)

"""Processes beside this one: how they end with it, and what is said when they end before their work is done."""

import os
from multiprocessing import parent_process


class WorkersFailed(Exception):
    """The workers cannot go on; the message says why and what to do. What was committed before is kept."""


def end_with_parent() -> None:
    """End this process when the one that started it is gone, however it went."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)

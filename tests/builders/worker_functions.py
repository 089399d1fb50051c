"""What the tests have workers do; worker processes import it by name, so it imports no tests."""

import os
import signal
import time


def square(number: int) -> int:
    """The square, sooner or later."""
    time.sleep(0.02 * (number % 3))
    return number * number


def refuse(number: int) -> int:
    """Raise."""
    raise ValueError(f"no {number}")


def die(number: int) -> int:
    """Be killed, as by a machine that has no memory left."""
    os.kill(os.getpid(), signal.SIGKILL)
    return number

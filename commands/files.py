"""Files that commands write into a folder: there whole, or not at all."""

import os
from collections.abc import Callable
from pathlib import Path


def put(path: Path, write: Callable[[Path], object]) -> None:
    """Have `write` make a file beside `path`, then put it there at once, in the place of an older one.

    Raises:
        OSError: the folder cannot be made or written. What `write` raises; nothing is left of it then.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.touch()
    try:
        write(part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)

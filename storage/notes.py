"""Small notes that runs leave in the lake for the next run: what is still to be done or told. No rows of filings."""

from __future__ import annotations

import json
from typing import Any

from .errors import writing
from .files.place import Files


class Notes:
    """The notes of one lake, by name. Whoever writes one makes sure that no other process writes it too."""

    def __init__(self, files: Files) -> None:
        self._files = files

    def read(self, name: str) -> dict[str, Any]:
        """The note; an empty one where there is none.

        What is not a note any more, after a fault of the disk, counts as none: a note is never all that is known.
        """
        try:
            found = json.loads(self._files.read(_path(name)))
        except (FileNotFoundError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def write(self, name: str, content: dict[str, Any]) -> None:
        """Put the note in place of the earlier one, whole or not at all. Durable when it returns.

        Raises:
            LakeFull, LakeUnwritable: it could not be written; the earlier one is as it was.
        """
        staging = self._files.stage()
        try:
            staged = staging.folder / "note.json"
            with writing(staged):
                staged.write_text(json.dumps(content), encoding="utf-8")
            self._files.install(staged, _path(name))
        finally:
            staging.discard()


def _path(name: str) -> str:
    return f"notes/{name}.json"

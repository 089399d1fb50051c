"""The one error of this package."""

from __future__ import annotations


class NotAnOwnershipFiling(Exception):
    """The bytes are not an ownership filing that this parser reads.

    `reason` says what they are instead, in words for a person; `source_path` is the path given to `parse_submission`,
    '' where none was given. Instances can be pickled.
    """

    def __init__(self, reason: str, source_path: str = "") -> None:
        super().__init__(reason, source_path)
        self.reason = reason
        self.source_path = source_path

    def __str__(self) -> str:
        return f"{self.source_path}: {self.reason}" if self.source_path else self.reason

"""What was changed in a broken document to make it well formed, for its issues."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..errors import NotAnOwnershipFiling

MOST_REPAIRS = 1_000
"""More are refused: what needs them is not a damaged form, and every repair costs time."""


@dataclass(slots=True)
class Repairs:
    """How often each harmless change was made, and each thing that was lost or moved, with its text.

    Raises NotAnOwnershipFiling when there are more than MOST_REPAIRS.
    """

    changed: dict[str, int] = field(default_factory=dict)
    lost: list[tuple[str, str]] = field(default_factory=list)
    count: int = 0

    def change(self, what: str, times: int = 1) -> None:
        """Count a change that loses nothing a form says."""
        self.changed[what] = self.changed.get(what, 0) + times
        self._one_more()

    def lose(self, what: str, text: str) -> None:
        """Name a thing that could not be kept where it stood."""
        self.lost.append((what, text))
        self._one_more()

    def _one_more(self) -> None:
        self.count += 1
        if self.count > MOST_REPAIRS:
            raise NotAnOwnershipFiling(f"XML is not well formed in more than {MOST_REPAIRS:,} places")

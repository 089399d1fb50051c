"""What was asked of a replica, and when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

KINDS = ("index_json", "index", "filing", "dataset", "other")


@dataclass(frozen=True, slots=True)
class Hit:
    """One request: when it arrived (seconds of `time.monotonic`, the same clock in every process of the machine),
    what for (a path, with /Archives/ or /files/), the status that answered it (0 for a connection that was reset) and
    the kind of fault that struck it, if any; an index that changed, or was held back, tells none.
    """

    at: float
    path: str
    kind: str
    status: int
    fault: str | None
    user_agent: str


@dataclass(frozen=True)
class Stats:
    """All requests so far, in the order of their arrival."""

    hits: Sequence[Hit]

    @property
    def total(self) -> int:
        """How many requests were made."""
        return len(self.hits)

    @property
    def by_kind(self) -> dict[str, int]:
        """How many requests were made for each kind: index_json, index, filing, dataset, other."""
        return dict.fromkeys(KINDS, 0) | Counter(hit.kind for hit in self.hits)

    @property
    def by_path(self) -> dict[str, int]:
        """How many requests were made for each path."""
        return dict(Counter(hit.path for hit in self.hits))

    @property
    def by_fault(self) -> dict[str, int]:
        """How many requests each kind of fault struck."""
        return dict(Counter(hit.fault for hit in self.hits if hit.fault))

    @property
    def user_agents(self) -> dict[str, int]:
        """How many requests each user agent made."""
        return dict(Counter(hit.user_agent for hit in self.hits))

    @property
    def times(self) -> list[float]:
        """When each request arrived, in seconds of a monotonic clock, ascending."""
        return sorted(hit.at for hit in self.hits)

    def smallest_gap(self) -> float | None:
        """The shortest time between two requests, in seconds; None for fewer than two."""
        times = self.times
        return min((later - earlier for earlier, later in pairwise(times)), default=None)

    def worst_second(self) -> int:
        """The most requests that arrived within any one second."""
        times, first, worst = self.times, 0, 0
        for place, at in enumerate(times):
            while at - times[first] >= 1:
                first += 1
            worst = max(worst, place - first + 1)
        return worst

    def as_json(self) -> dict[str, Any]:
        """What /replica/stats answers."""
        return {
            "total": self.total,
            "by_kind": self.by_kind,
            "by_path": self.by_path,
            "by_fault": self.by_fault,
            "user_agents": self.user_agents,
            "times": self.times,
            "smallest_gap_seconds": self.smallest_gap(),
            "worst_second": self.worst_second(),
        }

"""Faults that a replica shows on demand: what each is, which requests it strikes, and how often."""

from __future__ import annotations

import fnmatch
import re
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random


class FaultKind(StrEnum):
    """What can go wrong with an answer."""

    THROTTLED = "throttled"
    """403 with the page Request Rate Threshold Exceeded."""
    UNDECLARED = "undeclared"
    """403 with the page Undeclared Automated Tool."""
    ACCESS_DENIED = "access denied"
    """403 with the S3 error AccessDenied, as for a path that does not exist."""
    TOO_MANY_REQUESTS = "too many requests"
    """429 with a Retry-After of `seconds`."""
    DOWN = "down"
    """503 with a page of HTML."""
    RESET = "reset"
    """The connection is reset, and nothing answered."""
    SLOW = "slow"
    """The body takes `seconds` to come."""
    CUT = "cut"
    """The body ends half way, short of its Content-Length, and the connection closes."""
    SHORT = "short"
    """The body ends half way, and the Content-Length says so: nothing but the missing end tells."""
    HTML = "html"
    """200 with a page of HTML in place of the body."""
    SLOW_HEADERS = "slow headers"
    """A header that takes `seconds` to come, a byte now and then."""
    CONTINUES = "continues"
    """100 Continue, again and again for `seconds`, before the answer."""
    SLOW_CHUNK_LINE = "slow chunk line"
    """A chunked body, the line before whose first chunk takes `seconds` to come."""
    TRAILERS = "trailers"
    """A chunked body, whole, and then trailers for `seconds`."""
    DRIP = "drip"
    """The body comes a byte at a time for `seconds`."""
    BOMB = "bomb"
    """A packed body of 1 MB that unpacks to 1 GiB."""
    MEMBERS = "members"
    """A packed body of 200,000 gzip members with nothing in them."""
    HUGE = "huge"
    """A submission of 1 GiB."""
    REDIRECT = "redirect"
    """302 to `location`."""
    EMPTY = "empty"
    """An index with its head and no row; an index.json that lists nothing."""
    CUT_LINES = "cut lines"
    """An index without the second half of its rows, an index.json without the later half of its days: well formed, and
    as long as its Content-Length says."""
    CHANGED = "changed"
    """An index that changes: its first `after` answers lack the filings of `added`, later ones those of `removed`."""
    UNPUBLISHED = "unpublished"
    """An index that is not there yet, and not in its folder's index.json either, for the first `times` requests that
    would show it."""


LASTING = (FaultKind.CHANGED, FaultKind.UNPUBLISHED)
"""Kinds that make an index another one for a while, whatever else its requests meet."""


@dataclass(frozen=True)
class Fault:
    """One fault.

    It strikes requests for paths (with /Archives/) that `path` matches: a glob, or a compiled pattern to be found
    anywhere in the path. Of these it leaves the first `after` alone, then strikes each with `probability`, at most
    `times` times in all (None: without end). `added` and `removed` are accession numbers.
    """

    kind: FaultKind
    path: str | re.Pattern[str] = "*"
    probability: float = 1.0
    times: int | None = None
    after: int = 0
    seconds: float = 1.0
    location: str = ""
    added: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()

    def matches(self, path: str) -> bool:
        """Whether the fault is meant for a path."""
        if isinstance(self.path, str):
            return fnmatch.fnmatchcase(path, self.path)
        return self.path.search(path) is not None


def parse_fault(text: str) -> Fault:
    """The fault of `KIND:PATH` or `KIND:PATH:PROBABILITY`, as `cut-lines:*/master.20240116.idx:0.5`.

    PATH is a glob of the whole path below the address. ValueError, for people, where it is none.
    """
    name, colon, rest = text.partition(":")
    kinds = {kind.value.replace(" ", "-"): kind for kind in FaultKind if kind not in NEED_MORE}
    kind = kinds.get(name.strip().lower().replace(" ", "-"))
    if kind is None or not colon:
        raise ValueError(f"{text!r} is not a fault: write KIND:PATH[:PROBABILITY], KIND one of {', '.join(kinds)}")
    path, colon, chance = rest.rpartition(":")
    if not colon:
        path, chance = rest, "1"
    try:
        probability = float(chance)
    except ValueError:
        probability = -1.0
    if not path or not 0 <= probability <= 1:
        raise ValueError(f"{text!r}: after the kind come a path, as */master.20240116.idx, and a number from 0 to 1")
    return Fault(kind, path, probability)


NEED_MORE = (FaultKind.CHANGED, FaultKind.REDIRECT)
"""Kinds that need more than a path, and so are for programs only."""


class Faults:
    """The faults of a replica, tried in order; the first that strikes a request is the one it meets.

    Chance is drawn from the seed, the fault, the path and how often that path was asked for, so that the n-th request
    for a path meets the same faults in every run, in whatever order the threads of a client ask.
    """

    def __init__(self, faults: Sequence[Fault], seed: int = 0) -> None:
        self._faults = tuple(faults)
        self._seed = seed
        self._lock = threading.Lock()
        self._asked: Counter[tuple[int, str]] = Counter()
        self._seen: Counter[int] = Counter()
        self._struck: Counter[int] = Counter()

    def strike(self, path: str) -> Fault | None:
        """The fault that a request for a path meets; CHANGED and UNPUBLISHED do not count."""
        with self._lock:
            for number, fault in enumerate(self._faults):
                lasting = fault.kind in LASTING
                if not lasting and fault.matches(path) and self._strikes(number, fault, path):
                    return fault
        return None

    def unpublished(self, paths: Sequence[str]) -> set[str]:
        """Those of an answer's index paths that are not published yet: the one asked for, or all an index.json names.

        To be called once a request: each call counts as one request that would show them.
        """
        hidden: set[str] = set()
        with self._lock:
            for number, fault in enumerate(self._faults):
                if fault.kind is FaultKind.UNPUBLISHED:
                    meant = {path for path in paths if fault.matches(path)}
                    if meant and self._strikes(number, fault, ""):
                        hidden |= meant
        return hidden

    def left_out(self, path: str) -> frozenset[str]:
        """The accession numbers that this answer for an index leaves out; to be called once a request."""
        left_out: frozenset[str] = frozenset()
        with self._lock:
            for number, fault in enumerate(self._faults):
                if fault.kind is FaultKind.CHANGED and fault.matches(path):
                    self._seen[number] += 1
                    left_out |= fault.removed if self._seen[number] > fault.after else fault.added
        return left_out

    def changes_seen(self, path: str) -> int:
        """How many changes of an index its answers have shown by now."""
        with self._lock:
            return sum(
                fault.kind is FaultKind.CHANGED and fault.matches(path) and self._seen[number] > fault.after
                for number, fault in enumerate(self._faults)
            )

    def _strikes(self, number: int, fault: Fault, path: str) -> bool:
        self._seen[number] += 1
        if self._seen[number] <= fault.after:
            return False
        if fault.times is not None and self._struck[number] >= fault.times:
            return False
        self._asked[number, path] += 1
        if fault.probability < 1:
            chance = Random(f"{self._seed}|{number}|{path}|{self._asked[number, path]}").random()
            if chance >= fault.probability:
                return False
        self._struck[number] += 1
        return True

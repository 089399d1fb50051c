"""The commit log: one small JSON file a commit, made exclusively; the live files are what its entries add up to.

`log/00000000000000000042.json` is version 42. Every 64 versions `….checkpoint.json` has the whole list of live files,
so that opening a lake reads one checkpoint and the entries after it. Entries are kept: they are the lake's history.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from ..errors import LakeDamaged
from ..files.log_names import CHECKPOINT_EVERY, checkpoint_name, entry_name
from ..files.place import Files
from .seal import sealed, unsealed

_ON_DISK = {"period": "label", "compacted": "folded", "upgraded": "made_exact"}
"""Keys of the JSON that are spelled otherwise than the attributes; what has been written is never renamed."""
_IN_MEMORY = {key: name for name, key in _ON_DISK.items()}


@dataclass(frozen=True, slots=True)
class DataFile:
    """One Parquet file of the lake, as the log names it."""

    path: str
    """Below `data/` and `snapshots/`: `filings/year=2024/2024-01-02.<commit>.parquet`."""
    table: str
    period: str
    rows: int
    bytes: int
    sha256: str
    columns: str
    """Id of the columns it was written with (`storage.arrow.columns_id`)."""
    years: list[str] | None = None
    """Every year that an accession number in it names, two digits; None where that is not written down."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a commit brought, for people and for the history."""

    index_dates: list[str] = field(default_factory=list)
    filings_added: int = 0
    filings_replaced: int = 0
    quarantined: int = 0
    quarantine_left: int = 0
    recovered: list[dict[str, str | int]] = field(default_factory=list)
    """The rows of quarantine whose filings are stored: all that is left of them."""
    delisted: int = 0
    upgraded: int = 0
    passed_over: int = 0
    compacted: str | None = None
    """A compaction's period."""
    archived: dict[str, int] = field(default_factory=dict)
    """How many submissions of an index date the raw archive had then, where it had any; the last word on it counts."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One commit."""

    version: int
    commit: str
    writer: str
    written_at: datetime
    added: list[DataFile]
    removed: list[str]
    summary: Summary


@dataclass(frozen=True, slots=True)
class State:
    """The live files at a version, by path; version 0 is the lake without a commit."""

    version: int
    live: dict[str, DataFile]

    def after(self, entry: Entry) -> State:
        """The state that an entry leads to."""
        gone = set(entry.removed)
        live = {path: each for path, each in self.live.items() if path not in gone}
        live.update((each.path, each) for each in entry.added)
        return State(entry.version, live)


class CommitLog:
    """Reads and extends the log of one lake."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._known = State(0, {})
        self._retired: dict[int, tuple[datetime, list[str]]] = {}
        """When versions were made and what they took out: each commit of a long run asks for all of the last day."""

    def state(self) -> State:
        """The newest state.

        Raises:
            LakeDamaged: an entry or checkpoint cannot be read, or an entry is missing.
        """
        state = self._known
        names = [] if state.version else [each for each in self._files.names("log", ".json") if each[0].isdigit()]
        if names:
            state = self._newest_checkpoint(names)
            self._files.expect(f"log/{each}" for each in names if _version(each) > state.version)
        while self._files.has(entry_name(state.version + 1)):
            state = state.after(self.entry(state.version + 1))
        if names:
            self._refuse_gap(names, state.version)
        self._known = state
        return state

    def reread(self) -> None:
        """Forget what is known, so that the next state is read from the files again."""
        self._known = State(0, {})
        self._retired.clear()

    def missing(self, version: int) -> LakeDamaged:
        """The error of an entry that is not there, though something else says that it was."""
        return self._damaged(entry_name(version), "it is missing, though the lake's views are of that version")

    def entry(self, version: int) -> Entry:
        """One commit of the history.

        Raises:
            LakeDamaged: it is missing or unreadable.
        """
        name = entry_name(version)
        content = self._json(name)
        try:
            return Entry(
                version=content["version"],
                commit=content["commit"],
                writer=content["writer"],
                written_at=datetime.fromisoformat(content["written_at"]),
                added=[DataFile(**_named(each)) for each in content["added"]],
                removed=content["removed"],
                summary=Summary(**_named(content["summary"])),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise self._damaged(name, f"it is not an entry of this log ({error!r})") from error

    def append(self, entry: Entry) -> bool:
        """Make the entry: the moment at which a commit has happened. False if another writer has that version."""
        content = asdict(entry, dict_factory=_keyed) | {"written_at": entry.written_at.astimezone(UTC).isoformat()}
        return self._files.create(entry_name(entry.version), json.dumps(sealed(content), indent=1).encode())

    def checkpoint_if_due(self, state: State) -> None:
        """Write down the live files at every 64th version."""
        if state.version and state.version % CHECKPOINT_EVERY == 0:
            content = {
                "version": state.version,
                "live": [asdict(each, dict_factory=_keyed) for each in state.live.values()],
            }
            self._files.create(checkpoint_name(state.version), json.dumps(sealed(content)).encode())

    def entries_since(self, moment: datetime) -> Iterator[Entry]:
        """The commits made since a moment, the newest first.

        Raises:
            LakeDamaged: an entry is missing or unreadable.
        """
        version = self.state().version
        while version:
            entry = self.entry(version)
            if entry.written_at < moment:
                return
            yield entry
            version -= 1

    def retired_since(self, moment: datetime) -> Iterator[str]:
        """The paths of files taken out of the snapshot since a moment."""
        version = self.state().version
        while version:
            if version not in self._retired:
                entry = self.entry(version)
                self._retired[version] = entry.written_at, entry.removed
            written_at, removed = self._retired[version]
            if written_at < moment:
                return
            yield from removed
            version -= 1

    def _newest_checkpoint(self, names: list[str]) -> State:
        checkpoints = [each for each in names if each.endswith(".checkpoint.json")]
        return self.checkpoint(_version(checkpoints[-1])) if checkpoints else State(0, {})

    def checkpoint(self, version: int) -> State:
        """The live files as a checkpoint has them.

        Raises:
            LakeDamaged: it is missing or unreadable.
        """
        name = checkpoint_name(version)
        content = self._json(name)
        try:
            live = [DataFile(**_named(each)) for each in content["live"]]
            return State(content["version"], {each.path: each for each in live})
        except (KeyError, TypeError) as error:
            raise self._damaged(name, "it is not a checkpoint (`form4 verify --repair` makes it again)") from error

    def _refuse_gap(self, names: list[str], version: int) -> None:
        if _version(names[-1]) > version:
            raise self._damaged(entry_name(version + 1), "it is missing, though later entries exist")

    def _json(self, name: str) -> dict[str, Any]:
        try:
            content = json.loads(self._files.read(name))
        except FileNotFoundError as error:
            raise self._damaged(name, "it is missing") from error
        except (OSError, ValueError, RecursionError) as error:
            raise self._damaged(name, f"it cannot be read ({error})") from error
        if not isinstance(content, dict):
            raise self._damaged(name, "it is not a JSON object")
        rest = unsealed(content)
        if rest is None:
            raise self._damaged(name, "its content is not what was written")
        return rest

    def _damaged(self, name: str, what: str) -> LakeDamaged:
        return LakeDamaged(
            f"the lake's log is damaged: {self._files.uri(name)}: {what}. Put the file back from a copy of the lake; "
            "the Parquet files below data/ are not affected. `form4 verify` checks all of it.",
            what,
        )


def _keyed(values: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    return {_ON_DISK.get(name, name): value for name, value in values}


def _named(content: dict[str, Any]) -> dict[str, Any]:
    return {_IN_MEMORY.get(key, key): value for key, value in content.items()}


def _version(name: str) -> int:
    return int(name[:20])

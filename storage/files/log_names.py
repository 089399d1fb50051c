"""How the files of the commit log are named, and of which versions there are checkpoints."""

from __future__ import annotations

CHECKPOINT_EVERY = 64


def entry_name(version: int) -> str:
    """The name of an entry in the lake."""
    return f"log/{version:020d}.json"


def checkpoint_name(version: int) -> str:
    """The name of the checkpoint of a version that has one."""
    return f"log/{version:020d}.checkpoint.json"


def newest_checkpoint(version: int) -> str:
    """The name of the newest checkpoint up to a version; it need not be there."""
    return checkpoint_name(version - version % CHECKPOINT_EVERY)

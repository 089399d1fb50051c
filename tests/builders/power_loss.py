"""A power cut: what of a folder is left when only that survives which was synced.

Three ways in which a file system may lose the rest, all allowed by POSIX: names that were not synced with their folder
are gone (`names`), or names survive and contents that were not synced are empty (`contents`), or are cut (`torn`).
"""

import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from stat import S_ISDIR
from typing import Literal

Loss = Literal["names", "contents", "torn"]


class Disk:
    """Watches every fsync of this process below a folder, and can make the folder as a power cut would leave it."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._names: dict[int, dict[str, tuple[int, bool]]] = {}
        """By the inode of a folder: the names that it surely has, with their inodes and whether they are folders."""
        self._contents: dict[int, bytes] = {}
        """By the inode of a file: the content that it surely has."""
        for folder, _, files in os.walk(root.parent):
            self._sync_folder(Path(folder))
            for name in files:
                self._sync_file(Path(folder, name))

    def synced(self, path: Path) -> None:
        """A file or folder was synced."""
        (self._sync_folder if path.is_dir() else self._sync_file)(path)

    def after_a_power_cut(self, loss: Loss, target: Path, chance: random.Random | None = None) -> Path:
        """Make the folder at `target` as it would be found; it may be missing. `chance` says where files are cut."""
        if loss == "names":
            self._lose_names(self._root, target)
        else:
            self._lose_contents(self._root, target, chance if loss == "torn" else None)
        return target

    def _sync_file(self, path: Path) -> None:
        self._contents[path.stat().st_ino] = path.read_bytes()

    def _sync_folder(self, path: Path) -> None:
        self._names[path.stat().st_ino] = {each.name: (each.inode(), each.is_dir()) for each in os.scandir(path)}

    def _lose_names(self, root: Path, target: Path) -> None:
        found = self._names.get(root.parent.stat().st_ino, {}).get(root.name)
        if found is not None:
            self._make(*found, target)

    def _make(self, inode: int, is_folder: bool, target: Path) -> None:
        if is_folder:
            target.mkdir()
            for name, child in self._names.get(inode, {}).items():
                self._make(*child, target / name)
        else:
            target.write_bytes(self._contents.get(inode, b""))

    def _lose_contents(self, root: Path, target: Path, cut: random.Random | None) -> None:
        status = root.stat()
        if S_ISDIR(status.st_mode):
            target.mkdir()
            for each in sorted(root.iterdir()):
                self._lose_contents(each, target / each.name, cut)
        else:
            target.write_bytes(self._cut(root, self._contents.get(status.st_ino, b""), cut))

    @staticmethod
    def _cut(path: Path, synced: bytes, cut: random.Random | None) -> bytes:
        """What is left of a file: what was synced, and of what was not a part that ends at a random byte."""
        written = path.read_bytes() if cut else synced
        if cut is None or written == synced:
            return synced
        kept = len(synced) if written.startswith(synced) else 0
        return written[: cut.randint(kept, len(written))]


@contextmanager
def watched(root: Path, at_each: Callable[[Disk], None], known: Disk | None = None) -> Iterator[Disk]:
    """The disk of a folder; `at_each` is called before each fsync below it. `known`: as an earlier process left it."""
    disk = known or Disk(root)
    fsync = os.fsync

    def noted(descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        ours = path.is_relative_to(root.parent)
        if ours:
            at_each(disk)
        fsync(descriptor)
        if ours:
            disk.synced(path)

    os.fsync = noted
    try:
        yield disk
    finally:
        os.fsync = fsync

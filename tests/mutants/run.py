"""Deliberate faults, each put into a copy of the program, where one named test must see it.

`python -m form4lake.tests.mutants.run [WORD…]` tries those whose names have one of the words, or all.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIST = Path(__file__).with_name("mutants.toml")
FAILED = 1
"""pytest's exit code where a test ran and failed; others mean that none ran."""


@dataclass(frozen=True)
class Mutant:
    """One fault: a text of a file that becomes another, and the test that must fail then."""

    name: str
    file: str
    old: str
    new: str
    test: str

    def applied_to(self, text: str) -> str:
        """The file's text with the fault. Raises ValueError where the old text is not there exactly once."""
        if (count := text.count(self.old)) != 1:
            raise ValueError(f"{self.name}: {self.file} has the text {count} times:\n{self.old}")
        return text.replace(self.old, self.new)


def mutants() -> list[Mutant]:
    """The faults of the list."""
    return [Mutant(**each) for each in tomllib.loads(LIST.read_text(encoding="utf-8"))["mutant"]]


def main(words: Sequence[str]) -> int:
    """Try them and say what became of each; 1 if one was not seen."""
    chosen = [each for each in mutants() if not words or any(word in each.name for word in words)]
    missed = []
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copy = _copied(Path(folder))
        done = _pytest(copy, sorted({each.test for each in chosen}))
        if done.returncode:
            print(done.stdout)
            print("these tests fail without any fault")
            return 1
        for each in chosen:
            began = time.monotonic()
            with _applied(each, copy):
                done = _pytest(copy, [each.test])
            seen = done.returncode == FAILED
            print(f"{'seen  ' if seen else 'MISSED'} {time.monotonic() - began:5.1f} s  {each.name}", flush=True)
            if not seen:
                missed.append(each.name)
                print(done.stdout[-2000:])
    print(f"{len(chosen) - len(missed)} of {len(chosen)} faults were seen")
    return 1 if missed else 0


def _copied(folder: Path) -> Path:
    """A copy of what is under version control, where `import form4lake` finds it."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    for name in filter(None, listed.decode().split("\0")):
        if (ROOT / name).is_file():
            (folder / "form4lake" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / "form4lake" / name)
    (folder / "shared").symlink_to(ROOT.parent / "shared")
    return folder / "form4lake"


@contextmanager
def _applied(mutant: Mutant, copy: Path) -> Iterator[None]:
    path = copy / mutant.file
    text = path.read_text(encoding="utf-8")
    path.write_text(mutant.applied_to(text), encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(text, encoding="utf-8")


def _pytest(copy: Path, tests: Sequence[str]) -> "subprocess.CompletedProcess[str]":
    # No bytecode: that of a file changed twice in a second would be taken for the newer one's.
    environment = os.environ | {"PYTHONPATH": str(copy.parent), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    return subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

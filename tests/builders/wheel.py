"""The wheel of this repository, built and installed as a user has it, without a network."""

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
OURS = ("FORM4_", "PREFECT_", "PYTHONPATH", "XDG_")
PIP = (sys.executable, "-m", "pip", "--quiet")


def tracked() -> list[Path]:
    """All files of the project, those not committed yet included."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout.split("\0")
    return [Path(name) for name in names if name and (ROOT / name).is_file()]


def built_wheel(folder: Path) -> Path:
    """The wheel, made of the project's files alone."""
    source = folder / "source"
    for path in tracked():
        (source / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, source / path)
    run(*PIP, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, source)
    (wheel,) = folder.glob("form4lake-*.whl")
    return wheel


def installed_wheel(wheel: Path, folder: Path) -> Path:
    """A new virtual environment with the wheel, which finds its dependencies where this one has them."""
    environment = folder / "venv"
    run(sys.executable, "-m", "venv", "--without-pip", environment)
    run(*PIP, "--python", environment / "bin/python", "install", "--no-deps", "--no-compile", "--no-index", wheel)
    (site,) = environment.glob("lib/python*/site-packages")
    (site / "dependencies.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    return environment


def clean(**added: str) -> dict[str, str]:
    """This process's environment without what form4lake, Prefect or Python would read, and with what is added."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return kept | added


def run(*command: str | Path, folder: Path | None = None, environment: Mapping[str, str] | None = None) -> str:
    """What a command prints; one that fails fails the test, with all it says."""
    done = subprocess.run(command, cwd=folder, env=environment or clean(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout

"""The distribution: what a wheel of form4lake holds, and that it can live beside other packages."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from importlib.metadata import PathDistribution
from pathlib import Path

import pytest

from form4lake.storage import Lake
from form4lake.tests.builders.lakes import filing, store

ROOT = Path(__file__).parents[1]
SUFFIXES = {".py", ".pyi", ".sql", ".json", ".html", ".css", ".typed"}
NOT_INSTALLED = {"tests", "benchmarks", "scripts", "docs", "deploy"}

READ_HDF = """
import sys
from pathlib import Path
import form4lake.storage, form4lake.tables
import pandas, tables
assert Path(form4lake.__file__).is_relative_to(sys.prefix)
assert Path(tables.__file__).parts[-3:-1] == ("site-packages", "tables")
pandas.DataFrame({"price": [1.5]}).to_hdf("prices.h5", key="prices")
print(pandas.read_hdf("prices.h5").price[0])
"""


def _tracked() -> list[Path]:
    """All files of the project, those not committed yet included."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout.split("\0")
    return [Path(name) for name in names if name and (ROOT / name).is_file()]


def _product() -> set[Path]:
    """The files of the project that are to be installed."""
    installed = {path for path in _tracked() if path.suffix in SUFFIXES and path.parts[0] not in NOT_INSTALLED}
    return installed | {Path("config.yaml")}


def test_every_folder_of_the_product_is_named_as_a_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    folders = {".".join(("form4lake", *path.parent.parts)) for path in _product()}
    assert set(project["tool"]["setuptools"]["packages"]) == folders


@pytest.mark.flow
def test_the_wheel_is_installed_beside_pytables_and_adds_one_name(tmp_path: Path) -> None:
    """The wheel is alone in an environment that finds its dependencies, and PyTables, where this one has them."""
    source = tmp_path / "source"
    for path in _tracked():
        (source / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, source / path)
    pip = (sys.executable, "-m", "pip", "--quiet")
    _run(*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", tmp_path, source)
    (wheel,) = tmp_path.glob("form4lake-*.whl")
    with zipfile.ZipFile(wheel) as packed:
        names = {Path(name) for name in packed.namelist()}
    assert {name for name in names if name.parts[0] == "form4lake"} == {"form4lake" / path for path in _product()}

    _run(sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv")
    python, form4 = tmp_path / "venv/bin/python", tmp_path / "venv/bin/form4"
    _run(*pip, "--python", python, "install", "--no-deps", "--no-compile", "--no-index", wheel)
    (site,) = (tmp_path / "venv").glob("lib/python*/site-packages")
    (site / "dependencies.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    (installed,) = site.glob("form4lake-*.dist-info")
    files = PathDistribution(installed).files or []
    assert {path.parts[0] for path in files if path.parts[0] != ".."} == {"form4lake", installed.name}

    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for hostile in ("settings.py", "flows.py", "storage.py", "cli.py"):
        (elsewhere / hostile).write_text("raise SystemExit('a file of the user was imported')\n")
    store(Lake.open(elsewhere / "lake", create=True), filing("0000000005-24-000001"))
    assert _run(form4, "--version", folder=elsewhere).startswith("form4lake ")
    assert _run(form4, "sql", "--format", "csv", "select ticker from trades", folder=elsewhere) == "ticker\nISS\n"
    assert _run(python, "-c", READ_HDF, folder=elsewhere) == "1.5\n"


def _run(*command: str | Path, folder: Path | None = None) -> str:
    """What a command prints; one that fails fails the test, with all it says."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("FORM4_", "PYTHONPATH"))}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout

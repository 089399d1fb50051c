"""The distribution: what a wheel of form4lake holds, and that it can live beside other packages."""

import tomllib
import zipfile
from importlib.metadata import PathDistribution
from pathlib import Path

import pytest

from form4lake.storage import Lake
from form4lake.tests.builders.lakes import filing, store
from form4lake.tests.builders.wheel import ROOT, built_wheel, installed_wheel, run, tracked

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


def _product() -> set[Path]:
    """The files of the project that are to be installed."""
    installed = {path for path in tracked() if path.suffix in SUFFIXES and path.parts[0] not in NOT_INSTALLED}
    return installed | {Path("config.yaml")}


def test_every_folder_of_the_product_is_named_as_a_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    folders = {".".join(("form4lake", *path.parent.parts)) for path in _product()}
    assert set(project["tool"]["setuptools"]["packages"]) == folders


@pytest.mark.flow
def test_the_wheel_is_installed_beside_pytables_and_adds_one_name(tmp_path: Path) -> None:
    """The wheel is alone in an environment that finds its dependencies, and PyTables, where this one has them."""
    wheel = built_wheel(tmp_path)
    with zipfile.ZipFile(wheel) as packed:
        names = {Path(name) for name in packed.namelist()}
    assert {name for name in names if name.parts[0] == "form4lake"} == {"form4lake" / path for path in _product()}

    environment = installed_wheel(wheel, tmp_path)
    python, form4 = environment / "bin/python", environment / "bin/form4"
    (site,) = environment.glob("lib/python*/site-packages")
    (installed,) = site.glob("form4lake-*.dist-info")
    files = PathDistribution(installed).files or []
    assert {path.parts[0] for path in files if path.parts[0] != ".."} == {"form4lake", installed.name}

    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for hostile in ("settings.py", "flows.py", "storage.py", "cli.py"):
        (elsewhere / hostile).write_text("raise SystemExit('a file of the user was imported')\n")
    store(Lake.open(elsewhere / "lake", create=True), filing("0000000005-24-000001"))
    assert run(form4, "--version", folder=elsewhere).startswith("form4lake ")
    assert run(form4, "sql", "--format", "csv", "select ticker from trades", folder=elsewhere) == "ticker\nISS\n"
    assert run(python, "-c", READ_HDF, folder=elsewhere) == "1.5\n"

"""docs/python.md and the notebook run as they stand, over a small lake."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from form4lake.replica import generate_archive
from form4lake.storage import Lake
from form4lake.tests.builders.lakes import MONDAY, TUESDAY, filing, full_filing, store

ROOT = Path(__file__).parents[1]
EXAMPLE = "0000000005-24-000001"


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a lake, prices and a submission, as the page expects them."""
    monkeypatch.chdir(tmp_path)
    with Lake.open("lake", create=True) as lake:
        store(lake, full_filing(EXAMPLE))
        store(lake, filing("0000000005-24-000002", TUESDAY, owners=(12,)), day=TUESDAY)
    dates = [MONDAY + timedelta(days=each) for each in range(12)]
    closes = [10.0 + each for each in range(12)]
    pl.DataFrame({"ticker": ["ISS"] * 12, "date": dates, "close": closes}).write_parquet("prices.parquet")
    submission = next(iter(generate_archive(4, [MONDAY], 1).submissions.values()))
    Path("filing.txt").write_bytes(submission)
    return tmp_path


def run(blocks: list[str]) -> dict[str, Any]:
    """The names that the blocks leave behind, run one after another."""
    names: dict[str, Any] = {}
    for block in blocks:
        exec(compile(block, "<documentation>", "exec"), names)
    return names


def test_the_page_runs_as_it_stands(reader: Path) -> None:
    page = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    names = run(re.findall(r"```python\n(.*?)```", page, re.DOTALL))
    assert names["filing"].accession_number == EXAMPLE
    assert str(names["exact"].dtypes["value"]).startswith("decimal")
    assert names["purchases"].schema["value"] == pl.Decimal(38, 8)
    assert names["then"].trades().count("*").fetchall() == [(3,)]
    names["then"].close()
    names["lake"].close()


def test_the_notebook_runs_as_it_stands(reader: Path) -> None:
    notebook = json.loads((ROOT / "examples" / "insider_buys.ipynb").read_text(encoding="utf-8"))
    names = run(["".join(each["source"]) for each in notebook["cells"] if each["cell_type"] == "code"])
    assert names["returns"]["return_5_days"].to_list() == pytest.approx([5 / 11, 5 / 12])
    assert all(not each.get("outputs") for each in notebook["cells"])

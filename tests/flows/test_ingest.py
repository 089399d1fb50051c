"""What a date brings to an ingest: each filing once, and no other than its index lists."""

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from form4lake.flows.steps.day_index import DayIndex
from form4lake.flows.steps.ingest import ingest_index
from form4lake.flows.steps.loading import Loaded
from form4lake.flows.steps.parsing import read_submission
from form4lake.flows.steps.run import Run
from form4lake.storage import Lake
from form4lake.tables import Filing, QuarantinedFiling
from form4lake.tests.builders.lakes import MONDAY, TUESDAY, entry, filing, index_day


def test_an_accession_of_two_dates_comes_once_in_one_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def load(_: Run, __: date, entries: list[Any], **___: Any) -> list[Loaded]:
        return [Loaded(each, b"") for each in entries]

    monkeypatch.setattr("form4lake.flows.steps.ingest.load", load)
    monkeypatch.setattr(
        "form4lake.flows.steps.ingest.read_submission",
        lambda listed, _: filing(listed.accession_number, listed.filing_date),
    )
    lake = Lake.open(tmp_path / "lake", create=True)
    this = cast("Run", SimpleNamespace(lake=lake))
    taken: set[str] = set()
    with lake.begin("2024-01") as ingest:
        for day in (MONDAY, TUESDAY):
            entries = [entry("both", day), entry(f"of {day}", day)]
            ingest_index(this, DayIndex(index_day(day), entries), ingest, taken)
        lake.commit(ingest, writer="test")
    assert lake.stored(taken) == {"both", f"of {MONDAY}", f"of {TUESDAY}"}
    assert lake.verify().violations == []


def test_a_body_of_another_accession_is_quarantined() -> None:
    def parse(_: bytes, *, source_path: str) -> Filing:
        return filing("another", source_path=source_path)

    outcome = read_submission(entry("listed"), b"", parse)
    assert isinstance(outcome, QuarantinedFiling)
    assert outcome.accession_number == "listed"
    assert outcome.reason == "the submission says it is another"

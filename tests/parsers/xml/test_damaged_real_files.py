"""Real files, wrapped at any width and with broken or lost tags: exact, or kept as text and said so; never wrong."""

import random
from collections import Counter
from pathlib import Path

import pytest

from form4lake.benchmarks.damage import (
    Damage,
    break_in_a_name,
    long_lines,
    lost_neighbours,
    lost_tags,
    misspelt_tag,
    one_stream,
    outcome,
    real_documents,
    whole_text,
)

SEED = 345
SAMPLE = 60


@pytest.fixture(scope="module")
def documents(real_edgar: Path) -> dict[str, str]:
    found = real_documents(real_edgar)
    assert len(found) > 240
    return found


def outcomes(documents: dict[str, str], damage: Damage, sample: int = SAMPLE) -> Counter[str]:
    chance = random.Random(SEED)
    counts: Counter[str] = Counter()
    for name in chance.sample(sorted(documents), sample):
        kind, what = outcome(*damage(chance, documents[name]))
        assert kind != "wrong", (name, what)
        counts[kind] += 1
    return counts


@pytest.mark.parametrize("width", [60, 61, 120, 255, 512, 1_023, 1_024])
@pytest.mark.parametrize("wrap", [one_stream, long_lines, whole_text])
def test_hard_wrapped(documents: dict[str, str], wrap: type[Damage], width: int) -> None:
    assert outcomes(documents, wrap(width)) == {"exact": SAMPLE}


def test_any_width(documents: dict[str, str]) -> None:
    widths = random.Random(SEED).sample(range(60, 1_200), 12)
    counts = sum((outcomes(documents, one_stream(width), 12) for width in widths), Counter())
    assert counts["exact"] >= 0.99 * counts.total()


def test_a_line_break_in_the_name_of_a_tag(documents: dict[str, str]) -> None:
    assert outcomes(documents, break_in_a_name, 200)["exact"] >= 0.98 * 200


@pytest.mark.parametrize(
    "damage", [lost_tags(1), lost_tags(3), lost_neighbours(2), lost_neighbours(4), misspelt_tag], ids=range(5)
)
def test_lost_and_misspelt_tags_never_make_a_value(documents: dict[str, str], damage: Damage) -> None:
    counts = outcomes(documents, damage, 100)
    assert counts["refused"] < 15
    assert counts["as text"] > 20

"""The list of deliberate faults fits the program as it is: `make mutants` tries them."""

import ast
from collections import Counter

import pytest

from form4lake.tests.mutants.run import ROOT, Mutant, mutants


@pytest.mark.parametrize("mutant", mutants(), ids=lambda each: each.name)
def test_a_fault_can_be_put_in_and_its_test_exists(mutant: Mutant) -> None:
    text = (ROOT / mutant.file).read_text(encoding="utf-8")
    ast.parse(mutant.applied_to(text))
    file, _, test = mutant.test.partition("::")
    assert f"def {test.partition('[')[0]}(" in (ROOT / file).read_text(encoding="utf-8")


def test_each_fault_is_there_once() -> None:
    assert max(Counter(each.name for each in mutants()).values()) == 1
    assert len(mutants()) >= 44

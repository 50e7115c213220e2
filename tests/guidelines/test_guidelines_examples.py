"""Every rule's own examples are its tests."""

from pathlib import Path

import pytest

from monitor.guidelines import load_guideline, run_examples

THB = load_guideline(Path(__file__).resolve().parents[2] / "guidelines" / "thb-en")


@pytest.mark.parametrize("rule", [rule.id for rule in THB.rules])
def test_examples_hold(rule):
    assert [str(failure) for failure in run_examples(THB, only=frozenset([rule]))] == []

"""Expressions that are compiled when first used."""

import re
from importlib import import_module

import pytest

from monitor.text.regular_expressions import _Late, late

MODULES = ("rules.figures", "people.person_names", "text.quotations", "text.speaker_attribution")


def test_late_is_an_expression_like_any():
    expression = late(r"(\w+)-OLD", re.IGNORECASE)
    assert expression.search("a 12-year-old").group(1) == "year"
    assert expression.sub("x", "year-old") == "x"
    assert expression.pattern == r"(\w+)-OLD"


@pytest.mark.parametrize("name", MODULES)
def test_every_late_expression_is_one(name):
    found = [e for e in vars(import_module(f"monitor.{name}")).values() if isinstance(e, _Late)]
    assert found
    for expression in found:
        re.compile(expression.pattern, expression.flags)

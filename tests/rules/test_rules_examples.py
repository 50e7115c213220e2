"""Every rule's own examples are its tests."""

import re
from functools import partial

import pytest

import shipped
from monitor.rules.checker import run_policy
from monitor.rules.example_tests import run_examples
from monitor.text.document import Document

THB = shipped.thb(judge=True)  # `run_examples` leaves the judge out, people need their model


@pytest.mark.parametrize("rule", [rule.id for rule in THB.rules])
def test_examples_hold(rule):
    assert [str(failure) for failure in run_examples(THB, only=frozenset([rule]))] == []


def test_every_finding_is_written_out():
    """No placeholder is left in what a reporter reads, whichever rule speaks in any example."""
    texts = []
    for rule in THB.rules:
        for example in (*rule.examples.bad, *rule.examples.quoted):
            plain = isinstance(example, str)
            title, text = ("", example) if plain else (example.title, example.text)
            strip = partial(re.sub, r"\[\[(.*?)\]\]", r"\1", flags=re.DOTALL)
            texts.append(Document(strip(text), strip(title), language="en"))
    findings = [f for checked in run_policy(THB, texts) for f in checked.findings]
    assert len(findings) > len(THB.rules)
    for finding in findings:
        words = (finding.message, finding.why, *finding.suggestions)
        assert not any(sign in said for said in words for sign in ("{", "}", "()")), finding.rule

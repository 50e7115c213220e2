"""The order of flags: errors first, then harm and confidence together."""

from itertools import pairwise

import pytest

from monitor.records.finding import Finding, Severity
from monitor.rules.priority import BAR, FLOOR, HARM, priority


def at(severity: Severity, confidence: float | None, *, principle: str = "dignity") -> Finding:
    return Finding(
        "a-rule", severity, principle, "body", "text", 0, 1, "a", "no", "", "", (), (), confidence
    )


def of(
    rule: Severity, sure: float | None, told: Severity = "suggestion", *, who: bool = False
) -> float:
    """The priority of a finding told as `told`, of a rule that has another severity."""
    return priority(at(told, sure), rule, who)


def test_harm_and_confidence_count_together() -> None:
    order = [
        of("error", 0.6, "error"),
        of("warning", None, "warning", who=True),
        of("warning", 0.7, "warning"),
        of("error", 0.4),
        of("warning", 0.5),
        of("suggestion", 0.75),
        of("warning", 0.3),
        of("suggestion", 0.4),
        of("error", 0.1, "error"),
        of("warning", 0.08, who=True),
        of("suggestion", 0.02),
    ]
    assert all(before > after for before, after in pairwise(order))


def test_what_harms_somebody_told_of_comes_before_its_like() -> None:
    named = at("warning", 0.6, principle="privacy-consent")
    assert priority(named, "warning", False) > priority(at("warning", 0.6), "warning", False)


def test_a_finding_may_be_graver_than_its_rule_and_not_milder() -> None:
    assert of("suggestion", 0.8, "warning") == of("warning", 0.8) == of("warning", 0.8, "warning")


@pytest.mark.parametrize(("rule", "least"), [("warning", 0.5), ("suggestion", 0.8)])
def test_from_where_on_a_page_opens_with_it(rule: Severity, least: float) -> None:
    assert of(rule, least) >= BAR > of(rule, least - 0.01)


@pytest.mark.parametrize("rule", HARM)
@pytest.mark.parametrize("who", [True, False])
def test_no_page_opens_with_what_is_right_once_in_ten(rule: Severity, who: bool) -> None:
    found = at(rule, 0.105, principle="child-protection")
    assert priority(found, rule, who) < FLOOR < of("suggestion", 0.5)

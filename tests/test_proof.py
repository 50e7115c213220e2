"""The page of what is too long for CI: one section a step, the others left as they were."""

from datetime import UTC, datetime

import pytest

import proof

AT = datetime(2026, 11, 27, tzinfo=UTC)
STEPS = (proof.Step("a", "first", ("a.py",)), proof.Step("b", "second", ("b.py",), {"N": "2"}))


def told(step: proof.Step, said: str, code: int = 0) -> str:
    ran = proof.Ran(code, 12.3, said)
    return proof.section(step, ran, at=AT, commit="abc1234", machine="2 cores")


def test_a_section_says_when_where_and_how_to_repeat() -> None:
    text = told(STEPS[1], "all well")
    assert text.startswith("## b: second\n")
    assert "`N=2 python b.py`" in text
    assert "2026-11-27, commit abc1234, 2 cores; 12 s." in text
    assert "all well" in text
    assert "Failed" not in text
    assert "**Failed** with exit code 3" in told(STEPS[1], "no", 3)


def test_a_step_run_again_replaces_its_own_section_alone() -> None:
    page = proof.merge("", {"b": told(STEPS[1], "b once")}, STEPS)
    page = proof.merge(page, {"a": told(STEPS[0], "a once")}, STEPS)
    assert page.index("a once") < page.index("b once")
    again = proof.merge(page, {"b": told(STEPS[1], "b again")}, STEPS)
    assert again == page.replace("b once", "b again")


def test_output_cannot_break_out_of_its_block() -> None:
    page = proof.merge("", {"a": told(STEPS[0], "```\nloud\n```")}, STEPS)
    assert page.count("```") == 2


@pytest.mark.parametrize("step", proof.STEPS, ids=lambda step: step.name)
def test_every_step_has_its_program(step: proof.Step) -> None:
    paths = [word for word in step.words if word.startswith(("tests/", "benchmarks/"))]
    assert paths
    assert all((proof.ROOT / path.partition("::")[0]).exists() for path in paths)

"""How sure a finding is: what the judge reads, what it makes of it, and whom it may not quieten."""

import math
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

import shipped
from monitor.classify.model_files import find_model, load_folder
from monitor.labels.data_files import data_dir
from monitor.records.errors import ModelError
from monitor.records.finding import SEVERITIES, Finding, Severity
from monitor.rules.checker import check_document, run_policy
from monitor.rules.compiler import Guideline
from monitor.rules.loading import load_guideline
from monitor.rules.neural_model import DIGITS, Formula, Judge, load_judge
from monitor.rules.people_roles import WINDOW
from monitor.text.document import Document
from monitor.text.readers import make_document

GUIDELINE = data_dir("guidelines") / "thb-en"
MODELS = data_dir("models")
THB = shipped.thb(judge=True)
assert THB.judge is not None
assert THB.about.judge is not None
JUDGE: Judge = THB.judge
CASE = (
    "Police in the port said on Monday that two child prostitutes had been found in a flat. "
    "The girls were trafficked from the coast. Three men are charged with human trafficking."
)


@dataclass
class Says:
    """A session that says one number of everything, and keeps what it was asked."""

    number: float
    heads: int
    asked: list[list[int]] = field(default_factory=list)

    def run(self, ids: Sequence[int]) -> Mapping[str, NDArray[np.float32]]:
        self.asked.append(list(ids))
        return {"rules": np.full((len(ids), self.heads), self.number, np.float32)}


def with_judge(number: float, **changes: Any) -> tuple[Guideline, Says]:
    says = Says(number, len(JUDGE.heads))
    session: Any = says
    given: Any = {"session": session, "unlikely": -math.inf, **changes}
    return replace(THB, judge=replace(JUDGE, **given)), says


def document(text: str, title: str = "") -> Document:
    return Document(text, title, language="en")


def test_findings_carry_a_share() -> None:
    findings = check_document(THB, document(CASE)).findings
    assert findings
    for finding in findings:
        assert finding.confidence is not None
        assert 0 <= finding.confidence <= 1
        assert finding.confidence == round(finding.confidence, DIGITS)


def test_without_its_judge_a_guideline_says_nothing_of_it() -> None:
    plain = load_guideline(GUIDELINE)
    assert plain.judge is None
    assert plain.stamp != THB.stamp
    findings = check_document(plain, document(CASE)).findings
    assert {finding.confidence for finding in findings} == {None}


def test_a_rule_without_a_head_keeps_its_severity() -> None:
    guideline, _ = with_judge(-9.0, heads={"another-rule": 0}, doubt=1.0)
    before = check_document(replace(THB, judge=None), document(CASE)).findings
    assert check_document(guideline, document(CASE)).findings == before


def test_what_is_doubted_is_at_most_a_suggestion() -> None:
    guideline, _ = with_judge(-9.0, doubt=1.0, silent=0.0)
    findings = check_document(guideline, document(CASE)).findings
    assert {finding.severity for finding in findings} == {"suggestion"}
    sure, _ = with_judge(4.0, doubt=0.0)
    loud = check_document(sure, document(CASE)).findings
    assert "error" in {finding.severity for finding in loud}


def test_what_the_judge_holds_unlikely_is_not_told_however_right_its_rule() -> None:
    rule = "child-prostitute"
    for odds, told in ((-3.9, True), (-4.1, False)):
        guideline, _ = with_judge(odds, silent=0.0, unlikely=-4.0)
        found = {finding.rule for finding in check_document(guideline, document(CASE)).findings}
        assert (rule in found) == told
        kept = check_document(guideline, document(CASE), severity={rule: "warning"}).findings
        assert rule in {finding.rule for finding in kept}


def test_what_protects_people_and_what_a_desk_has_set_stays() -> None:
    guideline, _ = with_judge(-9.0, doubt=1.0, silent=0.0)
    rule = "child-prostitute"
    findings = check_document(
        guideline,
        document(CASE),
        severity={rule: "warning"},
    ).findings
    assert {finding.severity for finding in findings if finding.rule == rule} == {"warning"}
    assert THB.about.judge is not None
    protecting = {"child-jigsaw", "child-name-identified", "adult-identifying-detail"}
    assert protecting <= set(THB.about.judge.protecting) <= {rule.id for rule in THB.rules}


def test_a_window_is_read_once_behind_the_headline() -> None:
    text = f"{'Nobody was hurt, said the port. ' * 60}{CASE}"
    guideline, says = with_judge(0.0)
    check_document(guideline, document(text, "Child prostitutes found"))
    assert 1 < len({tuple(ids) for ids in says.asked}) == len(says.asked)
    assert all(len(ids) <= WINDOW + 1 for ids in says.asked)
    headline = JUDGE.tokenizer.rust.encode("Child prostitutes found").ids
    assert all(ids[: len(headline)] == headline for ids in says.asked[:2])


def test_a_draft_made_to_hurt_is_not_read_without_end() -> None:
    guideline, says = with_judge(0.0)
    same = check_document(guideline, document("Two child prostitutes were found. " * 30)).findings
    assert len({tuple(ids) for ids in says.asked}) == len(says.asked)
    assert all(finding.confidence is not None for finding in same)
    text = " ".join(f"Two child prostitutes were found in house {n}." for n in range(90))
    guideline, says = with_judge(0.0, most=3)
    many = check_document(guideline, document(f"{CASE} {text}")).findings
    assert len(says.asked) == 3
    assert many[0].confidence is not None
    assert many[-1].confidence is None


def test_company_changes_nothing() -> None:
    other = "Illegal migrants flooded the coast, and the victims were rescued by brave officers."
    documents = [document(CASE), document(f"{other} {CASE}", "Sex slaves freed")]
    together = run_policy(THB, documents)
    alone = [check_document(THB, each) for each in documents]
    assert [one.findings for one in together] == [one.findings for one in alone]


def test_a_sentence_of_any_length_is_read_to_its_end() -> None:
    text = f"On Monday {'and on Tuesday ' * 90}the police found two child prostitutes in a flat."
    found = check_document(with_judge(4.0)[0], document(text)).findings
    assert all(finding.confidence is not None for finding in found)
    assert "child-prostitute" in {finding.rule for finding in found}


def test_what_is_hardly_ever_right_is_not_told_save_what_protects() -> None:
    assert THB.judge is not None
    listed = {f.rule: f for f in check_document(replace(THB, judge=None), document(CASE)).findings}
    none = replace(THB.judge, silent=1.0, alone=None)
    assert {"child-prostitute", "passive-no-agent"} <= listed.keys()
    assert not check_document(replace(THB, judge=none), document(CASE)).findings
    named = document("Rosa Mensah, 15, was sold to a bar on the coast by her uncle, police said.")
    kept = check_document(replace(THB, judge=none), named).findings
    assert {f.rule for f in kept} == {"child-name-identified"}


@pytest.mark.parametrize("odd", ["\ufeff", "\u00ad", "שלום", "👩🏽‍🏫", "e\u0301"])
def test_odd_characters_move_no_offset(odd: str) -> None:
    draft = make_document(f"{odd} {CASE}{odd}", language="en", max_chars=1_000)
    plain = check_document(replace(THB, judge=None), draft).findings
    assert THB.judge is not None
    told = replace(THB, judge=replace(THB.judge, silent=0.0, unlikely=-math.inf))
    judged = check_document(told, draft).findings
    assert [(f.start, f.end, f.match) for f in judged] == [(f.start, f.end, f.match) for f in plain]
    assert all(f.confidence is not None for f in judged)


ODDS = st.floats(-12, 12)
FINDING = Finding("a", "warning", "dignity", "body", "text", 0, 4, "word", "no", "m", "w", (), ())
FORMULA = Formula(0.7, -0.3, 0.9, 0.5, -1.0, -0.5, 0.6, 0.2, -8, 4, {"a": 1.0}, -0.5)


@given(ODDS, ODDS, st.sampled_from(SEVERITIES), st.booleans())
def test_a_confidence_rises_with_the_evidence(
    own: float, best: float, severity: Severity, again: bool
) -> None:
    finding = replace(FINDING, severity=severity)
    said = FORMULA.confidence(finding, own, best, again=again)
    assert 0 <= said <= 1
    assert said <= FORMULA.confidence(finding, own + 1, best, again=again)
    assert said >= FORMULA.confidence(replace(finding, rule="unheard"), own, best, again=again)
    assert said <= FORMULA.confidence(finding, own, best, again=False)
    assert said >= FORMULA.confidence(replace(finding, quoted="attributed"), own, best, again=again)
    assert said <= FORMULA.confidence(replace(finding, field="title"), own, best, again=again)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"settings": {}}, "judge"),
        ({"thresholds": {}}, "judge"),
        ({"labels": {}}, "judge"),
    ],
)
def test_a_folder_that_is_no_judge_is_named(change: dict[str, Any], said: str) -> None:
    folder = JUDGE.folder
    with pytest.raises(ModelError, match=rf"meta\.json.*{said}"):
        load_judge(replace(folder, meta=replace(folder.meta, **change)))
    with pytest.raises(ModelError, match="lists no file"):
        load_judge(replace(folder, content={}))


def test_a_judge_that_is_missing_or_altered_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no model there"):
        load_guideline(GUIDELINE, models=tmp_path)
    source = find_model(MODELS, "rules-en")
    copy = shutil.copytree(source, tmp_path / "rules-en" / source.name)
    (copy / "judge.onnx").write_bytes(b"x")
    with pytest.raises(ModelError, match="wrong sha256"):
        load_guideline(GUIDELINE, models=tmp_path)
    assert load_folder(source).meta.labels["rules"]

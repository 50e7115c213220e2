"""What the judge finds alone: a suggestion, in the words it means, where its rule may speak."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import shipped
from monitor.records.finding import Finding
from monitor.rules.checker import check_document, run_policy
from monitor.rules.compiler import Guideline
from monitor.rules.neural_model import Judge, SuggestionModel, alone_of
from monitor.text.document import Document

THB = shipped.thb(judge=True)
assert THB.judge is not None
JUDGE: Judge = THB.judge
RULE = "passive-no-agent"
CASE = (
    "Three men are charged with human trafficking. "
    "The workers came by lorry to a kiln near the port. "
    "They were fed once a day. A hearing is set for Monday."
)
SPEAKS = SuggestionModel(1.0, {RULE: 0.0}, 3.0, 0.5, 2.0, 4)


@dataclass
class Points:
    """A session whose head for a rule points at some tokens, and at others less."""

    head: int
    at: Mapping[int, float]
    asked: list[list[int]] = field(default_factory=list)

    def run(self, ids: Sequence[int]) -> Mapping[str, NDArray[np.float32]]:
        self.asked.append(list(ids))
        said = np.full((len(ids), len(JUDGE.heads)), -9, np.float32)
        said[:, self.head] = [self.at.get(token, -9) for token in ids]
        return {"rules": said}


class Both(Points):
    """The same of two rules."""

    def __init__(self, head: int, at: Mapping[int, float], other: int) -> None:
        super().__init__(head, at)
        self.other = other

    def run(self, ids: Sequence[int]) -> Mapping[str, NDArray[np.float32]]:
        said = super().run(ids)["rules"]
        said[:, self.other] = said[:, self.head]
        return {"rules": said}


def pointing(
    odds: Mapping[str, float], *, rule: str = RULE, alone: SuggestionModel = SPEAKS, **changes: Any
) -> tuple[Guideline, Points]:
    """The guideline with a judge that has these log odds at the tokens of some words."""
    at = {
        token: value
        for words, value in odds.items()
        for token in JUDGE.tokenizer.rust.encode(words, add_special_tokens=False).ids
    }
    session = Points(JUDGE.heads[rule], at)
    alone = replace(alone, rules={rule: 0.0})
    told: Any = {"unlikely": -math.inf}
    given: Any = {"session": session, "alone": alone, **told, **changes}
    return replace(THB, judge=replace(JUDGE, **given)), session


def found(guideline: Guideline, text: str, title: str = "", **given: Any) -> list[Finding]:
    """What is found that the lists have not."""
    document = Document(text, title, language="en")
    lists = check_document(replace(THB, judge=None), document, **given).findings
    known = {(f.rule, f.field, f.start) for f in lists}
    checked = check_document(guideline, document, **given).findings
    return [f for f in checked if (f.rule, f.field, f.start) not in known]


def test_words_that_no_list_has_are_a_suggestion() -> None:
    guideline, _ = pointing({"by lorry": 1.5, "kiln": -3.0})
    (finding,) = found(guideline, CASE)
    assert (finding.rule, finding.match, finding.severity) == (RULE, "lorry", "suggestion")
    assert finding.confidence == pytest.approx(0.818, abs=0.001)
    assert finding.suggestions == ()
    assert "'lorry'" in finding.message
    assert "{" not in finding.message
    rule = next(rule for rule in THB.rules if rule.id == RULE)
    assert finding.why == " ".join(rule.why.split())
    assert finding.sources


def test_it_is_never_more_than_a_suggestion_and_off_when_its_rule_is() -> None:
    guideline, _ = pointing({"by lorry": 3.0})
    (finding,) = found(guideline, CASE, severity={RULE: "error"})
    assert finding.severity == "suggestion"
    assert not found(guideline, CASE, disable=[RULE])


def test_what_is_not_sure_enough_and_a_silent_rule_say_nothing() -> None:
    guideline, _ = pointing({"by lorry": -0.5})
    assert not found(guideline, CASE)
    silent, _ = pointing({"by lorry": 3.0}, alone=SPEAKS)
    assert silent.judge is not None
    judge = replace(silent.judge, alone=replace(SPEAKS, rules={"host-country": 0.0}))
    assert not found(replace(silent, judge=judge), CASE)
    assert not found(replace(silent, judge=replace(judge, alone=None)), CASE)


def test_off_topic_nothing_is_read() -> None:
    guideline, session = pointing({"by lorry": 3.0})
    text = (
        "The striker scored twice. The visitors came by lorry for third place in the league. " * 12
    )
    assert not found(guideline, text)
    assert not session.asked
    assert found(guideline, text, on_topic=True)


def test_words_are_whole_few_and_together() -> None:
    near = {"workers": 1.0, "came": 1.0, "by": 1.5, "lorry": 1.0, "kiln": 0.9, "the": 1.0, "a": 1.0}
    guideline, _ = pointing(near)
    matches = [finding.match for finding in found(guideline, CASE)]
    assert "workers came by lorry" in matches  # "to" and "a" are left off
    assert all(len(match.split()) <= SPEAKS.words for match in matches)
    assert {finding.match for finding in found(pointing({"trafficking": 2.0})[0], CASE)} == {
        "trafficking"
    }


def test_function_words_are_no_breach() -> None:
    guideline, _ = pointing({"to a": 3.0})
    assert not found(guideline, CASE.replace("The workers came by lorry to", "They were on"))
    kiln, _ = pointing({"to a kiln": 3.0, "kiln": 2.5})
    assert [finding.match for finding in found(kiln, CASE)] == ["kiln"]


def test_a_rule_does_not_echo_in_the_next_sentence() -> None:
    guideline, _ = pointing({"by lorry": 2.0, "hearing": 1.0})
    assert [finding.match for finding in found(guideline, CASE)] == ["lorry"]
    later = f"{CASE} {'The court was told much more of it. ' * 8}Another hearing follows."
    assert [finding.match for finding in found(guideline, later)] == ["lorry", "hearing"]


def test_speech_is_left_alone() -> None:
    guideline, _ = pointing({"by lorry": 3.0})
    said = CASE.replace("The workers", '"The workers').replace("port.", 'port," said the officer.')
    assert found(guideline, CASE)
    assert not found(guideline, said)


def test_names_are_no_breach() -> None:
    skipping = next(
        r.id
        for r in THB.rules
        if r.names == "skip" and r.id in JUDGE.heads and r.scope == "any" and r.quotes != "skip"
    )
    guideline, _ = pointing({"sunrise": 3.0}, rule=skipping)
    assert found(guideline, f"{CASE} Nobody sees the sunrise.")
    assert not found(guideline, f"{CASE} The men phoned the Sunrise Foundation.")


def test_of_another_script_nothing_is_said() -> None:
    guideline, _ = pointing({"مرحبا": 3.0})
    assert not found(guideline, f"{CASE} مرحبا said the girl.")


def test_of_a_scrap_nothing_is_said() -> None:
    guideline, _ = pointing({"tractor": 3.0})
    assert found(guideline, f"{CASE} They left there by tractor.")
    assert not found(guideline, f"{CASE} A tractor.")
    assert found(guideline, CASE, "A tractor")


def test_lists_come_first_at_one_place() -> None:
    text = "Two child prostitutes were found by the police. Three men face trafficking charges."
    for rule in ("child-prostitute", "child-sex-worker", "host-country"):
        guideline, _ = pointing({"child prostitutes": 3.0}, rule=rule, silent=0.0)
        assert not found(guideline, text)


def test_where_a_list_is_hardly_ever_right_another_rule_may_speak() -> None:
    text = "Two child prostitutes were found by the police. Three men face trafficking charges."
    guideline, _ = pointing({"child prostitutes": 3.0}, rule="host-country", silent=1.0)
    assert [f.rule for f in found(guideline, text)] == ["host-country"]


def test_the_surest_rule_speaks_at_one_place() -> None:
    guideline, session = pointing({"by lorry": 1.0, "lorry to": 2.0})
    assert guideline.judge is not None
    other = "host-country"
    judge = replace(guideline.judge, alone=replace(SPEAKS, rules={RULE: 0.0, other: 1.0}))
    both = Both(session.head, session.at, JUDGE.heads[other])
    given: Any = {"session": both}
    (finding,) = found(replace(guideline, judge=replace(judge, **given)), CASE)
    assert finding.rule == other


def test_company_changes_nothing() -> None:
    guideline, _ = pointing({"by lorry": 3.0})
    documents = [Document(CASE, language="en"), Document(f"Two boys drowned. {CASE}", "At sea")]
    together = run_policy(guideline, documents)
    alone = [check_document(guideline, each) for each in documents]
    assert [one.findings for one in together] == [one.findings for one in alone]


@pytest.mark.parametrize("odd", ["\ufeff", "\u00ad", "שלום", "👩🏽‍🏫", "e\u0301"])
def test_odd_characters_move_no_offset(odd: str) -> None:
    guideline, _ = pointing({"by lorry": 3.0})
    text = f"{odd} {CASE}{odd}"
    for finding in found(guideline, text):
        assert finding.match == text[finding.start : finding.end] == "lorry"


def test_settings() -> None:
    raw = {"slope": 1, "rules": {RULE: 0}, "high": 3, "least": 0.5, "edge": 2, "words": 4}
    assert alone_of(raw, {RULE}) == SPEAKS
    with pytest.raises(KeyError):
        alone_of({}, {RULE})
    with pytest.raises(TypeError):
        alone_of({**raw, "rules": []}, {RULE})
    with pytest.raises(ValueError, match=f"'{RULE}' has no head"):
        alone_of(raw, {"another"})


WELL_WRITTEN = """
Four men charged with human trafficking after inspection of a fish-processing plant in Leitrim

Court orders compensation for twelve survivors of forced labour on asparagus farms

New national hotline for people who fear they are being exploited takes its first calls

Parliament votes to extend residence permits for trafficking survivors to two years

A couple from Hull were convicted on Thursday of arranging the travel of three people for forced
labour. They will be sentenced in March, and their victims, who have asked for privacy, are
being supported by a specialist charity.

Labour inspectors found that workers at a brick kiln outside the town had not been paid for five
months and had their passports taken. The owner denies wrongdoing and the case will go to court
in June. Advice is free on the confidential national helpline.

The ministry said it identified 214 people as presumed victims of trafficking last year, up from
190 the year before, and cautioned that the figure reflects how many cases were detected, not
how many exist.

Survivors' council publishes advice for journalists on reporting about exploitation

Prosecutors in Accra say two recruiters deceived job seekers with false contracts for work
abroad. Both have pleaded not guilty. A lawyer for the workers said her clients wanted their
wages and the chance to choose where they live next.

Study finds debt and withheld wages are the commonest means of control in reported forced-labour
cases, according to the International Labour Organization

Police appeal for information about a recruitment agency suspected of exploiting care workers

A retired judge will chair the inquiry into how the shelter programme for trafficked men was
funded between 2019 and 2023, the government announced on Friday.
"""
"""Written before the judge was asked about any of them."""


@pytest.mark.parametrize("text", WELL_WRITTEN.strip().split("\n\n"))
def test_what_is_written_well_gets_nothing(text: str) -> None:
    assert not check_document(THB, Document(" ".join(text.split()), language="en")).findings

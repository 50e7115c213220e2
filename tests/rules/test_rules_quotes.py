"""Whose words: attributed speech, the survivor's own, scare quotes and mentions."""

import logging

import pytest

import own_guide
import shipped
from monitor.rules.checker import check_document
from monitor.rules.loading import load_guideline
from monitor.text.document import Document

THB = shipped.thb()


def found(text, rule, title=""):
    findings = check_document(THB, Document(text, title, language="en")).findings
    return [(f.match, f.severity, f.quoted) for f in findings if f.rule == rule]


def silenced(text, rule):
    checked = check_document(THB, Document(text, language="en"), silenced=True)
    return [(f.match, f.quoted) for f in checked.silenced if f.rule == rule]


@pytest.mark.parametrize(
    ("text", "rule", "expected"),
    [
        # flag: the severity stays, the quotation is told
        ("'Two child prostitutes were here,' said the mayor.", "child-prostitute",
         [("child prostitutes", "error", "attributed")]),
        # skip: silent in what a speaker says
        ("'Illegal migrants did this,' said the mayor.", "illegal-migrant", []),
        ("“Illegal migrants did this,” the mayor told reporters.", "illegal-migrant", []),
        ("'They made me a sex slave,' she said.", "sex-slave", []),
        ("'He kept two sex slaves,' said the prosecutor.", "sex-slave", []),
        # scare quotes are the writer's own voice
        ("The mayor wants the so-called 'illegal migrants' gone.", "illegal-migrant",
         [("illegal migrants", "warning", "scare")]),
        # mentions
        ("The term 'illegal migrants' has no place in our pages.", "illegal-migrant", []),
        ("There is no such thing as a child prostitute.", "child-prostitute", []),
        # no quotation marks, no quotation
        ("The mayor said illegal migrants did this.", "illegal-migrant",
         [("illegal migrants", "warning", "no")]),
    ],
)  # fmt: skip
def test_voices(text, rule, expected):
    assert found(text, rule) == expected


def test_words_lifted_into_a_headline_are_the_writers_own():
    found_in_title = found("Police spoke.", "illegal-migrant", "Mayor: 'Illegal migrants did this'")
    assert found_in_title == [("Illegal migrants", "warning", "attributed")]


INTERVIEW = """The Weekly: How did you come to the island?

Osei: Illegal migrants had a boat. It sank.

Nobody came. The illegal migrants swam.

The Weekly: Who were the illegal migrants on board?

Osei: Masons."""


def test_an_answer_in_an_interview_is_what_somebody_says():
    asked = [("illegal migrants", "warning", "no")]
    assert found(INTERVIEW, "illegal-migrant") == asked
    assert silenced(INTERVIEW, "illegal-migrant") == [
        ("Illegal migrants", "attributed"),
        ("illegal migrants", "attributed"),
    ]
    # labels alone make no interview
    assert len(found(INTERVIEW.replace("?", "."), "illegal-migrant")) == 3


def test_what_is_silenced_can_be_asked_for():
    spoken = "'Illegal migrants did this,' said the mayor."
    assert silenced(spoken, "illegal-migrant") == [("Illegal migrants", "attributed")]
    assert silenced("The mayor said illegal migrants did this.", "illegal-migrant") == []
    assert silenced("The term 'illegal migrants' has no place here.", "illegal-migrant") == []
    assert check_document(THB, Document(spoken, language="en")).silenced is None


def test_the_judge_is_as_sure_of_scare_quotes_as_editors_were():
    text = "The mayor wants the so-called 'illegal migrants' gone."
    [finding] = check_document(shipped.thb(judge=True), Document(text, language="en")).findings
    assert (finding.quoted, finding.severity, finding.confidence) == ("scare", "suggestion", 0.105)


def test_a_house_rule_with_a_withdrawn_policy_loads_and_says_so(tmp_path, caplog):
    folder = own_guide.make(tmp_path, own_guide.RULE.replace("quotes: flag", "quotes: soften"))
    with caplog.at_level(logging.WARNING, logger="monitor.guidelines"):
        house = load_guideline(folder)
    where = f"{folder / 'pity.yaml'}, rule 'unfortunate-victim', line 10"
    assert caplog.messages == [f"{where}: 'quotes: soften' is withdrawn and read as 'skip'"]
    spoken = "'The unfortunate victim was asked,' the officer said."
    assert check_document(house, Document(spoken)).findings == ()
    assert check_document(house, Document("The unfortunate victim was asked.")).findings

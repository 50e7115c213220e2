"""Whose words: attributed speech, the survivor's own, scare quotes and mentions."""

import pytest

import shipped
from monitor.rules.checker import check_document
from monitor.text.document import Document

THB = shipped.thb()


def found(text, rule, title=""):
    findings = check_document(THB, Document(text, title, language="en")).findings
    return [(f.match, f.severity, f.quoted) for f in findings if f.rule == rule]


@pytest.mark.parametrize(
    ("text", "rule", "expected"),
    [
        # flag: the severity stays, the quotation is told
        ("'Two child prostitutes were here,' said the mayor.", "child-prostitute",
         [("child prostitutes", "error", "attributed")]),
        # soften: at most a suggestion
        ("'Illegal migrants did this,' said the mayor.", "illegal-migrant",
         [("Illegal migrants", "suggestion", "attributed")]),
        ("“Illegal migrants did this,” the mayor told reporters.", "illegal-migrant",
         [("Illegal migrants", "suggestion", "attributed")]),
        # the survivor of herself
        ("'I was a sex slave,' said the survivor.", "sex-slave", []),
        ("'They made me a sex slave,' she said.", "sex-slave", []),
        ("'He kept two sex slaves,' said the prosecutor.", "sex-slave",
         [("sex slaves", "suggestion", "attributed")]),
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


def test_headline_quotation_with_a_speaker_before_it():
    found_in_title = found("Police spoke.", "illegal-migrant", "Mayor: 'Illegal migrants did this'")
    assert found_in_title == [("Illegal migrants", "suggestion", "attributed")]

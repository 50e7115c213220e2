"""Findings on people whom readers can recognise, and the question on blame in quotation marks."""

from dataclasses import replace

import pytest

import shipped
from monitor.rules.checker import check_document
from monitor.rules.national_law import in_country, load_countries, unheld
from monitor.text.document import Document

THB = replace(shipped.thb(judge=True), judge=None)
IDENTITY = {
    "child-name-identified", "child-jigsaw", "defendant-child-kinship",
    "adult-victim-named", "adult-identifying-detail", "family-identified",
}  # fmt: skip


def found(text, title=""):
    """What the rules on identification find: rule, severity and words."""
    checked = check_document(THB, Document(text, title, language="en"))
    return [(f.rule, f.severity, f.match) for f in checked.findings if f.rule in IDENTITY]


ELDEST = (
    "Police have freed four children from a house in Brod, where they were made to beg. The "
    "eldest, a Grade 9 pupil at Riverside School, told officers that they were beaten. She lives "
    "with her aunt in Vela."
)
MINER = (
    "Four men were held on a farm near Brod and forced to work without pay, Port Halden Crown "
    "Court heard. The men, who cannot be identified for legal reasons, slept in a stable. One of "
    "them, John Ionescu, 52, a former miner, told the court that he was paid in cider."
)
NAMED = "Fatima Diallo, 26, was forced into domestic work in a villa and beaten."


def test_a_child_is_known_by_what_is_told_of_the_eldest():
    assert [(rule, severity) for rule, severity, _ in found(ELDEST)] == [
        ("child-jigsaw", "warning")
    ]


def test_one_finding_lists_what_is_told_by_kind():
    checked = check_document(THB, Document(ELDEST, language="en"))
    (told,) = (f.message for f in checked.findings if f.rule == "child-jigsaw")
    assert "school: a Grade 9 pupil" in told
    assert "home: " in told


def test_whom_the_text_may_not_identify_is_not_named_behind_that():
    assert found(MINER) == [("adult-victim-named", "warning", "John Ionescu")]


def test_consent_makes_an_adults_flag_a_question():
    assert found(NAMED) == [("adult-victim-named", "warning", "Fatima Diallo")]
    agreed = f"{NAMED} She agreed to be named."
    assert found(agreed) == [("adult-victim-named", "suggestion", "Fatima Diallo")]


def test_consent_opens_nothing_for_who_was_a_child():
    text = "Rosa Quispe, 34, was sold to a bar when she was 15, and agreed to be named."
    assert found(text) == [("child-name-identified", "warning", "Rosa Quispe")]


def test_a_name_that_was_changed_is_none():
    assert not found(NAMED.replace(", 26,", ", which is not her real name,"))


def test_a_named_abuser_and_his_stepdaughter():
    text = "Darko Ilic, 44, was jailed for selling his stepdaughter to two neighbours."
    assert found(text) == [("defendant-child-kinship", "warning", "his stepdaughter")]


@pytest.mark.parametrize(
    "text",
    [
        "Dina Brandt, 31, was killed when a lorry hit her car on the coast road on Monday.",
        "Inspector Paul Oduro said that the women had been trafficked.",
        "Darko Ilic, 44, a father of three, was jailed for trafficking a child.",
    ],
)
def test_who_may_be_named(text):
    assert not found(text)


@pytest.mark.parametrize(("code", "held"), [("GB", False), ("KE", True)])
def test_a_country_says_what_it_asks_of_consent_or_that_we_do_not_hold_it(code, held):
    checked = check_document(THB, Document(f"{NAMED} She agreed to be named.", language="en"))
    country = load_countries(THB.path).get(code) or unheld(code)
    told = in_country(checked, THB.rules, country).findings
    (why,) = (f.why for f in told if f.rule == "adult-victim-named")
    assert ("We do not hold what the law of Kenya asks of consent." in why) is held
    assert ("Consent: " in why) is not held


BLAME = (
    "'Maybe she already got used to it,' the police chief said of the girl who was sold to a bar."
)


@pytest.mark.parametrize(
    ("more", "asked"),
    [
        ("", True),
        (" A psychologist said that children who were sold are never to blame.", False),
    ],
)
def test_blame_in_quotation_marks_is_asked_about_unless_it_is_answered(more, asked):
    checked = check_document(THB, Document(BLAME + more, language="en"))
    said = [f for f in checked.findings if f.rule == "blame-in-quotation"]
    assert bool(said) is asked
    assert all(f.severity == "suggestion" and f.quoted == "attributed" for f in said)

"""Answers to questions on the whole text: who is heard, and in which role."""

import dataclasses

import pytest

from monitor.rules.checker import make_policy, run_policy
from monitor.text.document import Document
from tests.support import shipped

PLAIN = dataclasses.replace(shipped.thb(), judge=None)
FILLER = " The road to the port was closed on Monday and traffic stood as far as the bridge." * 10
OPENS = "Two people were charged with human trafficking on Monday, police said."


def answer(item: str, text: str, title: str = "", filler: str = FILLER):
    policy = make_policy(PLAIN)
    (rule,) = (rule for rule in policy.rules if rule.rule.id == item)
    document = Document(text + filler, title, language="en")
    policy = dataclasses.replace(policy, rules=(rule,), force_topic=True)
    return run_policy(PLAIN, [document], policy)[0].scorecard[0], document


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("Asha was 14 when her aunt sold her to a house. She remembers the lorry.", True),
        ("The fishermen said they had been beaten when the nets came up empty.", True),
        ("Three of the women, speaking through an interpreter, said the door was locked.", True),
        ("Women who have come home speak of locked doors. One says she ate once a day.", True),
        ("The tenants who were forced to work there described a dog at the gate.", True),
        ("The Red Cross said that it had found beds for nine people.", True),
        ("The 13-year-old was ordered to take off her clothes, the prosecutor said.", False),
        ("The pimp told the 15-year-old that she must earn 500 a night.", False),
        ("The lawyer for the accused, Jon Vale, said that his client denies it.", False),
        ("Jon Vale, a marshal, said that the girls are safe. Vale said it took an hour.", False),
        ("Jon Vale said that the girls are safe.", False),  # read as an official
        ("In a letter to the court she wrote that she still counts the doors.", None),
    ],
)
def test_a_survivor_or_a_service_is_heard(text, met):
    item, _ = answer("no-survivor-or-service-voice", f"{OPENS}\n\n{text}\n\n")
    assert item.met is met


def test_an_answer_shows_the_words_it_rests_on():
    text = f"{OPENS}\n\n'It was cold,' Lena Hollis said. Hollis, a caseworker, runs a house.\n\n"
    item, document = answer("no-survivor-or-service-voice", text)
    assert item.met
    assert [document.text[s.start : s.end] for s in item.evidence] == ["Lena Hollis", "caseworker"]


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("The prosecutor said that the case is strong. She said that it took a year.", False),
        ("The accused told the girls that they owed him the fare, the prosecutor said.", False),
        ("A neighbour said he had seen cars at night.", True),
        ("One of the men, who asked not to be named, said that he was not paid.", None),
    ],
)
def test_police_are_the_only_source(text, met):
    assert answer("single-source-police", f"{OPENS}\n\n{text}\n\n")[0].met is met


@pytest.mark.parametrize(
    ("title", "met"),
    [
        ("Two convicted of trafficking a cook", True),
        ("Hell of an evil gang!", False),
        ("A creepy villa by the sea", None),
        ("They took EVERY penny in this house of horror", False),
    ],
)
def test_headlines_are_answered(title, met):
    assert answer("headline-sensational", OPENS, title)[0].met is met


def test_where_there_is_no_headline_nothing_is_said_of_it():
    item, _ = answer("headline-sensational", OPENS)
    assert (item.met, item.reason) == (None, "there is no headline")


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("Each faces two counts of trafficking a child. Trafficking trials are rare.", True),
        ("The Forced Labour Act was passed in May. Trafficking and traffickers are named.", True),
        ("The traffickers called the trafficked men cousins. Trafficking pays.", False),
    ],
)
def test_a_law_is_named(text, met):
    item, _ = answer("no-definition-or-law", f"{OPENS} {text}")
    assert item.met is met


def test_a_number_may_stand_on_a_line_of_its_own():
    item, _ = answer("no-helpline", f"{OPENS}\n\nThe City Trafficking Hotline\n(116 006 116)\n\n")
    assert item.met is True

"""Names are no phrases: what is a name, what a headline shows, and what stays a finding."""

import time
from types import SimpleNamespace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import shipped
from monitor.rules.checker import check_document
from monitor.rules.matching import open_draft
from monitor.rules.preconditions import find_proper_names, is_in_name
from monitor.text.document import Document

THB = shipped.thb()


def names(text, title="", field="text"):
    draft = open_draft(THB, Document(text, title=title))
    scene = draft.scenes[0] if field == "title" else draft.text
    return [scene.view.shadow[a:b] for a, b in find_proper_names(draft)[field]]


TOLD = [
    (
        "She rang the Modern Slavery & Exploitation Helpline.",
        "Modern Slavery & Exploitation Helpline",
    ),
    ("Rescue Foundation took her in.", "Rescue Foundation"),
    ("The Salvation Army's van came.", "Salvation Army"),
    ("Officers of the Leeds Sex Trafficking Task Force came.", "Leeds Sex Trafficking Task Force"),
    ("It was a part of Operation Rescue Me, they said.", "Operation Rescue Me"),
    ("He wrote to the Office for Victims of Crime.", "Office for Victims of Crime"),
    ("The Coalition Against Slavery in Homes met.", "Coalition Against Slavery in Homes"),
    ("It breaks the Child Soldiers Prevention Act.", "Child Soldiers Prevention Act"),
    ("Her aunt met slaves at Slave Lake last year.", "Slave Lake"),
    ("The chief of the Slavery and Kidnap Unit spoke.", "Slavery and Kidnap Unit"),
    ("They admitted conspiring to pimp a woman.", "conspiring to pimp"),
    (
        "He was jailed for living on the earnings of prostitution.",
        "living on the earnings of prostitution",
    ),
]


@pytest.mark.parametrize(("text", "name"), TOLD, ids=[name for _, name in TOLD])
def test_names_in_running_text(text, name):
    assert names(text) == [name]


@pytest.mark.parametrize(
    "text",
    [
        "Slaves were found in a home by an army unit.",
        "Pimps and the Army fought over the village.",
        "Victims of the home were asked to leave it.",
        "He said: “Slaves in Homes need a home.”",
        "It is a House of Horrors, the neighbours say.",
        "SLAVES FREED FROM SEX HOME in the night, police say.",
    ],
)
def test_capitals_alone_are_no_name(text):
    assert names(text) == []


def test_a_headline_in_capitals_shows_no_name_of_its_own():
    title = "Police Rescue Sex Slaves From Home for Women"
    assert names("Nine women sat in a home.", title, "title") == []
    assert names("x", "Salvation Army Opens Home", "title") == ["Salvation Army"]
    told = "Officers of the Leeds Modern Slavery Unit came."
    assert names(told, "Modern Slavery Unit Frees Two", "title") == ["Modern Slavery Unit"]
    assert names(told, "MODERN SLAVERY ON THE RISE, UNIT SAYS", "title") == []
    assert names("x", "Leeds Modern Slavery Unit frees two", "title") == [
        "Leeds Modern Slavery Unit"
    ]


def test_entities_count_where_they_were_looked_for():
    def named(text, words, label="ORG"):
        draft = open_draft(THB, Document(text))
        start = text.index(words)
        found = SimpleNamespace(start_char=start, end_char=start + len(words), label_=label)
        draft.text.docs[0] = SimpleNamespace(ents=[found])
        return find_proper_names(draft)["text"]

    assert named("She wrote to Slaves No More on Monday.", "Slaves No More") == [(13, 27)]
    assert not named("She wrote to Slaves No More on Monday.", "Slaves No More", "PERSON")
    assert not named("She wrote to slaves no more.", "slaves no more")
    assert not named("Police Free Sex Slaves From House", "Sex Slaves")
    assert not named("She wrote to Slaves on Monday.", "Slaves")


def test_a_finding_that_holds_a_name_stands():
    text = "Nine slaves of the Rescue Foundation left."
    draft = open_draft(THB, Document(text))
    place = text.index("Rescue")

    def inside(start, end):
        return is_in_name(draft, draft.text, start, end)

    assert inside(place, place + 6)
    assert inside(place, place + 17)
    assert inside(place - 4, place + 6), "cuts the name in two"
    assert not inside(5, place + 17)
    assert not inside(5, 11)


def test_rules_on_identification_are_not_silenced():
    loud = {rule.id for rule in THB.rules if rule.names == "flag"}
    assert {
        "shelter-location",
        "child-name-identified",
        "child-jigsaw",
        "adult-victim-named",
    } <= loud
    assert len(loud) == 8


PARTS = st.sampled_from(
    ["Rescue", "Modern Slavery", "Sex Slaves", "Pimps", "Victims of Exploitation"]
)
HEADS = st.sampled_from(["Foundation", "Helpline", "Task Force", "Act", "Home"])
ODD = st.sampled_from(["", "\u00ad", "\u200b", " "])


@settings(deadline=None)
@given(st.lists(PARTS, min_size=1, max_size=3), HEADS, ODD, ODD)
def test_nothing_inside_a_name_is_found(parts, head, before, inside):
    name = " and ".join(parts) + inside + " " + head
    text = f"\U0001f600 She saw{before} that the {name} had called a trafficked woman on Monday."
    result = check_document(THB, Document(text, language="en"))
    low = text.index(name)
    for finding in result.findings:
        assert text[finding.start : finding.end] == finding.match
        assert not (low < finding.start < low + len(name)), finding.match


SCRAPS = st.sampled_from(
    ["Army", "of", "and", "Rescue", "for", "slaves.", "the", "Home,", "12", "Act", "-", "'", "\n\n"]
)


@settings(deadline=None)
@given(st.lists(SCRAPS))
@example(["Army", "Army", "slaves.", "Army", "\n\n", "Army"])
def test_names_are_words_in_order(pieces):
    text = " ".join(pieces)
    draft = open_draft(THB, Document(text))
    shadow, last = draft.text.view.shadow, 0
    for start, end in find_proper_names(draft)["text"]:
        assert last <= start < end <= len(shadow)
        assert draft.text.sentence_of(start, end) is not None
        assert shadow[start].isupper()
        assert not (shadow[start - 1 : start] + shadow[start]).isalnum() or start == 0
        assert end == len(shadow) or not shadow[end].isalnum()
        last = end


def test_time_is_linear():
    def seconds(count):
        draft = open_draft(THB, Document("Rescue Army Act of Slaves and " * count + "ran."))
        began = time.process_time()
        find_proper_names(draft)
        return time.process_time() - began

    seconds(100)
    few, many = (min(seconds(count) for _ in range(3)) for count in (1_000, 8_000))
    assert many < 12 * max(few, 0.01)


@pytest.mark.parametrize(
    ("text", "rule", "named"),
    [
        (
            "How Bangladeshis are lured into slavery in Libya",
            "adult-victim-named",
            "Rehana Begum, 26, was forced into domestic work in Libya and beaten.",
        ),
        (
            "City Urged to Look for Trafficked Homeless Youth",
            "adult-victim-named",
            "Rosa Mensah, 26, was trafficked and forced to work in a brothel.",
        ),
        (
            "He was jailed for trafficking two 15-year-old Ely girls.",
            "child-name-identified",
            "He was jailed for trafficking a 15-year-old girl, Ama Mensah.",
        ),
    ],
)
def test_peoples_groups_and_towns_are_no_names_of_victims(text, rule, named):
    found = check_document(THB, Document(text, language="en")).findings
    assert rule not in {finding.rule for finding in found}
    found = check_document(THB, Document(named, language="en")).findings
    assert rule in {finding.rule for finding in found}

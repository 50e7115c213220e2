"""The people table: who is told of, by which words, with what kin, details and notes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import shipped
from monitor.people.people_table import answered
from monitor.records.finding import Span
from monitor.records.people import PersonAnswer
from monitor.rules.matching import open_draft
from monitor.text.document import Document

THB = shipped.thb()


def table_of(text, title=""):
    return open_draft(THB, Document(text, title=title)).people


def people(text, title=""):
    """The words for each person, in order."""
    fields = {"title": title, "text": text}
    return [
        [fields[m.span.field][m.span.start : m.span.end] for m in person.mentions]
        for person in table_of(text, title).people
    ]


def one(text, words):
    """The person whom words mean."""
    start = text.index(words)
    person = table_of(text).at("text", start, start + len(words))
    assert person is not None
    return person


@pytest.mark.parametrize(
    ("text", "some"),
    [
        ("Rosa Mensah was sold. Mensah is home.", ["Rosa Mensah", "Mensah"]),
        ("Rosa Mensah, a former cook, left.", ["Rosa Mensah", "a former cook"]),
        ("Her husband, Godfrey, wept.", ["Her husband", "Godfrey"]),
        ("Kofi Boateng, her uncle, sold her.", ["Kofi Boateng", "her uncle"]),
        ("A girl was sold. The girl is home.", ["A girl", "The girl"]),
        ("The 13-year-old fled. She is home.", ["The 13-year-old", "She"]),
        ("Musa Danjuma, alias Gogo, fled. Gogo hid.", ["Musa Danjuma", "Gogo", "Gogo"]),
        (
            "A lawyer for the men, Ana Doe, said so.",
            ["A lawyer", "Ana Doe"],
        ),
        ("Mr Boateng sold Ms Mensah. He fled.", ["Boateng", "He"]),
        ("Ama Darko hurt herself.", ["Ama Darko", "herself"]),
        ("“I was beaten,” said Rosa Mensah.", ["I", "Rosa Mensah"]),
    ],
)
def test_words_for_one_person_are_joined(text, some):
    assert some in people(text)


@pytest.mark.parametrize(
    "words",
    [
        "The eldest",
        "her son",
        "A 16-year-old from Uromi",
        "a widow of 34",
        "another",
        "the couple's daughter",
        "One of them",
    ],
)
def test_people_without_a_name_are_told_of(words):
    text = f"Police said that {words} was beaten."
    found = [said for some in people(text) for said in some]
    assert any(said in words and len(said) > 3 for said in found)


@pytest.mark.parametrize(
    "text",
    [
        "Traffickers lure victims.",
        "Child labour is a crime.",
        "The Ministry said that 40 laws were made.",
        "It is a national database.",
    ],
)
def test_people_in_general_are_nobody(text):
    assert people(text) == []


def test_kin_know_whose_they_are():
    text = "Rosa Mensah was sold. Her son Yaw, 9, is at home. Her son sleeps."
    mother, son = one(text, "Rosa Mensah"), one(text, "Yaw")
    assert son.kin_of == (mother.number,)
    assert (son.minor, son.age) == (True, 9)
    assert one(text, "son sleeps").number == son.number


def test_one_of_a_group_shares_its_lot():
    text = (
        "The men, who cannot be identified for legal reasons, were freed. "
        "One of them, John Ionescu, 52, a former miner, was beaten."
    )
    men, he = one(text, "The men"), one(text, "John Ionescu")
    assert (men.several, men.restricted) == (True, True)
    assert (he.several, he.restricted) == (False, True)
    (order,) = table_of(text).restricted
    assert text[order.start : order.end].startswith("cannot be")
    assert {detail.kind for detail in he.details} == {"age", "work"}


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("Rosa (not her real name) was sold.", "name_changed"),
        ("Rosa* was sold. *Names have been changed.", "name_changed"),
        ("The girl asked to be called Rosa. She was sold.", "name_changed"),
        ("Rosa was sold. Names have been changed.", "name_changed"),
        ("Rosa Mensah waived her right to anonymity.", "consent"),
        ("Rosa Mensah speaks publicly about it.", "consent"),
        ("Rosa Mensah may not be named by order of the court.", "restricted"),
    ],
)
def test_what_is_said_of_names(text, field):
    assert getattr(one(text, "Rosa"), field)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("Rosa Mensah did not agree to be named.", "consent"),
        ("Rosa Mensah waived her right to anonymity.", "restricted"),
        ("Rosa Mensah was sold. Ama (not her real name) fled.", "name_changed"),
    ],
)
def test_what_is_not_said_of_names(text, field):
    assert not getattr(one(text, "Rosa Mensah"), field)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (", a resident of Uromi, was sold.", "home"),
        (" was sold. She is a Grade 9 pupil.", "school"),
        (", a former miner, was sold.", "work"),
        (", a mother of two, was sold.", "family"),
        (" was heavily pregnant.", "health"),
        (" (pictured) was sold.", "picture"),
        (" was wearing a red scarf.", "looks"),
        (" lives at 12 Mill Lane.", "address"),
        (" is 15.", "age"),
    ],
)
def test_details_have_their_kind(said, kind):
    assert kind in {detail.kind for detail in one(f"Rosa Mensah{said}", "Rosa Mensah").details}


def test_a_country_is_no_detail():
    assert one("Rosa Mensah is from Ghana.", "Rosa Mensah").details == ()


def test_speech_goes_to_who_speaks():
    text = "“I was beaten,” said Rosa Mensah. “He paid,” the officer said."
    (speech,) = one(text, "Rosa Mensah").speech
    assert text[speech.start : speech.end].strip("“”") == "I was beaten,"


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("Rosa Mensah, 34, was sold when she was 15.", True),
        ("Rosa Mensah, a pupil, was sold.", True),
        ("Rosa Mensah, 34, was sold.", False),
        ("Rosa Mensah was sold.", None),
    ],
)
def test_minor_then_or_now(text, minor):
    assert one(text, "Rosa Mensah").minor is minor


def test_an_answer_overrules_what_was_read():
    text = "Rosa Mensah, 34, was sold."
    table = answered(
        table_of(text), [PersonAnswer(Span("text", 0, 4), role="official", minor=False)]
    )
    person = table.at("text", 0, 4)
    assert person is not None
    assert (person.role, person.protected, person.minor) == ("official", 0.0, False)
    assert person.answered


def test_a_relative_is_meant_by_her_words_and_not_who_speaks():
    text = "Rosa Mensah, 34, was sold. “My cousin Ama was beaten,” she said."
    table = table_of(text)
    start = text.index("My cousin")
    cousin, speaker = table.at("text", start, start + 9), table.at("text", start, start + 2)
    assert cousin is not None
    assert text[start : start + 9] in [text[m.span.start : m.span.end] for m in cousin.mentions]
    assert speaker != cousin


PIECES = [
    "Rosa Mensah", "Mensah", ", 15,", "said", "her son", "The eldest", "of the girls", ".", "“I",
    "was sold”", "who cannot be named", "(not her real name)", "*", "\n", "he", "they",
    "one of them",
]  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=25).map(" ".join))
def test_spans_lie_within_and_in_order(text):
    table = table_of(text, "Mensah sold")
    firsts = []
    for number, person in enumerate(table.people, 1):
        assert person.number == number
        spans = [mention.span for mention in person.mentions]
        order = [(span.field == "text", span.start) for span in spans]
        assert order == sorted(order)
        firsts.append(order[0])
        for span in (*spans, *(d.span for d in person.details), *person.speech):
            assert 0 <= span.start < span.end <= len({"title": "Mensah sold"}.get(span.field, text))
    assert firsts == sorted(firsts)

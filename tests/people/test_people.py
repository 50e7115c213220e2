"""Who is protected, and where each is named, as `read_people` reads it: the offsets are exact."""

import re
import time
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import shipped
from monitor.people.people_table import PersonLists, read_people
from monitor.rules.checker import check_document
from monitor.text.analysis import view
from monitor.text.document import Document

THB = shipped.thb()
LISTS = THB.person_lists
BY_WORDS = PersonLists(LISTS.scanner, LISTS.sets)
"""Without the model of roles: what is read of names and places does not hang on it."""
PROTECTED = 0.2
"""Probability from which a person is flagged or asked about."""


def people(text, title=""):
    return read_people(LISTS, text, title=title).people


def named(text, title=""):
    """The names of those who are protected, as they stand in title and text."""
    fields = {"title": title, "text": text}
    return [
        fields[span.field][span.start : span.end]
        for person in people(text, title)
        if person.protected >= PROTECTED
        for span in person.names
    ]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Rosa Mensah was sold by her uncle. Mensah wept.", ["Rosa Mensah", "Mensah"]),
        ("Rosa Mensah, 15, spoke.", ["Rosa Mensah"]),
        ("13-year-old Rosa Mensah was found.", ["Rosa Mensah"]),
        ("Kofi, 12, was charged with theft.", ["Kofi"]),
        ("Rosa was sold. Her husband, Godfrey, wept.", ["Rosa", "Godfrey"]),
        ("ROSA MENSAH FOUND\n\nRosa Mensah was sold.", ["ROSA MENSAH", "Rosa Mensah"]),
        # two bear the name: it is hers of whom most is told, and surely one's
        ("Rosa Mensah was sold. She wept. Mensah left.", ["Rosa Mensah", "Mensah"]),
    ],
)
def test_who_is_named(text, names):
    assert named(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "Kofi Boateng was charged with trafficking girls.",
        "Ana Doe, a lawyer, spoke for the girl.",
        "Kofi Boateng, the minister, spoke. His wife, Ama, wept.",
        "The Hotel Miramar was raided.",
    ],
)
def test_who_is_not(text):
    assert named(text) == []


def test_an_adult_is_no_minor():
    (ana,) = people("Ana Doe, 34, was sold.")
    assert (ana.minor, ana.age) == (False, 34)


def test_the_headline_counts_too():
    text = "Rosa Mensah, 15, was sold."
    assert named(text, "Mensah Sold By Her Uncle") == ["Mensah", "Rosa Mensah"]


def test_other_words_for_her_stand_apart():
    text = "The girl was sold. She is 15. Her name is kept back."
    (girl,) = people(text)
    assert girl.minor
    assert girl.names == ()
    said = [text[mention.span.start : mention.span.end] for mention in girl.mentions]
    assert said == ["The girl", "She", "Her"]


def test_what_else_the_text_tells_is_there():
    (ana,) = people("Ana Doe was sold. Doe agreed to be named.")
    assert ana.consent


PIECES = [
    "Rosa Mensah, 15,", "Rosa Mensah", "Mensah", "Kofi Boateng", "ROSA MENSAH", "The girl", "she",
    "her mother, Ama Doe,", " was sold by", " was charged with trafficking", " wept", " told court",
    " said.", ". ", "\n\n", "\r\n", "\u200b", "\ufb01ve", "\U0001f600", "\u2019s ",
    "\u201cI was sold,\u201d ", "\u00ad", "  ", "15", " and ", "\ufeff",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)
some = settings(max_examples=30, deadline=None)


@some
@given(TEXTS, st.lists(st.sampled_from(PIECES), max_size=6).map("".join))
@example("\r\nKofi Boateng15", "\u200bRosa MensahRosa Mensah, 15,")
@example("Kofi BoatengRosa Mensah15", " told courtRosa Mensah")
def test_spans_lie_in_their_field_in_order_and_apart(text, title):
    fields = {"title": title, "text": text}
    for person in read_people(BY_WORDS, text, title=title).people:
        assert person.mentions
        order = [(s.field == "text", s.start, s.end) for s in person.names]
        assert order == sorted(order)
        for span in person.names:
            assert 0 <= span.start < span.end <= len(fields[span.field])
        for one, other in pairwise(person.names):
            assert one.field != other.field or one.end <= other.start


@some
@given(TEXTS)
def test_a_name_masked_at_its_length_is_gone_and_nothing_else(text):
    found = read_people(BY_WORDS, text).people
    masked = list(text)
    for span in (span for person in found for span in person.names):
        masked[span.start : span.end] = "\u2588" * (span.end - span.start)
    assert len(masked) == len(text)
    shown = "".join(masked)
    assert all(a in (b, "\u2588") for a, b in zip(shown, text, strict=True))
    read = view(shown).shadow  # in which nothing invisible parts or joins words
    names = {text[span.start : span.end] for person in found for span in person.names}
    assert not any(re.search(rf"(?<!\w){name}(?!\w)", read) for name in names if " " in name)


@some
@given(TEXTS, st.sampled_from(["\u200b", "\u00ad", "\ufeff"]))
def test_invisible_characters_in_front_only_move_the_spans(text, mark):
    here, moved = (read_people(BY_WORDS, one).people for one in (text, mark + text))
    assert [p.role for p in here] == [p.role for p in moved]
    for one, other in zip(here, moved, strict=True):
        assert [(s.start + 1, s.end + 1) for s in one.names] == [
            (s.start, s.end) for s in other.names
        ]


def test_what_a_rule_flags_as_a_name_is_named():
    text = (
        "Rosa Mensah, 26, was sold by her uncle to a farm near Brod, where she worked without pay. "
        "She told a court that the farmer had locked her in. Mensah now lives in a shelter."
    )
    flagged = [
        (f.start, f.end)
        for f in check_document(THB, Document(text, language="en")).findings
        if f.rule == "adult-victim-named"
    ]
    assert flagged
    spans = {(s.start, s.end) for p in people(text) for s in p.names}
    assert set(flagged) <= spans


@pytest.mark.parametrize(
    "unit",
    [
        "Rosa Mensah, 15, was sold by her uncle. ",
        "Ana{n} Doe{n}, 15, was sold. ANA{n} DOE{n} wept. ",
        "Ana{n} Doe, 15, was sold. Doe wept. ",
    ],
)
def test_time_is_linear(unit):
    def seconds(count):
        text = "".join(
            unit.format(n="abcdefghij"[n % 10] * (n // 10 % 40 + 1)) for n in range(count)
        )
        start = time.process_time()
        read_people(BY_WORDS, text)
        return time.process_time() - start

    seconds(50)
    assert min(seconds(1_000), seconds(1_000)) < 0.5 + 6 * seconds(500)

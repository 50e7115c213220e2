"""Who is a victim, a minor or a relative, and where each is named: the offsets are exact."""

import re
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from monitor.people.protected_persons import PARTS, people_in

import shipped
from monitor.rules.checker import check_document
from monitor.text.analysis import view
from monitor.text.document import Document

THB = shipped.thb()
LISTS = THB.person_lists


def named(text, part, title=""):
    """The names of those who are `part`, as they stand in title and text."""
    fields = {"title": title, "text": text}
    return [
        fields[span.field][span.start : span.end]
        for person in people_in(text, LISTS, title=title)
        if part in person.parts
        for span in person.named
    ]


@pytest.mark.parametrize(
    ("text", "part", "names"),
    [
        ("Rosa Mensah was sold by her uncle. Mensah wept.", "victim", ["Rosa Mensah", "Mensah"]),
        ("Rosa Mensah, 15, spoke.", "minor", ["Rosa Mensah"]),
        ("Kofi, 12, was charged with theft.", "minor", ["Kofi"]),
        (
            "Rosa Mensah was sold. Her husband, Godfrey, wept.",
            "relative",
            ["Godfrey"],
        ),
        ("ROSA MENSAH FOUND\n\nRosa Mensah was sold.", "victim", ["ROSA MENSAH", "Rosa Mensah"]),
        # two bear the name: it may be hers
        (
            "Rosa Mensah was sold. Kofi Mensah was charged. Mensah left.",
            "victim",
            ["Rosa Mensah", "Mensah"],
        ),
    ],
)
def test_who_is_named(text, part, names):
    assert named(text, part) == names


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("Kofi Boateng was charged with trafficking girls.", "victim"),
        ("Ana Doe, a lawyer, spoke for the girl.", "victim"),
        ("Ana Doe, 34, was sold.", "minor"),
        ("Rosa Mensah was sold by her uncle, Kofi Boateng.", "relative"),
        ("Kofi Boateng spoke. His wife, Ama, wept.", "relative"),
        ("The Hotel Miramar was raided.", "victim"),
    ],
)
def test_who_is_not(text, part):
    assert named(text, part) == []


def test_the_headline_counts_too():
    text = "Rosa Mensah, 15, was sold."
    assert named(text, "victim", "Mensah Sold By Her Uncle") == ["Mensah", "Rosa Mensah"]


def test_other_words_for_her_stand_apart():
    text = "The girl was sold. She is 15. Her name is kept back."
    (girl, *_) = people_in(text, LISTS)
    assert girl.parts == {"victim", "minor"}
    assert girl.named == ()
    assert [text[span.start : span.end] for span in girl.called] == ["girl", "She", "Her"]


def test_what_else_the_text_tells_is_there():
    text = "Ana Doe was sold. Doe agreed to be named."
    (ana,) = (p for p in people_in(text, LISTS) if p.named)
    assert "consenting" in ana.roles


PIECES = [
    "Rosa Mensah, 15,", "Rosa Mensah", "Mensah", "Kofi Boateng", "ROSA MENSAH", "The girl", "she",
    "her mother, Ama Doe,", " was sold by", " was charged with trafficking", " wept", " told court",
    " said.", ". ", "\n\n", "\r\n", "\u200b", "\ufb01ve", "\U0001f600", "\u2019s ",
    "\u201cI was sold,\u201d ", "\u00ad", "  ", "15", " and ", "\ufeff",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)


@given(TEXTS, st.lists(st.sampled_from(PIECES), max_size=6).map("".join))
def test_spans_lie_in_their_field_in_order_and_apart(text, title):
    fields = {"title": title, "text": text}
    for person in people_in(text, LISTS, title=title):
        assert person.parts
        assert person.parts <= set(PARTS)
        for spans in (person.named, person.called):
            order = [(span.field == "text", span.start, span.end) for span in spans]
            assert order == sorted(order)
            for span in spans:
                assert 0 <= span.start < span.end <= len(fields[span.field])
            for one, other in pairwise(spans):
                assert one.field != other.field or one.end <= other.start


@given(TEXTS)
def test_a_name_masked_at_its_length_is_gone_and_nothing_else(text):
    people = people_in(text, LISTS)
    masked = list(text)
    for span in (span for person in people for span in person.named):
        masked[span.start : span.end] = "\u2588" * (span.end - span.start)
    assert len(masked) == len(text)
    shown = "".join(masked)
    assert all(a in (b, "\u2588") for a, b in zip(shown, text, strict=True))
    read = view(shown).shadow  # in which nothing invisible parts or joins words
    names = {text[span.start : span.end] for person in people for span in person.named}
    assert not any(re.search(rf"(?<!\w){name}(?!\w)", read) for name in names if " " in name)


@given(TEXTS, st.sampled_from(["\u200b", "\u00ad", "\ufeff"]))
def test_invisible_characters_in_front_only_move_the_spans(text, mark):
    here, moved = people_in(text, LISTS), people_in(mark + text, LISTS)
    assert [p.parts for p in here] == [p.parts for p in moved]
    for one, other in zip(here, moved, strict=True):
        assert [(s.start + 1, s.end + 1) for s in one.named] == [
            (s.start, s.end) for s in other.named
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
    spans = {(s.start, s.end) for p in people_in(text, LISTS) for s in p.named}
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
        people_in(text, LISTS)
        return time.process_time() - start

    seconds(50)
    assert min(seconds(1_000), seconds(1_000)) < 0.5 + 6 * seconds(500)

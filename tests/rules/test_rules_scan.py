"""Lists of words: what a scan finds, however the list is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.rules import compiler as lexicons
from monitor.rules.compiler import Lexicons
from monitor.rules.rule_schema import Lexicon
from monitor.text.phrase_search import Scanner, WordSets, normalise

SEQUENCE = [
    ["", "very"],
    ["young", "poor"],
    ["", "rural"],
    ["girl", "girls", "teen worker"],
    ["", ", 15,"],
]
WORDS = ["very", "young", "poor", "rural", "girl", "girls", "teen", "worker", ", 15,", "old", ";"]


def scan(words, text):
    sets = WordSets()
    number = sets.add(words)
    return Scanner(sets.sets).scan(text).of(number)


def both_ways(monkeypatch, sequence, text):
    found = []
    for limit in (0, 10_000):
        monkeypatch.setattr(lexicons, "MAX_EXPANDED", limit)
        found.append(scan(Lexicons({}).listed([], [sequence]), text))
    return found


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ("Two very young girls came.", ["very young girls", "young girls"]),
        ("Two young rural teen-workers.", []),
        ("A poor\nrural  teen-worker", ["poor\nrural  teen-worker"]),
        ("The young girl, 15, came.", ["young girl", "young girl, 15,"]),
        ("young; girl. youngish girl", []),
    ],
)
def test_sequences(monkeypatch, text, matches):
    for hits in both_ways(monkeypatch, SEQUENCE, text):
        assert sorted({text[start:end] for start, end in hits}) == sorted(matches)


@given(st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join))
def test_chains_find_what_multiplying_out_finds(text):
    words = text.replace(" ,", ",")
    with pytest.MonkeyPatch.context() as patch:
        chained, expanded = both_ways(patch, SEQUENCE, words)
    assert chained == expanded


def test_lexicons_in_slots_keep_their_stems_and_chains(monkeypatch):
    monkeypatch.setattr(lexicons, "MAX_EXPANDED", 0)
    lists = Lexicons(
        {
            "traffic": Lexicon(about="x", stems=["traffick"]),
            "who": Lexicon(about="x", sequences=[["traffic", ["girl", "boy"]]]),
        }
    )
    text = "They sold trafficked girl and boy."
    (hit,) = scan(lists.listed([], [[["sold"], "who"]]), text)
    assert text[slice(*hit)] == "sold trafficked girl"


def test_exceptions_cancel_hits_inside_them():
    lists = Lexicons(
        {"victim": Lexicon(about="x", words=["victim"], **{"except": ["crash victim"]})}
    )
    assert scan(lists.words("victim"), "A crash victim and a victim.") == [(21, 27)]


@given(st.text())
def test_normalising_keeps_the_length(text):
    assert len(normalise(text)) == len(text)


def test_a_list_that_is_not_alive_has_no_hit():
    sets = WordSets()
    lists = Lexicons({})
    chain = sets.add(lists.listed([], [[["red", "blue"], ["big", ""], ["car"]]]))
    plain = sets.add(lists.listed(["house"], []))
    for text, expected in (
        ("a red car", [True, False]),
        ("a blue big car by the house", [True, True]),
        ("a red big bus", [False, False]),
        ("", [False, False]),
    ):
        hits = Scanner(sets.sets).scan(text)
        assert [chain in hits.alive, plain in hits.alive] == expected
        assert [bool(hits.of(chain)), bool(hits.of(plain))] == expected

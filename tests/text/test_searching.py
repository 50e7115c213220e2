"""What is typed is read as it is told; words are the same in texts and searches."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.records.errors import UsageError
from monitor.text.search_terms import (
    GAP,
    HIDDEN,
    MOST_TERMS,
    excerpt_around,
    indexed_words,
    places_of,
    read_search,
    words_at,
)


@pytest.mark.parametrize(
    ("typed", "reading"),
    [
        ("", ""),
        ("   ", ""),
        ("Fishing BOATS", "fishing and boats"),
        ('"forced labour" crew', "“forced labour” and crew"),
        ("“forced labour”", "“forced labour”"),
        ("traffick*", "traffick…"),
        ("state-run*", "state run…"),
        ("crew -boats", "crew without boats"),
        ('crew -"forced labour" -x', "crew without “forced labour” or x"),
        ("-boats", "everything without boats"),
        ("boats OR ships", "boats or ships"),
        ("boats OR ships OR crew", "boats or ships or crew"),
        ('men boats OR "fishing ships" -x', "men and (boats or “fishing ships”) without x"),
        ("boats AND crew", "boats and crew"),
        ("boats or ships and not near", "boats and or and ships and and and not and near"),
        ("boats OR boats crew OR men", "boats and (crew or men)"),
        ("(boats) 12:30, https://a.example/b?c=d", "boats and “12 30” and “https a example b c d”"),
        ("don't", "“don t”"),
        ("boats boats", "boats"),
        ('"forced lab*"', "forced lab…"),
        ('"forced lab"*', "forced lab…"),
        ("Ñandú Straße ŁÓDŹ", "nandu and strasse and lodz"),
        ("كِتَاب", "كتاب"),
    ],
)
def test_a_search_is_read(typed: str, reading: str) -> None:
    search = read_search(typed)
    assert (search.reading, search.notes) == (reading, ())
    assert bool(search) == bool(reading)


@pytest.mark.parametrize(
    ("typed", "reading", "note"),
    [
        ('"open phrase', "“open phrase”", "without its pair"),
        ("a* crew", "a and crew", "needs 3 letters: a* was read without its *"),
        ("& crew --", "crew", "no word in &"),
        ('""', "", "no word in"),
        ("x" * 400, "x" * 60, "first 300 characters"),
        (" ".join(f"w{n}" for n in range(40)), None, "first 16 words"),
    ],
)
def test_what_was_left_out_is_told(typed: str, reading: str | None, note: str) -> None:
    search = read_search(typed)
    assert any(note in one for one in search.notes), search.notes
    assert reading is None or search.reading == reading
    assert len(search.terms) + len(search.unwanted) <= MOST_TERMS


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("OR boats", "OR stands between two"),
        ("boats OR", "OR stands between two"),
        ("boats OR OR ships", "OR stands between two"),
        ("boats OR AND ships", "OR stands between two"),
        ("boats OR -ships", "OR stands between two"),
        ("-boats OR ships", "OR stands between two"),
        ("boats OR & ships", "OR stands between two"),
        ("(boats OR ships) crew", "brackets are not read"),
        ("crew -(boats ships)", "not before brackets"),
        ("boats NOT crew", "-word leaves a word out"),
        ("boats !crew", "-word leaves a word out"),
        ("boats NEAR/3 crew", "NEAR is not read"),
        ("boats | ships", "| is not read"),
        ("boats|ships", "| is not read"),
        ("boats && crew", "&& is not read"),
        ("boats~2", "~ and ^ are not read"),
        ("title:boats", "fields such as title: are not read"),
        ("*boats", "* stands at the end of a word"),
        ("traf*ing", "* stands at the end of a word"),
        ("wom?n", "? for no letter"),
        ('"traffick* girls"', "in a phrase a * stands at the end"),
    ],
)
def test_an_operator_that_is_not_read_is_an_error(typed: str, why: str) -> None:
    with pytest.raises(UsageError, match=re.escape(why)) as caught:
        read_search(typed)
    assert "boats" not in str(caught.value), "no part of what was sent is told"


def test_every_search_says_alike_that_hidden_words_are_not_searched() -> None:
    for typed in ("boats", "-boats", "anybody OR 'nobody'", '"Ama Mensah"'):
        assert read_search(typed).told[-1] == HIDDEN
    assert read_search("").told == ()


SIGNS = st.sampled_from([*'"“”*-()|&!~^?: ', " OR ", " AND ", " -", "ship*", "a", "é", "人", "\0"])


@given(st.lists(SIGNS | st.text(max_size=3), max_size=40).map("".join))
def test_whatever_is_typed_is_read_or_refused(typed: str) -> None:
    try:
        search = read_search(typed)
    except UsageError:
        return
    terms = [*search.terms, *search.unwanted]
    assert len(terms) <= MOST_TERMS
    assert all(search.wanted)
    for term in terms:
        assert all(word and not set(word) & set(" '\"\\&|!:*()\0") for word in term.words)


def test_letters_of_every_script_are_words() -> None:
    text = "L’été: मानव तस्करी, 人身売買 ค้ามนุษย์ ½ ㎏!"
    words = [word for word, _ in words_at(text)]
    assert words[:4] == ["l", "ete", "मानव", "तस्करी"]
    assert words[4:8] == list("人身売買")
    assert words[8] == "ค้"
    assert [text[a:b] for _, (a, b) in words_at(text)][:2] == ["L", "été"]
    assert all(not set(word) & set(" '\"\\&|!:*()") for word in words)


def test_hidden_words_are_not_indexed_and_not_marked() -> None:
    text = "Police named Ana Lopez, 15. Lopez ran."
    hidden = [(13, 22)]
    words = indexed_words(text, hidden)
    assert words == ["police", "named", GAP, GAP, "15", "lopez", "ran"]
    wanted = read_search('lopez "named ana" police').terms
    assert [text[a:b] for a, b in places_of(text, wanted, hidden)] == ["Police", "Lopez"]


def test_an_excerpt_has_the_most_of_what_is_looked_for() -> None:
    text = "a boat. " + "word " * 100 + "boat by boat in the harbour " + "end " * 100
    hits = places_of(text, read_search("boat").terms)
    start, end = excerpt_around(text, hits, 80)
    assert text[start:end].count("boat") == 2
    assert end - start <= 80
    assert text[start - 1].isspace()
    assert excerpt_around("short", [], 80) == (0, 5)

"""What is typed is read leniently; words are the same in texts and searches."""

import pytest

from monitor.searching import (
    GAP,
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
        ("AND OR NOT NEAR", "and and or and not and near"),
        ("title:boats (crew)^2", "“title boats” and “crew 2”"),
        ("don't", "“don t”"),
        ("boats boats", "boats"),
        ('"forced lab*"', "“forced lab”"),
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
    assert len(search.wanted) + len(search.unwanted) <= MOST_TERMS


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
    wanted = read_search('lopez "named ana" police').wanted
    assert [text[a:b] for a, b in places_of(text, wanted, hidden)] == ["Police", "Lopez"]


def test_an_excerpt_has_the_most_of_what_is_looked_for() -> None:
    text = "a boat. " + "word " * 100 + "boat by boat in the harbour " + "end " * 100
    hits = places_of(text, read_search("boat").wanted)
    start, end = excerpt_around(text, hits, 80)
    assert text[start:end].count("boat") == 2
    assert end - start <= 80
    assert text[start - 1].isspace()
    assert excerpt_around("short", [], 80) == (0, 5)

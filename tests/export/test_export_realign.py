"""Spans brought to a changed text: exactly right or lost, whatever was changed."""

from __future__ import annotations

import hashlib

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.export.realignment import (
    Aligned,
    KnownWords,
    by_context,
    by_words,
    moved_by_hash,
    pieces_of,
)
from monitor.export.redaction import MASK

ODD = [
    "victim",
    "victim",
    "🐦‍⬛",
    "e\u0301\u0301",
    "שלום",
    "السلام",
    "ผู้หญิง",
    "\r\n",
    "a",
    "ห้อง",
    "the",
]
FILTER = settings(max_examples=60, deadline=None)


@st.composite
def _edited(draw: st.DrawFn) -> tuple[str, str, list[int | None]]:
    """An old text, a new one, and where each code point of the old is in the new, if it is.

    Words of a few come again and again, but each stands between two of its own.
    """
    count = draw(st.integers(1, 30))
    words = [f"word{n:02}mark {draw(st.sampled_from(ODD))} " for n in range(count)]
    deeds = draw(
        st.lists(
            st.sampled_from(["keep"] * 6 + ["cut", "add", "swap"]), min_size=count, max_size=count
        )
    )
    new, where = "", list[int | None]()
    for number, (word, deed) in enumerate(zip(words, deeds, strict=True)):
        if deed == "add":
            new += f"more{number} victim the "
        if deed in ("keep", "add"):
            where += range(len(new), len(new) + len(word))
            new += word
        else:
            where += [None] * len(word)
            new += f"else{number} " if deed == "swap" else ""
    return "".join(words), new, where


def _spans(old: str) -> st.SearchStrategy[list[tuple[int, int]]]:
    place = st.tuples(st.integers(0, len(old) - 1), st.integers(1, 60))
    return st.lists(
        place.map(lambda one: (one[0], min(len(old), one[0] + one[1]))),
        min_size=1,
        max_size=9,
        unique=True,
    )


def _image(where: list[int | None], start: int, end: int) -> tuple[int, int] | None:
    places = where[start:end]
    if None in places or [p - places[0] for p in places] != list(range(end - start)):  # type: ignore[operator]
        return None
    return places[0], places[0] + end - start  # type: ignore[operator,return-value]


@FILTER
@given(edited=_edited(), data=st.data())
def test_with_the_old_text_a_span_is_right_or_lost(edited, data) -> None:
    old, new, where = edited
    places = data.draw(_spans(old))
    for place, aligned in by_context(old, new, places).items():
        assert new[aligned.start : aligned.end] == old[slice(*place)]
        assert (aligned.start, aligned.end) == _image(where, *place)


@FILTER
@given(edited=_edited(), data=st.data())
def test_with_words_alone_a_span_is_right_or_lost(edited, data) -> None:
    """Of words that stood several times, of which we are not told, that one may be left."""
    old, new, where = edited
    places = data.draw(_spans(old))
    pieces = pieces_of({place: old[slice(*place)] for place in places})
    for piece in pieces:
        assert old[piece.start : piece.end] == piece.words
    once = {
        p
        for piece in pieces
        if old.count(piece.words) == 1
        for p in places
        if piece.start <= p[0] and p[1] <= piece.end
    }
    for place, aligned in by_words(pieces, new, places, len(old)).items():
        assert new[aligned.start : aligned.end] == old[slice(*place)]
        if place in once:
            assert _image(where, *place) in (None, (aligned.start, aligned.end))


@FILTER
@given(
    paragraphs=st.lists(
        st.text(
            st.characters(exclude_characters="\n", exclude_categories=["Cs"]),
            min_size=1,
            max_size=9,
        ),
        min_size=1,
        max_size=6,
    ),
    data=st.data(),
)
def test_the_hash_proves_what_was_added_around_or_within(paragraphs, data) -> None:
    old = "\n\n".join(paragraphs)
    hashed = hashlib.sha256(old.encode()).hexdigest()

    def is_old(text: str) -> bool:
        return hashlib.sha256(text.encode()).hexdigest() == hashed

    added = ["Advertisement", "🐦"][: data.draw(st.integers(0, 2))]
    at = data.draw(st.integers(0, len(paragraphs)))
    new = "\n\n".join((*paragraphs[:at], *added, *paragraphs[at:]))
    start = data.draw(st.integers(0, len(old) - 1))
    end = data.draw(st.integers(start + 1, len(old)))
    moved = moved_by_hash(new, len(old), is_old, [(start, end)])
    assert moved is not None
    aligned = moved.get((start, end))
    if aligned is None:
        assert "\n\n" in old[max(0, start - 2) : end + 2], "only what crosses a break can be lost"
    else:
        assert new[aligned.start : aligned.end] == old[start:end]
        assert aligned.how == "hash"
    assert moved_by_hash(new + "!", len(old), is_old, []) is None or added


def test_what_comes_again_is_not_guessed() -> None:
    old = "The victim was seen. A man was held in the port town by police. The victim spoke."
    length = len(old)
    assert by_words([KnownWords(4, "victim")], f"X {old}", [(4, 10)], length) == {}
    held = KnownWords(old.index("man was"), "man was held in the port town")
    assert by_words([KnownWords(4, "victim"), held], f"X {old}", [(4, 10)], length) == {}
    spoke = KnownWords(old.index("victim spoke"), "victim")
    place = (spoke.start, spoke.end)
    moved = {place: Aligned(place[0] + 2, place[1] + 2, "words")}
    assert by_words([spoke, held], f"X {old}", [place], length) == moved
    assert by_words([spoke, held], f"X {old} Y", [place], length) == {}


def test_words_between_two_that_moved_alike_are_where_they_were() -> None:
    for left, right in (("A" + "b" * 30, "D" + "e" * 30), ("Abbbbbbb", "Deeeeeee")):
        old = f"{left} the slave the slave {right} end"
        spot = old.index("slave")
        place = (spot, spot + 5)
        pieces = [
            KnownWords(0, left),
            KnownWords(spot, "slave"),
            KnownWords(old.index(right), right),
        ]
        found = by_words(pieces, f"New. {old}", [place], len(old))
        assert found == {place: Aligned(spot + 5, spot + 10, "words")}
        shorter = f"{left} slave the slave {right} end"
        assert by_words(pieces, shorter, [place], len(old)) == {}


def test_a_masked_letter_is_any() -> None:
    piece = KnownWords(0, f"{MASK * 4} was freed by the police on Monday")
    new = "Rain. Anna was freed by the police on Monday. Nobody else."
    assert by_words([piece], new, [(0, 4)], 99) == {(0, 4): Aligned(6, 10, "words")}
    assert by_words([KnownWords(0, MASK * 30)], new, [(0, 30)], 99) == {}
    assert by_words([piece], f"{new} {new}", [(0, 4)], 99) == {}


def test_pieces_that_touch_are_one_and_broken_ones_are_none() -> None:
    given = {(0, 4): "abcd", (2, 6): "cdef", (6, 8): "gh", (9, 10): "j", (20, 25): "no"}
    assert pieces_of(given) == [KnownWords(0, "abcdefgh"), KnownWords(9, "j")]
    assert pieces_of({(0, 2): "ab", (1, 3): "xx"}) == [KnownWords(0, "ab")]
    assert by_context("", "", []) == {}

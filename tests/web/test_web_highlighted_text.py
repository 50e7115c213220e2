"""A text in pieces: nothing lost, nothing that is hidden shown, every mark where it stands."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from monitor.web.highlighted_text import TextMark, TextPiece, paragraphs_of, pieces_of

PLACES = st.tuples(st.integers(-2, 30), st.integers(-2, 30))
MARKS = st.lists(PLACES.map(lambda p: TextMark(*p, "evidence", "n")), max_size=6)
TEXTS = st.text(st.sampled_from("ab \n\r.é😀"), max_size=28)


def joined(paragraphs):
    return "".join(piece.text for paragraph in paragraphs for piece in paragraph)


@given(TEXTS, MARKS)
def test_pieces_joined_are_the_text(text, marks):
    paragraphs = paragraphs_of(text, marks=marks)
    assert joined(paragraphs) == text
    assert all(piece.text for paragraph in paragraphs for piece in paragraph)


@given(st.integers(0, 28), st.lists(PLACES, max_size=4), MARKS)
def test_what_is_hidden_is_in_no_piece(length, hidden, marks):
    text = "".join(chr(0x4E00 + n) for n in range(length))  # each character stands once
    gone = {place for start, end in hidden for place in range(max(start, 0), min(end, length))}
    shown = joined(paragraphs_of(text, hidden=hidden, marks=marks))
    assert shown == "".join(c for n, c in enumerate(text) if n not in gone)


@given(TEXTS, st.lists(PLACES, max_size=4), MARKS)
def test_each_piece_has_the_marks_that_cover_it(text, hidden, marks):
    place = 0
    paragraphs = paragraphs_of(text, marks=marks)
    for piece in (piece for paragraph in paragraphs for piece in paragraph):
        end = place + len(piece.text)
        covering = {mark for mark in marks if mark.start <= place and end <= mark.end}
        assert set(piece.marks) == covering
        place = end
    for paragraph in paragraphs_of(text, hidden=hidden, marks=marks):
        assert not any(a.hidden and b.hidden for a, b in pairwise(paragraph))


def test_marks_that_overlap_are_kept_and_hidden_words_are_one_block():
    text = "Ana Ruci was sold.\n\nShe is safe."
    marks = [
        TextMark(0, 17, "evidence", "victim"),
        TextMark(4, 12, "flag", "named"),
        TextMark(9, 12, "flag"),
    ]
    first, second = paragraphs_of(text, hidden=[(0, 3), (3, 8)], marks=marks)
    assert [(piece.text, piece.kinds, piece.hidden) for piece in first] == [
        ("", "evidence flag", True),
        (" ", "evidence flag", False),
        ("was", "evidence flag", False),
        (" sold", "evidence", False),
        (".\n\n", "", False),
    ]
    assert first[0].notes == "victim; named"
    assert second == (TextPiece("She is safe."),)
    assert pieces_of("", marks=marks) == ()

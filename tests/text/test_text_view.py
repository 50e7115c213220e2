"""The shadow text and its way back; sentences and paragraphs."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.analysis import View, view
from monitor.text.normalised_text import make_shadow
from monitor.text.sentences import MAX_SENTENCE

TRICKY = "aB1 .,!?\"'“”‘’«»–—‐\u00a0\u200b\u200d\u00ad\ufeffﬁﬄ\r\n\u2028😀אe\u0301中。"
texts = st.one_of(st.text(max_size=80), st.text(st.sampled_from(TRICKY), max_size=80))


def paragraphs_of(text: str) -> list[str]:
    seen = view(text)
    return [seen.shadow[a:b] for a, b in seen.paragraphs]


def sentences_of(text: str) -> list[str]:
    seen = view(text)
    return [seen.shadow[a:b] for a, b in seen.sentences]


@given(texts)
def test_every_shadow_character_leads_to_its_origin(text):
    seen = view(text)
    last = 0
    for at, character in enumerate(seen.shadow):
        start, end = seen.original(at, at + 1)
        assert end == start + 1
        assert start >= last
        last = start
        origin = make_shadow(text[start:end]).text
        joined = character in "—-" and text[start] == "–"
        assert character in origin or joined or (character == " " and text[start] == "\r")


@given(texts, st.data())
def test_spans_cover_what_they_were_made_from(text, data):
    seen = view(text)
    start = data.draw(st.integers(0, len(seen.shadow)))
    end = data.draw(st.integers(start, len(seen.shadow)))
    a, b = seen.original(start, end) if start < len(seen.shadow) else (len(text), len(text))
    assert 0 <= a <= b <= len(text)
    pieces = [seen.original(i, i + 1) for i in range(start, end)]
    if pieces:
        assert (a, b) == (pieces[0][0], pieces[-1][1])
    else:
        assert a == b


@given(texts)
def test_to_shadow_is_the_first_character_at_or_behind(text):
    seen = view(text)
    places = [seen.original(i, i + 1)[0] for i in range(len(seen.shadow))]
    for offset in range(len(text) + 1):
        expected = next((i for i, at in enumerate(places) if at >= offset), len(places))
        assert seen.to_shadow(offset, offset)[0] == expected


@given(texts)
def test_parts_are_ordered_in_range_and_apart(text):
    seen = view(text)
    for parts in (seen.sentences, seen.paragraphs):
        last = 0
        for start, end in parts:
            assert last <= start < end <= len(seen.shadow)
            assert seen.shadow[start:end].strip() == seen.shadow[start:end]
            last = end
    covered = {i for a, b in seen.sentences for i in range(a, b)}
    assert all(c.isspace() for i, c in enumerate(seen.shadow) if i not in covered)
    for a, b in seen.sentences:
        assert any(p <= a and b <= q for p, q in seen.paragraphs)
    for quotation in seen.quotations:
        assert 0 <= quotation.start < quotation.end <= len(seen.shadow)
        if quotation.speaker_span:
            assert seen.shadow[slice(*quotation.speaker_span)] == quotation.speaker


@given(st.text(st.characters(max_codepoint=127), max_size=60))
def test_ascii_text_is_not_moved(text):
    seen = view(text)
    assert seen.offsets.is_identity
    assert len(seen.shadow) == len(text)


def test_sentence_at():
    seen = view("One two. Three four.\n\nFive.")
    assert [seen.sentence_at(i) for i in (0, 7, 9, 21, 22, 26)] == [0, 0, 1, 1, 2, 2]
    assert view("").sentence_at(0) == 0


def test_shadow_has_one_form_of_everything():
    text = "“Slaves” – the traf\u00adfic\u200bker’s word—15–17\u00a0girls, ‹ﬁne›"
    seen = view(text)
    assert seen.shadow == "\"Slaves\" — the trafficker's word—15-17 girls, 'fine'"
    start = seen.shadow.index("trafficker")
    a, b = seen.original(start, start + len("trafficker"))
    assert text[a:b] == "traf\u00adfic\u200bker"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mr. Doe met Dr. J. R. Roe. He left.", ["Mr. Doe met Dr. J. R. Roe.", "He left."]),
        ("The U.S. Attorney came. It rained.", ["The U.S. Attorney came.", "It rained."]),
        ("It was in the U.S. The girl left.", ["It was in the U.S.", "The girl left."]),
        ("At 5 p.m. Police came.", ["At 5 p.m.", "Police came."]),
        ("No. 5 was hers. No. He lied.", ["No. 5 was hers.", "No.", "He lied."]),
        ("Sgt. Roe said $3.5 million.", ["Sgt. Roe said $3.5 million."]),
        ("“We ran.” He left.", ['"We ran."', "He left."]),
        ("“Why?” she asked. ‘Go!’ he said.", ['"Why?" she asked.', "'Go!' he said."]),
        ("Girls cried... and left. Then… silence", ["Girls cried... and left.", "Then… silence"]),
        (
            "It ended in the motel.Police came at once.",
            ["It ended in the motel.", "Police came at once."],
        ),
        ("Headline without stop\n\nBody here.", ["Headline without stop", "Body here."]),
        ("今日は。明日は！", ["今日は。", "明日は！"]),
        ("(He ran.) She stayed.", ["(He ran.)", "She stayed."]),
    ],
)
def test_sentences(text, expected):
    assert sentences_of(text) == expected


def test_paragraphs():
    assert paragraphs_of("Head\nBody starts.\nNext one.") == ["Head", "Body starts.", "Next one."]
    assert paragraphs_of("one line that goes\non below") == ["one line that goes\non below"]
    assert paragraphs_of("a\r\n\r\nb\r\nC") == ["a", "b", "C"]
    assert paragraphs_of("- first\n- second") == ["- first", "- second"]


def test_hard_wrapped_lines_are_one_paragraph():
    text = (
        "Officers said on Monday that the two women from the north had been\n"
        "found in a house outside the capital, where a couple from Lakeside\n"
        "Road had kept them for three years. Nobody in the street had asked\n"
        "Police or the council about it."
    )
    assert paragraphs_of(text) == [text]
    assert len(sentences_of(text)) == 2


def test_endless_sentences_are_cut_at_spaces():
    parts = sentences_of("word, " * 3000)
    assert all(len(part) <= MAX_SENTENCE and part.endswith(",") for part in parts)


PATHOLOGICAL = {
    "one line": "a" * 200_000,
    "words": "word " * 40_000,
    "quotes": "He said \"x\" and 'y' then. " * 5_000,
    "marks": "\"'" * 100_000,
    "brackets": "([" * 100_000,
    "emoji": "😀" * 200_000,
    "invisible": "\u200d" * 200_000,
    "ligatures": "ﬁ" * 200_000,
    "stops": ". " * 100_000,
    "shouts": "!" * 200_000,
    "lines": "a\n" * 100_000,
    "right to left": "שלום " * 40_000,
    "a gap": 'the word "a"' + " " * 100_000 + '"b"',
}


@pytest.mark.parametrize("name", PATHOLOGICAL)
def test_time_is_linear(name):
    text = PATHOLOGICAL[name]
    started = time.process_time()
    seen = view(text)
    assert time.process_time() - started < 10
    assert isinstance(seen, View)


def test_ten_thousand_quotations_take_ten_times_a_thousand():
    def seconds(count: int) -> float:
        text = 'said "a" ' * count
        started = time.process_time()
        view(text)
        return time.process_time() - started

    seconds(100)
    # the better of two: a search for garbage may fall into one
    assert min(seconds(8_000), seconds(8_000)) < 40 * seconds(1_000) + 0.5

"""Places in a text as editors count them, and a text after edits: exact in every encoding."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.lsp.documents import Encoding, Lines

ENCODINGS: tuple[Encoding, ...] = ("utf-16", "utf-8", "utf-32")
PIECES = (
    "a",
    "word ",
    "\n",
    "\r\n",
    "\r",
    "\u2028",  # none of these is a line break to an editor
    "\u0085",
    "\x0b",
    "\x0c",
    "😀",
    "👩‍👧",
    "e\u0301",
    "é",
    "\u00a0",
    "\u00ad",
    "\u202eשלום\u202c",
    "مرحبا",
    "\ufeff",
    "\U00010000",
    "“",
    "漢",
)
texts = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)
BREAK = re.compile("\r\n|\r|\n")
CODECS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}


@given(texts)
def test_lines_are_those_of_the_protocol(text: str) -> None:
    lines = Lines(text).divided()
    assert "".join(lines) == text
    assert len(lines) == len(BREAK.findall(text)) + bool(BREAK.split(text)[-1])


def counted(text: str, encoding: Encoding) -> int:
    codec, width = CODECS[encoding]
    return len(text.encode(codec)) // width


def reference(text: str, offset: int, encoding: Encoding) -> tuple[int, int]:
    """Line and character by reading the text from its beginning, a character at a time."""
    line = begin = at = 0
    while at < offset:
        found = BREAK.match(text, at)
        if found and found.end() <= offset:
            line, begin, at = line + 1, found.end(), found.end()
        elif found:  # between \r and \n
            break
        else:
            at += 1
    return line, counted(text[begin:at], encoding)


@settings(deadline=None)
@given(texts, st.sampled_from(ENCODINGS))
def test_every_offset_has_its_place_and_back(text: str, encoding: Encoding) -> None:
    lines = Lines(text, encoding)
    for offset in range(len(text) + 1):
        place = lines.place(offset)
        assert place == reference(text, offset, encoding)
        between = text[offset - 1 : offset + 1] == "\r\n"
        assert lines.offset(place) == (offset - 1 if between else offset)


@pytest.mark.parametrize(
    ("encoding", "place"), [("utf-16", (0, 1)), ("utf-8", (0, 1)), ("utf-8", (0, 3))]
)
def test_the_middle_of_a_character_is_its_start(encoding: Encoding, place: tuple[int, int]) -> None:
    assert Lines("😀a", encoding).offset(place) == 0


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_what_is_behind_an_end_is_the_end(encoding: Encoding) -> None:
    lines = Lines("é\r\nb", encoding)
    assert lines.offset((0, 99)) == 1
    assert lines.offset((1, 99)) == lines.offset((9, 0)) == 4
    assert lines.line_end(0) == 1
    assert Lines("", encoding).place(0) == (0, 0)


Edit = tuple[int, int, str]
edits = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40), texts), min_size=1, max_size=8)


@settings(max_examples=100, deadline=None)
@given(texts, edits, st.sampled_from(ENCODINGS))
def test_after_any_edits_the_text_is_the_client_s(
    text: str, given_edits: list[Edit], encoding: Encoding
) -> None:
    mine = text
    for one, other, new in given_edits:
        start, end = sorted((one % (len(text) + 1), other % (len(text) + 1)))
        # an editor's cursor is never between the two of one line break
        start, end = (at - (text[at - 1 : at + 1] == "\r\n") for at in (start, end))
        places = [reference(text, at, encoding) for at in (start, end)]
        text = text[:start] + new + text[end:]
        mine = Lines(mine, encoding).edited(places[0], places[1], new)
        assert mine == text


units = st.lists(st.sampled_from((0x61, 0x0A, 0xD83D, 0xDE00, 0xE9)), max_size=10)


def joined(these: list[int]) -> str:
    """What an editor that counts UTF-16 has: halves of pairs may stand alone."""
    data = b"".join(unit.to_bytes(2, "little") for unit in these)
    return data.decode("utf-16-le", "surrogatepass")


@settings(deadline=None)
@given(units, st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20), units), max_size=5))
def test_utf_16_edits_may_cut_a_pair_in_half(
    these: list[int], changes: list[tuple[int, int, list[int]]]
) -> None:
    def place(at: int) -> tuple[int, int]:
        before = these[:at]
        line = before.count(0x0A)
        return line, at - (len(before) - before[::-1].index(0x0A) if line else 0)

    mine = joined(these)
    for one, other, new in changes:
        start, end = sorted((one % (len(these) + 1), other % (len(these) + 1)))
        mine = Lines(mine).edited(place(start), place(end), joined(new))
        these = these[:start] + new + these[end:]
        assert mine == joined(these)


def test_an_end_before_its_start_is_taken_the_other_way_round() -> None:
    assert Lines("one two").edited((0, 7), (0, 4), "2") == "one 2"

"""Lines, columns and UTF-16 offsets against a naive count."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.positions import Positions

texts = st.text(alphabet=st.sampled_from("ab \r\n\ufeff\u2028é😀א"), max_size=60)


def naive(text: str, offset: int) -> tuple[int, int]:
    line, column, at = 1, 1, 0
    while at < offset:
        if text.startswith("\r\n", at):
            if at + 2 > offset:
                return line, column + 1
            line, column, at = line + 1, 1, at + 2
        elif text[at] in "\r\n":
            line, column, at = line + 1, 1, at + 1
        else:
            column += not (at == 0 and text[0] == "\ufeff")
            at += 1
    return line, column


@given(texts)
def test_agrees_with_a_naive_count(text):
    positions = Positions(text)
    for offset in range(len(text) + 1):
        assert positions.line_column(offset) == naive(text, offset)
        assert positions.utf16(offset) == len(text[:offset].encode("utf-16-le")) // 2


@given(texts)
def test_utf16_and_back(text):
    positions = Positions(text)
    for offset in range(len(text) + 1):
        assert positions.from_utf16(positions.utf16(offset)) == offset


def test_the_middle_of_a_pair_is_its_start():
    assert Positions("a😀b").from_utf16(2) == 1


def test_crlf_is_one_break_and_a_bom_no_column():
    assert Positions("\ufeffab").line_column(1) == (1, 1)
    assert Positions("a\r\nb").line_column(3) == (2, 1)
    assert Positions("a\n\nb").line_column(3) == (3, 1)
    assert Positions("😀x").utf16(1) == 2


def test_outside_the_text_is_an_error():
    with pytest.raises(IndexError, match="offset 4"):
        Positions("abc").line_column(4)
    with pytest.raises(IndexError):
        Positions("abc").utf16(-1)

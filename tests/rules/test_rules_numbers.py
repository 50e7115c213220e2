"""Numbers are read as they are written, and statistics' units, years and bases are found."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.rules.figures import (
    find_bases,
    find_quantities,
    find_years,
    read_number,
    write_money,
    write_number,
    write_range,
)

ROUND = st.builds(
    lambda tenths, scale: tenths * scale, st.integers(1, 9999), st.sampled_from([100, 10**5, 10**8])
)


def words(text, spans):
    return [text[start:end] for start, end in spans]


@given(st.one_of(st.integers(0, 10**6), ROUND))
def test_every_way_of_writing_a_number_reads_back(value):
    for way in write_number(value):
        assert read_number(way) == pytest.approx(value), way


@pytest.mark.parametrize(
    ("value", "ways"),
    [
        (27_600_000, {"27,600,000", "27.6 million", "27.6m", "twenty-seven point six million"}),
        (50_000_000, {"50 million", "50m", "50mn", "fifty million", "50 000 000"}),
        (300_000, {"300,000", "300k", "three hundred thousand", "300 thousand"}),
        (100_000, {"a hundred thousand", "one hundred thousand"}),
        (500_000, {"half a million", "500,000"}),
        (2_500_000, {"two and a half million", "2.5 million"}),
        (13, {"13", "thirteen"}),
    ],
)
def test_numbers_are_written_in_news_ways(value, ways):
    assert ways <= set(write_number(value))


def test_ranges_and_money():
    assert {"between 100,000 and 300,000", "100,000-300,000", "100k to 300k"} <= set(
        write_range(100_000, 300_000)
    )
    money = set(write_money(150_000_000_000))
    assert {"$150 billion", "us$150bn", "150 billion dollars", "$150bn"} <= money
    assert not [way for way in money if way.startswith("$one")]


@pytest.mark.parametrize("text", ["", "many", "dozens", "a", "the", "girl"])
def test_what_is_no_number_reads_as_none(text):
    assert read_number(text) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Some 27.6 million people", [("27.6 million", 27_600_000, "count")]),
        ("a trade of $150bn a year", [("$150bn", 150e9, "money")]),
        ("They paid 3,000 dollars each", [("3,000 dollars", 3000, "money")]),
        ("62 per cent were men", [("62 per cent", 62, "share")]),
        ("up 40%", [("40%", 40, "share")]),
        ("nine in ten workers", [("nine in ten", 90, "share")]),
        ("Seven out of every ten maids", [("Seven out of every ten", 70, "share")]),
        ("a third of victims", [("a third", 100 / 3, "share")]),
        ("two thirds of those", [("two thirds", 200 / 3, "share")]),
        ("Fifty million people", [("Fifty million", 50e6, "count")]),
        ("half a million girls", [("half a million", 500_000, "count")]),
        ("A girl took a bus", []),
        ("in room 4b", []),
    ],
)
def test_amounts_and_their_units(text, found):
    quantities = list(find_quantities(text))
    assert [(text[q.start : q.end], q.unit) for q in quantities] == [(w, u) for w, _, u in found]
    assert [q.value for q in quantities] == pytest.approx([value for _, value, _ in found])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("in 2024, and 2023-24", ["2024", "2023-24"]),
        ("2,024 people, 12024, $2024, 2024.5 tonnes", []),
        ("flight 2099 people", []),
        ("since 1998.", ["1998"]),
    ],
)
def test_years(text, found):
    assert words(text, find_years(text)) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Of the 312 people identified, 62% were men.", ["Of the 312 people"]),
        ("Of 36 Nepali workers interviewed, 31 had paid.", ["Of 36 Nepali workers"]),
        ("from a sample of 400 women", ["sample of 400"]),
        ("It is based on 212 women interviewed.", ["212 women interviewed"]),
        ("Seventy per cent of victims are women.", []),
        ("One of the women left.", []),
    ],
)
def test_bases(text, found):
    assert words(text, find_bases(text)) == found


@given(st.text(max_size=300))
def test_any_text_is_read_without_an_error(text):
    for quantity in find_quantities(text):
        assert 0 <= quantity.start < quantity.end <= len(text)
    list(find_years(text))
    list(find_bases(text))


@pytest.mark.parametrize("piece", ["one ", "1,", "1 ", "of 2 ", "a ", "half a ", "9" * 50, "in "])
def test_reading_is_linear(piece):
    text = piece * (200_000 // len(piece))
    started = time.process_time()
    for find in (find_quantities, find_years, find_bases):
        assert sum(1 for _ in find(text)) <= len(text)
    assert time.process_time() - started < 3

"""Quotations and their speakers in paragraphs as newspapers print them, scored."""

import pytest
from quotation_cases import by_regex, load_cases, overlap, quotations_of, score, told, trim

DEVELOPMENT, KEPT_APART = load_cases()


def test_there_are_eighty_cases():
    assert (len(DEVELOPMENT), len(KEPT_APART)) == (50, 30)


def test_floors_of_development():
    result = score(DEVELOPMENT)
    assert (result.exact, result.found) == (82, 82), told("development", DEVELOPMENT)
    assert result.kinds >= 82
    assert result.speakers >= 74


def test_floors_of_what_is_kept_apart():
    result = score(KEPT_APART)
    assert (result.exact, result.found) == (53, 53), told("kept apart", KEPT_APART)
    assert result.kinds >= 50
    assert result.speakers >= 39


@pytest.mark.parametrize("cases", [DEVELOPMENT, KEPT_APART], ids=["development", "kept apart"])
def test_double_marks_are_found_better_than_by_a_regex(cases):
    ours, regex = score(cases, double=True), score(cases, double=True, regex=True)
    assert ours.exact_f >= regex.exact_f + 0.1
    assert ours.overlap_f >= regex.overlap_f + 0.1


@pytest.mark.parametrize("case", DEVELOPMENT + KEPT_APART, ids=lambda case: str(case.number))
def test_what_a_regex_finds_is_found(case):
    written = {(said.start, said.end) for said in case.said}
    ours = {span for span, _ in quotations_of(case.text)}
    assert {span for span, _ in by_regex(case.text)} & written <= ours


def test_trimmed_spans_overlap_themselves():
    assert trim(" a ", 0, 3) == (1, 2)
    assert overlap((0, 4), (2, 6)) == pytest.approx(1 / 3)

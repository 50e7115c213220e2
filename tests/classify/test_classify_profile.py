"""Ages and people: who the victims are, and who not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.classify.cue_phrases import CueTable
from monitor.classify.features import read_article
from monitor.classify.victims import PROFILE_NAMES, find_people, people_spans, profile

CUES = CueTable([])


def people(title: str, text: str = "") -> list[tuple[str, str]]:
    reading = read_article(title, text, CUES)
    found = []
    for person in find_people(reading):
        span = reading.span(person.field, person.first, person.last)
        found.append(
            (person.kind, (title if span.field == "title" else text)[span.start : span.end])
        )
    return found


@pytest.mark.parametrize(
    ("title", "kind", "words"),
    [
        ("A 16-year-old girl was found", "child's age", "16-year-old"),
        ("Girls aged 13 and 15 were found", "child's age", "15"),
        ("An 18-year-old woman was found", "victim's adult age", "18-year-old"),
        (
            "Man jailed for trafficking two girls",
            "children harmed or freed",
            "trafficking two girls",
        ),
        ("Police freed nine women", "adults harmed or freed", "freed nine women"),
        ("Women and children were held", "both", "Women and children"),
        ("Two men arrested", "suspect", "men"),
        ("Mariam, 15, was sold", "child's age", "15"),
        ("She was sold when she was 14", "child's age", "14"),
        ("Those under 18 may not be hired", "child's age", "18"),
        ("Married at the age of 12", "child's age", "12"),
        ("Police arrested a Ghanaian woman", "suspect", "woman"),
        ("He was convicted of selling women", "adults harmed or freed", "selling women"),
        ("Child sex trafficking trial", "children", "Child"),
        ("Caregivers were lured abroad", "adults harmed or freed", "Caregivers were lured"),
    ],
)
def test_people_are_told_apart(title: str, kind: str, words: str) -> None:
    assert (kind, words) in people(title)


@pytest.mark.parametrize(
    "title",
    [
        "John Smith, 34, was charged",
        "A 21-year-old man was charged",
        "Youth pastor charged on May 16, 2024",
        "The shop opens on Feb 15, officials said",
        "She was 34 and free",
        "The bus took under 10 minutes",
    ],
)
def test_no_age_of_suspects_or_of_days(title: str) -> None:
    assert not [kind for kind, _ in people(title) if kind.endswith("age")]


@given(st.text(max_size=60), st.text(max_size=200))
def test_any_text_has_numbers_and_exact_spans(title: str, text: str) -> None:
    reading = read_article(title, text, CUES)
    found = find_people(reading)
    assert len(profile(reading, found, [])) == len(PROFILE_NAMES)
    for label in ("child", "adult", "both"):
        for span in people_spans(reading, found, label):
            assert 0 <= span.start < span.end <= len(title if span.field == "title" else text)

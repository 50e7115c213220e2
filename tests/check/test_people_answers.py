"""What a reporter says of people: read strictly, by place, in the source of a file too."""

from typing import Any

import pytest

from monitor.app import Monitor
from monitor.check.people_answers import AnswersError, answers_to, nobody_at, read_answers
from monitor.records.errors import NobodyThere
from monitor.records.finding import Span
from monitor.records.people import PersonAnswer
from monitor.settings import Settings
from monitor.text.document import Document
from monitor.text.readers import make_document

GOOD = {"field": "text", "start": 3, "end": 8}
DRAFT = """Police find girl in yard

Adwoa Mensah, 15, a pupil at Hill School in Tarkoro, was sold to the yard by her uncle, police said.
She was raped there and forced to work at night. The officer Kofi Annor said she was safe now.
"""


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "people must be a list"),
        ([GOOD, "Adwoa"], "people[1] must be an object"),
        ([{**GOOD, "Adwoa": 1}], "people[0] has a field that is not known here"),
        ([{"field": "text", "start": 3}], "people[0].end is required"),
        ([{**GOOD, "field": "Adwoa"}], "people[0].field must be text or title"),
        ([GOOD, {**GOOD, "start": True}], "people[1].start must be a whole number, at least 0"),
        ([{**GOOD, "start": 8}], "people[0].end must be after start"),
        ([{**GOOD, "role": "Adwoa"}], "people[0].role must be one of victim, minor, relative"),
        ([{**GOOD, "role": ["victim"]}], "people[0].role must be one of"),
        ([{**GOOD, "minor": "yes"}], "people[0].minor must be true, false or null"),
        ([{**GOOD, "consent": 1}], "people[0].consent must be true, false or null"),
        ([{**GOOD, "source_start": 4}], "people[0].source_end is required"),
        ([{**GOOD, "source_start": 4, "source_end": 4}], "people[0].source_end must be after"),
        ([GOOD] * 1001, "people must be at most 1000 answers"),
    ],
)
def test_what_is_no_answer_is_told_with_its_place_and_no_word(given: Any, says: str) -> None:
    with pytest.raises(AnswersError) as caught:
        read_answers(given)
    assert str(caught.value).startswith(says)
    assert "Adwoa" not in str(caught.value)


def test_answers_are_taken_as_they_are() -> None:
    given = [{**GOOD, "role": "victim", "minor": None, "consent": True, "source_start": None}]
    assert read_answers(given) == given
    span = Span("text", 3, 8)
    document = Document("It is a draft.")
    assert answers_to(document, given) == (PersonAnswer(span, "victim", None, True),)


@pytest.mark.parametrize(
    ("format", "source"),
    [
        ("md", "# A *raid*\n\nThe **girl**, [Maria](https://a.example/) Popa, was sold."),
        ("html", "<h1>A raid</h1><p>The girl &amp; <b>Maria</b> Popa &mdash; was sold.</p>"),
    ],
)
def test_a_place_in_the_source_is_one_in_the_text(format: str, source: str) -> None:
    document = make_document(source, format=format, max_chars=1000)
    start = source.index("Maria")
    given = {**GOOD, "source_start": start, "source_end": start + 5}
    (answer,) = answers_to(document, [given])
    assert document.text[answer.span.start : answer.span.end] == "Maria"
    given = {**GOOD, "source_start": source.index("girl"), "source_end": source.index("Popa") + 4}
    (answer,) = answers_to(document, [given])
    found = document.text[answer.span.start : answer.span.end]
    assert (found[:4], found[-4:]) == ("girl", "Popa")


def test_answers_overrule_what_was_read() -> None:
    start = DRAFT.index("Adwoa")
    place = {"field": "text", "start": start, "end": start + 5}
    with Monitor(Settings()) as monitor:
        plain = monitor.check_text(DRAFT)
        assert "people" not in plain
        assert not any({"person", "by_place"} & finding.keys() for finding in plain["findings"])
        told = monitor.check_text(DRAFT, people=True)
        said = monitor.check_text(DRAFT, people=[{**place, "role": "other", "minor": False}])
        agreed = monitor.check_text(DRAFT, people=[{**place, "consent": True}])
        nobody = {**place, "start": len(DRAFT) - 2, "end": len(DRAFT)}
        with pytest.raises(NobodyThere) as caught:
            monitor.check_text(DRAFT, people=[nobody, place, {**place, "field": "title"}])
    assert list(nobody_at(caught.value)) == [0, 2]

    def flags(document: dict[str, Any]) -> list[dict[str, Any]]:
        return [f for f in document["findings"] if f["protects"] and "Adwoa" in f["match"]]

    def adwoa(document: dict[str, Any]) -> dict[str, Any]:
        return next(p for p in document["people"] if start in {m["start"] for m in p["mentions"]})

    assert adwoa(told)["minor"] is True
    assert (adwoa(told)["line"], adwoa(told)["column"]) == (3, 1)
    (flag,) = flags(told)
    assert flag["person"] == adwoa(told)["person"]
    assert flag["by_place"].startswith(f"Person {flag['person']}: ")
    words = {word.strip(".,") for word in DRAFT.split() if word[0].isupper()} - {"She", "The"}
    assert not words & set(flag["by_place"].replace("'", " ").split())
    assert (adwoa(said)["role"], adwoa(said)["role_probability"]) == ("other", 1.0)
    assert not flags(said)
    assert flags(agreed), "consent closed a child's flag"

"""The streaming contract of `monitor classify` and the assessors behind it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import shipped
from monitor.classify.bulk import classify_lines
from monitor.records.article import Article, Assessment

ASSESSORS = shipped.classifiers()
CASE = {
    "id": "a",
    "title": "Women freed from brothel",
    "text": "Six women were held in a brothel in Accra and forced into prostitution. "
    "Police in Ghana arrested two people for human trafficking.",
}


def run(*lines: str) -> list[dict]:
    return [json.loads(line) for line in classify_lines(lines, ASSESSORS)]


def test_a_relevant_article_has_tags_and_stamps() -> None:
    (record,) = run(json.dumps(CASE))
    assert list(record) == ["id", "relevance", "relevant", "borderline", "tags", "stamps"]
    assert record["relevant"] is True
    assert record["borderline"] is False
    assert record["stamps"] == [assessor.stamp for assessor in ASSESSORS]
    places = [tag for tag in record["tags"] if tag["scheme"] == "place"]
    assert [(tag["label"], tag["role"]) for tag in places] == [("GH", "exploitation")]
    for tag in record["tags"]:
        assert tag["evidence"]
        for span in tag["evidence"]:
            assert CASE[span["field"]][span["start"] : span["end"]].strip()


@pytest.mark.parametrize("url", ["https://www.example.com.gh/news/1", None, 7])
def test_an_address_is_read_where_there_is_one(url: object) -> None:
    text = "Police arrested two people for human trafficking of four girls."
    (record,) = run(json.dumps({"id": "a", "title": "Girls freed", "text": text, "url": url}))
    places = {tag["label"] for tag in record["tags"] if tag["scheme"] == "place"}
    assert ("GH" in places) == isinstance(url, str)


def test_an_article_on_something_else_has_no_tags() -> None:
    (record,) = run(json.dumps({"id": "b", "title": "Cup final", "text": "The home side won."}))
    assert record["relevant"] is False
    assert record["tags"] == []


def test_another_language_is_not_judged() -> None:
    text = "La polizia ha arrestato lunedì tre uomini sospettati di aver rubato biciclette a Pisa."
    for extra in ({}, {"language": "it"}):
        (record,) = run(json.dumps({"id": "c", "title": "", "text": text, **extra}))
        assert record["relevance"] is None
        assert record["relevant"] is None
        assert record["not_judged"] == "language"
        assert record["language"] == "it"
        assert record["tags"] == []


@pytest.mark.parametrize(
    ("line", "identity", "word"),
    [
        ("{", None, "JSON"),
        ("", None, "JSON"),
        ("[1]", None, "object"),
        ('{"text": "x"}', None, "'id'"),
        ('{"id": "d"}', "d", "'text'"),
        ('{"id": "d", "text": 3}', "d", "'text'"),
        ('{"id": 3, "text": "x"}', None, "'id'"),
        ('{"id": "d", "text": "x", "title": []}', "d", "'title'"),
        ('{"id": "d", "text": "x", "language": 1}', "d", "'language'"),
        ('{"id": "d", "text": "secret \\ud800"}', "d", "surrogate"),
        ('{"id": "\\ud800", "text": "x"}', None, "surrogate"),
        ("[" * 100_000, None, "JSON"),
    ],
)
def test_a_broken_line_is_reported_and_the_run_goes_on(
    line: str, identity: str | None, word: str
) -> None:
    broken, good = run(line, json.dumps(CASE))
    assert broken["id"] == identity
    assert word in broken["error"]
    assert "secret" not in broken["error"]
    assert good["relevant"] is True


def test_lines_are_read_as_they_are_needed() -> None:
    taken = 0

    def endless() -> Iterator[str]:
        nonlocal taken
        while True:
            taken += 1
            yield json.dumps(CASE | {"id": str(taken)})

    stream = classify_lines(endless(), ASSESSORS)
    assert [json.loads(next(stream))["id"] for _ in range(3)] == ["1", "2", "3"]
    assert taken < 100


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=200), st.text(max_size=40)), min_size=1, max_size=5))
def test_the_batch_does_not_change_a_judgement(articles: list[tuple[str, str]]) -> None:
    lines = [
        json.dumps({"id": str(i), "title": title, "text": text, "language": "en"})
        for i, (text, title) in enumerate(articles)
    ]
    assert run(*lines) == [record for line in lines for record in run(line)]


def test_an_article_that_fails_is_an_error_of_its_own() -> None:
    class Failing:
        stamp = "failing@1+0"

        def assess(self, articles: list[Article]) -> list[Assessment]:
            return [Assessment(self.stamp, error="ZeroDivisionError") for _ in articles]

    (line,) = classify_lines([json.dumps(CASE)], [Failing()])
    assert json.loads(line) == {"id": "a", "error": "could not be judged (ZeroDivisionError)"}


def test_a_failing_article_does_not_stop_the_others() -> None:
    def article(text: object) -> Article:
        return Article("x", "", "", text, "", "en", None, datetime.now(UTC), "")  # type: ignore[arg-type]

    for assessor in ASSESSORS[:2]:  # the English ones, which read it
        failed, fine = assessor.assess([article(None), article("Rain at the weekend.")])
        assert failed.error is not None
        assert fine.error is None

"""`people` of a check over HTTP: asked for, answered, refused with the way to what is wrong."""

import json
from typing import Any

import httpx
import pytest

from monitor.api.check_routes import CheckedDocument

DRAFT = """Yaa Boakye, 15, a pupil at Hill School in Tarkoro, was sold to a yard by her uncle,
police said. She was raped there and forced to work at night. The officer Kofi Annor said she
was safe."""
START = DRAFT.index("Yaa")
PLACE = {"field": "text", "start": START, "end": START + 3}


def check(client: httpx.Client, people: Any, **fields: Any) -> httpx.Response:
    return client.post("/v1/check", json={"text": DRAFT, "people": people, **fields})


def as_file(client: httpx.Client, people: str) -> httpx.Response:
    files = {"file": ("draft.txt", DRAFT.encode())}
    return client.post("/v1/check/file", files=files, data={"people": people})


def test_people_are_there_only_where_they_are_asked_for(client: httpx.Client) -> None:
    told = check(client, True)
    assert told.status_code == 200
    CheckedDocument.model_validate(told.json())
    people = told.json()["people"]
    assert [one["person"] for one in people] == list(range(1, len(people) + 1))
    assert "Yaa" not in json.dumps(people)
    mentions = [DRAFT[m["start"] : m["end"]] for m in people[0]["mentions"]]
    assert any(words.startswith("Yaa") for words in mentions)
    for answer in (check(client, False), client.post("/v1/check", json={"text": DRAFT})):
        document = answer.json()
        assert "people" not in document
        assert not [f for f in document["findings"] if "by_place" in f or "person" in f]


@pytest.mark.parametrize("is_file", [False, True])
def test_answers_overrule_what_was_read(client: httpx.Client, is_file: bool) -> None:
    given = [{**PLACE, "role": "official", "minor": False}]
    answer = as_file(client, json.dumps(given)) if is_file else check(client, given)
    assert answer.status_code == 200, answer.text
    first = answer.json()["people"][0]
    assert (first["role"], first["minor"], first["role_probability"]) == ("official", False, 1)
    assert not [f for f in answer.json()["findings"] if f["match"].startswith("Yaa")]


@pytest.mark.parametrize("is_file", [False, True])
@pytest.mark.parametrize(
    ("given", "location", "message"),
    [
        ("yes", [], "must be a list"),
        (None, [], "must be a list"),
        ([{**PLACE, "Yaa": "Yaa"}], [0], "has a field that is not known here"),
        ([PLACE, {**PLACE, "role": "Yaa"}], [1, "role"], "must be one of "),
        ([{**PLACE, "end": START}], [0, "end"], "must be after start"),
        ([{**PLACE, "minor": "Yaa"}], [0, "minor"], "must be true, false or null"),
        ([{"start": 1, "end": 2}], [0, "field"], "is required"),
    ],
)
def test_what_is_wrong_is_told_with_its_place_and_no_word(
    client: httpx.Client, given: Any, location: list[Any], message: str, is_file: bool
) -> None:
    answer = as_file(client, json.dumps(given)) if is_file else check(client, given)
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["location"] == ["body", "people", *location]
    assert error["message"].startswith(message)
    assert "Yaa" not in answer.text


def test_an_answer_where_nobody_is_told_of_is_refused_by_number(client: httpx.Client) -> None:
    nobody = {**PLACE, "start": DRAFT.index("safe"), "end": DRAFT.index("safe") + 4}
    for answer in (
        check(client, [PLACE, nobody, {**PLACE, "field": "title"}]),
        as_file(client, json.dumps([PLACE, nobody, {**PLACE, "field": "title"}])),
    ):
        assert answer.status_code == 422
        errors = answer.json()["errors"]
        assert [one["location"] for one in errors] == [["body", "people", n] for n in (1, 2)]
        assert "people[1], people[2]" in answer.json()["detail"]
        assert "Yaa" not in answer.text


def test_a_form_that_is_no_json_is_refused(client: httpx.Client) -> None:
    for wrong in ("[", "Yaa", "[" * 100_000):
        answer = as_file(client, wrong)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["location"] == ["body", "people"]


def test_places_in_markdown_are_given_and_taken_in_the_source(client: httpx.Client) -> None:
    source = f"# A raid\n\n**{DRAFT[:10]}**{DRAFT[10:]}"
    told = client.post("/v1/check", json={"text": source, "format": "md", "people": True}).json()
    first = told["people"][0]["mentions"][0]
    assert source[first["source_start"] : first["source_end"]].startswith("Yaa")
    given = [{**first, "role": "helper"}]
    given[0] |= {"start": 0, "end": 1}
    fields = {"text": source, "format": "md", "people": given}
    again = client.post("/v1/check", json=fields).json()
    assert again["people"][0]["role"] == "helper"

"""`POST /v1/articles/{id}/review` on a real server."""

import httpx
import pytest


@pytest.fixture(scope="module")
def article(client: httpx.Client) -> str:
    found = client.get("/v1/articles", params={"relevant": True}).json()["articles"]
    return str(found[0]["id"])


def test_a_review_is_stored(client: httpx.Client, article: str) -> None:
    body = {"verdict": "relevant", "tags": {"place": ["th"], "form": []}, "reviewer": "Ama"}
    answer = client.post(f"/v1/articles/{article}/review", json=body)
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert (said["article"], said["verdict"], said["reviewer"]) == (article, "relevant", "Ama")
    assert said["tags"] == {"form": [], "place": ["TH"]}
    assert said["sha256"] == client.get(f"/v1/articles/{article}").json()["sha256"]


def test_gender_and_help_are_reviewed_like_other_tags(client: httpx.Client, article: str) -> None:
    tags = {"gender": ["both"], "protection": ["shelter", "return"]}
    answer = client.post(
        f"/v1/articles/{article}/review", json={"verdict": "relevant", "tags": tags}
    )
    assert answer.json()["tags"] == {"gender": ["both"], "protection": ["return", "shelter"]}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"verdict": "maybe"}, 422),
        ({}, 422),
        ({"verdict": "relevant", "tags": {"form": ["slavery"]}}, 422),
        ({"verdict": "relevant", "tags": {"colour": ["red"]}}, 422),
        ({"verdict": "relevant", "tags": {"place": ["XX"]}}, 422),
        ({"verdict": "relevant", "tags": {"victim": []}}, 422),
        ({"verdict": "relevant", "tags": {"gender": ["female", "male"]}}, 422),
        ({"verdict": "relevant", "tags": {"protection": ["visa"]}}, 422),
        ({"verdict": "relevant", "more": 1}, 422),
        ({"verdict": "relevant", "sha256": "0" * 64}, 404),
    ],
)
def test_a_wrong_review_is_a_problem(
    client: httpx.Client, article: str, body: dict, status: int
) -> None:
    answer = client.post(f"/v1/articles/{article}/review", json=body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert "slavery" not in answer.text


def test_there_must_be_such_an_article(client: httpx.Client) -> None:
    answer = client.post("/v1/articles/none/review", json={"verdict": "relevant"})
    assert answer.status_code == 404


def test_flags_are_judged_and_a_decision_is_taken_back(client: httpx.Client, article: str) -> None:
    found = client.get(f"/v1/articles/{article}").json()["findings"]
    rule = found[0]["rule"]
    body = {"rule": rule, "right": True, "reviewer": "Ama"}
    said = client.post(f"/v1/articles/{article}/flags", json=body).json()
    assert said["flags"] == sum(finding["rule"] == rule for finding in found)
    assert (said["rule"], said["right"], said["provisional"]) == (rule, True, False)
    place = {**body, "field": found[0]["field"], "start": found[0]["start"]}
    assert client.post(f"/v1/articles/{article}/flags", json=place).json()["flags"] == 1
    as_float = {**place, "start": float(place["start"])}  # the same number to JSON
    assert client.post(f"/v1/articles/{article}/flags", json=as_float).json()["flags"] == 1
    for no_number in (place["start"] + 0.5, True, str(place["start"]), 1e300):
        wrong = {**place, "start": no_number}
        assert client.post(f"/v1/articles/{article}/flags", json=wrong).status_code == 422
    for wrong in ({**body, "rule": "none"}, {**place, "start": 9_999}):
        assert client.post(f"/v1/articles/{article}/flags", json=wrong).status_code == 404
    undo = f"/v1/decisions/{said['decision']}/undo"
    assert client.post(undo, json={"reviewer": "Kofi"}).status_code == 404
    assert client.post(undo, json={"reviewer": "Ama"}).json()["article"] == article
    assert client.post(undo, json={"reviewer": "Ama"}).status_code == 409

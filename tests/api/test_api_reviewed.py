"""A Word file is uploaded and comes back with comments."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

import word_corpus
from monitor.api.check_routes import WORD as MEDIA_TYPE
from word_corpus import para, run
from word_reading import W, around, comments, ours, text_of
from word_shapes import SHAPES

PATH = "/v1/check/file/reviewed"
DRAFT = "Police said that the child prostitutes had worked in the bar near the old harbour."


def send(client: httpx.Client, data: bytes, name: str = "draft.docx") -> httpx.Response:
    return client.post(PATH, files={"file": (name, data)}, data={"country": ""})


def test_a_word_file_comes_back_with_comments(client: httpx.Client) -> None:
    data = word_corpus.package(para(run(DRAFT)))
    answer = send(client, data)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert answer.headers["content-disposition"] == 'attachment; filename="reviewed.docx"'
    assert answer.headers["cache-control"] == "no-store"
    assert text_of(answer.content) == DRAFT
    said = ours(answer.content)
    (key,) = (key for key, lines in said.items() if "Rule: child-prostitute" in lines[-1])
    assert around(answer.content)[key] == "child prostitutes"
    made = datetime.fromisoformat(comments(answer.content)[key].get(W + "date"))
    assert datetime.now(UTC) - made < timedelta(minutes=5)
    again = send(client, answer.content).content
    assert around(again) == around(answer.content)


@pytest.mark.parametrize(
    ("name", "data", "status"),
    [
        ("draft.txt", DRAFT.encode(), 415),
        ("draft.docm", DRAFT.encode(), 415),
        ("draft.docx", DRAFT.encode(), 422),
    ],
)
def test_what_is_no_word_file_is_refused(
    client: httpx.Client, name: str, data: bytes, status: int
) -> None:
    answer = send(client, data, name)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert "Police" not in answer.text


def test_a_guideline_that_is_not_here_is_not_repeated(client: httpx.Client) -> None:
    files = {"file": ("a.docx", SHAPES["word_runs"]())}
    answer = client.post(PATH, files=files, data={"guideline": "quokka"})
    assert answer.status_code == 400
    assert "quokka" not in answer.text


def test_others_comments_come_back_too(client: httpx.Client) -> None:
    answer = send(client, SHAPES["word_comments"]())
    assert {c.get(W + "author") for c in comments(answer.content).values()} >= {"B. Desk"}

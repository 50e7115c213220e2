import json
from collections.abc import Iterator

import httpx
import pytest

import serving
from monitor.api.request_bodies import max_body_bytes
from monitor.app import Monitor
from monitor.settings import CheckSettings, Settings

LIMIT = 2_000


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A desk with a small limit."""
    home = tmp_path_factory.mktemp("small-desk")
    with (
        Monitor(Settings(home=home, check=CheckSettings(max_chars=LIMIT))) as monitor,
        serving.serve(monitor) as address,
        httpx.Client(base_url=address, timeout=30) as client,
    ):
        yield client


def post(client: httpx.Client, content: bytes | Iterator[bytes]) -> httpx.Response:
    return client.post("/v1/check", content=content, headers={"content-type": "application/json"})


def test_the_longest_draft_passes_however_it_is_escaped(small: httpx.Client) -> None:
    for letter in ("a", "🌊"):
        assert post(small, json.dumps({"text": letter * LIMIT}).encode()).status_code == 200
        answer = post(small, json.dumps({"text": letter * (LIMIT + 1)}).encode())
        assert answer.status_code == 413
        assert "2,000" in answer.json()["detail"]


def test_title_and_text_count_together(small: httpx.Client) -> None:
    body = json.dumps({"text": "a" * LIMIT, "title": "b"}).encode()
    assert post(small, body).status_code == 413


def test_the_limit_is_the_same_for_files_and_classification(small: httpx.Client) -> None:
    data = b"a" * (LIMIT + 1)
    assert small.post("/v1/check/file", files={"file": ("a.txt", data)}).status_code == 413
    assert small.post("/v1/classify", json={"text": data.decode()}).status_code == 413


@pytest.mark.parametrize("times", [1.01, 3, 50])
def test_an_announced_body_over_the_limit_is_refused(small: httpx.Client, times: float) -> None:
    answer = post(small, b"a" * int(max_body_bytes(LIMIT) * times))
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("times", [1.01, 3])
def test_a_streamed_body_over_the_limit_is_refused(small: httpx.Client, times: float) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(int(max_body_bytes(LIMIT) * times / 1000)):
            yield b"a" * 1000

    assert post(small, chunks()).status_code == 413


def test_a_streamed_draft_within_the_limit_is_checked(small: httpx.Client) -> None:
    body = json.dumps({"text": "Some child prostitutes had worked there."}).encode()
    answer = post(small, iter([body[:10], body[10:]]))
    assert answer.status_code == 200
    assert len(answer.json()["findings"]) == 1

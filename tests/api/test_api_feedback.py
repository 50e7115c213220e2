"""`POST /v1/rules/{rule_id}/feedback` over a desk of one rule, and what comes of it."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

import own_guide
import serving
from monitor.api.rule_routes import MOST
from monitor.app import Monitor
from monitor.settings import CheckSettings, Settings
from store_samples import NOW

RULE = "unfortunate-victim"
PATH = f"/v1/rules/{RULE}/feedback"
GOOD = {"right": True, "client": "page"}


@pytest.fixture(name="served")
def _served(tmp_path: Path) -> Iterator[httpx.Client]:
    settings = Settings(home=tmp_path, check=CheckSettings(guideline=str(own_guide.make(tmp_path))))
    with (
        Monitor(settings, now=lambda: NOW) as monitor,
        serving.serve(monitor) as address,
        httpx.Client(base_url=address, timeout=30) as client,
    ):
        yield client


def test_an_answer_is_counted_and_shown(served: httpx.Client) -> None:
    assert served.get(f"/v1/rules/{RULE}").json()["feedback"] is None
    assert "Editors said" not in served.get(f"/rules/{RULE}").text
    first = served.post(PATH, json={**GOOD, "guideline": "own-guide", "severity": "warning"})
    assert first.json()["right"] == 1
    second = served.post(PATH, json={"right": False, "client": "lsp"}).json()
    assert (second["hits"], second["right"]) == (2, 1)
    assert served.get(f"/v1/rules/{RULE}").json()["feedback"] == second
    assert "Editors said of 1 of 2 flags" in served.get(f"/rules/{RULE}").text


WRONG: list[tuple[str, dict[str, object], int]] = [
    ("/v1/rules/no-such-rule/feedback", GOOD, 404),
    (PATH, {**GOOD, "guideline": "own-guide@0.1+0"}, 409),
    (PATH, {**GOOD, "client": "a word"}, 422),
    (PATH, {**GOOD, "severity": "a word"}, 422),
    (PATH, {**GOOD, "match": "a word"}, 422),
    (PATH, {"right": "yes", "client": "page"}, 422),
]


def test_what_is_not_counted(served: httpx.Client) -> None:
    for path, body, status in WRONG:
        answer = served.post(path, json=body)
        assert answer.status_code == status, body
        assert "a word" not in answer.text
    foreign = {"origin": "https://attacker.example"}
    assert served.post(PATH, json=GOOD, headers=foreign).status_code == 403
    assert served.get(f"/v1/rules/{RULE}").json()["feedback"] is None


def test_nobody_floods_it(served: httpx.Client) -> None:
    statuses = [served.post(PATH, json=GOOD).status_code for _ in range(MOST + 1)]
    assert statuses == [200] * MOST + [429]
    refused = served.post(PATH, json=GOOD)
    assert 0 < int(refused.headers["retry-after"]) <= 3601
    assert served.get(f"/v1/rules/{RULE}").json()["feedback"]["hits"] == MOST

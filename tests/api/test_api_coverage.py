"""What was covered and what may be missed, over HTTP and typed."""

import httpx
import pytest

from monitor.api.coverage_routes import CoverageAccount, FoundOut, SampleOut
from monitor.app import Monitor
from monitor.review.recall_estimate import gaps_until


@pytest.mark.parametrize("day", ["2026-11-25", "2026-11-26", "9999-12-31"])
def test_a_day_that_is_not_over_has_no_sample(client: httpx.Client, day: str) -> None:
    for method in ("GET", "POST"):
        answer = client.request(method, "/v1/coverage/sample", params={"day": day})
        assert answer.status_code == 422
        assert "not over" in answer.text


def test_a_sample_is_drawn_by_who_asks_for_it(client: httpx.Client) -> None:
    """Once, and never by a look; it is empty where nothing came."""
    assert client.get("/v1/coverage/sample", params={"day": "2026-11-20"}).status_code == 404
    assert client.get("/v1/coverage/sample", params={"day": "2026-11-20"}).status_code == 404
    drawn = client.post("/v1/coverage/sample")
    answer = client.get("/v1/coverage/sample")
    assert drawn.json() == answer.json()
    sample = SampleOut.model_validate(answer.json()).model_dump()
    assert (sample["day"], sample["articles"]) == ("2026-11-24", [])


def test_a_period_is_accounted_for(client: httpx.Client) -> None:
    answer = client.get("/v1/coverage", params={"since": "2026-11-25", "until": "2026-11-25"})
    found = CoverageAccount.model_validate(answer.json())
    assert found.items.balanced
    assert (found.items.fetched, found.items.stored) == (3, 3)
    assert (found.feeds.polled, found.feeds.alive) == (1, 1)
    assert "not claimed" in found.words[-1]
    wrong = client.get("/v1/coverage", params={"since": "2026-11-26", "until": "2026-11-25"})
    assert wrong.status_code == 422


def test_a_case_learned_of_elsewhere(client: httpx.Client, desk: Monitor) -> None:
    url = "https://news.example/farm?utm_source=mail"
    first, again = (client.post("/v1/found", json={"url": url, "note": "a call"}) for _ in "ab")
    found = FoundOut.model_validate(first.json())
    assert (found.had, found.new) == ("not_followed", True)
    assert not again.json()["new"]
    same = {"url": "https://other.example/raid", "same_as": "article-farm"}
    assert client.post("/v1/found", json=same).json()["had"] == "shown"
    assert client.post("/v1/found", json={"url": "ftp://x"}).status_code == 422
    missing = {"url": "https://other.example/b", "same_as": "nobody"}
    assert client.post("/v1/found", json=missing).status_code == 422
    gaps = gaps_until(desk, "2026-11-26").figures["elsewhere"]
    assert (gaps["cases"], gaps["shown"], gaps["share"]) == (2, 1, None)

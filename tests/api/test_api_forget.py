"""Forgetting an article over the API, and what pages and API say of it afterwards."""

from __future__ import annotations

import time
from pathlib import Path

import httpx

import own_guide
from light_desk import LightDesk
from monitor.settings import CheckSettings, Settings
from serving import serve
from store_samples import CLASSIFIER, NOW, at, feed, incoming, judged, poll


def test_an_article_is_forgotten_and_gone(tmp_path: Path) -> None:
    check = CheckSettings(guideline=str(own_guide.tiny(tmp_path)))
    with (
        LightDesk(Settings(home=tmp_path, check=check), now=lambda: at(60)) as desk,
        serve(desk) as address,
        httpx.Client(base_url=address) as client,
    ):
        desk.store.add_feeds([feed()], NOW)
        desk.store.record_poll(poll(feed(), [incoming("a"), incoming("b")]), NOW)
        for article in desk.store.due(CLASSIFIER, limit=9):
            desk.store.record_assessments([(article, judged(0.9))], NOW)
        made = client.post("/v1/exports", json={"format": "jsonl"}).json()["id"]
        job = f"/v1/exports/{made}"
        while client.get(job).json()["state"] != "done":
            time.sleep(0.02)
        one = "/v1/articles/article-a"
        assert client.delete(one).status_code == 422
        assert client.delete(one, params={"reason": "whim"}).status_code == 422
        assert client.delete("/v1/articles/x", params={"reason": "person"}).status_code == 404
        done = client.delete(one, params={"reason": "person"})
        assert done.status_code == 200, done.text
        assert done.json()["article"] == "article-a"
        for answer in (client.get(one), client.delete(one, params={"reason": "person"})):
            assert (answer.status_code, answer.json()["status"]) == (410, 410)
        said = client.post(f"{one}/review", json={"verdict": "relevant"})
        assert said.status_code == 410
        page = client.get("/articles/article-a", headers={"accept": "text/html"})
        assert page.status_code == 410
        assert "has forgotten this article for good" in page.text
        listed = client.get("/v1/articles").json()["articles"]
        assert [found["id"] for found in listed] == ["article-b"]
        for path in ("/v1/digests/all", "/articles", "/"):
            told = client.get(path)
            assert told.status_code == 200
            assert "Title of a" not in told.text
        assert client.get(job).status_code == 404, "an export that may have it is deleted"
        assert not list((tmp_path / "exports").rglob("*.zip"))

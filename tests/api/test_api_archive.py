"""The pages of the archive, and that the API gives the same rows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

import feed_server
import serving
from feed_server import Answer, FeedServer, page
from light_desk import LightDesk
from monitor.app import Monitor
from monitor.jobs.mask_names import mask_due
from monitor.records.article import Article
from monitor.records.finding import Span
from monitor.records.tag import Tag
from monitor.settings import FetchSettings, Settings
from monitor.text.search_terms import HIDDEN
from store_samples import CLASSIFIER, NOW, feed, flagged, incoming, judged, poll, tagged

NAME = "Maribel Ordaz"
NAMED = f"""Prosecutors said on Monday that {NAME}, 16, was trafficked to a bar in Accra by two men.
Her mother, Rosa Ordaz, wept in court.

Police said the child prostitutes were found in a locked room."""


@pytest.fixture(name="server", scope="module")
def _server() -> Iterator[FeedServer]:
    with feed_server.serve() as server:
        yield server


@pytest.fixture(name="monitor", scope="module")
def _monitor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Monitor]:
    fetch = FetchSettings(timeout_s=5.0, allow_hosts=("127.0.0.1",), host_spacing_s=0.0)
    settings = Settings(home=tmp_path_factory.mktemp("archive"), fetch=fetch)
    with LightDesk(settings, now=lambda: NOW) as monitor:
        monitor.store.add_feeds([feed()], NOW)
        entries = [incoming("named", NAMED, title=f"{NAME}, 16, tells court of ordeal")]
        entries.append(incoming("farm", serving.ARTICLES["farm"][1], title="Farm owner charged"))
        monitor.store.record_poll(poll(feed(), entries), NOW - timedelta(days=2))
        many = [incoming(f"h{n:02}", f"Boats and crates, {n}.") for n in range(40)]
        monitor.store.record_poll(poll(feed(), many), NOW - timedelta(days=1))
        changed = serving.ARTICLES["farm"][1].replace("eleven workers", "twelve workers")
        entry = incoming("farm", changed, title="Farm owner charged")
        monitor.store.record_poll(poll(feed(), [entry]), NOW)
        judge(monitor)
        mask_due(monitor)
        yield monitor


def judge(monitor: Monitor) -> None:
    """Say of the two what a model would; what is flagged in one is a name."""
    for article in monitor.store.due(CLASSIFIER, limit=99):
        told = article.id in ("article-named", "article-farm")
        said = [judged(0.9 if told else 0.1), tagged(*tags_of(article)) if told else tagged()]
        said += [flagged(article)] if told else []
        monitor.store.record_assessments([(article, one) for one in said], NOW)


def tags_of(article: Article) -> list[Tag]:
    found = [Tag("form", "sexual_exploitation", 0.9)]
    place = article.text.find("took their passports")
    if place >= 0:
        span = Span("text", place, place + 20)
        found.append(Tag("indicator", "retention_of_identity_documents", 0.9, (span,)))
        found.append(Tag("place", "TH", 0.5, role="origin"))
        found.append(Tag("topic", "smuggling", 0.5, (span,)))
    return found


@pytest.fixture(name="site", scope="module")
def _site(monitor: Monitor) -> Iterator[httpx.Client]:
    with (
        serving.serve(monitor, lifespan="off") as address,
        httpx.Client(
            base_url=address, timeout=60, headers={"accept": "text/html"}, follow_redirects=True
        ) as client,
    ):
        yield client


def rows(html: str) -> list[str]:
    return [key.removeprefix("/articles/") for key in re.findall(r'<h2.*?href="(.*?)[?"]', html)]


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"q": "boats"},
        {"q": '"crates 7"'},
        {"q": "court -boats"},
        {"q": "court OR boats"},
        {"relevance": "relevant"},
        {"form": "sexual_exploitation"},
        {"place": "th"},
        {"flag": "any", "q": "locked"},
        {"since": "2026-11-24", "to": "2026-11-24"},
        {"until": "2026-11-24"},
        {"language": "es"},
    ],
)
def test_page_and_api_give_the_same_rows(site: httpx.Client, query: dict[str, str]) -> None:
    html = site.get("/articles", params={**query, "outlet": ""}).text
    asked = {**query, "order": "newest", "limit": 25}
    told = site.get("/v1/articles", params=asked, headers={"accept": "application/json"}).json()
    assert rows(html) == [article["id"] for article in told["articles"]]
    count = f"{told['total']} article" if told["total"] else "No article"
    assert count in html
    if told["next"]:
        following = re.search(r'href="(/articles\?[^"]*)" rel="next"', html)
        assert following
        more = site.get(following[1].replace("&amp;", "&"))
        after = {**asked, "after": told["next"]}
        rest = site.get("/v1/articles", params=after).json()
        assert rows(more.text) == [article["id"] for article in rest["articles"]]


def test_names_are_neither_shown_nor_found(site: httpx.Client) -> None:
    listed = site.get("/articles", params={"q": "court"}).text
    assert "article-named" in listed
    assert "Ordaz" not in listed
    assert "wept in <mark" in listed
    for words in ("ordaz", '"maribel ordaz"', "orda*", "court ordaz"):
        assert rows(site.get("/articles", params={"q": words}).text) == [], words
    one = site.get("/articles/article-named", params={"q": "court"}).text
    assert "Ordaz" not in one
    assert "Maribel" not in one
    there = site.post("/articles/article-named/names", data={"back": "/articles/article-named"})
    assert "Maribel Ordaz" in there.text
    site.post("/articles/article-named/names", data={"hide": "1"})


def test_an_article_has_all_that_is_known_of_it(site: httpx.Client) -> None:
    html = site.get("/articles/article-farm").text
    assert '<mark class="removed">eleven</mark>' in html
    assert '<mark class="added">twelve</mark>' in html
    assert "retention of identity documents" in html
    assert "<b>paid irregular passage</b>" in html
    assert ">smuggling (paid irregular passage)</option>" in site.get("/articles").text
    assert "took their passports" in html
    assert "Nobody has reviewed it." in html
    assert "relevance-en@" in html
    assert site.get("/articles/none").status_code == 404
    assert site.get("/articles/article-farm", params={"version": "none"}).status_code == 404


def test_how_a_search_was_read_is_told(site: httpx.Client) -> None:
    html = site.get("/articles", params={"q": '"forced labour & -'}).text
    assert "without its pair" in html
    told = site.get("/v1/articles", params={"q": "a* boats"}).json()
    assert told["search"]["read_as"] == "a and boats"
    assert "3 letters" in told["search"]["notes"][0]
    assert told["search"]["notes"][-1] == HIDDEN
    assert site.get("/v1/articles").json()["search"] is None
    for words in ("ordaz", "nobody"):
        assert f"<bdi>{HIDDEN}</bdi>" in site.get("/articles", params={"q": words}).text
    assert HIDDEN not in site.get("/articles").text


def test_an_operator_that_is_not_read_is_told(site: httpx.Client) -> None:
    refused = site.get("/v1/articles", params={"q": "boats | Secret"}, headers={"accept": "*/*"})
    assert refused.status_code == 422
    [problem] = refused.json()["errors"]
    assert problem["location"] == ["query", "q"]
    assert problem["message"] == "| is not read: OR between two words is either of them"
    assert "Secret" not in refused.text
    page = site.get("/articles", params={"q": "boats | Secret"})
    assert page.status_code == 422
    assert "Not searched: | is not read" in page.text
    assert 'value="boats | Secret"' in page.text
    assert site.get("/articles/article-farm", params={"q": "boats | Secret"}).status_code == 200
    begun = site.post(
        "/v1/exports", json={"format": "jsonl", "q": "a |"}, headers={"accept": "*/*"}
    )
    assert begun.status_code == 422


@pytest.mark.parametrize("query", ["since=yesterday", "form=slavery", "relevent=1", "place=T"])
def test_a_filter_that_is_none_is_told(site: httpx.Client, query: str) -> None:
    answer = site.get(f"/articles?{query}")
    assert answer.status_code == 422
    assert "All articles" in answer.text
    assert rows(answer.text) == []


def test_a_page_that_never_was(site: httpx.Client) -> None:
    assert site.get("/articles", params={"after": "none"}).status_code == 404


def test_an_article_is_added_by_hand(site: httpx.Client, server: FeedServer) -> None:
    server.script["/story"] = Answer(page(title="Boats held at the quay"))
    added = site.post("/articles", data={"address": f"{server.url}/story"})
    assert added.status_code == 200
    assert "Added. It is judged at the next run." in added.text
    assert "added by hand" in added.text
    again = site.post("/articles", data={"address": f"{server.url}/story"})
    assert "has this article already" in again.text
    for address, why in [
        (f"{server.url}/absent", "not found (404, 410)"),
        ("ftp://outlet.example/x", "http or https"),
        ("https://www.facebook.com/outlet/posts/1", "Facebook cannot be followed"),
        ("", "http or https"),
        ("x" * 3000, "longer than 2,000"),
    ]:
        refused = site.post("/articles", data={"address": address})
        assert refused.status_code == 422, address
        assert why in refused.text, (address, refused.text)


def test_what_is_stored_but_not_indexed_is_told(site: httpx.Client, monitor: Monitor) -> None:
    from monitor.archive.articles_found import fill_index

    monitor.store.empty_index()
    assert "cannot be found by words or filters yet" in site.get("/articles").text
    assert fill_index(monitor, stopped=lambda: True) == 0
    assert fill_index(monitor) >= 42
    assert "cannot be found" not in site.get("/articles").text

import re

import httpx
import pytest
from fastapi.routing import iter_route_contexts

import serving
import store_samples
from monitor.api.digest_routes import DigestOut, prefers_html
from monitor.api.rule_routes import RuleDetail, RuleList
from monitor.api.schemas import (
    Alive,
    ArticleDetail,
    ArticlePage,
    Classified,
    Ready,
)
from monitor.app import Monitor
from monitor.web.server import MODULES

DAY = store_samples.NOW.date().isoformat()


def page(client: httpx.Client, **query: object) -> dict[str, object]:
    answer = client.get("/v1/articles", params=query)
    assert answer.status_code == 200, answer.text
    body: dict[str, object] = answer.json()
    ArticlePage.model_validate(body)
    return body


def ids(client: httpx.Client, **query: object) -> list[str]:
    return [article["id"] for article in page(client, **query)["articles"]]


def test_articles_come_in_pages(client: httpx.Client) -> None:
    everything = ids(client)
    assert sorted(everything) == ["article-farm", "article-mayor", "article-panel"]
    walked: list[str] = []
    query: dict[str, object] = {"limit": 1}
    while True:
        got = page(client, **query)
        walked += [article["id"] for article in got["articles"]]
        if got["next"] is None:
            break
        query["after"] = got["next"]
    assert walked == everything


def test_articles_can_be_filtered(client: httpx.Client) -> None:
    assert ids(client, min_relevance=0) == ids(client)
    relevant = ids(client, relevant="true")
    assert "article-farm" in relevant
    assert "article-mayor" not in relevant
    assert ids(client, since="2026-11-26") == []
    assert ids(client, until="2026-11-24") == []
    assert len(ids(client, since=DAY, until=DAY)) == 3
    assert ids(client, outlet="The Daily") == ids(client)
    assert ids(client, language="th") == []
    assert set(ids(client, place="th")) == set(ids(client, place="TH"))


def test_an_article_has_its_text(client: httpx.Client) -> None:
    answer = client.get("/v1/articles/article-farm")
    ArticleDetail.model_validate(answer.json())
    assert answer.json()["text"] == serving.ARTICLES["farm"][1]
    for finding in answer.json()["findings"]:
        field = answer.json()[finding["field"]]
        assert field[finding["start"] : finding["end"]] == finding["match"]


@pytest.mark.parametrize(
    ("query", "location"),
    [
        ({"limit": 0}, ["query", "limit"]),
        ({"limit": "many"}, ["query", "limit"]),
        ({"form": "slavery"}, ["query", "form"]),
        ({"place": "Thailand"}, ["query", "place"]),
        ({"since": "yesterday"}, ["query", "since"]),
        ({"min_relevance": 2}, ["query", "min_relevance"]),
        ({"after": "no-such-article"}, ["query", "after"]),
        ({"relevent": "true"}, ["query"]),
    ],
)
def test_a_wrong_query_is_named(
    client: httpx.Client, query: dict[str, object], location: list[str]
) -> None:
    answer = client.get("/v1/articles", params=query)
    assert answer.status_code == 422
    assert [error["location"] for error in answer.json()["errors"]] == [location]


def test_digest_as_json_and_html(client: httpx.Client) -> None:
    answer = client.get(f"/v1/digests/{DAY}")
    DigestOut.model_validate(answer.json())
    assert answer.json() == client.get("/v1/digests/today").json()
    assert answer.json()["relevant"][0]["articles"][0]["id"] == "article-farm"
    for wanted in ({"params": {"format": "html"}}, {"headers": {"accept": "text/html,*/*"}}):
        html = client.get(f"/v1/digests/{DAY}", **wanted)
        assert html.headers["content-type"].startswith("text/html")
        assert "Farm owner charged" in html.text
        assert "'sha256-" in html.headers["content-security-policy"]
        assert "unsafe-inline" not in html.headers["content-security-policy"]


def test_digest_of_other_days(client: httpx.Client) -> None:
    assert client.get("/v1/digests/2026-01-01").json()["relevant"] == []
    assert client.get("/v1/digests/all").json()["day"] == "all"
    assert client.get("/v1/digests/2026-02-30").status_code == 404
    for day in ("tomorrow", "2026-1-1"):
        answer = client.get(f"/v1/digests/{day}")
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["location"] == ["path", "day"]


@pytest.mark.parametrize(
    ("accept", "html"),
    [
        ("text/html,application/xhtml+xml,*/*;q=0.8", True),
        ("*/*", False),
        ("", False),
        ("application/json, text/html", False),
    ],
)
def test_accept(accept: str, html: bool) -> None:
    assert prefers_html(accept) is html


def test_rules(client: httpx.Client, desk: Monitor) -> None:
    answer = client.get("/v1/rules")
    RuleList.model_validate(answer.json())
    listed = answer.json()["rules"]
    assert [rule["id"] for rule in listed] == [rule.id for rule in desk.guideline.rules]
    one = client.get(f"/v1/rules/{listed[0]['id']}").json()
    assert one.items() >= listed[0].items()


def test_every_rule_is_told_whole(client: httpx.Client, desk: Monitor) -> None:
    for rule in desk.guideline.rules:
        told = client.get(f"/v1/rules/{rule.id}").json()
        RuleDetail.model_validate(told)
        assert told["limits"], rule.id
        assert {figure["id"] for figure in told["figures"]} == {
            figure.id for figure in desk.guideline.figures if figure.rule == rule.id
        }
        assert bool(told["countries"]) == bool(rule.law or rule.offers), rule.id


@pytest.mark.parametrize(
    "path", ["/v1/rules/nothing", "/v1/articles/nothing", "/v1/nothing", "/v1/digests", "/v1/"]
)
def test_what_is_not_there_is_a_404_problem(client: httpx.Client, path: str) -> None:
    answer = client.get(path, headers={"accept": "text/html"})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/v1/rules", "/v1/articles", "/v1/digests/today", "/healthz"])
def test_a_wrong_method_is_a_405_problem(client: httpx.Client, path: str) -> None:
    answer = client.delete(path)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET"
    assert answer.headers["content-type"] == "application/problem+json"


def _methods() -> dict[str, set[str]]:
    """The methods of each address, by an example of it."""
    found: dict[str, set[str]] = {"/static/main.js": {"GET", "HEAD"}}
    for route in iter_route_contexts([r for module in MODULES for r in module.router.routes]):
        path = re.sub(r"\{[^}]*\}", "a", route.path)
        found.setdefault(path, set()).update(route.methods)
    return found


def test_allow_names_every_method_of_the_address(client: httpx.Client) -> None:
    methods = _methods()
    assert methods["/v1/articles/a"] == {"GET", "DELETE"}
    assert len([path for path, some in methods.items() if len(some) > 1]) > 10
    for path, some in methods.items():
        for method in {"PATCH", "OPTIONS", "HEAD"} - some:
            answer = client.request(method, path)
            assert answer.status_code == 405, (method, path)
            assert set(answer.headers["allow"].split(", ")) >= some, (method, path)
            assert method not in answer.headers["allow"], (method, path)


def test_classify(client: httpx.Client) -> None:
    title, text = serving.ARTICLES["farm"]
    answer = client.post("/v1/classify", json={"id": "x", "title": title, "text": text})
    assert answer.status_code == 200
    Classified.model_validate(answer.json())
    assert answer.json()["id"] == "x"
    assert answer.json()["relevant"] is True
    other = client.post("/v1/classify", json={"id": "y", "text": text, "language": "it"})
    Classified.model_validate(other.json())
    assert other.json()["not_judged"] == "language"


def test_health(client: httpx.Client, desk: Monitor) -> None:
    Alive.model_validate(client.get("/healthz").json())
    ready = client.get("/readyz").json()
    Ready.model_validate(ready)
    assert ready["stamps"] == list(desk.stamps)

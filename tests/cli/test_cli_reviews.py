"""`monitor reviews` as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from desk import Desk
from monitor.feeds.urls import article_id, canonical_url
from monitor.storage.store import open_store
from store_samples import NOW, feed, incoming, poll


@pytest.fixture(name="desk")
def _desk(tmp_path: Path) -> Desk:
    with open_store(f"sqlite:///{tmp_path / 'monitor.sqlite'}") as store:
        store.add_feeds([feed("a")], NOW)
        store.record_poll(poll(feed("a"), [incoming("a"), incoming("b")]), NOW)
    return Desk(tmp_path)


def test_reviews_are_stored_and_conflicts_told(desk: Desk) -> None:
    tags = ("--tag", "form=forced_labour", "--tag", "place=th", "--tag", "response=")
    said = desk.type("reviews", "add", "article-a", "relevant", *tags, "--by", "Ama")
    assert said.code == 0, said.err
    stored = json.loads(said.out)
    assert stored["tags"] == {"form": ["forced_labour"], "place": ["TH"], "response": []}
    assert (stored["article"], stored["reviewer"]) == ("article-a", "Ama")
    assert desk.type("reviews", "add", "article-a", "not-relevant", "--by", "Kofi").code == 0
    assert desk.type("reviews", "add", "article-b", "borderline").code == 0
    listed = desk.type("reviews", "list")
    assert [json.loads(line)["verdict"] for line in listed.out.splitlines()] == [
        *("relevant", "not_relevant", "borderline"),
    ]
    (conflict,) = desk.type("reviews", "list", "--conflicts").out.splitlines()
    assert conflict.startswith("article-a\trelevance\tAma: relevant; Kofi: not_relevant\t")
    number = str(stored["decision"])
    assert "of yours to undo" in desk.refuses("reviews", "undo", number, "--by", "Kofi")
    undone = desk.type("reviews", "undo", number, "--by", "Ama")
    assert undone.err == "undone: relevant of article-a\n"
    assert desk.type("reviews", "list", "--conflicts").out == ""
    assert desk.type("reviews", "list", "--waiting").out == ""


def test_an_article_can_be_named_by_its_url(tmp_path: Path) -> None:
    url = "https://news.example/caf%C3%A9?b=1&a=2"
    stored = incoming("c", article_id=article_id(url), url=canonical_url(url))
    with open_store(f"sqlite:///{tmp_path / 'monitor.sqlite'}") as store:
        store.add_feeds([feed("a")], NOW)
        store.record_poll(poll(feed("a"), [stored]), NOW)
    desk = Desk(tmp_path)
    spellings = (url, "http://news.example/café?a=2&b=1&utm_source=x#top")
    for given in (*spellings, "news.example/caf%C3%A9?a=2&b=1", article_id(url)):
        said = desk.type("reviews", "add", given, "relevant")
        assert said.code == 0, said.err
        assert json.loads(said.out)["article"] == article_id(url)
    assert "no article at https://news.example/other (its id would be " in desk.refuses(
        "reviews", "add", "https://news.example/other", "relevant"
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("article-z", "relevant"), "no article 'article-z'"),
        (("article-a", "maybe"), "'maybe' is none of relevant, borderline, not_relevant"),
        (("article-a", "relevant", "--tag", "form=slavery"), "'slavery' is no label of 'form'"),
        (("article-a", "relevant", "--tag", "form"), "not of the form SCHEME=LABEL"),
    ],
)
def test_what_is_wrong_is_named(desk: Desk, words: tuple[str, ...], said: str) -> None:
    result = desk.type("reviews", "add", *words)
    assert result.code == 2
    assert said in result.err
    assert desk.type("reviews", "list").out == ""

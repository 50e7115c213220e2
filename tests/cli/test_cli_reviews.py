"""`monitor reviews` as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from desk import Desk
from monitor.store import open_store
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

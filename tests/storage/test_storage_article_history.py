"""Articles as they were at a moment, on both databases."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from monitor.records.article import Review
from monitor.records.article_record import FullRecord
from monitor.records.tag import Tag
from monitor.storage.article_filter import ArticleFilter
from monitor.storage.store import Store
from monitor.storage.stories import StoryPlacement
from store_samples import CLASSIFIER, NOW, STAMPS, at, feed, incoming, judged, poll, tagged


def read(
    store: Store, moment: datetime, **filters: Any
) -> tuple[dict[str, FullRecord], Counter[str]]:
    lost: Counter[str] = Counter()
    found = store.recorded(
        STAMPS,
        ArticleFilter(**filters, stories_stamp="s@1"),
        stories_stamp="s@1",
        moment=moment,
        live=False,
        lost=lost,
    )
    return {one.assessed.article.id: one for one in found}, +lost


def judge(store: Store, minutes: int, relevance: float = 0.9) -> None:
    for article in store.due(CLASSIFIER, limit=9):
        tag = Tag("form", "forced_labour", relevance)
        every = [(article, judged(relevance)), (article, tagged(tag))]
        store.record_assessments(every, at(minutes))


def texts(found: dict[str, FullRecord]) -> dict[str, str]:
    return {one[-1]: said.assessed.article.text for one, said in found.items()}


def test_every_moment_can_be_read_again(store: Store) -> None:
    store.add_feeds([feed()], NOW)
    store.record_poll(poll(feed(), [incoming("a", "First."), incoming("b", "B.")]), NOW)
    judge(store, 5)
    store.record_poll(poll(feed(), [incoming("a", "Second.")]), at(10))
    judge(store, 15, 0.4)
    store.record_poll(poll(feed(), [incoming("a", "First."), incoming("c")]), at(20))
    store.fold(
        "s@1", (CLASSIFIER,), lambda one, _: StoryPlacement(None, "", (), NOW), at(25), limit=9
    )
    article = store.article("article-a", ()).article
    said = [Review(article.id, article.sha256, "Ann", "borderline")]
    decision = store.decide(said, [], reviewer="Ann", provisional=True, now=at(30))
    confirmed = store.judge_decision(decision, "Bea", at(40), right=True)
    store.undo(confirmed, "Bea", at(50))
    store.judge_decision(decision, "Bea", at(60), right=False)

    for minutes, wanted in (
        (0, {"a": "First.", "b": "B."}),
        (10, {"a": "Second.", "b": "B."}),
        (19, {"a": "Second.", "b": "B."}),
        (20, {"a": "First.", "b": "B.", "c": "A text."}),
    ):
        found, lost = read(store, at(minutes))
        assert (texts(found), lost) == (wanted, {}), minutes
    assert read(store, NOW - timedelta(minutes=1))[0] == {}
    relevance = [read(store, at(m))[0]["article-a"].assessed.relevance for m in (4, 5, 10, 15, 20)]
    assert relevance == [None, 0.9, None, 0.4, 0.9]
    assert texts(read(store, at(16), min_relevance=0.5)[0]) == {"b": "B."}
    assert texts(read(store, at(16), form="forced_labour", query="second")[0]) == {"a": "Second."}
    assert texts(read(store, at(12), form="forced_labour")[0]) == {"b": "B."}
    stories = [read(store, at(m))[0]["article-a"].story for m in (24, 25)]
    assert stories == [None, "article-a"]
    assert texts(read(store, at(25), story="article-b")[0]) == {"b": "B."}
    assert read(store, at(24), story="article-b")[0] == {}
    reviews = [read(store, at(m))[0]["article-a"].reviews for m in (29, 30, 40, 50, 60)]
    waits = [[one.provisional for one in some] for some in reviews]
    assert waits == [[], [True], [False], [True], []]
    versions = [len(read(store, at(m))[0]["article-a"].versions) for m in (9, 10, 60)]
    assert versions == [1, 2, 2]

    store.check_versions(lambda *_: "name", at(70), limit=9)
    store.expire(at(5), at(80), limit=9)
    assert read(store, at(15))[1] == {"withdrawn": 1, "expired": 1}
    found, lost = read(store, at(25))
    assert (texts(found), lost) == ({"a": "", "b": "", "c": "A text."}, {"expired": 2})
    assert found["article-a"].assessed.relevance == 0.9
    store.forget(["article-a"], "person", at(90))
    assert read(store, at(25))[0].keys() == {"article-b", "article-c"}
    assert store.count_forgotten(after=at(25)) == 1


def test_of_what_expired_the_latest_word_chooses(store: Store) -> None:
    store.add_feeds([feed()], NOW)
    store.record_poll(poll(feed(), [incoming("a")]), NOW)
    for number, form in enumerate(("forced_labour", "other"), 1):
        article = store.article("article-a", ()).article
        said = replace(tagged(Tag("form", form, 0.9)), stamp=f"tags-en@{number}+aa")
        store.record_assessments([(article, said)], at(number))
    store.expire(at(5), at(6), limit=9)
    in_force = ("tags-en@3+aa",)
    for form, rows in (("forced_labour", 0), ("other", 1)):
        for live in (True, False):
            filters = ArticleFilter(form=form)
            found = store.recorded(
                in_force, filters, stories_stamp="", moment=at(9), live=live, lost=Counter()
            )
            assert len(list(found)) == rows, (form, live)

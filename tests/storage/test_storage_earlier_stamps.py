"""What was recorded under the stamps of version 0.1.0 is carried over, once and whole."""

from __future__ import annotations

from typing import Any

from test_storage_stories import fold_due

from earlier_desk import as_before
from monitor.records.hidden_names import Mask
from monitor.records.review import Draw, Drawn, Stratum
from monitor.records.tag import Tag
from monitor.storage.article_filter import ArticleFilter
from monitor.storage.store import Store, open_store
from monitor.storage.work_queue import Progress
from store_samples import (
    CLASSIFIER,
    GUIDELINE,
    NOW,
    STAMPS,
    TAGGER,
    at,
    feed,
    flagged,
    incoming,
    judged,
    poll,
    tagged,
    unmasked,
)

NAMES, STORIES = "names@1+dddddddddddd", "stories@1+eeeeeeeeeeee"
EVERY = (*STAMPS, NAMES, STORIES)
PRESENT = {stamp: stamp.replace("+", "+0")[:-1] for stamp in EVERY}
DAY = "2026-11-24"


def fill(store: Store) -> None:
    """Two articles that tell one story, judged, folded, masked, drawn, and in the index."""
    store.add_feeds([feed()], NOW)
    store.record_poll(poll(feed(), [incoming("a"), incoming("b")]), NOW)
    for article in store.due(CLASSIFIER, limit=9):
        every = judged(0.9), tagged(Tag("form", "forced_labour", 0.9)), flagged(article)
        store.record_assessments([(article, said) for said in every], NOW)
        store.record_masks([Mask(article.id, article.sha256, NAMES)], NOW)
    fold_due(store, (STORIES, CLASSIFIER), NOW, Progress(), size=9)
    stamp = f"{CLASSIFIER} relevance-th@1+ffffffffffff"
    store.add_draw(Draw(DAY, stamp, (Stratum(0, 1, 2, 1),), (Drawn("article-a", 0, 0.5),), NOW))
    store.fill_index(limit=9)


def told(store: Store, stamps: dict[str, str]) -> dict[str, Any]:
    """Return what is asked of a store by stamps."""
    judges = [stamps[stamp] for stamp in STAMPS]
    stories = stamps[STORIES]
    articles = [one.article.id for one in store.assessed(judges, shown=True)]
    wanted = ArticleFilter(tags=(("form", "forced_labour"),), rule="victim-as-slave")
    return {
        "shown": articles,
        "due": [[one.id for one in store.due(stamp, limit=9)] for stamp in judges],
        "unmasked": unmasked(store, stamps[NAMES]),
        "found": store.search(wanted, judges, limit=9).ids,
        "stories": store.stories_of(stories, articles),
        "folded": fold_due(store, (stories, judges[0]), NOW, Progress(), size=9),
        "candidates": store.candidates(NOW, at(1), judges),
        "held": store.held(articles, stories),
    }


def test_nothing_is_due_again(store: Store, url: str) -> None:
    fill(store)
    same = {stamp: stamp for stamp in EVERY}
    before = told(store, same)
    assert before["due"] == [[], [], []]
    assert sorted(before["found"]) == ["article-a", "article-b"]
    as_before(url)
    with open_store(url) as opened:
        opened.carry_over(PRESENT, at(5))
        assert told(opened, PRESENT) == before
        assert {one.id for one in opened.due(CLASSIFIER, limit=9)} == {"article-a", "article-b"}
        (draw,) = opened.draws(DAY, "2026-11-25")
        assert draw.stamp == f"{PRESENT[CLASSIFIER]} relevance-th@1+ffffffffffff"
        assert opened.present_stamps() == opened.present_stamps(after=at(4)) == PRESENT
        assert opened.present_stamps(after=at(5)) == {}


def test_only_what_was_recorded_before_is_carried_over(store: Store, url: str) -> None:
    fill(store)
    store.carry_over(PRESENT, at(5))  # made by this program: nothing is earlier
    assert store.due(CLASSIFIER, limit=9) == []
    as_before(url)
    with open_store(url) as opened:
        some = {CLASSIFIER: PRESENT[CLASSIFIER], "tags-en@1+000000000000": "tags-en@1+1"}
        opened.carry_over(some, at(5))
        assert opened.due(PRESENT[CLASSIFIER], limit=9) == opened.due(TAGGER, limit=9) == []
        assert opened.present_stamps() == {CLASSIFIER: PRESENT[CLASSIFIER]}
        opened.carry_over(PRESENT, at(7))  # of a rule that is in force again
        assert opened.due(PRESENT[GUIDELINE], limit=9) == []
        assert opened.present_stamps() == PRESENT
        assert opened.present_stamps(after=at(6)).keys() == PRESENT.keys() - {CLASSIFIER}

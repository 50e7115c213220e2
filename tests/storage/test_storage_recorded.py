"""Articles with all that is kept of them, and the filters by which they are chosen."""

from __future__ import annotations

from typing import Any

import pytest

from monitor.records.article import Review
from monitor.records.article_record import FullRecord, Version
from monitor.records.tag import Tag
from monitor.storage import articles
from monitor.storage.article_filter import ArticleFilter
from monitor.storage.store import Store
from monitor.stories.clustering import place
from store_samples import (
    CLASSIFIER,
    NOW,
    STAMPS,
    at,
    feed,
    flagged,
    incoming,
    judged,
    poll,
    sha,
    tagged,
)

STORIES = "stories@1+test"
MANY = 16


@pytest.fixture(autouse=True)
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(articles, "PAGE", 4)


@pytest.fixture(name="full")
def _full(store: Store) -> Store:
    """Articles of two outlets and languages, of every relevance, some tagged and flagged."""
    for n, name in enumerate(("daily", "weekly")):
        store.add_feeds([feed(name)], NOW)
        entries = [
            incoming(
                f"{name}-{i}",
                f"Words of {i}, {'boats' if i % 2 else 'farms'} and more.",
                language="en" if i % 3 else "fr",
            )
            for i in range(n, MANY, 2)
        ]
        store.record_poll(poll(feed(name), entries), at(n))
    for i, one in enumerate(store.due(CLASSIFIER, limit=99)):
        said = [judged((i % 10) / 10)] if i % 5 else []
        forms = Tag("form", "other", 0.9), Tag("response", "prosecution", 0.5)
        said += [tagged(*forms[: 1 + i % 2])] if i % 4 else []
        said += [flagged(one)] if i % 3 else []
        store.record_assessments([(one, word) for word in said], at(9))
    store.fold(STORIES, [CLASSIFIER], place, at(9), limit=99)
    return store


def recorded(store: Store, **filters: Any) -> list[FullRecord]:
    chosen = ArticleFilter(**filters)
    return list(store.recorded(STAMPS, chosen, stories_stamp=STORIES, moment=at(99)))


def ids(store: Store, **filters: Any) -> list[str]:
    return [one.assessed.article.id for one in recorded(store, **filters)]


FILTERS: tuple[dict[str, Any], ...] = (
    {},
    {"since": at(1)},
    {"until": at(1), "language": "fr"},
    {"outlet": "The Weekly"},
    {"min_relevance": 0.4},
    {"relevant": False},
    {"borderline": True},
    {"relevant": True, "borderline": False, "form": "other"},
)


def test_filters_choose(full: Store) -> None:
    """Both ways to the same rows, in the same order: as stored, and through the index."""
    for filters in FILTERS:
        alone = ids(full, **filters)
        assert alone, filters
        assert ids(full, **filters, query="words") == alone
        boats = [key for key in alone if int(key.rsplit("-")[-1]) % 2]
        assert ids(full, **filters, query="boat* -farms") == boats
    filters_that_the_index_alone_has(full)
    a_story_has_its_articles(full)


def filters_that_the_index_alone_has(full: Store) -> None:
    every = {one.assessed.article.id: one.assessed for one in recorded(full)}
    assert len(every) == MANY
    tags = (("response", "prosecution"),)
    assert ids(full, tags=tags) == [
        key for key, one in every.items() if "response" in {tag.scheme for tag in one.tags}
    ]
    assert ids(full, rule="victim-as-slave") == [key for key, one in every.items() if one.findings]
    assert ids(full, flag="any") == ids(full, flag="warning") == ids(full, rule="victim-as-slave")
    assert ids(full, relevance=("not_judged", "borderline")) == [
        key for key, one in every.items() if one.relevance is None or one.borderline
    ]
    assert ids(full, relevance=("not_judged",), relevant=False) == []


def a_story_has_its_articles(full: Store) -> None:
    every = recorded(full)
    stories = {one.story for one in every if one.story}
    assert stories
    for story in sorted(stories)[:2]:
        mine = [one.assessed.article.id for one in every if one.story == story]
        assert ids(full, story=story, stories_stamp=STORIES) == mine
        assert ids(full, story=story, stories_stamp=STORIES, query="words") == mine


def test_what_is_kept_of_an_article(store: Store) -> None:
    store.add_feeds([feed()], NOW)
    for n, words in enumerate(("First.", "Second.")):
        entry = incoming("a", words, feed_sha256=sha(words))
        store.record_poll(poll(feed(), [entry]), at(n))
    store.record_poll(poll(feed(), [incoming("b")]), at(3))

    def review(reviewer: str, version: str, **tags: tuple[str, ...]) -> int:
        said = Review("article-a", version, reviewer, "relevant", tags, at(4))
        return store.add_review(said, at(4))

    old, new = sha("a", "First."), sha("a", "Second.")
    review("Ama", old)
    review("Ama", new, form=("other",))
    undone = review("Kofi", new)
    review("Kofi", new, form=())
    store.undo(undone, "Kofi", at(5))
    one, other = recorded(store)
    assert [(said.reviewer, said.tags) for said in one.reviews] == [
        ("Ama", {"form": ("other",)}),
        ("Kofi", {"form": ()}),
    ]
    assert one.provenance is not None
    assert (one.provenance.feed, one.provenance.fetched) == ("https://daily.example/rss", at(1))
    assert one.versions == (Version(old, at(0)), Version(new, at(1)))
    assert (other.reviews, other.story, len(other.versions)) == ((), None, 1)

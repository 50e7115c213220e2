"""Reviews are kept, all of them, on both databases."""

import pytest

from monitor.records.article import Review
from monitor.records.errors import NotFound
from monitor.storage.store import Store
from store_samples import NOW, at, feed, incoming, poll

A = feed("a")


@pytest.fixture(autouse=True)
def articles(store: Store) -> None:
    store.add_feeds([A], NOW)
    for name in ("a", "b", "c"):
        store.record_poll(poll(A, [incoming(name)]), NOW)


def review(store: Store, name: str, reviewer: str, verdict: str, **tags: tuple[str, ...]) -> Review:
    version = store.article(f"article-{name}", ()).article.sha256
    return Review(f"article-{name}", version, reviewer, verdict, tags)  # type: ignore[arg-type]


def test_every_review_is_kept_in_order(store: Store) -> None:
    store.add_review(review(store, "b", "Ama", "relevant", form=("forced_labour",), place=()), NOW)
    store.add_review(review(store, "b", "Kofi", "not_relevant"), at(1))
    store.add_review(review(store, "a", "Ama", "borderline"), at(2))
    store.add_review(review(store, "b", "Ama", "not_relevant"), at(3))
    assert [(r.reviewer, r.verdict) for r in store.reviews("article-b")] == [
        ("Ama", "relevant"),
        ("Kofi", "not_relevant"),
        ("Ama", "not_relevant"),
    ]
    first = store.reviews("article-b")[0]
    assert (first.tags, first.at) == ({"form": ("forced_labour",), "place": ()}, NOW)
    found = [(article.id, len(reviews)) for article, reviews in store.reviewed()]
    assert found == [("article-a", 1), ("article-b", 3)]
    assert store.reviews("article-c") == []


def test_a_review_keeps_the_version_it_was_of(store: Store) -> None:
    old = review(store, "a", "Ama", "relevant")
    store.add_review(old, NOW)
    store.record_poll(poll(A, [incoming("a", "Another text altogether.")]), at(5))
    store.add_review(review(store, "a", "Ama", "not_relevant"), at(6))
    versions = [(article.text, [r.verdict for r in said]) for article, said in store.reviewed()]
    assert sorted(verdicts for _, verdicts in versions) == [["not_relevant"], ["relevant"]]
    assert len({text for text, _ in versions}) == 2


def test_what_is_not_there_cannot_be_reviewed(store: Store) -> None:
    with pytest.raises(NotFound, match="no article 'article-z' with version 'x'"):
        store.add_review(Review("article-z", "x", "", "relevant"), NOW)
    with pytest.raises(NotFound, match="no article 'article-z'"):
        store.reviews("article-z")

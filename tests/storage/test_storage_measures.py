"""Counts for whoever watches the desk, alike on both databases."""

from monitor.records.article import Assessment
from monitor.records.feed import FeedState
from monitor.storage.health import Happened
from monitor.storage.store import Store
from store_samples import CLASSIFIER, NOW, STAMPS, TAGGER, at, feed, incoming, judged, poll


def test_what_happened_is_counted_once(store: Store) -> None:
    other = feed("other")
    store.add_feeds([feed(), other], NOW)
    store.record_poll(poll(feed(), [incoming("a"), incoming("b")], dropped={"no_link": 2}), NOW)
    store.record_poll(poll(feed(), not_modified=True), at(1))
    first = store.happened(Happened())
    assert first.polls == {"read": 1, "unchanged": 1}
    assert (first.fetched, first.stored, first.dropped) == (4, 2, {"no_link": 2})
    (article, _) = store.due(CLASSIFIER, limit=9)
    failed = Assessment(TAGGER, error="ValueError")
    store.record_assessments([(article, judged(0.9)), (article, failed)], at(2))
    for minute in (3, 4):
        away = FeedState(last_poll=at(minute), failures=1, error="status 404")
        store.record_poll(poll(other, state=away, error="status 404"), at(minute))
    second = store.happened(first)
    assert second.polls == {"read": 1, "unchanged": 1, "failed": 2}
    assert (second.fetched, second.stored, second.failed) == (4, 2, {"tags-en": 1})
    assert store.happened(second) == second == store.happened(Happened())


def test_how_things_stand(store: Store) -> None:
    store.add_feeds([feed(), feed("other")], NOW)
    good = FeedState(last_poll=NOW, last_success=NOW)
    store.record_poll(poll(feed(), [incoming("a"), incoming("b")], state=good), NOW)
    (article, _) = store.due(CLASSIFIER, limit=9)
    store.record_assessments([(article, judged(0.9))], at(2))
    found = store.standing(STAMPS)
    assert found.feeds == {"alive": 1, "failing": 0, "silent": 0, "never_polled": 1}
    assert (found.articles, found.expired) == (2, 0)
    assert found.due == {"relevance-en": 1, "tags-en": 2, "thb-en": 2}
    assert found.last == {"poll": NOW, "article": NOW, "assessment": at(2)}
    store.expire(at(1), at(1), limit=1)
    assert sum(store.standing(STAMPS).due.values()) in (3, 4)
    assert store.ping() == store.ping() != ""

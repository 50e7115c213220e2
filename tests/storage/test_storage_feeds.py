from dataclasses import replace

import pytest

from monitor.records.article import Assessment
from monitor.records.errors import NotFound
from monitor.records.feed import Feed, FeedState, Move
from monitor.storage.coverage_ledger import Brought
from monitor.storage.store import Store
from store_samples import CLASSIFIER, NOW, at, feed, incoming, poll


def test_feeds_are_followed_once_and_in_order(store: Store) -> None:
    assert store.add_feeds([feed("b"), feed("a")], at(0)) == 2
    assert store.add_feeds([feed("c"), feed("a")], at(1)) == 1
    assert [f.id for f in store.feeds()] == ["feed-a", "feed-b", "feed-c"]
    assert store.feeds()[0] == feed("a")


def test_a_followed_feed_keeps_its_names(store: Store) -> None:
    store.add_feeds([feed()], NOW)
    store.add_feeds([Feed(feed().id, feed().url, "Another title", "Another outlet")], NOW)
    assert store.feeds() == [feed()]


def test_a_removed_feed_is_kept_and_may_come_back(store: Store) -> None:
    store.add_feeds([feed()], NOW)
    assert store.remove_feed(feed().url, at(1))
    assert not store.remove_feed(feed().url, at(1))
    assert store.feeds() == []
    assert store.feed_states() == {}
    assert store.counts()["feeds"] == 1
    assert store.add_feeds([feed()], at(2)) == 1
    assert store.feeds() == [feed()]


def test_a_paused_feed_is_followed_and_marks_the_curves(store: Store) -> None:
    store.add_feeds([feed("a"), feed("b")], NOW)
    assert store.pause_feed(feed("a").url, at(1))
    assert not store.pause_feed(feed("a").url, at(2)), "it was already"
    assert store.feeds() == [replace(feed("a"), paused=at(1)), feed("b")]
    ledger = store.ledger(at(-10), at(10))
    assert (ledger.unasked, ledger.paused) == (1, 1)
    assert store.ledger(at(-10), at(1)).paused == 0, "the day before"
    assert store.pause_feed(feed("a").url, at(3), paused=False)
    assert [change.followed for change in store.feed_changes(at(1))] == [False, True]
    store.pause_feed(feed("a").url, at(4))
    store.remove_feed(feed("a").url, at(5))
    store.add_feeds([feed("a")], at(6))
    assert store.feeds()[0].paused is None, "whoever adds it wants it read"
    with pytest.raises(NotFound):
        store.pause_feed("https://nowhere.example/rss", at(7))


def test_a_feed_that_was_polled_is_not_put_off(store: Store) -> None:
    store.add_feeds([feed("new"), feed("polled")], NOW)
    store.record_poll(poll(feed("polled")), NOW)
    before = store.feed_states()["feed-polled"]
    store.put_off(["feed-new", "feed-polled"], at(15))
    states = store.feed_states()
    assert states == {"feed-new": FeedState(next_poll=at(15)), "feed-polled": before}


def test_what_a_feed_brought_and_what_only_it(store: Store) -> None:
    store.add_feeds([feed("a"), feed("b")], NOW)
    store.record_poll(poll(feed("a"), [incoming("shared"), incoming("own")]), NOW)
    store.record_poll(poll(feed("b"), [incoming("shared"), incoming("late")]), at(10))
    articles = store.due(CLASSIFIER, limit=9)
    said = [Assessment(CLASSIFIER, 0.9, a.id != "article-late", False) for a in articles]
    store.record_assessments(list(zip(articles, said, strict=True)), at(11))
    assert store.brought(at(0), [CLASSIFIER]) == {
        "feed-a": Brought(2, 2),
        "feed-b": Brought(1, 0),
    }
    assert store.brought(at(5), [CLASSIFIER]) == {"feed-b": Brought(1, 0)}
    assert store.brought_alone("feed-a", [CLASSIFIER]) == (Brought(2, 2), Brought(1, 1))
    assert store.brought_alone("feed-b", [CLASSIFIER]) == (Brought(2, 1), Brought(1, 0))
    assert [line.stored for line in store.latest_polls("feed-b", limit=5)] == [1]


def test_removing_a_feed_never_followed(store: Store) -> None:
    assert not store.remove_feed("https://nowhere.example/rss")


def test_states_come_back_as_they_were(store: Store) -> None:
    store.add_feeds([feed("never"), feed("polled")], NOW)
    state = FeedState(
        moved_to="https://moved.example/rss",
        etag='W/"x"',
        modified="Wed, 25 Nov 2026 07:00:00 GMT",
        last_poll=at(1),
        last_success=at(0),
        next_poll=at(15.5),
        failures=3,
        error="timed out",
        recent=(at(0), at(-60)),
        silent=True,
        not_before=at(30),
    )
    store.record_poll(poll(feed("polled"), state=state), at(1))
    assert store.feed_states() == {"feed-never": FeedState(), "feed-polled": state}
    store.record_poll(poll(feed("polled"), state=FeedState()), at(2))
    assert store.feed_states()["feed-polled"] == FeedState()


def test_a_feed_names_itself_where_nobody_has(store: Store) -> None:
    nameless = Feed("feed-x", "https://x.example/rss", "", "")
    store.add_feeds([nameless, feed("named")], NOW)
    store.record_poll(poll(nameless, title="The X", site="https://x.example/"), NOW)
    store.record_poll(poll(feed("named"), title="Other"), NOW)
    named, named_itself = store.feeds()
    assert named.title == "Named"
    assert (named_itself.title, named_itself.site) == ("The X", "https://x.example/")


def test_what_a_feed_says_of_itself_is_kept_up_to_date(store: Store) -> None:
    store.add_feeds([feed()], NOW)
    store.record_poll(poll(feed(), description="About us", updated=at(0)), at(0))
    (said,) = store.feeds()
    assert (said.description, said.updated) == ("About us", at(0))
    store.record_poll(poll(said, description="About us all"), at(1))
    (said,) = store.feeds()
    assert (said.description, said.updated) == ("About us all", at(0))


def test_a_feed_that_is_gone_is_told_until_it_is_added_anew(store: Store) -> None:
    store.add_feeds([feed("ended"), feed("daily")], NOW)
    state = FeedState(
        last_poll=NOW, failures=1, error="gone (410)", gone=NOW, move=Move("https://m/", 2, NOW)
    )
    store.record_poll(poll(feed("ended"), state=state, error="gone (410)"), NOW)
    assert store.feed_states()["feed-ended"] == state
    that_day = store.ledger(at(-60), at(60))
    assert (len(that_day.failures), that_day.ended) == (1, ())
    later = store.ledger(at(1440), at(2880))
    assert later.failures == ()
    assert [one.url for one in later.ended] == [feed("ended").url]
    assert store.ledger(at(-2880), at(-1440)).ended == ()
    store.add_feeds([feed("ended")], at(3000))
    assert store.feed_states()["feed-ended"].gone is None
    assert store.ledger(at(1440), at(2880)).ended == ()

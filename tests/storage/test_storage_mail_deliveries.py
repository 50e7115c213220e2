"""Deliveries: what may have been sent is never begun again, whoever asks."""

from dataclasses import replace
from datetime import timedelta

from monitor.records.digest import Delivery
from monitor.storage.store import Store, open_store
from monitor.storage.stories import StoryPlacement
from store_samples import CLASSIFIER, NOW, feed, incoming, judged, poll

ONE = Delivery("Officer@example.org", "cases", "2026-11-24", NOW, NOW, "<a@b>", NOW)


def test_an_attempt_is_unknown_until_it_is_told(store: Store) -> None:
    id_ = store.begin_send(ONE)
    assert id_ is not None
    [stored] = store.deliveries()
    assert stored == replace(ONE, address="officer@example.org")
    assert store.begin_send(ONE) is None, "it may have been sent"
    store.finish_send(id_, "sent", NOW)
    assert store.begin_send(replace(ONE, address="officer@EXAMPLE.org")) is None
    assert store.begin_send(replace(ONE, day="2026-11-25")) is not None
    assert store.begin_send(replace(ONE, preset="policy")) is not None
    assert store.begin_send(ONE, again=True) is not None


def test_what_failed_may_be_tried_again(store: Store) -> None:
    first = store.begin_send(ONE)
    assert first is not None
    store.finish_send(first, "failed", NOW, reason="the mailbox is full", lasting=True)
    assert store.begin_send(ONE) is not None
    newest, oldest = store.deliveries()
    assert (newest.outcome, oldest.outcome) == ("unknown", "failed")
    assert (oldest.reason, oldest.lasting) == ("the mailbox is full", True)
    assert store.deliveries(since=NOW + timedelta(hours=1)) == []


def test_a_history_begins_with_the_last_day_had(store: Store) -> None:
    for day, outcome in [("22", "sent"), ("23", "sent"), ("24", "failed"), ("25", "failed")]:
        id_ = store.begin_send(replace(ONE, day=f"2026-11-{day}"))
        assert id_ is not None
        store.finish_send(id_, "sent" if outcome == "sent" else "failed", NOW)
    key = ("officer@example.org", "cases")
    found = store.delivery_histories([key, ("else@example.org", "cases")])
    assert [d.day[-2:] for d in found[key]] == ["25", "24", "23"]
    assert found["else@example.org", "cases"] == []


def test_a_history_since_a_moment_has_what_tells_of_later(store: Store) -> None:
    day = timedelta(days=1)
    for number in range(3):
        told = replace(ONE, day=f"2026-11-2{number}", since=NOW + number * day)
        assert store.begin_send(replace(told, until=NOW + (number + 1) * day))
    key = ("officer@example.org", "cases")
    assert [d.day for d in store.delivery_histories([key])[key]] == ["2026-11-22"]
    found = store.delivery_histories([key], since=NOW + day)[key]
    assert [d.day for d in found] == ["2026-11-22", "2026-11-21"]


def test_what_a_digest_held_is_told_of_with_its_story(store: Store) -> None:
    store.add_feeds([feed()], NOW)
    entries = [incoming(name) for name in "abcd"]
    store.record_poll(poll(feed(), entries), NOW)
    due = store.due(CLASSIFIER, limit=9)
    store.record_assessments([(one, judged(0.9)) for one in due], NOW)
    a, b, c, d = (entry.article_id for entry in entries)

    def place(article, shelf) -> StoryPlacement:
        return StoryPlacement(a if article.id == b else None, "", (), NOW)

    assert store.fold("s@1", [CLASSIFIER], place, NOW, limit=9) == 4
    key = ("officer@example.org", "cases")
    first = store.begin_send(ONE, [a, c, c])
    assert first is not None
    assert store.told_of(key, "s@1", [a, b, c, d]) == {a, b, c}, "unknown may have been sent"
    assert store.told_of(key, "other@1", [a, b, c, d]) == {a, c}
    assert store.told_of(("officer@example.org", "policy"), "s@1", [a, b, c, d]) == set()
    assert store.begin_send(replace(ONE, day="2026-11-25"), [d, c]) is None, "c, twice"
    assert store.held_by(key, ONE.day) == {a, c}
    assert store.begin_send(ONE, [a], again=True)
    store.finish_send(first, "failed", NOW)
    assert store.told_of(key, "s@1", [a, b, c, d]) == {a, b}
    store.forget([a], "", NOW)
    assert store.told_of(key, "s@1", [a, b, c, d]) == set()


def test_who_wants_no_more(store: Store) -> None:
    assert store.unsubscribe("Officer@example.org", NOW)
    assert not store.unsubscribe("officer@example.org", NOW)
    assert store.unsubscribed() == {"officer@example.org": NOW}
    assert store.restore_recipient("OFFICER@example.org")
    assert not store.restore_recipient("officer@example.org")
    assert store.unsubscribed() == {}


def test_a_key_is_made_once(url: str) -> None:
    with open_store(url) as store, open_store(url) as other:
        key = store.key("unsubscribe")
        assert len(key) == 64
        assert other.key("unsubscribe") == key
        assert store.key("else") != key

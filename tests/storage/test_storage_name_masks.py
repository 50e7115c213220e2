"""Masks are due for what nobody looked through; words that go take their places with them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.records.errors import NotFound
from monitor.records.finding import Span
from monitor.records.hidden_names import Mask
from monitor.storage.stories import StoryPlacement
from store_samples import CLASSIFIER, NOW, at, feed, incoming, judged, poll, sha, unmasked

STAMP = "names@1+000000000000"
SPANS = (Span("title", 0, 5), Span("text", 2, 8))


def fill(store, names, start=0):
    store.add_feeds([feed()], NOW)
    for number, name in enumerate(names, start):
        store.record_poll(poll(feed(), [incoming(name)]), at(number))


def due(store, **options):
    return unmasked(store, STAMP, **options)


def mask(store, article_id, **changes):
    article = store.article(article_id, ()).article
    found = Mask(article.id, article.sha256, changes.pop("stamp", STAMP), SPANS, **changes)
    store.record_masks([found], NOW)
    return found


def test_what_is_due_comes_newest_first_and_what_is_told_of_before(store):
    fill(store, "abc")
    first = store.article("article-a", ()).article
    store.record_assessments([(first, judged(0.9))], NOW)
    assert due(store) == ["article-c", "article-b", "article-a"]
    assert due(store, told_by=[CLASSIFIER]) == ["article-a"]
    assert due(store, after="article-c") == ["article-b", "article-a"]
    assert due(store, since=at(1)) == ["article-c", "article-b"]
    mask(store, "article-b")
    mask(store, "article-c", stamp="names@1+111111111111")
    assert due(store) == ["article-c", "article-a"]
    found = mask(store, "article-c", link_tells=True, untold="language")
    key = (found.article_id, found.sha256)
    assert due(store) == ["article-a"]
    assert store.masks([key, ("article-c", "other"), ("none", "")]) == {key: found}


def test_a_changed_text_is_due_and_its_older_mask_stays(store):
    fill(store, "a")
    old = mask(store, "article-a")
    store.record_poll(poll(feed(), [incoming("a", "Another text.")]), at(1))
    assert due(store) == ["article-a"]
    assert store.masks([(old.article_id, old.sha256)])[old.article_id, old.sha256] == old


def test_expiry_takes_the_places_and_leaves_what_the_address_tells(store):
    fill(store, "ab")
    a, b = mask(store, "article-a", link_tells=True), store.article("article-b", ()).article
    store.expire(at(100), NOW, limit=9)
    store.record_masks([a, Mask(b.id, b.sha256, STAMP, SPANS)], NOW)  # looked through meanwhile
    kept = store.masks([(a.article_id, a.sha256), (b.id, b.sha256)])
    assert list(kept.values()) == [Mask(a.article_id, a.sha256, "", (), link_tells=True)]
    assert due(store) == []


def test_erasing_a_version_takes_its_places_and_bringing_it_back_makes_it_due(store):
    fill(store, "a")
    old = mask(store, "article-a")
    store.record_poll(poll(feed(), [incoming("a", "Another text.")]), at(1))
    mask(store, "article-a")
    store.check_versions(lambda *_: "name", NOW, limit=9)
    assert store.erased_next(at(9)) == []
    assert store.erase_withdrawn(at(9), NOW, lambda _: None) == 1
    key = (old.article_id, old.sha256)
    assert store.masks([key])[key].spans == ()
    assert due(store) == []
    store.record_poll(poll(feed(), [incoming("a")]), at(2))
    assert store.article("article-a", ()).article.sha256 == sha("a", "A text.")
    assert due(store) == ["article-a"]


def test_names_are_shown_to_who_asked_for_an_hour_and_of_that_version(store):
    fill(store, "abc")
    until = NOW + timedelta(hours=1)
    assert store.ask_names(["article-a", "article-b", "none"], "ann", NOW, until) == 2
    assert store.ask_names(["article-c"], "ann", NOW, until) == 1
    assert store.asked("ann", NOW) == {"article-a", "article-b", "article-c"}
    assert store.asked("", NOW) == store.asked("ann", until) == frozenset()
    store.record_poll(poll(feed(), [incoming("b", "Another text.")]), at(1))
    store.hide_names(["article-c"], "bob", NOW)
    assert store.asked("ann", NOW) == {"article-a", "article-c"}
    store.hide_names(["article-c"], "ann", NOW)
    assert store.asked("ann", NOW) == {"article-a"}
    assert store.asking_times() == [NOW] * 3
    assert store.asking_times(at(1)) == []


def test_what_masks_rest_on_is_due_again_when_a_version_or_the_story_changes(store):
    fill(store, "abc")
    other = mask(store, "article-c", link_tells=True)
    mask(store, "article-a")

    def due_to_complete(**options):
        found = store.next_incomplete("now", limit=9, **options)
        ids = ["article-a", "article-b", "article-c"]
        assert options or found == sorted(store.incomplete(ids, "now"))
        return found

    def complete(ids):
        groups = store.mask_groups(ids, "now")
        rows = [
            (replace(source.own, spans=SPANS[:1]), source.token, groups.basis[one])
            for one in ids
            for source in groups.sources.get(one, ())
        ]
        store.record_complete(rows)

    def fold(ids, stamp, minute):
        for one in ids:
            article = store.article(one, ()).article
            store.record_assessments([(article, judged(0.9))], NOW)
        first = ids[0]

        def place(article, _):
            return StoryPlacement(None if article.id == first else first, "", (), at(minute))

        store.fold(stamp, [CLASSIFIER], place, at(minute), limit=9)

    assert due_to_complete() == ["article-a", "article-c"]
    complete(due_to_complete())
    assert due_to_complete() == []
    assert store.masks([(other.article_id, other.sha256)]).popitem()[1].spans == SPANS[:1]
    fold(["article-a", "article-b"], "before", 5)
    assert due_to_complete() == []  # b has no mask yet
    mask(store, "article-b")
    assert due_to_complete() == ["article-a", "article-b"]
    assert due_to_complete(since=at(9)) == []
    assert due_to_complete(since=at(5)) == ["article-a", "article-b"]
    assert due_to_complete(after="article-a") == ["article-b"]
    complete(due_to_complete())
    assert due_to_complete() == []
    fold(["article-a", "article-b", "article-c"], "now", 7)  # the rule in force comes to them
    assert due_to_complete() == ["article-a", "article-b", "article-c"]
    complete(due_to_complete())
    store.record_poll(poll(feed(), [incoming("a", "Another text.")]), at(8))
    mask(store, "article-a")
    assert due_to_complete() == ["article-a", "article-b", "article-c"]
    complete(due_to_complete())
    mask(store, "article-a")  # the very same
    assert due_to_complete() == []
    assert store.older_versions(["article-a"], STAMP) == []
    (old,) = store.older_versions(["article-a"], "names@2+000000000000")
    assert old.text == "A text."
    store.forget(["article-c"], "person", NOW)
    assert due_to_complete() == ["article-a", "article-b"]


def test_a_lifted_name_is_a_hash_with_its_article_and_goes_with_it(store):
    fill(store, "ab")
    store.lift_names("article-a", ["one", "two"], "Ama", NOW)
    store.lift_names("article-b", ["one"], "Ama", NOW)
    assert store.mask_groups(["article-a"], "now").lifted == {"article-a": {"one", "two"}}
    assert store.unlift_names("article-a", ["one", "three"]) == 1
    assert store.mask_groups(["article-a"], "now").lifted == {"article-a": {"two"}}
    with pytest.raises(NotFound, match="no article 'none'"):
        store.lift_names("none", ["one"], "Ama", NOW)
    store.expire(at(1), NOW, limit=1)
    assert store.mask_groups(["article-a"], "now").lifted == {}
    store.forget(["article-b"], "person", NOW)
    assert store.mask_groups(["article-b"], "now").lifted == {}
    with pytest.raises(NotFound, match="no article 'article-a' with words"):
        store.lift_names("article-a", ["one"], "Ama", NOW)

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.records.article import Enclosure
from monitor.records.errors import NotFound, StoreError
from monitor.records.feed import Sighting
from monitor.storage.polls import StoredVersion, decide
from monitor.storage.store import Store
from store_samples import NOW, STAMPS, at, feed, incoming, poll, sha

A, B = feed("a"), feed("b")


@pytest.fixture(autouse=True)
def followed(store: Store) -> None:
    store.add_feeds([A, B], NOW)


def current_text(store: Store, name: str) -> str:
    return store.article(f"article-{name}", STAMPS).article.text


def test_new_entries_are_stored(store: Store) -> None:
    result = store.record_poll(
        poll(A, [incoming("one"), incoming("two")], dropped={"no_link": 1}, warnings=("odd",)),
        at(3),
    )
    assert (result.fetched, result.stored, result.dropped) == (3, 2, {"no_link": 1})
    assert store.last_polls() == {A.id: result}
    article = store.article("article-one", STAMPS).article
    assert article.outlet == "The A"
    assert article.seen == at(3)
    assert article.published == incoming("one").published
    assert article.sha256 == incoming("one").sha256


def test_bylines_categories_and_enclosures_are_of_a_version(store: Store) -> None:
    store.add_feeds([feed()], NOW)
    listed = {
        "authors": ("Ama Mensah", "Kofi \0Boateng"),
        "categories": ("Courts",),
        "enclosures": (Enclosure("https://e.example/a.jpg", "image/jpeg"),),
    }
    store.record_poll(poll(feed(), [incoming("a", **listed)]), at(0))
    store.record_poll(poll(feed(), [incoming("a", "Other text.", authors=("A. Mensah",))]), at(1))
    first, second = store.article_versions("article-a")
    assert first.authors == ("Ama Mensah", "Kofi \ufffdBoateng")
    assert (first.categories, first.enclosures) == (listed["categories"], listed["enclosures"])
    assert (second.authors, second.categories, second.enclosures) == (("A. Mensah",), (), ())


def test_the_same_feed_again_is_known(store: Store) -> None:
    store.record_poll(poll(A, [incoming("one")]), at(0))
    again = store.record_poll(poll(A, [incoming("one")]), at(9))
    assert (again.stored, again.dropped) == (0, {"known": 1})
    assert store.article("article-one", STAMPS).article.seen == at(0)


def test_another_feed_is_a_duplicate_once_then_known(store: Store) -> None:
    store.record_poll(poll(A, [incoming("one")]), at(0))
    second = store.record_poll(poll(B, [incoming("one", "B's excerpt.")]), at(1))
    third = store.record_poll(poll(B, [incoming("one", "B's excerpt, edited.")]), at(2))
    assert (second.stored, second.dropped) == (0, {"duplicate": 1})
    assert (third.stored, third.dropped) == (0, {"known": 1})
    assert store.counts()["articles"] == store.counts()["versions"] == 1
    assert store.counts()["sightings"] == 2
    assert store.known(["article-one"])["article-one"].feed_sha256 == {
        A.id: incoming("one").feed_sha256,
        B.id: incoming("one", "B's excerpt, edited.").feed_sha256,
    }
    assert store.article("article-one", STAMPS).article.outlet == "The A"


def test_changed_text_is_a_new_version(store: Store) -> None:
    store.record_poll(poll(A, [incoming("one", "First.")]), at(0))
    changed = store.record_poll(poll(A, [incoming("one", "Corrected.")]), at(5))
    assert (changed.stored, changed.dropped) == (1, {})
    assert current_text(store, "one") == "Corrected."
    assert [v.text for v in store.article_versions("article-one")] == ["First.", "Corrected."]
    assert store.article("article-one", STAMPS).article.seen == at(0)


def test_a_text_it_had_before_becomes_current_again(store: Store) -> None:
    for minute, body in enumerate(["First.", "Second.", "First."]):
        last = store.record_poll(poll(A, [incoming("one", body)]), at(minute))
    assert (last.stored, last.dropped) == (0, {"known": 1})
    assert current_text(store, "one") == "First."
    assert store.counts()["versions"] == 2


def test_a_page_replaces_a_summary_whoever_brings_it(store: Store) -> None:
    summary = incoming("one", "Short.", origin="summary", page_error="503")
    store.record_poll(poll(A, [summary]), at(0))
    result = store.record_poll(poll(B, [incoming("one", "The page.", origin="page")]), at(1))
    assert result.stored == 1
    assert current_text(store, "one") == "The page."


def test_a_summary_never_replaces_a_page(store: Store) -> None:
    store.record_poll(poll(A, [incoming("one", "The page.", origin="page")]), at(0))
    failed = incoming("one", "Short.", origin="summary", page_error="503")
    result = store.record_poll(poll(A, [failed]), at(1))
    assert (result.stored, result.dropped) == (0, {"known": 1})
    assert current_text(store, "one") == "The page."
    held = store.known(["article-one"])["article-one"]
    assert held.page_tries == 1
    assert held.feed_sha256[A.id] != failed.feed_sha256  # still news, so that it is tried again


def test_another_feed_takes_over_when_the_first_is_removed(store: Store) -> None:
    store.record_poll(poll(A, [incoming("one", "First.")]), at(0))
    store.record_poll(poll(B, [incoming("one", "First.")]), at(1))
    store.remove_feed(A.url, at(2))
    result = store.record_poll(poll(B, [incoming("one", "Corrected.")]), at(3))
    assert result.stored == 1
    assert current_text(store, "one") == "Corrected."


def test_sightings_are_known_or_duplicates(store: Store) -> None:
    store.record_poll(poll(A, [incoming("one")]), at(0))
    seen = Sighting("article-one", sha("new"), page_error="404")
    assert store.record_poll(poll(B, (), [seen]), at(1)).dropped == {"duplicate": 1}
    assert store.record_poll(poll(B, (), [seen]), at(2)).dropped == {"known": 1}
    held = store.known(["article-one", "article-none"])
    assert list(held) == ["article-one"]
    assert held["article-one"].feed_sha256[B.id] == sha("new")
    assert held["article-one"].page_tries == 2
    assert held["article-one"].origin == "feed"


def test_the_same_article_twice_in_a_poll(store: Store) -> None:
    result = store.record_poll(poll(A, [incoming("one"), incoming("one")]), NOW)
    assert (result.stored, result.dropped) == (1, {"known": 1})


def test_two_texts_of_one_article_in_a_poll(store: Store) -> None:
    """Rows wait to be inserted together: what follows on one of them finds it stored."""
    texts = [incoming("one", text, page_error="no page") for text in ("A text.", "Another text.")]
    result = store.record_poll(
        poll(A, [*texts, incoming("two")], [Sighting("article-two", "x")]), NOW
    )
    assert (result.stored, result.dropped) == (3, {"known": 1})
    assert current_text(store, "one") == "Another text."
    known = store.known(["article-one", "article-two"])
    assert [known[f"article-{name}"].page_tries for name in ("one", "two")] == [2, 0]
    assert known["article-two"].feed_sha256 == {A.id: "x"}


def test_many_entries_in_one_poll(store: Store) -> None:
    entries = [incoming(f"n{number}") for number in range(1200)]
    assert store.record_poll(poll(A, entries), at(0)).stored == 1200
    assert store.record_poll(poll(A, entries), at(1)).dropped == {"known": 1200}
    assert len(store.known([entry.article_id for entry in entries])) == 1200


def test_a_failed_poll_is_recorded(store: Store) -> None:
    result = store.record_poll(poll(A, error="timed out"), NOW)
    assert result.error == "timed out"
    assert store.last_polls()[A.id].error == "timed out"


def test_a_poll_that_does_not_add_up_stores_nothing(store: Store) -> None:
    store.record_poll(poll(A, [incoming("one")]), at(0))
    before = store.counts(), store.feed_states()
    wrong = replace(poll(A, [incoming("two")]), fetched=5)
    with pytest.raises(StoreError, match="do not add up"):
        store.record_poll(wrong, at(1))
    assert (store.counts(), store.feed_states()) == before


def test_a_feed_never_added(store: Store) -> None:
    with pytest.raises(NotFound, match=r"stranger\.example"):
        store.record_poll(poll(feed("stranger")), NOW)


def test_a_sighting_of_nothing(store: Store) -> None:
    with pytest.raises(StoreError, match="not stored"):
        store.record_poll(poll(A, (), [Sighting("article-none", "x")]), NOW)


def test_nul_and_lone_surrogates_are_not_stored(store: Store) -> None:
    nasty = "a\0b\ud800c \U0001f600 שלום"
    entry = incoming("one", "x", text=nasty, title=nasty, summary=nasty)
    store.record_poll(poll(A, [entry], error="bad\0", warnings=(nasty,)), NOW)
    article = store.article("article-one", STAMPS).article
    assert article.text == article.title == "a\ufffdb\ufffdc \U0001f600 שלום"
    assert len(article.text) == len(nasty)
    assert store.last_polls()[A.id].warnings == ("a\ufffdb\ufffdc \U0001f600 שלום",)


origins = st.sampled_from(["feed", "page", "summary"])


@given(
    origins, st.builds(StoredVersion, st.sampled_from("xy"), origins, st.booleans(), st.booleans())
)
def test_decide_never_loses_a_fuller_text(origin: str, held: StoredVersion) -> None:
    entry = incoming("one", origin=origin, sha256="x")
    decision = decide(entry, held)
    assert decision != "new"
    if decision == "version":
        assert entry.sha256 != held.sha256
        assert not (origin == "summary" and held.origin != "summary")
    else:
        assert (decision == "known") == held.sighted

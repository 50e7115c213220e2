"""Words expire, on both databases; what was said and counted stays; nothing brings them back."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from monitor.records.article import Assessment, Review
from monitor.records.feed import Sighting
from monitor.records.finding import Finding, Span
from monitor.records.tag import FoundTerm, Tag
from monitor.storage.retention import without_words
from monitor.storage.store import Store, open_store
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
    rewrite,
    tagged,
)

LATER = NOW + timedelta(days=100)
TAG = Tag("form", "forced_labour", 0.9, (Span("text", 0, 4),))


@pytest.fixture(name="old")
def _old(store: Store) -> Store:
    """Two articles judged and reviewed; the first seen on the first day has since expired."""
    store.add_feeds([feed()], NOW)
    store.record_poll(poll(feed(), [incoming("a", authors=("A. Writer",))]), NOW)
    store.record_poll(poll(feed(), [incoming("b")]), at(60))
    for article in store.due(CLASSIFIER, limit=9):
        said = [judged(0.9), tagged(TAG), flagged(article)]
        store.record_assessments([(article, one) for one in said], NOW)
    first = store.article("article-a", ()).article
    store.add_review(Review(first.id, first.sha256, "Ann", "relevant"), NOW)
    assert store.expire(at(30), LATER, limit=9) == 1
    return store


def test_words_go_and_judgements_stay(old: Store) -> None:
    found = old.article("article-a", STAMPS)
    article = found.article
    assert (article.title, article.text, article.summary, article.authors) == ("", "", "", ())
    assert (article.expired, article.outlet) == (LATER, "The Daily")
    assert (found.relevance, found.relevant) == (0.9, True)
    assert found.tags == (Tag("form", "forced_labour", 0.9),)
    (finding,) = found.findings
    assert (finding.rule, finding.severity, finding.scope) == (
        "victim-as-slave",
        "warning",
        "headline",
    )
    assert (finding.match, finding.message, finding.suggestions) == ("", "", ())
    assert (finding.start, finding.end) == (0, 0)
    assert [item.met for item in found.scorecard] == [None]
    assert [one.text for one in old.article_versions("article-a")] == [""]
    assert [review.verdict for review in old.reviews("article-a")] == ["relevant"]
    assert old.article("article-b", STAMPS).article.text == "A text."


def test_it_is_done_once(old: Store) -> None:
    assert old.expire(at(30), LATER, limit=9) == 0
    assert old.count_expired() == 1


def test_a_new_model_finds_no_work_in_it_and_the_old_word_stands(old: Store) -> None:
    newer = ("relevance-en@2+dddddddddddd", TAGGER, GUIDELINE)
    assert [article.id for article in old.due(newer[0], limit=9)] == ["article-b"]
    found = {one.article.id: one for one in old.assessed(newer)}
    assert (found["article-a"].relevance, found["article-b"].relevance) == (0.9, None)
    assert found["article-a"].stamps == (CLASSIFIER, TAGGER, GUIDELINE)
    only = old.assessed(newer, relevant=True, form="forced_labour")
    assert [one.article.id for one in only] == ["article-a"]
    assert old.ledger(None, None, newer).not_judged == {"pending": 1}


def test_what_expired_unjudged_is_named(store: Store) -> None:
    store.add_feeds([feed()], NOW)
    store.record_poll(poll(feed(), [incoming("a"), incoming("b")]), NOW)
    first = store.due(CLASSIFIER, limit=1)[0]
    store.record_assessments([(first, Assessment(CLASSIFIER, not_judged="language"))], NOW)
    store.expire(LATER, LATER, limit=9)
    reasons = sorted(str(one.not_judged) for one in store.assessed((CLASSIFIER,)))
    assert reasons == ["expired", "language"]
    newer = ("relevance-en@2+dddddddddddd",)
    assert store.ledger(None, None, newer).not_judged == {"expired": 1, "language": 1}


def test_the_feed_does_not_bring_it_back(old: Store) -> None:
    """Neither the same words, nor others, nor through another feed, nor as a sighting."""
    other = feed("other")
    old.add_feeds([other], NOW)
    assert old.known(["article-a"])["article-a"].expired
    again = [incoming("a"), incoming("b")]
    for source in (feed(), other):
        assert old.record_poll(poll(source, again), LATER).stored == 0
    changed = old.record_poll(poll(feed(), [incoming("a", "Other words.")]), LATER)
    assert (changed.stored, changed.dropped) == (0, {"known": 1})
    old.record_poll(poll(feed(), [], [Sighting("article-a", "new")]), LATER)
    assert old.article("article-a", ()).article.text == ""
    assert len(old.article_versions("article-a")) == 1


def test_who_judges_meanwhile_brings_no_word_back(store: Store) -> None:
    store.add_feeds([feed()], NOW)
    store.record_poll(poll(feed(), [incoming("a")]), NOW)
    (article,) = store.due(GUIDELINE, limit=9)
    store.expire(LATER, LATER, limit=9)
    assert store.record_assessments([(article, flagged(article))], LATER) == 0
    assert store.article("article-a", STAMPS).findings == ()


def test_words_of_every_kind_of_judgement_go() -> None:
    """What has a field for words today must lose it; a new field has to be thought of here."""
    payload: dict[str, Any] = {
        "tags": [{"label": "x", "evidence": [{"field": "text", "start": 1, "end": 2}]}],
        "findings": [dict.fromkeys(Finding.__slots__, "word")],
        "scorecard": [{"item": "x", "met": True, "reason": "word", "evidence": [1]}],
        "terms": [dict.fromkeys(FoundTerm.__slots__, "word")],
        "experimental": True,
    }
    kept = without_words(payload)
    assert kept["tags"] == [{"label": "x", "evidence": []}]
    assert kept["scorecard"] == [{"item": "x", "met": True, "reason": "", "evidence": []}]
    assert "terms" not in kept
    ours = {"rule", "severity", "principle", "scope", "field", "quoted", "why", "sources"}
    ours |= {"confidence", "guideline"}
    assert {key for key, value in kept["findings"][0].items() if value == "word"} == ours


def test_a_store_of_before_can_expire(make_url_of: Callable[[], str]) -> None:
    url = make_url_of()
    with open_store(url) as store:
        store.add_feeds([feed()], NOW)
        store.record_poll(poll(feed(), [incoming(f"a{n}") for n in range(5)]), NOW)
    rewrite(url, "UPDATE articles SET expired_at = NULL")
    with open_store(url) as store:
        assert [store.expire(LATER, LATER, limit=2) for _ in range(4)] == [2, 2, 1, 0]
        assert store.clear_file()
        with store._database.reading() as connection:
            left = connection.execute(text("SELECT count(*) FROM versions WHERE text <> ''"))
            assert left.scalar() == 0

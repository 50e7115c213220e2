"""Several relevance models, one for each language: what is merged, counted and due."""

from collections.abc import Mapping

import pytest

from monitor.records.article import Article, Assessment
from monitor.records.finding import Span
from monitor.records.tag import FoundTerm
from monitor.storage.store import Store
from store_samples import CLASSIFIER, GUIDELINE, NOW, at, feed, incoming, judged, poll

A = feed("a")
PORTUGUESE = "relevance-pt@1+dddddddddddd"
COVERAGE = "languages@1+eeeeeeeeeeee"
STAMPS = (CLASSIFIER, PORTUGUESE, COVERAGE, GUIDELINE)
TERM = FoundTerm("ค้ามนุษย์", "th", "human trafficking", (Span("title", 0, 5), Span("text", 2, 7)))
UNJUDGED = Assessment(COVERAGE, not_judged="language", terms=(TERM,))


@pytest.fixture(autouse=True)
def articles(store: Store) -> Mapping[str, Article]:
    """Store one article each in English, Portuguese and Thai."""
    store.add_feeds([A], NOW)
    for minute, language in enumerate(("en", "pt", "th")):
        store.record_poll(poll(A, [incoming(language, language=language)]), at(minute))
    return {
        language: store.article(f"article-{language}", ()).article
        for language in ("en", "pt", "th")
    }


def record(store: Store, article: Article, *said: Assessment) -> None:
    store.record_assessments([(article, one) for one in said], NOW)


def judge_all(store: Store, articles: Mapping[str, Article]) -> None:
    empty = (Assessment(PORTUGUESE), Assessment(COVERAGE), Assessment(GUIDELINE))
    record(store, articles["en"], judged(0.9), *empty)
    other = Assessment(GUIDELINE, not_judged="language")
    record(
        store,
        articles["pt"],
        *(Assessment(CLASSIFIER), judged(0.8, stamp=PORTUGUESE), Assessment(COVERAGE), other),
    )
    record(
        store, articles["th"], *(Assessment(CLASSIFIER), Assessment(PORTUGUESE), UNJUDGED, other)
    )


def test_the_model_of_the_language_decides(store: Store, articles: Mapping[str, Article]) -> None:
    judge_all(store, articles)
    said = {a.article.language: a for a in store.assessed(STAMPS)}
    assert [(a.relevance, a.relevant, a.not_judged, a.terms) for a in said.values()] == [
        (0.9, True, None, ()),
        (0.8, True, None, ()),
        (None, None, "language", (TERM,)),
    ]
    assert [a.article.language for a in store.assessed(STAMPS, relevant=True)] == ["en", "pt"]
    assert [a.article.language for a in store.assessed(STAMPS, relevant=False)] == []


def test_the_ledger_counts_only_what_nobody_judged(
    store: Store, articles: Mapping[str, Article]
) -> None:
    assert store.ledger(None, None, STAMPS).not_judged == {"pending": 3}
    judge_all(store, articles)
    assert store.ledger(None, None, STAMPS).not_judged == {"language": 1}


def test_a_new_model_makes_the_archive_due_for_itself_only(
    store: Store, articles: Mapping[str, Article]
) -> None:
    judge_all(store, articles)
    thai, wider = "relevance-th@1+ffffffffffff", "languages@1+000000000000"
    for stamp, number in ((CLASSIFIER, 0), (PORTUGUESE, 0), (thai, 3), (wider, 3)):
        assert len(store.due(stamp, limit=9)) == number
    stamps = (CLASSIFIER, PORTUGUESE, thai, wider, GUIDELINE)
    for language, article in articles.items():
        record(
            store,
            article,
            judged(0.7, stamp=thai) if language == "th" else Assessment(thai),
            Assessment(wider),
        )
    assert [a.relevance for a in store.assessed(stamps)] == [0.9, 0.8, 0.7]
    assert store.ledger(None, None, stamps).not_judged == {}
    # and when it is withdrawn, the old record of what is covered holds again
    assert store.ledger(None, None, STAMPS).not_judged == {"language": 1}


def test_terms_of_an_article_that_some_model_judged_are_not_told(
    store: Store, articles: Mapping[str, Article]
) -> None:
    record(store, articles["th"], judged(0.2), UNJUDGED)
    merged = store.article("article-th", STAMPS)
    assert (merged.relevance, merged.not_judged, merged.terms) == (0.2, None, ())


def test_what_is_not_measured_stays_marked_and_keeps_its_terms(
    store: Store, articles: Mapping[str, Article]
) -> None:
    thai = Assessment(
        "relevance-th@1+ffffffffffff",
        relevance=0.7,
        relevant=True,
        borderline=False,
        terms=(TERM,),
        experimental=True,
    )
    record(store, articles["th"], thai, Assessment(COVERAGE))
    merged = store.article("article-th", (thai.stamp, COVERAGE))
    assert (merged.relevant, merged.experimental, merged.terms) == (True, True, (TERM,))
    assert not store.article("article-th", (COVERAGE,)).experimental

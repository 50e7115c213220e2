import itertools
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from monitor.records.article import Article, Assessment
from monitor.records.errors import NotFound, StoreError, UsageError
from monitor.records.feed import FailedFeed, FeedSilence, FeedState, SilentFeed
from monitor.records.finding import Span
from monitor.records.tag import Tag
from monitor.storage.articles import PAGE
from monitor.storage.store import Store
from store_samples import (
    CLASSIFIER,
    GUIDELINE,
    NOW,
    STAMPS,
    TAGGER,
    at,
    dump,
    feed,
    flagged,
    incoming,
    judged,
    poll,
    rewrite,
    tagged,
)

A = feed("a")
THAI = Tag("place", "TH", 0.9, (Span("text", 0, 1),), role="exploitation")
FISHING = Tag("form", "forced_labour", 0.8, (Span("title", 0, 5), Span("text", 2, 6)))


@pytest.fixture(autouse=True)
def followed(store: Store) -> None:
    store.add_feeds([A], NOW)


def fill(store: Store, *names: str, **changes: Any) -> None:
    for minute, name in enumerate(names):
        store.record_poll(poll(A, [incoming(name, **changes)]), at(minute))


def one(store: Store, name: str) -> Article:
    return store.article(f"article-{name}", ()).article


def ids(found: Any) -> list[str]:
    return [item.article.id.removeprefix("article-") for item in found]


def test_what_no_record_of_the_stamp_covers_is_due(store: Store) -> None:
    fill(store, "b", "a", "c")
    assert [a.id for a in store.due(CLASSIFIER, limit=2)] == ["article-b", "article-a"]
    assert [a.id for a in store.due(CLASSIFIER, limit=9, after="article-a")] == ["article-c"]
    store.record_assessments([(one(store, "a"), judged(0.9))], NOW)
    assert [a.id for a in store.due(CLASSIFIER, limit=9)] == ["article-b", "article-c"]
    assert len(store.due("relevance-en@2+dddddddddddd", limit=9)) == 3
    with pytest.raises(NotFound):
        store.due(CLASSIFIER, limit=1, after="article-none")


def test_a_failure_is_a_record_and_no_longer_due(store: Store) -> None:
    fill(store, "a")
    store.record_assessments([(one(store, "a"), Assessment(CLASSIFIER, error="boom"))], NOW)
    assert store.due(CLASSIFIER, limit=9) == []
    assert store.counts()["errors"] == 1
    assert store.article("article-a", STAMPS).not_judged == "error"


def test_a_changed_article_is_due_again_and_the_old_record_stays(store: Store) -> None:
    fill(store, "a")
    store.record_assessments([(one(store, "a"), judged(0.9))], NOW)
    store.record_poll(poll(A, [incoming("a", "Corrected.")]), at(5))
    assert [a.text for a in store.due(CLASSIFIER, limit=9)] == ["Corrected."]
    assert store.article("article-a", STAMPS).relevance is None
    assert store.counts()["assessments"] == 1


def test_a_judgement_of_a_version_meanwhile_replaced_is_kept(store: Store) -> None:
    fill(store, "a")
    judged_version = one(store, "a")
    store.record_poll(poll(A, [incoming("a", "Corrected.")]), at(5))
    assert store.record_assessments([(judged_version, judged(0.9))], NOW) == 1
    assert len(store.due(CLASSIFIER, limit=9)) == 1


def test_recording_twice_changes_nothing(store: Store) -> None:
    fill(store, "a")
    article = one(store, "a")
    said = [(article, judged(0.9)), (article, tagged(THAI, FISHING))]
    assert store.record_assessments(said, at(1)) == 2
    before = store.counts()
    assert store.record_assessments([*said, (article, judged(0.1))], at(2)) == 0
    assert store.counts() == before
    assert store.article("article-a", STAMPS).relevance == 0.9


def test_a_batch_is_stored_whole_or_not_at_all(store: Store) -> None:
    fill(store, "a")
    stranger = Article("article-x", "", "", "", "", None, None, NOW, "no such version")
    with pytest.raises(StoreError, match="contradict"):
        store.record_assessments([(one(store, "a"), judged(0.9)), (stranger, judged(0.9))], NOW)
    with pytest.raises(StoreError, match="contradict"):
        store.record_assessments([(one(store, "a"), judged(0.9)), (stranger, judged(1.5))], NOW)
    assert store.counts()["assessments"] == 0


def test_what_assessors_said_comes_back_merged(store: Store) -> None:
    fill(store, "a")
    article = one(store, "a")
    guideline = flagged(article)
    said = [judged(0.9), tagged(THAI, FISHING), guideline, judged(0.1, stamp="old@1+e")]
    store.record_assessments([(article, item) for item in said], NOW)
    merged = store.article("article-a", STAMPS)
    assert merged.article == article
    assert (merged.relevance, merged.relevant, merged.borderline) == (0.9, True, False)
    assert merged.tags == (THAI, FISHING)
    assert merged.findings == guideline.findings
    assert merged.scorecard == guideline.scorecard
    assert merged.stamps == STAMPS
    assert merged.not_judged is None
    assert list(store.assessed(STAMPS)) == [merged]


def test_how_sure_a_finding_is_comes_back_and_old_ones_say_nothing(store: Store, url: str) -> None:
    fill(store, "a")
    [known] = flagged(one(store, "a")).findings
    said = Assessment(GUIDELINE, findings=(replace(known, confidence=0.7),))
    store.record_assessments([(one(store, "a"), said)], NOW)
    [found] = store.article("article-a", STAMPS).findings
    assert found.confidence == 0.7
    rewrite(url, "UPDATE assessments SET payload = replace(payload, ',\"confidence\":0.7', '')")
    assert "confidence" not in str(dump(url)["assessments"])
    assert store.article("article-a", STAMPS).findings == (known,)


def test_a_language_nobody_judges(store: Store) -> None:
    fill(store, "a")
    article = one(store, "a")
    not_judged = [Assessment(CLASSIFIER, not_judged="language"), flagged(article)]
    store.record_assessments([(article, item) for item in not_judged], NOW)
    merged = store.article("article-a", STAMPS)
    assert (merged.relevance, merged.relevant, merged.not_judged) == (None, None, "language")
    assert merged.stamps == (CLASSIFIER, GUIDELINE)


def test_filters(store: Store) -> None:
    names = "high", "border", "low", "thai", "unjudged"
    fill(store, *names)
    store.record_assessments(
        [
            (one(store, "high"), judged(0.9)),
            (one(store, "border"), judged(0.4)),
            (one(store, "low"), judged(0.1)),
            (one(store, "thai"), judged(0.8)),
            (one(store, "thai"), tagged(THAI, FISHING)),
            (one(store, "high"), judged(0.2, stamp="old@1+e")),
            (one(store, "low"), judged(0.99, stamp="old@1+e")),
        ],
        NOW,
    )

    def found(**filters: Any) -> list[str]:
        return ids(store.assessed(STAMPS, **filters))

    assert found() == list(names)
    assert found(min_relevance=0.4) == ["high", "border", "thai"]
    assert found(relevant=True) == ["high", "thai"]
    assert found(relevant=False) == ["border", "low"]
    assert found(borderline=True) == ["border"]
    assert found(form="forced_labour") == ["thai"]
    assert found(place="TH") == ["thai"]
    assert found(place="TH", min_relevance=0.85) == []
    assert found(form="TH") == []
    assert found(outlet="The A", language="en") == list(names)
    assert found(outlet="The B") == found(language="th") == []
    assert found(since=at(1), until=at(3)) == ["border", "low"]
    assert found(since=None, limit=2) == ["high", "border"]
    assert found(after="border", limit=0) == []
    assert found(after="article-border", limit=2) == ["low", "thai"]
    # Of two stamps with an opinion only the first counts, though the second would pass.
    two = (CLASSIFIER, "old@1+e")
    assert ids(store.assessed(two, min_relevance=0.95)) == []
    assert ids(store.assessed(two, relevant=True, limit=2)) == ["high", "thai"]


def test_unknown_filter_and_unknown_cursor(store: Store) -> None:
    with pytest.raises(UsageError, match="colour"):
        store.assessed(STAMPS, colour="red")
    with pytest.raises(NotFound):
        next(store.assessed(STAMPS, after="article-none"))
    with pytest.raises(NotFound):
        store.article("article-none", STAMPS)
    with pytest.raises(NotFound):
        store.article_versions("article-none")


def test_reading_walks_pages_in_a_stable_order_while_more_comes_in(store: Store) -> None:
    total = 2 * PAGE + 7
    store.record_poll(poll(A, [incoming(f"{n:04}") for n in range(total)]), at(0))
    reader = store.assessed(STAMPS)
    first = list(itertools.islice(reader, PAGE))
    store.record_poll(poll(A, [incoming("late")]), at(1))
    rest = list(reader)
    assert ids(first + rest) == [*(f"{n:04}" for n in range(total)), "late"]
    by_hand: list[str] = []
    while page := list(store.assessed(STAMPS, limit=50, after=by_hand[-1] if by_hand else None)):
        by_hand += [item.article.id for item in page]
    assert by_hand == [item.article.id for item in first + rest]


def test_a_reader_left_half_way_holds_nothing(store: Store) -> None:
    store.record_poll(poll(A, [incoming(str(n)) for n in range(PAGE + 1)]), at(0))
    readers = [store.assessed(STAMPS) for _ in range(40)]
    assert len([next(reader) for reader in readers]) == 40
    assert store.add_feeds([feed("b")], NOW) == 1


def test_the_ledger_names_what_could_not_be_had(store: Store) -> None:
    quiet, old = feed("quiet"), feed("old")
    store.add_feeds([quiet, old], NOW)
    silence = FeedSilence(at(-9000), timedelta(hours=5))
    silent = FeedState(silent=True, last_poll=NOW)
    store.record_poll(poll(A, [incoming("a")], page_failures={"refused": 2}), at(1))
    changed = incoming("a", "Another text.")
    store.record_poll(poll(A, [changed], page_failures={"refused": 1, "robots": 1}), at(2))
    store.record_poll(poll(A, error="timed out"), at(3))
    store.record_poll(poll(quiet, state=silent, silence=silence), at(3))
    store.record_poll(poll(old, state=silent), at(3))
    ledger = store.ledger(at(0), at(60))
    assert (ledger.stored, ledger.changed) == (2, 1)
    assert ledger.page_failures == {"refused": 3, "robots": 1}
    assert ledger.failures == (FailedFeed(A.url, A.title, "timed out", at(2)),)
    assert ledger.silences == (
        SilentFeed(old.url, old.title),
        SilentFeed(quiet.url, quiet.title, silence),
    )
    assert (ledger.failed, ledger.silent) == (1, 2)
    assert store.last_polls()[A.id].page_failures == {}
    store.record_poll(poll(A), at(70))
    assert store.ledger(at(0), at(60)).failures == ledger.failures
    assert store.ledger(at(60), at(80)).failures == ()


def test_ledger(store: Store) -> None:
    b, c = feed("b"), feed("c")
    store.add_feeds([b, c], NOW)
    entries = [incoming(name) for name in ("one", "two", "three", "four")]
    store.record_poll(poll(A, error="timed out"), at(1))
    store.record_poll(poll(A, entries, dropped={"empty": 2}), at(2))
    store.record_poll(poll(b, entries[:1]), at(3))
    store.record_poll(poll(c, error="404"), at(4))
    store.record_assessments(
        [
            (one(store, "one"), judged(0.9)),
            (one(store, "two"), Assessment(CLASSIFIER, not_judged="language")),
            (one(store, "two"), Assessment(TAGGER, error="boom")),
            (one(store, "three"), Assessment(CLASSIFIER, error="boom")),
            (one(store, "four"), Assessment(TAGGER)),
        ],
        NOW,
    )
    ledger = store.ledger(at(0), at(60), STAMPS)
    assert (ledger.feeds, ledger.failed, ledger.silent) == (3, 1, 0)
    assert (ledger.fetched, ledger.stored) == (7, 4)
    assert ledger.dropped == {"duplicate": 1, "empty": 2}
    assert ledger.fetched == ledger.stored + sum(ledger.dropped.values())
    assert ledger.not_judged == {"error": 1, "language": 1, "pending": 1}
    assert ledger.changed == 0
    assert ledger.failures == (FailedFeed(c.url, c.title, "404"),)
    assert store.ledger(None, None, STAMPS) == ledger
    assert store.ledger(at(4), None).feeds == 1
    assert store.ledger(at(60), None, STAMPS).not_judged == {}

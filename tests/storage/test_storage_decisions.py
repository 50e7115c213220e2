"""Decisions on both databases: which hold, wait or were undone; claims and practice."""

from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text

from monitor.records.article import Review, Verdict
from monitor.records.errors import NotFound, StoreError, UsageError
from monitor.records.review import FlagSaid
from monitor.storage.store import Store
from store_samples import GUIDELINE, NOW, STAMPS, at, feed, flagged, incoming, judged, poll

A = feed("a")
VICTIM = ("victim-as-slave", "title", 0, 5)


@pytest.fixture(autouse=True)
def articles(store: Store) -> None:
    store.add_feeds([A], NOW)
    store.record_poll(poll(A, [incoming(name) for name in "abc"]), NOW)
    for name in "abc":
        article = store.article(f"article-{name}", ()).article
        store.record_assessments([(article, judged(0.6)), (article, flagged(article))], NOW)


def say(
    store: Store,
    name: str,
    reviewer: str,
    verdict: Verdict,
    *,
    provisional: bool = False,
    minutes: float = 0,
    flag: bool | None = None,
    tags: Mapping[str, tuple[str, ...]] | None = None,
) -> int:
    version = store.article(f"article-{name}", ()).article.sha256
    said = [Review(f"article-{name}", version, reviewer, verdict, tags or {})]
    flags = [] if flag is None else [FlagSaid(f"article-{name}", version, *VICTIM, flag)]
    return store.decide(said, flags, reviewer=reviewer, provisional=provisional, now=at(minutes))


def counting(store: Store) -> dict[str, list[tuple[str, str]]]:
    """What training, and everything else that reads reviews, gets."""
    return {
        article.id: [(review.reviewer, review.verdict) for review in said]
        for article, said in store.reviewed()
    }


def verdicts_on_flags(store: Store) -> list[bool | None]:
    return [flag.right for item in store.items(None, None, STAMPS) for flag in item.flags]


def table(store: Store, name: str) -> list[tuple[object, ...]]:
    with store._database.reading() as connection:
        query = text(f"SELECT * FROM {name} ORDER BY id")
        return [tuple(row) for row in connection.execute(query)]


def test_an_undo_is_a_further_row_and_brings_back_what_held_before(store: Store) -> None:
    say(store, "a", "Ama", "relevant", flag=True)
    second = say(store, "a", "Ama", "not_relevant", flag=False, minutes=1)
    say(store, "a", "Kofi", "borderline", minutes=2)
    before = {name: table(store, name) for name in ("decisions", "reviews", "flag_verdicts")}
    assert verdicts_on_flags(store)[0] is False
    undone = store.undo(second, "Ama", at(3))
    assert (undone.id, undone.verdict, undone.flags) == (second, "not_relevant", 1)
    for name, rows in before.items():
        assert table(store, name)[: len(rows)] == rows, name
    assert len(table(store, "decisions")) == 4
    assert counting(store) == {"article-a": [("Ama", "relevant"), ("Kofi", "borderline")]}
    assert verdicts_on_flags(store)[0] is True
    assert store.verdicts(["article-a"]) == {"article-a": True}


def test_one_undoes_what_is_ones_own_and_once(store: Store) -> None:
    made = say(store, "a", "Ama", "relevant")
    for wrong in (made + 1, 0):
        with pytest.raises(NotFound):
            store.undo(wrong, "Ama", NOW)
    with pytest.raises(NotFound, match="of yours"):
        store.undo(made, "Kofi", NOW)
    store.undo(made, "Ama", NOW)
    with pytest.raises(UsageError, match="undone already"):
        store.undo(made, "Ama", NOW)
    with pytest.raises(NotFound):
        store.undo(made + 1, "Ama", NOW)  # an undo is not undone: decide again
    assert counting(store) == {}
    assert store.verdicts(["article-a"]) == {}


def test_the_last_act_is_the_last_that_was_not_undone(store: Store) -> None:
    first = say(store, "a", "Ama", "relevant")
    second = say(store, "b", "Ama", "relevant", minutes=1)
    say(store, "c", "Kofi", "relevant", minutes=2)
    for made in (second, first):
        last = store.last_act("Ama", ["review"])
        assert last is not None
        assert last.id == made
        store.undo(made, "Ama", at(3))
    assert store.last_act("Ama", ["review"]) is None


def test_two_undos_at_once_are_one(store: Store) -> None:
    made = say(store, "a", "Ama", "relevant")

    def undo(_: int) -> str:
        try:
            store.undo(made, "Ama", NOW)
        except UsageError:
            return "refused"
        return "done"

    with ThreadPoolExecutor(4) as threads:
        assert Counter(threads.map(undo, range(4))) == {"done": 1, "refused": 3}


def test_what_a_volunteer_says_counts_for_nothing_until_it_is_confirmed(store: Store) -> None:
    made = say(store, "a", "Vola", "not_relevant", provisional=True, flag=True, tags={"form": ()})
    assert counting(store) == {}
    assert store.verdicts(["article-a"]) == {}
    assert verdicts_on_flags(store) == [None] * 3
    assert store.count_reviews(STAMPS) == (0, 0, 0)
    assert store.count_reviewed() == 0
    (said,) = store.said(["article-a"])["article-a"]
    assert (said.reviewer, said.verdict, said.waits) == ("Vola", "not_relevant", True)
    assert [r.provisional for r in store.reviews("article-a")] == [True]
    assert store.waiting_decisions() == [made]
    assert store.count_waiting_decisions() == 1
    store.judge_decision(made, "Ama", at(1), right=True)
    assert counting(store) == {"article-a": [("Vola", "not_relevant")]}
    assert store.verdicts(["article-a"]) == {"article-a": False}
    assert [item.id for item in store.items(None, None, STAMPS)] == ["article-b", "article-c"]
    assert store.count_reviews(STAMPS) == (1, 1, 1)
    assert store.waiting_decisions() == []


def test_what_is_overruled_never_counts_and_a_confirmation_can_be_taken_back(
    store: Store,
) -> None:
    made = say(store, "a", "Vola", "relevant", provisional=True)
    act = store.judge_decision(made, "Ama", at(1), right=False)
    assert store.said(["article-a"]) == {}
    assert store.reviews("article-a") == []
    with pytest.raises(UsageError, match="does not wait"):
        store.judge_decision(made, "Kofi", at(2), right=True)
    with pytest.raises(UsageError, match="cannot be undone"):
        store.undo(made, "Vola", at(2))
    store.undo(act, "Ama", at(3))
    assert store.waiting_decisions() == [made]
    act = store.judge_decision(made, "Kofi", at(4), right=True)
    assert counting(store) == {"article-a": [("Vola", "relevant")]}
    store.undo(act, "Kofi", at(5))
    assert counting(store) == {}


def test_nobody_confirms_what_is_their_own_or_does_not_wait(store: Store) -> None:
    made = say(store, "a", "Vola", "relevant", provisional=True)
    plain = say(store, "b", "Ama", "relevant")
    with pytest.raises(UsageError, match="of their own"):
        store.judge_decision(made, "Vola", NOW, right=True)
    with pytest.raises(UsageError, match="does not wait"):
        store.judge_decision(plain, "Kofi", NOW, right=True)
    with pytest.raises(NotFound):
        store.judge_decision(99, "Kofi", NOW, right=True)
    store.undo(made, "Vola", NOW)
    with pytest.raises(UsageError, match="does not wait"):
        store.judge_decision(made, "Kofi", NOW, right=True)
    assert store.waiting_decisions() == []

    say(store, "a", "Vola", "relevant", provisional=True)
    other = say(store, "a", "Otto", "relevant", provisional=True)
    second = say(store, "a", "Vola", "borderline", provisional=True)
    assert store.waiting_decisions() == [other, second]
    store.undo(second, "Vola", NOW)
    assert len(store.waiting_decisions()) == 2


def test_the_database_refuses_acts_that_are_none(store: Store) -> None:
    version = store.article("article-a", ()).article.sha256
    say(store, "a", "Ama", "relevant")
    for values in (
        "7, 'forget', 1, 'Ama', false",
        "7, 'undo', NULL, 'Ama', false",
        "7, 'review', 1, 'Ama', false",
        "7, 'undo', 1, 'Ama', true",
    ):
        row = f"INSERT INTO decisions VALUES ({values}, 'article-a', '{version}', '2026-11-25')"
        with pytest.raises(StoreError), store._database.writing() as connection:
            connection.execute(text(row))


def test_claims_practice_and_what_may_be_reviewed(store: Store) -> None:
    until = at(10)
    assert store.claim("article-a", "Ama", until, NOW)
    assert not store.claim("article-a", "Kofi", until, NOW)
    assert store.claim("article-a", "Ama", until, NOW)
    assert store.claimed(NOW) == {"article-a": "Ama"}
    assert store.claim("article-b", "Ama", until, at(1))  # who moves on lets go
    assert store.claimed(at(1)) == {"article-b": "Ama"}
    assert store.claim("article-b", "Kofi", until + timedelta(hours=1), until)  # it had run out
    assert store.claimed(until) == {"article-b": "Kofi"}
    with pytest.raises(NotFound):
        store.claim("none", "Ama", until, NOW)

    version = store.article("article-a", ()).article.sha256
    for verdict, new in (("relevant", True), ("not_relevant", False)):
        stored = store.add_practice(
            "Ama", "article-a", version, verdict=verdict, desk="borderline", now=NOW
        )
        assert stored is new
    (one,) = store.practised("Ama")
    assert (one.article_id, one.verdict, one.desk) == ("article-a", "relevant", "borderline")
    assert store.practised("Kofi") == []
    assert counting(store) == {}
    assert store.said() == {}

    version = store.article("article-a", ()).article.sha256
    said = [Review("article-a", version, "Ama", "relevant"), Review("none", "x", "Ama", "relevant")]
    with pytest.raises(NotFound):
        store.decide(said, [], reviewer="Ama", provisional=False, now=NOW)
    assert table(store, "decisions") == table(store, "reviews") == []

    stamps = STAMPS[:1]
    shown = store.shown_articles(stamps, "stories@1")
    assert [one.article_id for one in shown] == ["article-c", "article-b", "article-a"]
    assert {one.story for one in shown} == {"article-a", "article-b", "article-c"}
    assert store.shown_articles(stamps, "stories@1", until=NOW) == []
    assert len(store.shown_articles(stamps, "stories@1", since=NOW, until=at(1))) == 3
    assert store.shown_articles([GUIDELINE], "stories@1") == []


def test_what_is_said_of_flags_is_the_latest_word(store: Store) -> None:
    version = store.article("article-a", ()).article.sha256
    say(store, "a", "Ama", "relevant", flag=True)
    last = say(store, "a", "Ama", "relevant", flag=False, minutes=1)
    assert store.flags_said("article-a", version, "Ama") == {VICTIM: False}
    assert [flag.right for flag in store.decision_flags(last)] == [False]
    store.undo(last, "Ama", at(2))
    assert store.flags_said("article-a", version, "Ama") == {VICTIM: True}
    assert store.flags_said("article-a", version, "Kofi") == {}

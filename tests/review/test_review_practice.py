"""Order, agreement and the words of reviewing, without a database."""

from datetime import timedelta
from itertools import pairwise
from random import Random

import pytest
from sklearn.metrics import cohen_kappa_score

from monitor.records.article import VERDICTS, Article, Verdict
from monitor.records.review import Opinion, PracticeAnswer, Reviewable
from monitor.review.agreement import agreement_of
from monitor.review.practice import desk_verdicts
from monitor.review.review_queue import Queue, QueueChoice, make_queue, same_words
from store_samples import NOW


def answers(*pairs: tuple[Verdict, Verdict]) -> list[PracticeAnswer]:
    return [PracticeAnswer(str(n), mine, desk, NOW) for n, (mine, desk) in enumerate(pairs)]


def said(article: str, reviewer: str, verdict: Verdict, *, waits: bool = False) -> Opinion:
    return Opinion(article, reviewer, verdict, NOW, waits)


def shown(name: str, relevance: float, *, story: str = "", minutes: int = 0) -> Reviewable:
    return Reviewable(
        name, f"sha-{name}", story or name, relevance, NOW + timedelta(minutes=minutes)
    )


@pytest.mark.parametrize("seed", range(5))
def test_kappa_is_that_of_scikit_learn(seed: int) -> None:
    random = Random(seed)
    pairs = [(random.choice(VERDICTS), random.choice(VERDICTS)) for _ in range(seed * 9 + 2)]
    found = agreement_of(answers(*pairs))
    expected = cohen_kappa_score(*zip(*pairs, strict=True), labels=list(VERDICTS))
    assert found.kappa == pytest.approx(expected)
    assert (found.n, found.same) == (len(pairs), sum(a == b for a, b in pairs))
    assert len(found.differing) == found.n - found.same


def test_kappa_is_not_defined_where_all_is_alike() -> None:
    assert agreement_of([]).kappa is None
    assert agreement_of(answers(("relevant", "relevant"))).kappa is None


def test_practice_is_what_others_decided_and_agree_on() -> None:
    words = {
        "agreed": [said("agreed", "Ama", "relevant"), said("agreed", "Kofi", "relevant")],
        "one": [said("one", "Ama", "borderline"), said("one", "V", "relevant", waits=True)],
        "differ": [said("differ", "Ama", "relevant"), said("differ", "Kofi", "borderline")],
        "mine": [said("mine", "Nana", "relevant"), said("mine", "Ama", "relevant")],
        "waits": [said("waits", "V", "relevant", waits=True)],
    }
    assert desk_verdicts(words, "Nana") == {"agreed": "relevant", "one": "borderline"}


ARTICLES = [
    shown("sure", 0.97, minutes=4),
    shown("even", 0.52, minutes=1),
    shown("copy", 0.51, story="sure", minutes=9),
    shown("low", 0.2, minutes=2),
]


def names(queue: Queue) -> list[str]:
    return [entry.article_id for entry in queue.entries]


def test_the_most_uncertain_story_comes_first_or_the_newest() -> None:
    queue = Queue(make_queue(ARTICLES, {}, QueueChoice(), "Ama"))
    assert names(queue) == ["even", "low", "sure"]  # a story is as certain as its surest article
    assert names(Queue(make_queue(ARTICLES, {}, QueueChoice(order="newest"), "Ama"))) == [
        *("sure", "low", "even")
    ]
    assert queue.place("copy") == 2
    assert (queue.before("even"), queue.before("copy")) == (None, "low")
    assert queue.following(None) == "even"
    assert queue.following("copy") == "even"
    assert queue.following(None, {"even"}) == "low"
    assert queue.following(None, {"even", "low", "sure"}) == "even"


def test_what_is_done_is_passed_over_and_can_be_gone_back_to() -> None:
    words = {"copy": [said("copy", "Kofi", "relevant")], "low": [said("low", "Ama", "relevant")]}
    queue = Queue(make_queue(ARTICLES, words, QueueChoice(), "Ama"))
    assert [entry.done for entry in queue.entries] == [False, True, True]
    assert (queue.left, queue.following("even"), queue.before("sure")) == (1, None, "low")
    second = Queue(make_queue(ARTICLES, words, QueueChoice(which="second"), "Ama"))
    assert (names(second), second.left) == (["sure"], 1)
    words["copy"].append(said("copy", "Ama", "borderline"))
    assert names(Queue(make_queue(ARTICLES, words, QueueChoice(which="differ"), "Ama"))) == ["sure"]
    assert Queue(make_queue(ARTICLES, words, QueueChoice(which="second"), "Ama")).left == 0


def test_an_order_is_the_same_each_time() -> None:
    alike = [shown(name, 0.7) for name in "dcba"]
    found = [names(Queue(make_queue(some, {}, QueueChoice(), ""))) for some in (alike, alike[::-1])]
    assert found[0] == found[1] == list("abcd")
    assert all(a < b for a, b in pairwise(found[0]))


def test_the_same_words_are_the_same_text() -> None:
    def article(text: str) -> Article:
        return Article("a", "", "", text, "", "en", None, NOW, "x")

    assert same_words(article("Police  freed\nnine."), article("Police freed nine"))
    assert not same_words(article("Police freed nine."), article("Police freed ten."))
    assert not same_words(article(""), article(""))

"""Samples, cases learned of elsewhere, verdicts on flags, and rows for trends."""

from datetime import date, timedelta

import pytest
from sqlalchemy import event

from monitor.records.article import Assessment, Review
from monitor.records.counts import CountedFlag
from monitor.records.errors import NotFound
from monitor.records.feed import Feed
from monitor.records.review import Draw, Drawn, OutsideCase, Stratum
from monitor.records.tag import Tag
from monitor.storage.store import Store
from store_samples import (
    CLASSIFIER,
    NOW,
    STAMPS,
    TAGGER,
    at,
    feed,
    flagged,
    incoming,
    judged,
    poll,
    tagged,
)

DAY = (NOW - timedelta(hours=1), NOW + timedelta(hours=1))


@pytest.fixture(name="filled")
def _filled(store: Store) -> Store:
    """Four articles: shown, borderline, below the threshold, not judged; all tagged."""
    store.add_feeds([feed()], NOW)
    entries = [incoming(name) for name in ("shown", "side", "below", "foreign")]
    store.record_poll(poll(feed(), entries), NOW)
    articles = {a.article.id: a.article for a in store.assessed(())}
    scores = {"shown": 0.9, "side": 0.4, "below": 0.01}
    for name, score in scores.items():
        article = articles[f"article-{name}"]
        tags = (
            Tag("form", "forced_labour", 0.9),
            Tag("place", "TH", 0.9, role="exploitation"),
            Tag("place", "GH", 0.9, role="origin"),
        )
        for said in (judged(score), tagged(*tags), flagged(article)):
            store.record_assessments([(article, said)], NOW)
    foreign = Assessment(CLASSIFIER, not_judged="language")
    store.record_assessments([(articles["article-foreign"], foreign)], NOW)
    return store


def test_candidates_are_what_was_judged(filled: Store) -> None:
    found = {c.article_id: (c.score, c.shown) for c in filled.candidates(*DAY, STAMPS)}
    assert found == {
        "article-shown": (0.9, True),
        "article-side": (0.4, True),
        "article-below": (0.01, False),
    }
    assert filled.candidates(DAY[1], at(120), STAMPS) == []


def test_what_an_unmeasured_model_judged_is_no_candidate(filled: Store) -> None:
    article = filled.article("article-foreign", ()).article
    said = Assessment("relevance-xx@1", relevance=0.2, experimental=True)
    filled.record_assessments([(article, said)], NOW)
    found = filled.candidates(*DAY, ("relevance-xx@1", CLASSIFIER))
    assert "article-foreign" not in {c.article_id for c in found}


def test_waiting_counts_what_a_stamp_has_not_judged(filled: Store) -> None:
    assert filled.waiting(*DAY, (CLASSIFIER,)) == 0
    assert filled.waiting(*DAY, (CLASSIFIER, TAGGER)) == 1
    assert filled.waiting(*DAY, ("relevance-en@2",)) == 4


def test_a_day_is_drawn_once(filled: Store) -> None:
    items = (Drawn("article-below", 1, 0.5), Drawn("article-shown", -1, 1.0))
    draw = Draw("2026-11-25", "m@1", (Stratum(0, 0.1, 2, 1),), items, NOW)
    assert filled.add_draw(draw)
    assert not filled.add_draw(Draw("2026-11-25", "m@2", (), (), NOW))
    assert filled.draws("2026-11-25", "2026-11-26") == [draw]
    assert filled.draws("2026-11-26", "2026-11-27") == []


def test_anybodys_latest_word_that_it_is_relevant_counts(filled: Store) -> None:
    sha = filled.article("article-below", ()).article.sha256

    def say(verdict: str, by: str) -> dict[str, bool]:
        filled.add_review(Review("article-below", sha, by, verdict), NOW)
        return filled.verdicts(["article-below", "article-side"])

    assert say("relevant", "a") == {"article-below": True}
    assert say("not_relevant", "b") == {"article-below": True}
    assert say("borderline", "a") == {"article-below": False}


def told(name: str, *, hours: float = 1, same_as: str | None = None) -> OutsideCase:
    return OutsideCase(f"https://x.example/{name}", name, "", NOW + timedelta(hours=hours), same_as)


def test_what_we_had_of_a_case(filled: Store) -> None:
    cases = {
        told("article-shown"): ("shown", True),
        told("article-below"): ("below", True),
        told("article-foreign"): ("not_judged", True),
        told("elsewhere", same_as="article-shown"): ("shown", False),
        told("absent"): ("never", True),
        told("abroad"): ("not_followed", False),
    }
    for case in cases:
        assert filled.add_told(case)
        assert not filled.add_told(case)
    assert filled.told() == list(cases)
    followed = [feed_followed for _, feed_followed in cases.values()]
    had = filled.had(list(cases), STAMPS, followed)
    assert [one.had for one in had] == [expected for expected, _ in cases.values()]
    early = filled.had([told("article-shown", hours=-1)], STAMPS, [True])
    assert early[0].had == "late"
    with pytest.raises(NotFound):
        filled.add_told(told("z", same_as="nobody"))


def test_items_are_what_is_shown_or_what_people_say(filled: Store) -> None:
    found = {item.id: item for item in filled.items(*DAY, STAMPS)}
    assert set(found) == {"article-shown", "article-side"}
    shown = found["article-shown"]
    assert shown.main
    assert not found["article-side"].main
    assert shown.labels == {"form": ("forced_labour",), "place": ("TH",)}
    assert shown.flags == (CountedFlag("victim-as-slave"),)
    for name, verdict, tags in (
        ("shown", "not_relevant", {}),
        ("below", "relevant", {"form": ("forced_begging",)}),
    ):
        sha = filled.article(f"article-{name}", ()).article.sha256
        filled.add_review(Review(f"article-{name}", sha, "a", verdict, tags), NOW)
    again = {item.id: item for item in filled.items(*DAY, STAMPS)}
    assert set(again) == {"article-below", "article-side"}
    assert again["article-below"].labels == {"form": ("forced_begging",), "place": ("TH",)}


def test_counting_reads_no_text(filled: Store) -> None:
    statements: list[str] = []
    engine = filled._database.engine
    event.listen(engine, "before_cursor_execute", lambda *said: statements.append(said[2]))
    filled.items(*DAY, STAMPS)
    filled.stored_by_day_and_outlet({date(2026, 11, 25): DAY}, NOW)
    filled.candidates(*DAY, STAMPS)
    assert statements
    assert not any("versions" in statement for statement in statements)


def test_a_flag_is_right_until_somebody_says_that_it_is_not(filled: Store) -> None:
    def say(right: bool, by: str) -> bool | None:
        number = filled.add_flag_verdict(
            "article-shown", "victim-as-slave", right=right, stamps=STAMPS, reviewer=by, now=NOW
        )
        assert number == 1
        found = {item.id: item for item in filled.items(*DAY, STAMPS)}
        return found["article-shown"].flags[0].right

    assert say(True, "a") is True
    assert say(False, "b") is False
    assert say(True, "b") is True
    with pytest.raises(NotFound, match="no flag of the rule 'other'"):
        filled.add_flag_verdict(
            "article-shown", "other", right=True, stamps=STAMPS, reviewer="", now=NOW
        )


def test_stored_by_outlet_and_day(filled: Store) -> None:
    day, after = date(2026, 11, 25), date(2026, 11, 26)
    days = {day: DAY, after: (DAY[1], DAY[1] + timedelta(days=1))}
    assert filled.stored_by_day_and_outlet(days, NOW) == {day: {"The Daily": 4}, after: {}}


def test_every_change_of_feeds_is_kept(store: Store) -> None:
    other = Feed("feed-b", "https://b.example/rss", "B", "B")
    store.add_feeds([feed(), other], at(0))
    store.add_feeds([feed()], at(1))  # is followed: no change
    store.remove_feed(other.url, at(2))
    store.remove_feed(other.url, at(3))
    store.add_feeds([other], at(4))
    assert [(c.title, c.at, c.followed) for c in store.feed_changes()] == [
        ("Daily", at(0), True),
        ("B", at(0), True),
        ("B", at(2), False),
        ("B", at(4), True),
    ]
    assert len(store.feed_changes(at(1), at(4))) == 1


def test_the_ledger_names_languages_and_feeds_that_were_not_polled(filled: Store) -> None:
    filled.add_feeds([Feed("feed-b", "https://b.example/rss", "B", "B")], at(-10))
    ledger = filled.ledger(*DAY, STAMPS)
    assert ledger.not_judged == {"language": 1}
    assert ledger.languages == {"en": 1}
    assert ledger.unasked == 1
    assert filled.ledger(at(-90), at(-30), STAMPS).unasked == 0

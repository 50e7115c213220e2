"""A store with a row in every table, by the store's own methods, with odd words in it."""

from __future__ import annotations

from datetime import date, timedelta

from monitor.records.account import Role
from monitor.records.article import Import, Place, Review
from monitor.records.digest import Delivery
from monitor.records.feed import Sighting, Visit
from monitor.records.finding import Span
from monitor.records.hidden_names import Mask
from monitor.records.review import Draw, Drawn, FlagSaid, OutsideCase, Stratum
from monitor.records.tag import Tag
from monitor.storage.schema import earlier_stamps
from monitor.storage.store import Store
from monitor.storage.work_queue import Lease
from monitor.stories.clustering import place
from store_samples import (
    CLASSIFIER,
    NOW,
    STAMPS,
    at,
    feed,
    flagged,
    incoming,
    judged,
    poll,
    sha,
    tagged,
)

ODD = "e\u0301 😀 שלום \u202ertl\u202c \t=1+1 'q' \"d\" \\N \\ ก\u0e33 \uffff\x7f 'NULL'"
"""Combining marks, emoji, right-to-left, a tab, quotes, what COPY takes for nothing."""
STORY = "stories@1+test"
NAMES = "names@1+test"


def fill(store: Store, articles: int = 3) -> None:
    """Put something into every table."""
    first, second = feed("a"), feed("b")
    store.add_feeds([first, second], NOW)
    store.remove_feed(second.url, at(1))
    entries = [
        incoming(f"{n:05}", f"Text {n}. {ODD}\r\nA second line.", title=f"{n} {ODD}")
        for n in range(articles)
    ]
    store.record_poll(poll(first, entries, dropped={"empty": 1}), NOW)
    key = entries[0].article_id
    later = incoming("00000", f"Corrected. {ODD}", published=None, language=None)
    again = Sighting(key, sha("again"))
    store.record_poll(poll(first, [later]), at(2))
    store.record_poll(poll(first, entries[:1]), at(3))
    store.record_poll(poll(first, [later], [again]), at(5), {"news.example": Visit(NOW, 1.1)})
    _judge(store, [entry.article_id for entry in entries])
    _review(store, key, "Ama")
    _rest(store)


def judge_and_review(store: Store, article_id: str, reviewer: str) -> None:
    """Do with one article what was done with the first."""
    _judge(store, [article_id])
    _review(store, article_id, reviewer)


def _judge(store: Store, ids: list[str]) -> None:
    tag = Tag("place", "TH", 1 / 3, (Span("text", 0, 4),), role="origin")
    for article in [store.article(key, ()).article for key in ids]:
        said = [judged(0.6 + 0.1), tagged(tag), flagged(article)]
        store.record_assessments([(article, one) for one in said], at(6))
        spans = (Span("title", 0, 1),)
        store.record_masks([Mask(article.id, article.sha256, NAMES, spans)], at(6))
    while store.fill_index(limit=500):
        pass
    store.fold(STORY, [CLASSIFIER], place, at(7), limit=9)
    store.check_versions(lambda _old, _said, _new: "", at(7), limit=9)


def _review(store: Store, key: str, reviewer: str) -> None:
    version = store.article(key, ()).article.sha256
    said = [Review(key, version, f"{reviewer} {ODD}", "relevant", {"form": ("forced_labour",)})]
    flags = [FlagSaid(key, version, "victim-as-slave", "title", 0, 5, False)]
    made = store.decide(said, flags, reviewer=reviewer, provisional=True, now=at(8))
    store.judge_decision(made, "Kofi", at(9), right=True)
    store.claim(key, reviewer, at(60), at(8))
    store.add_practice(reviewer, key, version, verdict="relevant", desk="borderline", now=at(8))
    store.ask_names([key], reviewer, at(8), at(68))
    store.lift_names(key, [sha("name")], reviewer, at(8))
    strata = (Stratum(0.0, 0.1, 10, 1),)
    store.add_draw(Draw("2026-11-24", CLASSIFIER, strata, (Drawn(key, 0, 0.1),), at(9)))
    store.add_told(OutsideCase(f"https://else.example/{key}", f"{key}-else", ODD, at(9), key))


def _rest(store: Store) -> None:
    with store._database.writing() as connection:  # as a database of version 0.1.0 had it
        connection.execute(earlier_stamps.insert(), {"stamp": "names@1+earlier"})
    store.carry_over({"names@1+earlier": NAMES}, at(8))
    file = Import(feed("file").id, f"{ODD}.jsonl", sha("file"), "jsonl", at(10), "Ama")
    brought = incoming("brought", f"Brought. {ODD}", origin="summary")
    places = {brought.article_id: Place(2**40, "row", NOW)}
    store.record_import(file, poll(feed("file"), [brought]), places, at(10))
    sent = Delivery("a@b.example", "cases", "2026-11-25", NOW, None, "<1@x>", at(10))
    store.begin_send(sent, [brought.article_id])
    store.unsubscribe("c@d.example", at(10))
    store.key("unsubscribe")
    token, _ = store.add_token("Ama Ōtsuka 🕊", Role(("read",), False), NOW)
    store.sign_in(token, at(10))
    store.count_feedback(
        STAMPS[2], "rule", right=True, day=date(2026, 11, 25), client="page", severity=""
    )
    store.take_lease(Lease("elsewhere process 1", "t", at(11)), lambda _: True)
    store.forget(["article-unwanted"], "person", at(12))
    store.claim_due("other@1", Lease("h", "t", at(10) + timedelta(seconds=60)), at(10), limit=1)

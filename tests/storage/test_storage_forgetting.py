"""Forgetting, on both databases: nothing of an article is in any table, and it stays out."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import inspect, text

from monitor.records.article import Review
from monitor.records.errors import Forgotten, NotFound
from monitor.records.feed import KnownArticle, Sighting
from monitor.records.finding import Span
from monitor.records.hidden_names import Mask
from monitor.records.review import Draw, Drawn, FlagSaid, OutsideCase, Stratum
from monitor.records.tag import Tag
from monitor.storage.article_filter import ArticleFilter
from monitor.storage.database import Database
from monitor.storage.forgetting import tables_of_articles
from monitor.storage.migrations import RETURNED
from monitor.storage.store import Store, open_store
from monitor.storage.stories import StoryPlacement
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
    rewrite,
    tagged,
)

LATER = NOW + timedelta(days=9)
WORD = "zqvxheron"
ID = "article-a"
KEPT = {"articles", "tombstones", "versions"}
"""The tables that may know the id of what was forgotten."""


@pytest.fixture(name="full")
def _full(store: Store) -> Store:
    """An article of which every table knows something, and one beside it in its story."""
    fill(store)
    return store


def fill(store: Store) -> None:
    words = f"The {WORD} waited by the sluice."
    entry = incoming("a", words, title=words, summary=words, authors=(WORD,), categories=(WORD,))
    store.add_feeds([feed()], NOW)
    said = (f"{entry.url}: dated in the future", "the answer ended early")
    store.record_poll(poll(feed(), [entry, incoming("b")], warnings=said), NOW)
    later = incoming("a", f"{words} Again.", title=words)
    store.record_poll(poll(feed(), [later]), at(1))
    store.record_poll(poll(feed(), [entry]), at(2))
    for article in store.due(CLASSIFIER, limit=9):
        tag = Tag("form", "forced_labour", 0.9, (Span("text", 4, 13),))
        every = [judged(0.9), tagged(tag), flagged(article)]
        store.record_assessments([(article, one) for one in every], at(3))
    store.fold("s@1", (CLASSIFIER,), _placed, at(3), limit=9)
    one, other = (store.article(f"article-{name}", ()).article for name in "ab")
    flag = FlagSaid(ID, one.sha256, "victim-as-slave", "title", 0, 5, right=True)
    both = [Review(a.id, a.sha256, "Ann", "relevant") for a in (one, other)]
    first = store.decide(both, [flag], reviewer="Ann", provisional=True, now=at(4))
    store.judge_decision(first, "Bea", at(5), right=True)
    alone = store.decide(both[:1], [], reviewer="Ann", provisional=True, now=at(6))
    store.undo(store.judge_decision(alone, "Bea", at(7), right=False), "Bea", at(8))
    store.claim(ID, "Ann", at(60), at(9))
    store.add_practice("Ann", ID, one.sha256, verdict="relevant", desk="relevant", now=at(9))
    store.record_masks([Mask(ID, one.sha256, "m@1", (Span("text", 14, 20),))], at(9))
    store.ask_names([ID], "Ann", at(9), at(60))
    store.check_versions(lambda *_: "name", at(9), limit=9)
    drawn = (Drawn(ID, 0, 0.5), Drawn(other.id, 0, 0.5))
    store.add_draw(Draw("2026-11-25", CLASSIFIER, (Stratum(0, 1, 4, 2),), drawn, at(9)))
    store.add_told(OutsideCase(entry.url, ID, f"About the {WORD}.", at(9)))
    store.add_told(OutsideCase("https://other.example/x", "article-x", "Same.", at(9), ID))


def _placed(article: Any, _shelf: Any) -> StoryPlacement:
    if article.id == ID:
        return StoryPlacement(None, WORD, (1, 2), NOW)
    return StoryPlacement(ID, "another", (1, 2), NOW)


def unreadable(database: Database) -> set[str]:
    """The words of SQLite's index, which the test of a file's bytes looks for."""
    return {"search_words"} if database.is_sqlite else set()


def rows_with(database: Database, needle: str) -> dict[str, int]:
    """Return by table how many rows have the needle in any column."""
    found: dict[str, int] = {}
    with database.reading() as connection:
        for table in sorted(set(inspect(connection).get_table_names()) - unreadable(database)):
            rows = connection.execute(text(f'SELECT * FROM "{table}"')).all()
            count = sum(needle in json.dumps(list(row), default=str) for row in rows)
            found |= {table: count} if count else {}
    return found


def test_no_table_knows_a_word_or_the_id(full: Store) -> None:
    """A table that a migration adds and that is not filled here is emptied as the others are."""
    database = full._database
    with full._database.reading() as connection:
        there = inspect(connection)
        tables = set(there.get_table_names())
        ours = {
            name
            for name in tables
            if any(c["name"] in ("article_id", "story_id") for c in there.get_columns(name))
        }
    empty = ours - set(rows_with(full._database, ID))
    assert empty <= {table.name for table in tables_of_articles()} | {"tombstones"}
    assert len(ours - empty) > 15
    assert rows_with(database, WORD).keys() >= {"versions", "told", "story_members"}
    assert full.forget([ID], "person", LATER) == 1
    assert full.clear_file()  # until then the pages of SQLite's index hold words
    assert rows_with(database, WORD) == {}
    assert rows_with(database, "news.example/a") == {}
    assert rows_with(database, ID).keys() == KEPT | {"story_members"}  # the story's own id
    with database.reading() as connection:
        rest = connection.execute(text("SELECT * FROM versions WHERE article_id = 'article-a'"))
        (row,) = rest.mappings()
        assert {row["sha256"], row["title"], row["text"], row["summary"]} == {""}
        lines = connection.execute(text("SELECT warnings FROM polls ORDER BY id")).scalars()
        assert json.loads(next(iter(lines))) == ["the answer ended early"]


def test_what_is_beside_it_stays_and_it_is_nowhere_to_be_read(full: Store) -> None:
    before = full.article("article-b", STAMPS)
    full.forget([ID], "court", LATER)
    assert full.article("article-b", STAMPS) == before
    assert full.story_members("s@1", ID) == ["article-b"]
    (story,) = full.list_stories("s@1", limit=9)
    assert (story.id, story.articles) == (ID, 1)
    assert [review.verdict for review in full.reviews("article-b")] == ["relevant"]
    assert full.last_act("Bea", ("confirm",)) is not None
    assert full.waiting_decisions() == []
    (draw,) = full.draws("2026-11-25", "2026-11-26")
    assert [item.article_id for item in draw.items] == ["article-b"]
    assert [case.same_as for case in full.told()] == [None]

    # and it is nowhere to be read itself
    assert [one.article.id for one in full.assessed(STAMPS)] == ["article-b"]
    assert [article.id for article in full.due("new@1", limit=9)] == ["article-b"]
    assert full.search(ArticleFilter(), STAMPS, limit=9).ids == ("article-b",)
    assert [article.id for article, _ in full.reviewed()] == ["article-b"]
    assert full.ledger(None, None, ("new@1",)).not_judged == {"pending": 1}
    for read in (full.article_versions, full.reviews, lambda one: full.article(one, ())):
        with pytest.raises(Forgotten):
            read(ID)
    assert issubclass(Forgotten, NotFound)


def test_nothing_brings_it_back(full: Store) -> None:
    """Neither its feed, nor another, nor who judges, reviews or masks it meanwhile."""
    article = full.article(ID, ()).article
    full.forget([ID], "person", LATER)
    other = feed("other")
    full.add_feeds([other], NOW)
    assert full.known([ID])[ID] == KnownArticle("summary", "", expired=True)
    for source in (feed(), other):
        result = full.record_poll(poll(source, [incoming("a"), incoming("c")]), LATER)
        assert result.dropped["forgotten"] == 1
    result = full.record_poll(poll(feed(), [], [Sighting(ID, "new")]), LATER)
    assert (result.stored, result.dropped) == (0, {"forgotten": 1})
    assert full.record_assessments([(article, flagged(article))], LATER) == 0
    full.record_masks([Mask(ID, article.sha256, "m@1", (Span("text", 1, 2),))], LATER)
    with pytest.raises(NotFound):
        full.add_review(Review(ID, article.sha256, "Ann", "relevant"), LATER)
    assert rows_with(full._database, ID).keys() == KEPT | {"story_members"}
    assert full.forget([ID], "person", LATER) == 0


def test_what_was_never_here_is_kept_out_and_all_is_counted(full: Store) -> None:
    assert full.forget(["article-new", ID, ID], "safety", LATER) == 2
    assert full.known(["article-new", "article-n"]).keys() == {"article-new"}
    entry = incoming("new")
    result = full.record_by_hand(poll(feed("hand"), [entry]), LATER)
    assert (result.stored, result.dropped) == (0, {"forgotten": 1})
    stones = {stone.article_id: stone for stone in full.tombstones()}
    assert {one: stone.stored for one, stone in stones.items()} == {ID: True, "article-new": False}
    assert {stone.reason for stone in stones.values()} == {"safety"}
    assert full.forgotten([ID, "article-b"]) == {ID}

    # it is counted by when it was seen
    assert full.count_forgotten() == 1
    assert full.count_forgotten(since=NOW, until=at(1), outlet="The Daily") == 1
    assert full.count_forgotten(since=at(1)) == full.count_forgotten(outlet="Other") == 0
    assert full.count_forgotten(after=LATER) == 0
    assert full.count_expired() == 0
    # and a story of such alone is none
    full.forget(["article-b"], "person", LATER)
    assert full.list_stories("s@1", limit=9) == []
    with pytest.raises(NotFound):
        full.story_members("s@1", ID)


def test_a_store_of_before_learns_which_text_came_back(make_url_of: Callable[[], str]) -> None:
    url = make_url_of()
    with open_store(url) as store:
        fill(store)
    rewrite(url, "DELETE FROM returns")
    rewrite(url, RETURNED)
    with open_store(url) as store, store._database.reading() as connection:
        rows = connection.execute(text("SELECT article_id, sha256 FROM returns")).all()
        current = text("SELECT current FROM articles WHERE id = 'article-a'")
        assert [tuple(row) for row in rows] == [(ID, connection.execute(current).scalar())]

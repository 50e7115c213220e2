"""Searching is the same on both databases, and the index is in step with what is stored."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from monitor.records.article import AssessedArticle
from monitor.records.dates import PublicationDays, published_days
from monitor.records.errors import NotFound, UsageError
from monitor.records.finding import Span
from monitor.records.hidden_names import Mask
from monitor.records.tag import Tag
from monitor.storage import migrate as migrating
from monitor.storage.article_filter import ArticleFilter
from monitor.storage.database import open_database
from monitor.storage.full_text_search import COUNTED, FEW, search
from monitor.storage.store import Store, open_store
from monitor.text.search_terms import SearchTerm, places_of, read_search
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
    tagged,
)

TAGS = (
    Tag("form", "forced_labour", 0.9, (Span("text", 0, 3),)),
    Tag("place", "TH", 0.9, role="exploitation"),
)


@pytest.fixture(name="archive")
def _archive(store: Store) -> Store:
    """Six articles of two outlets: relevance rises, odd ones are tagged, the fourth is flagged."""
    store.add_feeds([feed(), feed("other")], NOW)
    for n in range(6):
        source = feed() if n % 2 else feed("other")
        body = f"Boats and forced labour, number {n}. {'Thai' if n < 3 else 'No'} crew here."
        language = "es" if n == 5 else "en"
        entry = incoming(f"{n}", body, title=f"Head {n}", language=language)
        store.record_poll(poll(source, [entry]), at(n))
    for article in store.due(CLASSIFIER, limit=5):
        n = int(article.id[-1])
        said = [judged(n / 6), tagged(*TAGS) if n % 2 else tagged()]
        said += [flagged(article)] if n == 4 else []
        store.record_assessments([(article, one) for one in said], NOW)
    return store


def found(store: Store, words: str = "", **options: Any) -> str:
    """Return the last letters of the ids found."""
    paging = {name: options.pop(name) for name in ("after", "newest_first") if name in options}
    limit = options.pop("limit", 50)
    wanted = ArticleFilter(query=words, **options)
    return "".join(key[-1] for key in store.search(wanted, STAMPS, limit=limit, **paging).ids)


def found_anyhow(store: Store, words: str = "", **filters: Any) -> set[str]:
    """Return what is found whether all that has a word or filter is looked at, or the newest."""
    wanted = ArticleFilter(query=words, **filters)
    with store._database.reading() as connection:
        pages = [search(connection, wanted, STAMPS, limit=50, few=few) for few in (FEW, 9, 3, 0)]
    return {"".join(key[-1] for key in page.ids) for page in pages}


WORDS = {
    "": "543210",
    "boats": "543210",
    "BÓATS crew": "543210",
    '"forced labour" thai': "210",
    '"labour forced"': "",
    "crew -thai": "543",
    "-thai": "543",
    "lab* head": "543210",
    '"head 3"': "3",
    '"3 boats"': "",
    "thai OR 4": "4210",
    '"head 3" OR "number 5" crew': "53",
    "boats OR nothing crew OR nothing -thai": "543",
    "nothing OR never": "",
    '"forced lab*" OR zzz': "543210",
    "number '); DROP TABLE articles; --": "",
}


def test_words(archive: Store) -> None:
    for words, expected in WORDS.items():
        assert found_anyhow(archive, words) == {expected}, words


WORDS_TYPED = ["boats", "thai", "crew", "head", "no", "lab*", '"forced labour"', '"head 3"', "3"]
SIGNS = [*' "*-()|&!~^?:', " OR ", " OR ", " AND ", " -", "NEAR", "NOT", "'", "\0", "人", "\ud800"]
PIECES = st.sampled_from([*WORDS_TYPED, *SIGNS, "4", "zzz"])


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None
)
@given(typed=st.lists(PIECES, max_size=9).map(" ".join))
def test_whatever_is_typed_finds_what_it_says(archive: Store, typed: str) -> None:
    """No database fails on it, and each finds what a reader of the texts finds."""
    try:
        asked = read_search(typed)
    except UsageError:
        return
    texts = archive.articles_by_id([f"article-{n}" for n in range(6)], STAMPS).values()

    def has(one: AssessedArticle, term: SearchTerm) -> bool:
        return any(places_of(text, [term]) for text in (one.article.title, one.article.text))

    there = {
        one.article.id[-1]
        for one in texts
        if all(any(has(one, term) for term in terms) for terms in asked.wanted)
        and not any(has(one, term) for term in asked.unwanted)
    }
    assert found_anyhow(archive, typed) == {"".join(sorted(there, reverse=True))}, typed


FILTERS: list[tuple[dict[str, Any], str]] = [
    ({"tags": (("form", "forced_labour"),)}, "31"),
    ({"tags": (("form", "forced_labour"), ("place", "TH")), "words": "thai"}, "1"),
    ({"tags": (("form", "organ_removal"),)}, ""),
    ({"outlet": "The Daily"}, "531"),
    ({"outlet": "the daily"}, ""),
    ({"language": "es"}, "5"),
    ({"flag": "any"}, "4"),
    ({"flag": "warning", "words": "boats"}, "4"),
    ({"flag": "error"}, ""),
    ({"rule": "victim-as-slave"}, "4"),
    ({"relevance": ("relevant",)}, "43"),
    ({"relevance": ("borderline", "not_relevant"), "words": "boats"}, "210"),
    ({"relevance": ("not_judged",)}, "5"),
    ({"relevance": ()}, ""),
    ({"min_relevance": 0.6}, "4"),
    ({"since": at(2), "until": at(5)}, "432"),
    ({"since": at(2), "words": "boats", "outlet": "The Daily"}, "53"),
    ({"since": at(99)}, ""),
]


def test_filters(archive: Store) -> None:
    for filters, expected in FILTERS:
        assert found_anyhow(archive, **filters) == {expected}, filters


def test_publication(store: Store) -> None:
    """Each database chooses as `PublicationDays.holds` says, and counts what nobody can place."""
    said: list[dict[str, Any]] = [
        {"published": datetime(2004, 5, 1, tzinfo=UTC)},
        {"published": datetime(2004, 5, 31, 23, 59, tzinfo=UTC)},
        {"published": datetime(2005, 1, 1, tzinfo=UTC)},
        {"published": None},
        {"published": None, "published_in": "2004"},
        {"published": None, "published_in": "2004-05"},
        {"published": None, "published_in": "2005-02"},
    ]
    store.add_feeds([feed()], NOW)
    entries = [incoming(f"{n}", f"Text {n}", **one) for n, one in enumerate(said)]
    store.record_poll(poll(feed(), entries), NOW)
    bounds = [None, *(date(2004, month, day) for month in (1, 5, 6) for day in (1, 2, 30))]
    bounds += [date(2004, 5, 31), date(2004, 12, 31), date(2005, 2, 28), date.min, date.max]
    for since, until in product(bounds, bounds):
        if (days := published_days_or_none(since, until)) is None:
            continue
        held = [days.holds(one["published"], one.get("published_in", "")) for one in said]
        chosen = ArticleFilter(published_since=since, published_until=until)
        page = store.search(chosen, STAMPS, limit=50, newest_first=False)
        assert [int(key[-1]) for key in page.ids] == [n for n, is_ in enumerate(held) if is_]
        assert page.undated == held.count(None), days
        may = store.search(chosen, STAMPS, limit=50, undated=True)
        assert may.total == len(held) - held.count(False), days


def published_days_or_none(since: date | None, until: date | None) -> PublicationDays | None:
    try:
        return published_days(since, until, ZoneInfo("UTC"))
    except UsageError:
        return None


def test_pages(archive: Store) -> None:
    for words in ("", "boats", '"forced labour"', "-head"):
        walk(archive, words)


def walk(archive: Store, words: str) -> None:
    """Go through all pages of a search, forwards, and to places in it."""
    everything = found(archive, words)
    walked, after = "", None
    while True:
        wanted = ArticleFilter(query=words)
        page = archive.search(wanted, STAMPS, limit=2, after=after)
        walked += "".join(key[-1] for key in page.ids)
        assert page.total == len(everything)
        if not page.more:
            break
        after = page.ids[-1]
    assert walked == everything
    assert found(archive, words, newest_first=False) == everything[::-1]
    if everything:
        assert found(archive, words, newest_first=False, after="article-1") == "2345"
        assert found(archive, words, after="article-0") == ""
    with pytest.raises(NotFound):
        found(archive, words, after="article-none")


def test_counting_ends(store: Store) -> None:
    store.add_feeds([feed()], NOW)
    for batch in range(3):
        entries = [incoming(f"{batch}-{n:03}", f"Boats. {n}") for n in range(400)]
        store.record_poll(poll(feed(), entries), at(batch))
    for words in ("", "boats", '"boats 7"'):
        page = store.search(ArticleFilter(query=words), STAMPS, limit=9)
        assert page.total == (3 if "7" in words else COUNTED + 1)
    deep = store.search(ArticleFilter(query="boats"), STAMPS, limit=9, after="article-0-005")
    assert [key[-3:] for key in deep.ids] == ["004", "003", "002", "001", "000"]
    assert not deep.more


def test_a_new_version_takes_the_place_of_the_old(archive: Store) -> None:
    changed = incoming("1", "Completely new words.", title="Head 1")
    archive.record_poll(poll(feed(), [changed]), at(60))
    assert found(archive, "thai") == "20"
    assert found(archive, "completely") == "1"
    assert found(archive, tags=TAGS[:0], relevance=("not_judged",)) == "51"
    before = incoming("1", "Boats and forced labour, number 1. Thai crew here.", title="Head 1")
    archive.record_poll(poll(feed(), [before]), at(61))
    assert found(archive, "thai") == "210"
    assert found(archive, "completely") == ""
    assert found(archive, relevance=("not_judged",)) == "5", "what was said of it holds again"


def test_what_expired_has_no_words_and_keeps_its_labels(archive: Store) -> None:
    archive.expire(at(3.5), at(1000), limit=9)
    assert found(archive, "boats") == "54"
    assert found(archive) == "543210"
    newer = ("relevance-en@2+dddddddddddd", *STAMPS[1:])
    wanted = ArticleFilter(tags=(("form", "forced_labour"),))
    assert archive.search(wanted, newer, limit=9).ids == ("article-3", "article-1")
    relevant = archive.search(ArticleFilter(relevance=("relevant",)), newer, limit=9)
    assert relevant.ids == ("article-3",), "of what is not expired the new model must speak"


def test_a_hidden_name_is_not_found(archive: Store) -> None:
    article = archive.article("article-4", ()).article
    start = article.text.index("forced")
    spans = (Span("title", 0, 4), Span("text", start, start + 6))
    archive.record_masks([Mask(article.id, article.sha256, "names@1", spans)], NOW)
    assert found(archive, "forced") == "53210"
    assert found(archive, '"head 4"') == ""
    assert found(archive, '"and labour"') == "", "a phrase does not reach across it"
    assert found(archive, "boats") == "543210"
    archive.record_masks([Mask(article.id, article.sha256, "names@2", ())], NOW)
    assert found(archive, "forced") == "543210"


def test_the_first_model_with_an_opinion_is_heard(archive: Store) -> None:
    other = "relevance-es@1+eeeeeeeeeeee"
    for article in archive.due(other, limit=9):
        archive.record_assessments([(article, judged(0.9, stamp=other))], NOW)
    both = ArticleFilter(relevance=("relevant",))
    assert len(archive.search(both, (*STAMPS, other), limit=9).ids) == 3
    assert len(archive.search(both, (other, *STAMPS), limit=9).ids) == 6
    least = ArticleFilter(min_relevance=0.8)
    assert archive.search(least, (*STAMPS, other), limit=9).ids == ("article-5",)


def test_the_index_is_made_anew_piece_by_piece(archive: Store) -> None:
    archive.empty_index()
    assert (found(archive, "boats"), found(archive, outlet="The Daily")) == ("", "")
    assert [archive.fill_index(limit=4) for _ in range(3)] == [4, 2, 0]
    assert found(archive, "boats") == "543210"
    assert found(archive, relevance=("relevant",), flag="any") == "4"
    assert archive.count_unindexed() == 0


def test_an_archive_of_before_is_numbered_and_then_taken_in(
    make_url_of: Callable[[], str],
) -> None:
    url = make_url_of()
    database = open_database(url, busy_timeout_s=1)
    migrating._upgrade(database, "0011")
    with database.writing() as connection:
        time = "'2026-11-25 12:00:00'"
        statements = [
            f"""INSERT INTO feeds (id, url, title, outlet, site, added_at)
            VALUES ('f', 'https://e.example/f', 'T', 'O', '', {time})"""
        ]
        for key in "ba":
            statements += [
                f"""INSERT INTO articles (id, url, outlet, feed_id, first_seen, current)
                VALUES ('{key}', 'https://e.example/{key}', 'O', 'f', {time}, 's')""",
                f"""INSERT INTO versions (article_id, sha256, feed_id, title, text, summary, origin,
                fetched_at)
                VALUES ('{key}', 's', 'f', 'Head', 'Old words {key}', '', 'feed', {time})""",
            ]
        for statement in statements:
            connection.execute(text(statement))
    database.close()
    with open_store(url) as store:
        assert store.count_unindexed() == 2
        assert store.search(ArticleFilter(), STAMPS, limit=9).ids == ("b", "a")
        store.add_feeds([feed()], NOW)
        store.record_poll(poll(feed(), [incoming("new", "Old words too.")]), at(60))
        assert store.search(ArticleFilter(query="old"), STAMPS, limit=9).total == 1
        assert store.fill_index(limit=9) == 2
        ids = store.search(ArticleFilter(query='"old words"'), STAMPS, limit=9).ids
        assert ids == ("article-new", "b", "a")


def test_choices_are_those_that_occur(archive: Store) -> None:
    assert archive.choices(STAMPS) == {
        "form": ("forced_labour",),
        "language": ("en", "es"),
        "outlet": ("The Daily", "The Other"),
        "place": ("TH",),
        "rule": ("victim-as-slave",),
        "severity": ("warning",),
    }

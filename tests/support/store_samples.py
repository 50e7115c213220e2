"""Feeds, polls and assessments for tests of the store, made from a few words."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, create_engine, make_url, text

from monitor.records.article import Article, Assessment
from monitor.records.feed import Feed, FeedState, Incoming, Poll, Sighting
from monitor.records.finding import Citation, Finding, ScorecardItem, Span
from monitor.records.tag import Tag
from monitor.storage.store import Store
from monitor.storage.work_queue import Lease

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
CLASSIFIER = "relevance-en@1+aaaaaaaaaaaa"
TAGGER = "tags-en@1+bbbbbbbbbbbb"
GUIDELINE = "thb-en@1.0.0+cccccccccccc"
STAMPS = (CLASSIFIER, TAGGER, GUIDELINE)


def at(minutes: float) -> datetime:
    """Return a moment some minutes after `NOW`."""
    return NOW + timedelta(minutes=minutes)


def sha(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def feed(name: str = "daily") -> Feed:
    return Feed(f"feed-{name}", f"https://{name}.example/rss", name.title(), f"The {name.title()}")


def incoming(name: str, body: str = "A text.", **changes: Any) -> Incoming:
    values: dict[str, Any] = {
        "article_id": f"article-{name}",
        "url": f"https://news.example/{name}",
        "title": f"Title of {name}",
        "text": body,
        "summary": "",
        "language": "en",
        "published": NOW - timedelta(hours=5),
        "origin": "feed",
        "sha256": sha(name, body),
        "feed_sha256": sha("feed", name, body),
    }
    return Incoming(**{**values, **changes})


def poll(
    source: Feed,
    entries: Sequence[Incoming] = (),
    sightings: Sequence[Sighting] = (),
    **changes: Any,
) -> Poll:
    dropped = changes.get("dropped", {})
    values: dict[str, Any] = {
        "state": FeedState(etag='"1"', last_poll=NOW),
        "at": NOW,
        "fetched": len(entries) + len(sightings) + sum(dropped.values()),
        "incoming": tuple(entries),
        "sightings": tuple(sightings),
    }
    return Poll(feed=source, **{**values, **changes})


def judged(relevance: float, *, stamp: str = CLASSIFIER) -> Assessment:
    return Assessment(
        stamp,
        relevance=relevance,
        relevant=relevance >= 0.5,
        borderline=0.3 <= relevance < 0.5,
    )


def tagged(*tags: Tag) -> Assessment:
    return Assessment(TAGGER, tags=tags)


def flagged(article: Article) -> Assessment:
    finding = Finding(
        rule="victim-as-slave",
        severity="warning",
        principle="dignity",
        scope="headline",
        field="title",
        start=0,
        end=5,
        match=article.title[0:5],
        quoted="no",
        message="Say what happened.",
        why="The word reduces a person to it.",
        suggestions=("person held in forced labour", "survivor"),
        sources=(Citation("A guide", "3.2", "https://guide.example/"),),
        guideline="thb-en",
    )
    item = ScorecardItem(
        "no-helpline", None, "too short to tell", (Span("text", 0, 1),), guideline="thb-en"
    )
    return Assessment(GUIDELINE, findings=(finding,), scorecard=(item,))


def unmasked(store: Store, stamp: str, **options: Any) -> list[str]:
    """Return the articles that a stamp has not looked through, by id; all claims end."""
    mine = Lease("tests", "unmasked", at(60))
    found = store.claim_unmasked(stamp, mine, NOW, limit=9, **options)
    store.drop_claims(mine.token)
    return [article.id for article in found]


def dump(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table, without times and automatic keys, to compare stores."""
    queries = {
        "feeds": "SELECT id, url, title FROM feeds",
        "feed_states": "SELECT feed_id, etag, failures FROM feed_states",
        "articles": "SELECT id, url, outlet, feed_id, current, page_tries FROM articles",
        "versions": "SELECT article_id, sha256, title, text, origin FROM versions",
        "sightings": "SELECT article_id, feed_id, feed_sha256 FROM sightings",
        "assessments": "SELECT article_id, sha256, stamp, relevance, payload FROM assessments",
        "tags": "SELECT a.article_id, a.sha256, a.stamp, t.position, t.scheme, t.label, t.score"
        " FROM tags t JOIN assessments a ON a.id = t.assessment_id",
    }
    engine = _engine(url)
    with engine.connect() as connection:
        rows = {
            name: sorted((tuple(row) for row in connection.execute(text(query))), key=repr)
            for name, query in queries.items()
        }
    engine.dispose()
    return rows


def rewrite(url: str, statement: str) -> None:
    """Change a store behind its back, as a version before this one would have written it."""
    engine = _engine(url)
    with engine.begin() as connection:
        # Not `text`, which would take ":0" for a parameter.
        connection.exec_driver_sql(statement)
    engine.dispose()


def _engine(url: str) -> Engine:
    address = make_url(url)
    if address.drivername == "postgresql":
        address = address.set(drivername="postgresql+psycopg")
    return create_engine(address)

"""Recording one poll of one feed: what is new, what is a new version, what is dropped and why.

`decide` is pure; `record_poll` looks up, decides entry by entry, and writes, all inside the
caller's one transaction.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit

from sqlalchemy import Connection, select, update

from monitor.errors import NotFound, StoreError
from monitor.store.feeds import learn_about, learn_names, save_state
from monitor.store.rows import chunks, insert_new
from monitor.store.schema import articles, feeds, polls, sightings, versions
from monitor.store.withdrawn import restore
from monitor.types import ContentOrigin, Feed, Incoming, PageFailure, Poll, Sighting

_INSERT_ARTICLE = articles.insert()
Decision = Literal["new", "version", "known", "duplicate"]


@dataclass(frozen=True, slots=True)
class PollResult:
    """A ledger line: `fetched == stored + sum(dropped.values())`."""

    feed_id: str
    at: datetime
    fetched: int
    stored: int
    dropped: Mapping[str, int]
    error: str | None
    warnings: tuple[str, ...]
    not_modified: bool
    silent: bool
    page_failures: Mapping[PageFailure, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Held:
    """What is stored of an article, as far as the decision needs it.

    `owned`: the feed at hand brought it first, or the one that did is followed no more. `sighted`:
    it has come through the feed at hand before.
    """

    sha256: str
    origin: ContentOrigin
    owned: bool
    sighted: bool
    expired: bool = False


def decide(incoming: Incoming, held: Held | None) -> Decision:
    """Say what becomes of an entry.

    Only the feed that brought an article may change its text, else two feeds with different
    excerpts would make versions for ever; but a fuller text replaces a mere summary whoever
    brings it, and a summary, given because a page failed, never replaces a fuller text. What
    expired does not come back.
    """
    if held is None:
        return "new"
    if incoming.sha256 != held.sha256 and not held.expired:
        richer = incoming.origin != "summary" and held.origin == "summary"
        if richer or (held.owned and held.sighted and not _poorer(incoming, held)):
            return "version"
    return "known" if held.sighted else "duplicate"


def _poorer(incoming: Incoming, held: Held) -> bool:
    return incoming.origin == "summary" and held.origin != "summary"


def record_poll(connection: Connection, poll: Poll, now: datetime) -> PollResult:
    """Store a poll whole and return its ledger line.

    Raises `NotFound` for a feed never added, `StoreError` for entries not accounted for.
    """
    feed = poll.feed
    if not connection.execute(select(feeds.c.id).where(feeds.c.id == feed.id)).first():
        raise NotFound(f"no feed {feed.url} in the store")
    save_state(connection, feed, poll.state)
    learn_names(connection, feed, title=poll.title, site=poll.site)
    learn_about(connection, feed, description=poll.description, updated=poll.updated)
    entries: list[Incoming | Sighting] = [*poll.incoming, *poll.sightings]
    held = _held(connection, feed, {entry.article_id for entry in entries})
    dropped = Counter(dict(poll.dropped))
    stored = 0
    for entry in entries:
        outcome = _take(connection, poll, entry, held, now)
        if outcome is None:
            stored += 1
        else:
            dropped[outcome] += 1
    result = PollResult(
        feed_id=feed.id,
        at=now,
        fetched=poll.fetched,
        stored=stored,
        dropped={name: count for name, count in sorted(dropped.items()) if count},
        error=poll.error,
        warnings=tuple(poll.warnings),
        not_modified=poll.not_modified,
        silent=poll.state.silent,
        page_failures=dict(poll.page_failures),
    )
    _write_line(connection, poll, result)
    return result


def _held(connection: Connection, feed: Feed, ids: Iterable[str]) -> dict[str, Held]:
    """Look up what is stored of the articles `ids`, from the point of view of `feed`."""
    found: dict[str, Held] = {}
    for some in chunks(sorted(ids)):
        query = (
            select(
                articles.c.id,
                articles.c.current,
                articles.c.feed_id,
                articles.c.expired_at,
                versions.c.origin,
                feeds.c.removed_at,
                sightings.c.feed_id.label("sighted"),
            )
            .join(
                versions,
                (versions.c.article_id == articles.c.id)
                & (versions.c.sha256 == articles.c.current),
            )
            .join(feeds, feeds.c.id == articles.c.feed_id)
            .outerjoin(
                sightings,
                (sightings.c.article_id == articles.c.id) & (sightings.c.feed_id == feed.id),
            )
            .where(articles.c.id.in_(some))
        )
        for row in connection.execute(query):
            found[row.id] = Held(
                sha256=row.current,
                origin=row.origin,
                owned=row.feed_id == feed.id or row.removed_at is not None,
                sighted=row.sighted is not None,
                expired=row.expired_at is not None,
            )
    return found


def _take(
    connection: Connection,
    poll: Poll,
    entry: Incoming | Sighting,
    held: dict[str, Held],
    now: datetime,
) -> str | None:
    """Store one entry and bring `held` up to date; return the name of its drop, if it is one."""
    before = held.get(entry.article_id)
    if isinstance(entry, Incoming):
        decision, after = _take_text(connection, poll, entry, before, now)
        # Not taken in for want of its page: the next poll is to see it as changed and try again.
        postponed = decision == "known" and after.owned and _poorer(entry, after)
    elif before is None:
        raise StoreError(f"feed {poll.feed.url}: sighting of an article that is not stored")
    else:
        decision, after = "known" if before.sighted else "duplicate", before
        postponed = False
    _sight(connection, poll.feed, entry, now, remember=not postponed)
    held[entry.article_id] = replace(after, sighted=True)
    return None if decision in ("new", "version") else decision


def _take_text(
    connection: Connection, poll: Poll, entry: Incoming, before: Held | None, now: datetime
) -> tuple[Decision, Held]:
    """Store an entry's text if that is the decision; return it and what is held then."""
    decision = decide(entry, before)
    if before is None:
        _add_article(connection, poll, entry, now)
        return decision, Held(entry.sha256, entry.origin, owned=True, sighted=True)
    if decision == "version":
        if not _add_version(connection, poll.feed, entry, now):
            decision = "known"  # back to a text it has had before
        before = replace(before, sha256=entry.sha256, origin=entry.origin)
    return decision, before


def _add_article(connection: Connection, poll: Poll, entry: Incoming, now: datetime) -> None:
    host = (urlsplit(poll.feed.url).hostname or "").removeprefix("www.")
    outlet = poll.feed.outlet or poll.feed.title or poll.title or host
    row = {
        "id": entry.article_id,
        "url": entry.url,
        "outlet": outlet,
        "feed_id": poll.feed.id,
        "first_seen": now,
        "current": entry.sha256,
    }
    connection.execute(_INSERT_ARTICLE, row)
    _add_version(connection, poll.feed, entry, now, first=True)


def _add_version(
    connection: Connection, feed: Feed, entry: Incoming, now: datetime, *, first: bool = False
) -> bool:
    """Make the entry's text the current one; return whether it was never stored before.

    Of a new article the `first` one is the current one already.
    """
    row = {
        "article_id": entry.article_id,
        "sha256": entry.sha256,
        "feed_id": feed.id,
        "title": entry.title,
        "text": entry.text,
        "summary": entry.summary,
        "language": entry.language,
        "published": entry.published,
        "origin": entry.origin,
        "fetched_at": now,
        "authors": entry.authors,
        "categories": entry.categories,
        "enclosures": [asdict(enclosure) for enclosure in entry.enclosures],
        "mining": entry.mining,
        "mining_policy": entry.mining_policy,
    }
    new = insert_new(connection, versions, row) is not None
    if not new:
        restore(connection, entry.article_id, row)
    if not first:
        connection.execute(
            update(articles)
            .where(articles.c.id == entry.article_id, articles.c.current != entry.sha256)
            .values(current=entry.sha256)
        )
    return new


def _sight(
    connection: Connection,
    feed: Feed,
    entry: Incoming | Sighting,
    now: datetime,
    *,
    remember: bool,
) -> None:
    """Note that the feed carries the article and, if to `remember`, what it says of it now."""
    row = {
        "article_id": entry.article_id,
        "feed_id": feed.id,
        "first_seen": now,
        "feed_sha256": entry.feed_sha256,
    }
    if insert_new(connection, sightings, row) is None and remember:
        connection.execute(
            update(sightings)
            .where(
                sightings.c.article_id == entry.article_id,
                sightings.c.feed_id == feed.id,
                sightings.c.feed_sha256 != entry.feed_sha256,
            )
            .values(feed_sha256=entry.feed_sha256)
        )
    if entry.page_error is not None:
        connection.execute(
            update(articles)
            .where(articles.c.id == entry.article_id)
            .values(page_tries=articles.c.page_tries + 1)
        )


def _write_line(connection: Connection, poll: Poll, result: PollResult) -> None:
    total = sum(result.dropped.values())
    if result.fetched != result.stored + total:
        raise StoreError(
            f"feed {poll.feed.url}: {result.fetched} entries fetched, {result.stored} stored and"
            f" {total} dropped do not add up"
        )
    connection.execute(
        polls.insert().values(
            feed_id=result.feed_id,
            at=result.at,
            fetched=result.fetched,
            stored=result.stored,
            dropped=dict(result.dropped),
            dropped_total=total,
            error=result.error,
            warnings=list(result.warnings),
            not_modified=result.not_modified,
            silent=result.silent,
            page_failures=dict(result.page_failures),
            silent_since=poll.silence.since if poll.silence else None,
            usual_gap_s=round(poll.silence.usual.total_seconds()) if poll.silence else None,
        )
    )

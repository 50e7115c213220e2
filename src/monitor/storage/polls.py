"""Recording polls and imports: what is new, what is a new version, what is dropped and why.

`decide` is pure; `record_poll` looks up, decides entry by entry, and writes, all inside the
caller's one transaction. Articles of a file, with where in it each stands, are recorded as a poll
of a feed that nobody follows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Any, Literal
from urllib.parse import urlsplit

from sqlalchemy import Connection, bindparam, delete, func, select, update

from monitor.records.article import ContentOrigin, Import, Place
from monitor.records.errors import NotFound, StoreError
from monitor.records.feed import Feed, Incoming, PageFailure, Poll, Sighting, Visit
from monitor.storage.database import chunks, columns_of, insert_new, row_of, rows_of
from monitor.storage.feeds import keep_unfollowed, learn_about, learn_names, save_state
from monitor.storage.forgetting import forgotten
from monitor.storage.schema import (
    CURRENT,
    articles,
    feeds,
    hosts,
    imported,
    imports,
    of_version,
    polls,
    returns,
    sightings,
    versions,
)
from monitor.storage.search_index import put
from monitor.storage.withdrawn_versions import restore

_COUNT_TRY = (
    update(articles)
    .where(articles.c.id == bindparam("article"))
    .values(page_tries=articles.c.page_tries + 1)
)
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
class StoredVersion:
    """What is stored of an article, as far as the decision needs it.

    `owned`: the feed at hand brought it first, or the one that did is followed no more. `sighted`:
    it has come through the feed at hand before.
    """

    sha256: str
    origin: ContentOrigin
    owned: bool
    sighted: bool
    expired: bool = False
    said: str | None = None
    """The hash of what the feed at hand said of it last."""


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows that wait to be inserted together: one by one they take four times as long."""

    articles: list[dict[str, Any]] = field(default_factory=list)
    versions: list[dict[str, Any]] = field(default_factory=list)
    sightings: list[dict[str, Any]] = field(default_factory=list)
    tries: list[dict[str, str]] = field(default_factory=list)
    """Articles whose pages were not had."""
    ids: set[str] = field(default_factory=set)
    """Of the articles that rows are of."""

    def write(self, connection: Connection) -> None:
        """Insert what waits, and count tries; rows refer to rows of the tables before."""
        waiting: tuple[tuple[Any, list[dict[str, Any]]], ...] = (
            (articles.insert(), self.articles),
            (versions.insert(), self.versions),
            (sightings.insert(), self.sightings),
            (_COUNT_TRY, self.tries),
        )
        for statement, rows in waiting:
            if rows:
                connection.execute(statement, rows)
                rows.clear()
        self.ids.clear()


def decide(incoming: Incoming, held: StoredVersion | None) -> Decision:
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


def _poorer(incoming: Incoming, held: StoredVersion) -> bool:
    return incoming.origin == "summary" and held.origin != "summary"


def record_poll(
    connection: Connection, poll: Poll, now: datetime, visits: Mapping[str, Visit] | None = None
) -> PollResult:
    """Store a feed's new state, articles, versions, sightings and ledger line; return that line.

    `visits` to hosts are remembered with it.

    Raises `NotFound` for a feed never added, `StoreError` for a poll that does not add up.
    """
    if visits:
        save_visits(connection, visits, now)
    feed = poll.feed
    if not connection.execute(select(feeds.c.id).where(feeds.c.id == feed.id)).first():
        raise NotFound(f"no feed {feed.url} in the store")
    save_state(connection, feed, poll.state)
    learn_names(connection, feed, title=poll.title, site=poll.site)
    learn_about(connection, feed, description=poll.description, updated=poll.updated)
    entries: list[Incoming | Sighting] = [*poll.incoming, *poll.sightings]
    gone = forgotten(connection, {entry.article_id for entry in entries})
    dropped = Counter(dict(poll.dropped))
    dropped["forgotten"] += sum(entry.article_id in gone for entry in entries)
    entries = [entry for entry in entries if entry.article_id not in gone]
    held = _held(connection, feed, {entry.article_id for entry in entries})
    stored = 0
    rows = _Rows()
    for entry in entries:
        if entry.article_id in rows.ids:  # told of twice in one poll
            rows.write(connection)
        outcome = _take(connection, poll, entry, held, rows, now)
        if outcome is None:
            stored += 1
        else:
            dropped[outcome] += 1
    rows.write(connection)
    put(connection, {entry.article_id for entry in poll.incoming} - gone)
    line = row_of(polls, poll, feed_id=feed.id, at=now, stored=stored, silent=poll.state.silent)
    line["dropped"] = {name: count for name, count in sorted(dropped.items()) if count}
    total = sum(line["dropped"].values())
    if poll.fetched != line["stored"] + total:
        raise StoreError(
            f"feed {feed.url}: {poll.fetched} entries fetched, {line['stored']} stored and"
            f" {total} dropped do not add up"
        )
    line |= {"warnings": list(poll.warnings), "page_failures": dict(poll.page_failures)}
    since, usual = (poll.silence.since, poll.silence.usual) if poll.silence else (None, None)
    gap = None if usual is None else round(usual.total_seconds())
    more = {"dropped_total": total, "silent_since": since, "usual_gap_s": gap}
    connection.execute(polls.insert(), {**line, **more})
    return to_result(line)


def _held(connection: Connection, feed: Feed, ids: Iterable[str]) -> dict[str, StoredVersion]:
    """Look up what is stored of the articles `ids`, from the point of view of `feed`."""
    found: dict[str, StoredVersion] = {}
    query = (
        select(*CURRENT, articles.c.feed_id, articles.c.expired_at, versions.c.origin)
        .add_columns(feeds.c.removed_at, sightings.c.feed_sha256.label("said"))
        .join(versions, of_version(versions, *CURRENT))
        .join(feeds, feeds.c.id == articles.c.feed_id)
        .outerjoin(
            sightings, (sightings.c.article_id == articles.c.id) & (sightings.c.feed_id == feed.id)
        )
    )
    for row in rows_of(connection, query, articles.c.id, ids):
        found[row.id] = StoredVersion(
            sha256=row.current,
            origin=row.origin,
            owned=row.feed_id == feed.id or row.removed_at is not None,
            sighted=row.said is not None,
            expired=row.expired_at is not None,
            said=row.said,
        )
    return found


def _take(
    connection: Connection,
    poll: Poll,
    entry: Incoming | Sighting,
    held: dict[str, StoredVersion],
    rows: _Rows,
    now: datetime,
) -> str | None:
    """Store one entry and bring `held` up to date; return the name of its drop, if it is one."""
    before = held.get(entry.article_id)
    if isinstance(entry, Incoming):
        decision, after = _take_text(connection, poll, entry, before, rows, now)
        # Not taken in for want of its page: the next poll is to see it as changed and try again.
        postponed = decision == "known" and after.owned and _poorer(entry, after)
    elif before is None:
        raise StoreError(f"feed {poll.feed.url}: sighting of an article that is not stored")
    else:
        decision, after = "known" if before.sighted else "duplicate", before
        postponed = False
    if not after.sighted:
        said: str | None = entry.feed_sha256
        row = {"article_id": entry.article_id, "feed_id": poll.feed.id, "first_seen": now}
        rows.sightings.append({**row, "feed_sha256": said})
        rows.ids.add(entry.article_id)
    else:
        said = after.said if postponed else entry.feed_sha256
        if said != after.said:
            mine = sightings.c.article_id == entry.article_id, sightings.c.feed_id == poll.feed.id
            connection.execute(update(sightings).where(*mine).values(feed_sha256=said))
    if entry.page_error is not None:
        rows.tries.append({"article": entry.article_id})
    held[entry.article_id] = replace(after, sighted=True, said=said)
    return None if decision in ("new", "version") else decision


def _take_text(
    connection: Connection,
    poll: Poll,
    entry: Incoming,
    before: StoredVersion | None,
    rows: _Rows,
    now: datetime,
) -> tuple[Decision, StoredVersion]:
    """Store an entry's text if that is the decision; return it and what is held then."""
    decision = decide(entry, before)
    if before is None:
        source = poll.feed
        host = (urlsplit(source.url).hostname or "").removeprefix("www.")
        outlet = entry.outlet or source.outlet or source.title or poll.title or host
        row = {"id": entry.article_id, "url": entry.url, "outlet": outlet, "feed_id": source.id}
        rows.articles.append({**row, "first_seen": now, "current": entry.sha256})
        rows.versions.append(_version_row(poll.feed, entry, now))
        return decision, StoredVersion(entry.sha256, entry.origin, owned=True, sighted=False)
    if decision == "version":
        if not _add_version(connection, poll.feed, entry, now):
            decision = "known"  # back to a text it has had before
        before = replace(before, sha256=entry.sha256, origin=entry.origin)
    return decision, before


def _version_row(feed: Feed, entry: Incoming, now: datetime) -> dict[str, Any]:
    files = [asdict(enclosure) for enclosure in entry.enclosures]
    return row_of(versions, entry, feed_id=feed.id, fetched_at=now, enclosures=files)


def _add_version(connection: Connection, feed: Feed, entry: Incoming, now: datetime) -> bool:
    """Make the entry's text the current one; return whether it was never stored before."""
    row = _version_row(feed, entry, now)
    new = insert_new(connection, versions, row) is not None
    if not new:
        restore(connection, entry.article_id, row)
    changed = connection.execute(
        update(articles)
        .where(articles.c.id == entry.article_id, articles.c.current != entry.sha256)
        .values(current=entry.sha256)
    ).rowcount
    if changed and not new:
        back = {"article_id": entry.article_id, "at": now, "sha256": entry.sha256}
        insert_new(connection, returns, back)
    return new


KEPT = timedelta(days=1)
"""An older visit keeps nobody from anything."""


def visits(connection: Connection) -> dict[str, Visit]:
    """Return what is remembered, by host name."""
    return {
        row.host: Visit(row.visited, row.crawl_delay_s) for row in connection.execute(select(hosts))
    }


def save_visits(connection: Connection, made: Mapping[str, Visit], now: datetime) -> None:
    """Remember `made`, by host name, and forget what is over."""
    for some in chunks(sorted(made)):
        connection.execute(delete(hosts).where(hosts.c.host.in_(some)))
        rows = [
            {"host": h, "visited": made[h].at, "crawl_delay_s": made[h].crawl_delay_s} for h in some
        ]
        connection.execute(hosts.insert(), rows)
    connection.execute(delete(hosts).where(hosts.c.visited < now - KEPT))


def last_polls(connection: Connection) -> dict[str, PollResult]:
    """Return the latest ledger line of each feed followed that was polled, by feed id."""
    latest = (
        select(func.max(polls.c.id))
        .join(feeds, feeds.c.id == polls.c.feed_id)
        .where(feeds.c.removed_at.is_(None))
        .group_by(polls.c.feed_id)
    )
    query = select(polls).where(polls.c.id.in_(latest))
    return {row["feed_id"]: to_result(row) for row in connection.execute(query).mappings()}


def to_result(line: Mapping[Any, Any]) -> PollResult:
    """Return the ledger line of a row of `polls`."""
    columns = {field.name: line[field.name] for field in fields(PollResult)}
    return PollResult(**{**columns, "warnings": tuple(line["warnings"])})


def latest_polls(connection: Connection, feed_id: str, *, limit: int) -> list[PollResult]:
    """Return the latest lines of a feed's ledger, newest first."""
    query = select(polls).where(polls.c.feed_id == feed_id).order_by(polls.c.id.desc()).limit(limit)
    return [to_result(row) for row in connection.execute(query).mappings()]


def record_by_hand(connection: Connection, poll: Poll, now: datetime) -> PollResult:
    """Store an article that no feed brought: as `record_poll`, of a feed that is not followed.

    Raises `StoreError` for a poll that does not add up.
    """
    keep_unfollowed(connection, poll.feed, now)
    return record_poll(connection, poll, now)


def record_import(
    connection: Connection, source: Import, poll: Poll, places: Mapping[str, Place], now: datetime
) -> PollResult:
    """Store some articles of a file: as `record_poll`, of a feed that is not followed.

    `places` says by article id where each stands. Raises `StoreError` for what does not add up.
    """
    keep_unfollowed(connection, poll.feed, now)
    result = record_poll(connection, poll, now)
    # the place of each version that this file, and no other feed, brought
    insert_new(connection, imports, asdict(source))
    hashes = {entry.article_id: entry.sha256 for entry in poll.incoming}
    query = select(versions.c.article_id, versions.c.sha256).where(versions.c.feed_id == source.id)
    for article_id, sha256 in list(rows_of(connection, query, versions.c.article_id, hashes)):
        place = places.get(article_id)
        if place is not None and hashes[article_id] == sha256:
            key = {"article_id": article_id, "sha256": sha256, "import_id": source.id}
            insert_new(connection, imported, row_of(imported, place, place=place.at, **key))
    return result


def imports_of(
    connection: Connection, article_ids: Iterable[str]
) -> dict[str, tuple[Import, Place]]:
    """Return by article id which file brought its current version, and where it stands there.

    Those that no file brought are left out.
    """
    ids = set(article_ids)
    found = imports_of_versions(connection, ids)
    keys = map(tuple, rows_of(connection, select(*CURRENT), articles.c.id, ids))
    return {key[0]: found[key] for key in keys if key in found}


def imports_of_versions(
    connection: Connection, ids: Iterable[str]
) -> dict[tuple[str, str], tuple[Import, Place]]:
    """Return by article and hash which file brought a version, and where it stands there."""
    found: dict[tuple[str, str], tuple[Import, Place]] = {}
    of_file, of_place = columns_of(imports, Import), columns_of(imported, Place, at="place")
    query = (
        select(imported.c.article_id, imported.c.sha256, *of_file, *of_place)
        .join_from(imported, imports, imports.c.id == imported.c.import_id)
        .order_by(imports.c.at.desc(), imports.c.id)
    )
    for article_id, version, *said in rows_of(connection, query, imported.c.article_id, ids):
        source, place = said[: len(of_file)], said[len(of_file) :]
        found[article_id, version] = Import(*source), Place(*place)  # the first to bring it
    return found

"""Recording polls and imports: what is new, what is a new version, what is dropped and why.

`decide` is pure; `record_poll` looks up, decides entry by entry, and writes, all in the caller's
one transaction. Articles of a file are recorded as a poll of a feed that nobody follows.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Any, Literal
from urllib.parse import urlsplit

from sqlalchemy import Connection, bindparam, delete, func, select, update

from monitor.records.article import ContentOrigin, Import, Place
from monitor.records.errors import NotFound, StoreError
from monitor.records.feed import Feed, Incoming, PageFailure, Poll, Sighting, Visit
from monitor.storage.database import add_rows, chunks, columns_of, insert_new, row_of, rows_of
from monitor.storage.feeds import keep_unfollowed, learn_about, save_state
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

_TRIED = update(articles).where(articles.c.id == bindparam("article"))
_COUNT_TRY = _TRIED.values(page_tries=articles.c.page_tries + 1)
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
    """What is stored of an article; `owned`: by this feed or a removed one, `sighted` in this."""

    sha256: str
    origin: ContentOrigin
    owned: bool
    sighted: bool
    expired: bool = False
    said: str | None = None
    """The hash of what the feed at hand said of it last."""


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
    learn_about(connection, poll)
    entries: list[Incoming | Sighting] = [*poll.incoming, *poll.sightings]
    gone = forgotten(connection, {entry.article_id for entry in entries})
    dropped = Counter(dict(poll.dropped))
    dropped["forgotten"] += sum(entry.article_id in gone for entry in entries)
    entries = [entry for entry in entries if entry.article_id not in gone]
    held = _held(connection, feed, {entry.article_id for entry in entries})
    rows: _Rows = defaultdict(list)
    told: set[str] = set()
    stored = 0
    for entry in entries:
        if entry.article_id in told:  # twice in one poll
            _write(connection, rows)
        told.add(entry.article_id)
        decision = _take(connection, poll, entry, held, rows, now)
        if decision in ("new", "version"):
            stored += 1
        else:
            dropped[decision] += 1
    _write(connection, rows)
    put(connection, {entry.article_id for entry in poll.incoming} - gone)
    line = row_of(polls, poll, feed_id=feed.id, at=now, stored=stored, silent=poll.state.silent)
    line["dropped"] = {name: count for name, count in sorted(dropped.items()) if count}
    total = sum(line["dropped"].values())
    if poll.fetched != stored + total:
        raise StoreError(
            f"feed {feed.url}: {poll.fetched} entries fetched, {stored} stored and {total} dropped"
            " do not add up"
        )
    line |= {"warnings": list(poll.warnings), "page_failures": dict(poll.page_failures)}
    more: dict[str, Any] = {"dropped_total": total}
    if poll.silence:
        gap = round(poll.silence.usual.total_seconds())
        more |= {"silent_since": poll.silence.since, "usual_gap_s": gap}
    connection.execute(polls.insert(), {**line, **more})
    return to_result(line)


_Rows = defaultdict[str, list[dict[str, Any]]]
"""Rows that wait to be inserted together, by table: one by one they take four times as long."""


def _write(connection: Connection, rows: _Rows) -> None:
    """Insert what waits, and count `tries`; rows refer to rows of the tables before."""
    for table in (articles, versions, sightings):
        add_rows(connection, table, rows.pop(table.name, []))
    if tries := rows.pop("tries", []):
        connection.execute(_COUNT_TRY, tries)


def _held(connection: Connection, feed: Feed, ids: Iterable[str]) -> dict[str, StoredVersion]:
    """Look up what is stored of the articles `ids`, from the point of view of `feed`."""
    here = (sightings.c.article_id == articles.c.id) & (sightings.c.feed_id == feed.id)
    query = select(*CURRENT, articles.c.feed_id, articles.c.expired_at, versions.c.origin)
    query = query.add_columns(feeds.c.removed_at, sightings.c.feed_sha256.label("said"))
    query = query.join(versions, of_version(versions, *CURRENT))
    query = query.join(feeds, feeds.c.id == articles.c.feed_id).outerjoin(sightings, here)
    found: dict[str, StoredVersion] = {}
    for row in rows_of(connection, query, articles.c.id, ids):
        owned = row.feed_id == feed.id or row.removed_at is not None
        told = row.said is not None, row.expired_at is not None, row.said
        found[row.id] = StoredVersion(row.current, row.origin, owned, *told)
    return found


def _take(
    connection: Connection,
    poll: Poll,
    entry: Incoming | Sighting,
    held: dict[str, StoredVersion],
    rows: _Rows,
    now: datetime,
) -> Decision:
    """Store one entry and bring `held` up to date; return what became of it."""
    id_, feed, before = entry.article_id, poll.feed, held.get(entry.article_id)
    postponed = False
    if isinstance(entry, Incoming):
        decision = decide(entry, before)
        row: dict[str, Any] = {}
        if decision in ("new", "version"):
            files = [asdict(enclosure) for enclosure in entry.enclosures]
            row = row_of(versions, entry, feed_id=feed.id, fetched_at=now, enclosures=files)
        if before is None:
            host = (urlsplit(feed.url).hostname or "").removeprefix("www.")
            outlet = entry.outlet or feed.outlet or feed.title or poll.title or host
            of_feed = {"outlet": outlet, "feed_id": feed.id, "first_seen": now}
            article = {"id": id_, "url": entry.url, **of_feed, "current": entry.sha256}
            rows["articles"].append(article)
            rows["versions"].append(row)
            after = StoredVersion(entry.sha256, entry.origin, owned=True, sighted=False)
        elif decision == "version":
            if not _add_version(connection, row, now):
                decision = "known"  # back to a text it has had before
            after = replace(before, sha256=entry.sha256, origin=entry.origin)
        else:
            after = before
        # Not taken in for want of its page: the next poll is to see it as changed and try again.
        postponed = decision == "known" and after.owned and _poorer(entry, after)
    elif before is None:
        raise StoreError(f"feed {feed.url}: sighting of an article that is not stored")
    else:
        decision, after = "known" if before.sighted else "duplicate", before
    said: str | None = after.said if postponed and after.sighted else entry.feed_sha256
    here = {"article_id": id_, "feed_id": feed.id}
    if not after.sighted:
        rows["sightings"].append({**here, "first_seen": now, "feed_sha256": said})
    elif said != after.said:
        mine = sightings.c.article_id == id_, sightings.c.feed_id == feed.id
        connection.execute(update(sightings).where(*mine).values(feed_sha256=said))
    if entry.page_error is not None:
        rows["tries"].append({"article": id_})
    held[id_] = replace(after, sighted=True, said=said)
    return decision


def _add_version(connection: Connection, row: dict[str, Any], now: datetime) -> bool:
    """Make a text the current one; return whether it was never stored before."""
    id_, sha256 = row["article_id"], row["sha256"]
    new = insert_new(connection, versions, row) is not None
    if not new:
        restore(connection, id_, row)
    other = update(articles).where(articles.c.id == id_, articles.c.current != sha256)
    changed = connection.execute(other.values(current=sha256)).rowcount
    if changed and not new:
        insert_new(connection, returns, {"article_id": id_, "at": now, "sha256": sha256})
    return new


KEPT = timedelta(days=1)
"""An older visit keeps nobody from anything."""


def visits(connection: Connection) -> dict[str, Visit]:
    """Return what is remembered, by host name."""
    return {host: Visit(*visit) for host, *visit in connection.execute(select(hosts))}


def save_visits(connection: Connection, made: Mapping[str, Visit], now: datetime) -> None:
    """Remember `made`, by host name, and forget what is over."""
    for some in chunks(sorted(made)):
        connection.execute(delete(hosts).where(hosts.c.host.in_(some)))
        rows = [row_of(hosts, made[host], host=host, visited=made[host].at) for host in some]
        connection.execute(hosts.insert(), rows)
    connection.execute(delete(hosts).where(hosts.c.visited < now - KEPT))


def last_polls(connection: Connection) -> dict[str, PollResult]:
    """Return the latest ledger line of each feed followed that was polled, by feed id."""
    latest = select(func.max(polls.c.id)).join(feeds, feeds.c.id == polls.c.feed_id)
    latest = latest.where(feeds.c.removed_at.is_(None)).group_by(polls.c.feed_id)
    query = select(polls).where(polls.c.id.in_(latest))
    return {row["feed_id"]: to_result(row) for row in connection.execute(query).mappings()}


def to_result(line: Mapping[Any, Any]) -> PollResult:
    """Return the ledger line of a row of `polls`."""
    columns = {field.name: line[field.name] for field in fields(PollResult)}
    return PollResult(**columns | {"warnings": tuple(line["warnings"])})


def latest_polls(connection: Connection, feed_id: str, *, limit: int) -> list[PollResult]:
    """Return the latest lines of a feed's ledger, newest first."""
    query = select(polls).where(polls.c.feed_id == feed_id).order_by(polls.c.id.desc()).limit(limit)
    return [to_result(row) for row in connection.execute(query).mappings()]


def record_by_hand(connection: Connection, poll: Poll, now: datetime) -> PollResult:
    """Store an article that no feed brought, as `record_poll`, of a feed nobody follows."""
    keep_unfollowed(connection, poll.feed, now)
    return record_poll(connection, poll, now)


def record_import(
    connection: Connection, source: Import, poll: Poll, places: Mapping[str, Place], now: datetime
) -> PollResult:
    """Store articles of a file, at `places` by id, as `record_poll`, of an unfollowed feed."""
    keep_unfollowed(connection, poll.feed, now)
    result = record_poll(connection, poll, now)
    # the place of each version that this file, and no other feed, brought
    insert_new(connection, imports, asdict(source))
    hashes = {entry.article_id: entry.sha256 for entry in poll.incoming}
    query = select(versions.c.article_id, versions.c.sha256).where(versions.c.feed_id == source.id)
    for id_, sha256 in list(rows_of(connection, query, versions.c.article_id, hashes)):
        if (place := places.get(id_)) is not None and hashes[id_] == sha256:
            key = {"article_id": id_, "sha256": sha256, "import_id": source.id}
            insert_new(connection, imported, row_of(imported, place, place=place.at, **key))
    return result


def imports_of_versions(
    connection: Connection, ids: Iterable[str]
) -> dict[tuple[str, str], tuple[Import, Place]]:
    """Return by article and hash which file brought a version, and where it stands there."""
    found: dict[tuple[str, str], tuple[Import, Place]] = {}
    of_file, of_place = columns_of(imports, Import), columns_of(imported, Place, at="place")
    query = select(imported.c.article_id, imported.c.sha256, *of_file, *of_place)
    query = query.join_from(imported, imports, imports.c.id == imported.c.import_id)
    query = query.order_by(imports.c.at.desc(), imports.c.id)
    for article_id, version, *said in rows_of(connection, query, imported.c.article_id, ids):
        source, place = said[: len(of_file)], said[len(of_file) :]
        found[article_id, version] = Import(*source), Place(*place)  # the first to bring it
    return found

"""Articles out of files, with where in which file each stood: `Store` has these methods too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from monitor.store.database import chunks, insert_new, rows_of
from monitor.store.feeds import keep_unfollowed
from monitor.store.polls import PollResult, record_poll
from monitor.store.schema import articles, imported, imports, versions
from monitor.types import Import, Place, Poll


def record_import(
    connection: Connection, source: Import, poll: Poll, places: Mapping[str, Place], now: datetime
) -> PollResult:
    """Store some articles of a file: as `record_poll`, of a feed that is not followed.

    `places` says by article id where each stands. Raises `StoreError` for what does not add up.
    """
    keep_unfollowed(connection, poll.feed, now)
    result = record_poll(connection, poll, now)
    _keep_places(connection, source, poll, places)
    return result


def imports_of(
    connection: Connection, article_ids: Iterable[str]
) -> dict[str, tuple[Import, Place]]:
    """Return by article id which file brought its current version, and where it stands there.

    Those that no file brought are left out.
    """
    ids = sorted(set(article_ids))
    found = of_versions(connection, ids)
    current: dict[str, str] = {}
    query = select(articles.c.id, articles.c.current)
    current.update(tuple(row) for row in rows_of(connection, query, articles.c.id, ids))
    keys = {id_: (id_, sha256) for id_, sha256 in current.items()}
    return {id_: found[key] for id_, key in keys.items() if key in found}


def of_versions(
    connection: Connection, ids: Sequence[str]
) -> dict[tuple[str, str], tuple[Import, Place]]:
    """Return by article and hash which file brought a version, and where it stands there."""
    found: dict[tuple[str, str], tuple[Import, Place]] = {}
    of_file = (imports.c.id, imports.c.name, imports.c.sha256, imports.c.format, imports.c.at)
    of_place = (imported.c.place, imported.c.name, imported.c.captured)
    query = (
        select(imported.c.article_id, imported.c.sha256, *of_file, imports.c.by, *of_place)
        .join_from(imported, imports, imports.c.id == imported.c.import_id)
        .order_by(imports.c.at.desc(), imports.c.id)
    )
    for article_id, version, *said in rows_of(connection, query, imported.c.article_id, ids):
        source: list[Any] = said[:6]
        found[article_id, version] = Import(*source), Place(*said[6:])  # the first to bring it
    return found


def _keep_places(
    connection: Connection, source: Import, poll: Poll, places: Mapping[str, Place]
) -> None:
    """Keep the place of each version that this file, and no other feed, brought."""
    row: dict[str, Any] = {"id": source.id, "name": source.name, "sha256": source.sha256}
    row |= {"format": source.format, "at": source.at, "by": source.by}
    insert_new(connection, imports, row)
    hashes = {entry.article_id: entry.sha256 for entry in poll.incoming}
    for some in chunks(sorted(hashes)):
        query = select(versions.c.article_id, versions.c.sha256).where(
            versions.c.article_id.in_(some), versions.c.feed_id == source.id
        )
        for article_id, sha256 in connection.execute(query).all():
            place = places.get(article_id)
            if place is not None and hashes[article_id] == sha256:
                key = {"article_id": article_id, "sha256": sha256, "import_id": source.id}
                kept = {"place": place.at, "name": place.name, "captured": place.captured}
                insert_new(connection, imported, {**key, **kept})
